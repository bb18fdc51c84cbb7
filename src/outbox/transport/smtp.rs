//! Mail to an SMTP server. A server on this machine is spoken to in clear; any other must offer STARTTLS or be reached by
//! `smtps://`, unless the URL says `?tls=none` or `?tls=opportunistic`. Certificates are those of the public authorities,
//! and of the operator's own if there is one.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::{AsyncSmtpTransportBuilder, PoolConfig, SUBMISSION_PORT};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use url::Url;

use super::Failure;
use crate::outbox::CONCURRENCY;

/// How long a server may take over each of its answers.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
/// A connection without work is closed after this.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// A connection pool to one server.
pub struct Smtp {
    host: String,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Smtp {
    /// The server of `url`; nothing is connected before the first mail. The certificates in the file `authority` are
    /// trusted besides the public ones.
    pub fn new(url: &str, authority: Option<&Path>) -> Result<Self, String> {
        let (host, builder) = read(url, authority)?;
        let pool = PoolConfig::new()
            .max_size(CONCURRENCY as u32)
            .idle_timeout(IDLE_TIMEOUT);
        let transport = builder
            .timeout(Some(ANSWER_TIMEOUT))
            .pool_config(pool)
            .build();
        Ok(Self { host, transport })
    }

    /// The server's name.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Connects and logs in, or says why that fails.
    pub async fn greet(&self) -> Result<(), String> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("it refuses us".to_owned()),
            Err(error) => Err(reason(&error)),
        }
    }

    pub(super) async fn deliver(&self, message: &Message) -> Result<(), Failure> {
        match self.transport.send(message.clone()).await {
            Ok(_) => Ok(()),
            Err(error) => Err(failure(&error)),
        }
    }
}

/// Whether `url` can be used, or what is wrong with it.
pub fn check(url: &str) -> Result<(), String> {
    read(url, None).map(|_| ())
}

/// The certificates in a file, or what is wrong with it.
pub fn certificates(file: &Path) -> Result<Certificate, String> {
    const EXPECTED: &str = "expected a file of certificates in PEM";
    let text = std::fs::read_to_string(file).map_err(|error| format!("{EXPECTED}: {error}"))?;
    if !text.contains("-----BEGIN CERTIFICATE-----") {
        return Err(format!("{EXPECTED}, but there is none in it"));
    }
    Certificate::from_pem(text.as_bytes()).map_err(|error| format!("{EXPECTED}: {error}"))
}

fn read(
    text: &str,
    authority: Option<&Path>,
) -> Result<(String, AsyncSmtpTransportBuilder), String> {
    const EXPECTED: &str = "expected smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:PORT";
    const TLS: &str = "tls must be required, opportunistic or none";
    let mut url = Url::parse(text).map_err(|_| EXPECTED)?;
    let host = url
        .host_str()
        .filter(|host| !host.is_empty())
        .ok_or(EXPECTED)?
        .to_owned();
    let mut wanted = None;
    for (key, value) in url.query_pairs() {
        match &*key {
            "tls" => wanted = Some(value.into_owned()),
            _ => return Err(format!("{EXPECTED}; only ?tls= may follow")),
        }
    }
    url.set_query(None);
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str())
        .map_err(|_| EXPECTED.to_owned())?;
    let authority = authority.map(certificates).transpose()?;
    let tls = || {
        let mut parameters = TlsParameters::builder(host.trim_matches(['[', ']']).to_owned());
        if let Some(authority) = authority.clone() {
            parameters = parameters.add_root_certificate(authority);
        }
        parameters.build().map_err(|_| EXPECTED.to_owned())
    };
    let builder = match (url.scheme(), wanted.as_deref()) {
        ("smtps", None | Some("required")) => builder.tls(Tls::Wrapper(tls()?)),
        ("smtp", None) if is_loopback(&host) => builder,
        ("smtp", Some("none")) => builder,
        ("smtp", None | Some("required")) => with_port(&url, builder.tls(Tls::Required(tls()?))),
        ("smtp", Some("opportunistic")) => with_port(&url, builder.tls(Tls::Opportunistic(tls()?))),
        ("smtp" | "smtps", _) => return Err(TLS.to_owned()),
        _ => return Err(EXPECTED.to_owned()),
    };
    Ok((host, builder))
}

/// Servers that take mail from people listen on 587.
fn with_port(url: &Url, builder: AsyncSmtpTransportBuilder) -> AsyncSmtpTransportBuilder {
    builder.port(url.port().unwrap_or(SUBMISSION_PORT))
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// A refusal for good is about this mail, unless the server says that we may not send at all, which somebody can mend.
fn failure(error: &lettre::transport::smtp::Error) -> Failure {
    let reason = reason(error);
    let is_login = error
        .status()
        .is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538));
    if error.is_permanent() && !is_login {
        Failure::Permanent(reason)
    } else {
        Failure::Transient(reason)
    }
}

fn reason(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    crate::outbox::letter::one_line(&text, 500)
}
