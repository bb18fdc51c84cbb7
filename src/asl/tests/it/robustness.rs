//! Limits, damaged bytes, and inputs that nobody meant.

use std::sync::Arc;

use gatepost_asl::{
    Definition, Event, EventKind, HistoryEvent, MAX_HISTORY_EVENTS, Outcome, State, TOKEN_MASK,
    history, validate,
};
use serde_json::{Map, Value, json};

use crate::simulation::{Between, Simulation, context};

fn start(definition: Value, input: Value) -> Simulation {
    start_with(definition, input, Between::Storage)
}

fn start_with(definition: Value, input: Value, between: Between) -> Simulation {
    let definition = Definition::parse(&definition.to_string())
        .unwrap_or_else(|problems| panic!("{problems:?}"));
    Simulation::start(Arc::new(definition), context(), input, between)
}

fn failure(simulation: &Simulation) -> Option<&str> {
    match simulation.state.outcome() {
        Some(Outcome::Failed { error, .. }) => error.as_deref(),
        _ => None,
    }
}

/// A Pass state that goes on for as long as nobody writes `$.stop`.
fn circle(pass: Value) -> Value {
    let mut pass = pass;
    pass["Type"] = "Pass".into();
    pass["Next"] = "Again".into();
    let again = json!({"Type": "Choice", "Choices": [{"Variable": "$.stop", "IsPresent": true, "Next": "End"}], "Default": "Turn"});
    json!({"StartAt": "Turn", "States": {"Turn": pass, "Again": again, "End": {"Type": "Succeed"}}})
}

fn run(simulation: &mut Simulation) -> usize {
    let mut steps = 1;
    while simulation.state.outcome().is_none() {
        simulation.wake();
        steps += 1;
    }
    steps
}

#[test]
fn circles_end_with_the_history() {
    let mut simulation = start(circle(json!({})), json!({}));
    assert_eq!(
        simulation.state.wake_at_ms(),
        Some(simulation.now_ms),
        "it lets others have their turn"
    );

    let steps = run(&mut simulation);

    assert!(steps > 100);
    assert_eq!(failure(&simulation), Some("States.Runtime"));
    let ids: Vec<u64> = simulation.history.iter().map(|event| event.id).collect();
    assert_eq!(ids, (1..=MAX_HISTORY_EVENTS).collect::<Vec<_>>());
    assert_eq!(
        simulation.history.last().map(|event| event.kind),
        Some(EventKind::ExecutionFailed)
    );
}

#[test]
fn a_task_is_closed_when_the_history_is_full() {
    let retry =
        json!([{"ErrorEquals": ["States.ALL"], "MaxAttempts": 99_999_999, "BackoffRate": 1.0}]);
    let task = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 1, "Retry": retry, "End": true});
    let mut simulation = start(json!({"StartAt": "S", "States": {"S": task}}), json!({}));

    run(&mut simulation);

    assert_eq!(failure(&simulation), Some("States.Runtime"));
    assert_eq!(simulation.history.len() as u64, MAX_HISTORY_EVENTS);
    let closed = simulation
        .other_commands
        .iter()
        .filter(|command| command.starts_with("close"))
        .count();
    assert!(
        simulation.tasks.len() - closed <= 1,
        "every task but the one that was not begun is closed"
    );
}

#[test]
fn data_stays_within_its_limits() {
    let doubling = circle(json!({"Parameters": {"a.$": "$", "b.$": "$"}}));
    let mut simulation = start(doubling, json!("seed"));
    run(&mut simulation);
    assert_eq!(failure(&simulation), Some("States.DataLimitExceeded"));

    let nesting = circle(json!({"Parameters": {"a.$": "$"}}));
    let mut simulation = start(nesting, json!({}));
    run(&mut simulation);
    assert_eq!(failure(&simulation), Some("States.Runtime"));

    let simulation = start(circle(json!({})), Value::String("x".repeat(262_143)));
    assert_eq!(failure(&simulation), Some("States.DataLimitExceeded"));
    assert_eq!(simulation.history.len(), 2);
    let exact = json!({"StartAt": "S", "States": {"S": {"Type": "Succeed"}}});
    let simulation = start(exact.clone(), Value::String("x".repeat(262_142)));
    assert!(matches!(
        simulation.state.outcome(),
        Some(Outcome::Succeeded { .. })
    ));

    let deep = (0..126).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(failure(&start(exact, deep)), Some("States.Runtime"));
}

