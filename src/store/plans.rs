//! What SQLite makes of the statements that run all the time: none may read all rows of a site. `migrations/sqlite/0005`
//! tells its planner how many those are.

use std::path::PathBuf;

use sqlx::Row as _;

use super::{
    Db, author_past, case_texts, checks, due, engine_sqlite, executions, migrate, outbox, posts,
    records,
};
use crate::on_db;

/// The steps of a statement's plan.
async fn plan(db: &Db, sql: &str) -> Vec<String> {
    on_db!(db, |c| {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
            .fetch_all(c.read())
            .await
            .unwrap();
        rows.iter().map(|row| row.get("detail")).collect()
    })
}

/// An empty database in a file of its own.
async fn empty(name: &str) -> (Db, PathBuf) {
    let file = format!("gatepost-plans-{name}-{}.db", std::process::id());
    let path = std::env::temp_dir().join(file);
    let db = Db::open(&format!("sqlite:{}", path.display()))
        .await
        .unwrap();
    migrate::up(&db).await.unwrap();
    (db, path)
}

#[tokio::test]
async fn what_runs_all_the_time_reads_only_what_it_needs() {
    let (db, path) = empty("all").await;
    let by_post = "USING INDEX cases_by_post (site_id=? AND post_id=?)";
    let runs_of_post = "USING INDEX executions_by_post (site_id=? AND post_id=? AND id<?)";
    let by_id = "USING PRIMARY KEY (site_id=? AND id=?)";

    for (sql, step) in [
        (case_texts::FIND_WAITING_OF_POST, by_post),
        (case_texts::FIND_OPEN_OF_POST, by_post),
        (case_texts::FIND_POST, by_post),
        (engine_sqlite::load::FIND_CASE_OF_EXECUTION, by_post),
        (executions::LIST_OF_POST, runs_of_post),
        (outbox::CLAIM_SQLITE[0], by_id),
        (outbox::CLAIM_SQLITE[1], by_id),
        (due::TAKE_REMINDERS, by_id),
        (
            checks::CLAIM_SQLITE,
            "USING PRIMARY KEY (site_id=? AND task_id=?)",
        ),
        (
            checks::CLAIM_SQLITE,
            "USING COVERING INDEX check_requests_of_site (site_id=? AND lease_until_ms<?)",
        ),
        (
            checks::DUE_SITES,
            "USING COVERING INDEX check_requests_of_site (site_id=? AND lease_until_ms<?)",
        ),
    ] {
        let steps = plan(&db, sql).await;
        assert!(
            steps.iter().any(|found| found.ends_with(step)),
            "{sql}: {steps:#?}"
        );
        let reads_a_site = |step: &String| step.ends_with("(site_id=?)");
        assert!(!steps.iter().any(reads_a_site), "{sql}: {steps:#?}");
    }
    db.close().await;
    std::fs::remove_file(path).unwrap();
}

/// The posts of an author come from two tables in order, so that the newest ones cost no more the more there are.
#[tokio::test]
async fn the_newest_posts_of_an_author_are_not_sorted() {
    let (db, path) = empty("authors").await;
    for sql in [
        posts::LIST_OF_AUTHOR,
        author_past::LIST_EARLIER,
        author_past::COUNT_BY_STATUS,
        author_past::LIST_HITS,
        records::FIND,
        records::LIST_OF_POSTS,
    ] {
        let steps = plan(&db, sql).await;
        let says = |text: &str| steps.iter().any(|step| step.contains(text));
        assert!(says("MERGE (UNION ALL)"), "{sql}: {steps:#?}");
        assert!(!says("FOR ORDER BY"), "{sql}: {steps:#?}");
    }
    db.close().await;
    std::fs::remove_file(path).unwrap();
}
