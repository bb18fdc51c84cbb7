//! Writing the history, and the ways an execution ends.

use std::sync::Arc;

use serde_json::Value;

use super::stay::Stay;
use super::{Interruption, MAX_HISTORY_EVENTS, Progress, Run};
use crate::command::{CloseReason, Command, Outcome};
use crate::definition::StateKind;
use crate::failure::{Failure, Origin};
use crate::history::{Details, EventKind, HistoryEvent};
use crate::state::{Branch, Status};

impl Run<'_, '_> {
    /// Adds an event and gives its id. The last place is kept for the end.
    pub(super) fn record(
        &mut self,
        previous_id: u64,
        kind: EventKind,
        details: Details,
    ) -> Result<u64, Interruption> {
        if self.last_event_id + 1 >= MAX_HISTORY_EVENTS {
            return Err(Interruption::HistoryFull);
        }
        Ok(self.append(previous_id, kind, details))
    }

    fn append(&mut self, previous_id: u64, kind: EventKind, details: Details) -> u64 {
        self.last_event_id += 1;
        let id = self.last_event_id;
        self.step.history.push(HistoryEvent {
            id,
            previous_id,
            at_ms: self.env.now_ms,
            kind,
            details,
        });
        id
    }

    pub(super) fn end_succeeded(&mut self, previous_id: u64, output: Arc<Value>) -> Status {
        let details = Details {
            output: Some(Arc::clone(&output)),
            ..Details::default()
        };
        self.end(
            previous_id,
            EventKind::ExecutionSucceeded,
            details,
            Outcome::Succeeded { output },
        )
    }

    pub(super) fn end_failed(
        &mut self,
        previous_id: u64,
        failure: Failure,
        by_fail_state: bool,
    ) -> Status {
        let (error, cause) = failure.texts();
        let details = Details {
            error,
            cause,
            ..Details::default()
        };
        let (error, cause) = (failure.error.map(String::from), failure.cause);
        let outcome = Outcome::Failed {
            error,
            cause,
            by_fail_state,
        };
        self.end(previous_id, EventKind::ExecutionFailed, details, outcome)
    }

    /// Ends an execution whose history has no room for what comes next.
    pub(super) fn end_full(&mut self) -> Status {
        let cause = format!(
            "The execution reached the maximum number of history events ({MAX_HISTORY_EVENTS})."
        );
        self.end_failed(self.last_event_id, Failure::runtime(cause), false)
    }

    /// Ends an execution that has taken longer than the definition allows.
    pub(super) fn time_out(&mut self, stay: &Stay) -> Progress {
        self.close_task(&stay.branch, CloseReason::TimedOut);
        let outcome = Outcome::TimedOut {
            error: None,
            cause: None,
        };
        let previous_id = stay.branch.previous_event_id;
        Progress::Halt(self.end(
            previous_id,
            EventKind::ExecutionTimedOut,
            Details::default(),
            outcome,
        ))
    }

    /// Ends an execution from outside.
    pub(super) fn stop(
        &mut self,
        stay: &Stay,
        error: Option<String>,
        cause: Option<String>,
    ) -> Progress {
        self.close_task(&stay.branch, CloseReason::Aborted);
        let mut previous_id = stay.branch.previous_event_id;
        let aborted = match stay.node.kind() {
            StateKind::Task => Some(EventKind::TaskStateAborted),
            StateKind::Wait => Some(EventKind::WaitStateAborted),
            _ => None,
        };
        if let Some(kind) = aborted.filter(|_| stay.branch.is_inside())
            // In a full history the end itself is what counts.
            && let Ok(aborted_id) = self.record(previous_id, kind, Details::default())
        {
            previous_id = aborted_id;
        }
        let failure = Failure::new(error, cause, Origin::Task);
        let (error, cause) = failure.texts();
        let details = Details {
            error,
            cause,
            ..Details::default()
        };
        let outcome = Outcome::Aborted {
            error: failure.error.map(String::from),
            cause: failure.cause,
        };
        Progress::Halt(self.end(previous_id, EventKind::ExecutionAborted, details, outcome))
    }

    /// Closes the task that `branch` is waiting for, if it is.
    pub(super) fn close_task(&mut self, branch: &Branch, reason: CloseReason) {
        if let Some(task) = branch.open_task() {
            self.step.commands.push(Command::CloseTask {
                id: task.id.clone(),
                reason,
            });
        }
    }

    fn end(
        &mut self,
        previous_id: u64,
        kind: EventKind,
        details: Details,
        outcome: Outcome,
    ) -> Status {
        self.append(previous_id, kind, details);
        self.step.commands.push(Command::Finish(outcome.clone()));
        Status::Ended(outcome)
    }
}
