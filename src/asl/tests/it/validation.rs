//! What is reported about definitions, where, and under which code.

use gatepost_asl::{Definition, Severity, StateKind, validate};
use serde_json::{Value, json};

/// Pointers and codes, in order.
fn found(definition: &Value) -> Vec<(String, &'static str)> {
    codes(&definition.to_string())
}

fn codes(text: &str) -> Vec<(String, &'static str)> {
    validate(text)
        .into_iter()
        .map(|problem| (problem.pointer, problem.code))
        .collect()
}

/// A machine of one state, which must end.
fn one(state: Value) -> Value {
    json!({"StartAt": "S", "States": {"S": state}})
}

fn assert_found(definition: &Value, expected: &[(&str, &str)]) {
    let found = found(definition);
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|(pointer, code)| (pointer.as_str(), *code))
        .collect();
    assert_eq!(found, expected, "{definition}");
}

#[test]
fn all_problems_are_reported_at_once() {
    let definition = json!({
        "Comment": 1,
        "StartAt": "Nowhere",
        "Version": "2.0",
        "TimeoutSeconds": 0,
        "Extra": true,
        "States": {
            "A": {"Type": "Pass", "Next": "Missing", "InputPath": "nope", "Parameters": {"x.$": "$.[", "y.$": 1, "y": 2}},
            "B/C": {"Type": "Task", "Resource": "arn:x", "TimeoutSeconds": 5, "HeartbeatSeconds": 5},
            "D": {"Type": "Choice", "Choices": [
                {"Variable": "$.a", "StringEquals": "x", "NumericEquals": 1, "Next": "A"},
                {"Variable": "$.a", "StringEquals": 1, "Next": "Gone"},
                {"And": [], "Next": "A"},
                {"Not": {"Variable": "$.a", "IsNull": true, "Next": "A"}},
            ], "Default": "Gone"},
        },
    });

    assert_found(
        &definition,
        &[
            ("/Comment", "WRONG_TYPE"),
            ("/Version", "INVALID_VALUE"),
            ("/TimeoutSeconds", "INVALID_VALUE"),
            ("/Extra", "UNKNOWN_FIELD"),
            ("/States/A/InputPath", "INVALID_PATH"),
            ("/States/A/Parameters/x.$", "INVALID_PATH"),
            ("/States/A/Parameters/y.$", "WRONG_TYPE"),
            ("/States/A/Next", "UNKNOWN_TARGET"),
            ("/States/B~1C/Resource", "INVALID_RESOURCE"),
            ("/States/B~1C/HeartbeatSeconds", "HEARTBEAT"),
            ("/States/B~1C", "MISSING_TRANSITION"),
            ("/States/D/Default", "UNKNOWN_TARGET"),
            ("/States/D/Choices/0", "CHOICE_OPERATOR"),
            ("/States/D/Choices/1/Next", "UNKNOWN_TARGET"),
            ("/States/D/Choices/1/StringEquals", "WRONG_TYPE"),
            ("/States/D/Choices/2/And", "INVALID_VALUE"),
            ("/States/D/Choices/3", "MISSING_FIELD"),
            ("/States/D/Choices/3/Not/Next", "UNKNOWN_FIELD"),
            ("/StartAt", "UNKNOWN_TARGET"),
        ],
    );
}

#[test]
fn what_is_no_state_machine_is_refused() {
    assert_eq!(codes(" "), [(String::new(), "INVALID_JSON")]);
    assert_eq!(codes("{} {}"), [(String::new(), "INVALID_JSON")]);
    assert_eq!(codes("[]"), [(String::new(), "WRONG_TYPE")]);
    assert_eq!(
        codes("{}"),
        [
            (String::new(), "MISSING_FIELD"),
            (String::new(), "MISSING_FIELD")
        ]
    );
    assert_eq!(
        codes(&" ".repeat(1024 * 1024 + 1)),
        [(String::new(), "TOO_LARGE")]
    );
    assert_eq!(
        codes(&"[".repeat(100_000)),
        [(String::new(), "INVALID_JSON")]
    );
    assert_found(
        &json!({"StartAt": "S", "States": {}}),
        &[("/States", "EMPTY_STATES")],
    );
    assert_found(
        &json!({"StartAt": "S", "States": []}),
        &[("/States", "WRONG_TYPE")],
    );
    assert_eq!(
        codes(
            r#"{"StartAt":"S","States":{"S":{"Type":"Succeed"},"S":{"Type":"Succeed","Type":"Succeed"}}}"#
        ),
        [
            ("/States/S".to_owned(), "DUPLICATE_KEY"),
            ("/States/S/Type".to_owned(), "DUPLICATE_KEY")
        ]
    );
}

