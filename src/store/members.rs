//! Rows of `members`: who belongs to which site, and as what.

use crate::auth::role::Role;
use crate::ids::{SiteId, UserId};
use crate::on_db;
use crate::store::Db;

const FIND_ROLE: &str = "SELECT role FROM members WHERE site_id = $1 AND user_id = $2";

/// The role of a user on a site.
pub(crate) async fn find_role(
    db: &Db,
    site_id: SiteId,
    user_id: &UserId,
) -> anyhow::Result<Option<Role>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(FIND_ROLE)
        .bind(site_id)
        .bind(user_id)
        .fetch_optional(c.read())
        .await?))
}
