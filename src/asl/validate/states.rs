//! The states, one function a type.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::fields::Fields;
use super::template::{template, text};
use super::{QueryLanguage, Report, TIMEOUT_SECONDS, choice, errors};
use crate::definition::{Fail, Node, Pass, Seconds, Task, Text, Transition, Until, Wait, Work};
use crate::problem::code;
use crate::resource::Resource;
use crate::retry::MAX_SECONDS;
use crate::template::Template;
use crate::timestamp;

/// The places of the states by name.
pub(super) type Places = HashMap<Arc<str>, usize>;

pub(super) fn state(
    name: &str,
    value: &Value,
    pointer: &str,
    language: QueryLanguage,
    places: &Places,
    report: &mut Report,
) -> Option<Node> {
    let mut fields = Fields::of(value, pointer, report)?;
    let comment = fields.string("Comment").map(str::to_owned);
    let kind = fields.required_string("Type");
    if QueryLanguage::read(&mut fields, language) == QueryLanguage::JsonAta {
        // Its other fields follow rules that are not known here, so nothing can be said about them.
        return None;
    }
    if fields.value("Assign").is_some() {
        fields.unsupported("Assign", "assigning variables");
    }
    let kind = kind?;
    // A Fail state has no data to hand on.
    let (input_path, output_path) = match kind {
        "Fail" => (None, None),
        _ => (
            fields.nullable_path("InputPath"),
            fields.nullable_path("OutputPath"),
        ),
    };
    let work = match kind {
        "Pass" => pass(&mut fields, places).map(Work::Pass),
        "Task" => task(&mut fields, places).map(|task| Work::Task(Box::new(task))),
        "Choice" => choice::choice(&mut fields, places).map(Work::Choice),
        "Wait" => wait(&mut fields, places).map(Work::Wait),
        "Succeed" => Some(Work::Succeed),
        "Fail" => Some(Work::Fail(Fail {
            error: text(&mut fields, "Error", "ErrorPath"),
            cause: text(&mut fields, "Cause", "CausePath"),
        })),
        "Parallel" | "Map" => {
            fields.unsupported("Type", &format!("the state type {kind}"));
            return None;
        }
        other => {
            fields.error(
                "Type",
                code::UNKNOWN_STATE_TYPE,
                format!("there is no state type {other:?}"),
            );
            return None;
        }
    };
    fields.finish();
    Some(Node {
        name: name.into(),
        comment,
        input_path,
        output_path,
        work: work?,
    })
}

/// Where a `Next`, `Default` or the like leads.
pub(super) fn target(fields: &mut Fields, field: &'static str, places: &Places) -> Option<usize> {
    let name = fields.string(field)?;
    let place = places.get(name).copied();
    if place.is_none() {
        fields.error(
            field,
            code::UNKNOWN_TARGET,
            format!("there is no state {name:?}"),
        );
    }
    place
}

/// `Next` or `End`, exactly one.
fn transition(fields: &mut Fields, places: &Places) -> Option<Transition> {
    let ends = fields.boolean("End").unwrap_or(false);
    let next = target(fields, "Next", places);
    match (ends, fields.has("Next")) {
        (true, false) => Some(Transition::End),
        (false, true) => next.map(Transition::Next),
        (true, true) => {
            fields.error(
                "End",
                code::CONFLICTING_FIELDS,
                "'Next' and 'End' exclude each other",
            );
            None
        }
        (false, false) => {
            let pointer = fields.pointer.clone();
            fields.report.error(
                &pointer,
                code::MISSING_TRANSITION,
                "the state needs 'Next' or 'End': true",
            );
            None
        }
    }
}

fn pass(fields: &mut Fields, places: &Places) -> Option<Pass> {
    let parameters = template(fields, "Parameters");
    let result = fields
        .value("Result")
        .map(|result| Arc::new(result.clone()));
    let result_path = fields.reference_path("ResultPath");
    Some(Pass {
        parameters,
        result,
        result_path,
        transition: transition(fields, places)?,
    })
}

