//! The place in the queue that a post keeps when its author corrects it. It is a part of the new run's input, since that run
//! may ask external checks for a while before it parks.

use serde_json::{Value, json};

use super::Passage;
use crate::asl::State;
use crate::engine::pack::unpack;
use crate::moderation::rows::{CaseStatus, ExecutionStatus, Subject};

/// Beside `hold.timeoutSeconds`, only where there is one.
const KEY: &str = "placeMs";

pub(super) fn write(input: &mut Value, place_ms: i64) {
    input["hold"][KEY] = json!(place_ms);
}

pub(super) fn read(input: &Value) -> Option<i64> {
    input["hold"][KEY].as_i64()
}

impl Passage<'_> {
    /// The place of a post that waits, or that is being checked and waited before.
    pub(crate) fn place_of(subject: &Subject) -> anyhow::Result<Option<i64>> {
        if let Some(case) = &subject.case {
            let is_waiting = case.status == CaseStatus::Waiting;
            return Ok(is_waiting.then_some(case.rank_ms));
        }
        let (execution, texts) = (&subject.execution, subject.revision.texts());
        match &execution.state {
            Some(packed) if execution.status == ExecutionStatus::Running => {
                Ok(read(State::decode(&unpack(packed)?, &texts)?.input()))
            }
            _ => Ok(None),
        }
    }
}
