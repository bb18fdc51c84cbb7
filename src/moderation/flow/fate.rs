//! What becomes of a post by what its execution did. Exactly one place publishes: [`Passage::settle`], on an execution that
//! succeeded.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::json;

use super::{Passage, Ruling, SYSTEM};
use crate::asl::Outcome;
use crate::ids::{CaseId, PostId, TaskId, UserId};
use crate::moderation::appeal::{self, is_hearing};
use crate::moderation::external::OnFailure;
use crate::moderation::functions::{GivenUp, Question};
use crate::moderation::rows::{
    CaseRow, CaseStatus, CheckRequestRow, Digest, MailKind, PostStatus, TaskRow,
};
use crate::moderation::rules::{Action, Hit};
use crate::moderation::wording;
use crate::store::outbox::waiting_mail;

/// The time that a task without a limit of its own has, as on AWS.
const UNLIMITED_MS: i64 = 99_999_999_000;
/// Each step of severity brings a case so much nearer to the front of the queue.
const SEVERITY_STEP_MS: i64 = 6 * 60 * 60 * 1000;

/// What the audit log says of a post that is held. Every such post needs it, and a type is a tenth of the work of a
/// [`serde_json::Value`].
#[derive(Serialize)]
struct Held {
    case: CaseId,
    revision: i64,
    rules: String,
}

/// What a mail to the author is about.
#[derive(Serialize)]
struct ToAuthor {
    post: PostId,
    revision: i64,
}

