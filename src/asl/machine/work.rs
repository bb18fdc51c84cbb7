//! What states do once they are entered; those that call something hand over to `schedule`.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::stay::Stay;
use super::{Interruption, Progress, Run, data};
use crate::definition::{Choice, Fail, Pass, Seconds, Text, Transition, Until, Wait, Work};
use crate::failure::{Failure, Origin, name};
use crate::path::Path;
use crate::retry::MAX_SECONDS;
use crate::state::Activity;
use crate::template::Scope;
use crate::timestamp;

impl<'d> Run<'d, '_> {
    pub(super) fn work(&mut self, stay: Stay<'d>) -> Result<Progress, Interruption> {
        match &stay.node.work {
            Work::Pass(pass) => match self.pass(&stay, pass) {
                Ok(output) => self.leave(&stay, output, pass.transition),
                Err(failure) => Ok(self.give_up(&stay, failure)),
            },
            Work::Choice(choice) => match self.choose(&stay, choice) {
                Ok((output, target)) => self.leave(&stay, output, Transition::Next(target)),
                Err(failure) => Ok(self.give_up(&stay, failure)),
            },
            Work::Wait(wait) => self.wait(stay, wait),
            Work::Task(task) => self.schedule(stay, task),
            Work::Succeed => self.leave_unchanged(stay, Transition::End),
            Work::Fail(fail) => Ok(match self.read(&stay, fail) {
                Ok(failure) => {
                    Progress::Halt(self.end_failed(stay.branch.previous_event_id, failure, true))
                }
                Err(failure) => self.give_up(&stay, failure),
            }),
        }
    }

    fn pass(&mut self, stay: &Stay, pass: &Pass) -> Result<Arc<Value>, Failure> {
        let input = self.input(stay)?;
        let result = match (&pass.result, &pass.parameters) {
            (Some(result), _) => Arc::clone(result),
            (None, Some(parameters)) => parameters.evaluate(&mut self.scope(&input, stay, None))?,
            (None, None) => input,
        };
        let placed = data::place(pass.result_path.as_ref(), &stay.branch.input, result)?;
        self.output(stay, placed)
    }

    fn choose(&mut self, stay: &Stay, choice: &Choice) -> Result<(Arc<Value>, usize), Failure> {
        let input = self.input(stay)?;
        let scope = self.scope(&input, stay, None);
        let mut chosen = choice.default;
        for (condition, target) in &choice.rules {
            if condition.holds(&scope)? {
                chosen = Some(*target);
                break;
            }
        }
        let target = chosen.ok_or_else(|| {
            let cause = "Failed to transition out of the state. No rule matches the input and there is no default.";
            Failure::processing(name::NO_CHOICE_MATCHED, cause)
        })?;
        Ok((self.output(stay, input)?, target))
    }

    fn wait(&mut self, mut stay: Stay, wait: &Wait) -> Result<Progress, Interruption> {
        match self.wait_until(&stay, wait) {
            Ok(until_ms) if until_ms > self.env.now_ms => {
                stay.branch.activity = Activity::Wait { until_ms };
                Ok(stay.rest())
            }
            Ok(_) => self.leave_unchanged(stay, wait.transition),
            Err(failure) => Ok(self.give_up(&stay, failure)),
        }
    }

    /// When a Wait state is over, in epoch milliseconds.
    fn wait_until(&mut self, stay: &Stay, wait: &Wait) -> Result<i64, Failure> {
        let now_ms = self.env.now_ms;
        let input = self.input(stay)?;
        let scope = self.scope(&input, stay, None);
        let until_ms = match &wait.until {
            Until::Timestamp(timestamp) => in_milliseconds(timestamp),
            Until::TimestampPath(path) => timestamp_at(path, &scope)?,
            Until::Seconds(seconds) => {
                let seconds = evaluate_seconds("SecondsPath", seconds, &scope)?;
                now_ms.saturating_add(seconds.saturating_mul(1000))
            }
        };
        if until_ms.saturating_sub(now_ms) > MAX_SECONDS as i64 * 1000 {
            return Err(Failure::runtime("Wait state delay is too long."));
        }
        Ok(until_ms)
    }

    /// The failure that a Fail state stands for.
    fn read(&mut self, stay: &Stay, fail: &Fail) -> Result<Failure, Failure> {
        let mut scope = self.scope(&stay.branch.input, stay, None);
        let mut text = |field: &str, text: &Option<Text>| {
            text.as_ref()
                .map(|text| evaluate_text(field, text, &mut scope))
                .transpose()
        };
        let (error, cause) = (
            text("ErrorPath", &fail.error)?,
            text("CausePath", &fail.cause)?,
        );
        Ok(Failure::new(error, cause, Origin::Task))
    }
}

/// The text that `field` gives, which must turn out as a string.
pub(super) fn evaluate_text(
    field: &str,
    text: &Text,
    scope: &mut Scope,
) -> Result<String, Failure> {
    match text {
        Text::Literal(text) => Ok(text.clone()),
        Text::Computed(expression) => match expression.evaluate(field, scope)? {
            Value::String(text) => Ok(text),
            other => Err(Failure::runtime(format!(
                "The {field} field does not refer to a string but to {other}"
            ))),
        },
    }
}

/// The seconds that `field` gives: a whole number, not negative.
pub(super) fn evaluate_seconds(
    field: &str,
    seconds: &Seconds,
    scope: &Scope,
) -> Result<i64, Failure> {
    let path = match seconds {
        Seconds::Fixed(seconds) => return Ok(*seconds),
        Seconds::Path(path) => path,
    };
    let value = scope.find(path).ok_or_else(|| no_value(field, path))?;
    match value.as_i64() {
        Some(seconds) if seconds >= 0 => Ok(seconds),
        Some(_) => Err(Failure::runtime(format!(
            "The {field} parameter references a negative value: {} == {value}",
            path.text
        ))),
        None => Err(Failure::runtime(format!(
            "The {field} parameter cannot be parsed as a long value: {} == {value}",
            path.text
        ))),
    }
}

fn timestamp_at(path: &Path, scope: &Scope) -> Result<i64, Failure> {
    let value = scope
        .find(path)
        .ok_or_else(|| no_value("TimestampPath", path))?;
    value.as_str().and_then(timestamp::parse).map(|timestamp| in_milliseconds(&timestamp)).ok_or_else(|| {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Failure::runtime(format!(
            "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: {} == {shown}",
            path.text
        ))
    })
}

fn no_value(field: &str, path: &Path) -> Failure {
    Failure::runtime(format!(
        "The {field} parameter does not reference an input value: {}",
        path.text
    ))
}

/// Rounded up, so that nothing wakes early.
fn in_milliseconds(timestamp: &Timestamp) -> i64 {
    timestamp.as_millisecond() + i64::from(timestamp.subsec_nanosecond() % 1_000_000 > 0)
}
