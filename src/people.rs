//! People and their places on sites. Use cases without HTTP: who somebody is, what they belong to.

use crate::auth::role::Role;
use crate::ids::{SiteId, UserId};
use crate::store::{Db, members};

pub mod authors;
pub mod email;

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
}

/// The role of a user on a site, if they belong to it.
pub async fn find_role(db: &Db, site_id: SiteId, user_id: &UserId) -> anyhow::Result<Option<Role>> {
    members::find_role(db, site_id, user_id).await
}
