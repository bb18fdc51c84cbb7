//! The AWS Step Functions API through the real SDKs: the article's own handler under Node, version 3 of its SDK, and boto3.

use std::process::Command;

use serde_json::{Value, json};

use crate::child::Talker;
use crate::process::Installation;
use crate::setting::{repository, setting, skip};
use crate::site::{MODERATOR, Site, WORD};

both_dbs! {
    async fn the_articles_handler_resumes_the_workflow_unmodified(installation: Installation) {
        let site = installation.prepare().await;
        let server = installation.serve().await;
        let site = site.at(&server.base);
        let approved = site.submit_held("To be approved").await;
        let rejected = site.submit_held("To be rejected").await;

        let Some(answer) = handler(&site, &approved, "APPROVED").await else { return };
        let other = handler(&site, &rejected, "REJECTED").await;
        let again = handler(&site, &approved, "APPROVED").await;
        let late = handler(&site, &approved, "REJECTED").await;

        let good = json!({"statusCode": 200, "body": "Process successfully submitted."});
        assert_eq!(answer, good);
        assert_eq!(other, Some(good.clone()));
        assert_eq!(again, Some(good), "the same decision again is acknowledged");
        assert_eq!(late.expect("it answers")["statusCode"], 500, "a different one is refused");
        assert_eq!(site.post(text(&approved["post_id"])).await["status"], "published");
        assert_eq!(site.post(text(&rejected["post_id"])).await["status"], "rejected");
    }

    async fn the_articles_definition_moderates_as_it_stands(installation: Installation) {
        let site = installation.prepare().await;
        let definition = seed_file("moderation.asl.json");
        installation.run(&["workflow", "set", "--site", "main", &definition]).await;
        let server = installation.serve().await;
        let site = site.at(&server.base);

        let clean = site.submit("Clean", "Nothing is wrong with this.").await;
        let approved = site.submit_held("Held").await;
        let rejected = site.submit_held("Held too").await;
        let Some(answer) = handler(&site, &approved, "APPROVED").await else { return };
        let page = site.decide(text(&rejected["task_token"]), "REJECTED").await;

        assert_eq!(clean["status"], "published");
        assert_eq!(answer["statusCode"], 200);
        assert_eq!(page.status, 200, "{}", page.text);
        let published = site.post(text(&approved["post_id"])).await;
        assert_eq!(published["status"], "published");
        assert!(text(&published["body"]).contains(WORD), "{published}");
        assert_eq!(site.post(text(&rejected["post_id"])).await["status"], "rejected");
    }

    async fn version_3_of_the_sdk_for_javascript_answers_tasks(installation: Installation) {
        let site = installation.prepare().await;
        let server = installation.serve().await;
        let site = site.at(&server.base);
        let approved = site.submit_held("By success").await;
        let failed = site.submit_held("By failure").await;
        let output = |case: &Value, status: &str| {
            json!({"taskToken": case["task_token"], "output": json!({"status": status}).to_string()})
        };

        let beat = json!({"taskToken": approved["task_token"]});
        let Some(beat) = version_3(&site, "SendTaskHeartbeatCommand", beat).await else { return };
        let success = version_3(&site, "SendTaskSuccessCommand", output(&approved, "APPROVED")).await;
        let late = version_3(&site, "SendTaskSuccessCommand", output(&approved, "REJECTED")).await;
        let failure = json!({"taskToken": failed["task_token"], "error": "ContentRejected", "cause": "it is bad"});
        let failure = version_3(&site, "SendTaskFailureCommand", failure).await;
        let unknown = version_3(&site, "ListActivitiesCommand", json!({})).await;

        assert_eq!(beat, json!({"result": {}}));
        assert_eq!(success, Some(json!({"result": {}})));
        assert_eq!(late, Some(json!({"error": "TaskTimedOut", "status": 400})));
        assert_eq!(failure, Some(json!({"result": {}})));
        assert_eq!(unknown.expect("it answers")["error"], "UnknownOperationException");
        assert_eq!(site.post(text(&approved["post_id"])).await["status"], "published");
        assert_ne!(site.post(text(&failed["post_id"])).await["status"], "published");
    }

    async fn boto3_answers_tasks_and_reads_awss_error_names(installation: Installation) {
        let site = installation.prepare().await;
        let server = installation.serve().await;
        let site = site.at(&server.base);
        let Some(mut sdk) = Sdk::start(&site) else { return };
        let published = site.submit_held("By success").await;
        let failed = site.submit_held("By failure").await;
        let decided = site.submit_held("By the dashboard").await;
        site.decide(text(&decided["task_token"]), "APPROVED").await;

        let token = &published["task_token"];
        let beat = sdk.call("send_task_heartbeat", json!({"taskToken": token})).await;
        let broken = sdk.call("send_task_success", json!({"taskToken": token, "output": "{"})).await;
        let success = sdk.call("send_task_success", json!({"taskToken": token, "output": "{\"status\": \"APPROVED\"}"})).await;
        let failure = sdk
            .call("send_task_failure", json!({"taskToken": failed["task_token"], "error": "ContentRejected", "cause": "it is bad"}))
            .await;
        let late = sdk
            .call("send_task_success", json!({"taskToken": decided["task_token"], "output": "{\"status\": \"REJECTED\"}"}))
            .await;
        let late_beat = sdk.call("send_task_heartbeat", json!({"taskToken": token})).await;
        let invalid = sdk.call("send_task_success", json!({"taskToken": "nonsense", "output": "{}"})).await;
        let unknown = sdk.call("list_activities", json!({})).await;

        assert_eq!(beat, json!({"result": {}}));
        assert_eq!(broken["error"], "InvalidOutput", "{broken}");
        assert_eq!(success, json!({"result": {}}));
        assert_eq!(failure, json!({"result": {}}));
        assert_eq!(late["error"], "TaskTimedOut", "{late}");
        assert_eq!(late_beat["error"], "TaskTimedOut", "{late_beat}");
        assert_eq!(invalid["error"], "InvalidToken", "{invalid}");
        assert_eq!(invalid["status"], 400);
        assert_eq!(unknown["error"], "UnknownOperationException", "{unknown}");
        assert_eq!(site.post(text(&published["post_id"])).await["status"], "published");
        assert_ne!(site.post(text(&failed["post_id"])).await["status"], "published");
        assert_eq!(site.post(text(&decided["post_id"])).await["status"], "published");
    }

    async fn a_wrong_signature_is_refused_before_anything_else(installation: Installation) {
        let site = installation.prepare().await;
        let server = installation.serve().await;
        let site = site.at(&server.base);
        let case = site.submit_held("Not by strangers").await;
        let mut stranger = site.clone();
        stranger.aws_key.1 = "wrong".to_owned();
        let mut unknown = site.clone();
        unknown.aws_key.0 = "AKIAAAAAAAAAAAAAAAAA".to_owned();
        let arguments = json!({"taskToken": case["task_token"], "output": "{\"status\": \"APPROVED\"}"});
        let Some(mut forger) = Sdk::start(&stranger) else { return };
        let mut nobody = Sdk::start(&unknown).expect("it started before");

        let forged = forger.call("send_task_success", arguments.clone()).await;
        let unsigned = nobody.call("send_task_success", arguments).await;

        assert_eq!(forged["error"], "InvalidSignatureException", "{forged}");
        assert_eq!(unsigned["error"], "UnrecognizedClientException", "{unsigned}");
        assert_eq!(site.post(text(&case["post_id"])).await["status"], "held");
    }

    async fn a_token_of_one_site_is_nothing_to_another_sites_key(installation: Installation) {
        let site = installation.prepare().await;
        let other = installation.prepare_other().await;
        let server = installation.serve().await;
        let (site, other) = (site.at(&server.base), other.at(&server.base));
        let case = site.submit_held("Ours").await;
        let Some(mut sdk) = Sdk::start(&other) else { return };

        let answer = sdk
            .call("send_task_success", json!({"taskToken": case["task_token"], "output": "{\"status\": \"APPROVED\"}"}))
            .await;

        assert!(matches!(answer["error"].as_str(), Some("InvalidToken" | "TaskDoesNotExist")), "{answer}");
        assert_eq!(site.post(text(&case["post_id"])).await["status"], "held");
        let queue = site.login(MODERATOR).await.get(&site.path("admin/queue")).await;
        assert_eq!(queue.links("Ours").len(), 1);
    }
}