#[test]
fn states_hang_together() {
    let pass = |next: &str| json!({"Type": "Pass", "Next": next});
    let machine = |states: Value| json!({"StartAt": "A", "States": states});

    assert_found(
        &machine(json!({"A": pass("B"), "B": pass("A")})),
        &[("/States", "NO_TERMINAL_STATE")],
    );
    assert_found(
        &machine(json!({"A": {"Type": "Succeed"}, "B": pass("C"), "C": pass("B")})),
        &[("/States/B", "UNREACHABLE"), ("/States/C", "UNREACHABLE")],
    );
    let long = "x".repeat(81);
    assert_found(
        &json!({"StartAt": long, "States": {long.clone(): {"Type": "Succeed"}}}),
        &[(&format!("/States/{long}"), "STATE_NAME")],
    );
    assert_found(
        &one(json!({"Type": "Pass", "Next": "S", "End": true})),
        &[("/States/S/End", "CONFLICTING_FIELDS")],
    );
    assert_found(
        &one(json!({"Type": "Fail", "End": true})),
        &[("/States/S/End", "UNKNOWN_FIELD")],
    );
    assert_found(
        &one(json!({"Type": "Pas", "End": true})),
        &[("/States/S/Type", "UNKNOWN_STATE_TYPE")],
    );
    assert_found(
        &one(json!({"End": true})),
        &[("/States/S", "MISSING_FIELD")],
    );
    assert_found(
        &one(json!(null)),
        &[
            ("/States/S", "WRONG_TYPE"),
            ("/States", "NO_TERMINAL_STATE"),
        ],
    );
}

#[test]
fn fields_of_states_are_checked() {
    let cases = [
        (
            json!({"Type": "Wait", "End": true}),
            vec![("/States/S", "MISSING_FIELD")],
        ),
        (
            json!({"Type": "Wait", "Seconds": 1, "SecondsPath": "$.s", "End": true}),
            vec![("/States/S/SecondsPath", "CONFLICTING_FIELDS")],
        ),
        (
            json!({"Type": "Wait", "Seconds": 1.5, "End": true}),
            vec![("/States/S/Seconds", "INVALID_VALUE")],
        ),
        (
            json!({"Type": "Wait", "Seconds": "1", "End": true}),
            vec![("/States/S/Seconds", "WRONG_TYPE")],
        ),
        (
            json!({"Type": "Wait", "Timestamp": "2016-13-05T21:29:29Z", "End": true}),
            vec![("/States/S/Timestamp", "INVALID_TIMESTAMP")],
        ),
        (
            json!({"Type": "Pass", "ResultPath": "$.a[*]", "End": true}),
            vec![("/States/S/ResultPath", "INVALID_PATH")],
        ),
        (
            json!({"Type": "Pass", "ResultPath": "$$.a", "End": true}),
            vec![("/States/S/ResultPath", "INVALID_PATH")],
        ),
        (
            json!({"Type": "Pass", "InputPath": 5, "End": true}),
            vec![("/States/S/InputPath", "WRONG_TYPE")],
        ),
        (
            json!({"Type": "Pass", "Parameters": "$", "End": true}),
            vec![("/States/S/Parameters", "WRONG_TYPE")],
        ),
        (
            json!({"Type": "Pass", "Parameters": {"a": [{"b.$": "States.Nope()"}]}, "End": true}),
            vec![("/States/S/Parameters/a/0/b.$", "INVALID_INTRINSIC")],
        ),
        (
            json!({"Type": "Pass", "Retry": [], "End": true}),
            vec![("/States/S/Retry", "UNKNOWN_FIELD")],
        ),
        (
            json!({"Type": "Fail", "Error": "a", "ErrorPath": "$.b"}),
            vec![("/States/S/ErrorPath", "CONFLICTING_FIELDS")],
        ),
        (
            json!({"Type": "Choice", "Choices": []}),
            vec![
                ("/States/S/Choices", "INVALID_VALUE"),
                ("/States", "NO_TERMINAL_STATE"),
            ],
        ),
    ];
    for (state, expected) in cases {
        assert_found(&one(state), &expected);
    }
}

