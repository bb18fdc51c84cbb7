//! The description of the API against the API: every route is described, every answer has the described shape, every
//! error code is listed, and the page shows every call without loading anything from elsewhere.

use std::collections::BTreeSet;

use gatepost::http::api::document::{BASE, openapi_json};
use gatepost::http::error::Code;
use gatepost::http::route_table;
use serde_json::{Value, json};

use super::{Api, new_post, text};
use crate::visitor::Page;

fn document() -> Value {
    serde_json::from_str(&openapi_json()).expect("the document is JSON")
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let document = document();
    let described: BTreeSet<String> = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().expect("an item").keys();
            methods.map(move |method| format!("{} {BASE}{path}", method.to_uppercase()))
        })
        .collect();
    let routed: BTreeSet<String> = route_table()
        .into_iter()
        .filter(|route| route.path.starts_with(BASE))
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();

    assert_eq!(described, routed);
}

#[test]
fn the_description_is_complete() {
    let document = document();

    assert!(text(&document["openapi"]).starts_with("3.1"));
    assert_eq!(document["info"]["title"], "Gatepost");
    assert!(
        document["info"].get("contact").is_none(),
        "{}",
        document["info"]
    );
    let codes = &document["components"]["schemas"]["Code"]["enum"];
    let expected: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(codes, &json!(expected));
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            assert!(operation["operationId"].is_string(), "{method} {path}");
            assert!(operation["summary"].is_string(), "{method} {path}");
            assert!(operation["security"].is_array(), "{method} {path}");
            let parameters = operation["parameters"].as_array();
            let takes_key = parameters.is_some_and(|list| {
                list.iter()
                    .any(|parameter| parameter["name"] == "Idempotency-Key")
            });
            assert_eq!(takes_key, method == "post", "{method} {path}");
        }
    }
    check_references(&document, &document);
}

fn check_references(document: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(Value::String(path)) = members.get("$ref") {
                assert!(
                    document.pointer(path.trim_start_matches('#')).is_some(),
                    "{path}"
                );
            }
            members
                .values()
                .for_each(|member| check_references(document, member));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| check_references(document, item)),
        _ => {}
    }
}

