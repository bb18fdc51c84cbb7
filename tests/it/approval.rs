//! Two people approve what falls into some categories; reasons with variables, and the author's mail before it goes.

use serde_json::Value;

use crate::app::TestApp;
use crate::pair::csrf_token;
use crate::site::{MODERATOR, OWNER};
use crate::visitor::{Page, Visitor};

fn case_path(app: &TestApp, case: &Value) -> String {
    app.path(&format!(
        "admin/queue/{}",
        case["id"].as_str().expect("an id")
    ))
}

async fn status_of(app: &TestApp, case: &Value) -> Value {
    app.post(case["post_id"].as_str().expect("an id")).await["status"].clone()
}

async fn set(app: &TestApp, fields: &[(&str, &str)]) -> Page {
    let olga = app.login(OWNER).await;
    let saved = olga.fill(&app.path("admin/settings"), fields).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    // What is in force is looked up once a second.
    app.clock.advance_ms(1_000);
    saved
}

async fn need_two(app: &TestApp, categories: &[&str]) {
    let body = serde_json::json!({"outcomes": {"second_approval": categories}});
    let sent = Page::read(app.request("PUT", "/rules/outcomes").json(&body)).await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    app.clock.advance_ms(1_000);
}

async fn approve(visitor: &Visitor, path: &str) -> Page {
    let sent = visitor.fill(path, &[("decision", "APPROVED")]).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    visitor.follow(&sent).await
}

both_dbs! {
    async fn two_people_approve_what_the_site_says(app: TestApp) {
        need_two(&app, &["mice", "house"]).await;
        let case = app.submit_held("Both").await;
        let path = case_path(&app, &case);
        let (mora, olga) = (app.login(MODERATOR).await, app.login(OWNER).await);

        let first = approve(&mora, &path).await;
        assert!(first.text.contains("Your approval is kept."), "{}", first.text);
        assert_eq!(status_of(&app, &case).await, "held");
        let again = approve(&mora, &path).await;
        assert!(again.text.contains("You have approved it."), "not twice by the same person: {}", again.text);
        assert_eq!(status_of(&app, &case).await, "held");
        let token = case["task_token"].as_str().expect("a token");
        let program = app.decide(token, "APPROVED").await;
        assert_eq!(program.status, 403, "{}", program.text);

        let back = again.form_to("/take-back-approval").expect("the button");
        mora.send(back.clone(), &[]).await;
        let late = mora.send(back, &[]).await;
        assert!(mora.follow(&late).await.text.contains("no approval of yours"));
        let other = approve(&olga, &path).await;
        assert!(other.text.contains("Your approval is kept."), "{}", other.text);
        let seen = mora.get(&path).await;
        assert!(seen.text.contains("Olga Owner has approved it"), "{}", seen.text);
        approve(&mora, &path).await;
        assert_eq!(status_of(&app, &case).await, "published");
        let trail = mora.get(&path).await;
        assert!(trail.text.contains("First approval by Olga Owner"), "{}", trail.text);

        let bad = app.submit_held("Neither").await;
        let rejected = mora
            .send(mora.get(&case_path(&app, &bad)).await.form(&["decision", "reason"]).expect("the form"), &[("decision", "REJECTED"), ("template", "1")])
            .await;
        assert_eq!(rejected.status, 303, "one is enough to reject");
        assert_eq!(status_of(&app, &bad).await, "rejected");
    }

    async fn many_at_once_keep_what_was_chosen_and_tell_of_each(app: TestApp) {
        app.installation.hold_decisions("main", 0).await;
        let plain = app.submit_held("Plain").await;
        let other = app.submit_held("Other").await;
        let olga = app.login(OWNER).await;
        let token = csrf_token(&olga).await;
        let path = app.path("admin/queue/decisions");
        let names: Vec<String> = [&plain, &other].map(|case| format!("case_{}", case["id"].as_str().expect("an id"))).into();

        let refused = olga
            .post(&path, &[("csrf_token", &token), (&names[0], "1"), (&names[1], "1"), ("decision", "REJECTED"), ("reason", "See {source}.")])
            .await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("Fill in what stands for {source} first."), "{}", refused.text);
        let form = refused.form(&["decision", "reason", "template"]).expect("the form with what was chosen");
        for name in &names {
            assert!(form.fields.contains(&(name.clone(), "1".to_owned())), "{:?}", form.fields);
        }
        assert!(form.fields.contains(&("reason".to_owned(), "See {source}.".to_owned())));

        need_two(&app, &["house"]).await;
        let first = olga.send(form, &[("decision", "APPROVED"), ("reason", "Fine.")]).await;
        assert_eq!(first.status, 409);
        assert_eq!(first.texts(".earlier .status.wait").len(), 2, "{}", first.text);
        need_two(&app, &[]).await;
        set(&app, &[("name", "The Blog")]).await;
        let sent = olga
            .post(&path, &[("csrf_token", &token), (&names[0], "1"), (&names[1], "1"), ("decision", "REJECTED"), ("reason", "{author}, “{title}” is not for {site}.")])
            .await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        for (case, title) in [(&plain, "Plain"), (&other, "Other")] {
            let page = olga.get(&case_path(&app, case)).await;
            assert!(page.text.contains(&format!("Anna Author, “{title}” is not for The Blog.")), "{}", page.text);
        }
    }

    async fn the_author_s_mail_is_looked_at_before_it_goes(app: TestApp) {
        set(&app, &[("template_label_1", "Source"), ("template_language_1", "tr"), ("template_text_1", "{author}, {source} nerede?")]).await;
        let case = app.submit_held("Kaynak").await;
        let mora = app.login(MODERATOR).await;
        let path = case_path(&app, &case);
        let page = mora.get(&path).await;
        assert!(page.texts("#template option").contains(&"1 Source (tr)".to_owned()), "{:?}", page.texts("#template option"));
        assert_eq!(page.attributes("#template option[value='1']", "data-text"), ["Anna Author, {source} nerede?"]);
        let mut form = page.form(&["decision", "reason"]).expect("the form to reject");
        let decision = form.action.clone();
        form.action = page.url.join(&format!("{path}/preview")).expect("a path");

        let refused = mora.send(form.clone(), &[("decision", "REJECTED"), ("template", "1")]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.texts("#reason-error")[0].contains("Fill in what stands for {source} first."));
        form.action = decision.clone();
        let refused = mora.send(form.clone(), &[("decision", "REJECTED"), ("template", "1")]).await;
        assert_eq!(refused.status, 422, "nor does it go out");
        form.action = page.url.join(&format!("{path}/preview")).expect("a path");
        let reason = ("reason", "Anna, kaynak nerede?");
        let shown = mora.send(form.clone(), &[("decision", "REJECTED"), reason]).await;
        assert_eq!(shown.status, 200, "{}", shown.text);
        assert_eq!(shown.texts(".mail-preview h2"), ["Not published: “Kaynak”"]);
        assert!(shown.texts(".mail-preview pre")[0].contains("> Anna, kaynak nerede?"));
        assert_eq!(status_of(&app, &case).await, "held");
        let form = shown.form(&["decision", "reason"]).expect("the form with what was typed");
        assert_eq!(mora.send(form, &[("decision", "REJECTED")]).await.status, 303);
        app.app.run_until_idle().await.expect("work until idle");
        let mail = app.inbox().into_iter().find(|mail| mail.subject == "Not published: “Kaynak”").expect("the mail");
        assert!(mail.text.contains("> Anna, kaynak nerede?"), "{}", mail.text);
    }
}
