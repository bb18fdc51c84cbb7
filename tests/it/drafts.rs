//! Nothing that an author types is lost: drafts, what a failed form gives back, and what is said before submitting.

use gatepost::moderation::site::SiteSettings;
use gatepost::on_db;

use crate::app::TestApp;
use crate::site::{AUTHOR, MODERATOR, WORD};
use crate::visitor::Page;

fn says(page: &Page, status: u16, text: &str) {
    assert_eq!(page.status, status, "{}", page.text);
    assert!(page.text.contains(text), "no {text:?} in {}", page.text);
}

both_dbs! {
    async fn a_draft_is_kept_gone_on_with_and_submitted(app: TestApp) {
        let anna = app.login(AUTHOR).await;
        let write = anna.get(&app.path("write")).await;
        let mut form = write.form(&["title", "body"]).expect("the form");
        form.action = anna.url(&app.path("write/draft"));

        let kept = anna.send(form, &[("title", "Half a thought"), ("body", "and no more")]).await;
        assert_eq!(kept.status, 303, "{}", kept.text);
        let again = anna.follow(&kept).await;
        says(&again, 200, "Half a thought");
        says(&anna.get(&app.path("mine")).await, 200, "Half a thought");
        let mut form = again.form(&["title", "body", "draft"]).expect("the form");
        form.action = anna.url(&app.path("write/draft"));
        let kept_again = anna.send(form, &[("body", "and much more")]).await;
        assert_eq!(kept_again.location(), kept.location());
        let stranger = app.login(MODERATOR).await;
        assert_eq!(stranger.get(kept.location().as_str()).await.status, 404);

        let submitted = anna.submit(&anna.follow(&kept).await, &[("title", "A thought"), ("body", "and much more")]).await;
        assert_eq!(submitted.status, 303, "{}", submitted.text);
        assert_eq!(anna.get(kept.location().as_str()).await.status, 404);
        says(&anna.get(&app.path("mine")).await, 200, "A thought");
    }

    async fn a_correction_is_kept_with_its_post_and_can_be_discarded(app: TestApp) {
        let anna = app.login(AUTHOR).await;
        let post = app.submit("Of course", "A calm text.").await;
        let mine = app.path(&format!("mine/{}", post["id"].as_str().expect("an id")));
        let mut form = anna.get(&mine).await.form(&["title", "body"]).expect("the form");
        form.action = anna.url(&format!("{mine}/draft"));

        let kept = anna.send(form.clone(), &[("body", "A calmer text.")]).await;
        assert_eq!(kept.location().path(), mine);
        let page = anna.get(&mine).await;
        says(&page, 200, "A calmer text.");
        // Somebody else's post takes no draft.
        let stranger = app.login(MODERATOR).await;
        let theirs = stranger.get(&app.path("write")).await.form(&["title", "body"]).expect("the form");
        let token = theirs.fields.iter().find(|(name, _)| name == "csrf_token").expect("a token").1.clone();
        let refused = stranger.send(form, &[("csrf_token", &token)]).await;
        assert_eq!(refused.status, 404, "{}", refused.text);

        let discard = page.form_to("/discard").expect("the button");
        assert_eq!(anna.send(discard, &[]).await.status, 303);
        assert!(!anna.get(&mine).await.text.contains("A calmer text."));
    }

    async fn a_form_that_fails_gives_back_what_was_typed(app: TestApp) {
        let anna = app.login(AUTHOR).await;
        let form = anna.get(&app.path("write")).await.form(&["title", "body"]).expect("the form");
        let typed = [("title", "Dear <diary>"), ("body", "It took me hours.")];

        // Logged out in another window.
        let account = anna.get("/account").await;
        let logout = account.form_to("/logout").expect("the button");
        assert_eq!(anna.send(logout, &[]).await.status, 303);
        let refused = anna.send(form.clone(), &typed).await;
        says(&refused, 403, "It took me hours.");
        says(&refused, 403, "Dear &#60;diary&#62;");

        // The session ended by itself: the cookie is still there.
        let anna = app.login(AUTHOR).await;
        let form = anna.get(&app.path("write")).await.form(&["title", "body"]).expect("the form");
        app.clock.advance_ms(400 * 24 * 60 * 60 * 1000);
        let ended = anna.send(form, &typed).await;
        says(&ended, 401, "It took me hours.");
        says(&ended, 401, "Log in");
    }

    async fn the_site_decides_whether_authors_are_told_what_would_be_held(app: TestApp) {
        let anna = app.login(AUTHOR).await;
        let body = format!("It has a {WORD} word.");
        let preview = |page: Page| {
            let mut form = page.form(&["title", "body"]).expect("the form");
            form.action = anna.url(&app.path("write/preview"));
            form
        };
        let fields = [("title", "A title"), ("body", body.as_str())];

        let silent = anna.send(preview(anna.get(&app.path("write")).await), &fields).await;
        says(&silent, 200, "5 words");
        assert!(!silent.text.contains("A moderator would look"));
        let settings = SiteSettings { tell_authors_hits: true, ..SiteSettings::default() };
        on_db!(&app.app.db, |c| {
            let mut tx = c.begin().await.expect("begin");
            sqlx::query("UPDATE sites SET settings = $1").bind(serde_json::to_string(&settings).expect("JSON"))
                .execute(tx.conn()).await.expect("set the settings");
            tx.commit().await.expect("commit");
        });
        app.clock.advance_ms(2_000);

        let told = anna.send(preview(anna.get(&app.path("write")).await), &fields).await;
        says(&told, 200, "A moderator would look at it first.");
        says(&told, 200, "“forbidden” (house)");
    }
}
