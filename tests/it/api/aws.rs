//! The AWS door in detail, with signatures made in the test; the real SDKs are in the file of that name beside the API's.

use gatepost::auth::access_key::KeyKind;
use serde_json::{Value, json};

use super::{Api, DAY_MS, text};
use crate::signature;
use crate::visitor::Page;

impl Api {
    /// An access key pair of a site.
    async fn pair(&self, slug: &str, scopes: &str) -> (String, String) {
        let (key, secret) = self.create_key(slug, KeyKind::Aws, scopes).await;
        (key.id.to_string(), secret)
    }

    async fn aws(&self, key: &(String, String), operation: &str, body: &Value) -> Page {
        signature::call(&self.base, key, operation, &body.to_string(), self.now_ms()).await
    }

    fn now_ms(&self) -> i64 {
        use gatepost::clock::Clock as _;
        self.clock.now_ms()
    }
}

/// `status error` of an answer.
fn error(page: &Page) -> (u16, String) {
    assert_eq!(
        page.headers["content-type"], "application/x-amz-json-1.0",
        "{}",
        page.text
    );
    (page.status, text(&page.json()["__type"]).to_owned())
}

fn is(status: u16, name: &str) -> (u16, String) {
    (status, name.to_owned())
}

fn success(token: &Value, output: &str) -> Value {
    json!({"taskToken": token, "output": output})
}

const APPROVED: &str = r#"{"status": "APPROVED"}"#;
const REJECTED: &str = r#"{"status": "REJECTED"}"#;

