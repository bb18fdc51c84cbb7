//! The interpreter: [`start`] and [`step`].
//!
//! A [`Run`] is one step in the making. It works on copies, so a refused event leaves the state as it was.

mod data;
mod record;
mod task;
mod visit;

use std::sync::Arc;

use serde_json::Value;

use crate::command::{CloseReason, Step};
use crate::context::{ContextObject, Draws, Env, ExecutionContext};
use crate::definition::{Definition, Node, Work};
use crate::event::{Event, StepError};
use crate::failure::Failure;
use crate::history::{Details, EventKind};
use crate::state::{Activity, Branch, State, Status};
use crate::template::Scope;

/// The most events a history may have; the execution fails with the last one.
pub const MAX_HISTORY_EVENTS: u64 = 25_000;

/// What the history shows where the parameters of a task contain its token.
pub const TOKEN_MASK: &str = "<task token>";

/// How many states one step enters before it lets others have their turn: a definition that runs in
/// circles must not hold a worker, nor the memory for all its events at once.
const MAX_VISITS_PER_STEP: u32 = 100;

/// A branch with its payloads at hand.
type Here = Branch<Arc<Value>>;

/// Begins an execution and runs it until it waits or ends.
pub fn start(
    definition: &Definition,
    context: &ExecutionContext,
    input: Arc<Value>,
    env: &mut Env,
) -> (State, Step) {
    let timeout_ms = definition.timeout_seconds.map(|seconds| seconds * 1000);
    let deadline_ms = timeout_ms.map(|timeout_ms| context.start_time_ms.saturating_add(timeout_ms));
    let mut run = Run {
        definition,
        context,
        input: &input,
        last_event_id: 0,
        env,
        step: Step::default(),
    };
    let status = run.begin().unwrap_or_else(|HistoryFull| run.end_full());
    let Run {
        last_event_id,
        step,
        ..
    } = run;
    (
        State {
            input,
            last_event_id,
            deadline_ms,
            status,
        },
        step,
    )
}

/// Lets an event happen to an execution and runs it until it waits or ends again.
pub fn step(
    definition: &Definition,
    context: &ExecutionContext,
    state: &mut State,
    event: Event,
    env: &mut Env,
) -> Result<Step, StepError> {
    let branch = state.branch().ok_or(StepError::Finished)?;
    let place = definition
        .machine
        .by_name
        .get(&branch.state)
        .ok_or(StepError::WrongDefinition)?;
    let node = &definition.machine.states[*place];
    let is_answer = matches!(
        event,
        Event::TaskSucceeded { .. } | Event::TaskFailed { .. }
    );
    let (input, last_event_id) = (&state.input, state.last_event_id);
    let mut run = Run {
        definition,
        context,
        input,
        last_event_id,
        env,
        step: Step::default(),
    };
    let status = match run.happen(node, branch.clone(), state.deadline_ms, event)? {
        Ok(status) => status,
        Err(HistoryFull) => {
            // What this step has not closed yet, nobody will.
            if !is_answer && run.step.commands.is_empty() {
                run.close_task(branch, CloseReason::Aborted);
            }
            run.end_full()
        }
    };
    let Run {
        last_event_id,
        step,
        ..
    } = run;
    state.last_event_id = last_event_id;
    state.status = status;
    Ok(step)
}

/// One step in the making.
struct Run<'a, 'e> {
    definition: &'a Definition,
    context: &'a ExecutionContext,
    /// The input of the execution.
    input: &'a Arc<Value>,
    last_event_id: u64,
    env: &'a mut Env<'e>,
    step: Step,
}

/// Where a visit to a state leads.
enum Progress {
    /// On to the next state.
    Go {
        to: usize,
        input: Arc<Value>,
        previous_event_id: u64,
    },
    /// To a halt: waiting, or at the end.
    Halt(Status<Arc<Value>>),
}

/// The history has no room for any event but the last.
struct HistoryFull;

