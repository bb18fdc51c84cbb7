//! `gatepost workflow validate` and `gatepost workflow run`.

use std::fs;

use serde_json::{Value, json};

use crate::database::Folder;
use crate::program::gatepost;

/// The shape of the article's definition: one wait for a decision.
const ASK: &str = r#"{"StartAt": "Ask", "States": {
    "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "RequestModerationFunction", "Payload": {"taskToken.$": "$$.Task.Token"}},
        "Next": "Read"},
    "Read": {"Type": "Choice", "Default": "No",
        "Choices": [{"Variable": "$.status", "StringEquals": "APPROVED", "Next": "Yes"}]},
    "Yes": {"Type": "Succeed"},
    "No": {"Type": "Fail", "Error": "ContentRejected"}}}"#;
/// A wait with a limit, and a wait of a year after it.
const YEAR: &str = r#"{"StartAt": "Ask", "States": {
    "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 60,
        "Parameters": {"FunctionName": "RequestModerationFunction", "Payload": {"taskToken.$": "$$.Task.Token"}},
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Rest"}], "End": true},
    "Rest": {"Type": "Wait", "Seconds": 31536000, "End": true}}}"#;

fn folder_with(definition: &str) -> Folder {
    let folder = Folder::new();
    fs::write(folder.path().join("w.json"), definition).unwrap();
    folder
}

#[test]
fn all_problems_of_a_definition_are_printed_with_their_places() {
    let folder = folder_with(r#"{"StartAt": "A", "States": {"B": {"Type": "Pass"}}}"#);

    let text = gatepost(folder.path(), &["workflow", "validate", "w.json"]);
    let json = gatepost(folder.path(), &["workflow", "validate", "w.json", "--json"]);

    assert_eq!((text.code, json.code), (1, 1));
    assert!(text.stdout.contains("error /StartAt"), "{}", text.stdout);
    assert!(text.stdout.contains("error /States/B"), "{}", text.stdout);
    let report: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(report["valid"], false);
    assert_eq!(report["problems"].as_array().unwrap().len(), 2);
}

#[test]
fn a_run_follows_the_simulated_decision() {
    let folder = folder_with(ASK);
    let run = |decision: &str| {
        let arguments = [
            "workflow",
            "run",
            "w.json",
            "--json",
            "--decision",
            decision,
        ];
        gatepost(folder.path(), &arguments).json()
    };

    let (approved, rejected, open) = (run("APPROVED"), run("REJECTED"), run("none"));

    assert_eq!(approved["status"], "SUCCEEDED");
    assert_eq!(approved["output"], json!({"status": "APPROVED"}));
    assert_eq!(rejected["error"], "ContentRejected");
    assert_eq!(open["status"], "RUNNING");
    let last = open["history"].as_array().unwrap().last().unwrap();
    assert_eq!(last["type"], "TaskSubmitted");
}

#[test]
fn the_clock_jumps_over_timeouts_and_waits() {
    let folder = folder_with(YEAR);

    let text = gatepost(
        folder.path(),
        &["workflow", "run", "w.json", "--decision", "none"],
    )
    .text();

    assert!(text.starts_with("status  SUCCEEDED\n"), "{text}");
    assert!(text.contains("+31536060 "), "{text}");
}

#[test]
fn results_of_tasks_come_from_a_file_in_order() {
    let folder = folder_with(
        r#"{"StartAt": "Call", "States": {"Call": {"Type": "Task",
            "Resource": "arn:aws:states:::http:invoke", "End": true,
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 5}]}}}"#,
    );
    fs::write(
        folder.path().join("results.json"),
        r#"{"Call": [{"Throw": {"Error": "Busy"}}, {"Return": {"n": 1}}]}"#,
    )
    .unwrap();

    let arguments = ["workflow", "run", "w.json", "--input", "[1]", "--json"];
    let unknown = gatepost(folder.path(), &arguments);
    let known = [&arguments[..], &["--task-results", "results.json"]].concat();
    let known = gatepost(folder.path(), &known).json();

    assert_eq!(unknown.code, 1);
    assert!(
        unknown.stderr.contains("--task-results"),
        "{}",
        unknown.stderr
    );
    assert_eq!(known["output"], json!({"n": 1}));
}
