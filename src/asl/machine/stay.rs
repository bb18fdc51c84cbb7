//! A stay at a state: how it is entered and left, and how data flows in and out.

use std::sync::Arc;

use serde_json::Value;

use super::{Interruption, Progress, Run, data};
use crate::context::{ContextObject, Draws};
use crate::definition::{Definition, Node, StateKind, Transition};
use crate::failure::{Failure, Origin, name};
use crate::history::{Details, EventKind};
use crate::state::{Activity, Branch, Status};
use crate::template::Scope;

/// A branch at the state that it names.
pub(super) struct Stay<'d> {
    pub node: &'d Node,
    pub branch: Branch,
}

impl<'d> Stay<'d> {
    /// The stay that a branch stands for; `None` if the definition has no such state.
    pub fn resume(definition: &'d Definition, branch: &Branch) -> Option<Self> {
        let place = definition.machine.by_name.get(&branch.state)?;
        Some(Stay {
            node: &definition.machine.states[*place],
            branch: branch.clone(),
        })
    }

    /// Halts here, to wait.
    pub fn rest(self) -> Progress {
        Progress::Halt(Status::Running(self.branch))
    }

    /// Says in the cause which state it was, where the interpreter itself found the fault.
    pub fn explain(&self, failure: Failure) -> Failure {
        let is_plain = failure.error.as_deref() == Some(name::DATA_LIMIT_EXCEEDED);
        if failure.origin != Origin::Processing || is_plain {
            return failure;
        }
        let cause = format!(
            "An error occurred while executing the state '{}' (entered at the event id #{}). {}",
            self.node.name,
            self.branch.entered_event_id,
            failure.cause.as_deref().unwrap_or_default()
        );
        Failure {
            cause: Some(cause),
            ..failure
        }
    }

    /// How often the state was retried; only Task states can be.
    fn retry_count(&self) -> Option<u32> {
        (self.node.kind() == StateKind::Task).then(|| self.branch.retries.iter().sum())
    }
}

impl Branch {
    /// A branch that is about to enter `node`.
    pub(super) fn before(
        node: &Node,
        input: Arc<Value>,
        previous_event_id: u64,
        now_ms: i64,
    ) -> Branch {
        Branch {
            state: Arc::clone(&node.name),
            input,
            entered_ms: now_ms,
            entered_event_id: previous_event_id,
            previous_event_id,
            retries: Vec::new(),
            activity: Activity::Turn { at_ms: now_ms },
        }
    }
}

impl<'d> Run<'d, '_> {
    pub(super) fn enter(
        &mut self,
        node: &'d Node,
        input: Arc<Value>,
        previous_event_id: u64,
    ) -> Result<Stay<'d>, Interruption> {
        let name = Some(Arc::clone(&node.name));
        let details = Details {
            name,
            input: Some(Arc::clone(&input)),
            ..Details::default()
        };
        let entered_id = self.record(previous_event_id, node.entered(), details)?;
        Ok(Stay {
            node,
            branch: Branch::before(node, input, entered_id, self.env.now_ms),
        })
    }

    pub(super) fn leave(
        &mut self,
        stay: &Stay,
        output: Arc<Value>,
        transition: Transition,
    ) -> Result<Progress, Interruption> {
        let mut previous_event_id = stay.branch.previous_event_id;
        if let Some(kind) = stay.node.exited() {
            let name = Some(Arc::clone(&stay.node.name));
            let details = Details {
                name,
                output: Some(Arc::clone(&output)),
                ..Details::default()
            };
            previous_event_id = self.record(previous_event_id, kind, details)?;
        }
        Ok(match transition {
            Transition::Next(to) => Progress::Go {
                to,
                input: output,
                previous_event_id,
            },
            Transition::End => Progress::Halt(self.end_succeeded(previous_event_id, output)),
        })
    }

    /// Leaves a state that hands on its input.
    pub(super) fn leave_unchanged(
        &mut self,
        stay: Stay,
        transition: Transition,
    ) -> Result<Progress, Interruption> {
        match self
            .input(&stay)
            .and_then(|input| self.output(&stay, input))
        {
            Ok(output) => self.leave(&stay, output, transition),
            Err(failure) => Ok(self.give_up(&stay, failure)),
        }
    }

    /// Ends the execution with a failure that nobody catches.
    pub(super) fn give_up(&mut self, stay: &Stay, failure: Failure) -> Progress {
        Progress::Halt(self.end_failed(stay.branch.previous_event_id, stay.explain(failure), false))
    }

    /// The effective input: the raw input through `InputPath`.
    pub(super) fn input(&mut self, stay: &Stay) -> Result<Arc<Value>, Failure> {
        let raw = &stay.branch.input;
        data::select(
            "InputPath",
            stay.node.input_path.as_ref(),
            raw,
            &self.scope(raw, stay, None),
        )
    }

    /// The output: the result through `OutputPath`, within the limits.
    pub(super) fn output(
        &mut self,
        stay: &Stay,
        result: Arc<Value>,
    ) -> Result<Arc<Value>, Failure> {
        let path = stay.node.output_path.as_ref();
        let output = data::select(
            "OutputPath",
            path,
            &result,
            &self.scope(&result, stay, None),
        )?;
        if Arc::ptr_eq(&output, &stay.branch.input) {
            // It was within the limits when it came in.
            return Ok(output);
        }
        data::bounded(&stay.node.name, output)
    }

    /// What paths and intrinsic functions can see during a stay.
    pub(super) fn scope<'s>(
        &'s mut self,
        data: &'s Value,
        stay: &'s Stay,
        task_token: Option<&'s str>,
    ) -> Scope<'s> {
        let context = ContextObject {
            execution: self.context,
            input: self.input,
            state_name: &stay.node.name,
            entered_ms: stay.branch.entered_ms,
            retry_count: stay.retry_count(),
            task_token,
        };
        Scope::new(data, context, Draws::new(&mut *self.env.random))
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
