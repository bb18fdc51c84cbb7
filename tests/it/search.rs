//! Finding cases: by words and by filters, few and many, on both databases alike; views that the team shares; counts that
//! are right however long the queue is.

use gatepost::on_db;

use crate::app::TestApp;
use crate::site::{AUTHOR, MODERATOR, WORD};
use crate::visitor::Page;

/// Copies a case so many times, each behind the one before.
const COPY: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
    INSERT INTO cases (site_id, id, post_id, revision, execution_id, author_id, status, severity, categories, rules,
        waiting_since_ms, deadline_ms, rank_ms)
    SELECT site_id, SUBSTR(id, 1, 20) || CAST(100000 + i AS TEXT), post_id, revision, execution_id, author_id, status,
        severity, categories, rules, waiting_since_ms, deadline_ms, rank_ms + i
    FROM cases CROSS JOIN n WHERE id = $1";

fn titles(page: &Page) -> Vec<String> {
    page.texts(".rows a.name")
}

async fn copy(app: &TestApp, case: &str, times: i64) {
    on_db!(&app.app.db, |c| {
        let mut tx = c.begin().await.expect("begin");
        sqlx::query(COPY)
            .bind(case)
            .bind(times)
            .execute(tx.conn())
            .await
            .expect("copy a case");
        tx.commit().await.expect("commit");
    });
}

async fn idle(app: &TestApp) {
    app.app.run_until_idle().await.expect("work until idle");
}

