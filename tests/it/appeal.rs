//! Appeals: an author asks that somebody else looks at a rejection again, in the browser and in the mails.

use serde_json::Value;

use crate::app::TestApp;
use crate::site::{AUTHOR, MODERATOR, OWNER};
use crate::visitor::{Page, Visitor};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn says(page: &Page, status: u16, text: &str) {
    assert_eq!(page.status, status, "{}", page.text);
    assert!(page.text.contains(text), "no {text:?} in {}", page.text);
}

/// A post of the author's that the moderator has rejected; its id.
async fn rejected(app: &TestApp, mora: &Visitor, title: &str) -> String {
    let case = app.submit_held(title).await;
    let path = app.path(&format!(
        "admin/queue/{}",
        case["id"].as_str().expect("an id")
    ));
    let fields = [("decision", "REJECTED"), ("reason", "Too loud.")];
    assert_eq!(mora.fill(&path, &fields).await.status, 303);
    app.app.run_until_idle().await.expect("work");
    case["post_id"].as_str().expect("an id").to_owned()
}

async fn appeal(app: &TestApp, anna: &Visitor, post: &str) -> Value {
    let page = anna.get(&app.path(&format!("mine/{post}"))).await;
    let form = page.form(&["statement"]).expect("the form to appeal");
    let sent = anna
        .send(
            form,
            &[("statement", "It quotes somebody.\nRead it again.")],
        )
        .await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    app.app.run_until_idle().await.expect("work");
    app.case_of(post).await
}

fn subjects(app: &TestApp) -> Vec<String> {
    app.inbox().into_iter().map(|mail| mail.subject).collect()
}

both_dbs! {
    async fn somebody_else_overturns_a_decision(app: TestApp) {
        let (anna, mora, olga) = (app.login(AUTHOR).await, app.login(MODERATOR).await, app.login(OWNER).await);
        let post = rejected(&app, &mora, "Hear me").await;
        let mine = app.path(&format!("mine/{post}"));

        let empty = anna.fill(&mine, &[("statement", "  ")]).await;
        says(&empty, 422, "Your words must not be empty.");
        let case = appeal(&app, &anna, &post).await;

        says(&anna.get(&mine).await, 200, "Your appeal waits for a moderator.");
        let path = app.path(&format!("admin/queue/{}", case["id"].as_str().expect("an id")));
        let seen = mora.get(&path).await;
        says(&seen, 200, "It quotes somebody.");
        says(&seen, 200, "Mora Moderator rejected it: “Too loud.”");
        says(&mora.submit(&seen, &[("decision", "APPROVED")]).await, 403, "Somebody else hears it.");
        assert_eq!(app.post(&post).await["status"], "held");
        let queue = olga.get(&app.path("admin/queue?category=appeal")).await;
        says(&queue, 200, "Hear me");
        assert_eq!(olga.fill(&path, &[("decision", "APPROVED")]).await.status, 303);
        app.app.run_until_idle().await.expect("work");

        assert_eq!(app.post(&post).await["status"], "published");
        let after = anna.get(&mine).await;
        says(&after, 200, "Appeal granted, published");
        assert!(after.form(&["statement"]).is_none());
        let subjects = subjects(&app);
        for subject in ["Your appeal waits for a moderator: “Hear me”", "Published after your appeal: “Hear me”"] {
            assert_eq!(subjects.iter().filter(|other| *other == subject).count(), 1, "{subjects:?}");
        }
    }

    async fn a_statement_of_reasons_ends_where_an_appeal_published(app: TestApp) {
        let (anna, mora) = (app.login(AUTHOR).await, app.login(MODERATOR).await);
        let post = rejected(&app, &mora, "Kept back for two days").await;
        let statements = app.path("admin/transparency/statements.json?year=2030");
        let told = app.login(OWNER).await.get(&statements).await.json();
        assert!(told["statements"][0].get("end_date_visibility_restriction").is_none(), "{told}");
        let case = appeal(&app, &anna, &post).await;

        app.clock.advance_ms(2 * DAY_MS);
        let olga = app.login(OWNER).await;
        let path = app.path(&format!("admin/queue/{}", case["id"].as_str().expect("an id")));
        assert_eq!(olga.fill(&path, &[("decision", "APPROVED")]).await.status, 303);
        app.app.run_until_idle().await.expect("work");

        let told = olga.get(&statements).await.json();
        assert_eq!(told["statements"].as_array().map(Vec::len), Some(1), "{told}");
        assert_eq!(told["statements"][0]["application_date"], "2030-01-01");
        assert_eq!(told["statements"][0]["end_date_visibility_restriction"], "2030-01-03");
    }

    async fn a_decision_that_was_upheld_cannot_be_appealed_again(app: TestApp) {
        let (anna, mora, olga) = (app.login(AUTHOR).await, app.login(MODERATOR).await, app.login(OWNER).await);
        let post = rejected(&app, &mora, "Hear me not").await;
        let mine = app.path(&format!("mine/{post}"));
        let form = anna.get(&mine).await.form(&["statement"]).expect("the form to appeal");
        let case = appeal(&app, &anna, &post).await;
        let path = app.path(&format!("admin/queue/{}", case["id"].as_str().expect("an id")));
        let fields = [("decision", "REJECTED"), ("reason", "It is still too loud.")];
        assert_eq!(olga.fill(&path, &fields).await.status, 303);
        app.app.run_until_idle().await.expect("work");

        let after = anna.get(&mine).await;
        says(&after, 200, "The decision stands after your appeal.");
        says(&after, 200, "It is still too loud.");
        assert!(after.form(&["statement"]).is_none());
        says(&anna.send(form, &[("statement", "Again!")]).await, 422, "was heard before");
        let upheld = app.inbox().into_iter().find(|mail| mail.subject == "The decision stands: “Hear me not”");
        assert!(upheld.expect("a mail").text.contains("> It is still too loud."));

        // A correction is a new text, with a decision of its own.
        assert_eq!(anna.fill(&mine, &[("body", "All quiet.")]).await.status, 303);
        assert_eq!(app.post(&post).await["status"], "published");
    }

    async fn an_appeal_has_its_own_deadline_and_is_open_for_six_months(app: TestApp) {
        let (anna, mora) = (app.login(AUTHOR).await, app.login(MODERATOR).await);
        let late = rejected(&app, &mora, "Too late").await;
        let page = anna.get(&app.path(&format!("mine/{late}"))).await;
        let form = page.form(&["statement"]).expect("the form to appeal");
        let post = rejected(&app, &mora, "In time").await;
        appeal(&app, &anna, &post).await;

        app.clock.advance_ms(15 * DAY_MS);
        app.app.run_until_idle().await.expect("work");
        let escalated = app.inbox().into_iter().any(|mail| mail.to.contains(OWNER) && mail.text.contains("In time"));
        assert!(escalated, "{:?}", subjects(&app));
        assert_eq!(app.post(&post).await["status"], "held");

        app.clock.advance_ms(169 * DAY_MS);
        let anna = app.login(AUTHOR).await;
        let fields = anna.get(&app.path("write")).await.form(&["body"]).expect("a form").fields;
        let token = fields.into_iter().find(|(name, _)| name == "csrf_token").expect("a token").1;
        let fields = [("csrf_token", token.as_str()), ("statement", "Please.")];
        let refused = anna.send(form, &fields).await;
        says(&refused, 422, "older than six months");
        assert!(refused.form(&["statement"]).is_none());
    }
}