#[test]
fn copying_is_bounded() {
    let text = "x".repeat(200_000);
    let arguments = vec!["$"; 100_000].join(",");
    let members: Map<String, Value> = (0..1000)
        .map(|at| (format!("m{at}.$"), "$".into()))
        .collect();
    let escaped = (0..9).fold("$".to_owned(), |call, _| {
        format!("States.JsonToString({call})")
    });
    for parameters in [
        json!({"a.$": format!("States.ArrayLength(States.Array({arguments}))")}),
        json!({"a.$": format!("States.Hash(States.Format('{}', {arguments}), 'MD5')", "{}".repeat(100_000))}),
        Value::Object(members),
    ] {
        let pass = json!({"Type": "Pass", "Parameters": parameters, "End": true});
        let simulation = start(json!({"StartAt": "S", "States": {"S": pass}}), json!(text));
        assert_eq!(failure(&simulation), Some("States.DataLimitExceeded"));
    }
    let pass = json!({"Type": "Pass", "Parameters": {"a.$": escaped}, "End": true});
    let simulation = start(
        json!({"StartAt": "S", "States": {"S": pass}}),
        json!("\"".repeat(100_000)),
    );
    assert_eq!(failure(&simulation), Some("States.DataLimitExceeded"));
}

#[test]
fn too_much_data_is_caught_by_name_only() {
    let run = |names: Value| {
        let catch = json!([{"ErrorEquals": names, "ResultPath": null, "Next": "Caught"}]);
        let task = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "ResultPath": "$.b", "Catch": catch, "End": true});
        let states = json!({"S": task, "Caught": {"Type": "Succeed"}});
        let mut simulation = start(
            json!({"StartAt": "S", "States": states}),
            json!({"a": "a".repeat(200_000)}),
        );
        let task = simulation.tasks[0].id.clone();
        simulation
            .happen(Event::TaskSucceeded {
                task,
                output: "b".repeat(200_000).into(),
            })
            .unwrap();
        failure(&simulation).map(str::to_owned)
    };

    assert_eq!(
        run(json!(["States.ALL"])).as_deref(),
        Some("States.DataLimitExceeded")
    );
    assert_eq!(run(json!(["States.DataLimitExceeded"])), None);
}

#[test]
fn no_failure_shows_the_token() {
    for call in [
        "States.MathAdd($$.Task.Token, 1)",
        "States.Hash('a', $$.Task.Token)",
        "States.ArrayGetItem(States.StringSplit($$.Task.Token, '-'), 9)",
        "States.StringToJson($$.Task.Token)",
    ] {
        let task = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": {"x.$": call}, "End": true});
        let simulation = start(json!({"StartAt": "S", "States": {"S": task}}), json!({}));
        assert_eq!(
            failure(&simulation),
            Some("States.IntrinsicFailure"),
            "{call}"
        );
        let shown = format!("{:?} {:?}", simulation.state, simulation.history);
        assert!(!shown.contains("secret"), "{shown}");
    }
    let pieces = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"x.$": "States.ArrayGetItem(States.StringSplit($$.Task.Token, '-'), 2)"}, "End": true});
    let simulation = start(json!({"StartAt": "S", "States": {"S": pieces}}), json!({}));
    assert_eq!(*simulation.tasks[0].parameters, json!({"x": "1"}));
    assert_eq!(
        simulation.history[2].details.parameters,
        Some(Arc::new(TOKEN_MASK.into()))
    );
}

