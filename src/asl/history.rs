//! The history of an execution: the same events as `GetExecutionHistory` of AWS Step Functions.

mod kind;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::payloads::{self, DecodeError, Numbering};

pub use kind::EventKind;

/// One event.
///
/// `P` stands for its payloads: the values themselves, or their numbers while it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryEvent<P = Arc<Value>> {
    /// Counts from 1 within the execution.
    pub id: u64,
    /// The event that led to this one; 0 for none.
    #[serde(rename = "prev")]
    pub previous_id: u64,
    /// When, in epoch milliseconds.
    #[serde(rename = "at")]
    pub at_ms: i64,
    /// What happened.
    pub kind: EventKind,
    /// To what, with what.
    pub details: Details<P>,
}

/// What is known of an event; each kind has its own few of these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Details<P = Arc<Value>> {
    /// The name of the state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// The input of an execution, a state, a function or an activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<P>,
    /// The output of an execution, a state or a task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<P>,
    /// What a service is called with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<P>,
    /// The name of an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Arc<str>>,
    /// The cause of an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Arc<str>>,
    /// The service that is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<Arc<str>>,
    /// The service's action, or the ARN of a function or an activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<Arc<str>>,
    /// Where the service is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Arc<str>>,
    /// The role of an execution or of a task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<Arc<str>>,
    /// The worker that took an activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker: Option<Arc<str>>,
    /// How long a task may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<i64>,
    /// How often a task must give a sign of life.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heartbeat_seconds: Option<i64>,
}

// Derived, it would ask for `P: Default`.
impl<P> Default for Details<P> {
    fn default() -> Self {
        Details {
            name: None,
            input: None,
            output: None,
            parameters: None,
            error: None,
            cause: None,
            resource_type: None,
            resource: None,
            region: None,
            role_arn: None,
            worker: None,
            timeout_seconds: None,
            heartbeat_seconds: None,
        }
    }
}

/// The events as compact JSON, each payload once.
pub fn encode(events: &[HistoryEvent]) -> Vec<u8> {
    let mut numbering = Numbering::default();
    let numbered: Option<Vec<_>> = events
        .iter()
        .map(|event| event.map(|payload| Some(numbering.number(payload))))
        .collect();
    numbering.encode(&numbered)
}

/// Reads what [`encode`] wrote.
pub fn decode(bytes: &[u8]) -> Result<Vec<HistoryEvent>, DecodeError> {
    let (numbered, payloads): (Vec<HistoryEvent<usize>>, _) = payloads::decode(bytes)?;
    let events: Option<Vec<_>> = numbered
        .iter()
        .map(|event| event.map(|number| payloads.find(*number)))
        .collect();
    events.ok_or(DecodeError::Missing)
}

impl<P> HistoryEvent<P> {
    /// The same with every payload replaced; `None` as soon as one cannot be.
    fn map<'p, Q>(
        &'p self,
        mut payload: impl FnMut(&'p P) -> Option<Q>,
    ) -> Option<HistoryEvent<Q>> {
        let details = &self.details;
        let mut optional = |value: &'p Option<P>| match value {
            Some(value) => payload(value).map(Some),
            None => Some(None),
        };
        Some(HistoryEvent {
            id: self.id,
            previous_id: self.previous_id,
            at_ms: self.at_ms,
            kind: self.kind,
            details: Details {
                name: details.name.clone(),
                input: optional(&details.input)?,
                output: optional(&details.output)?,
                parameters: optional(&details.parameters)?,
                error: details.error.clone(),
                cause: details.cause.clone(),
                resource_type: details.resource_type.clone(),
                resource: details.resource.clone(),
                region: details.region.clone(),
                role_arn: details.role_arn.clone(),
                worker: details.worker.clone(),
                timeout_seconds: details.timeout_seconds,
                heartbeat_seconds: details.heartbeat_seconds,
            },
        })
    }
}

impl HistoryEvent {
    /// The event as `GetExecutionHistory` shows it: payloads as JSON text, the time in seconds.
    pub fn to_aws_json(&self) -> Value {
        let mut event = json!({
            "timestamp": self.at_ms as f64 / 1000.0,
            "type": self.kind,
            "id": self.id,
            "previousEventId": self.previous_id,
        });
        if let Some(field) = self.kind.details_field() {
            event[field] = self.details.to_aws_json(self.kind);
        }
        event
    }
}

impl Details {
    fn to_aws_json(&self, kind: EventKind) -> Value {
        let mut details = Map::new();
        let mut put = |field: &str, value: Option<Value>| {
            if let Some(value) = value {
                details.insert(field.to_owned(), value);
            }
        };
        let text = |text: &Option<Arc<str>>| text.as_deref().map(Value::from);
        let payload = |payload: &Option<Arc<Value>>| {
            payload.as_ref().map(|value| Value::from(value.to_string()))
        };
        let whole =
            |payload: &Option<Arc<Value>>| payload.as_ref().map(|_| json!({"truncated": false}));
        put("name", text(&self.name));
        put("input", payload(&self.input));
        put("inputDetails", whole(&self.input));
        put("output", payload(&self.output));
        put("outputDetails", whole(&self.output));
        put("resourceType", text(&self.resource_type));
        put("resource", text(&self.resource));
        put("region", text(&self.region));
        put("parameters", payload(&self.parameters));
        put("timeoutInSeconds", self.timeout_seconds.map(Value::from));
        put(
            "heartbeatInSeconds",
            self.heartbeat_seconds.map(Value::from),
        );
        put("error", text(&self.error));
        put("cause", text(&self.cause));
        put("workerName", text(&self.worker));
        let role_arn = text(&self.role_arn);
        match kind {
            EventKind::ExecutionStarted => put("roleArn", role_arn),
            _ => put(
                "taskCredentials",
                role_arn.map(|role_arn| json!({"roleArn": role_arn})),
            ),
        }
        Value::Object(details)
    }
}
