//! The owners' figures: stats with curves, tables and CSV, the yearly report, and statements of reasons.

use serde_json::Value;

use crate::app::TestApp;
use crate::site::{MODERATOR, OWNER};
use crate::visitor::{Page, Visitor};

const HOUR_MS: i64 = 60 * 60 * 1000;

fn says(page: &Page, status: u16, text: &str) {
    assert_eq!(page.status, status, "{}", page.text);
    assert!(page.text.contains(text), "no {text:?} in {}", page.text);
}

async fn decide(app: &TestApp, who: &Visitor, title: &str, after_ms: i64, fields: &[(&str, &str)]) {
    let case = app.submit_held(title).await;
    app.clock.advance_ms(after_ms);
    let path = app.path(&format!(
        "admin/queue/{}",
        case["id"].as_str().expect("an id")
    ));
    assert_eq!(who.fill(&path, fields).await.status, 303);
}

both_dbs! {
    async fn figures_are_drawn_listed_and_exported(app: TestApp) {
        let (mora, olga) = (app.login(MODERATOR).await, app.login(OWNER).await);
        app.submit_held("Left waiting").await;
        for (hours, decision) in [(1, "APPROVED"), (2, "REJECTED"), (3, "APPROVED")] {
            app.app.run_until_idle().await.expect("work");
            decide(&app, &mora, "One of three", hours * HOUR_MS, &[("decision", decision), ("reason", "Because.")]).await;
        }
        decide(&app, &olga, "By the owner", HOUR_MS, &[("decision", "APPROVED")]).await;
        app.app.run_until_idle().await.expect("work");

        let page = olga.get(&app.path("admin/stats")).await;
        says(&page, 200, "Median time to a decision");
        assert!(page.texts(".figures dd").contains(&"100 %".to_owned()), "{}", page.text);
        assert_eq!(page.texts("figure svg title").len(), 3, "{}", page.text);
        let csv = olga.get(&app.path("admin/stats.csv?of=moderators")).await;
        let lines: Vec<&str> = csv.text.lines().collect();
        assert_eq!(lines[0], "moderator,cases,approved,rejected,overturned,median_seconds,p90_seconds");
        assert_eq!(lines[1], "Mora Moderator,3,2,1,0,7200,7200");
        assert_eq!(lines[2], "Olga Owner,1,1,0,0,3600,3600");
        let own = mora.get(&app.path("admin/stats.csv?of=moderators")).await;
        assert_eq!(own.text.lines().count(), 2, "a moderator sees only herself: {}", own.text);
        assert!(!mora.get(&app.path("admin/stats")).await.text.contains("Olga Owner</th>"));
        let categories = mora.get(&app.path("admin/stats.csv?of=categories")).await;
        assert!(categories.text.contains("house,5,3,1,0,3600,7200"), "{}", categories.text);
        let rules = mora.get(&app.path("admin/stats.csv?of=rules")).await;
        assert!(rules.text.contains("forbidden,5,3,1"), "{}", rules.text);
        let days = mora.get(&app.path("admin/stats.csv?of=days")).await;
        assert_eq!(days.text.lines().count(), 15);
        assert!(days.text.lines().last().expect("today").starts_with("2030-01-01,1,25200,3,1"), "{}", days.text);
        assert_eq!(mora.get(&app.path("admin/stats.csv?of=nothing")).await.status, 400);
    }

    async fn what_waits_beyond_the_target_is_not_in_time(app: TestApp) {
        let mora = app.login(MODERATOR).await;
        decide(&app, &mora, "In time", HOUR_MS, &[("decision", "APPROVED")]).await;
        app.submit_held("Still young").await;
        app.clock.advance_ms(HOUR_MS);
        let in_time = |page: &Page| page.texts(".figures > div").into_iter().find(|text| text.contains("Within the target")).expect("the figure");
        let olga = app.login(OWNER).await;
        let young = in_time(&olga.get(&app.path("admin/stats")).await);
        assert!(young.contains("100 %"), "{young}");

        app.clock.advance_ms(24 * HOUR_MS);
        let olga = app.login(OWNER).await;
        let late = in_time(&olga.get(&app.path("admin/stats")).await);
        assert!(late.contains("50 %"), "one of the two was not decided in time: {late}");
    }

    async fn each_rejection_has_a_statement_without_personal_data(app: TestApp) {
        let (mora, olga) = (app.login(MODERATOR).await, app.login(OWNER).await);
        let reason = "Anna, write to help@example.org about this.";
        decide(&app, &mora, "Kept back", HOUR_MS, &[("decision", "REJECTED"), ("reason", reason)]).await;
        decide(&app, &mora, "Let pass", HOUR_MS, &[("decision", "APPROVED")]).await;
        app.submit("Clean", "Nothing to see.").await;
        app.app.run_until_idle().await.expect("work");

        let mail = app.inbox().into_iter().find(|mail| mail.subject == "Not published: “Kept back”").expect("a mail");
        for words in ["On what ground: The rules of Gatepost on: house.", "A moderator read it", "you can appeal", "2030"] {
            assert!(mail.text.contains(words), "no {words:?} in {}", mail.text);
        }
        let path = app.path("admin/transparency/statements.json?year=2030");
        let batch: Value = olga.get(&path).await.json();
        let statements = batch["statements"].as_array().expect("a list");
        assert_eq!(statements.len(), 1, "{batch}");
        let statement = &statements[0];
        assert_eq!(statement["decision_ground"], "DECISION_GROUND_INCOMPATIBLE_CONTENT");
        assert_eq!(statement["incompatible_content_explanation"], "[removed], write to [removed] about this.");
        assert_eq!(statement["automated_detection"], "Yes");
        assert_eq!(statement["automated_decision"], "AUTOMATED_DECISION_NOT_AUTOMATED");
        assert_eq!(statement["content_date"], "2030-01-01");
        // The site's own words, where the database has none; and only what somebody said.
        assert_eq!(statement["category"], "STATEMENT_CATEGORY_OTHER_VIOLATION_TC");
        assert_eq!(statement["category_specification"], serde_json::json!(["KEYWORD_OTHER"]));
        assert_eq!(statement["category_specification_other"], "house");
        assert!(statement.get("incompatible_content_illegal").is_none(), "nobody judged that: {statement}");
        // The database asks for the countries; it is kept back in all of the European Economic Area.
        let countries = statement["territorial_scope"].as_array().expect("a list");
        assert!(countries.len() == 30 && countries.contains(&"IE".into()) && countries.contains(&"NO".into()), "{countries:?}");
        let report = olga.get(&app.path("admin/transparency?year=2030")).await;
        assert_eq!(report.texts("dd")[..5], ["1", "2", "1", "1", "0"], "{}", report.text);
        assert_eq!(report.texts("dd")[6..], ["1 h 0 m", "1 h 0 m", "0", "0"], "{}", report.text);
        let before = olga.get(&app.path("admin/transparency?year=2029")).await;
        assert_eq!(before.texts("dd")[6..], ["–", "–", "0", "0"], "nothing of another year: {}", before.text);
        assert_eq!(mora.get(&path).await.status, 403);
        let none: Value = olga.get(&app.path("admin/transparency/statements.json?year=2029")).await.json();
        assert_eq!(none["statements"], serde_json::json!([]));
    }

    async fn a_rejection_without_a_reason_is_a_persons_too(app: TestApp) {
        let case = app.submit_held("Without words").await;
        let token = case["task_token"].as_str().expect("a token");
        assert_eq!(app.decide(token, "REJECTED").await.status, 200);
        app.app.run_until_idle().await.expect("work");

        // The database wants an explanation, and gets a true one.
        let olga = app.login(OWNER).await;
        let told = olga.get(&app.path("admin/transparency/statements.json?year=2030")).await.json();
        assert_eq!(told["statements"][0]["incompatible_content_explanation"], "No reason is kept.");
        let mail = app.inbox().into_iter().find(|mail| mail.subject == "Not published: “Without words”").expect("a mail");
        assert!(mail.text.contains("A moderator read it"), "{}", mail.text);
        assert!(!mail.text.contains("no person was involved"), "{}", mail.text);
    }

    async fn statements_come_a_hundred_at_a_time(app: TestApp) {
        let olga = app.login(OWNER).await;
        for number in 0..101 {
            let case = app.submit_held(&format!("Post {number}")).await;
            let token = case["task_token"].as_str().expect("a token");
            assert_eq!(app.decide(token, "REJECTED").await.status, 200);
            app.clock.advance_ms(1);
        }

        let first = olga.get(&app.path("admin/transparency/statements.json?year=2030")).await;
        let link = first.headers["link"].to_str().expect("text").to_owned();
        let next = link.trim_start_matches('<').split('>').next().expect("a URL");
        let second = olga.get(next).await;

        let puids = |page: &Page| -> Vec<String> {
            let batch = page.json();
            let statements = batch["statements"].as_array().expect("a list").clone();
            statements.iter().map(|statement| statement["puid"].as_str().expect("an id").to_owned()).collect()
        };
        assert_eq!((puids(&first).len(), puids(&second).len()), (100, 1));
        assert!(!second.headers.contains_key("link"));
        let page = olga.get(&app.path("admin/transparency?year=2030")).await;
        assert_eq!(page.texts("a[download]"), ["1 to 100", "101 to 101"]);
        let listed = olga.get(&page.attributes("a[download]", "href")[1]).await;
        assert_eq!(puids(&listed), puids(&second), "what a person downloads is what a program goes on to");
        let none = olga.get(&app.path("admin/transparency?year=2029")).await;
        says(&none, 200, "There is none of this year.");
        let mut all = [puids(&first), puids(&second)].concat();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 101);
    }
}