both_dbs! {
    async fn an_answered_task_is_acknowledged_again_and_over_for_others(api: Api) {
        let key = api.pair("main", "decide").await;
        let case = api.hold("Held").await;
        let token = &case["task_token"];

        let beat = api.aws(&key, "SendTaskHeartbeat", &json!({"taskToken": token})).await;
        let first = api.aws(&key, "SendTaskSuccess", &success(token, APPROVED)).await;
        let again = api.aws(&key, "SendTaskSuccess", &success(token, APPROVED)).await;
        let other = api.aws(&key, "SendTaskSuccess", &success(token, REJECTED)).await;
        let failure = api.aws(&key, "SendTaskFailure", &json!({"taskToken": token})).await;

        for page in [beat, first, again] {
            assert_eq!((page.status, page.text.as_str()), (200, "{}"));
            assert!(page.headers.contains_key("x-amzn-requestid"));
        }
        assert_eq!(error(&other), is(400, "TaskTimedOut"));
        assert_eq!(other.json()["message"], "Task Timed Out: 'Provided task does not exist anymore'");
        assert_eq!(error(&failure), is(400, "TaskTimedOut"));
        let case = api.get(&format!("/queue/{}", text(&case["id"]))).await.json();
        assert_eq!((&case["status"], &case["decided_by"]), (&json!("approved"), &json!("The importer")));
    }

    async fn errors_have_the_names_that_aws_gives_them(api: Api) {
        let key = api.pair("main", "decide").await;
        let case = api.hold("Held").await;
        let token = &case["task_token"];
        for (operation, body, name) in [
            ("ListStateMachines", json!({}), "UnknownOperationException"),
            ("SendTaskSuccess", json!({}), "ValidationException"),
            ("SendTaskSuccess", json!({"taskToken": token}), "ValidationException"),
            ("SendTaskSuccess", json!({"taskToken": "", "output": "{}"}), "ValidationException"),
            ("SendTaskSuccess", json!({"taskToken": "x".repeat(2_049), "output": "{}"}), "ValidationException"),
            ("SendTaskSuccess", json!({"taskToken": token, "output": "x".repeat(262_145)}), "ValidationException"),
            ("SendTaskSuccess", json!({"taskToken": 7, "output": "{}"}), "SerializationException"),
            ("SendTaskSuccess", json!([]), "SerializationException"),
            ("SendTaskSuccess", success(&json!("nonsense"), "not json"), "InvalidToken"),
            ("SendTaskSuccess", success(token, "not json"), "InvalidOutput"),
            ("SendTaskSuccess", success(token, r#"{"reason": "a\u0000b"}"#), "InvalidOutput"),
            ("SendTaskSuccess", success(token, r#""\ud800""#), "InvalidOutput"),
            ("SendTaskFailure", json!({"taskToken": token, "error": "x".repeat(257)}), "ValidationException"),
            ("SendTaskFailure", json!({"taskToken": token, "cause": "x".repeat(32_769)}), "ValidationException"),
            ("SendTaskFailure", json!({"taskToken": token, "cause": "a\0b"}), "ValidationException"),
            ("SendTaskHeartbeat", json!({"taskToken": "nonsense"}), "InvalidToken"),
        ] {
            let page = api.aws(&key, operation, &body).await;
            assert_eq!(error(&page), is(400, name), "{operation} {:.80}", body.to_string());
            assert!(!page.text.contains(text(token)), "no answer repeats a token");
        }
        let two = api.aws(&key, "SendTaskSuccess", &json!({})).await.json();
        assert!(text(&two["message"]).starts_with("2 validation errors detected: Value null at 'taskToken'"), "{two}");
        let post = api.get(&format!("/posts/{}", text(&case["post_id"]))).await.json();
        assert_eq!(post["status"], "held", "nothing was decided");
    }

    async fn only_a_good_signature_of_a_key_in_force_opens_the_door(api: Api) {
        let key = api.pair("main", "decide").await;
        let case = api.hold("Held").await;
        let body = success(&case["task_token"], APPROVED);
        let forger = (key.0.clone(), "wrong".to_owned());
        let nobody = ("GPAKAAAAAAAAAAAAAAAA".to_owned(), key.1.clone());
        let reader = api.pair("main", "read").await;
        let bearer = (key.0.clone(), api.key.clone());

        let forged = api.aws(&forger, "SendTaskSuccess", &body).await;
        let unknown = api.aws(&nobody, "SendTaskSuccess", &body).await;
        let powerless = api.aws(&reader, "SendTaskSuccess", &body).await;
        let other_secret = api.aws(&bearer, "SendTaskSuccess", &body).await;
        let old = signature::call(&api.base, &key, "SendTaskSuccess", &body.to_string(), api.now_ms() - 301_000).await;
        let unsigned = api
            .http
            .post(api.base.clone())
            .header("x-amz-target", "AWSStepFunctions.SendTaskSuccess")
            .bearer_auth(&api.key)
            .body(body.to_string());
        let unsigned = Page::read(unsigned).await;

        assert_eq!(error(&forged), is(403, "InvalidSignatureException"));
        assert_eq!(error(&unknown), is(403, "UnrecognizedClientException"));
        assert_eq!(error(&powerless), is(403, "AccessDeniedException"));
        assert_eq!(error(&other_secret), is(403, "InvalidSignatureException"));
        assert_eq!(error(&old), is(403, "InvalidSignatureException"));
        assert_eq!(error(&unsigned), is(403, "IncompleteSignatureException"));
        assert_eq!(api.get("/queue").await.json()["items"][0]["id"], case["id"]);
    }

    async fn a_token_is_nothing_to_the_key_of_another_site(api: Api) {
        let stranger = api.pair("other", "admin").await;
        let case = api.hold("Ours").await;
        let token = &case["task_token"];

        let success = api.aws(&stranger, "SendTaskSuccess", &success(token, APPROVED)).await;
        let failure = api.aws(&stranger, "SendTaskFailure", &json!({"taskToken": token})).await;
        let beat = api.aws(&stranger, "SendTaskHeartbeat", &json!({"taskToken": token})).await;

        for page in [success, failure, beat] {
            assert_eq!(error(&page), is(400, "TaskDoesNotExist"));
        }
        assert_eq!(api.get("/queue").await.json()["items"][0]["id"], case["id"]);
    }

    async fn a_task_whose_time_is_over_cannot_be_answered(api: Api) {
        let key = api.pair("main", "decide").await;
        let case = api.hold("Held").await;
        api.clock.advance_ms(8 * DAY_MS);
        api.app.moderation.wake_due().await.expect("wake");

        let late = api.aws(&key, "SendTaskSuccess", &success(&case["task_token"], APPROVED)).await;

        assert_eq!(error(&late), is(400, "TaskTimedOut"));
    }
}
