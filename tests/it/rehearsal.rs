//! What a rule would have done is told before it is saved, and what it did afterwards.

use serde_json::json;

use crate::app::TestApp;
use crate::site::{MODERATOR, OWNER, WORD};
use crate::visitor::Page;

both_dbs! {
    async fn a_rule_is_tried_on_the_posts_before_it_is_saved(app: TestApp) {
        let case = app.submit_held("Of snails").await;
        let token = case["task_token"].as_str().expect("a token");
        assert_eq!(app.decide(token, "APPROVED").await.status, 200);
        app.submit("Of birds", "A harmless l0ttery.").await;
        app.submit("Of fish", "Nothing at all.").await;
        let olga = app.login(OWNER).await;
        let rules = app.path("admin/rules");

        let form = olga.get(&rules).await.form(&["pattern", "kind"]).expect("the form of a rule");
        let tried = olga.send(form, &[("pattern", "lottery"), ("rehearse", "on")]).await;

        assert_eq!(tried.status, 200, "{}", tried.text);
        let report = tried.texts(".notice[role=status] strong");
        assert_eq!(report, ["Newly held 1, released 0."]);
        assert!(tried.text.contains("Of birds") && tried.text.contains("l0ttery"), "{}", tried.text);
        assert!(!tried.texts(".rows a.name").contains(&"lottery".to_owned()), "nothing is saved");
        let form = tried.form(&["pattern", "kind"]).expect("the form with what was typed");
        assert_eq!(olga.send(form, &[]).await.status, 303);
        assert_eq!(app.submit("More", "The lottery.").await["status"], "held");

        let path = olga.get(&rules).await.links(WORD).remove(0);
        let page = olga.get(&path).await;
        assert!(page.texts("dl.facts dd").contains(&"0 % rejected of 1".to_owned()), "{}", page.text);
        let form = page.form(&["pattern", "kind"]).expect("the form");
        let tried = olga.send(form, &[("action", "shadow"), ("rehearse", "on")]).await;
        let report = tried.texts(".notice[role=status] strong");
        assert_eq!(report, ["Newly held 0, released 1."]);
        assert!(tried.text.contains("of which moderators had approved 1"), "{}", tried.text);
    }

    async fn only_owners_try_rules_on_posts(app: TestApp) {
        let mora = app.login(MODERATOR).await;
        let page = mora.get(&app.path("admin/rules")).await;
        assert!(page.form(&["pattern", "kind"]).is_none());
        let form = page.form(&["title", "body"]).expect("the test box");
        let token = form.fields.iter().find(|(name, _)| name == "csrf_token").expect("a token").1.clone();
        let refused = mora
            .post(
                &app.path("admin/rules"),
                &[("csrf_token", &token), ("kind", "word"), ("pattern", "x"), ("in_body", "on"),
                  ("action", "hold"), ("severity", "2"), ("rehearse", "on")],
            )
            .await;
        assert_eq!(refused.status, 403);
    }

    async fn disguised_words_are_held_and_the_hit_says_how_it_was_seen(app: TestApp) {
        let disguised = WORD.replacen('o', "0", 1);
        let post = app.submit("Hidden", &format!("A {disguised} thing.")).await;
        assert_eq!(post["status"], "held", "{post}");
        assert_eq!(post["hits"][0]["view"], "leet");
        assert_eq!(post["hits"][0]["text"], disguised.as_str());
    }

    async fn a_rule_says_where_it_hit_and_what_it_costs(app: TestApp) {
        let rule = app.api_post("/rules", &json!({"pattern": "lottery", "action": "shadow"})).await.json();
        let path = app.path(&format!("admin/rules/{}", rule["id"].as_str().expect("an id")));
        let mora = app.login(MODERATOR).await;
        let facts = |page: &Page| page.texts("dl.facts dd");
        assert!(facts(&mora.get(&path).await).contains(&"no posts to measure it on".to_owned()));
        app.submit("Luck", "A lottery.").await;
        app.submit("More", "Two lottery tickets.").await;
        app.submit("None", "Nothing.").await;
        let page = mora.get(&path).await;
        assert_eq!(facts(&page)[0], "2, 2 only logged", "{}", page.text);
        assert!(facts(&page).iter().any(|fact| fact.contains("µs a post by itself") && fact.contains("measured on 3")), "{}", page.text);
    }
}
