//! Rules that several sites use: taken over, followed, said differently, given up.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::site::{OWNER, Site, WORD};
use crate::visitor::Page;

async fn put(site: &Site, rule: &Value, change: Value) {
    let path = format!("/rules/{}", rule["id"].as_str().expect("an id"));
    let changed = Page::read(site.request("PATCH", &path).json(&change)).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
}

async fn rules_of(site: &Site) -> Vec<Value> {
    let mut rules = site.api_get("/rules").await.json()["items"]
        .as_array()
        .expect("a page")
        .clone();
    rules.sort_by_key(|rule| rule["pattern"].to_string());
    rules
}

both_dbs! {
    async fn shared_rules_are_taken_over_and_followed(app: TestApp) {
        let other = app.installation.prepare_other().await.at(&app.base);
        let scam = app.api_post("/rules", &json!({"pattern": "lottery", "action": "reject"})).await.json();
        let mild = app.api_post("/rules", &json!({"pattern": "casino"})).await.json();
        assert_eq!(other.submit("Luck", "A lottery.").await["status"], "published");

        // Nothing is shared that nobody shares.
        let otto = other.login("otto@example.org").await;
        let shared = other.path("admin/rules/shared");
        assert!(otto.get(&shared).await.text.contains("No other site here shares its rules."));
        let refused = Page::read(other.request("PUT", "/rules/shared").json(&json!({"uses": ["main"]}))).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        let olga = app.login(OWNER).await;
        let form = olga.get(&app.path("admin/rules/shared")).await.form_to("/shared").expect("the form to share");
        assert_eq!(olga.send(form, &[("what", "share")]).await.status, 303);

        let form = otto.get(&shared).await.form(&["of"]).expect("the form to take them over");
        let tried = otto.send(form.clone(), &[("rehearse", "on")]).await;
        assert_eq!(tried.texts("#rehearsal strong"), ["Newly held 0, rejected at once 1, released 0."], "{}", tried.text);
        assert_eq!(otto.send(form, &[]).await.status, 303);
        app.clock.advance_ms(1_000);
        assert_eq!(other.submit("Luck", "A lottery.").await["status"], "rejected");
        let patterns: Vec<Value> = rules_of(&other).await.iter().map(|rule| rule["pattern"].clone()).collect();
        assert_eq!(patterns, ["casino", WORD, "lottery"], "what both had is there once");
        let versions = otto.get(&other.path("admin/rules/versions")).await;
        assert!(versions.text.contains(", version 3"), "{}", versions.text);

        // What the other site says differently stays; the rest follows, as a version.
        put(&other, &scam, json!({"action": "shadow"})).await;
        put(&app, &scam, json!({"pattern": "lotteries", "action": "hold"})).await;
        put(&app, &mild, json!({"action": "reject"})).await;
        app.api_post("/rules", &json!({"pattern": "roulette"})).await;
        app.app.run_until_idle().await.expect("work");
        app.clock.advance_ms(1_000);
        let told: Vec<(Value, Value)> = rules_of(&other).await.iter().map(|rule| (rule["pattern"].clone(), rule["action"].clone())).collect();
        let expected = [("casino", "reject"), (WORD, "hold"), ("lotteries", "shadow"), ("roulette", "hold")];
        assert_eq!(told, expected.map(|(pattern, action)| (json!(pattern), json!(action))));
        let newest = other.api_get("/rules/versions").await.json()["items"][0].clone();
        assert_eq!((&newest["created_by"], &newest["added"], &newest["changed"]), (&json!("shared"), &json!(1), &json!(2)), "{newest}");
        app.app.run_until_idle().await.expect("work");
        let again = other.api_get("/rules/versions").await.json()["items"][0].clone();
        assert_eq!(again, newest, "it is taken over once");

        let form = otto.get(&shared).await.form(&["of"]).expect("the form to give them up");
        assert_eq!(otto.send(form, &[]).await.status, 303);
        let left: Vec<Value> = rules_of(&other).await.iter().map(|rule| rule["pattern"].clone()).collect();
        assert_eq!(left, [WORD], "its own rules stay");
        put(&app, &mild, json!({"action": "hold"})).await;
        app.app.run_until_idle().await.expect("work");
        assert_eq!(rules_of(&other).await.len(), 1, "what is given up is not followed");
    }

    async fn a_shared_rule_that_runs_away_is_braked_where_it_does(app: TestApp) {
        let other = app.installation.prepare_other().await.at(&app.base);
        let olga = app.login(OWNER).await;
        let form = olga.get(&app.path("admin/rules/shared")).await.form_to("/shared").expect("the form to share");
        assert_eq!(olga.send(form, &[("what", "share")]).await.status, 303);
        for number in 0..20 {
            other.submit(&format!("Number {number}"), "Of harmless things.").await;
        }
        let uses = Page::read(other.request("PUT", "/rules/shared").json(&json!({"uses": ["main"]}))).await;
        assert_eq!(uses.json()["items"][0]["taken_version"], 1, "{}", uses.text);
        app.clock.advance_ms(1_000);
        let rule = app.api_post("/rules", &json!({"pattern": "harmless"})).await.json();
        app.app.run_until_idle().await.expect("work");
        app.clock.advance_ms(1_000);
        for number in 0..6 {
            let post = other.submit(&format!("Held {number}"), "Of harmless things.").await;
            assert_eq!(post["status"], "held");
        }
        app.app.run_until_idle().await.expect("work");
        let path = format!("/rules/{}", rule["id"].as_str().expect("an id"));
        assert_eq!(other.api_get(&path).await.json()["action"], "shadow");
        assert_eq!(app.api_get(&path).await.json()["action"], "hold", "where it is shared from nothing happened");
    }
}
