//! Every call with every scope, and with the key of another site.

use serde_json::{Value, json};

use super::{Api, new_post, text};
use crate::visitor::Page;

/// Each call and the scopes that reach it.
fn calls(case: &Value) -> Vec<(&'static str, String, Option<Value>, &'static [&'static str])> {
    let decision = json!({"task_token": case["task_token"], "decision": "APPROVED"});
    let post = format!("/posts/{}", text(&case["post_id"]));
    let path = format!("/queue/{}", text(&case["id"]));
    vec![
        (
            "POST",
            "/posts".to_owned(),
            Some(new_post("New", "Text.")),
            &["submit", "admin"],
        ),
        (
            "POST",
            "/check".to_owned(),
            Some(json!({"body": "Text."})),
            &["submit", "admin"],
        ),
        ("GET", "/posts".to_owned(), None, &["read", "admin"]),
        ("GET", post, None, &["read", "admin"]),
        (
            "GET",
            "/queue".to_owned(),
            None,
            &["read", "decide", "admin"],
        ),
        ("GET", path, None, &["read", "decide", "admin"]),
        (
            "POST",
            "/decisions".to_owned(),
            Some(decision),
            &["decide", "admin"],
        ),
        ("GET", "/rules".to_owned(), None, &["read", "admin"]),
        ("GET", "/checks".to_owned(), None, &["admin"]),
        (
            "PUT",
            "/checks/images".to_owned(),
            Some(json!({"url": "https://checks.example.org/", "enabled": false})),
            &["admin"],
        ),
        ("GET", "/rules/export".to_owned(), None, &["read", "admin"]),
        (
            "GET",
            "/rules/versions".to_owned(),
            None,
            &["read", "admin"],
        ),
        (
            "POST",
            "/rules/rehearse".to_owned(),
            Some(json!({"add": {"pattern": "smurf"}})),
            &["admin"],
        ),
        (
            "POST",
            "/rules/import".to_owned(),
            Some(json!({"text": "smurf"})),
            &["admin"],
        ),
    ]
}

impl Api {
    async fn call(&self, key: &str, method: &str, path: &str, body: Option<&Value>) -> Page {
        let request = self.request(method, path).bearer_auth(key);
        Page::read(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }
}

both_dbs! {
    async fn a_scope_reaches_its_calls_and_no_others(api: Api) {
        let case = api.hold("Held").await;
        for scope in ["submit", "read", "decide", "admin"] {
            let key = api.key_of("main", scope).await;
            for (method, path, body, scopes) in calls(&case) {
                let page = api.call(&key, method, &path, body.as_ref()).await;
                if scopes.contains(&scope) {
                    assert!(matches!(page.status, 200 | 201), "{scope}: {method} {path}: {}", page.text);
                } else {
                    assert_eq!((page.status, &page.json()["code"]), (403, &json!("forbidden")), "{scope}: {method} {path}");
                }
            }
        }
    }

    async fn only_who_may_decide_sees_task_tokens(api: Api) {
        let case = api.hold("Held").await;
        let path = format!("/queue/{}", text(&case["id"]));
        for (scopes, sees) in [("read", false), ("read,submit", false), ("decide", true), ("admin", true)] {
            let key = api.key_of("main", scopes).await;
            let list = api.get_with(&key, "/queue").await.json();
            let one = api.get_with(&key, &path).await.json();
            assert_eq!(list["items"][0].get("task_token").is_some(), sees, "{scopes}");
            assert_eq!(one.get("task_token").is_some(), sees, "{scopes}");
        }
    }

    async fn the_key_of_another_site_finds_nothing_of_this_one(api: Api) {
        let case = api.hold("Ours").await;
        let stranger = api.key_of("other", "admin").await;

        for (method, path, body, _) in calls(&case) {
            let page = api.call(&stranger, method, &path, body.as_ref()).await;
            match (method, path.as_str()) {
                ("POST", "/posts" | "/check" | "/rules/rehearse" | "/rules/import")
                | ("PUT", "/checks/images")
                | ("GET", "/checks" | "/rules" | "/rules/export" | "/rules/versions") => assert!(matches!(page.status, 200 | 201)),
                ("GET", "/posts") => assert_eq!(page.json()["items"].as_array().map(Vec::len), Some(1), "its own"),
                ("GET", "/queue") => assert_eq!(page.json()["items"], json!([])),
                _ => assert_eq!(page.status, 404, "{method} {path}: {}", page.text),
            }
        }
        let of_post = format!("/queue?post_id={}", text(&case["post_id"]));
        assert_eq!(api.get_with(&stranger, &of_post).await.json()["items"], json!([]));
        let post = api.get(&format!("/posts/{}", text(&case["post_id"]))).await.json();
        assert_eq!(post["status"], "held");
    }
}
