//! An execution with a clock that is moved by hand, and tasks that are answered by the test.

use std::sync::Arc;

use gatepost_asl::{
    Command, Definition, Env, Event, ExecutionContext, HistoryEvent, ScheduledTask, State, Step,
    StepError, TaskIdentity, history, start, step,
};
use serde_json::Value;

pub const START_MS: i64 = 1_767_225_600_000;

pub fn context() -> ExecutionContext {
    ExecutionContext {
        id: "arn:aws:states:us-east-1:111111111111:execution:machine:run".to_owned(),
        name: "run".to_owned(),
        role_arn: Some("snf_role_arn".to_owned()),
        start_time_ms: START_MS,
        state_machine_id: "arn:aws:states:us-east-1:111111111111:stateMachine:machine".to_owned(),
        state_machine_name: "machine".to_owned(),
    }
}

/// What happens between two steps.
#[derive(Clone, Copy, PartialEq)]
pub enum Between {
    /// Nothing: the state stays in memory.
    Memory,
    /// The state and the history are written and read again, as after a crash.
    Storage,
}

pub struct Simulation {
    definition: Arc<Definition>,
    context: ExecutionContext,
    between: Between,
    pub now_ms: i64,
    pub state: State,
    pub history: Vec<HistoryEvent>,
    /// Every task so far, in order.
    pub tasks: Vec<ScheduledTask>,
    /// Every command but `Schedule`, in words.
    pub other_commands: Vec<String>,
    random: u64,
}

impl Simulation {
    pub fn start(
        definition: Arc<Definition>,
        context: ExecutionContext,
        input: Value,
        between: Between,
    ) -> Self {
        let mut random = 7;
        let (state, step) = with_env(START_MS, 0, &mut random, |env| {
            start(&definition, &context, Arc::new(input), env)
        });
        let mut simulation = Simulation {
            definition,
            context,
            between,
            now_ms: START_MS,
            state,
            history: Vec::new(),
            tasks: Vec::new(),
            other_commands: Vec::new(),
            random,
        };
        simulation.take(step);
        simulation
    }

    pub fn happen(&mut self, event: Event) -> Result<(), StepError> {
        let (definition, context, state) = (&self.definition, &self.context, &mut self.state);
        let before = state.clone();
        let result = with_env(self.now_ms, self.tasks.len(), &mut self.random, |env| {
            step(definition, context, state, event, env)
        });
        match result {
            Ok(step) => {
                self.take(step);
                Ok(())
            }
            Err(error) => {
                assert_eq!(self.state, before, "a refused event changes nothing");
                Err(error)
            }
        }
    }

    /// Moves the clock to the next deadline and wakes the execution.
    pub fn wake(&mut self) {
        let wake_at_ms = self
            .state
            .wake_at_ms()
            .expect("the execution waits for a deadline");
        self.now_ms = self.now_ms.max(wake_at_ms);
        self.happen(Event::Woken).expect("waking is never refused");
    }

    fn take(&mut self, step: Step) {
        for command in step.commands {
            match command {
                Command::Schedule(task) => self.tasks.push(task),
                Command::CloseTask { id, reason } => {
                    self.other_commands.push(format!("close {id}: {reason:?}"))
                }
                Command::Finish(outcome) => {
                    assert_eq!(
                        self.state.outcome(),
                        Some(&outcome),
                        "the state says the same"
                    );
                    self.other_commands.push("finish".to_owned());
                }
            }
        }
        let mut events = step.history;
        if self.between == Between::Storage {
            let (state, stored) = (self.state.encode(&[]), history::encode(&events, &[]));
            for task in self.tasks.iter().rev().take(2) {
                let shows = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(&task.token);
                assert!(
                    !shows(&state) && !shows(&stored),
                    "the token of {} was stored",
                    task.id
                );
            }
            self.state = State::decode(&state, &[]).expect("the state can be read again");
            events = history::decode(&stored, &[]).expect("the history can be read again");
        }
        self.history.extend(events);
    }
}

fn with_env<T>(now_ms: i64, tasks: usize, random: &mut u64, run: impl FnOnce(&mut Env) -> T) -> T {
    let mut tasks = tasks;
    let mut random = || {
        *random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        *random
    };
    let mut new_task = || {
        tasks += 1;
        TaskIdentity {
            id: format!("task-{tasks}"),
            token: format!("secret-token-{tasks}"),
        }
    };
    run(&mut Env {
        now_ms,
        random: &mut random,
        new_task: &mut new_task,
    })
}
