//! The chain over the audit log: what stands in it, and that every kind of tampering with the rows is found.

use gatepost::moderation::chain::{self, Report};
use gatepost::on_db;
use gatepost::store::Db;
use sqlx::AssertSqlSafe;

use crate::app::TestApp;
use crate::site::{MODERATOR, OWNER, WORD};

/// Runs a statement behind the program's back; it has to change something.
async fn tamper(db: &Db, sql: &str) {
    let changed = on_db!(db, |c| {
        let mut tx = c.begin().await.expect("begin");
        let done = sqlx::query(AssertSqlSafe(sql.to_owned()))
            .execute(tx.conn())
            .await
            .expect("tamper")
            .rows_affected();
        tx.commit().await.expect("commit");
        done
    });
    assert!(changed > 0, "{sql} changed nothing");
}

async fn text(db: &Db, sql: &str) -> String {
    on_db!(db, |c| sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
        .fetch_one(c.read())
        .await
        .expect("read"))
}

async fn verify(app: &TestApp, checkpoint: Option<&str>) -> Report {
    let site = gatepost::moderation::site::find_by_slug(&app.app.db, &app.slug).await;
    let site = site.expect("look").expect("there is the site");
    chain::verify(&app.app.db, &app.app.keyring, site.id, checkpoint)
        .await
        .expect("verify")
}

/// A log with a decided case, all of it sealed.
async fn sealed_log(app: &TestApp) -> Report {
    let case = app.submit_held("A post of note").await;
    let token = case["task_token"].as_str().expect("a token");
    assert_eq!(app.decide(token, "REJECTED").await.status, 200);
    app.clock.advance_ms(60_000);
    app.app.run_until_idle().await.expect("work");
    let report = verify(app, None).await;
    assert_eq!(report.problems, []);
    assert_eq!(report.unsealed, 0);
    assert!(report.sealed >= 2, "{report:?}");
    report
}

fn says(report: &Report, what: &str) {
    assert!(
        report
            .problems
            .iter()
            .any(|problem| problem.problem.contains(what)),
        "no {what:?} in {report:?}"
    );
}

