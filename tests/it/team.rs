//! Several moderators at one queue: claims, many cases decided at once, and what each hears of the others.

use gatepost::on_db;
use gatepost::store::Db;
use serde_json::Value;
use sqlx::AssertSqlSafe;

use crate::app::TestApp;
use crate::pair::csrf_token;
use crate::site::{AUTHOR, MODERATOR, OWNER, Site, WORD};
use crate::visitor::{Page, Visitor};

fn case_path(site: &Site, case: &Value) -> String {
    site.path(&format!(
        "admin/queue/{}",
        case["id"].as_str().expect("an id")
    ))
}

/// Presses a button that sends nothing but its own fields.
async fn press(visitor: &Visitor, path: &str, fields: &[(&str, &str)]) -> Page {
    let token = csrf_token(visitor).await;
    let mut all = vec![("csrf_token", token.as_str())];
    all.extend(fields);
    visitor.post(path, &all).await
}

/// Chooses the cases in the queue and decides them together.
async fn decide_chosen(
    site: &Site,
    visitor: &Visitor,
    cases: &[&Value],
    fields: &[(&str, &str)],
) -> Page {
    let page = visitor.get(&site.path("admin/queue")).await;
    let form = page.form_to("/queue/decisions").expect("the form for many");
    let names: Vec<String> = cases
        .iter()
        .map(|case| format!("case_{}", case["id"].as_str().expect("an id")))
        .collect();
    let mut all: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
    all.extend(fields);
    let mut form = form;
    form.fields.retain(|(name, _)| !name.starts_with("case_"));
    visitor.send(form, &all).await
}

async fn status_of(site: &Site, case: &Value) -> Value {
    site.post(case["post_id"].as_str().expect("an id")).await["status"].clone()
}

/// Runs statements behind the program's back.
async fn alter(db: &Db, statements: &[String]) {
    on_db!(db, |c| {
        let mut tx = c.begin().await.expect("begin");
        for sql in statements {
            sqlx::query(AssertSqlSafe(sql.clone()))
                .execute(tx.conn())
                .await
                .expect("alter");
        }
        tx.commit().await.expect("commit");
    });
}

