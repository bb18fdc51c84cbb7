//! What decisions suggest, and the ways from there to a rule that somebody accepts.

use serde_json::json;

use crate::app::TestApp;
use crate::site::{MODERATOR, OWNER, WORD};

async fn decide(app: &TestApp, title: &str, body: &str, decision: &str) {
    let post = app.submit(title, body).await;
    let case = app.case_of(post["id"].as_str().expect("an id")).await;
    let token = case["task_token"].as_str().expect("a token");
    assert_eq!(app.decide(token, decision).await.status, 200);
}

both_dbs! {
    async fn decisions_suggest_terms_and_exceptions_that_somebody_accepts(app: TestApp) {
        for number in 0..12 {
            app.submit(&format!("Clean {number}"), "Of birds and the weather.").await;
        }
        for number in 0..3 {
            decide(&app, &format!("Bad {number}"), &format!("Zorbium pills, {WORD} birds."), "REJECTED").await;
            decide(&app, &format!("Good {number}"), &format!("The {WORD} city in Peking."), "APPROVED").await;
        }
        let olga = app.login(OWNER).await;
        let page = olga.get(&app.path("admin/rules/suggestions")).await;
        let names = page.texts(".rows a.name");
        assert!(names.contains(&"zorbium".to_owned()) && names.contains(&"pills".to_owned()), "{names:?}");
        assert!(!names.contains(&"birds".to_owned()), "it stands in clean posts: {names:?}");
        assert!(!names.contains(&WORD.to_owned()), "a rule finds it: {names:?}");
        assert!(names.contains(&format!("the {WORD} city")), "{names:?}");

        let path = page.links(&format!("the {WORD} city")).remove(0);
        let form = olga.get(&path).await;
        assert_eq!(form.texts("#rehearsal strong"), ["Newly held 0, released 3."], "{}", form.text);
        assert!(form.text.contains("of which moderators had approved 3"), "{}", form.text);
        assert_eq!(app.submit("Still", &format!("The {WORD} city.")).await["status"], "held", "nothing is saved");
        let form = form.form(&["pattern", "kind"]).expect("the form, filled");
        assert_eq!(olga.send(form, &[]).await.status, 303);
        assert_eq!(app.submit("Now", &format!("The {WORD} city.")).await["status"], "published");
        assert_eq!(app.submit("But", &format!("A {WORD} word.")).await["status"], "held");

        let mora = app.login(MODERATOR).await;
        assert_eq!(mora.get(&app.path("admin/rules/suggestions")).await.status, 403);
    }

    async fn the_test_box_tells_how_good_a_rule_is_and_leads_to_an_exception(app: TestApp) {
        app.api_post("/rules", &json!({"pattern": "smart*"})).await;
        let rule = app.api_post("/rules", &json!({"pattern": "free money"})).await.json();
        decide(&app, "One", "Take free money.", "REJECTED").await;
        let olga = app.login(OWNER).await;
        let page = olga.get(&app.path("admin/rules")).await;
        let form = page.form(&["title", "body"]).expect("the test box");
        let told = olga.send(form, &[("body", "Take fr33 money now, for a smartwatch.")]).await;

        let hits = told.texts(".hits > li");
        assert_eq!(hits.len(), 2, "{}", told.text);
        assert!(hits[0].contains("leet") && hits[0].contains("1 case in 30 days, 100 % rejected of 1"), "{hits:?}");
        assert!(told.links("The rule")[0].ends_with(rule["id"].as_str().expect("an id")));
        let path = told.links("Except it from all rules").remove(0);
        let form = olga.get(&path).await.form(&["pattern", "kind"]).expect("the form");
        let field = |name: &str| form.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
        assert_eq!(field("pattern").as_deref(), Some("Take fr33 money now"));
        assert_eq!((field("kind").as_deref(), field("action").as_deref()), (Some("phrase"), Some("allow")));
    }

    async fn hosts_and_combinations_get_exceptions_from_approved_hits(app: TestApp) {
        app.api_post("/rules", &json!({"kind": "host", "pattern": "shop.example"})).await;
        app.api_post("/rules", &json!({"kind": "combination", "pattern": "\"zorbium\" and words < 20"})).await;
        for number in 0..3 {
            decide(&app, &format!("Host {number}"), "See good.shop.example for it.", "APPROVED").await;
            decide(&app, &format!("Pills {number}"), "The zorbium mine.", "APPROVED").await;
        }
        let olga = app.login(OWNER).await;
        let page = olga.get(&app.path("admin/rules/suggestions")).await;
        let names = page.texts(".rows a.name");
        assert!(names.contains(&"the zorbium mine".to_owned()), "{names:?}");
        for (name, body) in [("the zorbium mine", "The zorbium mine."), ("good.shop.example", "See good.shop.example for it.")] {
            let path = page.links(name).remove(0);
            let form = olga.get(&path).await;
            assert_eq!(form.texts("#rehearsal strong"), ["Newly held 0, released 3."], "{name}: {}", form.text);
            assert_eq!(olga.send(form.form(&["pattern", "kind"]).expect("the form"), &[]).await.status, 303);
            assert_eq!(app.submit("Now", body).await["status"], "published", "{name}");
        }
    }

    async fn the_test_box_shows_what_each_view_reads(app: TestApp) {
        let mora = app.login(MODERATOR).await;
        let form = mora.get(&app.path("admin/rules")).await.form(&["title", "body"]).expect("the test box");
        let told = mora.send(form, &[("body", "**f**r33 m.o.n.e.y [here](https://spam.example/x)")]).await;
        let read: Vec<(String, String)> = told.texts(".readings dt").into_iter().zip(told.texts(".readings dd")).collect();
        let of = |view: &str| read.iter().find(|(shown, _)| shown == view).map(|(_, text)| text.as_str());
        assert_eq!(of("as typed"), Some("**f**r33 m.o.n.e.y [here](https://spam.example/x)"), "{read:?}");
        assert_eq!(of("leet"), Some("free m.o.n.e.y here"), "{read:?}");
        assert_eq!(read.last().map(|(_, text)| text.as_str()), Some("https://spam.example/x"), "{read:?}");
    }
}
