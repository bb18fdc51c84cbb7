//! The errors that a state can end with.

use std::borrow::Cow;

/// The names that the language reserves.
pub(crate) mod name {
    pub const ALL: &str = "States.ALL";
    pub const TASK_FAILED: &str = "States.TaskFailed";
    pub const TIMEOUT: &str = "States.Timeout";
    pub const HEARTBEAT_TIMEOUT: &str = "States.HeartbeatTimeout";
    pub const RUNTIME: &str = "States.Runtime";
    pub const DATA_LIMIT_EXCEEDED: &str = "States.DataLimitExceeded";
    pub const NO_CHOICE_MATCHED: &str = "States.NoChoiceMatched";
    pub const INTRINSIC_FAILURE: &str = "States.IntrinsicFailure";
    pub const RESULT_PATH_MATCH_FAILURE: &str = "States.ResultPathMatchFailure";

    /// All that may stand in `ErrorEquals` with this prefix.
    pub const RESERVED: &[&str] = &[
        ALL,
        TASK_FAILED,
        TIMEOUT,
        HEARTBEAT_TIMEOUT,
        RUNTIME,
        DATA_LIMIT_EXCEEDED,
        NO_CHOICE_MATCHED,
        INTRINSIC_FAILURE,
        RESULT_PATH_MATCH_FAILURE,
        "States.BranchFailed",
        "States.ExceedToleratedFailureThreshold",
        "States.Http.Socket",
        "States.ItemReaderFailed",
        "States.ParameterPathFailure",
        "States.Permissions",
        "States.QueryEvaluationError",
        "States.ResultWriterFailed",
    ];
}

/// Where a failure comes from, which decides who may catch it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Origin {
    /// The task answered it.
    Task,
    /// The task did not answer in time; reported as `States.Timeout`.
    Timeout,
    /// The task gave no sign of life; also reported as `States.Timeout`.
    Heartbeat,
    /// The interpreter could not process the data.
    Processing,
}

/// A state's error: a name, a cause for people, and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Failure {
    pub error: Option<Cow<'static, str>>,
    pub cause: Option<String>,
    pub origin: Origin,
}

impl Failure {
    /// The definition does not fit the data: always ends the execution.
    pub fn runtime(cause: impl Into<String>) -> Failure {
        Failure::processing(name::RUNTIME, cause)
    }

    pub fn processing(error: &'static str, cause: impl Into<String>) -> Failure {
        Failure {
            error: Some(error.into()),
            cause: Some(cause.into()),
            origin: Origin::Processing,
        }
    }

    /// `what` (a state or the resource of a task) gave more than fits.
    pub fn data_limit(what: &str) -> Failure {
        Failure::processing(
            name::DATA_LIMIT_EXCEEDED,
            format!(
                "The state/task '{what}' returned a result with a size exceeding the maximum number of bytes service limit."
            ),
        )
    }

    /// Whether `ErrorEquals` with these names catches this.
    pub fn is_matched_by(&self, names: &[String]) -> bool {
        names.iter().any(|name| self.is(name))
    }

    fn is(&self, name: &str) -> bool {
        let own = self.error.as_deref().unwrap_or_default();
        let processing = self.origin == Origin::Processing;
        match name {
            _ if own == name::RUNTIME && processing => false,
            _ if own == name => true,
            // Too much data ends the execution unless it is named, or came out of a task.
            name::ALL => !(processing && own == name::DATA_LIMIT_EXCEEDED),
            name::TASK_FAILED => self.origin == Origin::Task && own != name::TIMEOUT,
            name::HEARTBEAT_TIMEOUT => self.origin == Origin::Heartbeat,
            _ => false,
        }
    }
}
