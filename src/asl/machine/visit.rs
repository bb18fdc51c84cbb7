//! Entering states and leaving them; what those that need no answer do in between.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::{Here, HistoryFull, Progress, Run, Visit, data};
use crate::definition::{
    Choice, Fail, Node, Pass, Seconds, StateKind, Text, Transition, Until, Wait, Work,
};
use crate::failure::{Failure, Origin, name};
use crate::history::{Details, EventKind};
use crate::path::Path;
use crate::retry::MAX_SECONDS;
use crate::state::{Activity, Branch, Status};
use crate::template::Scope;
use crate::timestamp;

impl<'a> Run<'a, '_> {
    /// Enters `node` and does its work.
    pub(super) fn visit(
        &mut self,
        node: &'a Node,
        input: Arc<Value>,
        previous_event_id: u64,
    ) -> Result<Progress, HistoryFull> {
        let details = Details {
            name: Some(Arc::clone(&node.name)),
            input: Some(Arc::clone(&input)),
            ..Details::default()
        };
        let entered_event_id = self.record(previous_event_id, node.entered(), details)?;
        let branch = Branch {
            state: Arc::clone(&node.name),
            input,
            entered_ms: self.env.now_ms,
            entered_event_id,
            previous_event_id: entered_event_id,
            retries: Vec::new(),
            activity: Activity::Turn {
                at_ms: self.env.now_ms,
            },
        };
        match &node.work {
            Work::Pass(pass) => match self.pass(node, &branch, pass) {
                Ok(output) => self.leave(node, &branch, output, pass.transition),
                Err(failure) => Ok(self.give_up(&branch, failure)),
            },
            Work::Choice(choice) => match self.choose(node, &branch, choice) {
                Ok((output, target)) => self.leave(node, &branch, output, Transition::Next(target)),
                Err(failure) => Ok(self.give_up(&branch, failure)),
            },
            Work::Succeed => self.leave_unchanged(node, &branch, Transition::End),
            Work::Fail(fail) => Ok(self.fail(&branch, fail)),
            Work::Wait(wait) => self.wait(node, branch, wait),
            Work::Task(task) => self.schedule(node, branch, task),
        }
    }

    fn pass(&mut self, node: &Node, branch: &Here, pass: &Pass) -> Result<Arc<Value>, Failure> {
        let visit = branch.visit(None);
        let input = data::select(
            "InputPath",
            node.input_path.as_ref(),
            &branch.input,
            &self.scope(&branch.input, &visit),
        )?;
        let result = match (&pass.result, &pass.parameters) {
            (Some(result), _) => Arc::clone(result),
            (None, Some(parameters)) => parameters.evaluate(&mut self.scope(&input, &visit))?,
            (None, None) => input,
        };
        let output = data::place(pass.result_path.as_ref(), &branch.input, result)?;
        self.output(node, branch, &output, &visit)
    }

    fn choose(
        &mut self,
        node: &Node,
        branch: &Here,
        choice: &Choice,
    ) -> Result<(Arc<Value>, usize), Failure> {
        let visit = branch.visit(None);
        let input = data::select(
            "InputPath",
            node.input_path.as_ref(),
            &branch.input,
            &self.scope(&branch.input, &visit),
        )?;
        let mut chosen = choice.default;
        let scope = self.scope(&input, &visit);
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
        Ok((self.output(node, branch, &input, &visit)?, target))
    }

    fn fail(&mut self, branch: &Here, fail: &Fail) -> Progress {
        let visit = branch.visit(None);
        let mut scope = self.scope(&branch.input, &visit);
        let texts = evaluate_text("ErrorPath", fail.error.as_ref(), &mut scope).and_then(|error| {
            Ok((
                error,
                evaluate_text("CausePath", fail.cause.as_ref(), &mut scope)?,
            ))
        });
        match texts {
            Ok((error, cause)) => {
                let failure = Failure {
                    error: error.map(Into::into),
                    cause,
                    origin: Origin::Task,
                };
                Progress::Halt(self.end_failed(branch.previous_event_id, failure, true))
            }
            Err(failure) => self.give_up(branch, failure),
        }
    }

    fn wait(
        &mut self,
        node: &'a Node,
        mut branch: Here,
        wait: &Wait,
    ) -> Result<Progress, HistoryFull> {
        match self.wait_until(node, &branch, wait) {
            Ok(until_ms) if until_ms > self.env.now_ms => {
                branch.activity = Activity::Wait { until_ms };
                Ok(Progress::Halt(Status::Running(branch)))
            }
            Ok(_) => self.leave_unchanged(node, &branch, wait.transition),
            Err(failure) => Ok(self.give_up(&branch, failure)),
        }
    }

    /// When a Wait state is over, in epoch milliseconds.
    fn wait_until(&mut self, node: &Node, branch: &Here, wait: &Wait) -> Result<i64, Failure> {
        let now_ms = self.env.now_ms;
        let visit = branch.visit(None);
        let input = data::select(
            "InputPath",
            node.input_path.as_ref(),
            &branch.input,
            &self.scope(&branch.input, &visit),
        )?;
        let scope = self.scope(&input, &visit);
        let until_ms = match &wait.until {
            Until::Timestamp(timestamp) => in_milliseconds(timestamp),
            Until::TimestampPath(path) => timestamp_at(path, &scope)?,
            Until::Seconds(Seconds::Fixed(seconds)) => now_ms.saturating_add(seconds * 1000),
            Until::Seconds(Seconds::Path(path)) => {
                let seconds = seconds_at("SecondsPath", path, &scope)?;
                now_ms.saturating_add(seconds.saturating_mul(1000))
            }
        };
        if until_ms.saturating_sub(now_ms) > MAX_SECONDS as i64 * 1000 {
            return Err(Failure::runtime("Wait state delay is too long."));
        }
        Ok(until_ms)
    }

    /// Leaves a state that hands on its input.
    pub(super) fn leave_unchanged(
        &mut self,
        node: &Node,
        branch: &Here,
        transition: Transition,
    ) -> Result<Progress, HistoryFull> {
        let visit = branch.visit(None);
        let output = data::select(
            "InputPath",
            node.input_path.as_ref(),
            &branch.input,
            &self.scope(&branch.input, &visit),
        )
        .and_then(|input| self.output(node, branch, &input, &visit));
        match output {
            Ok(output) => self.leave(node, branch, output, transition),
            Err(failure) => Ok(self.give_up(branch, failure)),
        }
    }

    /// Applies `OutputPath` and the limits.
    pub(super) fn output(
        &mut self,
        node: &Node,
        branch: &Here,
        result: &Arc<Value>,
        visit: &Visit,
    ) -> Result<Arc<Value>, Failure> {
        let output = data::select(
            "OutputPath",
            node.output_path.as_ref(),
            result,
            &self.scope(result, visit),
        )?;
        if Arc::ptr_eq(&output, &branch.input) {
            // It was within the limits when it came in.
            return Ok(output);
        }
        data::bounded(&node.name, output)
    }

    /// Leaves `node` with its output.
    pub(super) fn leave(
        &mut self,
        node: &Node,
        branch: &Here,
        output: Arc<Value>,
        transition: Transition,
    ) -> Result<Progress, HistoryFull> {
        let details = Details {
            name: Some(Arc::clone(&node.name)),
            output: Some(Arc::clone(&output)),
            ..Details::default()
        };
        let exited_id = match node.exited() {
            Some(kind) => self.record(branch.previous_event_id, kind, details)?,
            None => branch.previous_event_id,
        };
        Ok(match transition {
            Transition::Next(to) => Progress::Go {
                to,
                input: output,
                previous_event_id: exited_id,
            },
            Transition::End => Progress::Halt(self.end_succeeded(exited_id, output)),
        })
    }

    /// Ends the execution with a failure that nobody catches.
    pub(super) fn give_up(&mut self, branch: &Here, failure: Failure) -> Progress {
        Progress::Halt(self.end_failed(branch.previous_event_id, branch.explain(failure), false))
    }
}

