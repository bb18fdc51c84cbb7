//! The kinds of events, with the names that AWS gives them.

use serde::{Deserialize, Serialize};

/// What happened. The documentation of `HistoryEvent` in the API of AWS Step Functions explains each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are AWS's, and so is their documentation")]
#[rustfmt::skip]
pub enum EventKind {
    ActivityFailed, ActivityScheduled, ActivityScheduleFailed, ActivityStarted, ActivitySucceeded, ActivityTimedOut,
    ChoiceStateEntered, ChoiceStateExited,
    EvaluationFailed,
    ExecutionAborted, ExecutionFailed, ExecutionRedriven, ExecutionStarted, ExecutionSucceeded, ExecutionTimedOut,
    FailStateEntered,
    LambdaFunctionFailed, LambdaFunctionScheduled, LambdaFunctionScheduleFailed, LambdaFunctionStarted,
    LambdaFunctionStartFailed, LambdaFunctionSucceeded, LambdaFunctionTimedOut,
    MapIterationAborted, MapIterationFailed, MapIterationStarted, MapIterationSucceeded,
    MapRunAborted, MapRunFailed, MapRunRedriven, MapRunStarted, MapRunSucceeded,
    MapStateAborted, MapStateEntered, MapStateExited, MapStateFailed, MapStateStarted, MapStateSucceeded,
    ParallelStateAborted, ParallelStateEntered, ParallelStateExited, ParallelStateFailed, ParallelStateStarted,
    ParallelStateSucceeded,
    PassStateEntered, PassStateExited,
    SucceedStateEntered, SucceedStateExited,
    TaskFailed, TaskScheduled, TaskStarted, TaskStartFailed, TaskStateAborted, TaskStateEntered, TaskStateExited,
    TaskSubmitFailed, TaskSubmitted, TaskSucceeded, TaskTimedOut,
    WaitStateAborted, WaitStateEntered, WaitStateExited,
}

impl EventKind {
    /// The field that holds the details in AWS's JSON; some kinds have none.
    pub(super) fn details_field(self) -> Option<String> {
        let name = format!("{self:?}");
        let detailed = match self {
            EventKind::LambdaFunctionStarted
            | EventKind::ParallelStateStarted
            | EventKind::ParallelStateSucceeded
            | EventKind::MapStateSucceeded
            | EventKind::MapRunSucceeded
            | EventKind::MapRunAborted => return None,
            _ if name.ends_with("StateAborted") => return None,
            _ if name.ends_with("StateEntered") => "StateEntered",
            _ if name.ends_with("StateExited") => "StateExited",
            _ => &name,
        };
        let (first, rest) = detailed.split_at(1);
        Some(format!("{}{rest}EventDetails", first.to_ascii_lowercase()))
    }
}