impl Passage<'_> {
    /// Puts the post into the queue, or keeps it there under a new task. Whoever corrects a post that waits does not go to
    /// the end for it: its first case in the run is at `place_ms` or before.
    pub(super) fn park(&mut self, task: TaskId, deadline_ms: Option<i64>, place_ms: Option<i64>) {
        let now_ms = self.now_ms;
        let place_ms = place_ms.filter(|_| self.case.is_none());
        let kept = self.case.take_if(|case| case.status == CaseStatus::Waiting);
        let first_park = kept.is_none();
        // A case of this run that was decided stays as it is; this is another one.
        self.change.cases.extend(self.case.take());
        let mut case = kept.unwrap_or_else(|| self.new_case());
        case.task_id = Some(task.clone());
        case.deadline_ms = deadline_ms.unwrap_or(now_ms + UNLIMITED_MS);
        // One whose time was over keeps the place that it had.
        if first_park {
            let rank_ms = case.deadline_ms - case.severity * SEVERITY_STEP_MS;
            case.rank_ms = place_ms.map_or(rank_ms, |place_ms| place_ms.min(rank_ms));
        }
        case.problem = self.problem.take().or(case.problem);
        case.remind_at_ms = deadline_ms.map(|deadline_ms| now_ms + (deadline_ms - now_ms) / 2);
        self.tasks.push(TaskRow {
            site_id: self.execution.site_id,
            id: task,
            execution_id: self.execution.id.clone(),
            case_id: Some(case.id.clone()),
            opened_at_ms: now_ms,
            closed_at_ms: None,
            outcome: None,
            answer: None,
        });
        self.post.status = PostStatus::Held;
        self.post.updated_at_ms = now_ms;
        if first_park {
            let details = Held {
                case: case.id.clone(),
                revision: case.revision,
                rules: case.rules.clone(),
            };
            let (action, kind) = match is_hearing(&self.execution) {
                true => ("appeal.opened", MailKind::AppealReceived),
                false => ("post.held", MailKind::PostHeld),
            };
            self.audit(SYSTEM, action, details);
            self.tell_author(kind);
            self.change.digests.push(Digest {
                site_id: self.post.site_id,
                now_ms,
                every_ms: self.in_force.site.settings.digest_minutes * 60_000,
            });
        }
        self.case = Some(case);
    }

    /// Has an external check asked, once this is committed.
    pub(super) fn ask(&mut self, question: Question) {
        let now_ms = self.now_ms;
        self.change.check_requests.push(CheckRequestRow {
            site_id: self.execution.site_id,
            task_id: question.task,
            execution_id: self.execution.id.clone(),
            check_name: question.check,
            attempt: question.retries.saturating_add(1),
            created_at_ms: now_ms,
            expires_at_ms: question.deadline_ms.unwrap_or(now_ms + UNLIMITED_MS),
            lease_until_ms: now_ms,
        });
    }

    /// Writes down that a check was given up; if the post is held for it, its case says so.
    pub(super) fn note_failure(&mut self, given_up: GivenUp) {
        let GivenUp {
            check,
            error,
            cause,
            holds,
        } = given_up;
        let on_failure = if holds {
            OnFailure::Hold
        } else {
            OnFailure::Pass
        };
        let details = json!({"check": check, "error": error, "problem": cause, "on_failure": on_failure, "execution": self.execution.id});
        self.audit(SYSTEM, "check.failed", details);
        if holds {
            self.problem = Some(cause);
        }
    }

    fn new_case(&self) -> CaseRow {
        let hits: Cow<'_, [Hit]> = match self.checked {
            Some(checked) => Cow::Borrowed(&checked.hits),
            None => Cow::Owned(serde_json::from_str(&self.revision.hits).unwrap_or_default()),
        };
        let counted: Vec<&Hit> = hits
            .iter()
            .filter(|hit| matches!(hit.action, Action::Hold | Action::Reject))
            .collect();
        CaseRow {
            site_id: self.post.site_id,
            id: self.tools.ids.next::<CaseId>(self.now_ms),
            post_id: self.post.id.clone(),
            revision: self.revision.number,
            execution_id: self.execution.id.clone(),
            task_id: None,
            author_id: self.post.author_id.clone(),
            status: CaseStatus::Waiting,
            severity: counted
                .iter()
                .map(|hit| i64::from(hit.severity))
                .max()
                .unwrap_or(0),
            categories: distinct(
                is_hearing(&self.execution)
                    .then_some(appeal::CATEGORY)
                    .into_iter()
                    .chain(counted.iter().map(|hit| hit.category.as_str())),
            ),
            rules: distinct(counted.iter().map(|hit| hit.rule.as_str())),
            problem: self.checked.and_then(|checked| checked.problem.clone()),
            waiting_since_ms: self.now_ms,
            deadline_ms: self.now_ms,
            remind_at_ms: None,
            escalated_at_ms: None,
            claimed_by: None,
            claimed_until_ms: None,
            decided_at_ms: None,
            decided_by: None,
            decided_by_name: None,
            decided_via: None,
            reason: None,
            note: None,
            rank_ms: self.now_ms,
            undo_until_ms: None,
        }
    }

    pub(super) fn escalate(&mut self) {
        let case = self.case.as_mut().map(|case| {
            case.escalated_at_ms = Some(self.now_ms);
            case.id.clone()
        });
        let payload = json!({"to": "owners", "post": self.post.id, "case": case});
        self.mail(MailKind::Escalation, None, payload);
        self.audit(SYSTEM, "case.escalated", json!({"case": case}));
    }

    /// The post's fate follows its execution's outcome.
    pub(super) fn settle(&mut self, outcome: &Outcome, ruling: Option<&Ruling>) {
        self.post.updated_at_ms = self.now_ms;
        match outcome {
            Outcome::Succeeded { .. } => self.publish(ruling.is_some()),
            Outcome::Failed {
                by_fail_state: true,
                ..
            } => self.reject(ruling.is_some()),
            // Whoever stopped it says what becomes of the post.
            Outcome::Aborted { .. } => self.void_case(),
            Outcome::Failed { .. } | Outcome::TimedOut { .. } => self.fail(),
        }
    }

    fn publish(&mut self, ruled: bool) {
        self.post.status = PostStatus::Published;
        self.post.published_revision = Some(self.revision.number);
        self.post.published_at_ms.get_or_insert(self.now_ms);
        if self.post.slug.is_none() {
            self.post.slug = Some(slug(&self.revision.title, self.post.id.as_str()));
        }
        self.close_waiting_case(CaseStatus::Approved);
        if !ruled {
            self.audit(
                SYSTEM,
                "post.published",
                json!({"revision": self.revision.number}),
            );
        }
        self.tell_author(match is_hearing(&self.execution) {
            true => MailKind::DecisionOverturned,
            false => MailKind::PostPublished,
        });
    }

    fn reject(&mut self, ruled: bool) {
        self.post.status = PostStatus::Rejected;
        self.close_waiting_case(CaseStatus::Rejected);
        if !ruled {
            let details = json!({"revision": self.revision.number, "cause": self.execution.cause});
            self.audit(SYSTEM, "post.rejected", details);
        }
        self.tell_author(match is_hearing(&self.execution) {
            true => MailKind::DecisionUpheld,
            false => MailKind::PostRejected,
        });
    }

    /// The workflow broke: nothing is published, and moderators see the post until somebody runs it again.
    pub(super) fn fail(&mut self) {
        self.post.status = PostStatus::Failed;
        let problem = format!(
            "{}: {}",
            self.execution.error.as_deref().unwrap_or(wording::ENDED),
            self.execution.cause.as_deref().unwrap_or(wording::NO_CAUSE)
        );
        let mut case = self.case.take().unwrap_or_else(|| self.new_case());
        case.status = CaseStatus::Failed;
        case.remind_at_ms = None;
        case.problem = Some(problem.clone());
        let id = case.id.clone();
        self.case = Some(case);
        self.audit(
            SYSTEM,
            "post.failed",
            json!({"case": id, "problem": problem}),
        );
        let payload = json!({"to": "owners", "post": self.post.id, "case": id});
        self.mail(MailKind::WorkflowFailed, None, payload);
    }

    pub(super) fn void_case(&mut self) {
        self.drop_decision();
        self.close_waiting_case(CaseStatus::Void);
    }

    fn close_waiting_case(&mut self, status: CaseStatus) {
        if let Some(case) = &mut self.case
            && matches!(case.status, CaseStatus::Waiting | CaseStatus::Failed)
        {
            case.status = status;
            case.remind_at_ms = None;
        }
    }

    fn tell_author(&mut self, kind: MailKind) {
        let payload = ToAuthor {
            post: self.post.id.clone(),
            revision: self.revision.number,
        };
        self.mail(kind, Some(self.post.author_id.clone()), payload);
    }

    fn mail(&mut self, kind: MailKind, user_id: Option<UserId>, payload: impl Serialize) {
        let id = self.tools.ids.next(self.now_ms);
        let mail = waiting_mail(id, self.post.site_id, kind, user_id, &payload, self.now_ms);
        self.change.outbox.push(mail);
    }
}

/// `,a,b,` of the distinct words, so that `LIKE '%,a,%'` finds one; empty if there is none.
fn distinct<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for word in words {
        if !word.is_empty() && !seen.contains(&word) {
            seen.push(word);
        }
    }
    if seen.is_empty() {
        return String::new();
    }
    format!(",{},", seen.join(","))
}

/// The last part of a published post's address: its title in lower-case letters and digits, and the end of its id.
fn slug(title: &str, id: &str) -> String {
    let mut slug = String::new();
    for part in title
        .to_lowercase()
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|part| !part.is_empty())
    {
        if slug.len() + part.len() > 60 {
            break;
        }
        slug.push_str(part);
        slug.push('-');
    }
    slug.push_str(&id[id.len().saturating_sub(6)..]);
    slug
}