impl Branch<Arc<Value>> {
    /// What the context object knows of the visit to a state that cannot retry.
    pub(super) fn visit(&self, retry_count: Option<u32>) -> Visit<'_> {
        Visit {
            state_name: &self.state,
            entered_ms: self.entered_ms,
            retry_count,
            task_token: None,
        }
    }

    /// Says in the cause which state it was, where the interpreter itself found the fault.
    pub(super) fn explain(&self, failure: Failure) -> Failure {
        let is_plain = failure.error.as_deref() == Some(name::DATA_LIMIT_EXCEEDED);
        if failure.origin != Origin::Processing || is_plain {
            return failure;
        }
        let cause = format!(
            "An error occurred while executing the state '{}' (entered at the event id #{}). {}",
            self.state,
            self.entered_event_id,
            failure.cause.as_deref().unwrap_or_default()
        );
        Failure {
            cause: Some(cause),
            ..failure
        }
    }
}

impl Node {
    fn entered(&self) -> EventKind {
        match self.kind() {
            StateKind::Pass => EventKind::PassStateEntered,
            StateKind::Task => EventKind::TaskStateEntered,
            StateKind::Choice => EventKind::ChoiceStateEntered,
            StateKind::Wait => EventKind::WaitStateEntered,
            StateKind::Succeed => EventKind::SucceedStateEntered,
            StateKind::Fail => EventKind::FailStateEntered,
        }
    }