#[test]
fn tasks_are_checked() {
    let task = |more: Value| {
        let mut task =
            json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true});
        task.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        one(task)
    };
    let retry = |retrier: Value| task(json!({"Retry": [retrier]}));

    assert_found(&task(json!({})), &[]);
    assert_found(
        &task(json!({"Resource": null})),
        &[("/States/S/Resource", "WRONG_TYPE")],
    );
    assert_found(
        &task(json!({"TimeoutSeconds": 1, "TimeoutSecondsPath": "$.t"})),
        &[("/States/S/TimeoutSecondsPath", "CONFLICTING_FIELDS")],
    );
    assert_found(
        &task(json!({"Credentials": {"Role": "r"}})),
        &[
            ("/States/S/Credentials", "MISSING_FIELD"),
            ("/States/S/Credentials/Role", "UNKNOWN_FIELD"),
        ],
    );
    assert_found(&retry(json!({})), &[("/States/S/Retry/0", "MISSING_FIELD")]);
    assert_found(
        &retry(json!({"ErrorEquals": []})),
        &[("/States/S/Retry/0/ErrorEquals", "ERROR_EQUALS")],
    );
    assert_found(
        &retry(json!({"ErrorEquals": ["States.ALL", "A"]})),
        &[("/States/S/Retry/0/ErrorEquals/0", "ERROR_EQUALS")],
    );
    assert_found(
        &task(
            json!({"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "S"}, {"ErrorEquals": ["A"], "Next": "T"}]}),
        ),
        &[
            ("/States/S/Catch/0/ErrorEquals/0", "ERROR_EQUALS"),
            ("/States/S/Catch/1/Next", "UNKNOWN_TARGET"),
        ],
    );
    assert_found(
        &retry(
            json!({"ErrorEquals": ["A"], "IntervalSeconds": 5, "MaxDelaySeconds": 5, "BackoffRate": 0.5, "JitterStrategy": "SOME", "MaxAttempts": -1}),
        ),
        &[
            ("/States/S/Retry/0/MaxAttempts", "INVALID_VALUE"),
            ("/States/S/Retry/0/BackoffRate", "INVALID_VALUE"),
            ("/States/S/Retry/0/MaxDelaySeconds", "INVALID_VALUE"),
            ("/States/S/Retry/0/JitterStrategy", "INVALID_VALUE"),
        ],
    );
}

#[test]
fn warnings_do_not_refuse() {
    let waits = one(
        json!({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
        "Retry": [{"ErrorEquals": ["States.Imaginary"]}]}),
    );

    let definition = Definition::parse(&waits.to_string()).unwrap();

    let warnings: Vec<_> = definition
        .warnings()
        .iter()
        .map(|warning| (warning.code, warning.severity))
        .collect();
    assert_eq!(
        warnings,
        [
            ("ERROR_EQUALS", Severity::Warning),
            ("TOKEN_NOT_PASSED", Severity::Warning)
        ]
    );
}

#[test]
fn what_cannot_be_run_yet_is_said_so() {
    let assign =
        json!({"Type": "Pass", "Assign": {"x": 1}, "Parameters": {"y.$": "$x.y"}, "End": true});
    assert_found(
        &one(assign),
        &[
            ("/States/S/Assign", "UNSUPPORTED"),
            ("/States/S/Parameters/y.$", "UNSUPPORTED"),
        ],
    );
    assert_found(
        &one(json!({"Type": "Map", "ItemProcessor": {}, "End": true})),
        &[("/States/S/Type", "UNSUPPORTED")],
    );
    assert_found(
        &one(json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": 1, "End": true})),
        &[("/States/S/QueryLanguage", "UNSUPPORTED")],
    );
    let mixed = json!({"StartAt": "S", "QueryLanguage": "JSONata", "States": {"S": {"Type": "Pass", "QueryLanguage": "JSONPath", "End": true}}});
    assert_found(
        &mixed,
        &[
            ("/QueryLanguage", "UNSUPPORTED"),
            ("/States/S/QueryLanguage", "QUERY_LANGUAGE"),
        ],
    );
}

#[test]
fn every_comparison_operator_is_known() {
    let mut operators = vec![
        "StringMatches".to_owned(),
        "BooleanEquals".to_owned(),
        "BooleanEqualsPath".to_owned(),
    ];
    operators.extend(
        [
            "Null",
            "Present",
            "Numeric",
            "String",
            "Boolean",
            "Timestamp",
        ]
        .map(|kind| format!("Is{kind}")),
    );
    for kind in ["String", "Numeric", "Timestamp"] {
        for relation in [
            "Equals",
            "LessThan",
            "GreaterThan",
            "LessThanEquals",
            "GreaterThanEquals",
        ] {
            operators.extend([format!("{kind}{relation}"), format!("{kind}{relation}Path")]);
        }
    }
    assert_eq!(operators.len(), 39);
    for operator in operators {
        let operand = match operator.as_str() {
            path if path.ends_with("Path") => json!("$.b"),
            boolean if boolean.starts_with("Is") || boolean.starts_with("Boolean") => json!(true),
            numeric if numeric.starts_with("Numeric") => json!(1.5),
            _ => json!("2012-10-09T19:00:55Z"),
        };
        let rule = json!({"Variable": "$.a", operator: operand, "Next": "End"});
        let choice = json!({"Type": "Choice", "Choices": [rule]});
        assert_found(
            &json!({"StartAt": "S", "States": {"S": choice, "End": {"Type": "Succeed"}}}),
            &[],
        );
    }
}

#[test]
fn a_definition_can_be_looked_at() {
    let text = include_str!("../../../../tests/seed/moderation.asl.json");

    let definition = Definition::parse(text).unwrap();

    assert_eq!(definition.start_at(), "CheckContent");
    let states: Vec<_> = definition
        .states()
        .map(|state| (state.name, state.kind, state.next))
        .collect();
    assert_eq!(
        states,
        [
            (
                "CheckContent",
                StateKind::Choice,
                vec!["WaitForApproval", "PublishContent"]
            ),
            ("WaitForApproval", StateKind::Task, vec!["ProcessDecision"]),
            (
                "ProcessDecision",
                StateKind::Choice,
                vec!["PublishContent", "RejectContent"]
            ),
            ("PublishContent", StateKind::Pass, vec![]),
            ("RejectContent", StateKind::Fail, vec![]),
        ]
    );
}
