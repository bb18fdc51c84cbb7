//! The errors that a state can end with.

use std::borrow::Cow;
use std::sync::Arc;

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

/// The longest name of an error, in bytes.
const MAX_ERROR_BYTES: usize = 256;
/// The longest cause, in bytes.
const MAX_CAUSE_BYTES: usize = 32_768;

impl Failure {
    /// A failure with texts from outside, cut to what may be stored.
    pub fn new(error: Option<String>, cause: Option<String>, origin: Origin) -> Failure {
        let error = error.map(|error| cut(error, MAX_ERROR_BYTES).into());
        Failure {
            error,
            cause: cause.map(|cause| cut(cause, MAX_CAUSE_BYTES)),
            origin,
        }
    }

    /// The definition does not fit the data: always ends the execution.
    pub fn runtime(cause: impl Into<String>) -> Failure {
        Failure::processing(name::RUNTIME, cause)
    }

    pub fn processing(error: &'static str, cause: impl Into<String>) -> Failure {
        let cause = Some(cut(cause.into(), MAX_CAUSE_BYTES));
        Failure {
            error: Some(error.into()),
            cause,
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

    /// Name and cause, as the history shares them.
    pub fn texts(&self) -> (Option<Arc<str>>, Option<Arc<str>>) {
        (
            self.error.as_deref().map(Arc::from),
            self.cause.as_deref().map(Arc::from),
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

/// `text` without what goes beyond `bytes`.
fn cut(mut text: String, bytes: usize) -> String {
    text.truncate(text.floor_char_boundary(bytes));
    text
}
