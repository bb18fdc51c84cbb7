//! The settings one by one: name, meaning, how its text is read, how it is shown. The example file, the documentation
//! and `gatepost config show` follow this list. Knows nothing of where a text came from.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use lettre::message::Mailbox;
use sqlx::postgres::PgConnectOptions;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::{Config, LogFormat, Secret};
use crate::outbox::transport::smtp;

/// One thing that can be set. The environment variable is `GATEPOST_` and the key in capitals.
pub struct Setting {
    /// Its name in `gatepost.toml`.
    pub key: &'static str,
    /// The default, as the documentation puts it.
    pub default: &'static str,
    /// One sentence on what it does.
    pub help: &'static str,
    /// Whether its value is masked and can be read from a file by the key with `_file` behind it.
    pub is_secret: bool,
    read: fn(&mut Config, &str) -> Result<(), String>,
    show: fn(&Config) -> String,
}

impl Setting {
    /// Puts `text` into `config`, or says what would have been right.
    pub fn read(&self, config: &mut Config, text: &str) -> Result<(), String> {
        (self.read)(config, text)
    }

    /// Its value in `config`, secrets masked; empty where it is off.
    pub fn show(&self, config: &Config) -> String {
        (self.show)(config)
    }

    /// The environment variable.
    pub fn variable(&self) -> String {
        format!("GATEPOST_{}", self.key.to_ascii_uppercase())
    }
}

/// A secret key shorter than this is refused.
const SECRET_KEY_LENGTH: usize = 32;
const ADDRESS: &str = "expected an address and a port, like 127.0.0.1:8080";

/// All settings, in the order in which they are documented.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "listen",
        default: "127.0.0.1:8080",
        help: "The address and port of pages and APIs; 0.0.0.0:8080 serves all networks.",
        is_secret: false,
        read: |config, text| {
            config.listen = address(text)?;
            Ok(())
        },
        show: |config| config.listen.to_string(),
    },
    Setting {
        key: "base_url",
        default: "http:// and the value of listen",
        help: "What people type to get here; every link in mail and every origin check uses it.",
        is_secret: false,
        read: |config, text| {
            config.base_url = base_url(text)?;
            Ok(())
        },
        show: |config| config.link(""),
    },
    Setting {
        key: "data_dir",
        default: "./data",
        help: "The directory of the database, the keys and the mail files; made with mode 0700.",
        is_secret: false,
        read: |config, text| {
            config.data_dir = PathBuf::from(text);
            Ok(())
        },
        show: |config| config.data_dir.display().to_string(),
    },
    Setting {
        key: "database_url",
        default: "sqlite: and gatepost.db in data_dir",
        help: "sqlite:PATH, or postgres://USER:PASSWORD@HOST/NAME for several replicas.",
        is_secret: true,
        read: |config, text| {
            config.database_url = database_url(text)?;
            Ok(())
        },
        show: |config| masked_url(config.database_url.reveal()),
    },
    Setting {
        key: "secret_key",
        default: "made at the first start, in secret.key in data_dir",
        help: "The key that signs tokens and links: 32 characters or more, the same for all replicas.",
        is_secret: true,
        read: |config, text| {
            config.secret_key = Some(secret_key(text)?);
            Ok(())
        },
        show: |config| {
            config
                .secret_key
                .as_ref()
                .map_or_else(String::new, |_| MASK.to_owned())
        },
    },
    Setting {
        key: "smtp_url",
        default: "none: mail is written to files in data_dir and shown on the Outbox page",
        help: "smtps://USER:PASSWORD@HOST, or smtp://HOST:PORT, which must offer STARTTLS unless it is on this machine or ?tls=none follows.",
        is_secret: true,
        read: |config, text| {
            config.smtp_url = Some(smtp_url(text)?);
            Ok(())
        },
        show: |config| {
            config
                .smtp_url
                .as_ref()
                .map_or_else(String::new, |url| masked_url(url.reveal()))
        },
    },
    Setting {
        key: "smtp_ca",
        default: "none: only the public authorities",
        help: "A file of certificates (PEM) that the mail server's may be signed by besides the public ones.",
        is_secret: false,
        read: |config, text| {
            config.smtp_ca = Some(certificates(text)?);
            Ok(())
        },
        show: |config| {
            config
                .smtp_ca
                .as_ref()
                .map_or_else(String::new, |path| path.display().to_string())
        },
    },
    Setting {
        key: "mail_from",
        default: "Gatepost <gatepost@localhost>",
        help: "The sender of all mail.",
        is_secret: false,
        read: |config, text| {
            config.mail_from = mail_from(text)?;
            Ok(())
        },
        show: |config| config.mail_from.clone(),
    },
    Setting {
        key: "metrics_listen",
        default: "off",
        help: "An address and port of its own for /metrics; keep it inside your network.",
        is_secret: false,
        read: |config, text| {
            config.metrics_listen = Some(address(text)?);
            Ok(())
        },
        show: |config| {
            config
                .metrics_listen
                .map_or_else(String::new, |at| at.to_string())
        },
    },
    Setting {
        key: "trusted_proxies",
        default: "none",
        help: "Proxies whose X-Forwarded-For is believed: addresses or blocks.",
        is_secret: false,
        read: |config, text| {
            config.trusted_proxies = list(text)?;
            Ok(())
        },
        show: |config| joined(&config.trusted_proxies),
    },
    Setting {
        key: "checks_allow",
        default: "none: only https to public addresses",
        help: "Hosts and networks inside yours that external checks may be at, over http too: names, addresses or blocks.",
        is_secret: false,
        read: |config, text| {
            config.checks_allow = list(text)?;
            Ok(())
        },
        show: |config| joined(&config.checks_allow),
    },
    Setting {
        key: "images_allow",
        default: "none: only https to public addresses",
        help: "Hosts and networks inside yours that images of posts are fetched from for moderators, over http too. Authors choose the address.",
        is_secret: false,
        read: |config, text| {
            config.images_allow = list(text)?;
            Ok(())
        },
        show: |config| joined(&config.images_allow),
    },
    Setting {
        key: "log",
        default: "info",
        help: "Which log lines are written: error, warn, info, debug, or a list like warn,gatepost::outbox=debug.",
        is_secret: false,
        read: |config, text| {
            config.log = log_filter(text)?;
            Ok(())
        },
        show: |config| config.log.clone(),
    },
    Setting {
        key: "log_format",
        default: "auto",
        help: "text, json, or auto: text on a terminal, JSON lines elsewhere.",
        is_secret: false,
        read: |config, text| {
            config.log_format = log_format(text)?;
            Ok(())
        },
        show: |config| format!("{:?}", config.log_format).to_lowercase(),
    },
];

