//! The recorded answers of AWS Step Functions, taken from `GATEPOST_CONFORMANCE_DIR`.
//!
//! Whatever a service, a function or a worker answered is in the recording; it is played back, and
//! everything that the interpreter makes of it is compared: status, output, error, every event.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gatepost_asl::{Definition, Event, HistoryEvent, Outcome, Problem, Severity, validate};
use serde_json::{Value, json};

use crate::compare::Comparison;
use crate::simulation::{Between, Simulation, context};

const DIRECTORY: &str = "GATEPOST_CONFORMANCE_DIR";
const ACTIVITY: &str = "arn:aws:states:us-east-1:111111111111:activity:activity";

/// How many cases of each group must at least be run, so that none gets lost unnoticed.
const MINIMA: [(&str, usize); 26] = [
    ("create/api/test_sfn_api", 16),
    ("create/api/test_sfn_api_express", 2),
    ("create/api/test_sfn_api_logs", 3),
    ("create/api/test_sfn_api_tagging", 6),
    ("create/api/test_sfn_api_versioning", 12),
    ("create/express", 3),
    ("create/scenarios", 2),
    ("execution/activities", 2),
    ("execution/api/test_sfn_api", 5),
    ("execution/api/test_sfn_api_aliasing", 2),
    ("execution/base", 17),
    ("execution/callback", 8),
    ("execution/choice_operators", 254),
    ("execution/comments", 1),
    ("execution/context_object", 6),
    ("execution/credentials", 1),
    ("execution/error_handling", 20),
    ("execution/express", 2),
    ("execution/intrinsic_functions", 65),
    ("execution/logs", 3),
    ("execution/scenarios", 16),
    ("execution/services", 31),
    ("execution/timeouts", 2),
    ("express_end_event/api/test_sfn_api_express", 1),
    ("express_end_event/express", 3),
    ("validate/api/test_sfn_api_validation", 2),
];

#[test]
fn recorded_answers_are_given() {
    let Some(directory) = directory() else { return };
    let index: Vec<Value> = read(&directory.join("INDEX.json"));
    let mut tally = Tally::default();
    for entry in &index {
        let kind = entry["kind"].as_str().unwrap_or_default();
        if !matches!(
            kind,
            "execution" | "express_end_event" | "create" | "validate"
        ) {
            continue;
        }
        let group = format!("{kind}/{}", entry["group"].as_str().unwrap_or_default());
        if let Some(reason) = left_out(entry) {
            tally.left(&group, reason);
            continue;
        }
        let case: Value = read(&directory.join(entry["file"].as_str().unwrap_or_default()));
        match run(kind, &case) {
            Ok(result) => tally.ran(&group, entry["id"].as_str().unwrap_or_default(), result),
            Err(reason) => tally.left(&group, reason),
        }
    }
    tally.report();
}

