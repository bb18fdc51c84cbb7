//! Decisions that can be taken back: the queue knows of them at once, readers, authors and mails only once the hold is
//! over, and no crash loses or hastens one.

use serde_json::Value;

use crate::app::TestApp;
use crate::mailbox::wait_for;
use crate::pair::csrf_token;
use crate::process::Installation;
use crate::site::{AUTHOR, MODERATOR, OWNER, Site, WORD};
use crate::visitor::{Page, Visitor};

/// The hold in these tests.
const SECONDS: i64 = 10;

fn case_path(site: &Site, case: &Value) -> String {
    site.path(&format!(
        "admin/queue/{}",
        case["id"].as_str().expect("an id")
    ))
}

/// Lets `email` decide on the case's page.
pub async fn decide(site: &Site, case: &Value, email: &str, fields: &[(&str, &str)]) -> Visitor {
    let moderator = site.login(email).await;
    let page = moderator.get(&case_path(site, case)).await;
    let sent = moderator.submit(&page, fields).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    moderator
}

/// Presses the undo button of the case.
async fn undo(site: &Site, moderator: &Visitor, case: &Value) -> Page {
    let token = csrf_token(moderator).await;
    let path = format!("{}/undo", case_path(site, case));
    moderator.post(&path, &[("csrf_token", &token)]).await
}

async fn status_of(site: &Site, case: &Value) -> Value {
    let post = site.post(case["post_id"].as_str().expect("an id")).await;
    post["status"].clone()
}

async fn case_status(site: &Site, case: &Value) -> Value {
    let path = format!("/queue/{}", case["id"].as_str().expect("an id"));
    site.api_get(&path).await.json()["status"].clone()
}

/// The subjects of the mails that the author has got.
fn told(app: &TestApp) -> Vec<String> {
    let inbox = app.inbox();
    let mails = inbox.iter().filter(|mail| mail.to == AUTHOR);
    mails.map(|mail| mail.subject.clone()).collect()
}

async fn held_app(app: &TestApp) {
    app.installation.hold_decisions("main", SECONDS).await;
}

