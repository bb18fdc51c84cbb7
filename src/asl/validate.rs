//! From the text of a definition to [`Definition`], with every problem on the way.
//!
//! Checking and preparing are one pass: what is found wrong is reported and left out, and the rest
//! is checked as if nothing had happened.

mod choice;
mod errors;
mod fields;
mod flow;
mod states;
mod template;

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::definition::{Definition, Machine, Node};
use crate::json;
use crate::problem::{Problem, Severity, code};
use crate::retry::MAX_SECONDS;
use fields::Fields;

/// The longest definition, in bytes.
const MAX_DEFINITION_BYTES: usize = 1024 * 1024;
/// The longest name of a state, in characters.
const MAX_NAME_CHARS: usize = 80;
/// What a timeout may be.
const TIMEOUT_SECONDS: RangeInclusive<u64> = 1..=MAX_SECONDS;

/// Checks a definition and reports everything that is wrong with it, in the order of the text as
/// far as possible.
pub fn validate(json: &str) -> Vec<Problem> {
    match read(json) {
        Ok(definition) => definition.warnings,
        Err(problems) => problems,
    }
}

pub(crate) fn read(json: &str) -> Result<Definition, Vec<Problem>> {
    let mut report = Report::default();
    let definition =
        document(json, &mut report).and_then(|value| state_machine(&value, &mut report));
    match definition {
        Some(definition) if !report.has_errors() => Ok(Definition {
            warnings: report.problems,
            ..definition
        }),
        _ => Err(report.problems),
    }
}

/// Collects the problems.
#[derive(Default)]
pub(crate) struct Report {
    pub problems: Vec<Problem>,
}

impl Report {
    pub fn error(&mut self, pointer: &str, code: &'static str, message: impl Into<String>) {
        self.add(pointer, code, Severity::Error, message.into());
    }

    pub fn warning(&mut self, pointer: &str, code: &'static str, message: impl Into<String>) {
        self.add(pointer, code, Severity::Warning, message.into());
    }

    /// Something of the language that this interpreter cannot run.
    pub fn unsupported(&mut self, pointer: &str, what: &str) {
        self.error(
            pointer,
            code::UNSUPPORTED,
            format!("{what} is not supported yet"),
        );
    }

    pub fn has_errors(&self) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.severity == Severity::Error)
    }

    fn add(&mut self, pointer: &str, code: &'static str, severity: Severity, message: String) {
        self.problems.push(Problem {
            pointer: pointer.to_owned(),
            code,
            severity,
            message,
        });
    }
}

fn document(json: &str, report: &mut Report) -> Option<Value> {
    if json.len() > MAX_DEFINITION_BYTES {
        report.error(
            "",
            code::TOO_LARGE,
            format!("the definition is longer than {MAX_DEFINITION_BYTES} bytes"),
        );
        return None;
    }
    match json::read(json) {
        Ok(document) => {
            for pointer in document.duplicate_keys {
                report.error(&pointer, code::DUPLICATE_KEY, "this field is given twice");
            }
            Some(document.value)
        }
        Err(error) => {
            report.error(
                "",
                code::INVALID_JSON,
                format!("the definition is not valid JSON: {error}"),
            );
            None
        }
    }
}

fn state_machine(value: &Value, report: &mut Report) -> Option<Definition> {
    let mut fields = Fields::of(value, "", report)?;
    let comment = fields.string("Comment").map(str::to_owned);
    if fields
        .string("Version")
        .is_some_and(|version| version != "1.0")
    {
        fields.error("Version", code::INVALID_VALUE, "the only version is 1.0");
    }
    let timeout_seconds = fields.integer("TimeoutSeconds", TIMEOUT_SECONDS);
    let language = QueryLanguage::read(&mut fields, QueryLanguage::JsonPath);
    let start_at = fields.required_string("StartAt");
    let states = fields
        .required("States")
        .and_then(|_| fields.object("States"));
    fields.finish();

    let machine = machine(start_at, states?, language, report)?;
    Some(Definition {
        comment,
        timeout_seconds,
        machine,
        warnings: Vec::new(),
    })
}

/// In which language a state writes its expressions.
#[derive(Debug, Clone, Copy, PartialEq)]
enum QueryLanguage {
    JsonPath,
    JsonAta,
}

impl QueryLanguage {
    fn read(fields: &mut Fields, inherited: QueryLanguage) -> QueryLanguage {
        match fields.string("QueryLanguage") {
            None => inherited,
            Some("JSONPath") if inherited == QueryLanguage::JsonAta => {
                fields.error(
                    "QueryLanguage",
                    code::QUERY_LANGUAGE,
                    "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for the whole state machine",
                );
                QueryLanguage::JsonPath
            }
            Some("JSONPath") => QueryLanguage::JsonPath,
            Some("JSONata") => {
                fields.unsupported("QueryLanguage", "JSONata");
                QueryLanguage::JsonAta
            }
            Some(other) => {
                let message =
                    format!("there is no query language {other:?}, only JSONPath and JSONata");
                fields.error("QueryLanguage", code::INVALID_VALUE, message);
                inherited
            }
        }
    }
}

fn machine(
    start_at: Option<&str>,
    states: &Map<String, Value>,
    language: QueryLanguage,
    report: &mut Report,
) -> Option<Machine> {
    if states.is_empty() {
        report.error(
            "/States",
            code::EMPTY_STATES,
            "there must be at least one state",
        );
        return None;
    }
    let by_name: HashMap<Arc<str>, usize> = states
        .keys()
        .enumerate()
        .map(|(place, name)| (Arc::from(name.as_str()), place))
        .collect();
    let mut nodes: Vec<Option<Node>> = Vec::new();
    for (name, state) in states {
        let pointer = json::join("/States", name);
        check_name(name, &pointer, report);
        nodes.push(states::state(
            name, state, &pointer, language, &by_name, report,
        ));
    }
    if let Some(name) = start_at
        && !by_name.contains_key(name)
    {
        report.error(
            "/StartAt",
            code::UNKNOWN_TARGET,
            format!("there is no state {name:?}"),
        );
    }
    flow::check(start_at, states, report);
    let start_at = *by_name.get(start_at?)?;
    Some(Machine {
        start_at,
        states: nodes.into_iter().collect::<Option<_>>()?,
        by_name,
    })
}

fn check_name(name: &str, pointer: &str, report: &mut Report) {
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
        let message = format!("the name of a state has 1 to {MAX_NAME_CHARS} characters");
        report.error(pointer, code::STATE_NAME, message);
    }
}
