//! What an author whose post waits is told to expect, and what a moderator is told of an author before.

use serde_json::Value;

use crate::app::TestApp;
use crate::pair::csrf_token;
use crate::site::{AUTHOR, MODERATOR, WORD};
use crate::visitor::Visitor;

const HOUR_MS: i64 = 60 * 60 * 1000;

fn case_path(app: &TestApp, case: &Value) -> String {
    app.path(&format!(
        "admin/queue/{}",
        case["id"].as_str().expect("an id")
    ))
}

fn own_path(app: &TestApp, case: &Value) -> String {
    app.path(&format!(
        "mine/{}",
        case["post_id"].as_str().expect("an id")
    ))
}

/// The label and the value of each thing that the author is told.
async fn told(visitor: &Visitor, path: &str) -> Vec<(String, String)> {
    let page = visitor.get(path).await;
    let labels = page.texts(".side dl.facts dt").into_iter();
    labels.zip(page.texts(".side dl.facts dd")).collect()
}

fn value<'t>(told: &'t [(String, String)], label: &str) -> Option<&'t str> {
    let found = told.iter().find(|(found, _)| found == label);
    found.map(|(_, value)| value.as_str())
}

both_dbs! {
    async fn an_author_is_told_the_place_and_the_spread_of_the_wait(app: TestApp) {
        let anna = app.login(AUTHOR).await;
        let first = app.submit_held("First").await;
        let told_first = told(&anna, &own_path(&app, &first)).await;
        assert_eq!(value(&told_first, "Usual wait"), Some("too few decisions yet"));
        assert_eq!(value(&told_first, "Half were decided within"), None, "nothing is made up");

        let token = first["task_token"].as_str().expect("a token");
        app.clock.advance_ms(HOUR_MS);
        assert_eq!(app.decide(token, "APPROVED").await.status, 200);
        for hours in 2..=11 {
            let case = app.submit_held("One of many").await;
            app.clock.advance_ms(hours * HOUR_MS);
            let token = case["task_token"].as_str().expect("a token");
            assert_eq!(app.decide(token, "APPROVED").await.status, 200);
        }
        let ahead = app.submit_held("Ahead").await;
        app.clock.advance_ms(1_000);
        let later = app.submit_held("Snoozed").await;
        app.clock.advance_ms(1_000);
        let mine = app.submit_held("Mine").await;
        let path = own_path(&app, &mine);
        // Their sessions ended meanwhile.
        let (anna, mora) = (app.login(AUTHOR).await, app.login(MODERATOR).await);

        let facts = told(&anna, &path).await;
        assert_eq!(value(&facts, "Place in the queue"), Some("2 before it"));
        assert_eq!(value(&facts, "Half were decided within"), Some("6 h 0 m"), "of 1 to 11 hours");
        assert_eq!(value(&facts, "Eight in ten took"), Some("2 h 0 m to 10 h 0 m"));
        assert_eq!(value(&facts, "Said of the last"), Some("14 cases, 3 of them still waiting"));

        // What is put aside is not before it, for the author and at the desk.
        mora.fill(&case_path(&app, &later), &[("hours", "4")]).await;
        assert_eq!(value(&told(&anna, &path).await, "Place in the queue"), Some("1 before it"));
        let desk = mora.get(&case_path(&app, &mine)).await;
        assert!(desk.texts(".case-head .place").concat().contains("number 2 in the queue"), "{}", desk.text);
        let token = ahead["task_token"].as_str().expect("a token");
        assert_eq!(app.decide(token, "APPROVED").await.status, 200);
        assert_eq!(value(&told(&anna, &path).await, "Place in the queue"), Some("next"));
    }

    async fn what_still_waits_counts_for_as_long_as_it_has(app: TestApp) {
        for _ in 0..10 {
            app.submit_held("Left lying").await;
        }
        app.clock.advance_ms(48 * HOUR_MS);
        for _ in 0..5 {
            let case = app.submit_held("Urgent").await;
            app.clock.advance_ms(HOUR_MS);
            let token = case["task_token"].as_str().expect("a token");
            assert_eq!(app.decide(token, "APPROVED").await.status, 200);
        }
        let mine = app.submit_held("Mine").await;
        let anna = app.login(AUTHOR).await;

        let facts = told(&anna, &own_path(&app, &mine)).await;

        assert_eq!(value(&facts, "Half were decided within"), None, "only a third was decided");
        assert_eq!(value(&facts, "Half waited longer than"), Some("2 d 5 h"));
        assert_eq!(value(&facts, "Eight in ten took"), Some("1 h 0 m to more than 2 d 5 h"));
        assert_eq!(value(&facts, "Said of the last"), Some("16 cases, 11 of them still waiting"));
    }

    async fn what_hit_an_author_before_stands_beside_the_case(app: TestApp) {
        let mora = app.login(MODERATOR).await;
        for title in ["Once", "Twice"] {
            let case = app.submit_held(title).await;
            app.decide(case["task_token"].as_str().expect("a token"), "REJECTED").await;
            app.clock.advance_ms(1_000);
        }
        app.submit("Clean", "Nothing of it.").await;
        app.clock.advance_ms(1_000);
        let case = app.submit_held("Thrice").await;

        let facts = told(&mora, &case_path(&app, &case)).await;
        let before = value(&facts, "Rules hit before").expect("it stands there");
        assert!(before.contains(WORD) && before.ends_with("×2"), "the two before this one: {before}");

        let token = csrf_token(&mora).await;
        mora.post(&app.path("admin/queue/masks"), &[("csrf_token", &token), ("mask_house", "on")]).await;
        let page = mora.get(&case_path(&app, &case)).await;
        assert_eq!(page.attributes("dl.facts mark.masked", "tabindex"), ["0"], "{}", page.text);
    }
}