both_dbs! {
    async fn every_kind_of_tampering_is_found(app: TestApp) {
        sealed_log(&app).await;
        let db = app.app.db.clone();
        let line = text(&db, "SELECT id FROM audit WHERE action = 'case.rejected'").await;

        tamper(&db, &format!("UPDATE audit SET actor = 'user:somebody' WHERE id = '{line}'")).await;
        let edited = verify(&app, None).await;
        says(&edited, "changed");
        assert_eq!(edited.problems[0].line.as_ref().map(|id| id.as_str()), Some(line.as_str()));
        let actor = text(&db, "SELECT decided_by FROM cases").await;
        tamper(&db, &format!("UPDATE audit SET actor = '{actor}' WHERE id = '{line}'")).await;
        assert_eq!(verify(&app, None).await.problems, []);

        let held = text(&db, "SELECT id FROM audit WHERE action = 'post.held'").await;
        tamper(&db, &format!("UPDATE audit SET id = 'x' WHERE id = '{line}'")).await;
        tamper(&db, &format!("UPDATE audit SET id = '{line}' WHERE id = '{held}'")).await;
        tamper(&db, &format!("UPDATE audit SET id = '{held}' WHERE id = 'x'")).await;
        let swapped = verify(&app, None).await;
        assert_eq!(swapped.problems.len(), 2, "{swapped:?}");
        tamper(&db, &format!("UPDATE audit SET id = 'x' WHERE id = '{line}'")).await;
        tamper(&db, &format!("UPDATE audit SET id = '{line}' WHERE id = '{held}'")).await;
        tamper(&db, &format!("UPDATE audit SET id = '{held}' WHERE id = 'x'")).await;
        assert_eq!(verify(&app, None).await.problems, []);

        tamper(&db, "INSERT INTO audit_erasures (site_id, audit_id, details_code, erased_at_ms)
            SELECT site_id, id, 'a guess', 0 FROM audit WHERE action = 'case.rejected'").await;
        says(&verify(&app, None).await, "changed");
        tamper(&db, "DELETE FROM audit_erasures").await;

        tamper(&db, &format!("DELETE FROM audit WHERE id = '{held}'")).await;
        says(&verify(&app, None).await, "1 lines were removed");
    }

    async fn the_chain_itself_cannot_be_replaced(app: TestApp) {
        let checkpoint = sealed_log(&app).await.checkpoint.expect("a checkpoint");
        app.submit_held("Another post").await;
        app.clock.advance_ms(60_000);
        app.app.run_until_idle().await.expect("work");
        assert_eq!(verify(&app, Some(&checkpoint)).await.problems, []);
        let longer = verify(&app, None).await.checkpoint.expect("a checkpoint");
        let db = app.app.db.clone();

        // Whoever owns the database cuts the log and its chain: sound in itself, but not what it was.
        let last = "(SELECT MAX(number) FROM audit_seals)";
        tamper(&db, &format!("DELETE FROM audit WHERE id > (SELECT through_id FROM audit_seals WHERE number = {last} - 1)")).await;
        tamper(&db, &format!("DELETE FROM audit_seals WHERE number = {last}")).await;
        assert_eq!(verify(&app, None).await.problems, []);
        says(&verify(&app, Some(&longer)).await, "cut short");

        tamper(&db, "UPDATE audit_seals SET sealed_at_ms = 1 WHERE number = 1").await;
        says(&verify(&app, None).await, "the seal was changed");
        tamper(&db, "UPDATE audit_seals SET signature = 'forged' WHERE number = 1").await;
        says(&verify(&app, None).await, "the signature is not ours");
    }

    async fn a_line_that_is_committed_late_is_sealed_late(app: TestApp) {
        let before = sealed_log(&app).await;
        let db = app.app.db.clone();
        // Another replica's clock or transaction was slow: the id is older than what is sealed.
        tamper(&db, "INSERT INTO audit (site_id, id, at_ms, actor, action, subject, details)
            SELECT site_id, '00000000000000000000000001', at_ms, actor, 'late', subject, details FROM audit
            WHERE action = 'post.held'").await;
        says(&verify(&app, None).await, "added");

        app.app.run_until_idle().await.expect("work");

        let after = verify(&app, None).await;
        assert_eq!(after.problems, []);
        assert_eq!(after.sealed, before.sealed + 1);
        tamper(&db, "UPDATE audit SET action = 'later' WHERE action = 'late'").await;
        says(&verify(&app, None).await, "changed");
    }

    async fn the_command_prints_what_it_finds_and_fails(app: TestApp) {
        sealed_log(&app).await;

        let printed = app.installation.run_json(&["audit", "verify", "--json"]).await;
        assert_eq!(printed[0]["site"], "main");
        assert_eq!(printed[0]["problems"].as_array().map(Vec::len), Some(0), "{printed}");
        tamper(&app.app.db, "UPDATE audit SET details = '{}' WHERE action = 'case.rejected'").await;

        let (printed, status) = app.installation.try_run(&["audit", "verify"]).await;
        assert_eq!(status.code(), Some(1), "{printed}");
        assert!(printed.contains("FAIL main") && printed.contains("changed"), "{printed}");
    }

    async fn keys_and_opened_cases_stand_in_the_log(app: TestApp) {
        let case = app.submit_held("A post").await;
        let path = app.path(&format!("admin/queue/{}", case["id"].as_str().expect("an id")));
        let owner = app.login(OWNER).await;
        let fields = [("kind", "api"), ("name", "Importer"), ("scope_submit", "true")];
        assert_eq!(owner.fill(&app.path("admin/keys"), &fields).await.status, 200);
        let keys = owner.get(&app.path("admin/keys")).await;
        let revoke = keys.form_to("/revoke").expect("a key to revoke");
        assert_eq!(owner.send(revoke, &[]).await.status, 303);
        let mora = app.login(MODERATOR).await;
        for _ in 0..3 {
            assert_eq!(mora.get(&path).await.status, 200);
        }

        let log = owner.get(&app.path("admin/audit")).await;
        let told = log.texts("tbody tr");
        let count = |words: &str| told.iter().filter(|line| line.contains(words)).count();
        // Two keys and a list of rules came from the command line, one key from the page.
        assert_eq!(count("Key made"), 3, "{told:?}");
        assert_eq!(count("Key revoked"), 1, "{told:?}");
        assert!(count("Importer") == 1 && count("the command line") == 3, "{told:?}");
        assert_eq!(count("Opened"), 1, "{told:?}");
        let found = owner.get(&app.path("admin/audit?text=importer")).await;
        assert_eq!(found.texts("tbody tr").len(), 1, "{}", found.text);
        let none = owner.get(&app.path("admin/audit?since=2031-01-01")).await;
        assert_eq!(none.texts("tbody tr").len(), 0, "{}", none.text);
        let refused = owner.get(&app.path("admin/audit?until=yesterday")).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
    }

    async fn the_log_is_read_in_words_and_names(app: TestApp) {
        let case = app.submit_held("Told in words").await;
        let path = app.path(&format!("admin/queue/{}", case["id"].as_str().expect("an id")));
        let olga = app.login(OWNER).await;
        assert_eq!(olga.get(&path).await.status, 200);
        let form = olga.get(&path).await.form(&["to", "words"]).expect("the form to hand over");
        assert_eq!(olga.send(form, &[("to", "owners"), ("words", "Have a look.")]).await.status, 303);
        let token = case["task_token"].as_str().expect("a token");
        assert_eq!(app.decide(token, "APPROVED").await.status, 200);
        assert_eq!(olga.fill("/account", &[("language", "tr")]).await.status, 303);

        let log = olga.get(&app.path("admin/audit")).await;

        let told = log.texts("tbody tr");
        let line = |words: &str| told.iter().find(|line| line.contains(words)).unwrap_or_else(|| panic!("no {words:?}: {told:?}"));
        assert!(line("Bekletildi").contains("“Told in words”"), "{told:?}");
        assert!(line("Bekletildi").contains(&format!("kurallar: {WORD}")), "{told:?}");
        assert!(line("Devredildi").contains("devralan: site sahipleri · Have a look."), "{told:?}");
        assert!(line("Onaylandı").contains("Bir anahtar"), "the key, which has no name: {told:?}");
        let id = regex::Regex::new("[0-9a-v]{26}").expect("a pattern");
        assert!(!told.iter().any(|line| id.is_match(line)), "an id says nothing to people: {told:?}");

        // What happened to the same post.
        let only = log.attributes("tbody .only", "href").remove(0);
        let of_post = olga.get(&only).await;
        assert!((4..told.len()).contains(&of_post.texts("tbody tr").len()), "{}", of_post.text);
        assert!(of_post.texts("tbody .only").is_empty(), "{}", of_post.text);
    }
}
