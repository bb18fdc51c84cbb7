//! What PostgreSQL makes of the statements that run all the time where a site has many rows: none may read a whole table
//! for the few rows that an index leads to. `store::plans` looks at SQLite's plans.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};

use crate::app::TestApp;
use crate::catalog::{Entry, catalog};
use crate::setting::{Kind, run};

/// So many rows that reading them all is dearer than any index.
const ROWS: i64 = 5_000;

/// The tables that grow with the posts, and what tells their rows apart.
const LONG: [(&str, &str); 6] = [
    ("posts", "id"),
    ("revisions", "post_id"),
    ("executions", "id"),
    ("cases", "id"),
    ("outbox", "id"),
    ("audit", "id"),
];

/// The statements, and what they are asked for, which is next to nothing.
const ALWAYS: [(&str, &str); 9] = [
    ("store/due.rs: LIST_EXECUTIONS", "0, 64"),
    ("store/due.rs: IS_REMINDER_DUE", "0"),
    ("store/outbox.rs: IS_DUE", "0"),
    ("store/feed.rs: LIST_NEWS", "1, '~', 2000"),
    ("store/feed.rs: LIST_CLAIMS", "1, 9000000000000"),
    ("store/queue.rs: COUNT_BEFORE", "1, 0, '', 1000"),
    ("store/search.rs: LIST_MISSING", "1, '~', 96"),
    ("store/search.rs: COUNT_MISSING", "1, '~', 1000"),
    (
        "store/search.rs: LIST_MATCHES_POSTGRES",
        "1, 'zebra | quagga', 2001",
    ),
];

#[test]
fn postgres_reads_no_whole_table_for_a_few_rows() {
    run(Kind::Postgres, async |app: TestApp| {
        app.submit_held("One of many").await;
        app.app.run_until_idle().await.expect("work");
        let mut conn = PgConnection::connect(&app.installation.database.url)
            .await
            .expect("connect");
        for (table, key) in LONG {
            let copy = format!(
                "INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, to_jsonb(one)
                    || jsonb_build_object('{key}', left(one.{key}, 20) || to_char(n, 'FM000000')))).*
                FROM (SELECT * FROM {table} LIMIT 1) AS one, generate_series(1, {ROWS}) AS n"
            );
            conn.execute(AssertSqlSafe(copy)).await.expect("copy rows");
        }
        let index = "INSERT INTO search_cases (site_id, case_id) SELECT site_id, id FROM cases
                ON CONFLICT DO NOTHING;
            INSERT INTO search_words SELECT id, one.words FROM search_cases
                CROSS JOIN (SELECT words FROM search_words LIMIT 1) AS one ON CONFLICT DO NOTHING;
            ANALYZE";
        conn.execute(index).await.expect("fill the index");

        let entries = catalog();
        for (name, arguments) in ALWAYS {
            let Entry { sql, .. } = entries
                .iter()
                .find(|entry| entry.name == name)
                .unwrap_or_else(|| panic!("there is no {name}"));
            for mode in ["force_custom_plan", "force_generic_plan"] {
                let steps = plan(&mut conn, sql, arguments, mode).await;
                let whole = steps.iter().any(|step| reads_whole(step));
                assert!(!whole, "{name}, {mode}: {steps:#?}");
            }
        }
    });
}

async fn plan(conn: &mut PgConnection, sql: &str, arguments: &str, mode: &str) -> Vec<String> {
    let prepare = format!("SET plan_cache_mode = {mode}; PREPARE asked AS {sql}");
    let explain = format!("EXPLAIN EXECUTE asked ({arguments})");
    conn.execute(AssertSqlSafe(prepare)).await.expect("prepare");
    let steps = conn
        .fetch_all(AssertSqlSafe(explain))
        .await
        .expect("explain");
    conn.execute("DEALLOCATE asked").await.expect("forget");
    steps.iter().map(|step| step.get(0)).collect()
}

/// Whether a step of a plan reads a long table from its beginning to its end.
fn reads_whole(step: &str) -> bool {
    let Some((_, table)) = step.split_once("Seq Scan on ") else {
        return false;
    };
    let table = table.split(' ').next().unwrap_or_default();
    let mut long = LONG.iter().map(|(long, _)| *long);
    long.any(|long| long == table) || ["search_cases", "search_words"].contains(&table)
}
