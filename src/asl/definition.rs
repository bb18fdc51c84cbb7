//! A state machine, parsed and checked: everything that can be prepared before the first step.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::choice::Condition;
use crate::path::Path;
use crate::problem::Problem;
use crate::resource::Resource;
use crate::retry::{Catcher, Retrier};
use crate::template::{Expression, Template};
use crate::validate;

/// A state machine that has passed [`validate`](crate::validate()). Keep it in an `Arc`.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    pub(crate) comment: Option<String>,
    pub(crate) timeout_seconds: Option<i64>,
    pub(crate) machine: Machine,
    pub(crate) warnings: Vec<Problem>,
}

impl Definition {
    /// Reads a definition. A refused one comes back with all its problems, warnings included.
    pub fn parse(json: &str) -> Result<Definition, Vec<Problem>> {
        validate::read(json)
    }

    /// The name of the first state.
    pub fn start_at(&self) -> &str {
        &self.machine.states[self.machine.start_at].name
    }

    /// The comment on the whole state machine.
    pub fn comment(&self) -> Option<&str> {
        self.comment.as_deref()
    }

    /// How long an execution may take in total.
    pub fn timeout_seconds(&self) -> Option<i64> {
        self.timeout_seconds
    }

    /// What is probably not meant, but runs.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// The states in the order of the text.
    pub fn states(&self) -> impl Iterator<Item = StateSummary<'_>> {
        self.machine
            .states
            .iter()
            .map(|node| node.summary(&self.machine))
    }
}

/// One state, as pages show it.
#[derive(Debug, Clone, PartialEq)]
pub struct StateSummary<'d> {
    /// Its name.
    pub name: &'d str,
    /// Its type.
    pub kind: StateKind,
    /// Its comment.
    pub comment: Option<&'d str>,
    /// All states that can follow, each once, in the order of the text.
    pub next: Vec<&'d str>,
    /// What a Task state calls.
    pub resource: Option<&'d Resource>,
}

/// The types of states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateKind {
    /// Hands on or injects data.
    Pass,
    /// Calls something and waits for the answer.
    Task,
    /// Branches.
    Choice,
    /// Waits.
    Wait,
    /// Ends well.
    Succeed,
    /// Ends badly.
    Fail,
}

/// States that refer to each other by place; later also what runs inside a Parallel or Map state.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Machine {
    pub start_at: usize,
    pub states: Vec<Node>,
    pub by_name: HashMap<Arc<str>, usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub name: Arc<str>,
    pub comment: Option<String>,
    /// `None`: an empty object.
    pub input_path: Option<Path>,
    /// `None`: an empty object.
    pub output_path: Option<Path>,
    pub work: Work,
}

/// What a state does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Work {
    Pass(Pass),
    Task(Box<Task>),
    Choice(Choice),
    Wait(Wait),
    Succeed,
    Fail(Fail),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Transition {
    Next(usize),
    End,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pass {
    pub parameters: Option<Template>,
    pub result: Option<Arc<Value>>,
    /// `None`: the result is discarded.
    pub result_path: Option<Path>,
    pub transition: Transition,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Task {
    pub resource: Resource,
    pub parameters: Option<Template>,
    pub role_arn: Option<Text>,
    pub result_selector: Option<Template>,
    /// `None`: the result is discarded.
    pub result_path: Option<Path>,
    pub timeout: Option<Seconds>,
    pub heartbeat: Option<Seconds>,
    pub retriers: Vec<Retrier>,
    pub catchers: Vec<Catcher>,
    pub transition: Transition,
    /// Whether `parameters` can contain the task token.
    pub passes_token: bool,
}

/// A number of seconds, now or at run time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Seconds {
    Fixed(i64),
    Path(Path),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice {
    pub rules: Vec<(Condition, usize)>,
    pub default: Option<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wait {
    pub until: Until,
    pub transition: Transition,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Until {
    Seconds(Seconds),
    Timestamp(Timestamp),
    TimestampPath(Path),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fail {
    pub error: Option<Text>,
    pub cause: Option<Text>,
}

/// A text, now or at run time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Text {
    Literal(String),
    Computed(Expression),
}

impl Node {
    fn summary<'d>(&'d self, machine: &'d Machine) -> StateSummary<'d> {
        let resource = match &self.work {
            Work::Task(task) => Some(&task.resource),
            _ => None,
        };
        let mut next: Vec<&str> = Vec::new();
        for target in self.targets() {
            let name = &*machine.states[target].name;
            if !next.contains(&name) {
                next.push(name);
            }
        }
        StateSummary {
            name: &self.name,
            kind: self.kind(),
            comment: self.comment.as_deref(),
            next,
            resource,
        }
    }

    pub fn kind(&self) -> StateKind {
        match self.work {
            Work::Pass(_) => StateKind::Pass,
            Work::Task(_) => StateKind::Task,
            Work::Choice(_) => StateKind::Choice,
            Work::Wait(_) => StateKind::Wait,
            Work::Succeed => StateKind::Succeed,
            Work::Fail(_) => StateKind::Fail,
        }
    }

    /// The places of all states that can follow.
    pub fn targets(&self) -> Vec<usize> {
        let after = |transition: &Transition| match transition {
            Transition::Next(target) => Some(*target),
            Transition::End => None,
        };
        match &self.work {
            Work::Pass(pass) => after(&pass.transition).into_iter().collect(),
            Work::Wait(wait) => after(&wait.transition).into_iter().collect(),
            Work::Task(task) => after(&task.transition)
                .into_iter()
                .chain(task.catchers.iter().map(|catcher| catcher.next))
                .collect(),
            Work::Choice(choice) => choice
                .rules
                .iter()
                .map(|(_, target)| *target)
                .chain(choice.default)
                .collect(),
            Work::Succeed | Work::Fail(_) => Vec::new(),
        }
    }
}
