//! A rule that runs away is put to shadow by itself; the owners are told and can release what it held.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::site::{MODERATOR, OWNER, WORD};

async fn add(app: &TestApp, rule: Value) -> Value {
    let added = app.api_post("/rules", &rule).await;
    assert_eq!(added.status, 201, "{}", added.text);
    added.json()
}

async fn submit(app: &TestApp, count: usize, body: &str) -> Vec<Value> {
    let mut posts = Vec::new();
    for number in 0..count {
        posts.push(app.submit(&format!("Number {number}"), body).await);
    }
    posts
}

async fn action(app: &TestApp, rule: &Value) -> Value {
    let id = rule["id"].as_str().expect("an id");
    app.api_get(&format!("/rules/{id}")).await.json()["action"].clone()
}

both_dbs! {
    async fn a_rule_that_runs_away_is_put_to_shadow_and_its_posts_are_released_together(app: TestApp) {
        submit(&app, 20, "Of harmless things.").await;
        app.clock.advance_ms(1_000);
        let rule = add(&app, json!({"pattern": "harmless"})).await;
        let held = submit(&app, 6, "Of harmless things.").await;
        let twice = app.submit("Both", &format!("A {WORD} harmless thing.")).await;
        app.app.run_until_idle().await.expect("work");

        assert_eq!(action(&app, &rule).await, "shadow");
        assert_eq!(app.submit("After", "Of harmless things.").await["status"], "published");
        let mails = app.inbox();
        let mail = mails.iter().find(|mail| mail.subject.contains("harmless")).expect("a mail");
        assert!(mail.text.contains("7 of the last 7 posts"), "{}", mail.text);

        let mora = app.login(MODERATOR).await;
        let page = mora.get(&app.path("admin/rules")).await;
        assert!(page.text.contains("The brake put"), "{}", page.text);
        assert!(page.form_to("/release").is_none(), "only owners release");
        let olga = app.login(OWNER).await;
        let form = olga.get(&app.path("admin/rules")).await.form_to("/release").expect("the form");
        let released = olga.send(form, &[]).await;
        assert_eq!(released.status, 303, "{}", released.text);

        for post in held {
            let id = post["id"].as_str().expect("an id");
            assert_eq!(app.post(id).await["status"], "published");
        }
        assert_eq!(app.post(twice["id"].as_str().expect("an id")).await["status"], "held", "the other rule still holds it");
        let page = olga.get(&app.path("admin/rules")).await;
        assert!(page.form_to("/release").is_none(), "it is settled");

        // Whoever puts it back means it.
        let path = format!("/rules/{}", rule["id"].as_str().expect("an id"));
        let back = crate::visitor::Page::read(app.request("PATCH", &path).json(&json!({"action": "hold"}))).await;
        assert_eq!(back.status, 200, "{}", back.text);
        submit(&app, 6, "Of harmless things.").await;
        app.app.run_until_idle().await.expect("work");
        assert_eq!(action(&app, &rule).await, "hold");
    }

    async fn a_rule_that_runs_away_by_a_change_of_outcomes_is_put_to_shadow(app: TestApp) {
        let mild = add(&app, json!({"pattern": "harmless", "severity": 1, "action": "hold"})).await;
        let put = async |outcomes: Value| {
            app.clock.advance_ms(1_000);
            let put = app.request("PUT", "/rules/outcomes").json(&json!({"outcomes": outcomes}));
            let put = crate::visitor::Page::read(put).await;
            assert_eq!(put.status, 200, "{}", put.text);
            app.clock.advance_ms(1_000);
        };
        put(json!({"hold_from": 2})).await;
        submit(&app, 20, "Of harmless things.").await;
        // Two days later the rule is old, and so is what it led to.
        app.clock.advance_ms(2 * 24 * 60 * 60 * 1_000);
        let other = add(&app, json!({"pattern": "things", "severity": 2, "action": "shadow"})).await;
        put(json!({"hold_from": 1})).await;
        let held = submit(&app, 6, "Of harmless things.").await;
        assert_eq!(held[0]["status"], "held");
        app.app.run_until_idle().await.expect("work");

        assert_eq!(action(&app, &mild).await, "shadow");
        assert_eq!(action(&app, &other).await, "shadow", "as it was written");
        app.clock.advance_ms(1_000);
        assert_eq!(app.submit("After", "Of harmless things.").await["status"], "published");
        let olga = app.login(OWNER).await;
        let form = olga.get(&app.path("admin/rules")).await.form_to("/release").expect("the form");
        assert_eq!(olga.send(form, &[]).await.status, 303);
        let id = held[0]["id"].as_str().expect("an id");
        assert_eq!(app.post(id).await["status"], "published");
    }

    async fn a_change_of_outcomes_brakes_no_rule_that_did_the_same_before(app: TestApp) {
        let old = add(&app, json!({"pattern": "harmless", "severity": 3})).await;
        submit(&app, 20, "Of harmless things.").await;
        app.clock.advance_ms(2 * 24 * 60 * 60 * 1_000);
        let put = app.request("PUT", "/rules/outcomes").json(&json!({"outcomes": {"hold_from": 2}}));
        assert_eq!(crate::visitor::Page::read(put).await.status, 200);
        app.clock.advance_ms(1_000);
        submit(&app, 6, "Of harmless things.").await;
        app.app.run_until_idle().await.expect("work");

        assert_eq!(action(&app, &old).await, "hold");
    }

    async fn rules_that_hold_little_or_are_old_or_came_first_are_left_alone(app: TestApp) {
        let first = add(&app, json!({"pattern": "first"})).await;
        submit(&app, 20, "The first of them.").await;
        app.clock.advance_ms(1_000);
        let handful = add(&app, json!({"pattern": "handful"})).await;
        submit(&app, 5, "Only a handful.").await;
        app.app.run_until_idle().await.expect("work");
        assert_eq!(action(&app, &first).await, "hold", "there was no usual before it");
        assert_eq!(action(&app, &handful).await, "hold", "it held no more than a handful");

        let rare = add(&app, json!({"pattern": "rare"})).await;
        submit(&app, 6, "A rare one.").await;
        submit(&app, 114, "Clean.").await;
        app.app.run_until_idle().await.expect("work");
        assert_eq!(action(&app, &rare).await, "hold", "it held one in twenty");

        let old = add(&app, json!({"pattern": "old"})).await;
        app.clock.advance_ms(25 * 60 * 60 * 1_000);
        submit(&app, 8, "An old one.").await;
        app.app.run_until_idle().await.expect("work");
        assert_eq!(action(&app, &old).await, "hold", "it is older than a day");
    }

    async fn owners_can_switch_the_brake_off(app: TestApp) {
        let olga = app.login(OWNER).await;
        let page = olga.get(&app.path("admin/settings")).await;
        let mut form = page.form(&["name", "brake"]).expect("the settings");
        form.fields.retain(|(name, _)| name != "brake");
        assert_eq!(olga.send(form, &[]).await.status, 303);
        submit(&app, 20, "Of harmless things.").await;
        app.clock.advance_ms(1_000);
        let rule = add(&app, json!({"pattern": "harmless"})).await;
        submit(&app, 6, "Of harmless things.").await;
        app.app.run_until_idle().await.expect("work");
        assert_eq!(action(&app, &rule).await, "hold");
    }

    async fn a_rule_that_rejects_too_much_is_stopped_and_what_it_rejected_comes_back(app: TestApp) {
        submit(&app, 20, "Of harmless things.").await;
        app.clock.advance_ms(1_000);
        let rule = add(&app, json!({"pattern": "harmless", "action": "reject"})).await;
        let rejected = submit(&app, 6, "Of harmless things.").await;
        let twice = app.submit("Both", &format!("A {WORD} harmless thing.")).await;
        assert_eq!((&rejected[0]["status"], &twice["status"]), (&json!("rejected"), &json!("rejected")));
        app.app.run_until_idle().await.expect("work");
        assert_eq!(action(&app, &rule).await, "shadow");

        let olga = app.login(OWNER).await;
        let form = olga.get(&app.path("admin/rules")).await.form_to("/release").expect("the form");
        let released = olga.send(form.clone(), &[]).await;
        let told = olga.follow(&released).await;
        assert!(told.text.contains("6 posts released; 1 post wait"), "{}", told.text);
        for post in &rejected {
            let id = post["id"].as_str().expect("an id");
            assert_eq!(app.post(id).await["status"], "published");
        }
        // What another rule holds goes to the moderators.
        let twice = twice["id"].as_str().expect("an id");
        assert_eq!(app.post(twice).await["status"], "held");
        assert_eq!(app.case_of(twice).await["status"], "waiting");
        // Nothing happens twice.
        olga.send(form, &[]).await;
        assert_eq!(app.post(twice).await["status"], "held");
    }

    async fn what_a_person_rejected_is_not_brought_back(app: TestApp) {
        submit(&app, 20, "Of harmless things.").await;
        app.clock.advance_ms(1_000);
        let rule = add(&app, json!({"pattern": "harmless"})).await;
        let held = submit(&app, 7, "Of harmless things.").await;
        let id = held[0]["id"].as_str().expect("an id");
        let case = app.case_of(id).await;
        app.decide(case["task_token"].as_str().expect("a token"), "REJECTED").await;
        app.app.run_until_idle().await.expect("work");
        assert_eq!(action(&app, &rule).await, "shadow");
        let olga = app.login(OWNER).await;
        let form = olga.get(&app.path("admin/rules")).await.form_to("/release").expect("the form");
        olga.send(form, &[]).await;
        assert_eq!(app.post(id).await["status"], "rejected");
        assert_eq!(app.post(held[1]["id"].as_str().expect("an id")).await["status"], "published");
    }

    async fn hosts_and_combinations_are_braked_like_words(app: TestApp) {
        let body = "A harmless offer on https://www.shop.example/x for all.";
        submit(&app, 20, body).await;
        app.clock.advance_ms(1_000);
        let host = add(&app, json!({"kind": "host", "pattern": "shop.example"})).await;
        let both = add(&app, json!({"kind": "combination", "pattern": "\"harmless\" and links >= 1"})).await;
        let held = submit(&app, 6, body).await;
        assert_eq!(held[0]["status"], "held");
        app.app.run_until_idle().await.expect("work");
        assert_eq!((action(&app, &host).await, action(&app, &both).await), (json!("shadow"), json!("shadow")));
        assert_eq!(app.submit("After", body).await["status"], "published");
    }
}
