//! What surrounds an execution: its names, the time, randomness, and the context object `$$`.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::path::{self, Path, Step};
use crate::timestamp;

/// Who is running. The same at every step of one execution.
#[derive(Debug, Clone, PartialEq)]
pub struct ExecutionContext {
    /// The execution's ARN.
    pub id: String,
    /// The execution's name.
    pub name: String,
    /// The role it runs under, where there is such a thing.
    pub role_arn: Option<String>,
    /// When it started, in epoch milliseconds.
    pub start_time_ms: i64,
    /// The state machine's ARN.
    pub state_machine_id: String,
    /// The state machine's name.
    pub state_machine_name: String,
}

impl ExecutionContext {
    /// The region in the execution's ARN, as task events report it.
    pub(crate) fn region(&self) -> &str {
        self.id.split(':').nth(3).unwrap_or_default()
    }
}

/// The identity of a task: `id` names it in the state, `token` answers it from outside.
pub struct TaskIdentity {
    /// Names the task in [`Event`](crate::Event)s and in the state.
    pub id: String,
    /// Given to whoever shall answer; never stored.
    pub token: String,
}

/// What a step may draw from the world.
pub struct Env<'a> {
    /// Now, in epoch milliseconds.
    pub now_ms: i64,
    /// Uniformly random bits.
    pub random: &'a mut dyn FnMut() -> u64,
    /// Makes the identity of a new task.
    pub new_task: &'a mut dyn FnMut() -> TaskIdentity,
}

/// Random numbers that can be drawn again in the same order.
///
/// Task parameters are evaluated twice, once with the token and once with its mask for the history;
/// both must agree on everything else.
pub(crate) struct Draws<'a> {
    source: &'a mut dyn FnMut() -> u64,
    drawn: Vec<u64>,
    next: usize,
}

impl<'a> Draws<'a> {
    pub fn new(source: &'a mut dyn FnMut() -> u64) -> Self {
        Draws {
            source,
            drawn: Vec::new(),
            next: 0,
        }
    }

    pub fn draw(&mut self) -> u64 {
        if self.next == self.drawn.len() {
            self.drawn.push((self.source)());
        }
        self.next += 1;
        self.drawn[self.next - 1]
    }

    pub fn again(&mut self) {
        self.next = 0;
    }
}

/// The context object, built only as far as a path asks for it.
#[derive(Clone, Copy)]
pub(crate) struct ContextObject<'a> {
    pub execution: &'a ExecutionContext,
    pub input: &'a Value,
    pub state_name: &'a str,
    pub entered_ms: i64,
    /// Only states that can retry have one.
    pub retry_count: Option<u32>,
    /// Only states that wait for an answer have one.
    pub task_token: Option<&'a str>,
}

impl<'a> ContextObject<'a> {
    pub fn find(&self, path: &Path) -> Option<Cow<'a, Value>> {
        let member = |at: usize| match path.steps.get(at) {
            Some(Step::Member(name)) => Some(name.as_str()),
            _ => None,
        };
        let (part, depth) = match (member(0), member(1)) {
            (Some("Execution"), Some("Input")) => return path::find(&path.steps[2..], self.input),
            (Some("Execution"), Some(_)) => (self.execution_names(), 1),
            (Some("State"), _) => (self.state(), 1),
            (Some("StateMachine"), _) => (self.state_machine(), 1),
            (Some("Task"), _) => (self.task()?, 1),
            _ => (self.whole(), 0),
        };
        path::find(&path.steps[depth..], &part).map(|found| Cow::Owned(found.into_owned()))
    }

    fn whole(&self) -> Value {
        let mut whole = Map::new();
        let mut execution = self.execution_names();
        execution["Input"] = self.input.clone();
        whole.insert("Execution".to_owned(), execution);
        whole.insert("StateMachine".to_owned(), self.state_machine());
        whole.insert("State".to_owned(), self.state());
        whole.extend(self.task().map(|task| ("Task".to_owned(), task)));
        Value::Object(whole)
    }

    fn execution_names(&self) -> Value {
        let mut execution = json!({
            "Id": self.execution.id,
            "Name": self.execution.name,
            "StartTime": timestamp::format_ms(self.execution.start_time_ms),
            "RedriveCount": 0,
        });
        if let Some(role_arn) = &self.execution.role_arn {
            execution["RoleArn"] = role_arn.as_str().into();
        }
        execution
    }

    fn state_machine(&self) -> Value {
        json!({"Id": self.execution.state_machine_id, "Name": self.execution.state_machine_name})
    }

    fn state(&self) -> Value {
        let mut state =
            json!({"Name": self.state_name, "EnteredTime": timestamp::format_ms(self.entered_ms)});
        if let Some(retry_count) = self.retry_count {
            state["RetryCount"] = retry_count.into();
        }
        state
    }

    fn task(&self) -> Option<Value> {
        Some(json!({"Token": self.task_token?}))
    }
}

/// Whether the path can see the task token.
pub(crate) fn reaches_token(path: &Path) -> bool {
    path.root == path::Root::Context
        && match path.steps.first() {
            None => true,
            Some(Step::Member(name)) => name == "Task",
            Some(_) => true,
        }
}
