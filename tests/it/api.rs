//! The JSON API, call by call: what is answered, what is refused under which code, what another site's key sees, and
//! that all of it is as the API's own description says.

use std::net::TcpListener;
use std::sync::Arc;

use gatepost::app::App;
use gatepost::auth::access_key::{self, AccessKey, KeyKind, NewKey};
use gatepost::clock::ManualClock;
use gatepost::config::{Config, Secret};
use gatepost::http;
use gatepost::ids::{Ids, RuleId, SiteId};
use gatepost::moderation::rules::{Action, Rule, RuleDraft};
use gatepost::moderation::site;
use gatepost::store::keys;
use gatepost::store::rule_changes::{RuleSetChange, apply};
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

use crate::app::NOON_MS;
use crate::database::TestDatabase;
use crate::setting::{Arrange, Kind};
use crate::visitor::Page;

mod aws;
mod contract;
mod idempotency;
mod lists;
mod refusals;
mod rules;
mod scopes;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A served instance with two sites, which hold "lottery" and reject "casino".
struct Api {
    app: App,
    clock: ManualClock,
    base: Url,
    /// A key of the first site with all scopes.
    key: String,
    http: reqwest::Client,
    _shutdown: DropGuard,
    _database: TestDatabase,
}

impl Arrange for Api {
    async fn arrange(kind: Kind) -> Result<Self, String> {
        let database = TestDatabase::arrange(kind).await?;
        let listener = TcpListener::bind("127.0.0.1:0").expect("find a port");
        let address = listener.local_addr().expect("it is bound");
        let base = Url::parse(&format!("http://{address}/")).expect("an address makes a URL");
        let config = Config {
            base_url: base.clone(),
            data_dir: database.folder.path().join("data"),
            database_url: Secret(database.url.clone()),
            ..Config::default()
        };
        let clock = ManualClock::at(NOON_MS);
        let app = App::build(config, Arc::new(clock.clone()), Ids::seeded(3))
            .await
            .expect("build the app");
        app.found_site("other", "The Other")
            .await
            .expect("found a site");
        for site in site::list(&app.db).await.expect("list the sites") {
            let change = RuleSetChange {
                put: vec![
                    rule(&app, "lottery", Action::Hold),
                    rule(&app, "casino", Action::Reject),
                ],
                ..RuleSetChange::default()
            };
            apply(&app.db, site.id, &change, "test", NOON_MS)
                .await
                .expect("add rules");
        }
        let shutdown = CancellationToken::new();
        tokio::spawn(http::serve(app.clone(), listener, shutdown.clone()));
        let mut api = Self {
            app,
            clock,
            base,
            key: String::new(),
            http: reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("make a client"),
            _shutdown: shutdown.drop_guard(),
            _database: database,
        };
        api.key = api.key_of("main", "admin").await;
        Ok(api)
    }
}

fn rule(app: &App, pattern: &str, action: Action) -> Rule {
    Rule {
        id: app.ids.next::<RuleId>(NOON_MS).to_string(),
        draft: RuleDraft {
            pattern: pattern.to_owned(),
            category: "gambling".to_owned(),
            action,
            ..RuleDraft::default()
        },
    }
}

impl Api {
    async fn site_id(&self, slug: &str) -> SiteId {
        let site = site::find_by_slug(&self.app.db, slug)
            .await
            .expect("find a site");
        site.expect("the site exists").id
    }

    async fn create_key(&self, slug: &str, kind: KeyKind, scopes: &str) -> (AccessKey, String) {
        let new = NewKey {
            site_id: self.site_id(slug).await,
            kind,
            name: "The importer".to_owned(),
            scopes: scopes.parse().expect("scopes"),
        };
        let app = &self.app;
        access_key::create(
            &app.db,
            &app.keyring,
            &app.ids,
            app.clock.now_ms(),
            "test",
            new,
        )
        .await
        .expect("create a key")
    }

    /// A new API key.
    async fn key_of(&self, slug: &str, scopes: &str) -> String {
        self.create_key(slug, KeyKind::Api, scopes).await.1
    }

    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = self.base.join(&format!("/api/v1{path}")).expect("a path");
        self.http.request(method.parse().expect("a method"), url)
    }

    async fn get_with(&self, key: &str, path: &str) -> Page {
        Page::read(self.request("GET", path).bearer_auth(key)).await
    }

    async fn get(&self, path: &str) -> Page {
        self.get_with(&self.key, path).await
    }

    async fn post_with(&self, key: &str, path: &str, body: &Value) -> Page {
        Page::read(self.request("POST", path).bearer_auth(key).json(body)).await
    }

    async fn post(&self, path: &str, body: &Value) -> Page {
        self.post_with(&self.key, path, body).await
    }

    /// Submits a post and returns the answer.
    async fn submit(&self, title: &str, body: &str) -> Value {
        let page = self.post("/posts", &new_post(title, body)).await;
        assert_eq!(page.status, 201, "{}", page.text);
        page.json()
    }

    /// Submits a post that is held and returns its case.
    async fn hold(&self, title: &str) -> Value {
        let post = self.submit(title, "Win the lottery!").await;
        let page = self
            .get(&format!("/queue?post_id={}", text(&post["id"])))
            .await;
        assert_eq!(page.status, 200, "{}", page.text);
        page.json()["items"][0].take()
    }

    async fn decide(&self, token: &Value, decision: &str) -> Page {
        let body = json!({"task_token": token, "decision": decision});
        self.post("/decisions", &body).await
    }
}

