//! Cases that are put aside: snoozed until a timer brings them back, or sent back to the author, whose change keeps the
//! place. Nothing of it decides.

use serde_json::Value;

use crate::app::TestApp;
use crate::site::{AUTHOR, MODERATOR, OWNER, WORD};
use crate::visitor::{Page, Visitor};

fn case_path(app: &TestApp, case: &Value) -> String {
    app.path(&format!(
        "admin/queue/{}",
        case["id"].as_str().expect("an id")
    ))
}

fn titles(page: &Page) -> Vec<String> {
    page.texts(".rows a.name")
}

async fn ask(visitor: &Visitor, path: &str, words: &str) -> Page {
    let form = visitor.get(path).await.form_to("/ask");
    let form = form.expect("the form to ask the author");
    visitor.send(form, &[("note", words)]).await
}

async fn idle(app: &TestApp) {
    app.app.run_until_idle().await.expect("work until idle");
}

both_dbs! {
    async fn a_snoozed_case_comes_back_by_itself(app: TestApp) {
        let case = app.submit_held("Later").await;
        app.clock.advance_ms(1_000);
        let other = app.submit_held("Now").await;
        let mora = app.login(MODERATOR).await;
        let path = case_path(&app, &case);
        let none = mora.get(&app.path("admin/queue?aside=true")).await;
        assert_eq!(none.texts(".empty p"), ["What is snoozed, or back with its author, stands here until it returns."]);
        assert!(mora.get(&app.path("admin/queue?state=approved")).await.texts(".empty p").is_empty());

        let snoozed = mora.fill(&path, &[("hours", "4")]).await;

        let queue = mora.follow(&snoozed).await;
        assert!(queue.text.contains("Snoozed until"), "{}", queue.text);
        assert_eq!(titles(&queue), ["Now"]);
        assert!(queue.text.contains("1 waiting"), "{}", queue.text);
        let aside = mora.get(&queue.links("Put aside")[0]).await;
        assert_eq!(titles(&aside), ["Later"]);
        assert_eq!(aside.texts(".rows .tag.wait"), ["snoozed until 1 Jan 2030, 16:00 UTC"]);
        let page = mora.get(&path).await;
        assert!(page.text.contains("Mora Moderator has snoozed it."), "{}", page.text);
        assert!(page.form(&["decision"]).is_some(), "it can be decided still");

        app.clock.advance_ms(4 * 3_600_000);
        idle(&app).await;
        let queue = mora.get(&app.path("admin/queue")).await;
        assert_eq!(titles(&queue), ["Later", "Now"], "at its place");
        let trail = mora.get(&path).await;
        assert!(trail.text.contains("Back in the queue"), "{}", trail.text);

        mora.fill(&path, &[("hours", "200")]).await;
        let capped = mora.get(&path).await;
        let back = capped.form_to("/bring-back").expect("the button");
        assert!(!capped.text.contains("comes back by 9 Jan"), "not beyond its deadline: {}", capped.text);
        mora.send(back.clone(), &[]).await;
        assert_eq!(titles(&mora.get(&app.path("admin/queue")).await), ["Later", "Now"]);
        let again = mora.send(back, &[]).await;
        assert!(mora.follow(&again).await.text.contains("It waits for nobody any more."));
        let token = case["task_token"].as_str().expect("a token");
        assert_eq!(app.decide(token, "APPROVED").await.status, 200);
        let late = mora.get(&case_path(&app, &other)).await.form(&["hours"]).expect("the form");
        let wrong = mora.send(late, &[("hours", "100000")]).await;
        assert_eq!(wrong.status, 400);
    }

    async fn an_author_is_asked_and_the_change_keeps_the_place(app: TestApp) {
        app.installation.hold_decisions("main", 10).await;
        let anna = app.login(AUTHOR).await;
        let body = format!("A {WORD} word.");
        let sent = anna.fill(&app.path("write"), &[("title", "Mine"), ("body", &body)]).await;
        app.clock.advance_ms(60_000);
        app.submit_held("Another's").await;
        let (mora, olga) = (app.login(MODERATOR).await, app.login(OWNER).await);
        let queue = mora.get(&app.path("admin/queue")).await;
        let path = queue.links("Mine")[0].clone();
        idle(&app).await;

        // Taken back in time, nobody hears of it.
        let asked = ask(&mora, &path, "Too early.").await;
        let page = mora.follow(&asked).await;
        assert!(page.text.contains("in 10 s"), "{}", page.text);
        mora.send(page.form_to("/bring-back").expect("the button"), &[]).await;
        app.clock.advance_ms(11_000);
        idle(&app).await;
        assert!(app.inbox().iter().all(|mail| !mail.subject.contains("Please change")));
        assert!(!anna.follow(&sent).await.text.contains("Too early."));

        ask(&mora, &path, "Please name your source.").await;
        assert_eq!(titles(&olga.get(&app.path("admin/queue")).await), ["Another's"]);
        assert!(!anna.follow(&sent).await.text.contains("name your source"), "it can be taken back still");
        app.clock.advance_ms(10_000);
        idle(&app).await;
        let mail = app.inbox().into_iter().find(|mail| mail.subject == "Please change your post: “Mine”").expect("a mail");
        assert!(mail.text.contains("> Please name your source."), "{}", mail.text);
        let mine = anna.follow(&sent).await;
        assert!(mine.text.contains("A moderator asks you to change it."), "{}", mine.text);
        assert!(mine.texts("blockquote").contains(&"Please name your source.".to_owned()));

        let changed = format!("A {WORD} word, says the dictionary.");
        let revised = anna.submit(&mine, &[("title", "Mine"), ("body", &changed)]).await;

        assert_eq!(revised.status, 303, "{}", revised.text);
        let queue = olga.get(&app.path("admin/queue")).await;
        assert_eq!(titles(&queue), ["Mine", "Another's"], "it keeps its place");
        let again = mora.get(&queue.links("Mine")[0]).await;
        assert_eq!(again.texts(".view.diff ins").concat(), "word, says the dictionary.", "{}", again.text);
        assert!(queue.links("Put aside").len() == 1 && !queue.text.contains("Put aside 1"));
        let own = mora.fill(&app.path("write"), &[("title", "Mora's"), ("body", &body)]).await;
        assert_eq!(own.status, 303);
    }

    async fn whom_a_case_is_for_sees_that_it_is_back_with_its_author(app: TestApp) {
        let case = app.submit_held("Handed, then sent back").await;
        app.clock.advance_ms(1_000);
        let other = app.submit_held("Handed only").await;
        let (mora, olga) = (app.login(MODERATOR).await, app.login(OWNER).await);
        for case in [&case, &other] {
            let form = mora.get(&case_path(&app, case)).await.form(&["to", "words"]).expect("the form to hand over");
            assert_eq!(mora.send(form, &[("to", "owners")]).await.status, 303);
        }

        ask(&mora, &case_path(&app, &case), "Please name your source.").await;

        let mine = olga.get(&app.path("admin/queue?mine=true")).await;
        assert_eq!(titles(&mine), ["Handed, then sent back", "Handed only"]);
        assert_eq!(mine.texts(".rows .tag.wait"), ["with the author"], "{}", mine.text);
        assert!(mine.texts(".filters label").is_empty(), "no filter that would not filter this: {}", mine.text);
    }

    async fn nobody_is_asked_without_words(app: TestApp) {
        let case = app.submit_held("Wordless").await;
        let mora = app.login(MODERATOR).await;

        let refused = ask(&mora, &case_path(&app, &case), "  ").await;

        assert_eq!(refused.status, 400);
        assert_eq!(titles(&mora.get(&app.path("admin/queue")).await), ["Wordless"]);
    }
}