both_dbs! {
    async fn a_claim_is_seen_by_all_and_ends_by_itself(app: TestApp) {
        let case = app.submit_held("Claimed").await;
        let (mora, olga) = (app.login(MODERATOR).await, app.login(OWNER).await);
        let path = case_path(&app, &case);

        let opened = press(&mora, &app.path("admin/queue/next"), &[]).await;
        assert!(opened.location().path().ends_with(&path), "{}", opened.location());
        assert_eq!(mora.get(&path).await.texts(".claim span"), ["yours for 5 m"]);
        assert_eq!(olga.get(&path).await.texts(".claim span"), ["Mora Moderator works on it, for 5 m more"]);
        let row = olga.get(&app.path("admin/queue")).await;
        assert_eq!(row.texts(".with"), ["with Mora Moderator"]);
        let api = app.api_get(&format!("/queue/{}", case["id"].as_str().expect("an id"))).await.json();
        assert_eq!(api["claimed_by"], "Mora Moderator");

        let quiet = press(&olga, &format!("{path}/claim"), &[("quiet", "yes")]).await;
        assert_eq!((quiet.status, quiet.text.as_str()), (200, "Mora Moderator"), "it is not taken unasked");
        let taken = press(&olga, &format!("{path}/claim"), &[("take_over", "yes")]).await;
        assert_eq!(taken.status, 303);
        assert_eq!(mora.get(&path).await.texts(".claim span"), ["Olga Owner works on it, for 5 m more"]);
        app.clock.advance_ms(5 * 60_000);
        assert_eq!(mora.get(&path).await.texts(".claim span"), ["nobody works on it"], "the lease is over");
    }

    async fn working_the_queue_brings_what_nobody_works_on(app: TestApp) {
        let first = app.submit_held("First").await;
        app.clock.advance_ms(1_000);
        let second = app.submit_held("Second").await;
        app.clock.advance_ms(1_000);
        let mora = app.login(MODERATOR).await;
        let body = format!("My {WORD} word.");
        mora.fill(&app.path("write"), &[("title", "Mora's own"), ("body", &body)]).await;
        let olga = app.login(OWNER).await;
        let next = app.path("admin/queue/next");

        let mine = press(&mora, &next, &[]).await.location();
        assert!(mine.path().ends_with(&case_path(&app, &first)), "{mine}");
        let theirs = press(&olga, &next, &[]).await.location();
        assert!(theirs.path().ends_with(&case_path(&app, &second)), "{theirs}");
        let decided = mora.fill(mine.as_str(), &[("decision", "APPROVED")]).await;
        assert!(decided.location().path().ends_with("/admin/queue"), "what is left is hers or another's: {}", decided.location());
        let released = press(&olga, &format!("{}/release", case_path(&app, &second)), &[]).await;
        assert_eq!(released.status, 303);
        let again = press(&mora, &next, &[]).await.location();
        assert!(again.path().ends_with(&case_path(&app, &second)), "{again}");
    }

    async fn many_are_decided_with_one_reason_and_taken_back_together(app: TestApp) {
        app.installation.hold_decisions("main", 10).await;
        let mut cases = Vec::new();
        for number in 0..5 {
            cases.push(app.submit_held(&format!("Spam {number}")).await);
        }
        let mora = app.login(MODERATOR).await;
        let chosen: Vec<&Value> = cases[..4].iter().collect();

        let empty = decide_chosen(&app, &mora, &[], &[("decision", "REJECTED"), ("template", "2")]).await;
        assert_eq!(empty.status, 422, "{}", empty.text);
        let unexplained = decide_chosen(&app, &mora, &chosen, &[("decision", "REJECTED"), ("template", "")]).await;
        assert_eq!(unexplained.status, 422, "{}", unexplained.text);
        let sent = decide_chosen(&app, &mora, &chosen, &[("decision", "REJECTED"), ("template", "2")]).await;
        let queue = mora.follow(&sent).await;
        assert!(queue.text.contains("4 posts rejected."), "{}", queue.text);
        assert_eq!(queue.texts(".rows a.name"), ["Spam 4"]);

        let undo = queue.form_to("/admin/queue/undo").expect("a button for all of them");
        let queue = mora.follow(&mora.send(undo, &[]).await).await;
        assert!(queue.text.contains("4 decisions taken back."), "{}", queue.text);
        assert_eq!(queue.texts(".rows a.name").len(), 5);

        decide_chosen(&app, &mora, &chosen, &[("decision", "REJECTED"), ("template", "2")]).await;
        app.clock.advance_ms(10_000);
        app.app.run_until_idle().await.expect("work");
        for case in chosen {
            assert_eq!(status_of(&app, case).await, "rejected");
        }
        let told = app.inbox().into_iter().filter(|mail| mail.to == AUTHOR && mail.text.contains("nothing to do with this site"));
        assert_eq!(told.count(), 4, "each author is told why");
        assert_eq!(status_of(&app, &cases[4]).await, "held");
    }

    async fn a_page_of_a_hundred_is_one_transaction(app: TestApp) {
        app.installation.hold_decisions("main", 0).await;
        let mut cases = Vec::new();
        for number in 0..100 {
            cases.push(app.submit_held(&format!("Spam {number}")).await);
        }
        let mora = app.login(MODERATOR).await;
        let names: Vec<String> = cases.iter().map(|case| format!("case_{}", case["id"].as_str().expect("an id"))).collect();
        let mut form = mora.get(&app.path("admin/queue")).await.form_to("/queue/decisions").expect("the form for many");
        form.fields.retain(|(name, _)| !name.starts_with("case_"));
        let mut fields: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
        fields.extend([("decision", "REJECTED"), ("template", "2")]);

        // The database refuses the row of one case in the middle.
        let refused = cases[50]["id"].as_str().expect("an id");
        match &app.app.db {
            Db::Sqlite(_) => alter(&app.app.db, &[format!(
                "CREATE TRIGGER refuse BEFORE UPDATE ON cases WHEN NEW.id = '{refused}' BEGIN SELECT RAISE(ABORT, 'refused'); END"
            )]).await,
            Db::Postgres(_) => alter(&app.app.db, &[
                format!("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
                    $$ BEGIN IF NEW.id = '{refused}' THEN RAISE 'refused'; END IF; RETURN NEW; END $$"),
                "CREATE TRIGGER refuse BEFORE UPDATE ON cases FOR EACH ROW EXECUTE FUNCTION refuse()".to_owned(),
            ]).await,
        }
        let broken = mora.send(form.clone(), &fields).await;
        assert_eq!(broken.status, 409, "{}", broken.text);
        assert!(broken.text.contains("99 of 100 cases decided."), "one that breaks breaks no other: {}", broken.text);
        let rows = broken.texts(".earlier li");
        let failed: Vec<&String> = rows.iter().filter(|row| row.contains("by a failure of ours")).collect();
        assert!(failed.len() == 1 && failed[0].contains("Spam 50"), "{failed:?}");
        assert_eq!(status_of(&app, &cases[50]).await, "held");
        let drop = match &app.app.db {
            Db::Sqlite(_) => "DROP TRIGGER refuse",
            Db::Postgres(_) => "DROP TRIGGER refuse ON cases",
        };
        alter(&app.app.db, &[drop.to_owned()]).await;

        let mut others = Vec::new();
        for number in 0..99 {
            others.push(app.submit_held(&format!("More {number}")).await);
        }
        others.push(cases.swap_remove(50));
        let names: Vec<String> = others.iter().map(|case| format!("case_{}", case["id"].as_str().expect("an id"))).collect();
        let mut fields: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
        fields.extend([("decision", "REJECTED"), ("template", "2")]);
        let sent = mora.send(form, &fields).await;
        assert!(mora.follow(&sent).await.text.contains("100 posts rejected."));
        for case in &others {
            assert_eq!(status_of(&app, case).await, "rejected");
        }
        if let Db::Postgres(db) = &app.app.db {
            let ids: Vec<&str> = others.iter().map(|case| case["id"].as_str().expect("an id")).collect();
            let transactions: i64 = sqlx::query_scalar("SELECT COUNT(DISTINCT xmin::text) FROM cases WHERE id = ANY($1)")
                .bind(&ids).fetch_one(db.read()).await.expect("count");
            assert_eq!(transactions, 1);
        }
    }

    async fn the_mail_to_many_is_looked_at_before_it_goes(app: TestApp) {
        app.installation.hold_decisions("main", 0).await;
        let (first, second) = (app.submit_held("First").await, app.submit_held("Second").await);
        let mora = app.login(MODERATOR).await;
        let mut form = mora.get(&app.path("admin/queue")).await.form_to("/queue/decisions").expect("the form for many");
        form.fields.retain(|(name, _)| !name.starts_with("case_"));
        form.action = mora.url(&app.path("admin/queue/decisions/preview"));
        let names = [&first, &second].map(|case| format!("case_{}", case["id"].as_str().expect("an id")));
        let chosen = [(names[0].as_str(), "1"), (names[1].as_str(), "1"), ("decision", "REJECTED")];

        let refused = mora.send(form.clone(), &[&chosen[..], &[("reason", "See {source}.")]].concat()).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        let seen = mora.send(form, &[&chosen[..], &[("reason", "Dear {author}, no.")]].concat()).await;

        assert_eq!(seen.status, 200, "{}", seen.text);
        assert_eq!(seen.texts(".mail-preview h2").len(), 1);
        assert!(seen.texts(".mail-preview pre").concat().contains("Dear Anna Author, no."), "{}", seen.text);
        assert_eq!(status_of(&app, &first).await, "held", "nothing is decided by looking");
        let again = seen.form(&["decision", "reason", "template"]).expect("the form with what was chosen");
        let sent = mora.send(again, &[("decision", "REJECTED")]).await;
        assert!(mora.follow(&sent).await.text.contains("2 posts rejected."));
        app.app.run_until_idle().await.expect("work");
        let told = app.inbox().into_iter().filter(|mail| mail.to == AUTHOR && mail.text.contains("Dear Anna Author, no."));
        assert_eq!(told.count(), 2);
    }

    async fn of_many_each_has_its_own_outcome(app: TestApp) {
        let cases = [app.submit_held("Decided before").await, app.submit_held("Still open").await];
        let (mora, olga) = (app.login(MODERATOR).await, app.login(OWNER).await);
        let seen = mora.get(&app.path("admin/queue")).await;
        olga.fill(&case_path(&app, &cases[0]), &[("decision", "APPROVED")]).await;

        let form = seen.form_to("/queue/decisions").expect("the form for many");
        let names: Vec<String> = cases.iter().map(|case| format!("case_{}", case["id"].as_str().expect("an id"))).collect();
        let fields = [(names[0].as_str(), "1"), (names[1].as_str(), "1"), ("decision", "REJECTED"), ("template", "1")];
        let result = mora.send(form, &fields).await;

        assert_eq!(result.status, 409);
        assert!(result.text.contains("1 of 2 cases decided."), "{}", result.text);
        assert!(result.text.contains("Olga Owner was first and decided otherwise"), "{}", result.text);
        assert_eq!(status_of(&app, &cases[0]).await, "published");
        assert_eq!(status_of(&app, &cases[1]).await, "rejected");
    }

    async fn a_note_is_for_colleagues_and_not_for_the_author(app: TestApp) {
        let case = app.submit_held("Noted").await;
        let (mora, olga) = (app.login(MODERATOR).await, app.login(OWNER).await);
        let path = case_path(&app, &case);

        let empty = press(&mora, &format!("{path}/notes"), &[("text", "  ")]).await;
        assert_eq!(empty.status, 400, "{}", empty.text);
        let kept = press(&mora, &format!("{path}/notes"), &[("text", "Writes <satire>.")]).await;
        assert_eq!(kept.status, 303, "{}", kept.text);

        let notes = olga.get(&path).await.texts(".notes li");
        assert!(notes[0].starts_with("Writes <satire>.Mora Moderator"), "{notes:?}");
        let anna = app.login(AUTHOR).await;
        let mine = anna.get(&app.path(&format!("mine/{}", case["post_id"].as_str().expect("an id")))).await;
        assert!(!mine.text.contains("satire"), "{}", mine.text);
        let audit = olga.get(&app.path("admin/audit?action=note.added")).await;
        assert!(!audit.text.contains("satire") && audit.text.contains("note.added"), "{}", audit.text);
    }

    async fn a_case_is_handed_over_to_a_colleague_or_the_owners(app: TestApp) {
        let case = app.submit_held("Too hard for me").await;
        let other = app.submit_held("Left alone").await;
        let (mora, olga) = (app.login(MODERATOR).await, app.login(OWNER).await);
        let path = case_path(&app, &case);

        let nobody = press(&mora, &format!("{path}/hand-over"), &[("to", "0000000000000000000000000a")]).await;
        assert_eq!(nobody.status, 400, "{}", nobody.text);
        let page = mora.get(&path).await;
        let form = page.form(&["to", "words"]).expect("the form to hand over");
        let handed = mora.send(form, &[("to", "owners"), ("words", "Is this satire?")]).await;
        assert!(mora.follow(&handed).await.text.contains("Handed over to the owners"));

        let mine = olga.get(&app.path("admin/queue?mine=true")).await;
        assert_eq!(mine.texts(".rows a.name"), ["Too hard for me"]);
        assert!(mine.texts(".tag").contains(&"for the owners".to_owned()), "{}", mine.text);
        assert!(mora.get(&app.path("admin/queue?mine=true")).await.texts(".rows a.name").is_empty());
        assert!(olga.get(&path).await.text.contains("Is this satire?"));
        app.app.run_until_idle().await.expect("work");
        let mail = app.inbox().into_iter().rfind(|mail| mail.subject.contains("asks you to decide")).expect("a mail");
        assert_eq!(mail.to, OWNER);
        assert!(mail.text.contains("Is this satire?") && mail.text.contains("/decide/"), "{}", mail.text);
        let decided = olga.fill(&path, &[("decision", "APPROVED")]).await;
        assert_eq!(decided.status, 303);
        assert!(olga.get(&app.path("admin/queue?mine=true")).await.texts(".rows a.name").is_empty());
        assert_eq!(status_of(&app, &other).await, "held");
    }

    async fn everybody_hears_what_happens_in_the_queue(app: TestApp) {
        let mora = app.login(MODERATOR).await;
        let url = mora.url(&app.path("admin/queue/live"));
        let refused = mora.get(&app.path("admin/queue/live")).await;
        assert_eq!(refused.status, 400, "only programs that want events get a stream");
        let mut stream = mora.http().get(url).header("accept", "text/event-stream").send().await.expect("a stream");
        assert_eq!(stream.headers()["content-type"], "text/event-stream");
        let mut heard = String::new();
        let mut hear = async |wanted: &str| {
            while !heard.contains(wanted) {
                let chunk = stream.chunk().await.expect("read").expect("the stream goes on");
                heard.push_str(&String::from_utf8_lossy(&chunk));
            }
        };

        hear("hello").await;
        let case = app.submit_held("Heard of").await;
        hear(r#""what":"new","count":1"#).await;
        let olga = app.login(OWNER).await;
        press(&olga, &app.path("admin/queue/next"), &[]).await;
        hear(r#""by":"Olga Owner""#).await;
        app.clock.advance_ms(1_000);
        olga.fill(&case_path(&app, &case), &[("decision", "APPROVED")]).await;
        hear(r#""status":"approved","by":"Olga Owner""#).await;

        // Whoever was away hears what they missed, once.
        let page = mora.get(&app.path("admin/queue")).await.text;
        let (_, seen) = page.split_once("data-heard=\"").expect("up to where the page knows everything");
        let seen = &seen[..26];
        app.submit_held("Came in between").await;
        let url = mora.url(&app.path(&format!("admin/queue/live?after={seen}")));
        let events = || mora.http().get(url.clone()).header("accept", "text/event-stream");
        let until = async |request: reqwest::RequestBuilder, wanted: &str| {
            let mut stream = request.send().await.expect("a stream");
            let mut heard = String::new();
            while !heard.contains(wanted) {
                let chunk = stream.chunk().await.expect("read").expect("the stream goes on");
                heard.push_str(&String::from_utf8_lossy(&chunk));
            }
            heard
        };
        let missed = until(events(), r#""what":"new","count":1}"#).await;
        let (_, id) = missed.split_once("id: ").expect("an id");
        let nothing = until(events().header("last-event-id", &id[..26]), "hello").await;
        assert!(!nothing.contains("data:"), "{nothing}");
    }
}
