//! Carries a post through one event of its execution, and books what the execution did. What becomes of the post by that
//! is in `fate`.

use serde::Serialize;
use serde_json::json;

use crate::asl::{self, Event, ExecutionContext, Outcome, State, StepError};
use crate::engine::pack::{pack, unpack};
use crate::engine::run::{MACHINE, Progress, REGION, Runner};
use crate::ids::ExecutionId;
use crate::moderation::Tools;
use crate::moderation::appeal::is_hearing;
use crate::moderation::decide::Via;
use crate::moderation::functions::{Calls, Wishes};
use crate::moderation::in_force::InForce;
use crate::moderation::rows::{
    AuditRow, CaseRow, CaseStatus, Change, ExecutionRow, ExecutionStatus, HistoryRow, HitsRow,
    PostRow, RevisionRow, Subject, TaskOutcome, TaskRow,
};
use crate::moderation::rules::{Checked, Hit};

mod fate;
mod place;
mod undo;

/// Who acts when nobody does.
pub const SYSTEM: &str = "system";

/// The ARN of a site's state machine.
pub fn machine_arn(account: &str) -> String {
    format!("arn:aws:states:{REGION}:{account}:stateMachine:{MACHINE}")
}

/// The ARN of an execution.
pub fn execution_arn(account: &str, id: &ExecutionId) -> String {
    format!("arn:aws:states:{REGION}:{account}:execution:{MACHINE}:{id}")
}

/// A decision as it goes into the books.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ruling {
    pub(crate) status: CaseStatus,
    pub(crate) by: String,
    pub(crate) by_name: String,
    pub(crate) via: Via,
    pub(crate) reason: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) outcome: TaskOutcome,
    pub(crate) answer: String,
}

/// The workflow that a post is to go through.
pub(crate) struct Course<'a> {
    pub(crate) definition: &'a asl::Definition,
    pub(crate) version: i64,
    /// How long it may wait for somebody.
    pub(crate) hold_seconds: i64,
    /// The place in the queue that it had in another run, and keeps.
    pub(crate) place_ms: Option<i64>,
}

/// One post on its way through one event: reads from the rows as they were, collects the rows as they are to be.
pub(crate) struct Passage<'a> {
    tools: &'a Tools,
    in_force: &'a InForce,
    now_ms: i64,
    post: PostRow,
    revision: RevisionRow,
    execution: ExecutionRow,
    case: Option<CaseRow>,
    tasks: Vec<TaskRow>,
    change: Change,
    /// What the rules said of the revision, where they were asked for this event.
    checked: Option<&'a Checked>,
    /// Why a park of this event holds the post, where no rule says so.
    problem: Option<String>,
}

impl<'a> Passage<'a> {
    /// Starts a new execution of the site's workflow for a revision that has just been checked.
    pub(crate) fn start(
        tools: &'a Tools,
        in_force: &'a InForce,
        post: PostRow,
        revision: RevisionRow,
        author_name: &str,
        checked: &'a Checked,
        place_ms: Option<i64>,
    ) -> Self {
        let course = Course {
            definition: &in_force.definition,
            version: in_force.site.workflow_version,
            hold_seconds: in_force.site.settings.decision_timeout_seconds,
            place_ms,
        };
        Self::start_on(
            tools,
            in_force,
            &course,
            post,
            revision,
            author_name,
            checked,
        )
    }

    /// Starts a new execution of any workflow.
    pub(crate) fn start_on(
        tools: &'a Tools,
        in_force: &'a InForce,
        course: &Course<'_>,
        post: PostRow,
        revision: RevisionRow,
        author_name: &str,
        checked: &'a Checked,
    ) -> Self {
        let now_ms = revision.created_at_ms;
        let site = &in_force.site;
        let mut input = json!({
            "site": site.slug,
            "postId": post.id,
            "revision": revision.number,
            "title": revision.title,
            "content": revision.body,
            "author": author_name,
            "hold": {"timeoutSeconds": course.hold_seconds},
        });
        if let Some(place_ms) = course.place_ms {
            place::write(&mut input, place_ms);
        }
        let checks: Vec<_> = in_force
            .asked_checks()
            .map(|check| json!({"name": check.name, "onFailure": check.draft.on_failure}))
            .collect();
        if !checks.is_empty() {
            input["checks"] = checks.into();
        }
        let execution = ExecutionRow {
            site_id: site.id,
            id: post.execution_id.clone(),
            post_id: post.id.clone(),
            revision: revision.number,
            workflow_version: course.version,
            status: ExecutionStatus::Running,
            started_at_ms: now_ms,
            stopped_at_ms: None,
            wake_at_ms: None,
            events: 0,
            state: None,
            error: None,
            cause: None,
        };
        let mut passage = Self {
            tools,
            in_force,
            now_ms,
            post,
            revision,
            execution,
            case: None,
            tasks: Vec::new(),
            change: Change::default(),
            checked: Some(checked),
            problem: None,
        };
        let context = passage.context();
        let check = || checked.clone();
        let mut calls = Calls::new(&check);
        let (state, progress) = passage
            .runner(course.definition, &context)
            .start(input, &mut calls);
        passage.apply(&state, progress, calls.wishes, None);
        passage
    }

