//! What can happen to an execution.

use std::fmt;

use serde_json::Value;

/// Something that happened. Answers name their task by id; the token was checked before.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A worker has taken an activity's task. (Services and functions count as started at once.)
    TaskStarted {
        /// The task.
        task: String,
        /// The name that the worker gave itself.
        worker: Option<String>,
    },
    /// The call behind a `.sync` or `.waitForTaskToken` task has been made; its answer is still to come.
    TaskSubmitted {
        /// The task.
        task: String,
        /// What the call returned.
        output: Value,
    },
    /// A task has succeeded.
    TaskSucceeded {
        /// The task.
        task: String,
        /// Its result.
        output: Value,
    },
    /// A task has failed.
    TaskFailed {
        /// The task.
        task: String,
        /// The name of the error.
        error: Option<String>,
        /// The cause, for people.
        cause: Option<String>,
    },
    /// A task has given a sign of life.
    TaskHeartbeat {
        /// The task.
        task: String,
    },
    /// Time has passed. Which deadlines are due follows from the time of the step; too early is no harm.
    Woken,
    /// Somebody stops the execution.
    Stopped {
        /// The name of an error.
        error: Option<String>,
        /// A cause.
        cause: Option<String>,
    },
}

/// Why an event is refused. The state is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepError {
    /// There is no such open task: it never was, or it has ended, or what happened to it happened before.
    UnknownTask,
    /// The execution has ended.
    Finished,
    /// The state names a state which this definition does not have: it belongs to another one.
    WrongDefinition,
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StepError::UnknownTask => "there is no such open task",
            StepError::Finished => "the execution has ended",
            StepError::WrongDefinition => "the state belongs to another definition",
        })
    }
}

impl std::error::Error for StepError {}
