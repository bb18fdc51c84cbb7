//! A served instance in this process on which nobody is yet, and ways around its pages: people straight into the
//! database, sessions without a login, links as the mails would carry them.

use std::net::TcpListener;
use std::sync::Arc;

use gatepost::app::App;
use gatepost::auth::csrf::{self, Binding};
use gatepost::auth::keyring::secret_hash;
use gatepost::auth::one_time::{self, LinkPurpose};
use gatepost::auth::password::NewPassword;
use gatepost::auth::role::Role;
use gatepost::auth::session;
use gatepost::clock::{Clock as _, ManualClock};
use gatepost::config::{Config, Secret};
use gatepost::ids::Ids;
use gatepost::moderation::site::{self, Site};
use gatepost::people::add::{self, Add};
use gatepost::people::email::EmailAddress;
use gatepost::people::name::Name;
use gatepost::people::{User, account};
use gatepost::{http, on_db};
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

use crate::app::NOON_MS;
use crate::process::Installation;
use crate::setting::{Arrange, Kind};
use crate::site::PASSWORD;
use crate::visitor::{Page, Visitor};

/// A served instance with its first site and nobody on it.
pub struct Fresh {
    pub app: App,
    pub clock: ManualClock,
    pub base: Url,
    _installation: Installation,
    _shutdown: DropGuard,
}

impl Arrange for Fresh {
    async fn arrange(kind: Kind) -> Result<Self, String> {
        Ok(Self::start(Installation::arrange(kind).await?, None).await)
    }
}

/// The same, where mail can be sent.
pub struct FreshWithMail(pub Fresh);

impl Arrange for FreshWithMail {
    async fn arrange(kind: Kind) -> Result<Self, String> {
        let smtp = Secret("smtp://127.0.0.1:9".to_owned());
        Ok(Self(
            Fresh::start(Installation::arrange(kind).await?, Some(smtp)).await,
        ))
    }
}

impl Fresh {
    async fn start(installation: Installation, smtp_url: Option<Secret>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("find a port");
        let listen = listener.local_addr().expect("it is bound");
        let base = Url::parse(&format!("http://{listen}/")).expect("an address makes a URL");
        let config = Config {
            listen,
            base_url: base.clone(),
            data_dir: installation.database.folder.path().to_owned(),
            database_url: Secret(installation.database.url.clone()),
            secret_key: Some(Secret(
                "a key for tests, long enough for all of it".to_owned(),
            )),
            smtp_url,
            ..Config::default()
        };
        let clock = ManualClock::at(NOON_MS);
        let app = App::build(config, Arc::new(clock.clone()), Ids::seeded(1))
            .await
            .expect("build the app");
        let shutdown = CancellationToken::new();
        tokio::spawn(http::serve(app.clone(), listener, shutdown.clone()));
        Self {
            app,
            clock,
            base,
            _installation: installation,
            _shutdown: shutdown.drop_guard(),
        }
    }

    /// A browser.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.base)
    }

    /// The site with that name in paths.
    pub async fn site(&self, slug: &str) -> Site {
        let found = site::find_by_slug(&self.app.db, slug).await;
        found.expect("look for a site").expect("there is the site")
    }

    /// Somebody with an account and the usual password.
    pub async fn add(&self, slug: &str, email: &str, role: Role) -> User {
        let given = Add {
            email: EmailAddress::parse(email).expect("an address"),
            name: Some(Name::parse("Robin").expect("a name")),
            role,
            password: Some(
                NewPassword::parse(PASSWORD, &[]).unwrap_or_else(|_| panic!("a password")),
            ),
        };
        let site = self.site(slug).await;
        add::add(&self.app, &site, given)
            .await
            .expect("add somebody")
            .user
    }

    /// Logs in by the page; the answer is what it is.
    pub async fn log_in(&self, visitor: &Visitor, email: &str, password: &str) -> Page {
        visitor
            .fill("/login", &[("email", email), ("password", password)])
            .await
    }

    /// A session's cookie and the token for its forms, without a login.
    pub async fn session(&self, user: &User) -> (String, String) {
        let user = account::find(&self.app, &user.id).await;
        let user = user.expect("look for a user").expect("there is the user");
        let token = session::begin(&self.app.db, self.clock.now_ms(), &user, "test", None)
            .await
            .expect("begin a session");
        let form_token = csrf::token(&self.app.keyring, &Binding::Session(secret_hash(&token)), 1);
        (format!("gp_session={token}"), form_token)
    }

    /// The links in the mails of one kind, oldest first, as their texts would have them.
    pub async fn mailed_links(&self, kind: &'static str, purpose: LinkPurpose) -> Vec<String> {
        const PAYLOADS: &str = "SELECT payload FROM outbox WHERE kind = $1 ORDER BY id";
        let payloads: Vec<String> = on_db!(&self.app.db, |c| sqlx::query_scalar(PAYLOADS)
            .bind(kind)
            .fetch_all(c.read())
            .await
            .expect("read the outbox"));
        let seed = |payload: &String| {
            let payload: serde_json::Value =
                serde_json::from_str(payload).expect("a payload is JSON");
            payload["seed"].as_str().expect("it has a seed").to_owned()
        };
        payloads
            .iter()
            .map(|payload| {
                let base = &self.app.config.base_url;
                one_time::url(base, &self.app.keyring, purpose, &seed(payload))
            })
            .collect()
    }
}
