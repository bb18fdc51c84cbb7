//! The eighteen intrinsic functions, through a Pass state.

use std::sync::Arc;

use gatepost_asl::{Definition, Outcome, validate};
use serde_json::{Value, json};

use crate::simulation::{Between, Simulation, context};

/// The value of an invocation, or the name of the error.
fn evaluate(call: &str, input: Value) -> Result<Value, String> {
    let pass = json!({"Type": "Pass", "Parameters": {"result.$": call}, "OutputPath": "$.result", "End": true});
    let definition = json!({"StartAt": "S", "States": {"S": pass}}).to_string();
    let definition =
        Definition::parse(&definition).unwrap_or_else(|problems| panic!("{call}: {problems:?}"));
    let simulation = Simulation::start(Arc::new(definition), context(), input, Between::Memory);
    match simulation.state.outcome() {
        Some(Outcome::Succeeded { output }) => Ok(output.as_ref().clone()),
        Some(Outcome::Failed { error, .. }) => Err(error.clone().unwrap_or_default()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn functions_compute() {
    let input = json!({"a": [1, 2, 2, 3], "n": 2, "s": "a,b;c", "o": {"x": 1, "y": {"z": 2}}, "f": 1.5, "template": r"C:\{}{"});
    let cases = [
        (
            r"States.Format('\{{}\} \'{}\' \\ {}', $.n, $.s, $.o.y)",
            json!(r#"{2} 'a,b;c' \ {"z":2}"#),
        ),
        ("States.Format($.s)", json!("a,b;c")),
        ("States.Format($.template, 'x')", json!(r"C:\x{")),
        (r"States.Array('{}\{\}')", json!(["{}{}"])),
        (
            r#"States.StringToJson('{"a": [1, "\\n"]}')"#,
            json!({"a": [1, "\n"]}),
        ),
        ("States.StringToJson('-0')", json!(0)),
        ("States.JsonToString($.o)", json!(r#"{"x":1,"y":{"z":2}}"#)),
        (
            "States.Array(1, 'two', $.n, null, true, States.Array())",
            json!([1, "two", 2, null, true, []]),
        ),
        ("States.ArrayPartition($.a, 3)", json!([[1, 2, 2], [3]])),
        ("States.ArrayContains($.a, $.n)", json!(true)),
        ("States.ArrayRange(5, 1, -2)", json!([5, 3, 1])),
        ("States.ArrayGetItem($.a, 3)", json!(3)),
        ("States.ArrayLength($.a[?(@ > 1)])", json!(3)),
        ("States.ArrayUnique($.a)", json!([1, 2, 3])),
        (
            "States.Base64Decode(States.Base64Encode('äöü'))",
            json!("äöü"),
        ),
        (
            "States.Hash($.o.y, 'SHA-256')",
            json!("158ff90dff620c2865a550808e608c25ced202bc435a0db55a4c9ead4398d3c4"),
        ),
        (
            "States.JsonMerge($.o, States.StringToJson('{\"y\": 3, \"w\": 4}'), false)",
            json!({"x": 1, "y": 3, "w": 4}),
        ),
        ("States.MathAdd($.n, -1)", json!(1)),
        ("States.MathAdd($.f, -0.5)", json!(2)),
        ("States.StringSplit($.s, ',;')", json!(["a", "b", "c"])),
        ("States.StringSplit('abc', '')", json!(["abc"])),
        ("States.StringSplit('', ',')", json!([])),
    ];
    for (call, expected) in cases {
        assert_eq!(evaluate(call, input.clone()), Ok(expected), "{call}");
    }
}

#[test]
fn random_functions_stay_in_their_bounds() {
    for _ in 0..20 {
        let number = evaluate("States.MathRandom(-2, 2)", json!({}))
            .unwrap()
            .as_i64()
            .unwrap();
        assert!((-2..2).contains(&number), "{number}");
    }
    assert_eq!(
        evaluate("States.MathRandom(0, 1000000, 7)", json!({})),
        evaluate("States.MathRandom(0, 1000000, 7)", json!(1))
    );
    assert_ne!(
        evaluate("States.MathRandom(0, 1000000, 7)", json!({})),
        evaluate("States.MathRandom(0, 1000000, 8)", json!({}))
    );
    assert!(
        evaluate(
            "States.MathRandom(-9223372036854775808, 9223372036854775807)",
            json!({})
        )
        .is_ok()
    );
    let uuid = evaluate("States.UUID()", json!({})).unwrap();
    let groups: Vec<usize> = uuid.as_str().unwrap().split('-').map(str::len).collect();
    assert_eq!(groups, [8, 4, 4, 4, 12]);
    assert_eq!(&uuid.as_str().unwrap()[14..15], "4");
}

#[test]
fn wrong_arguments_fail() {
    let input = json!({"long": "x".repeat(10_001), "o": {}});
    for call in [
        "States.Format('{} {}', 1)",
        "States.Format('{}', 1, 2)",
        "States.Format(1)",
        "States.StringToJson('{')",
        "States.ArrayPartition($.o, 1)",
        "States.ArrayPartition(States.Array(1), 0)",
        "States.ArrayRange(0, 1001, 1)",
        "States.ArrayRange(0, 1, 0)",
        "States.ArrayGetItem(States.Array(1), -1)",
        "States.ArrayGetItem(States.Array(1), 'a')",
        "States.Base64Encode($.long)",
        "States.Base64Decode('!')",
        "States.Base64Decode('//8=')",
        "States.Hash('a', 'SHA-2')",
        "States.Hash($.long, 'MD5')",
        "States.JsonMerge($.o, $.o, true)",
        "States.JsonMerge($.o, 1, false)",
        "States.MathRandom(1, 1)",
        "States.MathAdd(9223372036854775807, 1)",
        "States.MathAdd(1e300, 1)",
        "States.StringSplit($.o, ',')",
    ] {
        assert_eq!(
            evaluate(call, input.clone()),
            Err("States.IntrinsicFailure".to_owned()),
            "{call}"
        );
    }
    assert_eq!(
        evaluate("States.ArrayLength($.missing)", input),
        Err("States.Runtime".to_owned())
    );
}

#[test]
fn what_is_no_invocation_is_refused() {
    let nested = |depth: usize| format!("{}1{}", "States.Array(".repeat(depth), ")".repeat(depth));
    for call in [
        "",
        "Format()",
        "States.",
        "States.Format",
        "States.Format(",
        "States.Format()",
        "States.UUID(1)",
        "States.MathAdd(1)",
        "States.Array(1 2)",
        "States.Array(1,)",
        "States.Array('open)",
        r"States.Array('\n')",
        "States.Array($.[)",
        "States.Array(nil)",
        "States.Array(1) x",
        "States.array()",
        "States.Array($name)",
        &nested(11),
        &nested(100_000),
    ] {
        let pass = json!({"Type": "Pass", "Parameters": {"result.$": call}, "End": true});
        let definition = json!({"StartAt": "S", "States": {"S": pass}}).to_string();
        assert!(!validate(&definition).is_empty(), "{call}");
    }
    assert!(evaluate(&nested(10), json!({})).is_ok());
}