/// What the article's handler answers to a decision, or `None` where Node is missing.
async fn handler(site: &Site, case: &Value, decision: &str) -> Option<Value> {
    let handler = seed_file("handler.js");
    let arguments = [&handler, text(&case["task_token"]), decision];
    node(site, "aws-sdk", "tests/aws/answer.cjs", &arguments).await
}

/// What version 3 of the SDK for JavaScript says to a command, or `None` where Node is missing.
async fn version_3(site: &Site, command: &str, arguments: Value) -> Option<Value> {
    let arguments = [command, &arguments.to_string()];
    let package = "@aws-sdk/client-sfn";
    node(site, package, "tests/aws/answer-v3.mjs", &arguments).await
}

/// What a script prints under Node, or `None` where the package that it needs is missing.
async fn node(site: &Site, package: &str, script: &str, arguments: &[&str]) -> Option<Value> {
    let packages = repository("tests/node_modules");
    if !packages.join(package).exists() {
        skip(&format!(
            "there is no {package} for Node here: run tests/run.sh"
        ));
        return None;
    }
    let mut command = Command::new("node");
    command
        .arg(repository(script))
        .args(arguments)
        .env("NODE_PATH", packages);
    credentials(&mut command, site);
    let (printed, status) = Talker::start(command).finish().await;
    assert!(status.success(), "{printed}");
    Some(serde_json::from_str(&printed).expect("a script prints JSON"))
}

/// A Python process with boto3.
struct Sdk(Talker);

impl Sdk {
    fn start(site: &Site) -> Option<Self> {
        let python = repository("tests/.venv/bin/python");
        if !python.exists() {
            skip("there is no boto3 here: run tests/run.sh");
            return None;
        }
        let mut command = Command::new(python);
        command.arg(repository("tests/aws/call.py"));
        credentials(&mut command, site);
        Some(Self(Talker::start(command)))
    }

    async fn call(&mut self, operation: &str, arguments: Value) -> Value {
        self.0
            .say(&json!({"operation": operation, "arguments": arguments}).to_string());
        let line = self.0.next_line().await.expect("boto3 answers");
        serde_json::from_str(&line).expect("an answer is JSON")
    }
}

fn credentials(command: &mut Command, site: &Site) {
    let (id, secret) = &site.aws_key;
    command
        .env("AWS_ENDPOINT_URL", site.base.as_str())
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_DEFAULT_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", id)
        .env("AWS_SECRET_ACCESS_KEY", secret)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE", "1");
}

/// A file of the article: from the folder that the environment names, else the copy in the repository.
fn seed_file(name: &str) -> String {
    let path = match setting("GATEPOST_SEED_DIR") {
        Some(folder) => std::path::Path::new(&folder).join(name),
        None => repository("tests/seed").join(name),
    };
    path.to_str().expect("a path is text").to_owned()
}

fn text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is not text"))
}