#[test]
fn what_aws_accepted_is_accepted() {
    let Some(directory) = directory() else { return };
    let index: Vec<Value> = read(&directory.join("INDEX.json"));
    let mut wrong = Vec::new();
    for entry in index.iter().filter(|entry| entry["kind"] == "execution") {
        let case: Value = read(&directory.join(entry["file"].as_str().unwrap_or_default()));
        let problems = validate(&definition_text(&case));
        let refused = |problem: &&Problem| {
            problem.severity == Severity::Error && problem.code != "UNSUPPORTED"
        };
        wrong.extend(
            problems
                .iter()
                .filter(refused)
                .map(|problem| format!("{}: {problem}", entry["id"])),
        );
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where the cases lie: beside the repository, not in it. Where no place is named, the test says so and is skipped.
fn directory() -> Option<PathBuf> {
    let directory = std::env::var_os(DIRECTORY).map(PathBuf::from);
    if directory.is_none() {
        eprintln!("skipped: {DIRECTORY} is not set");
    }
    directory
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let text = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Why a case is not run at all.
fn left_out(entry: &Value) -> Option<&'static str> {
    let has = |field: &str, value: &str| {
        entry[field]
            .as_array()
            .is_some_and(|all| all.contains(&value.into()))
    };
    if has("state_types", "Map") {
        Some("Map")
    } else if has("state_types", "Parallel") {
        Some("Parallel")
    } else if has("query_language", "JSONata") {
        Some("JSONata")
    } else if has("features", "Assign") {
        Some("variables")
    } else {
        None
    }
}

fn definition_text(case: &Value) -> String {
    case["definition"]
        .as_str()
        .unwrap_or_default()
        .replace("\"activity_arn\"", &format!("\"{ACTIVITY}\""))
}

/// Runs one case, or says why there is nothing to compare.
fn run(kind: &str, case: &Value) -> Result<Result<(), String>, &'static str> {
    let expect = &case["expect"];
    match kind {
        "create" => {
            let error = expect["exception"]
                .as_str()
                .or(case["response"]["Error"]["Code"].as_str());
            let is_express = case["request"]["type"] == "EXPRESS";
            match (expect["status"].as_str(), error) {
                (Some("CREATED"), _) => Ok(accepted(case, true)),
                (_, Some("InvalidDefinition")) if !is_express => Ok(accepted(case, false)),
                _ => Err("about the API, not the definition"),
            }
        }
        "validate" => Ok(accepted(case, expect["status"] == "OK")),
        "execution" if expect.is_null() => Err("about the API, not the definition"),
        "execution" => Ok(execution(case)),
        _ if case["lambdas"]
            .as_object()
            .is_some_and(|lambdas| !lambdas.is_empty()) =>
        {
            Err("the answers of its functions are not recorded")
        }
        _ => Ok(last_event(case)),
    }
}

fn accepted(case: &Value, expected: bool) -> Result<(), String> {
    let problems = validate(&definition_text(case));
    let accepted = problems
        .iter()
        .all(|problem| problem.severity == Severity::Warning);
    if accepted == expected {
        Ok(())
    } else {
        Err(format!("accepted: {accepted}, {problems:?}"))
    }
}

fn execution(case: &Value) -> Result<(), String> {
    let simulation = simulate(case, Between::Memory)?;
    let stored = simulate(case, Between::Storage)?;
    if stored.history != simulation.history || stored.state != simulation.state {
        return Err(
            "the execution goes another way when it is stored between its steps".to_owned(),
        );
    }
    let mut comparison = Comparison::default();
    let outcome = simulation
        .state
        .outcome()
        .ok_or("the execution has not ended")?;
    let found = [
        ending(&mut comparison, &case["expect"], outcome),
        events(&mut comparison, case, &simulation.history),
    ];
    found
        .into_iter()
        .flatten()
        .next()
        .map_or(Ok(()), |difference| {
            let events: Vec<String> = simulation
                .history
                .iter()
                .map(|event| event.to_aws_json().to_string())
                .collect();
            Err(format!("{difference}\n    {}", events.join("\n    ")))
        })
}

/// Plays the recorded answers back.
fn simulate(case: &Value, between: Between) -> Result<Simulation, String> {
    let definition =
        Definition::parse(&definition_text(case)).map_err(|problems| format!("{problems:?}"))?;
    let input = serde_json::from_str(case["input"].as_str().unwrap_or("{}"))
        .map_err(|error| error.to_string())?;
    let mut context = context();
    if case["type"] == "EXPRESS" {
        context.id = "arn:aws:states:us-east-1:111111111111:express:machine:run:part".to_owned();
        context.role_arn = Some("sfn_role_arn".to_owned());
    }
    let role_arn = &case["history"][0]["executionStartedEventDetails"]["roleArn"];
    context.role_arn = role_arn.as_str().map(str::to_owned).or(context.role_arn);

    let mut simulation = Simulation::start(Arc::new(definition), context, input, between);
    let mut answers = answers(case);
    for _ in 0..1000 {
        let open = simulation
            .state
            .open_tasks()
            .next()
            .map(|task| task.id.to_owned());
        match open {
            _ if simulation.state.outcome().is_some() => break,
            Some(task) => match answers.pop_front().ok_or("no answer is recorded")? {
                Answer::Wake => simulation.wake(),
                Answer::Event(event) => {
                    simulation
                        .happen(event(task))
                        .map_err(|error| format!("an answer is refused: {error}"))?;
                }
            },
            None => simulation.wake(),
        }
    }
    Ok(simulation)
}

enum Answer {
    Event(Box<dyn FnOnce(String) -> Event>),
    Wake,
}

/// What the services, functions and workers of a recording answered.
fn answers(case: &Value) -> VecDeque<Answer> {
    let text = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let payload = |value: &Value| match value {
        Value::String(json) => serde_json::from_str(json).unwrap_or_else(|_| value.clone()),
        other => other.clone(),
    };
    let mut answers = VecDeque::new();
    for event in case["history"].as_array().into_iter().flatten() {
        let details = details(event);
        let (output, worker) = (payload(&details["output"]), text(&details["workerName"]));
        let (error, cause) = (text(&details["error"]), text(&details["cause"]));
        let made: Box<dyn FnOnce(String) -> Event> =
            match event["type"].as_str().unwrap_or_default() {
                "ActivityStarted" => Box::new(|task| Event::TaskStarted { task, worker }),
                "TaskSubmitted" => Box::new(|task| Event::TaskSubmitted { task, output }),
                "TaskSucceeded" | "LambdaFunctionSucceeded" | "ActivitySucceeded" => {
                    Box::new(|task| Event::TaskSucceeded { task, output })
                }
                "LambdaFunctionFailed" if error.as_deref() == Some("States.DataLimitExceeded") => {
                    Box::new(|task| Event::TaskSucceeded {
                        task,
                        output: "a".repeat(257 * 1024).into(),
                    })
                }
                "TaskFailed" | "LambdaFunctionFailed" | "ActivityFailed" => {
                    Box::new(|task| Event::TaskFailed { task, error, cause })
                }
                "TaskTimedOut" | "LambdaFunctionTimedOut" | "ActivityTimedOut" => {
                    answers.push_back(Answer::Wake);
                    continue;
                }
                _ => continue,
            };
        answers.push_back(Answer::Event(made));
    }
    answers
}

fn details(event: &Value) -> Value {
    let field = event
        .as_object()
        .and_then(|event| event.keys().find(|key| key.ends_with("EventDetails")));
    field.map_or(json!({}), |field| event[field].clone())
}

fn ending(comparison: &mut Comparison, expect: &Value, outcome: &Outcome) -> Option<String> {
    let (status, output, error) = match outcome {
        Outcome::Succeeded { output } => ("SUCCEEDED", Some(output), &None),
        Outcome::Failed { error, .. } => ("FAILED", None, error),
        Outcome::TimedOut { error, .. } => ("TIMED_OUT", None, error),
        Outcome::Aborted { error, .. } => ("ABORTED", None, error),
    };
    if expect["status"] != status {
        return Some(format!(
            "the status is {outcome:?} and not {}",
            expect["status"]
        ));
    }
    if expect["error"].as_str() != error.as_deref() {
        return Some(format!(
            "the error is {error:?} and not {}",
            expect["error"]
        ));
    }
    match (expect.get("output"), output) {
        (Some(expected), Some(output)) => comparison.payload_difference("output", expected, output),
        _ => None,
    }
}

fn events(comparison: &mut Comparison, case: &Value, history: &[HistoryEvent]) -> Option<String> {
    let mut recorded = case["history"].as_array()?.clone();
    recorded.sort_by_key(|event| event["id"].as_u64());
    if recorded.len() != history.len() {
        return Some(format!(
            "there are {} events and not {}",
            history.len(),
            recorded.len()
        ));
    }
    recorded
        .iter()
        .zip(history)
        .find_map(|(expected, event)| event_difference(comparison, expected, &event.to_aws_json()))
}

fn event_difference(
    comparison: &mut Comparison,
    expected: &Value,
    actual: &Value,
) -> Option<String> {
    for field in ["id", "previousEventId", "type"] {
        if expected[field] != actual[field] {
            return Some(format!(
                "{field}: expected {} but got {}",
                expected[field], actual[field]
            ));
        }
    }
    let place = format!("event {}", expected["id"]);
    let (mut expected, mut actual) = (details(expected), details(actual));
    for field in ["input", "output", "parameters"] {
        let payloads = (
            expected.get_mut(field).map(Value::take),
            actual.get_mut(field).map(Value::take),
        );
        if let (Some(expected), Some(actual)) = payloads {
            let difference =
                comparison.payload_difference(&format!("{place}.{field}"), &expected, &actual);
            if difference.is_some() {
                return difference;
            }
        }
    }
    // The wording of a cause is free, but not whether there is one.
    if expected.get("cause").is_some() != actual.get("cause").is_some() {
        return Some(format!(
            "{place}: cause {:?} and not {:?}",
            actual.get("cause"),
            expected.get("cause")
        ));
    }
    for details in [&mut expected, &mut actual] {
        details
            .as_object_mut()
            .map(|details| details.shift_remove("cause"));
    }
    comparison.difference(&place, &expected, &actual)
}

/// EXPRESS executions are recorded by their last event only.
fn last_event(case: &Value) -> Result<(), String> {
    let mut case = case.clone();
    case["type"] = "EXPRESS".into();
    let simulation = simulate(&case, Between::Storage)?;
    let last = simulation
        .history
        .last()
        .ok_or("there is no event")?
        .to_aws_json();
    let response = &case["response"];
    if response["type"] != last["type"] || response["id"].as_str() != Some(&last["id"].to_string())
    {
        return Err(format!("the last event is {last}"));
    }
    let (expected, actual) = (&response["details"]["output"], &details(&last)["output"]);
    match Comparison::default().payload_difference("output", expected, actual) {
        Some(difference) => Err(difference),
        None => Ok(()),
    }
}

/// Who ran, who passed, and who was left out.
#[derive(Default)]
struct Tally {
    ran: BTreeMap<String, usize>,
    left: BTreeMap<(String, &'static str), usize>,
    failed: Vec<String>,
}

impl Tally {
    fn ran(&mut self, group: &str, id: &str, result: Result<(), String>) {
        *self.ran.entry(group.to_owned()).or_default() += 1;
        if let Err(difference) = result {
            self.failed.push(format!("{id}\n  {difference}"));
        }
    }

    fn left(&mut self, group: &str, reason: &'static str) {
        *self.left.entry((group.to_owned(), reason)).or_default() += 1;
    }

    fn report(&self) {
        let ran: usize = self.ran.values().sum();
        for (group, count) in &self.ran {
            println!("{count:4} of {group}");
        }
        for ((group, reason), count) in &self.left {
            println!("{count:4} of {group} left out: {reason}");
        }
        println!(
            "{ran} cases ran, {} passed, {} were left out",
            ran - self.failed.len(),
            self.left.values().sum::<usize>()
        );
        for (group, least) in MINIMA {
            let count = self.ran.get(group).copied().unwrap_or_default();
            assert!(
                count >= least,
                "only {count} of at least {least} cases of {group} ran"
            );
        }
        assert!(
            self.failed.is_empty(),
            "{} cases failed:\n{}",
            self.failed.len(),
            self.failed.join("\n")
        );
    }
}
