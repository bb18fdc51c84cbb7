//! What a member does not want to see at once: a list of categories, and how images are shown, in their row of `members`.

use crate::ids::{SiteId, UserId};
use crate::moderation::masks::Images;
use crate::on_db;
use crate::store::Db;

const FIND: &str = "SELECT masked, images FROM members WHERE site_id = $1 AND user_id = $2";
const SET: &str = "UPDATE members SET masked = $3, images = COALESCE($4, images)
    WHERE site_id = $1 AND user_id = $2";

/// The list, `,a,b,`, and the images; nothing for who does not belong to the site.
pub(crate) async fn find(
    db: &Db,
    site: SiteId,
    user: &UserId,
) -> anyhow::Result<Option<(String, Images)>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND)
        .bind(site)
        .bind(user)
        .fetch_optional(c.read())
        .await?))
}

/// Changes the list, and how images are shown if that is given.
pub(crate) async fn set(
    db: &Db,
    site: SiteId,
    user: &UserId,
    masked: &str,
    images: Option<Images>,
) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(SET)
            .bind(site)
            .bind(user)
            .bind(masked)
            .bind(images)
            .execute(tx.conn())
            .await?;
        Ok(tx.commit().await?)
    })
}
