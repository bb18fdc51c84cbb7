//! Nothing crosses from one site to another: every route, with the ids of one site at every place and the credentials of
//! another, answers 404; nor do lists, filters and nested ids show anything.

use gatepost::auth::role::{Access, Role};
use gatepost::http::{RouteRow, route_table};
use gatepost::on_db;
use gatepost::store::Db;
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::pair::{Pair, csrf_token};
use crate::site::{AUTHOR, OWNER};

const STRANGER: &str = "otto@example.org";

both_dbs! {
    async fn every_route_is_closed_to_another_sites_people(pair: Pair) {
        let stranger = pair.other.login(STRANGER).await;
        let owner = pair.app.login(OWNER).await;
        let author = pair.app.login(AUTHOR).await;
        let token = csrf_token(&stranger).await;
        // What its own people look at, they may leave traces on: who opened a case is written down.
        for route in &route_table() {
            let Access::Member(role) = route.access else { continue };
            let insider = if role == Role::Author { &author } else { &owner };
            if route.method == "GET" {
                let page = insider.get(&pair.fill(route, "main")).await;
                assert_ne!(page.status, 404, "{} is there for its own people", route.path);
            }
        }
        let before = rows_of_main(&pair.app.app.db).await;
        let mut walked = 0;

        for route in &route_table() {
            let Access::Member(_) = route.access else { continue };
            let page = pair.attempt(&stranger, route, "main", &token).await;
            assert_eq!(page.status, 404, "{} with the site of others: {}", route.path, page.text);
            walked += 1;
            // A format or a number is no id: that export, or that version, is the stranger's own.
            if route.path.replace("{format}", "").replace("{version}", "").matches('{').count() > 1 {
                let page = pair.attempt(&stranger, route, "other", &token).await;
                assert!(refused(route, page.status), "{} with an id of others: {} {}", route.path, page.status, page.text);
                walked += 1;
            }
        }

        assert!(walked > 20, "only {walked} attempts were made");
        assert_eq!(before, rows_of_main(&pair.app.app.db).await);
    }

    async fn the_api_is_closed_to_another_sites_key(pair: Pair) {
        let token = pair.app.case_of(&pair.ids["post"]).await["task_token"].take();
        let before = rows_of_main(&pair.app.app.db).await;

        for path in [format!("/posts/{}", pair.ids["post"]), format!("/queue/{}", pair.ids["case"])] {
            assert_eq!(pair.app.api_get(&path).await.status, 200, "{path} is there for its own key");
            assert_eq!(pair.other.api_get(&path).await.status, 404, "{path}");
        }
        for path in ["/posts", "/queue", &format!("/queue?post_id={}", pair.ids["post"])] {
            assert_ne!(pair.app.api_get(path).await.json()["items"], json!([]), "{path} is not empty for its own key");
            assert_eq!(pair.other.api_get(path).await.json()["items"], json!([]), "{path}");
        }
        let decision = pair.other.decide(token.as_str().expect("a token"), "APPROVED").await;
        assert_eq!((decision.status, &decision.json()["code"]), (404, &json!("unknown_token")));

        assert_eq!(before, rows_of_main(&pair.app.app.db).await);
    }
}

/// A GET has to find nothing; a POST may stumble over its fields first.
fn refused(route: &RouteRow, status: u16) -> bool {
    match route.method.as_str() {
        "GET" => status == 404,
        _ => (400..500).contains(&status),
    }
}

/// Every row of every table that belongs to the site `main`, as text.
async fn rows_of_main(db: &Db) -> Vec<String> {
    let mut rows = Vec::new();
    let columns: Vec<(String, String)> = match db {
        Db::Sqlite(c) => sqlx::query_as(
            "SELECT m.name, group_concat('quote(' || p.name || ')', '||'',''||') FROM sqlite_schema m
             JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND EXISTS
             (SELECT 1 FROM pragma_table_info(m.name) q WHERE q.name = 'site_id') GROUP BY m.name",
        )
        .fetch_all(c.read())
        .await
        .expect("list the tables"),
        Db::Postgres(c) => sqlx::query_as(
            "SELECT table_name::TEXT, table_name || '::TEXT' FROM information_schema.columns
             WHERE table_schema = 'public' AND column_name = 'site_id'",
        )
        .fetch_all(c.read())
        .await
        .expect("list the tables"),
    };
    assert!(columns.len() > 10, "{columns:?}");
    for (table, text) in columns {
        let query = format!(
            "SELECT {text} FROM {table} WHERE site_id = (SELECT id FROM sites WHERE slug = 'main')"
        );
        let mut found: Vec<String> = on_db!(db, |c| sqlx::query_scalar(AssertSqlSafe(query))
            .fetch_all(c.read())
            .await)
        .expect("read a table");
        found.sort();
        rows.extend(found.into_iter().map(|row| format!("{table}: {row}")));
    }
    rows
}