#[test]
fn long_errors_are_cut() {
    let task = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true});
    let mut simulation = start(json!({"StartAt": "S", "States": {"S": task}}), json!({}));
    let task = simulation.tasks[0].id.clone();

    let (error, cause) = (Some("ä".repeat(1000)), Some("ö".repeat(100_000)));
    simulation
        .happen(Event::TaskFailed { task, error, cause })
        .unwrap();

    let Some(Outcome::Failed {
        error: Some(error),
        cause: Some(cause),
        ..
    }) = simulation.state.outcome()
    else {
        panic!("{:?}", simulation.state);
    };
    assert_eq!((error.len(), cause.len()), (256, 32_768));
}

#[test]
fn payloads_are_stored_once() {
    let marker = "a marker that is long enough to be told from everything else";
    let states = json!({"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Wait", "Seconds": 5, "End": true}});
    let simulation = start(
        json!({"StartAt": "A", "States": states}),
        json!({"text": marker}),
    );
    let times = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().matches(marker).count();

    assert_eq!(simulation.history.len(), 4);
    assert_eq!(times(history::encode(&simulation.history, &[])), 1);
    assert_eq!(times(simulation.state.encode(&[])), 1);
}

#[test]
fn damaged_bytes_are_refused() {
    let states = json!({"B": {"Type": "Wait", "Seconds": 5, "End": true}});
    let simulation = start(
        json!({"StartAt": "B", "States": states}),
        json!({"text": "ä"}),
    );
    let (state, events) = (
        simulation.state.encode(&[]),
        history::encode(&simulation.history, &[]),
    );

    for length in 0..state.len() {
        assert!(State::decode(&state[..length], &[]).is_err());
    }
    for length in 0..events.len() {
        assert!(history::decode(&events[..length], &[]).is_err());
    }
    assert!(State::decode(br#"{"p":[],"d":{"input":0,"last_event_id":1,"status":{"Ended":{"Succeeded":{"output":0}}}}}"#, &[]).is_err());
    let none: Vec<HistoryEvent> = history::decode(&history::encode(&[], &[]), &[]).unwrap();
    assert!(none.is_empty());
}

/// Every definition with any one part replaced by something else is either refused or runs.
#[test]
fn broken_definitions_never_panic() {
    let whole: Value =
        serde_json::from_str(include_str!("../../../../tests/seed/moderation.asl.json")).unwrap();
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e308),
        json!(""),
        json!("$"),
        json!("$$"),
        json!("$..*"),
        json!("States.UUID()"),
        json!("WaitForApproval"),
        json!([]),
        json!({}),
        json!([{"Next": "PublishContent"}]),
        json!({"a.$": "$$"}),
        json!("\u{0}ü😀"),
    ];
    let mut pointers = Vec::new();
    collect("", &whole, &mut pointers);
    let mut accepted = 0;
    for pointer in &pointers {
        for replacement in &odd {
            let mut broken = whole.clone();
            *broken.pointer_mut(pointer).unwrap() = replacement.clone();
            let text = broken.to_string();
            if let Ok(definition) = Definition::parse(&text) {
                accepted += 1;
                for input in &odd {
                    Simulation::start(
                        Arc::new(definition.clone()),
                        context(),
                        input.clone(),
                        Between::Storage,
                    );
                }
            }
        }
    }
    assert!(accepted > 20, "{accepted}");
    let text = whole.to_string();
    for length in (0..text.len()).filter(|length| text.is_char_boundary(*length)) {
        assert!(!validate(&text[..length]).is_empty());
    }
}

fn collect(pointer: &str, value: &Value, pointers: &mut Vec<String>) {
    pointers.push(pointer.to_owned());
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            collect(
                &format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")),
                value,
                pointers,
            );
        }),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, value)| collect(&format!("{pointer}/{at}"), value, pointers)),
        _ => {}
    }
}