impl<'a> Run<'a, '_> {
    fn begin(&mut self) -> Result<Status<Arc<Value>>, HistoryFull> {
        let input = Arc::clone(self.input);
        let role_arn = self.context.role_arn.as_deref().map(Arc::from);
        let details = Details {
            input: Some(Arc::clone(&input)),
            role_arn,
            ..Details::default()
        };
        let started_id = self.record(0, EventKind::ExecutionStarted, details)?;
        match data::bounded("execution", input) {
            // The first state follows no event, as AWS counts.
            Ok(input) => self.go(Progress::Go {
                to: self.definition.machine.start_at,
                input,
                previous_event_id: 0,
            }),
            Err(failure) => Ok(self.end_failed(started_id, failure, false)),
        }
    }

    /// Lets `event` happen while `branch` is at `node`.
    fn happen(
        &mut self,
        node: &'a Node,
        branch: Here,
        deadline_ms: Option<i64>,
        event: Event,
    ) -> Result<Result<Status<Arc<Value>>, HistoryFull>, StepError> {
        let wake_at_ms = branch.wake_at_ms();
        let is_due = |due_ms: Option<i64>| due_ms.is_some_and(|due_ms| due_ms <= self.env.now_ms);
        let progress = match event {
            Event::Stopped { error, cause } => self.stop(node, &branch, error, cause),
            // Of two deadlines that have passed, the earlier one came true.
            Event::Woken
                if is_due(deadline_ms)
                    && wake_at_ms.is_none_or(|wake_at_ms| deadline_ms <= Some(wake_at_ms)) =>
            {
                Ok(self.time_out(&branch))
            }
            Event::Woken if is_due(wake_at_ms) => self.wake(node, branch),
            Event::Woken => Ok(Progress::Halt(Status::Running(branch))),
            // What comes after the deadline is too late, even if nobody has noticed the deadline yet.
            _ if is_due(deadline_ms) || is_due(wake_at_ms) => return Err(StepError::UnknownTask),
            answer => self.answer(node, branch, answer)?,
        };
        Ok(progress.and_then(|progress| self.go(progress)))
    }

    /// Visits state after state until one halts.
    fn go(&mut self, mut progress: Progress) -> Result<Status<Arc<Value>>, HistoryFull> {
        let mut visits = 0;
        loop {
            match progress {
                Progress::Halt(status) => return Ok(status),
                Progress::Go {
                    to,
                    input,
                    previous_event_id,
                } if visits == MAX_VISITS_PER_STEP => {
                    return Ok(Status::Running(Branch {
                        state: Arc::clone(&self.definition.machine.states[to].name),
                        input,
                        entered_ms: 0,
                        entered_event_id: 0,
                        previous_event_id,
                        retries: Vec::new(),
                        activity: Activity::Turn {
                            at_ms: self.env.now_ms,
                        },
                    }));
                }
                Progress::Go {
                    to,
                    input,
                    previous_event_id,
                } => {
                    visits += 1;
                    progress = self.visit(
                        &self.definition.machine.states[to],
                        input,
                        previous_event_id,
                    )?;
                }
            }
        }
    }

    /// Goes on where `branch` stopped to wait.
    fn wake(&mut self, node: &'a Node, branch: Here) -> Result<Progress, HistoryFull> {
        match (&branch.activity, &node.work) {
            (Activity::Turn { .. }, _) => self.visit(node, branch.input, branch.previous_event_id),
            (Activity::Wait { .. }, Work::Wait(wait)) => {
                self.leave_unchanged(node, &branch, wait.transition)
            }
            (Activity::Backoff { .. }, Work::Task(task)) => self.schedule(node, branch, task),
            (Activity::Task(_), Work::Task(task)) => self.task_timed_out(node, task, branch),
            // Only with another definition, in which the same name is a state of another type.
            _ => Ok(self.give_up(
                &branch,
                Failure::runtime("The state has another type than when it was entered."),
            )),
        }
    }

    /// What paths and intrinsic functions can see during a visit.
    fn scope<'s>(&'s mut self, data: &'s Value, visit: &'s Visit<'s>) -> Scope<'s> {
        let context = ContextObject {
            execution: self.context,
            input: self.input,
            state_name: visit.state_name,
            entered_ms: visit.entered_ms,
            retry_count: visit.retry_count,
            task_token: visit.task_token,
        };
        Scope {
            data,
            context,
            draws: Draws::new(&mut *self.env.random),
        }
    }
}

/// What a visit contributes to the context object.
#[derive(Clone, Copy)]
struct Visit<'s> {
    state_name: &'s str,
    entered_ms: i64,
    retry_count: Option<u32>,
    task_token: Option<&'s str>,
}
