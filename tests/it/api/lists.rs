//! Lists are walked by cursors: each item once, whatever happens meanwhile.

use serde_json::{Value, json};

use super::{Api, text};

impl Api {
    /// Follows the cursors of `path` to the end and returns the ids of each page.
    async fn walk(&self, path: &str) -> Vec<Vec<String>> {
        let mut pages = Vec::new();
        let mut cursor = Value::Null;
        loop {
            let next = match cursor.as_str() {
                Some(cursor) => format!("{path}&cursor={cursor}"),
                None => path.to_owned(),
            };
            let page = self.get(&next).await;
            assert_eq!(page.status, 200, "{}", page.text);
            let mut page = page.json();
            let items = page["items"].as_array().expect("items");
            pages.push(
                items
                    .iter()
                    .map(|item| text(&item["id"]).to_owned())
                    .collect(),
            );
            cursor = page["next_cursor"].take();
            if cursor.is_null() {
                return pages;
            }
        }
    }
}

both_dbs! {
    async fn posts_come_newest_first_page_by_page(api: Api) {
        let mut expected = Vec::new();
        for n in 0..5 {
            api.clock.advance_ms(1);
            expected.insert(0, text(&api.submit(&format!("Post {n}"), "Text.").await["id"]).to_owned());
        }
        api.hold("Held").await;

        let pages = api.walk("/posts?status=published&limit=2").await;
        let even = api.walk("/posts?status=published&limit=5").await;

        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
        assert_eq!(pages.concat(), expected);
        assert_eq!(even, [expected]);
    }

    async fn the_queue_comes_by_deadline_and_loses_no_case_when_one_is_decided(api: Api) {
        let mut cases = Vec::new();
        for n in 0..4 {
            api.clock.advance_ms(1_000);
            cases.push(api.hold(&format!("Case {n}")).await);
        }
        let first = api.get("/queue?limit=2").await.json();
        let cursor = text(&first["next_cursor"]).to_owned();
        api.decide(&cases[0]["task_token"], "APPROVED").await;

        let second = api.get(&format!("/queue?limit=2&cursor={cursor}")).await.json();
        let approved = api.get("/queue?status=approved").await.json();

        let ids = |page: &Value| -> Vec<Value> {
            page["items"].as_array().expect("items").iter().map(|case| case["id"].clone()).collect()
        };
        assert_eq!(ids(&first), [cases[0]["id"].clone(), cases[1]["id"].clone()]);
        assert_eq!(ids(&second), [cases[2]["id"].clone(), cases[3]["id"].clone()]);
        assert_eq!(second["next_cursor"], Value::Null);
        assert_eq!(ids(&approved), [cases[0]["id"].clone()]);
        let of_post = api.get(&format!("/queue?status=waiting&post_id={}", text(&cases[2]["post_id"]))).await.json();
        assert_eq!(ids(&of_post), [cases[2]["id"].clone()]);
    }

    async fn a_query_that_cannot_be_meant_is_refused(api: Api) {
        for (path, field) in [
            ("/posts?limit=0", "limit"),
            ("/posts?limit=101", "limit"),
            ("/posts?limit=ten", "limit"),
            ("/posts?cursor=nonsense", "cursor"),
            ("/posts?cursor=%00", "cursor"),
            ("/posts?status=lost", "status"),
            ("/posts?colour=red", "colour"),
            ("/posts?limit=1&limit=2", "limit"),
            ("/queue?cursor=MQ", "cursor"),
            ("/queue?post_id=1", "post_id"),
        ] {
            let page = api.get(path).await;
            let problem = page.json();
            assert_eq!((page.status, &problem["code"]), (400, &json!("invalid_field")), "{path}");
            assert!(text(&problem["detail"]).contains(field), "{path}: {problem}");
        }
    }
}
