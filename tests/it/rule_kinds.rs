//! The kinds of rules through the doors: hosts, words with their forms, rules with exceptions of their own.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::site::{AUTHOR, MODERATOR, OWNER};

/// The verdict on a text.
async fn verdict(app: &TestApp, body: &str) -> Value {
    let checked = app.api_post("/check", &json!({"body": body})).await;
    assert_eq!(checked.status, 200, "{}", checked.text);
    checked.json()["verdict"].clone()
}

async fn restore(app: &TestApp, version: i64) {
    let path = format!("/rules/versions/{version}/restore");
    let restored = app.api_post(&path, &json!({})).await;
    assert_eq!(restored.status, 200, "{}", restored.text);
}

both_dbs! {
    async fn hosts_are_told_from_words_and_found_in_links(app: TestApp) {
        let rule = app.api_post("/rules", &json!({"pattern": "spam.example"})).await.json();
        assert_eq!(rule["kind"], "host", "{rule}");
        assert_eq!(verdict(&app, "[here](https://www.spam.example/x)").await, "hold");
        assert_eq!(verdict(&app, "notspam.example, spam.example.org").await, "publish");

        let list = json!({"text": "one.example\ntwo.example/offers\nxn--bcher-kva.example\n/blog/"});
        let imported = app.api_post("/rules/import", &list).await.json();
        assert_eq!(imported["added"], 4, "{imported}");
        assert_eq!(verdict(&app, "See two.example/offers/1.").await, "hold");
        assert_eq!(verdict(&app, "See two.example/about.").await, "publish");
        assert_eq!(verdict(&app, "See bücher.example.").await, "hold");
        let refused = app.api_post("/rules", &json!({"kind": "host", "pattern": "spam.example:80"})).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        assert_eq!(refused.json()["field"], "pattern");
    }

    async fn a_word_with_forms_and_exceptions_goes_through_versions_and_lists(app: TestApp) {
        let rule = json!({"pattern": "spam", "inflections": "en", "exceptions": ["spam folder", "Spam Spam"]});
        let added = app.api_post("/rules", &rule).await;
        assert_eq!(added.status, 201, "{}", added.text);
        let added = added.json();
        assert_eq!(added["forms"], json!(["spams", "spammed", "spamming"]));
        assert_eq!(verdict(&app, "They spammed us.").await, "hold");
        assert_eq!(verdict(&app, "In the spam folder.").await, "publish");

        for format in ["json", "csv"] {
            let exported = app.api_get(&format!("/rules/export?format={format}")).await.text;
            let before = added["rule_set_version"].as_i64().expect("a number") - 1;
            restore(&app, before).await;
            assert_eq!(verdict(&app, "They spammed us.").await, "publish");
            let imported = app.api_post("/rules/import", &json!({"text": exported, "format": format})).await.json();
            assert_eq!(imported["added"], 1, "{imported}");
            let again = app.api_get("/rules?q=spam").await.json()["items"][0].clone();
            assert_eq!((&again["exceptions"], &again["inflections"]), (&rule["exceptions"], &json!("en")), "{format}");
            assert_eq!(verdict(&app, "They spammed us.").await, "hold");
            restore(&app, before + 1).await;
        }
        assert_eq!(verdict(&app, "They spammed us.").await, "hold");
        assert_eq!(verdict(&app, "In the spam folder.").await, "publish");
        for (wrong, field) in [
            (json!({"pattern": "spam mail", "inflections": "en"}), "inflections"),
            (json!({"pattern": "mail", "exceptions": ["/(/"]}), "exceptions"),
            (json!({"pattern": "mail", "action": "allow", "exceptions": ["x"]}), "exceptions"),
        ] {
            let refused = app.api_post("/rules", &wrong).await;
            assert_eq!((refused.status, &refused.json()["field"]), (400, &json!(field)), "{wrong}");
        }
    }

    async fn an_exception_is_added_to_a_rule_from_the_case_that_it_held(app: TestApp) {
        let rule = app.api_post("/rules", &json!({"pattern": "*press*", "kind": "wildcard"})).await.json();
        let post = app.submit("A review", "I like WordPress.").await;
        let case = app.case_of(post["id"].as_str().expect("an id")).await;
        let olga = app.login(OWNER).await;
        let case_path = app.path(&format!("admin/queue/{}", case["id"].as_str().expect("an id")));
        let page = olga.get(&case_path).await;
        let path = page.links("Except “WordPress” from the rule").remove(0);
        assert!(path.contains(rule["id"].as_str().expect("an id")), "{path}");

        let tried = olga.get(&path).await;
        assert_eq!(tried.texts("#rehearsal strong"), ["Newly held 0, released 1."], "{}", tried.text);
        let form = tried.form(&["pattern", "exceptions"]).expect("the form of the rule");
        assert_eq!(olga.send(form, &[]).await.status, 303);
        assert_eq!(verdict(&app, "I like WordPress.").await, "publish");
        assert_eq!(verdict(&app, "I feel pressed.").await, "hold");
        let listed = app.api_get(&format!("/rules/{}", rule["id"].as_str().expect("an id"))).await.json();
        assert_eq!(listed["exceptions"], json!(["WordPress"]));

        let page = olga.get(&app.path("admin/rules")).await;
        let form = page.form(&["pattern", "inflections"]).expect("the form of a rule");
        let refused = olga.send(form.clone(), &[("pattern", "two words"), ("kind", "phrase"), ("inflections", "en"), ("exceptions", "/(/")]).await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.texts("#inflections-error").len() + refused.texts("#exceptions-error").len(), 2, "{}", refused.text);
        let tried = olga.send(form, &[("pattern", "spam"), ("inflections", "en"), ("rehearse", "on")]).await;
        assert!(tried.text.contains("spams, spammed, spamming"), "{}", tried.text);
        let versions = olga.get(&app.path("admin/rules/versions")).await;
        let changed = olga.get(&versions.links("changed *press*").remove(0)).await;
        assert!(changed.texts("ins").concat().contains("WordPress"), "{}", changed.text);

        let mora = app.login(MODERATOR).await;
        assert!(mora.get(&case_path).await.links("Except “WordPress” from the rule").is_empty());
    }

    async fn a_post_that_takes_too_much_work_is_held_and_says_so(app: TestApp) {
        let rule = json!({"pattern": "c*ck", "kind": "wildcard", "match": "aggressive", "action": "shadow"});
        assert_eq!(app.api_post("/rules", &rule).await.status, 201);
        let hostile = "<b>".repeat(60_000);

        let post = app.submit("A harmless title", &hostile).await;

        assert_eq!((&post["status"], &post["hits"]), (&json!("held"), &json!([])), "no rule says so");
        let case = app.case_of(post["id"].as_str().expect("an id")).await;
        assert_eq!(case["problem"], "the text takes too much work to check");
        let checked = app.api_post("/check", &json!({"body": hostile})).await.json();
        assert_eq!((&checked["verdict"], &checked["problem"]), (&json!("hold"), &case["problem"]));
        let mora = app.login(MODERATOR).await;
        let path = app.path(&format!("admin/queue/{}", case["id"].as_str().expect("an id")));
        let page = mora.get(&path).await;
        assert!(page.text.contains("takes too much work"), "{}", page.texts(".hits").concat());
    }

    async fn combinations_ask_for_words_links_and_the_author(app: TestApp) {
        let casino = json!({"pattern": "\"casino\" and links >= 2"});
        let rule = app.api_post("/rules", &casino).await.json();
        assert_eq!(rule["kind"], "combination", "{rule}");
        assert_eq!(verdict(&app, "A casino: http://a.example").await, "publish");
        assert_eq!(verdict(&app, "A casino: http://a.example [b](http://b.example)").await, "hold");
        let refused = app.api_post("/rules", &json!({"pattern": "\"a\" and", "kind": "combination"})).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        assert!(refused.text.contains("at character 8"), "{}", refused.text);

        let first = app.submit("First", "Of a brand new author, politely.").await;
        assert_eq!(first["status"], "published");
        let tried = app.api_post("/rules/rehearse", &json!({"add": {"pattern": "author.published = 0 and words > 3"}})).await.json();
        assert_eq!(tried["newly_held"]["count"], 1, "{tried}");
        assert_eq!(tried["newly_held"]["posts"][0]["title"], "First");
        assert!(tried["collisions"].as_array().is_some_and(Vec::is_empty), "{tried}");
        let new = app.api_post("/rules", &json!({"pattern": "author.published = 0"})).await;
        assert_eq!(new.status, 201, "{}", new.text);
        assert_eq!(app.submit("Second", "Of a known author.").await["status"], "published");
        let other = json!({"title": "Third", "body": "Of another.", "author": {"email": "nora.new@example.org"}});
        let held = app.api_post("/posts", &other).await.json();
        assert_eq!(held["status"], "held", "{held}");
        assert_eq!((&held["hits"][0]["text"], &held["hits"][0]["end"]), (&json!(""), &json!(0)));

        let known = json!({"body": "Any", "author": {"email": AUTHOR}});
        assert_eq!(app.api_post("/check", &known).await.json()["verdict"], "publish");
        assert_eq!(verdict(&app, "Any").await, "hold", "of somebody new");
        let wrong = app.api_post("/check", &json!({"body": "Any", "author": {"email": "nobody"}})).await;
        assert_eq!((wrong.status, &wrong.json()["field"]), (400, &json!("author.email")));

        let case = app.case_of(held["id"].as_str().expect("an id")).await;
        let olga = app.login(OWNER).await;
        let page = olga.get(&app.path(&format!("admin/queue/{}", case["id"].as_str().expect("an id")))).await;
        assert!(page.texts(".hits").concat().contains("author.published = 0"), "{}", page.text);
        let mora = app.login(MODERATOR).await;
        let box_of = |page: crate::visitor::Page| page.form(&["title", "body", "author"]).expect("the test box");
        let rules = mora.get(&app.path("admin/rules")).await;
        let tried = mora.send(box_of(rules), &[("body", "Any"), ("author", AUTHOR)]).await;
        assert!(tried.text.contains("would be published"), "{}", tried.text);
        let tried = mora.send(box_of(tried), &[("author", "")]).await;
        assert!(tried.text.contains("would be held"), "{}", tried.text);

        let rejected = app.decide(case["task_token"].as_str().expect("a token"), "REJECTED").await;
        assert_eq!(rejected.status, 200, "{}", rejected.text);

        let exported = app.api_get("/rules/export?format=txt").await.text;
        let version = rule["rule_set_version"].as_i64().expect("a number");
        restore(&app, version - 1).await;
        assert_eq!(verdict(&app, "A casino: http://a.example [b](http://b.example)").await, "publish");
        let imported = app.api_post("/rules/import", &json!({"text": exported, "format": "txt"})).await.json();
        assert_eq!(imported["added"], 2, "{imported}");
        assert_eq!(verdict(&app, "Anything").await, "hold", "nothing is known of an author who is not named");
    }
}
