//! What a moderator does not want to read at once is covered, for them alone; what an author is shown of a rejected post.

use serde_json::Value;

use crate::app::TestApp;
use crate::pair::csrf_token;
use crate::site::{AUTHOR, MODERATOR, OWNER, WORD};

fn case_path(app: &TestApp, case: &Value) -> String {
    app.path(&format!(
        "admin/queue/{}",
        case["id"].as_str().expect("an id")
    ))
}

both_dbs! {
    async fn terms_are_covered_for_whoever_chose_so(app: TestApp) {
        let case = app.submit_held("A forbidden title").await;
        let path = case_path(&app, &case);
        let (mora, olga) = (app.login(MODERATOR).await, app.login(OWNER).await);
        assert!(mora.get(&path).await.texts("mark.masked").is_empty());
        let token = csrf_token(&mora).await;

        let chosen = mora.post(&app.path("admin/queue/masks"), &[("csrf_token", &token), ("mask_house", "on")]).await;

        assert_eq!(chosen.status, 303, "{}", chosen.text);
        let queue = mora.get(&app.path("admin/queue")).await;
        assert_eq!(queue.texts(".rows a.name"), ["A ••••••••• title"]);
        assert!(!queue.texts(".rows").concat().contains(WORD), "{:?}", queue.texts(".rows"));
        let page = mora.get(&path).await;
        assert_eq!(page.texts("h1 mark.masked"), [WORD]);
        assert_eq!(page.attributes(".source mark.masked", "tabindex"), ["0"], "it can be reached by keyboard");
        assert_eq!(page.texts(".reader .masks mark"), [WORD]);
        assert_eq!(olga.get(&app.path("admin/queue")).await.texts(".rows a.name"), ["A forbidden title"]);
        assert!(olga.get(&path).await.texts("mark.masked").is_empty());

        mora.post(&app.path("admin/queue/masks"), &[("csrf_token", &token)]).await;
        assert_eq!(mora.get(&app.path("admin/queue")).await.texts(".rows a.name"), ["A forbidden title"]);
    }

    async fn the_author_sees_what_the_moderator_marks(app: TestApp) {
        app.installation.hold_decisions("main", 10).await;
        let mora = app.login(MODERATOR).await;
        let anna = app.login(AUTHOR).await;
        let mut shown = Vec::new();
        for passages in [&[("passages", "on")][..], &[]] {
            let case = app.submit_held("Marked or not").await;
            let mine = app.path(&format!("mine/{}", case["post_id"].as_str().expect("an id")));
            let form = mora.get(&case_path(&app, &case)).await.form(&["decision", "reason"]).expect("the form");
            let fields = [&[("decision", "REJECTED"), ("template", "1")][..], passages].concat();
            assert_eq!(mora.send(form, &fields).await.status, 303);
            assert!(anna.get(&mine).await.texts("article mark").is_empty(), "it can be taken back still");
            app.clock.advance_ms(10_000);
            app.app.run_until_idle().await.expect("work until idle");
            let page = anna.get(&mine).await;
            assert!(page.text.contains("It was not published."), "{}", page.text);
            shown.push(page.texts("article mark"));
        }
        assert_eq!(shown, [vec![WORD.to_owned()], vec![]]);
    }
}
