//! What a step wants done, and how an execution ends.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::history::HistoryEvent;
use crate::resource::Resource;

/// The result of a step: carry out the commands and append the history, in one transaction with the
/// new state.
#[derive(Debug, Default)]
pub struct Step {
    /// What to do, in order.
    pub commands: Vec<Command>,
    /// What happened, in order.
    pub history: Vec<HistoryEvent>,
}

/// One thing to do.
#[derive(Debug)]
pub enum Command {
    /// Carry out a task and answer with its id.
    Schedule(ScheduledTask),
    /// A task ended without an answer; whatever it says from now on comes too late.
    CloseTask {
        /// The task.
        id: String,
        /// Why it ended.
        reason: CloseReason,
    },
    /// The execution has ended; no event will be accepted any more.
    Finish(Outcome),
}

/// Why a task ended without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// It took too long, or gave no sign of life, or the execution took too long.
    TimedOut,
    /// The execution was stopped, or failed elsewhere.
    Aborted,
}

/// A task to be carried out. Not `Clone` and with a masked `Debug`: it carries the token.
pub struct ScheduledTask {
    /// Names the task in events.
    pub id: String,
    /// Answers the task from outside.
    pub token: String,
    /// The state that it belongs to.
    pub state_name: String,
    /// What to call.
    pub resource: Resource,
    /// What to call it with; the token stands where the definition put it.
    pub parameters: Arc<Value>,
    /// The role in the state's credentials.
    pub role_arn: Option<String>,
    /// How long it may take.
    pub timeout_ms: Option<i64>,
    /// How often it must give a sign of life.
    pub heartbeat_ms: Option<i64>,
    /// The earlier of its two deadlines, in epoch milliseconds.
    pub deadline_ms: Option<i64>,
    /// Whether the answer comes from outside, with the token.
    pub waits_for_token: bool,
}

impl fmt::Debug for ScheduledTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the token nor the parameters, which may contain it.
        f.debug_struct("ScheduledTask")
            .field("id", &self.id)
            .field("state_name", &self.state_name)
            .field("resource", &self.resource.arn())
            .finish_non_exhaustive()
    }
}

/// How an execution ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome<P = Arc<Value>> {
    /// It reached an end.
    Succeeded {
        /// The output of its last state.
        output: P,
    },
    /// It failed.
    Failed {
        /// The name of the error.
        error: Option<String>,
        /// The cause, for people.
        cause: Option<String>,
        /// Whether the definition itself said so, in a Fail state.
        by_fail_state: bool,
    },
    /// It took longer than the definition allows in total.
    TimedOut {
        /// The name of the error.
        error: Option<String>,
        /// The cause, for people.
        cause: Option<String>,
    },
    /// It was stopped from outside.
    Aborted {
        /// The name of the error, if one was given.
        error: Option<String>,
        /// The cause, if one was given.
        cause: Option<String>,
    },
}

impl<P> Outcome<P> {
    /// The same with the payload replaced.
    pub(crate) fn map<'p, Q>(
        &'p self,
        mut payload: impl FnMut(&'p P) -> Option<Q>,
    ) -> Option<Outcome<Q>> {
        Some(match self {
            Outcome::Succeeded { output } => Outcome::Succeeded {
                output: payload(output)?,
            },
            Outcome::Failed {
                error,
                cause,
                by_fail_state,
            } => Outcome::Failed {
                error: error.clone(),
                cause: cause.clone(),
                by_fail_state: *by_fail_state,
            },
            Outcome::TimedOut { error, cause } => Outcome::TimedOut {
                error: error.clone(),
                cause: cause.clone(),
            },
            Outcome::Aborted { error, cause } => Outcome::Aborted {
                error: error.clone(),
                cause: cause.clone(),
            },
        })
    }
}
