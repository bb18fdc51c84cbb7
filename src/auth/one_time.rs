//! Single-use links: invitation, confirmation, new password. The secret in a link is derived from a seed by the instance's
//! key, so that a mail which waits in the outbox holds only the seed, and the database only a hash: neither opens anything.

use url::Url;

use crate::auth::keyring::{Keyring, Purpose, secret_hash};
use crate::auth::role::Role;
use crate::ids::{Ids, SiteId, UserId};
use crate::text_enum;

const HOUR_MS: i64 = 60 * 60 * 1000;

text_enum! {
    /// What a link is for.
    LinkPurpose {
        /// The first owner.
        Setup = "setup",
        /// Joining a site.
        Invite = "invite",
        /// Proving that an address is one's own.
        Confirm = "confirm",
        /// Choosing a new password.
        Reset = "reset",
    }
}

impl LinkPurpose {
    /// How long a link of this purpose works.
    pub fn lifetime_ms(self) -> i64 {
        match self {
            Self::Reset => HOUR_MS,
            Self::Invite => 24 * HOUR_MS,
            Self::Confirm => 7 * 24 * HOUR_MS,
            Self::Setup => i64::MAX / 2,
        }
    }
}

/// A link that was not used yet, as the database keeps it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Link {
    /// The hash of its secret.
    pub token_hash: String,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// The site it leads to.
    pub site_id: Option<SiteId>,
    /// Whom it belongs to, if they have an account.
    pub user_id: Option<UserId>,
    /// The address it was sent to.
    pub email: Option<String>,
    /// The role that it gives.
    pub role: Option<Role>,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at_ms: i64,
    /// When it ends.
    pub expires_at_ms: i64,
}

/// What the secret of a link is made from; safe to keep.
pub fn fresh_seed(ids: &Ids) -> String {
    format!("{:016x}{:016x}", ids.random(), ids.random())
}

/// The secret in the link.
pub fn token(keyring: &Keyring, purpose: LinkPurpose, seed: &str) -> String {
    keyring.mac_text(
        Purpose::OneTimeLink,
        &[purpose.as_str().as_bytes(), seed.as_bytes()],
    )
}

/// The hash by which the database knows the link.
pub fn hash(keyring: &Keyring, purpose: LinkPurpose, seed: &str) -> String {
    secret_hash(&token(keyring, purpose, seed))
}

/// The link as people get it.
pub fn url(base: &Url, keyring: &Keyring, purpose: LinkPurpose, seed: &str) -> String {
    let base = base.as_str().trim_end_matches('/');
    let token = token(keyring, purpose, seed);
    match purpose {
        LinkPurpose::Setup => format!("{base}/setup?token={token}"),
        LinkPurpose::Invite => format!("{base}/invite/{token}"),
        LinkPurpose::Confirm => format!("{base}/confirm/{token}"),
        LinkPurpose::Reset => format!("{base}/reset/{token}"),
    }
}
