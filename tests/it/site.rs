//! A served site and the people on it, as verbs: what a test asks of any instance, in this process or in another.

use gatepost::moderation::site::SiteSettings;
use gatepost::on_db;
use serde_json::{Value, json};
use url::Url;

use crate::process::Installation;
use crate::visitor::{Page, Visitor};

/// Everybody's password.
pub const PASSWORD: &str = "gravel lantern tuesday oboe";
/// The owner of every prepared site.
pub const OWNER: &str = "olga@example.org";
/// A moderator of every prepared site.
pub const MODERATOR: &str = "mora@example.org";
/// An author on every prepared site.
pub const AUTHOR: &str = "anna@example.org";
/// The word that every prepared site holds posts for.
pub const WORD: &str = "forbidden";

/// One site of a running instance, with keys to it.
#[derive(Debug, Clone)]
pub struct Site {
    pub slug: String,
    pub base: Url,
    pub api_key: String,
    pub aws_key: (String, String),
    http: reqwest::Client,
}

impl Installation {
    /// Gives the site `main` an owner, a moderator, an author, a rule that holds a word, and keys; decisions take effect
    /// at once. The site is served at `base` only later.
    pub async fn prepare(&self) -> Site {
        self.prepare_site("main", OWNER, MODERATOR, AUTHOR).await
    }

    /// A second site with people of its own.
    pub async fn prepare_other(&self) -> Site {
        self.run(&["site", "add", "other", "--name", "The Other"])
            .await;
        self.prepare_site(
            "other",
            "otto@example.org",
            "maud@example.org",
            "arno@example.org",
        )
        .await
    }

    async fn prepare_site(&self, slug: &str, owner: &str, moderator: &str, author: &str) -> Site {
        for (email, role, name) in [
            (owner, "owner", "Olga Owner"),
            (moderator, "moderator", "Mora Moderator"),
            (author, "author", "Anna Author"),
        ] {
            let user = [
                "user",
                "add",
                "--site",
                slug,
                "--email",
                email,
                "--role",
                role,
                "--name",
                name,
                "--password-stdin",
            ];
            self.run_with(&user, PASSWORD).await;
        }
        self.hold_decisions(slug, 0).await;
        let words = self.database.folder.path().join("words.txt");
        std::fs::write(&words, format!("{WORD}\n")).expect("write a word list");
        let words = words.to_str().expect("a path is text");
        self.run(&[
            "rules",
            "import",
            "--site",
            slug,
            words,
            "--action",
            "hold",
            "--category",
            "house",
        ])
        .await;
        let api = self
            .run_json(&[
                "key",
                "add",
                "--site",
                slug,
                "--kind",
                "api",
                "--scope",
                "submit,read,decide,admin",
                "--json",
            ])
            .await;
        let aws = self
            .run_json(&["key", "add", "--site", slug, "--kind", "aws", "--json"])
            .await;
        let text = |value: &Value| value.as_str().expect("a key is text").to_owned();
        Site {
            slug: slug.to_owned(),
            base: Url::parse("http://127.0.0.1:1/").expect("a URL"),
            api_key: text(&api["key"]),
            aws_key: (text(&aws["access_key_id"]), text(&aws["secret_access_key"])),
            http: reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("make a client"),
        }
    }
}

impl Installation {
    /// Sets for how long decisions can be taken back.
    pub async fn hold_decisions(&self, slug: &str, seconds: i64) {
        let settings = SiteSettings {
            undo_seconds: seconds,
            ..SiteSettings::default()
        };
        let settings = serde_json::to_string(&settings).expect("settings are JSON");
        let db = self.database.open().await;
        on_db!(&db, |c| {
            let mut tx = c.begin().await.expect("begin");
            sqlx::query("UPDATE sites SET settings = $2 WHERE slug = $1")
                .bind(slug)
                .bind(settings)
                .execute(tx.conn())
                .await
                .expect("set the settings");
            tx.commit().await.expect("commit");
        });
    }
}

impl Site {
    /// The same site, served at `base`.
    pub fn at(&self, base: &Url) -> Self {
        Self {
            base: base.clone(),
            ..self.clone()
        }
    }

    /// `/s/SLUG/path`.
    pub fn path(&self, path: &str) -> String {
        format!("/s/{}/{path}", self.slug)
    }

    /// Somebody who is not logged in.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.base)
    }

    /// Somebody who is.
    pub async fn login(&self, email: &str) -> Visitor {
        let visitor = self.visitor();
        let page = visitor
            .fill("/login", &[("email", email), ("password", PASSWORD)])
            .await;
        assert_eq!(page.status, 303, "login of {email}: {}", page.text);
        visitor
    }

    /// A request to `/api/v1` with the site's key.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = self.base.join("/api/v1").expect("a URL").to_string() + path;
        self.http
            .request(method.parse().expect("a method"), url)
            .bearer_auth(&self.api_key)
    }

    pub async fn api_get(&self, path: &str) -> Page {
        Page::read(self.request("GET", path)).await
    }

    pub async fn api_post(&self, path: &str, body: &Value) -> Page {
        Page::read(self.request("POST", path).json(body)).await
    }

    /// Submits a post over the API.
    pub async fn submit(&self, title: &str, body: &str) -> Value {
        let page = self
            .api_post(
                "/posts",
                &json!({"title": title, "body": body, "author": {"email": AUTHOR}}),
            )
            .await;
        assert_eq!(page.status, 201, "{}", page.text);
        page.json()
    }

    /// Submits a post that is held, and returns its case.
    pub async fn submit_held(&self, title: &str) -> Value {
        let post = self.submit(title, &format!("It has a {WORD} word.")).await;
        assert_eq!(post["status"], "held", "{post}");
        self.case_of(post["id"].as_str().expect("an id")).await
    }

    /// The waiting case of a post.
    pub async fn case_of(&self, post: &str) -> Value {
        let page = self
            .api_get(&format!("/queue?status=waiting&post_id={post}"))
            .await;
        assert_eq!(page.status, 200, "{}", page.text);
        let mut cases = page.json();
        assert_eq!(cases["items"].as_array().map(Vec::len), Some(1), "{cases}");
        cases["items"][0].take()
    }

    /// A post as the API shows it.
    pub async fn post(&self, id: &str) -> Value {
        let page = self.api_get(&format!("/posts/{id}")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        page.json()
    }

    /// Decides over the API.
    pub async fn decide(&self, token: &str, decision: &str) -> Page {
        self.api_post(
            "/decisions",
            &json!({"task_token": token, "decision": decision}),
        )
        .await
    }
}
