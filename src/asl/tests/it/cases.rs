//! The cases written for this project, `tests/asl/*.json`: a definition, an input, a script of what
//! happens, and everything that must come of it. With `UPDATE_ASL_CASES=1` the latter is written anew.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gatepost_asl::{Definition, Event, HistoryEvent, Outcome, Resource, ScheduledTask};
use serde_json::{Map, Value, json};

use crate::simulation::{Between, START_MS, Simulation, context};

#[test]
fn cases_go_as_written() {
    let update = std::env::var_os("UPDATE_ASL_CASES").is_some();
    let mut wrong = Vec::new();
    for path in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut case: Map<String, Value> =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let name = path.file_name().unwrap_or_default().display();
        let result =
            run(&case, Between::Memory).and_then(|result| match run(&case, Between::Storage)? {
                stored if stored == result => Ok(result),
                stored => Err(format!(
                    "stored between its steps it goes another way:\n{stored:#?}"
                )),
            });
        match result {
            Err(problem) => wrong.push(format!("{name}: {problem}")),
            Ok(result) if update => {
                case.extend(result);
                let text = serde_json::to_string_pretty(&case).unwrap();
                std::fs::write(&path, format!("{}\n", compact(&text))).unwrap();
            }
            Ok(result) => {
                let different = result
                    .iter()
                    .filter(|(field, value)| case.get(*field) != Some(*value));
                wrong.extend(
                    different.map(|(field, value)| format!("{name}: {field} is {value:#}")),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/asl")
}

fn files() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let is_case = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".json") && !name.ends_with(".asl.json")
    };
    let mut files: Vec<PathBuf> = entries.filter(is_case).collect();
    files.sort();
    assert!(files.len() >= 20, "only {} cases were found", files.len());
    files
}

/// Runs a case and gives what must stand in its file.
fn run(case: &Map<String, Value>, between: Between) -> Result<Map<String, Value>, String> {
    let definition = match case.get("definition_file").and_then(Value::as_str) {
        Some(file) => {
            std::fs::read_to_string(directory().join(file)).map_err(|error| error.to_string())?
        }
        None => case["definition"].to_string(),
    };
    let definition = Definition::parse(&definition).map_err(|problems| format!("{problems:#?}"))?;
    let mut simulation = Simulation::start(
        Arc::new(definition),
        context(),
        case["input"].clone(),
        between,
    );
    for (at, action) in case["script"].as_array().into_iter().flatten().enumerate() {
        act(&mut simulation, action)
            .map_err(|problem| format!("action {at} {action}: {problem}"))?;
    }
    let result = json!({
        "outcome": outcome(&simulation),
        "tasks": simulation.tasks.iter().map(task).collect::<Vec<_>>(),
        "other_commands": simulation.other_commands,
        "history": simulation.history.iter().map(event).collect::<Vec<_>>(),
    });
    let Value::Object(result) = result else {
        unreachable!("it was made as an object")
    };
    Ok(result)
}

fn act(simulation: &mut Simulation, action: &Value) -> Result<(), String> {
    let latest = simulation.tasks.len();
    let number = action["task"]
        .as_u64()
        .map_or(latest, |number| number as usize);
    let task = format!("task-{number}");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let of = |name: &str| action.get(name);
    let event = if let Some(output) = of("succeed") {
        Event::TaskSucceeded {
            task,
            output: output.clone(),
        }
    } else if let Some(failure) = of("fail") {
        Event::TaskFailed {
            task,
            error: text(&failure["error"]),
            cause: text(&failure["cause"]),
        }
    } else if let Some(output) = of("submit") {
        Event::TaskSubmitted {
            task,
            output: output.clone(),
        }
    } else if let Some(worker) = of("take") {
        Event::TaskStarted {
            task,
            worker: text(worker),
        }
    } else if of("beat").is_some() {
        Event::TaskHeartbeat { task }
    } else if let Some(stop) = of("stop") {
        Event::Stopped {
            error: text(&stop["error"]),
            cause: text(&stop["cause"]),
        }
    } else if of("woken").is_some() {
        Event::Woken
    } else if let Some(seconds) = of("seconds_pass") {
        simulation.now_ms += seconds.as_i64().ok_or("no number")? * 1000;
        return Ok(());
    } else if let Some(seconds) = of("wakes_after_seconds") {
        let wake_after = simulation
            .state
            .wake_at_ms()
            .map(|wake_at_ms| (wake_at_ms - simulation.now_ms) as f64 / 1000.0);
        return if wake_after == seconds.as_f64() {
            Ok(())
        } else {
            Err(format!("it wakes after {wake_after:?}"))
        };
    } else if of("wake").is_some() {
        simulation.wake();
        return Ok(());
    } else {
        return Err("there is no such action".to_owned());
    };
    let refused = simulation
        .happen(event)
        .err()
        .map(|error| format!("{error:?}"));
    if refused.as_deref() == action["refused"].as_str() {
        Ok(())
    } else {
        Err(format!("refused: {refused:?}"))
    }
}

