//! What an operator can set. Sources in rising order: defaults, `gatepost.toml`, `GATEPOST_*`, flags. Everything is
//! checked before a port opens.

use std::net::SocketAddr;
use std::path::PathBuf;

use url::Url;

/// A checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where pages and APIs are served.
    pub listen: SocketAddr,
    /// What every link and every origin check is built from; has no trailing slash in its path.
    pub base_url: Url,
    /// Database, keys and mail files; mode 0700.
    pub data_dir: PathBuf,
    /// `sqlite:PATH` or `postgres://…`.
    pub database_url: String,
    /// The key that all others are derived from; made in `data_dir` when absent.
    pub secret_key: Option<Secret>,
    /// `smtp://` or `smtps://`; without it mail goes to files and the Outbox page.
    pub smtp_url: Option<Secret>,
    /// The sender of all mail.
    pub mail_from: String,
    /// Where `/metrics` is served, if at all.
    pub metrics_listen: Option<SocketAddr>,
    /// Proxies whose `X-Forwarded-For` is believed (addresses or CIDR blocks).
    pub trusted_proxies: Vec<String>,
}

/// A value that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}