/// Says where `value` is not what `schema` describes.
fn mismatch(document: &Value, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("{place} {what}: {value}"));
    if let Some(path) = schema["$ref"].as_str() {
        let target = document
            .pointer(path.trim_start_matches('#'))
            .ok_or("a broken reference")?;
        return mismatch(document, target, value, place);
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(alternatives) = schema[key].as_array() {
            let fits = |one: &Value| mismatch(document, one, value, place).is_ok();
            return if alternatives.iter().any(fits) {
                Ok(())
            } else {
                wrong("fits no alternative")
            };
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        return parts
            .iter()
            .try_for_each(|part| mismatch(document, part, value, place));
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !kinds.is_empty() && !kinds.contains(&kind) {
        return wrong(&format!("is not {kinds:?}"));
    }
    if schema["enum"]
        .as_array()
        .is_some_and(|words| !words.contains(value))
    {
        return wrong("is none of the words");
    }
    for (n, item) in value.as_array().into_iter().flatten().enumerate() {
        mismatch(document, &schema["items"], item, &format!("{place}[{n}]"))?;
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.get(name.as_str().unwrap_or_default()).is_none() {
            return wrong(&format!("lacks {name}"));
        }
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(name) {
            mismatch(document, member, value, &format!("{place}.{name}"))?;
        }
    }
    Ok(())
}

/// All names that an object of this schema may have.
fn names(document: &Value, schema: &Value) -> BTreeSet<String> {
    if let Some(path) = schema["$ref"].as_str() {
        return names(
            document,
            document
                .pointer(path.trim_start_matches('#'))
                .expect("a target"),
        );
    }
    let parts = schema["allOf"].as_array().into_iter().flatten();
    let own = schema["properties"].as_object().into_iter().flatten();
    own.map(|(name, _)| name.clone())
        .chain(parts.flat_map(|part| names(document, part)))
        .collect()
}

fn check(document: &Value, method: &str, path: &str, page: &Page) {
    let answer = &document["paths"][path][method]["responses"][page.status.to_string()];
    let content = answer["content"]
        .as_object()
        .and_then(|types| types.iter().next());
    let (media_type, content) =
        content.unwrap_or_else(|| panic!("{method} {path} {} is not described", page.status));
    assert_eq!(
        page.headers["content-type"],
        media_type.as_str(),
        "{method} {path}"
    );
    let value = page.json();
    if let Err(what) = mismatch(document, &content["schema"], &value, "answer") {
        panic!("{method} {path} {}: {what}", page.status);
    }
    let known = names(document, &content["schema"]);
    let extra: Vec<&String> = value
        .as_object()
        .expect("an object")
        .keys()
        .filter(|name| !known.contains(*name))
        .collect();
    assert!(
        extra.is_empty() || page.status >= 400,
        "{method} {path}: {extra:?} are not described"
    );
}

both_dbs! {
    async fn every_answer_is_as_described(api: Api) {
        let document = document();
        let case = api.hold("Held").await;
        let decision = json!({"task_token": case["task_token"], "decision": "REJECTED", "reason": "No."});
        let post = format!("/posts/{}", text(&case["post_id"]));
        let one = format!("/queue/{}", text(&case["id"]));

        check(&document, "post", "/posts", &api.post("/posts", &new_post("New", "A lottery.")).await);
        check(&document, "post", "/posts", &api.post("/posts", &json!({})).await);
        check(&document, "get", "/posts", &api.get("/posts").await);
        check(&document, "get", "/posts", &api.get("/posts?limit=0").await);
        check(&document, "get", "/posts/{id}", &api.get(&post).await);
        check(&document, "get", "/posts/{id}", &api.get("/posts/x").await);
        check(&document, "post", "/check", &api.post("/check", &json!({"body": "A lottery."})).await);
        check(&document, "get", "/queue", &api.get("/queue?limit=1").await);
        check(&document, "get", "/queue/{case}", &api.get(&one).await);
        let rule = api.post("/rules", &json!({"pattern": "smurf"})).await;
        let path = format!("/rules/{}", text(&rule.json()["id"]));
        check(&document, "post", "/rules", &rule);
        check(&document, "post", "/rules", &api.post("/rules", &json!({"pattern": "smurf"})).await);
        check(&document, "get", "/rules", &api.get("/rules").await);
        check(&document, "get", "/rules/{rule}", &api.get(&path).await);
        check(&document, "get", "/rules/{rule}/figures", &api.get(&format!("{path}/figures")).await);
        check(&document, "post", "/check", &api.post("/check", &json!({"body": "A l0ttery.", "readings": true})).await);
        check(&document, "post", "/rules/rehearse", &api.post("/rules/rehearse", &json!({"add": {"pattern": "lotter*"}})).await);
        check(&document, "post", "/rules/import", &api.post("/rules/import", &json!({"text": "gargamel\n/(/"})).await);
        check(&document, "get", "/rules/versions", &api.get("/rules/versions").await);
        check(&document, "get", "/rules/versions/{version}", &api.get("/rules/versions/2").await);
        check(&document, "post", "/rules/versions/{version}/restore", &api.post("/rules/versions/2/restore", &json!({})).await);
        check(&document, "post", "/decisions", &api.post("/decisions", &decision).await);
        check(&document, "post", "/decisions", &api.decide(&case["task_token"], "APPROVED").await);
        check(&document, "post", "/decisions", &api.decide(&json!("x"), "APPROVED").await);
        check(&document, "get", "/queue/{case}", &api.get(&one).await);
        check(&document, "get", "/posts/{id}", &api.get(&post).await);
    }

    async fn the_description_is_public_and_its_page_needs_nothing_else(api: Api) {
        let json = Page::read(api.request("GET", "/openapi.json")).await;
        let page = Page::read(api.request("GET", "/docs")).await;

        assert_eq!((json.status, json.json()), (200, document()));
        assert_eq!(page.status, 200);
        for path in document()["paths"].as_object().expect("paths").keys() {
            assert!(page.text.contains(&format!("<code>{path}</code>")), "{path}");
        }
        assert!(page.text.contains("author.email"), "fields within fields are shown");
        assert!(!page.text.contains("src=\"http") && !page.text.contains("style="), "nothing from elsewhere");
    }
}
