//! Which categories a member does not want to read at once: a list in their row of `members`.

use crate::ids::{SiteId, UserId};
use crate::on_db;
use crate::store::Db;

const FIND: &str = "SELECT masked FROM members WHERE site_id = $1 AND user_id = $2";
const SET: &str = "UPDATE members SET masked = $3 WHERE site_id = $1 AND user_id = $2";

/// The list, `,a,b,`; empty for who does not belong to the site.
pub(crate) async fn find(db: &Db, site: SiteId, user: &UserId) -> anyhow::Result<String> {
    let masked: Option<String> = on_db!(db, |c| sqlx::query_scalar(FIND)
        .bind(site)
        .bind(user)
        .fetch_optional(c.read())
        .await?);
    Ok(masked.unwrap_or_default())
}

/// Changes the list.
pub(crate) async fn set(db: &Db, site: SiteId, user: &UserId, masked: &str) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(SET)
            .bind(site)
            .bind(user)
            .bind(masked)
            .execute(tx.conn())
            .await?;
        Ok(tx.commit().await?)
    })
}
