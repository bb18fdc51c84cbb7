//! Gatepost in this process: a clock that the test moves, workers that run when the test says so, everything else as
//! served. Its people and rules are made by the program's own commands before it starts.

use std::net::TcpListener;
use std::ops::Deref;
use std::sync::Arc;

use gatepost::app::App;
use gatepost::clock::{Clock as _, ManualClock};
use gatepost::config::{Config, Secret};
use gatepost::http;
use gatepost::ids::Ids;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

use crate::mailbox::{self, Mail};
use crate::process::Installation;
use crate::setting::{Arrange, Kind};
use crate::site::Site;

/// 2030-01-01T12:00:00Z, after everything that the commands wrote by the machine's clock.
pub const NOON_MS: i64 = 1_893_499_200_000;

/// A served instance with one prepared site, which its verbs are about.
pub struct TestApp {
    pub app: App,
    pub clock: ManualClock,
    pub site: Site,
    pub installation: Installation,
    _shutdown: DropGuard,
}

impl Deref for TestApp {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl Arrange for TestApp {
    async fn arrange(kind: Kind) -> Result<Self, String> {
        Ok(Self::start(Installation::arrange(kind).await?, |_| {}).await)
    }
}

impl TestApp {
    /// Prepares and serves `installation`, with the configuration changed by `change`.
    pub async fn start(installation: Installation, change: impl FnOnce(&mut Config)) -> Self {
        let site = installation.prepare().await;
        let listener = TcpListener::bind("127.0.0.1:0").expect("find a port");
        let listen = listener.local_addr().expect("it is bound");
        let base = Url::parse(&format!("http://{listen}/")).expect("an address makes a URL");
        let mut config = Config {
            listen,
            base_url: base.clone(),
            data_dir: installation.database.folder.path().to_owned(),
            database_url: Secret(installation.database.url.clone()),
            secret_key: installation
                .setting("GATEPOST_SECRET_KEY")
                .map(|key| Secret(key.to_owned())),
            ..Config::default()
        };
        change(&mut config);
        let clock = ManualClock::at(NOON_MS);
        let app = App::build(config, Arc::new(clock.clone()), Ids::seeded(1))
            .await
            .expect("build the app");
        let shutdown = CancellationToken::new();
        tokio::spawn(http::serve(app.clone(), listener, shutdown.clone()));
        Self {
            site: site.at(&base),
            app,
            clock,
            installation,
            _shutdown: shutdown.drop_guard(),
        }
    }

    /// Now, as the instance sees it.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// The mails that were written to files so far, oldest first.
    pub fn inbox(&self) -> Vec<Mail> {
        mailbox::files(self.installation.database.folder.path())
    }
}
