//! After a failure of a Task state: retry, or catch, or give up.

use std::sync::Arc;

use serde_json::json;

use super::stay::Stay;
use super::{Interruption, Progress, Run, data};
use crate::definition::{Task, Transition};
use crate::failure::Failure;
use crate::retry::{Catcher, find_retrier};
use crate::state::Activity;

impl Run<'_, '_> {
    pub(super) fn recover(
        &mut self,
        mut stay: Stay,
        task: &Task,
        failure: Failure,
    ) -> Result<Progress, Interruption> {
        if let Some((place, retrier)) = find_retrier(&task.retriers, &failure) {
            stay.branch.retries.resize(task.retriers.len(), 0);
            let attempts = stay.branch.retries[place];
            if attempts < retrier.max_attempts {
                stay.branch.retries[place] += 1;
                let delay_ms = retrier.delay_ms(attempts, &mut *self.env.random);
                let until_ms = self.env.now_ms.saturating_add(delay_ms);
                stay.branch.activity = Activity::Backoff { until_ms };
                return Ok(stay.rest());
            }
        }
        match task
            .catchers
            .iter()
            .find(|catcher| failure.is_matched_by(&catcher.errors))
        {
            Some(catcher) => self.catch(&stay, catcher, failure),
            None => Ok(self.give_up(&stay, failure)),
        }
    }

    fn catch(
        &mut self,
        stay: &Stay,
        catcher: &Catcher,
        failure: Failure,
    ) -> Result<Progress, Interruption> {
        let Failure { error, cause, .. } = stay.explain(failure);
        let caught =
            json!({"Error": error.unwrap_or_default(), "Cause": cause.unwrap_or_default()});
        let output = data::place(
            catcher.result_path.as_ref(),
            &stay.branch.input,
            Arc::new(caught),
        )
        .and_then(|output| data::bounded(&stay.node.name, output));
        match output {
            Ok(output) => self.leave(stay, output, Transition::Next(catcher.next)),
            Err(failure) => Ok(self.give_up(stay, failure)),
        }
    }
}