both_dbs! {
    async fn a_decision_takes_effect_when_its_hold_is_over(app: TestApp) {
        held_app(&app).await;
        let case = app.submit_held("Patience").await;
        app.app.run_until_idle().await.expect("work");
        let before = told(&app);
        let anna = app.login(AUTHOR).await;
        let mine = app.path(&format!("mine/{}", case["post_id"].as_str().expect("an id")));
        let seen = anna.get(&mine).await.texts("main");
        assert!(seen.concat().contains("Place in the queue"), "{seen:?}");

        let mora = decide(&app, &case, MODERATOR, &[("decision", "APPROVED")]).await;

        assert_eq!(case_status(&app, &case).await, "approved", "the queue knows at once");
        assert_eq!(anna.get(&mine).await.texts("main"), seen, "the author does not");
        assert!(mora.get(&app.path("admin/queue")).await.texts(".rows a.name").is_empty());
        app.clock.advance_ms(SECONDS * 1_000 - 1);
        app.app.run_until_idle().await.expect("work");
        assert_eq!(status_of(&app, &case).await, "held");
        assert_eq!(told(&app), before, "nobody has heard of it");
        app.clock.advance_ms(1);
        app.app.run_until_idle().await.expect("work");
        assert_eq!(status_of(&app, &case).await, "published");
        assert_eq!(told(&app).len(), before.len() + 1);
        let late = mora.follow(&undo(&app, &mora, &case).await).await;
        assert!(late.text.contains("Too late"), "{}", late.text);
        assert_eq!(status_of(&app, &case).await, "published");
    }

    async fn a_decision_is_taken_back_and_its_words_are_kept(app: TestApp) {
        held_app(&app).await;
        let case = app.submit_held("Hasty").await;
        let words = [("decision", "REJECTED"), ("reason", "Far too long to type twice."), ("note", "for us")];
        let mora = app.login(MODERATOR).await;
        let page = mora.get(&case_path(&app, &case)).await;
        let form = page.form(&["decision", "reason"]).expect("the form to reject");
        assert_eq!(mora.send(form, &words).await.status, 303);
        app.clock.advance_ms(1_000);
        let bar = mora.get(&app.path("admin/queue")).await;
        assert_eq!(bar.texts(".undo .what"), ["Rejected “Hasty”"]);

        let undone = mora.send(bar.form_to(&format!("{}/undo", case_path(&app, &case))).expect("a button"), &[]).await;

        let page = mora.follow(&undone).await;
        assert_eq!(case_status(&app, &case).await, "waiting");
        let form = page.form(&["decision", "reason"]).expect("the form to reject");
        for (name, value) in &words[1..] {
            assert!(form.fields.contains(&((*name).to_owned(), (*value).to_owned())), "{:?}", form.fields);
        }
        app.clock.advance_ms(3_600_000);
        app.app.run_until_idle().await.expect("work");
        assert_eq!(status_of(&app, &case).await, "held", "the decision does not come back");
        decide(&app, &case, OWNER, &[("decision", "APPROVED")]).await;
        app.clock.advance_ms(SECONDS * 1_000);
        app.app.run_until_idle().await.expect("work");
        assert_eq!(status_of(&app, &case).await, "published");
    }

    async fn only_who_decided_and_the_owners_take_back(app: TestApp) {
        held_app(&app).await;
        app.installation.run_with(&["user", "add", "--site", "main", "--email", "max@example.org", "--role", "moderator",
            "--password-stdin"], crate::site::PASSWORD).await;
        let case = app.submit_held("Mine to undo").await;
        decide(&app, &case, MODERATOR, &[("decision", "APPROVED")]).await;

        let max = app.login("max@example.org").await;
        assert!(max.get(&case_path(&app, &case)).await.texts(".undo .what").is_empty());
        let refused = undo(&app, &max, &case).await;
        assert_eq!(refused.status, 403, "{}", refused.text);
        assert!(refused.text.contains("Mora Moderator"), "{}", refused.text);
        let olga = app.login(OWNER).await;
        assert_eq!(olga.get(&case_path(&app, &case)).await.texts(".undo .what"), ["Approved “Mine to undo”"]);
        assert_eq!(undo(&app, &olga, &case).await.status, 303);
        assert_eq!(case_status(&app, &case).await, "waiting");
    }

    async fn a_second_decision_is_told_of_the_one_that_is_held(app: TestApp) {
        held_app(&app).await;
        let case = app.submit_held("Contested").await;
        let (mora, olga) = (app.login(MODERATOR).await, app.login(OWNER).await);
        let seen = olga.get(&case_path(&app, &case)).await;
        mora.fill(&case_path(&app, &case), &[("decision", "APPROVED")]).await;

        let form = seen.form(&["decision", "reason"]).expect("the form to reject");
        let other = olga.send(form, &[("decision", "REJECTED"), ("reason", "No.")]).await;
        assert_eq!(other.status, 409);
        assert!(other.text.contains("Mora Moderator was first"), "{}", other.text);
        let same = olga.follow(&olga.submit(&seen, &[("decision", "APPROVED")]).await).await;
        assert!(same.text.contains("Mora Moderator had approved the post before."), "{}", same.text);
        assert_eq!(status_of(&app, &case).await, "held");
    }

    async fn a_program_is_told_what_cannot_be_taken_back(app: TestApp) {
        held_app(&app).await;
        let at_once = app.submit_held("By a program").await;
        let token = at_once["task_token"].as_str().expect("a token");
        assert_eq!(app.decide(token, "APPROVED").await.status, 200);
        assert_eq!(status_of(&app, &at_once).await, "published", "APIs are not held");

        let case = app.submit_held("By both").await;
        let token = case["task_token"].as_str().expect("a token");
        decide(&app, &case, MODERATOR, &[("decision", "APPROVED")]).await;
        let other = app.decide(token, "REJECTED").await;
        assert_eq!(other.status, 409, "{}", other.text);
        assert_eq!(other.json()["code"], "already_decided");
        assert_eq!(status_of(&app, &case).await, "held");
        let same = app.decide(token, "APPROVED").await;
        assert_eq!(same.status, 200, "{}", same.text);
        assert_eq!(status_of(&app, &case).await, "published", "what was acknowledged stands");
        let mora = app.login(MODERATOR).await;
        undo(&app, &mora, &case).await;
        assert_eq!(status_of(&app, &case).await, "published");
    }

    async fn a_new_revision_or_a_withdrawal_drops_what_is_held(app: TestApp) {
        held_app(&app).await;
        let anna = app.login(AUTHOR).await;
        for (title, action, expected) in [("Revised", "revise", "held"), ("Withdrawn", "withdraw", "withdrawn")] {
            let body = format!("A {WORD} word.");
            let sent = anna.fill(&app.path("write"), &[("title", title), ("body", &body)]).await;
            let mine = anna.follow(&sent).await;
            let post = mine.url.path().rsplit('/').next().expect("an id").to_owned();
            let case = app.case_of(&post).await;
            decide(&app, &case, MODERATOR, &[("decision", "APPROVED")]).await;

            let mut form = mine.form_to(&format!("{}/{action}", mine.url.path())).expect("the form");
            form.fields.retain(|(name, _)| name != "preview");
            let done = anna.send(form, &[]).await;

            assert_eq!(done.status, 303, "{}", done.text);
            assert_eq!(case_status(&app, &case).await, "void");
            app.clock.advance_ms(SECONDS * 1_000);
            app.app.run_until_idle().await.expect("work");
            assert_eq!(app.post(&post).await["status"], expected, "{title}");
        }
    }

    async fn the_tasks_own_time_does_not_overtake_a_decision(app: TestApp) {
        held_app(&app).await;
        let case = app.submit_held("At the last moment").await;
        let mora = app.login(MODERATOR).await;
        let page = mora.get(&case_path(&app, &case)).await;
        let week_ms = 7 * 24 * 3_600_000;
        app.clock.advance_ms(week_ms - 3_000);
        let fresh = app.login(MODERATOR).await;
        let form = page.form(&["decision"]).expect("a form");
        let token = csrf_token(&fresh).await;
        let sent = fresh.send(form, &[("decision", "APPROVED"), ("csrf_token", &token)]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);

        // Nobody was there when the hold was over, nor when the task's time was.
        app.clock.advance_ms(24 * 3_600_000);
        app.app.run_until_idle().await.expect("work");

        assert_eq!(status_of(&app, &case).await, "published");
        let owners: Vec<String> = app.inbox().into_iter().filter(|mail| mail.to == OWNER).map(|mail| mail.subject).collect();
        assert!(!owners.iter().any(|subject| subject.contains("Nobody decided")), "{owners:?}");
    }

    async fn the_hold_outlives_kill_nine(installation: Installation) {
        let site = installation.prepare().await;
        installation.hold_decisions("main", 120).await;
        let server = installation.serve().await;
        let at = site.at(&server.base);
        let kept = at.submit_held("To be taken back").await;
        decide(&at, &kept, MODERATOR, &[("decision", "APPROVED")]).await;
        drop(server);

        // Not hastened: it can be taken back.
        let server = installation.serve().await;
        let at = site.at(&server.base);
        assert_eq!(status_of(&at, &kept).await, "held");
        let mora = at.login(MODERATOR).await;
        assert_eq!(undo(&at, &mora, &kept).await.status, 303);
        assert_eq!(case_status(&at, &kept).await, "waiting");
        drop(server);

        // Not lost: it takes effect by itself.
        installation.hold_decisions("main", 1).await;
        let server = installation.serve().await;
        let at = site.at(&server.base);
        let gone = at.submit_held("To take effect").await;
        decide(&at, &gone, MODERATOR, &[("decision", "REJECTED"), ("reason", "Not of this house.")]).await;
        drop(server);
        let server = installation.serve().await;
        let at = site.at(&server.base);
        let folder = installation.database.folder.path();
        wait_for(folder, |mail| mail.to == AUTHOR && mail.text.contains("Not of this house.")).await;
        assert_eq!(status_of(&at, &gone).await, "rejected");
        assert_eq!(status_of(&at, &kept).await, "held");
    }
}