fn outcome(simulation: &Simulation) -> Value {
    let failure = |status: &str, error: &Option<String>, cause: &Option<String>| json!({"status": status, "error": error, "cause": cause});
    match simulation.state.outcome() {
        None => json!({
            "status": "RUNNING",
            "state": simulation.state.current_state_name(),
            "wakes_after_seconds": simulation.state.wake_at_ms().map(|at_ms| (at_ms - simulation.now_ms) as f64 / 1000.0),
            "open_tasks": simulation.state.open_tasks().map(|task| task.id).collect::<Vec<_>>(),
        }),
        Some(Outcome::Succeeded { output }) => json!({"status": "SUCCEEDED", "output": output}),
        Some(Outcome::Failed {
            error,
            cause,
            by_fail_state,
        }) => {
            let mut failed = failure("FAILED", error, cause);
            failed["by_fail_state"] = (*by_fail_state).into();
            failed
        }
        Some(Outcome::TimedOut { error, cause }) => failure("TIMED_OUT", error, cause),
        Some(Outcome::Aborted { error, cause }) => failure("ABORTED", error, cause),
    }
}

fn task(task: &ScheduledTask) -> Value {
    let called = match &task.resource {
        Resource::Integration {
            service, action, ..
        } => format!("{service}:{action}"),
        other => other.arn().to_owned(),
    };
    json!({
        "id": task.id,
        "state": task.state_name,
        "called": called,
        "parameters": task.parameters,
        "deadline_seconds": task.deadline_ms.map(since_start),
        "waits_for_token": task.waits_for_token,
    })
}

/// `[id, previous id, seconds since the start, kind, details]`
fn event(event: &HistoryEvent) -> Value {
    let aws = event.to_aws_json();
    let fields = aws.as_object().into_iter().flatten();
    let mut details = fields
        .clone()
        .find(|(name, _)| name.ends_with("Details"))
        .map_or(json!({}), |(_, value)| value.clone());
    if let Some(details) = details.as_object_mut() {
        details.retain(|name, _| !name.ends_with("putDetails"));
        for payload in ["input", "output", "parameters"] {
            if let Some(Value::String(text)) = details.get(payload) {
                let value = serde_json::from_str(text).unwrap();
                details.insert(payload.to_owned(), value);
            }
        }
    }
    json!([
        event.id,
        event.previous_id,
        since_start(event.at_ms),
        aws["type"],
        details
    ])
}

fn since_start(at_ms: i64) -> f64 {
    (at_ms - START_MS) as f64 / 1000.0
}

/// Puts each action, task and event on a line of its own.
fn compact(pretty: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut is_list = false;
    for line in pretty.lines() {
        let indent = line.len() - line.trim_start().len();
        is_list = if indent == 2 {
            line.ends_with('[')
        } else {
            is_list
        };
        match lines.last_mut() {
            Some(last)
                if is_list
                    && (indent > 4
                        || (indent == 4
                            && matches!(line.trim_start().chars().next(), Some(']' | '}')))) =>
            {
                if !last.ends_with(['[', '{', ' '])
                    && !matches!(line.trim_start().chars().next(), Some(']' | '}'))
                {
                    last.push(' ');
                }
                last.push_str(line.trim_start());
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines.join("\n")
}
