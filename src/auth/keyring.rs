//! The instance's secret key and the keys derived from it, one for each purpose, so that a code made for one purpose
//! never verifies for another.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// What a code is for; part of every derived key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Task tokens.
    TaskToken,
    /// Single-use links: setup, invitation, confirmation, new password.
    OneTimeLink,
    /// Links in mails that lead to a decision.
    DecisionLink,
    /// Links that switch notices off.
    NoticesLink,
    /// The CSRF token of a session.
    Csrf,
    /// A message for the next page, in a cookie.
    Flash,
    /// Secrets of AWS access keys.
    AwsSecret,
    /// Message-IDs of mails.
    MessageId,
    /// Lines of the audit log, as its chain has them.
    AuditLine,
    /// Links of the audit log's chain.
    AuditSeal,
    /// Secrets that requests to external checks are signed with.
    CheckSecret,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::TaskToken => b"task-token",
            Self::OneTimeLink => b"one-time-link",
            Self::DecisionLink => b"decision-link",
            Self::NoticesLink => b"notices-link",
            Self::Csrf => b"csrf",
            Self::Flash => b"flash",
            Self::AwsSecret => b"aws-secret",
            Self::MessageId => b"message-id",
            Self::AuditLine => b"audit-line",
            Self::AuditSeal => b"audit-seal",
            Self::CheckSecret => b"check-secret",
        }
    }
}

/// The secret key of an instance. All replicas on one database share it.
#[derive(Clone)]
pub struct Keyring {
    secret: Arc<[u8]>,
    id: Arc<str>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyring({})", self.id)
    }
}

impl Keyring {
    /// A keyring of the text that the operator keeps secret; at least 32 characters are asked for by the configuration.
    pub fn new(secret: &str) -> Self {
        let digest = Sha256::digest(secret.as_bytes());
        Self {
            secret: secret.as_bytes().into(),
            id: URL_SAFE_NO_PAD.encode(&digest[..3]).into(),
        }
    }

    /// A short name of the key, safe to show: it says which key made a token.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// HMAC-SHA-256 over `parts`, each with its length, under the key of `purpose`.
    pub fn mac(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        let key = hmac(&self.secret, &[purpose.label()]);
        hmac(&key, parts)
    }

    /// [`Keyring::mac`] as 43 URL-safe characters.
    pub fn mac_text(&self, purpose: Purpose, parts: &[&[u8]]) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(purpose, parts))
    }

    /// Whether `text` is [`Keyring::mac_text`] of the same purpose and parts, in constant time.
    pub fn verify(&self, purpose: Purpose, parts: &[&[u8]], text: &str) -> bool {
        use subtle::ConstantTimeEq as _;
        let expected = self.mac_text(purpose, parts);
        expected.as_bytes().ct_eq(text.as_bytes()).into()
    }
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// SHA-256 of a secret of high entropy, in hexadecimal: how session tokens, API keys and one-time links are kept.
pub fn secret_hash(secret: &str) -> String {
    Sha256::digest(secret.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
