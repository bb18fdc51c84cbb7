//! The outbox page, and the links in notices that switch them off, through the doors that people use.

use crate::app::TestApp;
use crate::mailbox::Mail;
use crate::site::{AUTHOR, MODERATOR, OWNER};
use crate::visitor::Page;

/// The newest mail to `address` once all work is done.
async fn newest(app: &TestApp, address: &str) -> Mail {
    app.app.run_until_idle().await.expect("work");
    let mails = app.inbox();
    let mail = mails.iter().rfind(|mail| mail.to == address);
    mail.unwrap_or_else(|| panic!("no mail to {address}"))
        .clone()
}

both_dbs! {
    async fn notices_are_switched_off_by_a_button_and_not_by_looking(app: TestApp) {
        app.submit_held("One").await;
        let off = newest(&app, MODERATOR).await.link("/notices/off/");
        let visitor = app.visitor();

        let shown = visitor.get(&off).await;
        let head = Page::read(visitor.http().head(&off)).await;
        app.clock.advance_ms(6 * 60_000);
        app.submit_held("Two").await;
        let still = newest(&app, MODERATOR).await;
        let done = visitor.submit(&shown, &[]).await;
        app.clock.advance_ms(6 * 60_000);
        app.submit_held("Three").await;
        let after = newest(&app, MODERATOR).await;

        assert_eq!((shown.status, head.status, done.status), (200, 200, 200), "{}", done.text);
        assert_eq!(still.subject, "A post waits: “Two”");
        assert_eq!(after.subject, still.subject, "nothing new came");
        assert_eq!(newest(&app, OWNER).await.subject, "A post waits: “Three”", "others still get theirs");
    }

    async fn a_mail_program_switches_notices_off_by_one_click(app: TestApp) {
        app.submit_held("One").await;
        let off = newest(&app, MODERATOR).await.link("/notices/off/");
        let post = |url: &str, body: &'static str| {
            let form = "application/x-www-form-urlencoded";
            let request = reqwest::Client::new().post(url).header("Content-Type", form).body(body);
            Page::read(request)
        };

        let bent = post(&format!("{off}x"), "List-Unsubscribe=One-Click").await;
        let other = post(&off, "something=else").await;
        let click = post(&off, "List-Unsubscribe=One-Click").await;
        app.clock.advance_ms(6 * 60_000);
        app.submit_held("Two").await;

        assert_eq!((bent.status, other.status, click.status), (404, 403, 200));
        assert_eq!(newest(&app, MODERATOR).await.subject, "A post waits: “One”");
    }

    async fn owners_see_mails_without_the_links_of_others(app: TestApp) {
        app.submit_held("Seen").await;
        newest(&app, MODERATOR).await;
        let owner = app.login(OWNER).await;

        let list = owner.get(&app.path("admin/outbox")).await;
        let mut secrets = 0;
        let paths: Vec<_> = list.links("").into_iter().filter(|path| path.contains("/admin/outbox/")).collect();
        assert_eq!(paths.len(), 3);
        for path in paths {
            let page = owner.get(&path).await;
            assert_eq!(page.status, 200, "{}", page.text);
            let is_own = page.text.contains(OWNER);
            let works = page.text.contains("/decide/1.");
            assert_eq!(works, is_own, "{}", page.text);
            secrets += usize::from(works);
        }
        let moderator = app.login(MODERATOR).await.get(&app.path("admin/outbox")).await;
        let author = app.login(AUTHOR).await.get(&app.path("admin/outbox")).await;

        assert_eq!(secrets, 1, "{}", list.text);
        assert!(list.text.contains(MODERATOR) && list.text.contains("sent"));
        assert_eq!((moderator.status, author.status), (403, 403));
    }
}
