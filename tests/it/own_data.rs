//! What somebody may do with all that is kept about them: the name, the notices one by one, taking it along, erasing it.

use gatepost::moderation::{chain, site};
use gatepost::store::tables;

use crate::app::TestApp;
use crate::site::{AUTHOR, MODERATOR, OWNER, PASSWORD, WORD};
use crate::visitor::Page;

fn says(page: &Page, status: u16, text: &str) {
    assert_eq!(page.status, status, "{}", page.text);
    assert!(page.text.contains(text), "no {text:?} in {}", page.text);
}

/// Every row of every table, as text.
async fn everything(app: &TestApp) -> String {
    let mut all = String::new();
    tables::dump(&app.app.db, |table, row| {
        all.push_str(&format!("{table} {row}\n"));
        Ok(())
    })
    .await
    .expect("dump");
    all
}

both_dbs! {
    async fn a_deleted_account_leaves_no_word_behind_and_the_chain_holds(app: TestApp) {
        let (anna, mora) = (app.login(AUTHOR).await, app.login(MODERATOR).await);
        let public = app.submit("Zanzibar by night", "A quetzal sang.").await;
        let url = public["url"].as_str().expect("it is public").to_owned();
        let rejected = app.submit_held("Kumquat season").await;
        let path = app.path(&format!("admin/queue/{}", rejected["id"].as_str().expect("an id")));
        let fields = [("decision", "REJECTED"), ("reason", "Anna, no kumquats."), ("note", "wombat")];
        assert_eq!(mora.fill(&path, &fields).await.status, 303);
        let mine = app.path(&format!("mine/{}", rejected["post_id"].as_str().expect("an id")));
        assert_eq!(anna.fill(&mine, &[("statement", "They are lovely marzipan fruits.")]).await.status, 303);
        let draft = anna.get(&app.path("write")).await;
        let mut form = draft.form(&["title", "body"]).expect("the form");
        form.action = anna.url(&app.path("write/draft"));
        assert_eq!(anna.send(form, &[("title", "Axolotl"), ("body", "to be continued")]).await.status, 303);
        app.clock.advance_ms(60_000);
        app.app.run_until_idle().await.expect("work");
        let words = [AUTHOR, "Anna Author", "Zanzibar", "quetzal", "Kumquat", "kumquats", "wombat", "marzipan", "Axolotl", WORD];
        let before = everything(&app).await;
        for word in words {
            assert!(before.contains(word), "{word} was never there");
        }

        let export = anna.get("/account/export").await;
        for word in ["Zanzibar", "quetzal", "Anna, no kumquats.", "marzipan", "Axolotl", AUTHOR] {
            says(&export, 200, word);
        }
        assert!(!export.text.contains("wombat"), "a note is for moderators only");
        says(&anna.fill("/account", &[("delete_password", "wrong")]).await, 422, "not the present password");
        let deleted = anna.fill("/account", &[("delete_password", PASSWORD)]).await;
        assert_eq!(deleted.location().path(), "/login");

        let after = everything(&app).await;
        for word in words.into_iter().filter(|word| *word != WORD) {
            let found: Vec<&str> = after.lines().filter(|line| line.contains(word)).collect();
            assert!(found.is_empty(), "{word} is still in {found:?}");
        }
        assert_eq!(anna.get("/account").await.location().path(), "/login");
        let again = app.visitor().fill("/login", &[("email", AUTHOR), ("password", PASSWORD)]).await;
        assert_eq!(again.status, 422);
        says(&app.visitor().get(&url).await, 410, "This post was withdrawn");
        app.clock.advance_ms(60_000);
        app.app.run_until_idle().await.expect("work");
        let main = site::find_by_slug(&app.app.db, "main").await.expect("look").expect("there is the site");
        let report = chain::verify(&app.app.db, &app.app.keyring, main.id, None).await.expect("verify");
        assert_eq!(report.problems, []);
        assert_eq!(report.unsealed, 0);
        let log = mora.get(&app.path("admin/audit")).await;
        assert!(log.texts("tbody td").contains(&"erased".to_owned()), "{}", log.text);
    }

    async fn the_owners_hear_of_what_somebody_had_who_deleted_their_account(app: TestApp) {
        let (mora, olga) = (app.login(MODERATOR).await, app.login(OWNER).await);
        let case = app.submit_held("Waits for Mora").await;
        let path = app.path(&format!("admin/queue/{}", case["id"].as_str().expect("an id")));
        let form = olga.get(&path).await.form(&["to", "words"]).expect("the form to hand over");
        let her_id = olga.get(&path).await.attributes("#hand-over-to option", "value").pop().expect("a colleague");
        assert_eq!(olga.send(form, &[("to", &her_id)]).await.status, 303);

        let deleted = mora.fill("/account", &[("delete_password", PASSWORD)]).await;

        assert_eq!(deleted.location().path(), "/login");
        app.app.run_until_idle().await.expect("work");
        let moved = app.inbox().into_iter().find(|mail| mail.subject.contains("is for the owners now"));
        let moved = moved.expect("the owners hear of it");
        assert_eq!(moved.subject, "A case that somebody who left had is for the owners now");
        assert!(moved.to.contains(OWNER) && moved.text.contains("Waits for Mora"), "{}", moved.text);
        assert!(!moved.text.contains("Mora Moderator") && !moved.text.contains("Deleted account"), "{}", moved.text);
        let mine = olga.get(&app.path("admin/queue?mine=true")).await;
        assert_eq!(mine.texts(".rows a.name"), ["Waits for Mora"]);
        let trail = olga.get(&path).await.texts(".case-context .line li");
        assert!(trail.iter().any(|line| line.starts_with("Handed over to the owners by")), "{trail:?}");
    }

    async fn the_last_owner_cannot_leave(app: TestApp) {
        let olga = app.login(OWNER).await;

        let refused = olga.fill("/account", &[("delete_password", PASSWORD)]).await;

        says(&refused, 409, "would have no owner");
        says(&olga.get("/account").await, 200, OWNER);
    }

    async fn whoever_may_not_leave_one_site_leaves_none(app: TestApp) {
        const OTTO: &str = "otto@example.org";
        let run = async |args: &[&str]| app.installation.run_with(args, PASSWORD).await;
        run(&["site", "add", "another", "--name", "Another"]).await;
        run(&["user", "add", "--site", "main", "--email", OTTO, "--role", "owner", "--password-stdin"]).await;
        for email in [OTTO, OWNER] {
            run(&["user", "add", "--site", "another", "--email", email, "--role", "owner"]).await;
        }
        let olga = app.login(OWNER).await;
        for form in olga.get(&app.path("admin/people")).await.actions("/suspend") {
            assert_eq!(olga.send(form, &[]).await.status, 303);
        }

        let refused = olga.fill("/account", &[("delete_password", PASSWORD)]).await;

        says(&refused, 409, "would have no owner");
        says(&olga.get("/s/another/admin/people").await, 200, OTTO);
        // Who is suspended may go: there is an owner without them.
        let otto = app.login(OTTO).await;
        let gone = otto.fill("/account", &[("delete_password", PASSWORD)]).await;
        assert_eq!(gone.location().path(), "/login");
        let people = olga.get("/s/another/admin/people").await;
        assert!(!people.text.contains(OTTO), "{}", people.text);
    }

    async fn a_name_can_be_changed_and_notices_one_by_one(app: TestApp) {
        let anna = app.login(AUTHOR).await;

        assert_eq!(anna.fill("/account", &[("name", "Anna Karenina")]).await.status, 303);
        says(&anna.fill("/account", &[("name", " ")]).await, 422, "The name must");
        let account = anna.get("/account").await;
        says(&account, 200, "Anna Karenina");
        let mut form = account.form(&["notices", "held"]).expect("the form");
        form.fields.retain(|(name, _)| name != "held");
        assert_eq!(anna.send(form, &[]).await.status, 303);
        app.submit_held("Silently held").await;
        app.submit("Loudly published", "A calm text.").await;
        app.app.run_until_idle().await.expect("work");

        let mails: Vec<String> = app.inbox().into_iter().filter(|mail| mail.to.contains(AUTHOR))
            .map(|mail| mail.subject).collect();
        assert!(mails.iter().any(|subject| subject.contains("Loudly published")), "{mails:?}");
        assert!(!mails.iter().any(|subject| subject.contains("Silently held")), "{mails:?}");
        let form = anna.get("/account").await.form(&["notices", "held"]).expect("the form");
        assert!(!form.fields.iter().any(|(name, _)| name == "held"), "{form:?}");
    }
}
