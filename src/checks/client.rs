//! One question to one check, signed as Standard Webhooks say, or one file: from an address that the guard lets through,
//! with limits on time and bytes. No redirects, no proxies, no cookies. Knows nothing of posts.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::redirect::Policy;
use sha2::Sha256;
use url::Url;

use super::guard::{Guard, Refused};

/// The most that is read of an answer.
const ANSWER_BYTES: usize = 64 * 1024;
/// How long a connection that is not used is kept.
const IDLE: Duration = Duration::from_secs(30);

/// Why there is no answer. Displayed behind the check's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It took too long.
    Timeout(Duration),
    /// It could not be reached, or said that it cannot answer now.
    Unavailable(String),
    /// It must not be asked: its address is not one that this server connects to.
    Refused(String),
    /// What it answered is not an answer.
    BadAnswer(String),
    /// It was not asked, since it was not reached so often in a row.
    Resting(i64),
}

impl Failure {
    /// The error's name, for Retry and Catch.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Timeout(_) => "Check.Timeout",
            Self::Unavailable(_) | Self::Resting(_) => "Check.Unavailable",
            Self::Refused(_) => "Check.Refused",
            Self::BadAnswer(_) => "Check.BadAnswer",
        }
    }

    /// Whether it was asked and not reached.
    pub(super) fn is_down(&self) -> bool {
        matches!(self, Self::Timeout(_) | Self::Unavailable(_))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout(limit) => write!(f, "did not answer within {} ms", limit.as_millis()),
            Self::Unavailable(why) => write!(f, "is not available ({why})"),
            Self::Refused(why) => write!(f, "was not asked ({why})"),
            Self::BadAnswer(why) => write!(f, "gave an answer that cannot be used ({why})"),
            Self::Resting(failures) => {
                write!(f, "is left alone after {failures} failures in a row")
            }
        }
    }
}

/// What is asked.
pub(super) struct Question {
    pub(super) url: Url,
    pub(super) secret: [u8; 32],
    pub(super) id: String,
    pub(super) now_ms: i64,
    pub(super) timeout: Duration,
    pub(super) body: String,
}

/// Whoever connects. Clones share their connections, which all lead to addresses that were checked.
#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    pub(super) guard: Arc<Guard>,
}

impl Client {
    pub(super) fn new(guard: Guard) -> anyhow::Result<Self> {
        let guard = Arc::new(guard);
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .dns_resolver(guard.clone())
            .tls_backend_preconfigured(tls()?)
            .http1_only()
            .pool_idle_timeout(IDLE)
            .user_agent(concat!("Gatepost/", env!("CARGO_PKG_VERSION")))
            .build()
            .context("make the client for addresses of others")?;
        Ok(Self { http, guard })
    }

    /// The body of the answer.
    pub(super) async fn ask(&self, question: Question) -> Result<Vec<u8>, Failure> {
        let timeout = question.timeout;
        match tokio::time::timeout(timeout, self.send(question)).await {
            Ok(answer) => answer,
            Err(_) => Err(Failure::Timeout(timeout)),
        }
    }

    /// The body of what is at an address, however long that takes.
    pub(super) async fn fetch(&self, url: Url, max_bytes: usize) -> Result<Vec<u8>, Failure> {
        let response = self.http.get(url).send().await;
        let response = response.map_err(|error| unreachable(&error))?;
        match response.status().as_u16() {
            200 => body(response, max_bytes).await,
            status => Err(Failure::Unavailable(format!("status {status}"))),
        }
    }

    async fn send(&self, question: Question) -> Result<Vec<u8>, Failure> {
        let timestamp = (question.now_ms / 1000).to_string();
        let signature = signature(&question.secret, &question.id, &timestamp, &question.body);
        let response = self
            .http
            .post(question.url)
            .header("content-type", "application/json")
            .header("webhook-id", question.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(question.body)
            .send()
            .await
            .map_err(|error| unreachable(&error))?;
        let status = response.status();
        if status.is_server_error() || status.as_u16() == 429 {
            return Err(Failure::Unavailable(format!("status {}", status.as_u16())));
        }
        if status.as_u16() != 200 {
            return Err(Failure::BadAnswer(format!(
                "status {} instead of 200",
                status.as_u16()
            )));
        }
        body(response, ANSWER_BYTES).await
    }
}

async fn body(mut response: reqwest::Response, max_bytes: usize) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| unreachable(&error))?
    {
        if body.len() + chunk.len() > max_bytes {
            return Err(Failure::BadAnswer(format!("more than {max_bytes} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// TLS by the public authorities that are built in, whatever the machine has.
fn tls() -> anyhow::Result<rustls::ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = rustls::RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .context("choose the versions of TLS")?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// `v1,` and the HMAC-SHA-256 over id, time and body (https://www.standardwebhooks.com).
fn signature(secret: &[u8], id: &str, timestamp: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body.as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// The innermost reason; what is around it names the URL, which may hold a secret.
fn unreachable(error: &reqwest::Error) -> Failure {
    let mut reason: &dyn Error = error;
    while let Some(source) = reason.source() {
        if let Some(refused) = source.downcast_ref::<Refused>() {
            return Failure::Refused(refused.to_string());
        }
        reason = source;
    }
    match error.source() {
        Some(_) => Failure::Unavailable(reason.to_string()),
        None => Failure::Unavailable("the connection broke".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::signature;

    #[test]
    fn requests_are_signed_as_standard_webhooks_say() {
        // The example of the specification's libraries.
        let secret = base64::Engine::decode(&super::STANDARD, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
            .expect("base 64");
        let signed = signature(
            &secret,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
