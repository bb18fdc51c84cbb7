//! One case: the post with its hits, its author, its run, and the buttons that decide it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;
use serde_json::Value;

use crate::app::App;
use crate::http::chrome::{PageChrome, Redirect, page_with};
use crate::http::error::HttpError;
use crate::http::extract::Id;
use crate::http::form::Form;
use crate::http::marks::{HitRow, Marks, Segment};
use crate::http::parts::{Fact, Notice, Status, TimelineRow, When, count, grouped, words};
use crate::http::visitor::Member;
use crate::ids::CaseId;
use crate::moderation::appeal::Appeal;
use crate::moderation::decide::{DecideError, Decided, Decider, Decision, Target, Via};
use crate::moderation::markdown;
use crate::moderation::queue::{self, CaseFile};
use crate::moderation::rows::{AuditRow, CaseRow, CaseStatus, ExecutionStatus, PostStatus};
use crate::moderation::run::Run;
use crate::moderation::supersede::SupersedeError;

use super::decision::{DecisionFields, DecisionForm};
use super::queue::{author_path, due, path as queue_path};
use super::undo::UndoBar;

#[derive(Template)]
#[template(path = "admin/case.html")]
struct CasePage {
    page: PageChrome,
    undo: UndoBar,
    status: Status,
    author: String,
    author_path: String,
    about: String,
    submitted: When,
    due: String,
    due_tone: &'static str,
    why: String,
    notice: Option<Notice>,
    newer_path: Option<String>,
    appeal: Option<AppealPart>,
    decided: Option<DecidedNotice>,
    title_segments: Vec<Segment>,
    body_segments: Vec<Segment>,
    reader_html: String,
    hits: Vec<HitRow>,
    author_facts: Vec<Fact>,
    earlier: Vec<EarlierRow>,
    run: Vec<TimelineRow>,
    execution_path: String,
    trail: Vec<TimelineRow>,
    form: Option<DecisionForm>,
    run_again_path: Option<String>,
}

/// The fields of `templates/admin/appeal.html`.
struct AppealPart {
    statement: String,
    against: String,
    sent: When,
}

struct DecidedNotice {
    tone: &'static str,
    text: String,
    when: When,
    reason: Option<String>,
    note: Option<String>,
}

struct EarlierRow {
    title: String,
    path: String,
    status: Status,
}

/// `GET /s/{site}/admin/queue/{case}`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<CaseId>,
) -> Result<HttpResponse, HttpError> {
    let desk = Desk::find(&req, &app, &member, &id.0).await?;
    app.moderation
        .note_opened(&desk.file.listed.case, &member.by())
        .await?;
    desk.page(StatusCode::OK)
}