both_dbs! {
    async fn what_was_found_is_shown_and_marked(app: TestApp) {
        let filling = "and so on ".repeat(60);
        app.submit("A long one", &format!("A {WORD} word, {filling} and **Scammers** of <i>Istanbul</i>. {filling}")).await;
        idle(&app).await;
        let mora = app.login(MODERATOR).await;

        let all = mora.get(&app.path("admin/queue")).await;
        let found = mora.get(&app.path("admin/queue?q=scam*+istanbul")).await;

        assert_eq!(all.texts(".excerpt mark"), [WORD], "what a rule hit");
        assert!(all.texts(".excerpt mark.found").is_empty());
        assert_eq!(found.texts(".excerpt mark.found"), ["Scammers", "Istanbul"], "{:?}", found.texts(".excerpt"));
    }

    async fn cases_are_found_by_their_words(app: TestApp) {
        for (title, body) in [
            ("Crème brûlée", "A forbidden dessert for the scammers of Istanbul."),
            ("Free money", "It is forbidden, and now the money is free."),
            ("İSTANBUL'da", "A forbidden word, money now."),
        ] {
            app.submit(title, body).await;
            app.clock.advance_ms(1_000);
        }
        let mora = app.login(MODERATOR).await;
        let early = mora.get(&app.path("admin/queue?q=money")).await;
        assert!(titles(&early).is_empty());
        assert!(early.text.contains("3 cases have just come in and cannot be found yet."), "{}", early.text);

        idle(&app).await;

        for (query, expected) in [
            ("q=creme", vec!["Crème brûlée"]),
            ("q=BR%C3%9BL%C3%89E+dessert", vec!["Crème brûlée"]),
            ("q=istanbul", vec!["Crème brûlée", "İSTANBUL'da"]),
            ("q=money+free", vec!["Free money"]),
            ("q=%22money+now%22", vec!["İSTANBUL'da"]),
            ("q=scam*", vec!["Crème brûlée"]),
            ("q=scam", vec![]),
            ("q=anna", vec!["Crème brûlée", "Free money", "İSTANBUL'da"]),
            ("q=money&author=Anna+Author", vec!["Free money", "İSTANBUL'da"]),
            ("q=money&category=house", vec!["Free money", "İSTANBUL'da"]),
            ("q=money&category=mice", vec![]),
            ("q=money&state=approved", vec![]),
            ("q=%27+OR+1%3D1+--", vec![]),
            ("q=%22%29%28%2A%26%7C%21%3A%5C", vec![]),
            ("q=NEAR%28money%29", vec![]),
        ] {
            let page = mora.get(&app.path(&format!("admin/queue?{query}"))).await;
            assert_eq!(page.status, 200, "{query}: {}", page.text);
            assert_eq!(titles(&page), expected, "{query}");
            assert!(!page.text.contains("cannot be found yet"), "{query}");
        }
        let found = mora.get(&app.path("admin/queue?q=money")).await;
        assert!(found.text.contains("2 cases found"), "{}", found.text);
        let beside = mora.get(&found.links("Free money")[0]).await;
        let cards = beside.texts(".cards .name");
        assert_eq!(cards, ["Free money", "İSTANBUL'da"], "the case is among those that were found");
    }

    async fn what_has_much_the_same_text_is_found_together(app: TestApp) {
        let spam = |name: &str| {
            let words: Vec<String> = (0..120).map(|word| format!("bargain{word}")).collect();
            format!("Dear {name}, look at this. {} Yours, a {WORD} friend of {name}.", words.join(" "))
        };
        for (title, body) in [
            ("Watches", spam("Ada")),
            ("Cheap watches!", spam("Bob")),
            ("My summer", format!("A {WORD} word about the sea, the sand and a very long way home.")),
            ("For you", spam("Cleo")),
        ] {
            app.submit(title, &body).await;
            app.clock.advance_ms(1_000);
        }
        idle(&app).await;
        let mora = app.login(MODERATOR).await;
        let queue = mora.get(&app.path("admin/queue")).await;

        let case = mora.get(&queue.links("Watches")[0]).await;
        assert!(case.text.contains("Much the same text"), "{}", case.text);
        let all = mora.get(&case.links("Show them in the queue")[0]).await;
        assert_eq!(titles(&all), ["Watches", "Cheap watches!", "For you"]);
        assert!(all.text.contains("3 cases found"), "{}", all.text);
        let narrower = mora.get(&format!("{}&q=bob", case.links("Show them in the queue")[0])).await;
        assert_eq!(titles(&narrower), ["Cheap watches!"]);
        let alone = mora.get(&queue.links("My summer")[0]).await;
        assert!(!alone.text.contains("Much the same text"), "{}", alone.text);
        for nobody in ["0000000000000000000000000a", "x%27"] {
            let none = mora.get(&app.path(&format!("admin/queue?like={nobody}"))).await;
            assert_eq!((none.status, titles(&none)), (200, Vec::new()), "{nobody}");
        }
    }

    async fn what_matches_most_of_a_long_queue_is_looked_through_piece_by_piece(app: TestApp) {
        let hay = app.submit_held("Hay").await;
        app.clock.advance_ms(60_000);
        let needle = app.submit("Needle", &format!("A {WORD} needle.")).await;
        let needle = app.case_of(needle["id"].as_str().expect("an id")).await;
        copy(&app, hay["id"].as_str().expect("an id"), 600).await;
        copy(&app, needle["id"].as_str().expect("an id"), 2_100).await;
        idle(&app).await;
        let mora = app.login(MODERATOR).await;

        let all = mora.get(&app.path("admin/queue")).await;
        assert!(all.text.contains("2,702 waiting"), "{}", all.text);
        let few = mora.get(&app.path("admin/queue?q=hay+needle")).await;
        assert!(few.text.contains("No case matches"), "{}", few.text);
        let many = mora.get(&app.path(&format!("admin/queue?q={WORD}"))).await;
        assert_eq!(titles(&many), vec!["Hay"; 25]);
        assert!(!many.text.contains("looked through"), "{}", many.text);
        assert!(many.text.contains("many cases found"), "{}", many.text);

        let cut = mora.get(&app.path("admin/queue?q=needle")).await;
        assert!(titles(&cut).is_empty());
        assert!(cut.text.contains("512 of the queue were looked through"), "{}", cut.text);
        let on = mora.get(&cut.links("Look on")[0]).await;
        assert_eq!(titles(&on), vec!["Needle"; 25]);
        let further = mora.get(&on.links("Next")[0]).await;
        assert_eq!(titles(&further), vec!["Needle"; 25]);
        assert_ne!(further.attributes(".rows li", "data-id"), on.attributes(".rows li", "data-id"));
    }

    async fn a_view_is_shared_by_the_team(app: TestApp) {
        app.submit_held("Money").await;
        app.submit_held("Honey").await;
        idle(&app).await;
        let (mora, olga) = (app.login(MODERATOR).await, app.login(crate::site::OWNER).await);
        let found = mora.get(&app.path("admin/queue?q=honey&category=house")).await;

        let form = found.form_to("/queue/views").expect("the form to keep the filter");
        assert_eq!(mora.send(form.clone(), &[("name", "Bees")]).await.status, 303);
        let again = mora.send(form.clone(), &[("name", "Bees")]).await;
        assert!(mora.follow(&again).await.text.contains("There is a view of that name"));
        let nameless = mora.send(form, &[("name", " ")]).await;
        assert!(mora.follow(&nameless).await.text.contains("A view needs a name"));

        let queue = olga.get(&app.path("admin/queue")).await;
        assert_eq!(queue.texts(".views a"), ["Bees"]);
        let view = olga.get(&queue.links("Bees")[0]).await;
        assert_eq!(titles(&view), ["Honey"]);
        assert_eq!(view.texts(".views a[aria-current]"), ["Bees"]);
        let removal = view.form_to("/remove").expect("the form to remove it");
        assert_eq!(olga.send(removal, &[]).await.status, 303);
        assert!(mora.get(&app.path("admin/queue")).await.texts(".views a").is_empty());
        let audit = olga.get(&app.path("admin/audit?action=view.removed")).await;
        assert_eq!(audit.texts("tbody tr").len(), 1, "{}", audit.text);
    }

    async fn who_is_erased_is_found_no_more(app: TestApp) {
        app.submit_held("Pineapple").await;
        idle(&app).await;
        let mora = app.login(MODERATOR).await;
        let find = async |query: &str| titles(&mora.get(&app.path(&format!("admin/queue?{query}"))).await).len();
        assert_eq!((find("q=pineapple").await, find("author=anna%40example.org").await), (1, 1));
        let anna = app.login(AUTHOR).await;

        let deleted = anna
            .fill("/account", &[("delete_password", crate::site::PASSWORD)])
            .await;

        assert_eq!(deleted.status, 303, "{}", deleted.text);
        idle(&app).await;
        let found = (find("q=pineapple&state=void").await, find("q=anna&state=void").await);
        assert_eq!(found, (0, 0));
        let rows: i64 = on_db!(&app.app.db, |c| sqlx::query_scalar("SELECT COUNT(*) FROM search_cases")
            .fetch_one(c.read())
            .await
            .expect("count"));
        assert_eq!(rows, 1, "the case is there still, without its words");
    }
}