    /// A Fail state is never left.
    fn exited(&self) -> Option<EventKind> {
        Some(match self.kind() {
            StateKind::Pass => EventKind::PassStateExited,
            StateKind::Task => EventKind::TaskStateExited,
            StateKind::Choice => EventKind::ChoiceStateExited,
            StateKind::Wait => EventKind::WaitStateExited,
            StateKind::Succeed => EventKind::SucceedStateExited,
            StateKind::Fail => return None,
        })
    }
}

/// The text of `field`, which must turn out as a string.
pub(super) fn evaluate_text(
    field: &str,
    text: Option<&Text>,
    scope: &mut Scope,
) -> Result<Option<String>, Failure> {
    match text {
        None => Ok(None),
        Some(Text::Literal(text)) => Ok(Some(text.clone())),
        Some(Text::Computed(expression)) => match expression.evaluate(field, scope)? {
            Value::String(text) => Ok(Some(text)),
            other => Err(Failure::runtime(format!(
                "The {field} field does not refer to a string but to {other}"
            ))),
        },
    }
}

/// The seconds that `path` of `field` names: a whole number, not negative.
pub(super) fn seconds_at(field: &str, path: &Path, scope: &Scope) -> Result<i64, Failure> {
    let value = scope.find(path).ok_or_else(|| {
        Failure::runtime(format!(
            "The {field} parameter does not reference an input value: {}",
            path.text
        ))
    })?;
    match value.as_i64() {
        Some(seconds) if seconds >= 0 => Ok(seconds),
        Some(_) => Err(Failure::runtime(format!(
            "The {field} parameter references a negative value: {} == {value}",
            path.text
        ))),
        None => {
            let cause = format!(
                "The {field} parameter cannot be parsed as a long value: {} == {value}",
                path.text
            );
            Err(Failure::runtime(cause))
        }
    }
}

fn timestamp_at(path: &Path, scope: &Scope) -> Result<i64, Failure> {
    let value = scope.find(path).ok_or_else(|| {
        Failure::runtime(format!(
            "The TimestampPath parameter does not reference an input value: {}",
            path.text
        ))
    })?;
    value.as_str().and_then(timestamp::parse).map(|timestamp| in_milliseconds(&timestamp)).ok_or_else(|| {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Failure::runtime(format!(
            "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: {} == {shown}",
            path.text
        ))
    })
}

/// Rounded up, so that nothing wakes early.
fn in_milliseconds(timestamp: &Timestamp) -> i64 {
    let below = timestamp.subsec_nanosecond() % 1_000_000 > 0;
    timestamp.as_millisecond() + i64::from(below)
}
