//! Requests with an `Idempotency-Key` that come again.

use serde_json::{Value, json};

use super::{Api, new_post, text};
use crate::visitor::Page;

impl Api {
    async fn post_keyed(&self, path: &str, idempotency_key: &str, body: &Value) -> Page {
        let request = self
            .request("POST", path)
            .bearer_auth(&self.key)
            .header("Idempotency-Key", idempotency_key);
        Page::read(request.json(body)).await
    }
}

both_dbs! {
    async fn the_same_request_gets_the_same_answer(api: Api) {
        let post = new_post("Once", "Win the lottery!");

        let first = api.post_keyed("/posts", "a-key", &post).await;
        let again = api.post_keyed("/posts", "a-key", &post).await;
        let other = api.post_keyed("/posts", "another", &post).await;

        assert_eq!((first.status, again.status, other.status), (201, 201, 201));
        assert_eq!(first.text, again.text);
        assert!(first.headers.get("idempotency-replayed").is_none());
        assert_eq!(again.headers["idempotency-replayed"], "true");
        assert_ne!(first.json()["id"], other.json()["id"]);
        assert_eq!(api.get("/posts").await.json()["items"].as_array().map(Vec::len), Some(2));
    }

    async fn of_the_same_request_many_times_at_once_one_is_taken(api: Api) {
        let post = new_post("Once", "Win the lottery!");

        let sent = (0..12).map(|_| api.post_keyed("/posts", "a-key", &post));
        let answers = futures_util::future::join_all(sent).await;

        for answer in &answers {
            assert_eq!((answer.status, &answer.text), (201, &answers[0].text));
        }
        assert_eq!(api.get("/posts").await.json()["items"].as_array().map(Vec::len), Some(1));
    }

    async fn of_posts_with_one_external_id_at_once_one_is_taken(api: Api) {
        let mut post = new_post("Once", "Win the lottery!");
        post["external_id"] = json!("blog-17");

        let keys: Vec<String> = (0..12).map(|n| format!("key-{n}")).collect();
        let sent = keys.iter().map(|key| api.post_keyed("/posts", key, &post));
        let answers = futures_util::future::join_all(sent).await;

        let taken: Vec<&Page> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert_eq!(taken.len(), 1);
        for refused in answers.iter().filter(|answer| answer.status != 201) {
            let problem = refused.json();
            assert_eq!((&problem["code"], &problem["post_id"]), (&json!("duplicate_external_id"), &taken[0].json()["id"]));
        }
    }

    async fn another_request_with_the_same_key_is_refused(api: Api) {
        api.post_keyed("/posts", "a-key", &new_post("One", "Text.")).await;

        let other = api.post_keyed("/posts", "a-key", &new_post("Two", "Text.")).await;
        let decision = api.post_keyed("/decisions", "a-key", &json!({"task_token": "x", "decision": "APPROVED"})).await;

        assert_eq!((other.status, &other.json()["code"]), (422, &json!("idempotency_key_reused")));
        assert_eq!(decision.json()["code"], "unknown_token");
    }

    async fn a_key_is_one_senders_own(api: Api) {
        let post = new_post("Mine", "Text.");
        let first = api.post_keyed("/posts", "a-key", &post).await;

        let request = api
            .request("POST", "/posts")
            .bearer_auth(api.key_of("main", "submit").await)
            .header("Idempotency-Key", "a-key");
        let other = Page::read(request.json(&post)).await;

        assert_eq!(other.status, 201);
        assert_ne!(first.json()["id"], other.json()["id"]);
    }

    async fn a_repeated_decision_is_answered_as_the_first_time(api: Api) {
        let case = api.hold("Held").await;
        let decision = json!({"task_token": case["task_token"], "decision": "REJECTED"});

        let first = api.post_keyed("/decisions", "d-1", &decision).await;
        let again = api.post_keyed("/decisions", "d-1", &decision).await;

        assert_eq!((first.status, first.json()["repeated"].clone()), (200, json!(false)));
        assert_eq!(first.text, again.text);
    }

    async fn keys_have_1_to_255_visible_characters(api: Api) {
        let post = new_post("Keyed", "Text.");

        let longest = api.post_keyed("/posts", &"k".repeat(255), &post).await;
        let too_long = api.post_keyed("/posts", &"k".repeat(256), &post).await;
        let spaced = api.post_keyed("/posts", "a key", &post).await;
        let empty = api.post_keyed("/posts", "", &post).await;

        assert_eq!(longest.status, 201);
        for refused in [too_long, spaced, empty] {
            let problem = refused.json();
            assert_eq!((refused.status, text(&problem["field"])), (400, "Idempotency-Key"));
        }
    }
}