    /// Tells the subject's execution what happened. With `ruling`, its task is answered by somebody.
    pub(crate) fn advance(
        tools: &'a Tools,
        in_force: &'a InForce,
        subject: Subject,
        event: Event,
        ruling: Option<&Ruling>,
    ) -> anyhow::Result<Result<Self, StepError>> {
        let definition = subject.definition.clone();
        let mut passage = Self::resume(tools, in_force, subject);
        let Some(mut state) = passage.state()? else {
            return Ok(Err(StepError::Finished));
        };
        Ok(passage
            .step(&definition, &mut state, event, ruling)
            .map(|()| passage))
    }

    /// Tells the subject's execution what an external check said, and adds its hits to the revision's: those that it told
    /// before, in an earlier run, are replaced.
    pub(crate) fn answer_check(
        tools: &'a Tools,
        in_force: &'a InForce,
        subject: Subject,
        event: Event,
        rule: &str,
        hits: Vec<Hit>,
    ) -> anyhow::Result<Result<Self, StepError>> {
        let definition = subject.definition.clone();
        let mut passage = Self::resume(tools, in_force, subject);
        let Some(mut state) = passage.state()? else {
            return Ok(Err(StepError::Finished));
        };
        passage.add_hits(rule, hits)?;
        Ok(passage
            .step(&definition, &mut state, event, None)
            .map(|()| passage))
    }

    fn add_hits(&mut self, rule: &str, hits: Vec<Hit>) -> anyhow::Result<()> {
        let mut all: Vec<Hit> = serde_json::from_str(&self.revision.hits)?;
        let before = all.len();
        all.retain(|hit| hit.rule != rule);
        if hits.is_empty() && all.len() == before {
            return Ok(());
        }
        all.extend(hits);
        self.revision.hits = serde_json::to_string(&all)?;
        self.change.hits.push(HitsRow {
            site_id: self.revision.site_id,
            post_id: self.revision.post_id.clone(),
            number: self.revision.number,
            hits: self.revision.hits.clone(),
        });
        Ok(())
    }

    /// The subject as it is, before anything happens.
    fn resume(tools: &'a Tools, in_force: &'a InForce, subject: Subject) -> Self {
        Self {
            tools,
            in_force,
            now_ms: tools.clock.now_ms(),
            post: subject.post,
            revision: subject.revision,
            execution: subject.execution,
            case: subject.case,
            tasks: subject.task.into_iter().collect(),
            change: Change::default(),
            checked: None,
            problem: None,
        }
    }

    /// Where the execution stands; `None` once it has ended.
    fn state(&self) -> anyhow::Result<Option<State>> {
        let Some(packed) = &self.execution.state else {
            return Ok(None);
        };
        let texts = self.revision.texts();
        Ok(Some(State::decode(&unpack(packed)?, &texts)?))
    }

    fn step(
        &mut self,
        definition: &asl::Definition,
        state: &mut State,
        event: Event,
        ruling: Option<&Ruling>,
    ) -> Result<(), StepError> {
        let context = self.context();
        let in_force = self.in_force;
        let check = || in_force.check(&self.revision.title, &self.revision.body);
        let mut calls = Calls::new(&check);
        let progress = self
            .runner(definition, &context)
            .advance(state, event, &mut calls)?;
        let wishes = calls.wishes;
        self.apply(state, progress, wishes, ruling);
        Ok(())
    }

    /// The post as it is to be.
    pub(crate) fn post(&self) -> &PostRow {
        &self.post
    }

    /// The case as it is to be.
    pub(crate) fn case(&self) -> Option<&CaseRow> {
        self.case.as_ref()
    }

    /// Leaves the post to the moderators, for a use case that stopped its execution.
    pub(crate) fn mark_failed(&mut self) {
        self.fail();
    }

    /// Adds a line to the audit log.
    pub(crate) fn audit(&mut self, actor: &str, action: &str, details: impl Serialize) {
        let row = audit_row(self.tools, self.now_ms, &self.post, actor, action, details);
        self.change.audit.push(row);
    }

    /// All that is to be written.
    pub(crate) fn into_change(mut self) -> Change {
        self.change.posts.push(self.post);
        self.change.executions.push(self.execution);
        self.change.tasks.extend(self.tasks);
        self.change.cases.extend(self.case);
        self.change
    }

    /// Like [`Passage::into_change`], without the post: another passage of the same transaction writes it.
    pub(crate) fn into_change_without_post(mut self) -> Change {
        self.change.executions.push(self.execution);
        self.change.tasks.extend(self.tasks);
        self.change.cases.extend(self.case);
        self.change
    }

