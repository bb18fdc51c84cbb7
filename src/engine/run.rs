//! Carries one execution on: feeds events to the interpreter and has the functions answered that can be answered at
//! once, until the execution waits for something or has ended. Pure but for the ids it draws.

use std::sync::Arc;

use serde_json::Value;

use crate::asl::{
    self, CloseReason, Command, Definition, Env, Event, ExecutionContext, HistoryEvent, Outcome,
    ScheduledTask, State, StepError, TaskIdentity,
};
use crate::auth::keyring::Keyring;
use crate::engine::token::TaskToken;
use crate::ids::{Ids, TaskId};

/// The region in every ARN; SDKs may be set to any.
pub const REGION: &str = "us-east-1";
/// The state machine that a site's posts run through.
pub const MACHINE: &str = "moderation";

/// What a function says when it is called.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// Its result, at once.
    Output(Value),
    /// It failed.
    Error {
        /// The error's name, for Retry and Catch.
        error: String,
        /// In words.
        cause: String,
    },
    /// The call was taken; the answer comes later, with the task's token.
    Later(Value),
}

/// Who answers the tasks of an execution.
pub trait Functions {
    /// Called once for each task as it is scheduled, in order, inside the transaction: it must not wait.
    fn call(&mut self, task: &ScheduledTask) -> Reply;
}

/// What an execution did since it was last looked at.
#[derive(Debug, Default)]
pub struct Progress {
    /// Its events, in order.
    pub history: Vec<HistoryEvent>,
    /// Tasks that were opened and wait for an answer.
    pub opened: Vec<TaskId>,
    /// Tasks that ended without an answer.
    pub closed: Vec<(TaskId, CloseReason)>,
    /// How it ended, if it did.
    pub outcome: Option<Outcome>,
}

/// What a run needs besides its state.
pub struct Runner<'a> {
    /// What it runs.
    pub definition: &'a Definition,
    /// Feeds the context object `$$`.
    pub context: &'a ExecutionContext,
    /// Makes task ids and jitter.
    pub ids: &'a Ids,
    /// Makes task tokens.
    pub keyring: &'a Keyring,
    /// Now.
    pub now_ms: i64,
}

impl Runner<'_> {
    /// Starts an execution.
    pub fn start(&self, input: Value, functions: &mut dyn Functions) -> (State, Progress) {
        let (mut state, step) =
            self.with_env(|env| asl::start(self.definition, self.context, Arc::new(input), env));
        let mut progress = Progress::default();
        self.carry_on(&mut state, step, functions, &mut progress);
        (state, progress)
    }

    /// Tells an execution what happened.
    ///
    /// # Errors
    /// [`StepError`] when the execution has ended or does not wait for the event's task; nothing has changed then.
    pub fn advance(
        &self,
        state: &mut State,
        event: Event,
        functions: &mut dyn Functions,
    ) -> Result<Progress, StepError> {
        let step =
            self.with_env(|env| asl::step(self.definition, self.context, state, event, env))?;
        let mut progress = Progress::default();
        self.carry_on(state, step, functions, &mut progress);
        Ok(progress)
    }

    fn carry_on(
        &self,
        state: &mut State,
        first: asl::Step,
        functions: &mut dyn Functions,
        progress: &mut Progress,
    ) {
        let mut steps = vec![first];
        while let Some(step) = steps.pop() {
            progress.history.extend(step.history);
            for command in step.commands {
                match command {
                    Command::CloseTask { id, reason } => {
                        let id = TaskId::from(id);
                        progress.opened.retain(|open| *open != id);
                        progress.closed.push((id, reason));
                    }
                    Command::Finish(outcome) => progress.outcome = Some(outcome),
                    Command::Schedule(task) => {
                        let event = reply_event(&task, functions.call(&task));
                        if matches!(event, Event::TaskSubmitted { .. }) {
                            progress.opened.push(TaskId::from(task.id));
                        }
                        let next = self.with_env(|env| {
                            asl::step(self.definition, self.context, state, event, env)
                        });
                        // A task that was scheduled a moment ago is open.
                        steps.extend(next.ok());
                    }
                }
            }
        }
    }

    fn with_env<T>(&self, run: impl FnOnce(&mut Env<'_>) -> T) -> T {
        run(&mut Env {
            now_ms: self.now_ms,
            random: &mut || self.ids.random(),
            new_task: &mut || {
                let id: TaskId = self.ids.next(self.now_ms);
                let token = TaskToken::of(self.keyring, &id).reveal().to_owned();
                TaskIdentity {
                    id: id.as_str().to_owned(),
                    token,
                }
            },
        })
    }
}

fn reply_event(task: &ScheduledTask, reply: Reply) -> Event {
    let task = task.id.clone();
    match reply {
        Reply::Output(output) => Event::TaskSucceeded { task, output },
        Reply::Error { error, cause } => Event::TaskFailed {
            task,
            error: Some(error),
            cause: Some(cause),
        },
        Reply::Later(output) => Event::TaskSubmitted { task, output },
    }
}
