//! People: how they come to an account and to a place on a site, and what they may change about both. Use cases without
//! HTTP; roles are checked by the caller through `auth::role`, links and passwords here.

use crate::auth::role::Role;
use crate::auth::session;
use crate::ids::{SiteId, UserId};
use crate::locale::Locale;
use crate::store::{Db, accounts, members};

pub mod account;
pub mod add;
pub mod authors;
pub mod email;
pub mod invite;
pub mod membership;
pub mod name;
pub mod notice_kinds;
pub mod own_data;
pub mod reset;
pub mod setup;
pub mod sign_up;

pub use setup::setup_link;

/// What is kept of links and failures once they have ended.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their address, in lower case, which they log in with.
    pub email: String,
    /// The name that others see.
    pub name: String,
    /// Counts up when all of their sessions and links end.
    pub epoch: i64,
    /// When they proved that the address is theirs.
    pub confirmed_at_ms: Option<i64>,
    /// The language that they chose.
    pub language: Option<Locale>,
}

impl User {
    /// Whether the account was deleted, as `store::erasure` writes it; its name is nobody's then.
    pub fn is_erased(&self) -> bool {
        self.email.ends_with("@deleted.invalid")
    }
}

/// The role of a user on a site, if they belong to it.
pub async fn find_role(db: &Db, site_id: SiteId, user_id: &UserId) -> anyhow::Result<Option<Role>> {
    members::find_role(db, site_id, user_id).await
}

/// Deletes sessions, links and failed logins that have ended.
pub async fn sweep(db: &Db, now_ms: i64) -> anyhow::Result<()> {
    accounts::sweep(db, now_ms, now_ms - session::IDLE_MS, now_ms - DAY_MS).await
}