fn wait(fields: &mut Fields, places: &Places) -> Option<Wait> {
    let ways = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];
    fields.exclusive(&ways);
    if !ways.iter().any(|way| fields.has(way)) {
        let pointer = fields.pointer.clone();
        fields.report.error(
            &pointer,
            code::MISSING_FIELD,
            format!("one of the fields {} is required", ways.join(", ")),
        );
    }
    let until = seconds(fields, "Seconds", "SecondsPath", 0).map(Until::Seconds);
    let timestamp = fields.string("Timestamp").and_then(|text| {
        let parsed = timestamp::parse(text);
        if parsed.is_none() {
            fields.error(
                "Timestamp",
                code::INVALID_TIMESTAMP,
                format!("'{text}' is not an RFC 3339 timestamp"),
            );
        }
        parsed.map(Until::Timestamp)
    });
    let path = fields.path("TimestampPath").map(Until::TimestampPath);
    let transition = transition(fields, places);
    Some(Wait {
        until: until.or(timestamp).or(path)?,
        transition: transition?,
    })
}

/// A number of seconds from `least` on, fixed or by path.
fn seconds(
    fields: &mut Fields,
    fixed: &'static str,
    path: &'static str,
    least: u64,
) -> Option<Seconds> {
    let seconds = fields
        .integer(fixed, least..=MAX_SECONDS)
        .map(Seconds::Fixed);
    let by_path = fields.path(path).map(Seconds::Path);
    seconds.or(by_path)
}

fn task(fields: &mut Fields, places: &Places) -> Option<Task> {
    let resource = resource(fields);
    let parameters = template(fields, "Parameters");
    let role_arn = credentials(fields);
    let result_selector = template(fields, "ResultSelector");
    let result_path = fields.reference_path("ResultPath");

    fields.exclusive(&["TimeoutSeconds", "TimeoutSecondsPath"]);
    fields.exclusive(&["HeartbeatSeconds", "HeartbeatSecondsPath"]);
    let timeout = seconds(
        fields,
        "TimeoutSeconds",
        "TimeoutSecondsPath",
        *TIMEOUT_SECONDS.start(),
    );
    let heartbeat = seconds(
        fields,
        "HeartbeatSeconds",
        "HeartbeatSecondsPath",
        *TIMEOUT_SECONDS.start(),
    );
    if let (Some(Seconds::Fixed(timeout)), Some(Seconds::Fixed(heartbeat))) = (&timeout, &heartbeat)
        && heartbeat >= timeout
    {
        fields.error(
            "HeartbeatSeconds",
            code::HEARTBEAT,
            "the heartbeat must be shorter than the timeout",
        );
    }

    let retriers = errors::retriers(fields);
    let catchers = errors::catchers(fields, places);
    let transition = transition(fields, places);
    let (resource, transition) = (resource?, transition?);
    let passes_token =
        resource.shows_token() && parameters.as_ref().is_some_and(Template::reaches_token);
    if resource.waits_for_token() && resource.shows_token() && !passes_token {
        let message = "the task waits for its token, but no parameter passes $$.Task.Token on";
        fields.warning("Resource", code::TOKEN_NOT_PASSED, message);
    }
    Some(Task {
        resource,
        parameters,
        role_arn,
        result_selector,
        result_path,
        timeout,
        heartbeat,
        retriers,
        catchers,
        transition,
        passes_token,
    })
}

fn resource(fields: &mut Fields) -> Option<Resource> {
    let arn = fields.required_string("Resource")?;
    let resource = Resource::parse(arn);
    if resource.is_none() {
        let message = format!(
            "'{arn}' is neither a service integration nor the ARN of a function or an activity"
        );
        fields.error("Resource", code::INVALID_RESOURCE, message);
    }
    resource
}

fn credentials(fields: &mut Fields) -> Option<Text> {
    let value = fields.value("Credentials")?;
    let pointer = fields.place("Credentials");
    let mut credentials = Fields::of(value, &pointer, fields.report)?;
    if !credentials.has("RoleArn.$") {
        credentials.required("RoleArn");
    }
    let role_arn = text(&mut credentials, "RoleArn", "RoleArn.$");
    credentials.finish();
    role_arn
}