fn new_post(title: &str, body: &str) -> Value {
    json!({"title": title, "body": body, "author": {"email": "Ana@Example.org", "name": "Ana"}})
}

fn text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is not text"))
}

both_dbs! {
    async fn posts_are_published_held_or_rejected_by_the_rules(api: Api) {
        let clean = api.submit("Clean", "Nothing to see.").await;
        let held = api.submit("Held", "Ä win in the lottery.").await;
        let rejected = api.submit("Rejected", "Come to the casino.").await;

        assert_eq!(clean["status"], "published");
        assert_eq!(clean["hits"], json!([]));
        assert!(text(&clean["url"]).contains("/s/main/posts/clean-"), "{clean}");
        assert_eq!(rejected["status"], "rejected");
        assert_eq!(held["status"], "held");
        assert!(text(&held["url"]).ends_with(&format!("/s/main/mine/{}", text(&held["id"]))));
        let arn = text(&held["execution_arn"]);
        assert!(arn.starts_with("arn:aws:states:us-east-1:") && arn.contains(":execution:moderation:"));
        let hit = &held["hits"][0];
        let found = (&hit["category"], &hit["field"], &hit["start"], &hit["end"], &hit["text"]);
        assert_eq!(found, (&json!("gambling"), &json!("body"), &json!(13), &json!(20), &json!("lottery")));

        let post = api.get(&format!("/posts/{}", text(&held["id"]))).await.json();
        assert_eq!(post["author"], json!({"email": "ana@example.org", "name": "Ana"}));
        assert_eq!((&post["body"], &post["revision"]), (&json!("Ä win in the lottery."), &json!(1)));
        assert_eq!(post["hits"], held["hits"]);
        assert_eq!(post["created_at"], "2030-01-01T12:00:00.000Z");
        assert_eq!(api.get("/posts").await.json()["items"].as_array().map(Vec::len), Some(3));
    }

    async fn checking_a_text_stores_nothing(api: Api) {
        let hold = api.post("/check", &json!({"title": "Lottery", "body": "x"})).await;
        let publish = api.post("/check", &json!({"body": "Nothing to see."})).await;

        assert_eq!(hold.status, 200, "{}", hold.text);
        assert_eq!(hold.json()["verdict"], "hold");
        assert_eq!(hold.json()["hits"][0]["field"], "title");
        assert_eq!(publish.json(), json!({"verdict": "publish", "hits": []}));
        assert_eq!(api.get("/posts").await.json()["items"], json!([]));
    }

    async fn the_first_decision_wins_and_the_others_learn_of_it(api: Api) {
        let case = api.hold("To be decided").await;
        assert_eq!(case["status"], "waiting");
        assert_eq!(case["waiting_since"], "2030-01-01T12:00:00.000Z");
        assert_eq!(case["deadline"], "2030-01-08T12:00:00.000Z");
        api.clock.advance_ms(60_000);

        let first = api.decide(&case["task_token"], "APPROVED").await;
        let again = api.decide(&case["task_token"], "APPROVED").await;
        let other = api.decide(&case["task_token"], "REJECTED").await;

        let expected = json!({
            "post_id": case["post_id"], "case_id": case["id"], "decision": "APPROVED",
            "decided_at": "2030-01-01T12:01:00.000Z", "decided_by": "The importer",
            "status": "published", "repeated": false,
        });
        assert_eq!((first.status, first.json()), (200, expected.clone()));
        let mut repeated = expected;
        repeated["repeated"] = json!(true);
        assert_eq!((again.status, again.json()), (200, repeated));
        let refused = other.json();
        assert_eq!((other.status, &refused["code"]), (409, &json!("already_decided")));
        assert_eq!(refused["decided_by"], "The importer");
        assert_eq!(refused["decided_at"], "2030-01-01T12:01:00.000Z");
        assert_eq!(refused["decision"], "APPROVED");
        assert_eq!(api.get("/queue").await.json()["items"], json!([]));
        let decided = api.get(&format!("/queue/{}", text(&case["id"]))).await.json();
        assert_eq!(decided["status"], "approved");
        assert_eq!(decided.get("task_token"), None);
    }

    async fn a_reason_reaches_the_case(api: Api) {
        let case = api.hold("To be rejected").await;
        let body = json!({"task_token": case["task_token"], "decision": "REJECTED", "reason": "No gambling.", "revision": 1});

        let answer = api.post("/decisions", &body).await;

        assert_eq!(answer.json()["status"], "rejected", "{}", answer.text);
        let case = api.get(&format!("/queue/{}", text(&case["id"]))).await.json();
        assert_eq!((&case["status"], &case["reason"]), (&json!("rejected"), &json!("No gambling.")));
    }

    async fn a_revoked_key_is_refused_within_a_second(api: Api) {
        let (key, text) = api.create_key("main", KeyKind::Api, "read").await;
        let before = api.get_with(&text, "/posts").await;

        access_key::revoke(&api.app.db, &api.app.ids, api.app.clock.now_ms(), "test", key.site_id, &key.id).await.expect("revoke");
        api.clock.advance_ms(1_000);
        let after = api.get_with(&text, "/posts").await;

        assert_eq!((before.status, after.status), (200, 401));
        let listed = keys::list(&api.app.db, key.site_id).await.expect("list");
        let used = listed.iter().find(|other| other.id == key.id).and_then(|key| key.used_at_ms);
        assert_eq!(used, Some(NOON_MS));
    }
}