    fn context(&self) -> ExecutionContext {
        let account = &self.in_force.site.account;
        ExecutionContext {
            id: execution_arn(account, &self.execution.id),
            name: self.execution.id.to_string(),
            role_arn: Some(format!("arn:aws:iam::{account}:role/gatepost")),
            start_time_ms: self.execution.started_at_ms,
            state_machine_id: machine_arn(account),
            state_machine_name: MACHINE.to_owned(),
        }
    }

    fn runner<'r>(
        &'r self,
        definition: &'r asl::Definition,
        context: &'r ExecutionContext,
    ) -> Runner<'r> {
        Runner {
            definition,
            context,
            ids: &self.tools.ids,
            keyring: &self.tools.keyring,
            now_ms: self.now_ms,
        }
    }

    /// Books what the execution did: its row, its history, its tasks, then what follows for the case and the post.
    fn apply(
        &mut self,
        state: &State,
        progress: Progress,
        wishes: Wishes,
        ruling: Option<&Ruling>,
    ) {
        self.book_run(state, &progress);
        if let Some(ruling) = ruling {
            self.book_ruling(ruling);
        }
        self.close_tasks(&progress);
        for given_up in wishes.given_up {
            self.note_failure(given_up);
        }
        for question in wishes.questions {
            if progress.opened.contains(&question.task) {
                self.ask(question);
            }
        }
        for request in wishes.requests {
            if progress.opened.contains(&request.task) {
                self.park(
                    request.task,
                    request.deadline_ms,
                    place::read(state.input()),
                );
            }
        }
        for _ in 0..wishes.escalations {
            self.escalate();
        }
        if let Some(outcome) = progress.outcome {
            self.settle(&outcome, ruling);
        }
    }

    fn book_run(&mut self, state: &State, progress: &Progress) {
        let texts = self.revision.texts();
        let undo_until_ms = self.case.as_ref().and_then(|case| case.undo_until_ms);
        let execution = &mut self.execution;
        if !progress.history.is_empty() {
            self.change.history.push(HistoryRow {
                site_id: execution.site_id,
                execution_id: execution.id.clone(),
                first_event: execution.events + 1,
                events: pack(&asl::history::encode(&progress.history, &texts)),
            });
            execution.events += progress.history.len() as i64;
        }
        let Some(outcome) = &progress.outcome else {
            execution.wake_at_ms = undo_until_ms.or(state.wake_at_ms());
            execution.state = Some(pack(&state.encode(&texts)));
            return;
        };
        execution.wake_at_ms = None;
        execution.state = None;
        execution.stopped_at_ms = Some(self.now_ms);
        (execution.status, execution.error, execution.cause) = match outcome.clone() {
            Outcome::Succeeded { .. } => (ExecutionStatus::Succeeded, None, None),
            Outcome::Failed { error, cause, .. } => (ExecutionStatus::Failed, error, cause),
            Outcome::TimedOut { .. } => (
                ExecutionStatus::TimedOut,
                Some("States.Timeout".to_owned()),
                None,
            ),
            Outcome::Aborted { error, cause } => (ExecutionStatus::Aborted, error, cause),
        };
    }

    fn book_ruling(&mut self, ruling: &Ruling) {
        for task in &mut self.tasks {
            task.closed_at_ms = Some(self.now_ms);
            task.outcome = Some(ruling.outcome);
            task.answer = Some(ruling.answer.clone());
        }
        if let Some(case) = &mut self.case {
            case.status = ruling.status;
            case.remind_at_ms = None;
            case.undo_until_ms = None;
            case.decided_at_ms.get_or_insert(self.now_ms);
            case.decided_by = Some(ruling.by.clone());
            case.decided_by_name = Some(ruling.by_name.clone());
            case.decided_via = Some(ruling.via.to_string());
            case.reason = ruling.reason.clone();
            case.note = ruling.note.clone();
            let mut details = json!({"case": case.id, "revision": case.revision, "via": ruling.via,
                "reason": ruling.reason, "note": ruling.note});
            if is_hearing(&self.execution) {
                details["appeal"] = json!(true);
            }
            let action = format!("case.{}", ruling.status);
            self.audit(&ruling.by, &action, details);
        }
    }

    fn close_tasks(&mut self, progress: &Progress) {
        for (id, reason) in &progress.closed {
            if let Some(task) = self.tasks.iter_mut().find(|task| task.id == *id) {
                task.closed_at_ms = Some(self.now_ms);
                task.outcome = Some(match reason {
                    asl::CloseReason::TimedOut => TaskOutcome::TimedOut,
                    asl::CloseReason::Aborted => TaskOutcome::Aborted,
                });
            }
        }
    }
}

/// A line of the audit log about a post.
pub(crate) fn audit_row(
    tools: &Tools,
    now_ms: i64,
    post: &PostRow,
    actor: &str,
    action: &str,
    details: impl Serialize,
) -> AuditRow {
    AuditRow {
        site_id: post.site_id,
        id: tools.ids.next(now_ms),
        at_ms: now_ms,
        actor: actor.to_owned(),
        action: action.to_owned(),
        subject: format!("post:{}", post.id),
        details: serde_json::to_string(&details).unwrap_or_default(),
    }
}
