//! The history of an execution: the same events as `GetExecutionHistory` of AWS Step Functions.

mod kind;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::payloads::{self, DecodeError, Numbering};

pub use kind::EventKind;

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEvent {
    /// Counts from 1 within the execution.
    pub id: u64,
    /// The event that led to this one; 0 for none.
    pub previous_id: u64,
    /// When, in epoch milliseconds.
    pub at_ms: i64,
    /// What happened.
    pub kind: EventKind,
    /// To what, with what.
    pub details: Details,
}

/// What is known of an event; each kind has its own few of these.
///
/// `P` stands for payloads: the values themselves, or their numbers while they are stored.
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

/// An event as it is stored: id, previous id, time, kind and details.
type Row = (u64, u64, i64, EventKind, Details<usize>);

/// The events as compact JSON, each payload once. Long strings among the payloads that equal one of
/// `texts` are left out: whoever reads the events must have the same texts in the same order.
pub fn encode(events: &[HistoryEvent], texts: &[&str]) -> Vec<u8> {
    let mut numbering = Numbering::default();
    let mut rows: Vec<Row> = Vec::with_capacity(events.len());
    for event in events {
        let details = event.details.map(|payload| Some(numbering.number(payload)));
        // Every payload gets a number, so there always are details.
        rows.extend(details.map(|details| {
            (
                event.id,
                event.previous_id,
                event.at_ms,
                event.kind,
                details,
            )
        }));
    }
    numbering.encode(&rows, texts)
}

/// Reads what [`encode`] wrote with the same `texts`.
pub fn decode(bytes: &[u8], texts: &[&str]) -> Result<Vec<HistoryEvent>, DecodeError> {
    let (rows, payloads): (Vec<Row>, _) = payloads::decode(bytes, texts)?;
    let mut events = Vec::with_capacity(rows.len());
    for (id, previous_id, at_ms, kind, details) in rows {
        let details = details
            .map(|number| payloads.find(*number))
            .ok_or(DecodeError::Missing)?;
        events.push(HistoryEvent {
            id,
            previous_id,
            at_ms,
            kind,
            details,
        });
    }
    Ok(events)
}

impl<P> Details<P> {
    /// The same with every payload replaced; `None` as soon as one cannot be.
    fn map<'p, Q>(&'p self, mut payload: impl FnMut(&'p P) -> Option<Q>) -> Option<Details<Q>> {
        let mut optional = |value: &'p Option<P>| match value {
            Some(value) => payload(value).map(Some),
            None => Some(None),
        };
        Some(Details {
            name: self.name.clone(),
            input: optional(&self.input)?,
            output: optional(&self.output)?,
            parameters: optional(&self.parameters)?,
            error: self.error.clone(),
            cause: self.cause.clone(),
            resource_type: self.resource_type.clone(),
            resource: self.resource.clone(),
            region: self.region.clone(),
            role_arn: self.role_arn.clone(),
            worker: self.worker.clone(),
            timeout_seconds: self.timeout_seconds,
            heartbeat_seconds: self.heartbeat_seconds,
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
