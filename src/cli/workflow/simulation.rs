//! Runs an execution in memory. Time stands still while states are run and jumps to the next deadline when all wait.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::{Value, json};

use super::answers::{Answer, Answers};
use crate::asl::{
    Command, Definition, Env, Event, ExecutionContext, HistoryEvent, Outcome, Pattern, Resource,
    ScheduledTask, Step, TaskIdentity, start, step,
};
use crate::ids::Ids;

/// The same run gives the same history.
const SEED: u64 = 1;

/// How a run went.
pub(super) struct Report {
    /// `None` if it waits for an answer that never comes.
    pub(super) outcome: Option<Outcome>,
    pub(super) history: Vec<HistoryEvent>,
}

/// Runs `definition` to its end, or until it waits for ever.
pub(super) fn run(
    definition: &Definition,
    input: Value,
    answers: Answers,
    started_at_ms: i64,
) -> anyhow::Result<Report> {
    let context = context(started_at_ms);
    let mut world = World {
        ids: Ids::seeded(SEED),
        now_ms: started_at_ms,
        answers,
        events: VecDeque::new(),
        history: Vec::new(),
        outcome: None,
    };
    let (mut state, first) =
        world.with_env(|env| start(definition, &context, Arc::new(input), env));
    world.carry_out(first)?;
    loop {
        let event = match (world.events.pop_front(), state.wake_at_ms()) {
            (Some(event), _) => event,
            (None, Some(wake_at_ms)) => {
                world.now_ms = world.now_ms.max(wake_at_ms);
                Event::Woken
            }
            // It has ended, or waits for an answer without a timeout.
            (None, None) => {
                return Ok(Report {
                    outcome: world.outcome,
                    history: world.history,
                });
            }
        };
        let next = world.with_env(|env| step(definition, &context, &mut state, event, env))?;
        world.carry_out(next)?;
    }
}

/// What surrounds the execution.
struct World {
    ids: Ids,
    now_ms: i64,
    answers: Answers,
    events: VecDeque<Event>,
    history: Vec<HistoryEvent>,
    outcome: Option<Outcome>,
}

impl World {
    fn with_env<T>(&self, run: impl FnOnce(&mut Env<'_>) -> T) -> T {
        run(&mut Env {
            now_ms: self.now_ms,
            random: &mut || self.ids.random(),
            new_task: &mut || TaskIdentity {
                id: format!("{:016x}", self.ids.random()),
                token: "simulated-task-token".to_owned(),
            },
        })
    }

    fn carry_out(&mut self, step: Step) -> anyhow::Result<()> {
        self.history.extend(step.history);
        for command in step.commands {
            match command {
                Command::Schedule(task) => self.perform(task)?,
                Command::CloseTask { .. } => self.events.clear(),
                Command::Finish(outcome) => {
                    self.events.clear();
                    self.outcome = Some(outcome);
                }
            }
        }
        Ok(())
    }

    fn perform(&mut self, task: ScheduledTask) -> anyhow::Result<()> {
        let answer = self.answers.answer(&task)?;
        let task_id = || task.id.clone();
        let is_submitted = matches!(&task.resource, Resource::Integration { pattern, .. }
            if *pattern != Pattern::RequestResponse);
        if is_submitted && !matches!(answer, Answer::Error { .. }) {
            self.events.push_back(Event::TaskSubmitted {
                task: task_id(),
                output: json!({ "ExecutedVersion": "$LATEST", "StatusCode": 200 }),
            });
        }
        self.events.extend(match answer {
            Answer::Output(output) => Some(Event::TaskSucceeded {
                task: task_id(),
                output,
            }),
            Answer::Error { error, cause } => Some(Event::TaskFailed {
                task: task_id(),
                error,
                cause,
            }),
            Answer::Silence => None,
        });
        Ok(())
    }
}

fn context(started_at_ms: i64) -> ExecutionContext {
    const MACHINE: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:moderation";
    const EXECUTION: &str = "arn:aws:states:us-east-1:000000000000:execution:moderation:simulated";
    ExecutionContext {
        id: EXECUTION.to_owned(),
        name: "simulated".to_owned(),
        role_arn: None,
        start_time_ms: started_at_ms,
        state_machine_id: MACHINE.to_owned(),
        state_machine_name: "moderation".to_owned(),
    }
}
