//! Each code of the API's table of errors, brought about once.

use serde_json::{Value, json};

use super::{Api, DAY_MS, new_post, text};
use crate::visitor::Page;

/// `status code` of an answer, which has to be a problem.
fn problem(page: &Page) -> (u16, String) {
    assert_eq!(
        page.headers["content-type"], "application/problem+json",
        "{}",
        page.text
    );
    let problem = page.json();
    assert_eq!(problem["status"], page.status);
    for member in ["type", "title", "detail", "request_id"] {
        assert!(problem[member].is_string(), "{problem}");
    }
    (page.status, text(&problem["code"]).to_owned())
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

impl Api {
    async fn post_raw(
        &self,
        path: &str,
        content_type: &str,
        body: impl Into<reqwest::Body>,
    ) -> Page {
        let request = self
            .request("POST", path)
            .bearer_auth(&self.key)
            .header("content-type", content_type);
        Page::read(request.body(body)).await
    }
}

both_dbs! {
    async fn who_does_not_say_who_it_is_gets_nothing(api: Api) {
        let none = Page::read(api.request("GET", "/posts")).await;
        let unknown = api.get_with(&format!("gpk_{}", "x".repeat(43)), "/posts").await;
        let malformed = api.get_with("x", "/posts").await;
        let cookie = Page::read(api.request("GET", "/posts").header("cookie", format!("session={}", api.key))).await;

        for page in [none, unknown, malformed, cookie] {
            assert_eq!(problem(&page), is(401, "unauthenticated"));
            assert_eq!(page.headers["www-authenticate"], "Bearer");
        }
    }

    async fn what_is_not_there_is_not_found(api: Api) {
        let missing = "0".repeat(26);

        assert_eq!(problem(&api.get(&format!("/posts/{missing}")).await), is(404, "not_found"));
        assert_eq!(problem(&api.get("/posts/x").await), is(404, "not_found"));
        assert_eq!(problem(&api.get(&format!("/queue/{missing}")).await), is(404, "not_found"));
        assert_eq!(problem(&api.get("/nothing").await), is(404, "not_found"));
        let patch = Page::read(api.request("PATCH", "/posts").bearer_auth(&api.key)).await;
        assert_eq!(problem(&patch), is(405, "method_not_allowed"));
        assert_eq!(patch.headers["allow"], "POST, GET, HEAD");
    }

    async fn a_body_that_cannot_be_read_is_refused(api: Api) {
        const JSON: &str = "application/json";
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        for body in ["", "{", "[1", "nonsense", &deep] {
            let page = api.post_raw("/posts", JSON, body.to_owned()).await;
            assert_eq!(page.status, 400, "{body:.20}");
        }
        assert_eq!(problem(&api.post_raw("/posts", JSON, "{").await), is(400, "bad_request"));
        let large = api.post_raw("/posts", JSON, vec![b' '; 1024 * 1024 + 1]).await;
        assert_eq!(problem(&large), is(413, "too_large"));
        let form = api.post_raw("/posts", "application/x-www-form-urlencoded", "title=x").await;
        assert_eq!(problem(&form), is(415, "unsupported_media_type"));
    }

    async fn a_field_that_breaks_its_rule_is_named(api: Api) {
        const JSON: &str = "application/json";
        let author = r#""author":{"email":"a@example.org"}"#;
        for (field, body) in [
            ("title", format!(r#"{{"body":"x",{author}}}"#)),
            ("title", format!(r#"{{"title":" ","body":"x",{author}}}"#)),
            ("title", format!(r#"{{"title":"{}","body":"x",{author}}}"#, "x".repeat(201))),
            ("title", format!(r#"{{"title":"x","title":"y","body":"x",{author}}}"#)),
            ("NUL", format!(r#"{{"title":"x","body":"a\u0000b",{author}}}"#)),
            ("colour", format!(r#"{{"title":"x","body":"x","colour":"red",{author}}}"#)),
            ("role", r#"{"title":"x","body":"x","author":{"email":"a@example.org","role":"owner"}}"#.to_owned()),
            ("email", r#"{"title":"x","body":"x","author":{"email":"nobody"}}"#.to_owned()),
            ("author", r#"{"title":"x","body":"x"}"#.to_owned()),
            ("author.email", r#"{"title":"x","body":"x","author":{"email":7}}"#.to_owned()),
            ("external_id", format!(r#"{{"title":"x","body":"x","external_id":"",{author}}}"#)),
        ] {
            let page = api.post_raw("/posts", JSON, body.clone()).await;
            assert_eq!(problem(&page), is(400, "invalid_field"), "{body:.60}");
            assert!(text(&page.json()["detail"]).contains(field), "{body:.60}: {}", page.text);
        }
        let surrogate = format!(r#"{{"title":"x","body":"a\ud800b",{author}}}"#);
        assert_eq!(api.post_raw("/posts", JSON, surrogate).await.status, 400);
        let twice = api.post("/posts", &json!({"title": "", "body": "", "author": {"email": ""}})).await;
        let fields: Vec<Value> = twice.json()["errors"].as_array().expect("errors").iter().map(|error| error["field"].clone()).collect();
        assert_eq!(fields, ["title", "body", "author.email"]);
        assert_eq!(api.get("/posts").await.json()["items"], json!([]), "nothing was taken");
    }

    async fn an_external_id_is_taken_once(api: Api) {
        let mut post = new_post("Imported", "Text.");
        post["external_id"] = json!("blog-17");

        let first = api.post("/posts", &post).await;
        let again = api.post("/posts", &post).await;

        assert_eq!(first.status, 201);
        assert_eq!(problem(&again), is(409, "duplicate_external_id"));
        assert_eq!(again.json()["post_id"], first.json()["id"]);
    }

    async fn a_token_is_known_current_and_in_time_or_refused(api: Api) {
        let case = api.hold("Held").await;
        let token = &case["task_token"];
        let mut forged = text(token).to_owned();
        forged.replace_range(forged.len() - 1.., if forged.ends_with('A') { "B" } else { "A" });

        let unknown = api.decide(&json!("nonsense"), "APPROVED").await;
        let tampered = api.decide(&json!(forged), "APPROVED").await;
        let stale = api.post("/decisions", &json!({"task_token": token, "decision": "APPROVED", "revision": 2})).await;
        let other = api.decide(token, "MAYBE").await;
        let long = api.post("/decisions", &json!({"task_token": token, "decision": "REJECTED", "reason": "x".repeat(5_001)})).await;
        api.clock.advance_ms(8 * DAY_MS);
        api.app.moderation.wake_due().await.expect("wake");
        let late = api.decide(token, "APPROVED").await;

        assert_eq!(problem(&unknown), is(404, "unknown_token"));
        assert_eq!(problem(&tampered), is(404, "unknown_token"));
        assert_eq!(problem(&stale), is(409, "stale_revision"));
        assert_eq!(problem(&other), is(400, "invalid_field"));
        assert_eq!((problem(&long), &long.json()["field"]), (is(400, "invalid_field"), &json!("reason")));
        assert_eq!(problem(&late), is(410, "expired"));
        let post = api.get(&format!("/posts/{}", text(&case["post_id"]))).await.json();
        assert_eq!(post["status"], "held", "nothing was decided");
    }
}
