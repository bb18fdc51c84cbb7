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

    async fn a_rule_with_a_collision_is_shown_once_before_it_is_saved(app: TestApp) {
        let olga = app.login(OWNER).await;
        let rules = app.path("admin/rules");
        let saved = async || olga.get(&rules).await.texts(".rows a.name");

        let form = olga.get(&rules).await.form(&["pattern", "kind"]).expect("the form of a rule");
        let typed = [("kind", "wildcard"), ("pattern", "smart*"), ("category", "gadgets"), ("comment", "So.")];
        let shown = olga.send(form, &typed).await;
        assert_eq!(shown.status, 422, "{}", shown.text);
        assert_eq!(shown.texts("#rehearsal li"), ["“smart*” also holds the common word “smartwatch”."], "{}", shown.text);
        assert_eq!(saved().await, [WORD], "nothing is saved");
        let form = shown.form(&["pattern", "kind"]).expect("the form with what was typed");
        for (name, value) in typed {
            assert!(form.fields.contains(&(name.to_owned(), value.to_owned())), "{name}: {:?}", form.fields);
        }

        // Another rule was not seen with the first, a note or a reason is the same one.
        let other = olga.send(form.clone(), &[("pattern", "smar*")]).await;
        assert_eq!((other.status, saved().await), (422, vec![WORD.to_owned()]), "{}", other.text);
        let done = olga.send(form, &[("note", "Known."), ("comment", "Because.")]).await;
        assert_eq!((done.status, saved().await), (303, vec!["smart*".to_owned(), WORD.to_owned()]), "{}", done.text);

        let path = olga.get(&rules).await.links("smart*").remove(0);
        let form = olga.get(&path).await.form(&["pattern", "kind"]).expect("the form");
        let severer = olga.send(form.clone(), &[("severity", "4")]).await;
        assert_eq!(severer.status, 303, "it held the word before: {}", severer.text);
        let wider = olga.send(form.clone(), &[("pattern", "sma*")]).await;
        assert_eq!((wider.status, wider.texts("#rehearsal li").len()), (422, 1), "{}", wider.text);
        let only_logged = olga.send(form, &[("pattern", "sma*"), ("action", "shadow")]).await;
        assert_eq!(only_logged.status, 303, "{}", only_logged.text);
        let form = olga.get(&path).await.form(&["pattern", "kind"]).expect("the form");
        assert_eq!(olga.send(form, &[("action", "hold")]).await.status, 422);
    }

    async fn what_holds_many_posts_is_shown_once_before_it_is_saved(app: TestApp) {
        for number in 0..6 {
            app.submit(&format!("Of birds {number}"), "A harmless zeppelin.").await;
        }
        let olga = app.login(OWNER).await;
        let rules = app.path("admin/rules");
        let of_rule = olga.get(&rules).await.form(&["pattern", "kind"]).expect("the form of a rule");
        let of_list = olga.get(&rules).await.form_to("/import").expect("the form of a list");

        for (form, typed) in [(of_rule, ("pattern", "zeppelin")), (of_list, ("text", "zeppelins\nzeppel*"))] {
            let shown = olga.send(form, &[typed]).await;
            assert_eq!(shown.status, 422, "{}", shown.text);
            assert!(shown.texts("#rehearsal").concat().contains("This would keep back 100 % of your posts."), "{}", shown.text);
            assert_eq!(olga.get(&rules).await.texts(".rows a.name"), [WORD], "nothing is saved");
            let form = shown.form(&["seen"]).expect("a form to save it anyway");
            assert!(form.fields.contains(&(typed.0.to_owned(), typed.1.to_owned())), "{:?}", form.fields);
            assert_eq!(olga.send(form, &[]).await.status, 303);
            let removed = olga.get(&rules).await.texts(".rows a.name");
            for pattern in removed.iter().filter(|pattern| *pattern != WORD) {
                let path = olga.get(&rules).await.links(pattern).remove(0);
                let form = olga.get(&path).await.form_to("/remove").expect("the form to remove");
                assert_eq!(olga.send(form, &[]).await.status, 303);
            }
        }
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
