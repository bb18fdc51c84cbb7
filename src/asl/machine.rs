//! The interpreter: [`start`] and [`step`].
//!
//! A [`Run`] is one step in the making. It works on copies, so a refused event leaves the state as it was.

mod answer;
mod data;
mod record;
mod recover;
mod schedule;
mod stay;
mod work;

use std::sync::Arc;

use serde_json::Value;

use crate::command::{CloseReason, Step};
use crate::context::{Env, ExecutionContext};
use crate::definition::{Definition, Work};
use crate::event::{Event, StepError};
use crate::failure::Failure;
use crate::history::{Details, EventKind};
use crate::state::{Activity, Branch, State, Status};
use stay::Stay;

/// The most events a history may have; the execution fails with the last one.
pub const MAX_HISTORY_EVENTS: u64 = 25_000;

/// What the history shows where the parameters of a task contain its token.
pub const TOKEN_MASK: &str = "<task token>";

/// How many states one step enters before it lets others have their turn: a definition that runs in
/// circles must not hold a worker, nor the memory for all its events at once.
const MAX_VISITS_PER_STEP: u32 = 100;

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
    // There is nothing yet that could be refused.
    let status = run.begin().unwrap_or_else(|_| run.end_full());
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
    let stay = Stay::resume(definition, branch).ok_or(StepError::WrongDefinition)?;
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
    let status = match run.happen(stay, state.deadline_ms, event) {
        Ok(status) => status,
        Err(Interruption::Refused(error)) => return Err(error),
        Err(Interruption::HistoryFull) => {
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
struct Run<'d, 'e> {
    definition: &'d Definition,
    context: &'d ExecutionContext,
    /// The input of the execution.
    input: &'d Arc<Value>,
    last_event_id: u64,
    env: &'d mut Env<'e>,
    step: Step,
}

/// Where a stay at a state leads.
enum Progress {
    /// On to the next state.
    Go {
        to: usize,
        input: Arc<Value>,
        previous_event_id: u64,
    },
    /// To a halt: waiting, or at the end.
    Halt(Status),
}

/// Why a step does not go on.
enum Interruption {
    /// The event has no place here.
    Refused(StepError),
    /// The history has no room for any event but the last.
    HistoryFull,
}

impl From<StepError> for Interruption {
    fn from(error: StepError) -> Self {
        Interruption::Refused(error)
    }
}

impl<'d> Run<'d, '_> {
    fn begin(&mut self) -> Result<Status, Interruption> {
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

    /// Lets `event` happen during `stay`.
    fn happen(
        &mut self,
        stay: Stay<'d>,
        deadline_ms: Option<i64>,
        event: Event,
    ) -> Result<Status, Interruption> {
        let wake_at_ms = stay.branch.wake_at_ms();
        let is_due = |due_ms: Option<i64>| due_ms.is_some_and(|due_ms| due_ms <= self.env.now_ms);
        // Of two deadlines that have passed, the earlier one came true.
        let is_over = is_due(deadline_ms)
            && wake_at_ms.is_none_or(|wake_at_ms| deadline_ms <= Some(wake_at_ms));
        let progress = match event {
            Event::Stopped { error, cause } => self.stop(&stay, error, cause),
            Event::Woken if is_over => self.time_out(&stay),
            Event::Woken if is_due(wake_at_ms) => self.wake(stay)?,
            Event::Woken => stay.rest(),
            // What comes after a deadline is too late, even if nobody has noticed the deadline yet.
            _ if is_over || is_due(wake_at_ms) => return Err(StepError::UnknownTask.into()),
            answer => self.answer(stay, answer)?,
        };
        self.go(progress)
    }

    /// Goes from state to state until one halts.
    fn go(&mut self, mut progress: Progress) -> Result<Status, Interruption> {
        let mut visits = 0;
        loop {
            let (to, input, previous_event_id) = match progress {
                Progress::Halt(status) => return Ok(status),
                Progress::Go {
                    to,
                    input,
                    previous_event_id,
                } => (to, input, previous_event_id),
            };
            let node = &self.definition.machine.states[to];
            if visits == MAX_VISITS_PER_STEP {
                return Ok(Status::Running(Branch::before(
                    node,
                    input,
                    previous_event_id,
                    self.env.now_ms,
                )));
            }
            visits += 1;
            let stay = self.enter(node, input, previous_event_id)?;
            progress = self.work(stay)?;
        }
    }

    /// Goes on where a stay was interrupted to wait.
    fn wake(&mut self, stay: Stay<'d>) -> Result<Progress, Interruption> {
        match (&stay.branch.activity, &stay.node.work) {
            (Activity::Turn { .. }, _) => {
                let stay =
                    self.enter(stay.node, stay.branch.input, stay.branch.previous_event_id)?;
                self.work(stay)
            }
            (Activity::Wait { .. }, Work::Wait(wait)) => {
                self.leave_unchanged(stay, wait.transition)
            }
            (Activity::Backoff { .. }, Work::Task(task)) => self.schedule(stay, task),
            (Activity::Task(open), Work::Task(task)) => {
                let is_timeout = open.deadline_ms == open.wake_at_ms();
                self.task_timed_out(stay, task, is_timeout)
            }
            // Only with another definition, in which the same name is a state of another type.
            _ => {
                let failure =
                    Failure::runtime("The state has another type than when it was entered.");
                Ok(self.give_up(&stay, failure))
            }
        }
    }
}