/// `POST /s/{site}/admin/queue/{case}/decision`
pub(crate) async fn decide(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<CaseId>,
    fields: Form<DecisionFields>,
) -> Result<HttpResponse, HttpError> {
    let fields = fields.0;
    let answer = match fields.answer(&member.site.settings) {
        Ok(answer) => answer,
        Err(problem) => {
            let desk = Desk::find(&req, &app, &member, &id.0).await?;
            return desk
                .typed(&fields, Some(problem))
                .page(StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let by = Decider {
        user_id: Some(member.user.id.clone()),
        actor: member.by(),
        name: member.user.name.clone(),
        via: Via::Desk,
        undo_ms: member.site.settings.undo_seconds * 1_000,
    };
    let target = Target::Case(id.0.clone());
    let revision = Some(fields.revision);
    let result = app
        .moderation
        .decide(member.site.id, target, by, answer, revision, None)
        .await?;
    match result {
        Ok(decided) => Ok(Redirect::to(queue_path(&member.site.slug))
            .flash(outcome(&decided, fields.decision))
            .respond_to(&req)),
        Err(error) => refused(&req, &app, &member, &id.0, &fields, error).await,
    }
}

/// `POST /s/{site}/admin/queue/{case}/run-again`
pub(crate) async fn run_again(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<CaseId>,
) -> Result<HttpResponse, HttpError> {
    let desk = Desk::find(&req, &app, &member, &id.0).await?;
    let listed = &desk.file.listed;
    let result = app
        .moderation
        .run_again(
            member.site.id,
            listed.case.post_id.clone(),
            member.by(),
            listed.author_name.clone(),
        )
        .await?;
    let message = match result {
        Ok(submitted) => format!(
            "“{}” went through the workflow again: {}.",
            listed.title,
            Status::from(submitted.post.status).text
        ),
        Err(SupersedeError::Unknown) => return Err(HttpError::not_found()),
        Err(_) => {
            return desk
                .notice(
                    "off",
                    "Nothing to run again.",
                    "The post has gone on meanwhile.",
                )
                .page(StatusCode::CONFLICT);
        }
    };
    Ok(Redirect::to(queue_path(&member.site.slug))
        .flash(message)
        .respond_to(&req))
}

fn outcome(decided: &Decided, decision: Decision) -> String {
    let words = match decision {
        Decision::Approved => "approved",
        Decision::Rejected => "rejected",
    };
    let by = decided
        .case
        .as_ref()
        .and_then(|case| case.decided_by_name.as_deref());
    match (decided.repeated, by) {
        (true, Some(by)) => format!("{by} had {words} the post before."),
        _ if decided
            .case
            .as_ref()
            .is_some_and(|case| case.undo_until_ms.is_some()) =>
        {
            // The undo bar says the rest.
            format!("The post is {words}.")
        }
        _ if decided.post.status == PostStatus::Published => {
            "Approved; the post is published.".to_owned()
        }
        _ if decided.post.status == PostStatus::Rejected => {
            "Rejected; the author is told why.".to_owned()
        }
        _ => format!("The post is {words}; its workflow goes on."),
    }
}

/// The page after a decision that was not taken: what is so now, and what was typed as far as it can still be sent.
async fn refused(
    req: &HttpRequest,
    app: &App,
    member: &Member,
    id: &CaseId,
    fields: &DecisionFields,
    error: DecideError,
) -> Result<HttpResponse, HttpError> {
    let find = |id| Desk::find(req, app, member, id);
    match error {
        DecideError::Unknown => Err(HttpError::not_found()),
        DecideError::OwnPost => find(id).await?.own_post().page(StatusCode::FORBIDDEN),
        DecideError::OwnDecision => {
            let text = "You took the decision that this appeal is against. Somebody else hears it.";
            let desk = find(id).await?;
            desk.notice("off", "Not yours to hear.", text)
                .page(StatusCode::FORBIDDEN)
        }
        DecideError::AlreadyDecided(known) => {
            let text = match known
                .case
                .as_ref()
                .and_then(|case| case.decided_by_name.as_deref())
            {
                Some(name) => format!("{name} was first; what you sent has changed nothing."),
                None => "Somebody was first; what you sent has changed nothing.".to_owned(),
            };
            let desk = find(id).await?;
            desk.notice("off", "Already decided.", &text)
                .page(StatusCode::CONFLICT)
        }
        DecideError::Expired(_) | DecideError::Replayed(_) => {
            let desk = find(id).await?;
            let text = "The case waits for nothing any more; what you sent has changed nothing.";
            desk.notice("off", "Too late.", text)
                .page(StatusCode::CONFLICT)
        }
        DecideError::Stale(known) => {
            let mut desk = find(id).await?;
            if let Some(newer) = desk.file.newer.take() {
                desk = find(&newer).await?;
            }
            let text = format!(
                "You saw revision {}; revision {} took its place. Nothing was decided.",
                fields.revision, known.post.revision
            );
            desk.typed(fields, None)
                .notice("warn", "The post was changed meanwhile.", &text)
                .page(StatusCode::CONFLICT)
        }
    }
}

impl AppealPart {
    fn of(appeal: &Appeal) -> Self {
        let name = appeal.of_name.as_deref();
        Self {
            statement: appeal.row.statement.clone(),
            against: match (&name, &appeal.of_reason) {
                (Some(name), Some(reason)) => format!("{name} rejected it: “{reason}”"),
                (Some(name), None) => format!("{name} rejected it."),
                (None, _) => "A rule rejected it.".to_owned(),
            },
            sent: When::at(appeal.row.created_at_ms),
        }
    }
}

/// A case on its way to the page.
struct Desk<'a> {
    member: &'a Member,
    page: PageChrome,
    undo: UndoBar,
    now_ms: i64,
    file: CaseFile,
    notice: Option<Notice>,
    form: Option<DecisionForm>,
}

impl<'a> Desk<'a> {
    async fn find(
        req: &HttpRequest,
        app: &App,
        member: &'a Member,
        id: &CaseId,
    ) -> Result<Self, HttpError> {
        let file = queue::find(&app.db, member.site.id, id)
            .await?
            .ok_or_else(HttpError::not_found)?;
        let settings = &member.site.settings;
        let is_own = file.post.author_id == member.user.id && !settings.allow_self_approval;
        let desk = Self {
            page: PageChrome::of(req, &file.listed.title, "queue"),
            undo: UndoBar::of(
                app,
                &member.site.slug,
                &member.actor(),
                Some((&file.listed.case, &file.listed.title)),
            )
            .await?,
            now_ms: app.clock.now_ms(),
            form: (file.is_open() && !is_own).then(|| {
                let action = format!("{}/{id}/decision", queue_path(&member.site.slug));
                let form = DecisionForm::new(action, file.listed.case.revision, settings);
                match file.trail.last() {
                    Some(last) if last.action == "decision.undone" => form.undone(&last.details),
                    _ => form,
                }
            }),
            notice: None,
            member,
            file,
        };
        Ok(match desk.file.is_open() && is_own {
            true => desk.own_post(),
            false => desk.state(),
        })
    }

    fn notice(mut self, tone: &'static str, title: &str, text: &str) -> Self {
        self.notice = Some(Notice {
            tone,
            title: title.to_owned(),
            text: text.to_owned(),
        });
        self
    }

    fn own_post(self) -> Self {
        let text = "Somebody else has to decide it; the site does not let moderators decide on their own posts.";
        self.notice("off", "This is your own post.", text)
    }

    /// Says why there is nothing to decide, where it is not plain.
    fn state(self) -> Self {
        match (self.file.listed.case.status, self.file.post.status) {
            (CaseStatus::Void, PostStatus::Withdrawn) => {
                self.notice("off", "Withdrawn.", "The author took the post back.")
            }
            (CaseStatus::Void, _) => {
                let text = format!("The post is at revision {} now.", self.file.post.revision);
                self.notice("off", "No longer open.", &text)
            }
            (CaseStatus::Failed, PostStatus::Failed) => self.notice(
                "warn",
                "The workflow ended without an outcome.",
                "Nothing is published. Run it again once its cause is mended.",
            ),
            _ => self,
        }
    }

    fn typed(mut self, fields: &DecisionFields, error: Option<String>) -> Self {
        let settings = &self.member.site.settings;
        self.form = self.form.map(|form| form.typed(fields, settings, error));
        self
    }

    fn page(self, status: StatusCode) -> Result<HttpResponse, HttpError> {
        let slug = &self.member.site.slug;
        let file = self.file;
        let (case, revision) = (&file.listed.case, &file.revision);
        let marks = Marks::of(&revision.title, &revision.body, &file.hits);
        let (due, due_tone) = due(case, self.now_ms);
        let can_run_again =
            case.status == CaseStatus::Failed && file.post.status == PostStatus::Failed;
        let page = CasePage {
            undo: self.undo,
            status: case.status.into(),
            author: file.listed.author_name.clone(),
            author_path: author_path(slug, case.author_id.as_str()),
            about: format!("revision {} · {}", revision.number, words(&revision.body)),
            submitted: When::at(revision.created_at_ms),
            due,
            due_tone,
            why: why(&file),
            notice: self.notice,
            newer_path: file.newer.as_ref().map(|id| case_path(slug, id)),
            appeal: file.appeal.as_ref().map(AppealPart::of),
            decided: decided(case),
            title_segments: marks.title,
            body_segments: marks.body,
            reader_html: markdown::render_with_marks(&revision.body, &file.hits),
            hits: marks.rows,
            author_facts: facts(&file),
            earlier: earlier(slug, &file),
            run: run(&file.run),
            execution_path: format!("/s/{slug}/admin/executions/{}", case.execution_id),
            trail: file.trail.iter().map(|row| trail(row, case)).collect(),
            form: self.form,
            run_again_path: can_run_again
                .then(|| format!("{}/run-again", case_path(slug, &case.id))),
            page: self.page,
        };
        page_with(status, &page)
    }
}

/// The page of a case.
pub(crate) fn case_path(slug: &str, id: &CaseId) -> String {
    format!("{}/{id}", queue_path(slug))
}

/// Why the post is held, in words.
fn why(file: &CaseFile) -> String {
    if let Some(problem) = &file.listed.case.problem {
        return format!("{problem}.");
    }
    let mut rules: Vec<&str> = file.hits.iter().map(|hit| hit.rule.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    match rules.len() {
        0 => "The workflow asks for a decision; no rule hit.".to_owned(),
        number => format!(
            "{} of {}; the greatest severity is {}.",
            count(file.hits.len(), "hit"),
            count(number, "rule"),
            file.listed.case.severity
        ),
    }
}

fn decided(case: &CaseRow) -> Option<DecidedNotice> {
    let at_ms = case.decided_at_ms?;
    let (tone, word) = match case.status {
        CaseStatus::Approved => ("ok", "Approved"),
        CaseStatus::Rejected => ("no", "Rejected"),
        _ => ("run", "Answered"),
    };
    Some(DecidedNotice {
        tone,
        text: match &case.decided_by_name {
            Some(name) => format!("{word} by {name}"),
            None => word.to_owned(),
        },
        when: When::at(at_ms),
        reason: case.reason.clone(),
        note: case.note.clone(),
    })
}

fn facts(file: &CaseFile) -> Vec<Fact> {
    let record = &file.record;
    let since = match record.member_since_ms {
        Some(at_ms) => When::at(at_ms).text,
        None => "not a member any more".to_owned(),
    };
    let mut facts = vec![Fact::new("Member since", since)];
    for (label, status) in [
        ("Published", PostStatus::Published),
        ("Held", PostStatus::Held),
        ("Rejected", PostStatus::Rejected),
    ] {
        let posts = record.count(status);
        let more = if posts >= queue::RECORD_POSTS {
            "+"
        } else {
            ""
        };
        facts.push(Fact::new(label, format!("{}{more}", grouped(posts))));
    }
    facts
}

fn earlier(slug: &str, file: &CaseFile) -> Vec<EarlierRow> {
    file.record
        .earlier
        .iter()
        .map(|post| EarlierRow {
            title: post.title.clone(),
            path: match &post.case_id {
                Some(case) => case_path(slug, case),
                None => format!("/s/{slug}/admin/executions/{}", post.execution_id),
            },
            status: post.status.into(),
        })
        .collect()
}

/// The states of the run; after the last one, those that can follow.
fn run(run: &Run) -> Vec<TimelineRow> {
    let visits = run.visits();
    let last = visits.len().saturating_sub(1);
    let mut rows: Vec<TimelineRow> = visits
        .iter()
        .enumerate()
        .map(|(place, visit)| TimelineRow {
            tone: match run.execution.status {
                ExecutionStatus::Running if place == last => "wait",
                ExecutionStatus::Failed | ExecutionStatus::TimedOut if place == last => "no",
                ExecutionStatus::Aborted if place == last => "off",
                _ => "ok",
            },
            title: visit.state.to_string(),
            detail: None,
            when: Some(When::at(visit.entered_at_ms)),
        })
        .collect();
    rows.extend(run.next.iter().map(|state| TimelineRow {
        tone: "next",
        title: state.clone(),
        detail: None,
        when: None,
    }));
    rows
}

fn trail(row: &AuditRow, case: &CaseRow) -> TimelineRow {
    let details: Value = serde_json::from_str(&row.details).unwrap_or_default();
    let by = match (&case.decided_by, &case.decided_by_name) {
        (Some(actor), Some(name)) if *actor == row.actor => Some(name.clone()),
        _ => None,
    };
    let (tone, title) = match row.action.as_str() {
        "post.held" => ("wait", "Put into the queue"),
        "case.escalated" => ("warn", "Time was over; the owners were told"),
        "case.approved" => ("ok", "Approved"),
        "case.rejected" => ("no", "Rejected"),
        "case.answered" => ("run", "Answered"),
        "decision.held" => ("wait", "Decided, to be taken back for a while"),
        "decision.undone" => ("off", "Decision taken back"),
        "decision.dropped" => ("off", "Decision dropped, as the post had changed"),
        "post.failed" => ("warn", "The workflow ended without an outcome"),
        other => ("off", other),
    };
    let via = details["via"].as_str().map(|via| match via {
        "desk" => "on this page",
        "link" => "from the mail",
        "api" => "over the API",
        _ => "over the AWS API",
    });
    TimelineRow {
        tone,
        title: match by {
            Some(name) => format!("{title} by {name}"),
            None => title.to_owned(),
        },
        detail: via.or(details["problem"].as_str()).map(str::to_owned),
        when: Some(When::at(row.at_ms)),
    }
}
