use serde_json::{Value, json};

use super::{Path, PathError};

fn find(text: &str, data: &Value) -> Option<Value> {
    Path::parse(text)
        .unwrap_or_else(|error| panic!("{text}: {error:?}"))
        .find(data)
        .map(|found| found.into_owned())
}

#[test]
fn definite_paths_name_one_value() {
    let data = json!({"a": {"b c": [1, 2, 3], "d-e": null}, "ü": "x"});

    assert_eq!(find("$", &data), Some(data.clone()));
    assert_eq!(find("$.a['b c'][0]", &data), Some(json!(1)));
    assert_eq!(find("$[\"a\"]['b c'][-1]", &data), Some(json!(3)));
    assert_eq!(find("$.a.d-e", &data), Some(Value::Null));
    assert_eq!(find("$.ü", &data), Some(json!("x")));
    for missing in [
        "$.b",
        "$.a.b",
        "$[0]",
        "$.a['b c'][3]",
        "$.a['b c'][-4]",
        "$.ü.x",
    ] {
        assert_eq!(find(missing, &data), None, "{missing}");
    }
}

#[test]
fn indefinite_paths_yield_lists() {
    let data = json!({"items": [{"n": 0}, {"n": 1, "x": true}, {"n": 2}], "o": {"p": 1, "q": 2}});

    assert_eq!(find("$.items[*].n", &data), Some(json!([0, 1, 2])));
    assert_eq!(find("$.items[1:].n", &data), Some(json!([1, 2])));
    assert_eq!(find("$.items[:-1].n", &data), Some(json!([0, 1])));
    assert_eq!(find("$.items[-2:9].n", &data), Some(json!([1, 2])));
    assert_eq!(find("$.items[2:1]", &data), Some(json!([])));
    assert_eq!(find("$.items[0,2].n", &data), Some(json!([0, 2])));
    assert_eq!(find("$.o['q','p','r']", &data), Some(json!([2, 1])));
    assert_eq!(find("$.o.*", &data), Some(json!([1, 2])));
    assert_eq!(find("$..n", &data), Some(json!([0, 1, 2])));
    assert_eq!(find("$..[0]", &data), Some(json!([{"n": 0}])));
    assert_eq!(find("$.nothing[*].n", &data), Some(json!([])));
}

#[test]
fn filters_choose() {
    let data =
        json!({"max": 1, "items": [{"n": 0, "s": "a,b"}, {"n": 1.0, "s": "c"}, {"m": {"k": 1}}]});
    let chosen = |filter: &str| {
        find(&format!("$.items[?({filter})]"), &data).map(|found| found.as_array().unwrap().len())
    };

    assert_eq!(chosen("@.n == 0"), Some(1));
    assert_eq!(chosen("@.n==1"), Some(1));
    assert_eq!(chosen("@.n <= $.max"), Some(2));
    assert_eq!(chosen("@.s == 'a,b' || @.s == \"c\""), Some(2));
    assert_eq!(chosen("@.n >= 0 && !(@.s == 'c')"), Some(1));
    assert_eq!(chosen("@.m.k"), Some(1));
    assert_eq!(chosen("!@.m"), Some(2));
    assert_eq!(chosen("@['n'] != 0"), Some(2));
    assert_eq!(chosen("@.s > 0"), Some(0));
    assert_eq!(chosen("@.missing == null"), Some(0));
}

#[test]
fn what_is_no_path_is_refused() {
    for bad in [
        "",
        "a",
        "$.",
        "$.a.",
        "$a b",
        "$.a[",
        "$.a[]",
        "$.a[x]",
        "$.a['b]",
        "$.a[1:2:3]",
        "$.a.length()",
        "$.a b",
        "$[?(@.a]",
        "$[?()]",
        "$...a",
        "$$$",
        "$.a[99999999999999999999]",
        "$.a]",
        "States.UUID()",
        "$.a[?(@..b)]",
        "$.a[?(@.b == $.c[*])]",
    ] {
        assert!(Path::parse(bad).is_err(), "{bad}");
    }
    assert_eq!(
        Path::parse("$user.name"),
        Err(PathError::Variable("user".to_owned()))
    );
    assert!(
        Path::parse(&format!(
            "$[?({}@.a{})]",
            "(".repeat(5000),
            ")".repeat(5000)
        ))
        .is_err()
    );
    assert!(Path::parse(&format!("${}", "[?(@".repeat(5000))).is_err());
}

#[test]
fn endless_matches_are_given_up() {
    let nested = (0..100).fold(json!([1]), |inner, _| json!([inner]));

    assert_eq!(find("$..[*]..[*]..[*]..[*]", &nested), None);
}

#[test]
fn reference_paths_are_written_to() {
    let place = |text: &str, mut data: Value| {
        Path::parse(text)
            .unwrap()
            .place(&mut data, json!("new"))
            .then_some(data)
    };

    assert_eq!(place("$", json!({"a": 1})), Some(json!("new")));
    assert_eq!(
        place("$.b.c", json!({"a": 1})),
        Some(json!({"a": 1, "b": {"c": "new"}}))
    );
    assert_eq!(
        place("$.a[1]", json!({"a": [1, 2]})),
        Some(json!({"a": [1, "new"]}))
    );
    assert_eq!(place("$.a[2]", json!({"a": [1, 2]})), None);
    assert_eq!(place("$.a.b", json!({"a": 1})), None);
    assert_eq!(place("$.a", json!("text")), None);
    assert!(!Path::parse("$.a[*]").unwrap().is_reference());
    assert!(!Path::parse("$$.a").unwrap().is_reference());
}
