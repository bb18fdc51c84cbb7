//! `Retry` and `Catch`.

use serde_json::Value;

use super::fields::Fields;
use super::states::{Places, target};
use crate::failure::name;
use crate::problem::code;
use crate::retry::{Catcher, MAX_SECONDS, Retrier};

/// The longest `MaxDelaySeconds`: less than 366 days.
const MAX_DELAY_SECONDS: u64 = 31_622_399;
const DEFAULT_MAX_ATTEMPTS: i64 = 3;
const DEFAULT_BACKOFF_RATE: f64 = 2.0;

pub(super) fn retriers(fields: &mut Fields) -> Vec<Retrier> {
    each(fields, "Retry", retrier)
}

pub(super) fn catchers(fields: &mut Fields, places: &Places) -> Vec<Catcher> {
    each(fields, "Catch", |fields, is_last| {
        catcher(fields, is_last, places)
    })
}

/// Reads each entry of a list; `read` is told which one is the last.
fn each<T>(
    fields: &mut Fields,
    name: &'static str,
    read: impl Fn(&mut Fields, bool) -> Option<T>,
) -> Vec<T> {
    let Some(entries) = fields.array(name) else {
        return Vec::new();
    };
    let pointer = fields.place(name);
    let mut all = Vec::with_capacity(entries.len());
    for (place, entry) in entries.iter().enumerate() {
        if let Some(mut entry) = Fields::of(entry, &format!("{pointer}/{place}"), fields.report) {
            all.extend(read(&mut entry, place + 1 == entries.len()));
            entry.finish();
        }
    }
    all
}

fn retrier(fields: &mut Fields, is_last: bool) -> Option<Retrier> {
    fields.string("Comment");
    let errors = error_equals(fields, is_last);
    let interval_seconds = fields
        .integer("IntervalSeconds", 1..=MAX_SECONDS)
        .unwrap_or(1);
    let max_attempts = fields
        .integer("MaxAttempts", 0..=MAX_SECONDS)
        .unwrap_or(DEFAULT_MAX_ATTEMPTS);
    let backoff_rate = fields.number("BackoffRate").unwrap_or(DEFAULT_BACKOFF_RATE);
    if backoff_rate < 1.0 {
        fields.error(
            "BackoffRate",
            code::INVALID_VALUE,
            "the rate must be at least 1.0",
        );
    }
    let max_delay_seconds = fields.integer("MaxDelaySeconds", 1..=MAX_DELAY_SECONDS);
    if max_delay_seconds.is_some_and(|most| most <= interval_seconds) {
        fields.error(
            "MaxDelaySeconds",
            code::INVALID_VALUE,
            "the longest delay must be greater than IntervalSeconds",
        );
    }
    let full_jitter = match fields.string("JitterStrategy") {
        None | Some("NONE") => false,
        Some("FULL") => true,
        Some(other) => {
            let message = format!("there is no strategy {other:?}, only FULL and NONE");
            fields.error("JitterStrategy", code::INVALID_VALUE, message);
            false
        }
    };
    Some(Retrier {
        errors: errors?,
        interval_seconds: u64::try_from(interval_seconds).ok()?,
        max_attempts: u32::try_from(max_attempts).ok()?,
        backoff_rate,
        max_delay_seconds: max_delay_seconds.and_then(|seconds| u64::try_from(seconds).ok()),
        full_jitter,
    })
}

fn catcher(fields: &mut Fields, is_last: bool, places: &Places) -> Option<Catcher> {
    fields.string("Comment");
    if fields.value("Assign").is_some() {
        fields.unsupported("Assign", "assigning variables");
    }
    let errors = error_equals(fields, is_last);
    fields.required("Next");
    let next = target(fields, "Next", places);
    let result_path = fields.reference_path("ResultPath");
    Some(Catcher {
        errors: errors?,
        next: next?,
        result_path,
    })
}

fn error_equals(fields: &mut Fields, is_last: bool) -> Option<Vec<String>> {
    fields.required("ErrorEquals")?;
    let names = fields.array("ErrorEquals")?;
    let pointer = fields.place("ErrorEquals");
    if names.is_empty() {
        fields.error(
            "ErrorEquals",
            code::ERROR_EQUALS,
            "there must be at least one error name",
        );
    }
    let mut errors = Vec::with_capacity(names.len());
    for (place, name) in names.iter().enumerate() {
        let pointer = format!("{pointer}/{place}");
        let Value::String(name) = name else {
            fields
                .report
                .error(&pointer, code::WRONG_TYPE, "an error name is a string");
            continue;
        };
        if name == name::ALL && (names.len() > 1 || !is_last) {
            let message = "States.ALL must stand alone, in the last entry";
            fields.report.error(&pointer, code::ERROR_EQUALS, message);
        }
        if name.starts_with("States.") && !name::RESERVED.contains(&name.as_str()) {
            let message = format!("{name} is reserved, but not the name of any error");
            fields.report.warning(&pointer, code::ERROR_EQUALS, message);
        }
        errors.push(name.clone());
    }
    Some(errors)
}
