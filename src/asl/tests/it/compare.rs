//! Comparing with recorded values, in which whatever differs from run to run is masked.

use std::collections::HashMap;

use serde_json::Value;

/// Words that stand for a moment or a random number.
const MASKS: [&str; 8] = [
    "timestamp",
    "date",
    "datetime",
    "start-time",
    "entered-time",
    "RandomNumberGenerated",
    "activity_arn",
    "X-Amzn-Trace-Id",
];

/// Compares values of one case: the same placeholder stands for the same value throughout.
#[derive(Default)]
pub struct Comparison {
    known: HashMap<String, String>,
}

impl Comparison {
    /// Describes the first difference, if there is one.
    pub fn difference(&mut self, place: &str, expected: &Value, actual: &Value) -> Option<String> {
        let differs = || Some(format!("{place}: expected {expected} but got {actual}"));
        match (expected, actual) {
            (Value::Object(expected), Value::Object(actual)) => {
                for (key, value) in expected {
                    if is_wording(key) && value.is_string() {
                        continue;
                    }
                    match actual.get(key) {
                        Some(actual) => {
                            let difference =
                                self.difference(&format!("{place}.{key}"), value, actual);
                            if difference.is_some() {
                                return difference;
                            }
                        }
                        None => return Some(format!("{place}.{key} is missing")),
                    }
                }
                // Older recordings were made before executions could be redriven.
                let extra = actual
                    .keys()
                    .find(|key| !expected.contains_key(*key) && *key != "RedriveCount")?;
                Some(format!("{place}.{extra} should not be there"))
            }
            (Value::Array(expected), Value::Array(actual)) => {
                if expected.len() != actual.len() {
                    return differs();
                }
                let pairs = expected.iter().zip(actual).enumerate();
                pairs.into_iter().find_map(|(at, (expected, actual))| {
                    self.difference(&format!("{place}[{at}]"), expected, actual)
                })
            }
            (Value::Number(expected), Value::Number(actual)) => {
                if expected.as_f64() == actual.as_f64() {
                    None
                } else {
                    differs()
                }
            }
            (Value::String(mask), _) if MASKS.contains(&mask.as_str()) => None,
            (Value::String(expected), Value::String(actual)) => {
                if self.matches(expected, actual) {
                    None
                } else {
                    differs()
                }
            }
            _ if expected == actual => None,
            _ => differs(),
        }
    }

    /// Payloads in the history are JSON text; the recordings have objects and arrays parsed.
    pub fn payload_difference(
        &mut self,
        place: &str,
        expected: &Value,
        actual: &Value,
    ) -> Option<String> {
        let parsed = |value: &Value| {
            value
                .as_str()
                .and_then(|text| serde_json::from_str(text).ok())
        };
        let actual = parsed(actual).unwrap_or_else(|| actual.clone());
        match (parsed(expected), expected.is_string() && actual.is_string()) {
            (Some(expected), _) => self.difference(place, &expected, &actual),
            (None, _) => self.difference(place, expected, &actual),
        }
    }

    fn matches(&mut self, expected: &str, actual: &str) -> bool {
        if expected == actual {
            return true;
        }
        let Some((before, rest)) = expected.split_once('<') else {
            return false;
        };
        let Some((name, after)) = placeholder(rest) else {
            return false;
        };
        if before.is_empty() && after.is_empty() {
            return self
                .known
                .entry(name.to_owned())
                .or_insert_with(|| actual.to_owned())
                == actual;
        }
        let Some(actual) = actual.strip_prefix(before) else {
            return false;
        };
        // Parts of a text are compared for their shape only.
        (0..=actual.len())
            .filter(|at| actual.is_char_boundary(*at))
            .any(|at| self.matches(after, &actual[at..]))
    }
}

/// The name of a placeholder whose `<` has been read, and what follows it. One may be inside another.
fn placeholder(text: &str) -> Option<(&str, &str)> {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&text[..at], &text[at + 1..]));
        }
    }
    None
}

/// The wording of causes is free.
fn is_wording(key: &str) -> bool {
    key == "Cause" || key == "cause"
}
