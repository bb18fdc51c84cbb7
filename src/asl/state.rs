//! Where an execution stands: everything needed to go on after a crash, and no secret.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::command::Outcome;
use crate::payloads::{self, DecodeError, Numbering};

/// The state of one execution between two steps.
///
/// `P` stands for its payloads: the values themselves, or their numbers while it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State<P = Arc<Value>> {
    pub(crate) input: P,
    pub(crate) last_event_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deadline_ms: Option<i64>,
    pub(crate) status: Status<P>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Status<P = Arc<Value>> {
    Running(Branch<P>),
    Ended(Outcome<P>),
}

/// One line of states being run. (The root of a tree: the activity of a Parallel or Map state will
/// hold further branches.)
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Branch<P = Arc<Value>> {
    pub state: Arc<str>,
    /// The state's raw input.
    pub input: P,
    pub entered_ms: i64,
    pub entered_event_id: u64,
    /// The event that the next one follows.
    pub previous_event_id: u64,
    /// How often each retrier has been used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retries: Vec<u32>,
    pub activity: Activity,
}

/// What a branch is waiting for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Activity {
    /// For its turn: the state has not been entered yet.
    Turn { at_ms: i64 },
    /// For the end of a Wait state.
    Wait { until_ms: i64 },
    /// For the next attempt.
    Backoff { until_ms: i64 },
    /// For an answer.
    Task(TaskState),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TaskState {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heartbeat_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heartbeat_due_ms: Option<i64>,
    /// An activity has a worker, or a call has been submitted.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_acknowledged: bool,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// A task that can be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenTask<'s> {
    /// Names the task in events.
    pub id: &'s str,
    /// The state that it belongs to.
    pub state_name: &'s str,
    /// When it times out, be it for want of a heartbeat.
    pub deadline_ms: Option<i64>,
}

impl TaskState {
    /// Starts the clock of the timeout and that of the heartbeat.
    pub fn begin(&mut self, now_ms: i64) {
        self.deadline_ms = self
            .timeout_ms
            .map(|timeout_ms| now_ms.saturating_add(timeout_ms));
        self.beat(now_ms);
    }

    pub fn beat(&mut self, now_ms: i64) {
        self.heartbeat_due_ms = self
            .heartbeat_ms
            .map(|heartbeat_ms| now_ms.saturating_add(heartbeat_ms));
    }

    pub fn wake_at_ms(&self) -> Option<i64> {
        self.deadline_ms
            .into_iter()
            .chain(self.heartbeat_due_ms)
            .min()
    }
}

impl<P> Branch<P> {
    pub fn wake_at_ms(&self) -> Option<i64> {
        match &self.activity {
            Activity::Turn { at_ms } => Some(*at_ms),
            Activity::Wait { until_ms } | Activity::Backoff { until_ms } => Some(*until_ms),
            Activity::Task(task) => task.wake_at_ms(),
        }
    }

    pub fn open_task(&self) -> Option<&TaskState> {
        match &self.activity {
            Activity::Task(task) => Some(task),
            _ => None,
        }
    }

    /// Whether the state has been entered.
    pub fn is_inside(&self) -> bool {
        !matches!(self.activity, Activity::Turn { .. })
    }
}

impl<P> State<P> {
    /// When to send [`Event::Woken`](crate::Event::Woken): the earliest of all deadlines. `None` when
    /// nothing is waited for but answers, or when the execution has ended.
    pub fn wake_at_ms(&self) -> Option<i64> {
        let branch = self.branch()?;
        branch
            .wake_at_ms()
            .into_iter()
            .chain(self.deadline_ms)
            .min()
    }

    /// How the execution ended, if it has.
    pub fn outcome(&self) -> Option<&Outcome<P>> {
        match &self.status {
            Status::Ended(outcome) => Some(outcome),
            Status::Running(_) => None,
        }
    }

    /// The tasks that can be answered.
    pub fn open_tasks(&self) -> impl Iterator<Item = OpenTask<'_>> {
        self.branch().into_iter().filter_map(|branch| {
            let task = branch.open_task()?;
            Some(OpenTask {
                id: &task.id,
                state_name: &branch.state,
                deadline_ms: task.wake_at_ms(),
            })
        })
    }

    /// The name of the state that is being run.
    pub fn current_state_name(&self) -> Option<&str> {
        self.branch().map(|branch| &*branch.state)
    }

    /// The input of the execution.
    pub fn input(&self) -> &P {
        &self.input
    }

    /// The number of events in the history.
    pub fn last_event_id(&self) -> u64 {
        self.last_event_id
    }

    pub(crate) fn branch(&self) -> Option<&Branch<P>> {
        match &self.status {
            Status::Running(branch) => Some(branch),
            Status::Ended(_) => None,
        }
    }

    /// The same with every payload replaced; `None` as soon as one cannot be.
    fn map<'p, Q>(&'p self, mut payload: impl FnMut(&'p P) -> Option<Q>) -> Option<State<Q>> {
        Some(State {
            input: payload(&self.input)?,
            last_event_id: self.last_event_id,
            deadline_ms: self.deadline_ms,
            status: match &self.status {
                Status::Running(branch) => Status::Running(Branch {
                    state: Arc::clone(&branch.state),
                    input: payload(&branch.input)?,
                    entered_ms: branch.entered_ms,
                    entered_event_id: branch.entered_event_id,
                    previous_event_id: branch.previous_event_id,
                    retries: branch.retries.clone(),
                    activity: branch.activity.clone(),
                }),
                Status::Ended(outcome) => Status::Ended(outcome.map(payload)?),
            },
        })
    }
}

impl State {
    /// The state as compact JSON, each payload once. Long strings among the payloads that equal one
    /// of `texts` are left out: whoever reads the state must have the same texts in the same order.
    pub fn encode(&self, texts: &[&str]) -> Vec<u8> {
        let mut numbering = Numbering::default();
        let numbered = self.map(|payload| Some(numbering.number(payload)));
        numbering.encode(&numbered, texts)
    }

    /// Reads what [`State::encode`] wrote with the same `texts`.
    pub fn decode(bytes: &[u8], texts: &[&str]) -> Result<State, DecodeError> {
        let (numbered, payloads): (State<usize>, _) = payloads::decode(bytes, texts)?;
        numbered
            .map(|number| payloads.find(*number))
            .ok_or(DecodeError::Missing)
    }
}
