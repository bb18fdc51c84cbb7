//! The link in a moderator's mail: scanners may open it as often as they like, only its moderator decides with it, and
//! only on what it was sent for.

use crate::app::TestApp;
use crate::site::{AUTHOR, MODERATOR, OWNER, WORD};
use crate::visitor::Page;

/// The path of the decision link that was mailed to `address` for the newest case.
async fn mailed_link(app: &TestApp, address: &str) -> String {
    app.app.run_until_idle().await.expect("work");
    let mails = app.inbox();
    let mail = mails
        .iter()
        .rfind(|mail| mail.to == address && mail.text.contains("/decide/"));
    mail.unwrap_or_else(|| panic!("no link was sent to {address}: {mails:?}"))
        .link("/decide/")
}

both_dbs! {
    async fn a_link_decides_once_its_moderator_presses_the_button(app: TestApp) {
        let case = app.submit_held("From the mail").await;
        let link = mailed_link(&app, MODERATOR).await;
        let moderator = app.login(MODERATOR).await;

        let page = moderator.get(&link).await;
        let form = page.form(&["decision"]).expect("a form with both buttons");
        let decided = moderator.send(form.clone(), &[("decision", "APPROVED")]).await;
        let again = moderator.send(form.clone(), &[("decision", "APPROVED")]).await;
        let other = moderator.send(form, &[("decision", "REJECTED"), ("reason", "Too late.")]).await;
        let late = moderator.get(&link).await;

        assert!(page.text.contains("From the mail") && page.text.contains(WORD), "{}", page.text);
        assert_eq!(decided.status, 303, "{}", decided.text);
        assert!(again.status < 400, "the same decision again is acknowledged: {}", again.text);
        assert_eq!(other.status, 409, "{}", other.text);
        assert!(late.text.contains("Mora Moderator"), "a late click learns who decided: {}", late.text);
        assert_eq!(app.post(case["post_id"].as_str().expect("an id")).await["status"], "published");
    }

    async fn scanners_change_nothing(app: TestApp) {
        let case = app.submit_held("Scanned").await;
        let link = mailed_link(&app, MODERATOR).await;

        for _ in 0..20 {
            let scanner = app.visitor();
            let shown = scanner.get(&link).await;
            assert!(shown.status < 400, "{}", shown.text);
            let head = Page::read(scanner.http().head(&link)).await;
            assert!(head.status < 400);
            // Some scanners press every button they find.
            if let Some(form) = shown.form(&["decision"]) {
                let pressed = scanner.send(form, &[("decision", "APPROVED")]).await;
                assert!(pressed.status == 303 || pressed.status >= 400, "{} {}", pressed.status, pressed.text);
            }
        }

        assert_eq!(app.post(case["post_id"].as_str().expect("an id")).await["status"], "held");
        let moderator = app.login(MODERATOR).await;
        let form = moderator.get(&link).await.form(&["decision"]).expect("the link still works");
        assert_eq!(moderator.send(form, &[("decision", "APPROVED")]).await.status, 303);
    }

    async fn a_link_is_of_no_use_to_anybody_else(app: TestApp) {
        let case = app.submit_held("Not for everybody").await;
        let link = mailed_link(&app, MODERATOR).await;

        for email in [AUTHOR, OWNER] {
            let somebody = app.login(email).await;
            let page = somebody.get(&link).await;
            if let Some(form) = page.form(&["decision"]) {
                let pressed = somebody.send(form, &[("decision", "APPROVED")]).await;
                assert!(pressed.status >= 400, "{email}: {} {}", pressed.status, pressed.text);
            }
        }

        assert_eq!(app.post(case["post_id"].as_str().expect("an id")).await["status"], "held");
    }

    async fn a_link_with_one_changed_character_is_none(app: TestApp) {
        app.submit_held("Tampered").await;
        let link = mailed_link(&app, MODERATOR).await;
        let moderator = app.login(MODERATOR).await;
        let start = link.find("/decide/").expect("a link") + "/decide/".len();

        for place in start..link.len() {
            let other = if &link[place..=place] == "a" { "b" } else { "a" };
            let tampered = format!("{}{other}{}", &link[..place], &link[place + 1..]);
            let page = moderator.get(&tampered).await;
            assert!(page.form(&["decision"]).is_none(), "the character at {place} does not count: {tampered}");
            assert!((400..500).contains(&page.status), "{}", page.status);
        }
    }

    async fn a_link_ends_with_its_time_its_revision_and_its_moderators_rights(app: TestApp) {
        app.submit_held("Old").await;
        let link = mailed_link(&app, MODERATOR).await;
        let form_now = async || {
            let moderator = app.login(MODERATOR).await;
            moderator.get(&link).await.form(&["decision"])
        };
        assert!(form_now().await.is_some());

        app.installation.run(&["user", "add", "--site", "main", "--email", MODERATOR, "--role", "author"]).await;
        assert!(form_now().await.is_none(), "an author decides nothing");
        app.installation.run(&["user", "add", "--site", "main", "--email", MODERATOR, "--role", "moderator"]).await;
        app.clock.advance_ms(72 * 60 * 60 * 1000 + 1);
        assert!(form_now().await.is_none(), "three days are over");
    }

    async fn an_edit_voids_the_link(app: TestApp) {
        let author = app.login(AUTHOR).await;
        let title = "Edited while it waits";
        let written = author.fill(&app.path("write"), &[("title", title), ("body", &format!("{WORD}, I say."))]).await;
        let link = mailed_link(&app, MODERATOR).await;
        let moderator = app.login(MODERATOR).await;
        let form = moderator.get(&link).await.form(&["decision"]).expect("a form");

        let own = author.follow(&written).await;
        let revised = author.submit(&own, &[("title", title), ("body", &format!("{WORD}, I repeat."))]).await;
        let pressed = moderator.send(form, &[("decision", "APPROVED")]).await;

        assert_eq!(revised.status, 303, "{}", revised.text);
        assert!((400..500).contains(&pressed.status), "{} {}", pressed.status, pressed.text);
        let posts = app.api_get("/posts").await.json();
        assert_eq!(posts["items"][0]["status"], "held");
    }
}
