//! Writing the history, and the ways an execution ends.

use std::sync::Arc;

use serde_json::Value;

use super::{Here, HistoryFull, MAX_HISTORY_EVENTS, Progress, Run};
use crate::command::{CloseReason, Command, Outcome};
use crate::definition::{Node, StateKind};
use crate::failure::{Failure, name};
use crate::history::{Details, EventKind, HistoryEvent};
use crate::state::Status;

impl Run<'_, '_> {
    /// Adds an event and gives its id. The last place is kept for the end.
    pub(super) fn record(
        &mut self,
        previous_id: u64,
        kind: EventKind,
        details: Details,
    ) -> Result<u64, HistoryFull> {
        if self.last_event_id + 1 >= MAX_HISTORY_EVENTS {
            return Err(HistoryFull);
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

    pub(super) fn end_succeeded(
        &mut self,
        previous_id: u64,
        output: Arc<Value>,
    ) -> Status<Arc<Value>> {
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
    ) -> Status<Arc<Value>> {
        let (error, cause) = (failure.error.map(String::from), failure.cause);
        let details = faults(error.as_deref(), cause.as_deref());
        let outcome = Outcome::Failed {
            error,
            cause,
            by_fail_state,
        };
        self.end(previous_id, EventKind::ExecutionFailed, details, outcome)
    }

    /// Ends an execution whose history has no room for what comes next.
    pub(super) fn end_full(&mut self) -> Status<Arc<Value>> {
        let cause = format!(
            "The execution reached the maximum number of history events ({MAX_HISTORY_EVENTS})."
        );
        self.end_failed(
            self.last_event_id,
            Failure::processing(name::RUNTIME, cause),
            false,
        )
    }

    pub(super) fn time_out(&mut self, branch: &Here) -> Progress {
        self.close_task(branch, CloseReason::TimedOut);
        let outcome = Outcome::TimedOut {
            error: None,
            cause: None,
        };
        let details = Details::default();
        Progress::Halt(self.end(
            branch.previous_event_id,
            EventKind::ExecutionTimedOut,
            details,
            outcome,
        ))
    }

    pub(super) fn stop(
        &mut self,
        node: &Node,
        branch: &Here,
        error: Option<String>,
        cause: Option<String>,
    ) -> Result<Progress, HistoryFull> {
        let mut previous_id = branch.previous_event_id;
        let aborted = match node.kind() {
            StateKind::Task => Some(EventKind::TaskStateAborted),
            StateKind::Wait => Some(EventKind::WaitStateAborted),
            _ => None,
        };
        if let Some(kind) = aborted.filter(|_| branch.is_inside()) {
            previous_id = self.record(previous_id, kind, Details::default())?;
        }
        self.close_task(branch, CloseReason::Aborted);
        let details = faults(error.as_deref(), cause.as_deref());
        let outcome = Outcome::Aborted { error, cause };
        Ok(Progress::Halt(self.end(
            previous_id,
            EventKind::ExecutionAborted,
            details,
            outcome,
        )))
    }

    /// Closes the task that `branch` is waiting for, if it is.
    pub(super) fn close_task(&mut self, branch: &Here, reason: CloseReason) {
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
    ) -> Status<Arc<Value>> {
        self.append(previous_id, kind, details);
        self.step.commands.push(Command::Finish(outcome.clone()));
        Status::Ended(outcome)
    }
}

/// The details of an event that tells of an error.
pub(super) fn faults(error: Option<&str>, cause: Option<&str>) -> Details {
    Details {
        error: error.map(Arc::from),
        cause: cause.map(Arc::from),
        ..Details::default()
    }
}
