//! What a task is answered with, and what that means for its case and its execution.

use serde_json::{Value, json};

use super::Decider;
use crate::asl::Event;
use crate::ids::TaskId;
use crate::moderation::flow::Ruling;
use crate::moderation::rows::{CaseRow, CaseStatus, TaskOutcome};
use crate::text_enum;

text_enum! {
    /// What somebody decided.
    Decision {
        /// Publish.
        Approved = "APPROVED",
        /// Do not publish.
        Rejected = "REJECTED",
    }
}

/// What the answer is.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A decision.
    Decision {
        /// Which.
        decision: Decision,
        /// What the author reads.
        reason: Option<String>,
        /// What colleagues read.
        note: Option<String>,
    },
    /// Any output, from an SDK. `{"status": "APPROVED"}` and `{"status": "REJECTED"}` are decisions.
    Output(Value),
    /// A failure, from an SDK.
    Failure {
        /// The error's name.
        error: Option<String>,
        /// In words.
        cause: Option<String>,
    },
}

impl Answer {
    /// What was decided of a case, if it was.
    pub(crate) fn of(case: &CaseRow) -> Option<Self> {
        Some(Self::Decision {
            decision: match case.status {
                CaseStatus::Approved => Decision::Approved,
                CaseStatus::Rejected => Decision::Rejected,
                _ => return None,
            },
            reason: case.reason.clone(),
            note: case.note.clone(),
        })
    }

    pub(crate) fn decision(&self) -> Option<Decision> {
        match self {
            Self::Decision { decision, .. } => Some(*decision),
            Self::Output(output) => output["status"].as_str()?.parse().ok(),
            Self::Failure { .. } => None,
        }
    }

    /// The text that is kept and that a repeated answer is compared with.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Decision {
                decision, reason, ..
            } => json!({"status": decision, "reason": reason}).to_string(),
            Self::Output(output) => output.to_string(),
            Self::Failure { error, cause } => json!({"error": error, "cause": cause}).to_string(),
        }
    }

    pub(crate) fn event(&self, task: &TaskId) -> Event {
        let task = task.as_str().to_owned();
        match self {
            Self::Decision {
                decision, reason, ..
            } => {
                let mut output = json!({"status": decision});
                if let Some(reason) = reason {
                    output["reason"] = json!(reason);
                }
                Event::TaskSucceeded { task, output }
            }
            Self::Output(output) => Event::TaskSucceeded {
                task,
                output: output.clone(),
            },
            Self::Failure { error, cause } => Event::TaskFailed {
                task,
                error: error.clone(),
                cause: cause.clone(),
            },
        }
    }

    pub(crate) fn ruling(&self, by: &Decider) -> Ruling {
        let (reason, note) = match self {
            Self::Decision { reason, note, .. } => (reason.clone(), note.clone()),
            Self::Output(output) => (output["reason"].as_str().map(str::to_owned), None),
            Self::Failure { cause, .. } => (cause.clone(), None),
        };
        Ruling {
            status: match self.decision() {
                Some(Decision::Approved) => CaseStatus::Approved,
                Some(Decision::Rejected) => CaseStatus::Rejected,
                None => CaseStatus::Answered,
            },
            by: by.actor.clone(),
            by_name: by.name.clone(),
            via: by.via,
            reason,
            note,
            outcome: match self {
                Self::Failure { .. } => TaskOutcome::Failed,
                _ => TaskOutcome::Succeeded,
            },
            answer: self.text(),
        }
    }
}
