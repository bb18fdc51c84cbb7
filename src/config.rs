//! What an operator can set, checked. Sources in rising order: defaults, `gatepost.toml`, `GATEPOST_*`, flags
//! (`config/sources.rs`); the list of settings with their texts is `config/settings.rs`. Nothing here opens a port or a
//! database.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use url::Url;

pub mod allowed;
pub mod data_dir;
pub mod proxies;
pub mod settings;
pub mod sources;

use allowed::Allowed;
use proxies::IpBlock;

/// A checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where pages and APIs are served.
    pub listen: SocketAddr,
    /// What every link and every origin check is built from; see [`Config::link`].
    pub base_url: Url,
    /// Database, keys and mail files; mode 0700.
    pub data_dir: PathBuf,
    /// `sqlite:PATH` or `postgres://…`.
    pub database_url: Secret,
    /// The key that all others are derived from; made in `data_dir` when absent ([`data_dir::secret_key`]).
    pub secret_key: Option<Secret>,
    /// `smtp://` or `smtps://`; without it mail goes to files and the Outbox page.
    pub smtp_url: Option<Secret>,
    /// Certificates that the mail server may be signed by, besides the public ones.
    pub smtp_ca: Option<PathBuf>,
    /// The sender of all mail.
    pub mail_from: String,
    /// Where `/metrics` is served, if at all.
    pub metrics_listen: Option<SocketAddr>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpBlock>,
    /// Hosts and addresses that external checks may be at although they are not public.
    pub checks_allow: Vec<Allowed>,
    /// Hosts and addresses that images of posts are fetched from for moderators although they are not public.
    pub images_allow: Vec<Allowed>,
    /// Which log lines are written: a level, or a list like `warn,gatepost::outbox=debug`.
    pub log: String,
    /// How log lines are written.
    pub log_format: LogFormat,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
        let data_dir = PathBuf::from("./data");
        Self {
            listen,
            base_url: derived_base_url(listen),
            database_url: derived_database_url(&data_dir),
            data_dir,
            secret_key: None,
            smtp_url: None,
            smtp_ca: None,
            mail_from: "Gatepost <gatepost@localhost>".to_owned(),
            metrics_listen: None,
            trusted_proxies: Vec::new(),
            checks_allow: Vec::new(),
            images_allow: Vec::new(),
            log: "info".to_owned(),
            log_format: LogFormat::Auto,
        }
    }
}

impl Config {
    /// An absolute link to `path` (which begins with a slash), below the base URL's own path if it has one.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base_url.as_str().trim_end_matches('/'))
    }

    /// Whether the database is PostgreSQL, which several replicas can share.
    pub fn is_postgres(&self) -> bool {
        !self.database_url.reveal().starts_with("sqlite:")
    }
}

/// The base URL where none is given. An unspecified address is not one to link to, so loopback stands for it.
pub(crate) fn derived_base_url(listen: SocketAddr) -> Url {
    let mut reachable = listen;
    if listen.ip().is_unspecified() {
        reachable.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    Url::parse(&format!("http://{reachable}/")).expect("an address makes a URL")
}

fn derived_database_url(data_dir: &Path) -> Secret {
    Secret(format!("sqlite:{}", data_dir.join("gatepost.db").display()))
}

/// A value that is never logged; [`settings`] knows how much of it may be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl Secret {
    /// The value itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}