/// The setting of that name.
pub fn find_setting(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// What stands for a secret.
pub const MASK: &str = "***";

/// `url` without its password.
pub fn masked_url(url: &str) -> String {
    match Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() => match parsed.set_password(Some(MASK)) {
            Ok(()) => parsed.to_string(),
            Err(()) => MASK.to_owned(),
        },
        Ok(_) => url.to_owned(),
        Err(_) => MASK.to_owned(),
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| ADDRESS.to_owned())
}

fn base_url(text: &str) -> Result<Url, String> {
    const EXPECTED: &str = "expected a URL like https://gatepost.example.org";
    let url = Url::parse(text).map_err(|_| EXPECTED)?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(EXPECTED.to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("{EXPECTED}, without a user or a password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("{EXPECTED}, without ? and #"));
    }
    Ok(url)
}

fn database_url(text: &str) -> Result<Secret, String> {
    const EXPECTED: &str = "expected sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME";
    if let Some(path) = text.strip_prefix("sqlite:") {
        let path = path.trim_start_matches("//");
        return match path {
            "" | ":memory:" => Err("expected the path of a file behind sqlite:".to_owned()),
            _ if path.contains('?') => Err("expected a path without ? behind sqlite:".to_owned()),
            _ => Ok(Secret(text.to_owned())),
        };
    }
    if !(text.starts_with("postgres://") || text.starts_with("postgresql://")) {
        return Err(EXPECTED.to_owned());
    }
    text.parse::<PgConnectOptions>()
        .map_err(|_| EXPECTED.to_owned())?;
    Ok(Secret(text.to_owned()))
}

/// Shared with the key file in the data directory, which must meet the same rule.
pub(super) fn secret_key(text: &str) -> Result<Secret, String> {
    if text.chars().count() < SECRET_KEY_LENGTH {
        return Err(format!(
            "expected {SECRET_KEY_LENGTH} characters or more; `openssl rand -base64 32` makes a good one"
        ));
    }
    Ok(Secret(text.to_owned()))
}

fn smtp_url(text: &str) -> Result<Secret, String> {
    smtp::check(text)?;
    Ok(Secret(text.to_owned()))
}

fn certificates(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    smtp::certificates(&path)?;
    Ok(path)
}

fn mail_from(text: &str) -> Result<String, String> {
    text.parse::<Mailbox>()
        .map_err(|_| "expected a sender like Gatepost <gatepost@example.org>")?;
    Ok(text.to_owned())
}

fn list<T: FromStr<Err = &'static str>>(text: &str) -> Result<Vec<T>, String> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(|item| item.parse().map_err(|reason| format!("{item}: {reason}")))
        .collect()
}

fn joined<T: ToString>(items: &[T]) -> String {
    let items: Vec<_> = items.iter().map(T::to_string).collect();
    items.join(",")
}

fn log_filter(text: &str) -> Result<String, String> {
    EnvFilter::try_new(text)
        .map(|_| text.to_owned())
        .map_err(|_| {
            "expected a level (error, warn, info, debug, trace) or a list like warn,gatepost=debug"
                .to_owned()
        })
}

fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "auto" => Ok(LogFormat::Auto),
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("expected auto, text or json".to_owned()),
    }
}
