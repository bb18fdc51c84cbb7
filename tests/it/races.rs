//! A thousand races for one token each: buttons, links, the API and the AWS API, for and against, all at once. Each has
//! one winner, and everybody else learns so.

use std::sync::Arc;

use gatepost::on_db;
use serde_json::{Value, json};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::app::TestApp;
use crate::setting::setting;
use crate::signature;
use crate::site::MODERATOR;
use crate::visitor::{Form, Visitor};

/// How many races there are unless the environment says otherwise.
const RACES: usize = 1000;

/// What a runner of a race learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Its decision stands.
    Stands,
    /// Another one does.
    Refused,
}

both_dbs! {
    async fn every_race_for_a_token_has_one_winner(app: TestApp) {
        let races = setting("GATEPOST_RACES").map_or(RACES, |text| text.parse().expect("a number of races"));
        let moderator = Arc::new(app.login(MODERATOR).await);
        let app = Arc::new(app);

        for race in 0..races {
            let case = app.submit_held(&format!("Race {race}")).await;
            let form = decision_form(&app, &moderator, &case).await;
            let outcomes = run(&app, &moderator, &case, form, race).await;

            let standing: Vec<&str> =
                outcomes.iter().filter(|(_, outcome)| *outcome == Outcome::Stands).map(|(decision, _)| *decision).collect();
            assert!(!standing.is_empty(), "race {race}: nobody won: {outcomes:?}");
            assert!(standing.iter().all(|decision| *decision == standing[0]), "race {race}: {outcomes:?}");
            let post = app.post(case["post_id"].as_str().expect("an id")).await;
            let expected = if standing[0] == "APPROVED" { "published" } else { "rejected" };
            assert_eq!(post["status"], expected, "race {race}: {outcomes:?}");
        }

        let (decided, audited): (i64, i64) = on_db!(&app.app.db, |c| sqlx::query_as(
            "SELECT (SELECT COUNT(*) FROM cases WHERE status IN ('approved', 'rejected')),
                    (SELECT COUNT(*) FROM audit WHERE action IN ('case.approved', 'case.rejected'))"
        ).fetch_one(c.read()).await)
        .expect("count the decisions");
        let races = i64::try_from(races).expect("a small number");
        assert_eq!((decided, audited), (races, races));
    }
}

async fn decision_form(app: &TestApp, moderator: &Visitor, case: &Value) -> Form {
    let path = app.path(&format!(
        "admin/queue/{}",
        case["id"].as_str().expect("an id")
    ));
    let page = moderator.get(&path).await;
    page.form(&["decision", "reason"])
        .unwrap_or_else(|| panic!("no form to decide:\n{}", page.text))
}

/// Lets all runners go at once.
async fn run(
    app: &Arc<TestApp>,
    moderator: &Arc<Visitor>,
    case: &Value,
    form: Form,
    race: usize,
) -> Vec<(&'static str, Outcome)> {
    let start = Arc::new(Barrier::new(4));
    let token = case["task_token"].as_str().expect("a token").to_owned();
    let mut runners = JoinSet::new();
    for decision in ["APPROVED", "REJECTED"] {
        let (app, start, token) = (app.clone(), start.clone(), token.clone());
        runners.spawn(async move {
            start.wait().await;
            let page = app.decide(&token, decision).await;
            let outcome = match page.status {
                200 => Outcome::Stands,
                409 if page.json()["code"] == "already_decided" => Outcome::Refused,
                other => panic!("the API answers {other}: {}", page.text),
            };
            (decision, outcome)
        });
    }
    // Who runs for what changes from race to race.
    let (by_button, by_sdk) = if race.is_multiple_of(2) {
        ("APPROVED", "REJECTED")
    } else {
        ("REJECTED", "APPROVED")
    };
    let (visitor, gate) = (moderator.clone(), start.clone());
    runners.spawn(async move {
        gate.wait().await;
        let page = visitor
            .send(
                form,
                &[("decision", by_button), ("reason", "It lost the race.")],
            )
            .await;
        let outcome = match page.status {
            303 => Outcome::Stands,
            409 => Outcome::Refused,
            other => panic!("the button answers {other}: {}", page.text),
        };
        (by_button, outcome)
    });
    let (app, gate) = (app.clone(), start);
    runners.spawn(async move {
        let output = json!({"status": by_sdk}).to_string();
        let body = json!({"taskToken": token, "output": output}).to_string();
        gate.wait().await;
        let page = signature::call(
            &app.base,
            &app.aws_key,
            "SendTaskSuccess",
            &body,
            app.now_ms(),
        )
        .await;
        let outcome = match page.status {
            200 => Outcome::Stands,
            400 if page.json()["__type"]
                .as_str()
                .is_some_and(|name| name.ends_with("TaskTimedOut")) =>
            {
                Outcome::Refused
            }
            other => panic!("the AWS API answers {other}: {}", page.text),
        };
        (by_sdk, outcome)
    });
    runners.join_all().await
}
