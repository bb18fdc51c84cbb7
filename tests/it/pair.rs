//! Two sites in one instance: `main` with something of everything, and `other`, whose owner wants it.

use std::collections::BTreeMap;

use gatepost::http::RouteRow;
use gatepost::on_db;
use regex::Regex;

use crate::app::TestApp;
use crate::process::Installation;
use crate::setting::{Arrange, Kind};
use crate::site::{AUTHOR, OWNER, Site, WORD};
use crate::visitor::{Page, Visitor};

/// The pair, and the keys to both.
pub struct Pair {
    pub app: TestApp,
    pub other: Site,
    /// An id of `main` for each name of a place.
    pub ids: BTreeMap<&'static str, String>,
}

impl Arrange for Pair {
    async fn arrange(kind: Kind) -> Result<Self, String> {
        let installation = Installation::arrange(kind).await?;
        let other = installation.prepare_other().await;
        let app = TestApp::start(installation, |_| {}).await;
        app.submit("Published", "Harmless.").await;
        app.submit(
            "Held",
            &format!("It has a {WORD} ![image](http://127.0.0.1/)."),
        )
        .await;
        let owner = app.login(OWNER).await;
        let people = app.path("admin/people");
        let invited = owner
            .fill(
                &people,
                &[("email", "inge@example.org"), ("role", "moderator")],
            )
            .await;
        assert!(invited.status < 400, "{}", invited.text);
        let token = csrf_token(&owner).await;
        let view = [
            ("csrf_token", token.as_str()),
            ("name", "Spam"),
            ("state", "waiting"),
        ];
        let kept = owner.post(&app.path("admin/queue/views"), &view).await;
        assert_eq!(kept.status, 303, "{}", kept.text);
        let author = app.login(AUTHOR).await;
        let write = author.get(&app.path("write")).await;
        let mut draft = write.form(&["title", "body"]).expect("the form");
        draft.action = author.url(&app.path("write/draft"));
        assert_eq!(
            author.send(draft, &[("title", "A draft")]).await.status,
            303
        );
        let check = serde_json::json!({"url": "https://checks.example.org/", "enabled": false});
        let put = Page::read(app.request("PUT", "/checks/images").json(&check)).await;
        assert_eq!(put.status, 201, "{}", put.text);
        let mut ids = BTreeMap::new();
        for (name, query) in IDS {
            let id: String = on_db!(&app.app.db, |c| sqlx::query_scalar(query)
                .fetch_one(c.read())
                .await)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
            ids.insert(name, id);
        }
        let other = other.at(&app.base);
        Ok(Self { app, other, ids })
    }
}

/// Where an id of `main` comes from, by the name of its place in a path.
const IDS: [(&str, &str); 12] = [
    (
        "check",
        "SELECT c.name FROM external_checks c JOIN sites s ON s.id = c.site_id WHERE s.slug = 'main'",
    ),
    (
        "draft",
        "SELECT d.id FROM drafts d JOIN sites s ON s.id = d.site_id WHERE s.slug = 'main'",
    ),
    (
        "post",
        "SELECT p.id FROM posts p JOIN sites s ON s.id = p.site_id WHERE s.slug = 'main' AND p.status = 'held'",
    ),
    (
        "slug",
        "SELECT p.slug FROM posts p JOIN sites s ON s.id = p.site_id WHERE s.slug = 'main' AND p.slug IS NOT NULL",
    ),
    (
        "case",
        "SELECT c.id FROM cases c JOIN sites s ON s.id = c.site_id WHERE s.slug = 'main'",
    ),
    (
        "execution",
        "SELECT e.id FROM executions e JOIN sites s ON s.id = e.site_id WHERE s.slug = 'main' LIMIT 1",
    ),
    (
        "rule",
        "SELECT r.id FROM rules r JOIN sites s ON s.id = r.site_id WHERE s.slug = 'main'",
    ),
    (
        "mail",
        "SELECT o.id FROM outbox o JOIN sites s ON s.id = o.site_id WHERE s.slug = 'main' LIMIT 1",
    ),
    (
        "invitation",
        "SELECT token_hash FROM one_time_links WHERE purpose = 'invite'",
    ),
    (
        "user",
        "SELECT u.id FROM users u WHERE u.email = 'mora@example.org'",
    ),
    (
        "view",
        "SELECT v.id FROM views v JOIN sites s ON s.id = v.site_id WHERE s.slug = 'main'",
    ),
    (
        "key",
        "SELECT k.id FROM access_keys k JOIN sites s ON s.id = k.site_id WHERE s.slug = 'main' AND k.kind = 'api'",
    ),
];

/// Fields that some form of some route takes; each gets a value that its handler would act on.
const FIELDS: [(&str, &str); 6] = [
    ("decision", "REJECTED"),
    ("revision", "1"),
    ("reason", "It is not mine to say."),
    ("note", ""),
    ("title", "Taken over"),
    ("body", "Taken over."),
];

impl Pair {
    /// The path of `route` on `site`, with the ids of `main`.
    pub fn fill(&self, route: &RouteRow, site: &str) -> String {
        let place = Regex::new(r"\{(\w+)\}").expect("a pattern");
        let path = place.replace_all(route.path, |found: &regex::Captures<'_>| match &found[1] {
            "site" => site.to_owned(),
            "format" => "csv".to_owned(),
            "version" | "number" => "1".to_owned(),
            name => self
                .ids
                .get(name)
                .unwrap_or_else(|| panic!("no id for {{{name}}} of {}", route.path))
                .clone(),
        });
        path.into_owned()
    }

    /// Asks for it, with a form that its handler would act on.
    pub async fn attempt(
        &self,
        visitor: &Visitor,
        route: &RouteRow,
        site: &str,
        token: &str,
    ) -> Page {
        let path = self.fill(route, site);
        match route.method.as_str() {
            "GET" => visitor.get(&path).await,
            _ => {
                let mut fields = vec![("csrf_token", token)];
                if path.ends_with("/decision") {
                    fields.extend(&FIELDS[..4]);
                } else if ["/revise", "/preview", "/draft"]
                    .iter()
                    .any(|end| path.ends_with(end))
                {
                    fields.extend([FIELDS[1], FIELDS[4], FIELDS[5]]);
                }
                visitor.post(&path, &fields).await
            }
        }
    }
}

/// A token for forms of this person's session.
pub async fn csrf_token(visitor: &Visitor) -> String {
    let page = visitor.get("/account").await;
    let form = page
        .form(&["csrf_token"])
        .unwrap_or_else(|| panic!("no form in {}", page.text));
    form.fields
        .iter()
        .find(|(name, _)| name == "csrf_token")
        .expect("a token")
        .1
        .clone()
}
