//! Whom mails go to: the address of a person and what they are on a site, read at the moment of sending.

use crate::auth::role::Role;
use crate::ids::{SiteId, UserId};
use crate::locale::Locale;
use crate::on_db;
use crate::store::Db;

const FIND: &str = "SELECT u.id, u.email, u.name, u.epoch, u.language, m.role, m.notices, m.muted
    FROM users u LEFT JOIN members m ON m.user_id = u.id AND m.site_id = $1 AND m.suspended_at_ms IS NULL
    WHERE u.id = $2";
const LIST_MODERATORS: &str = "SELECT user_id FROM members
    WHERE site_id = $1 AND role IN ('moderator', 'owner') AND notices AND suspended_at_ms IS NULL
    AND (away_until_ms IS NULL OR away_until_ms <= $2) ORDER BY user_id";
const LIST_OWNERS: &str = "SELECT user_id FROM members
    WHERE site_id = $1 AND role = 'owner' AND notices AND suspended_at_ms IS NULL
    AND (away_until_ms IS NULL OR away_until_ms <= $2) ORDER BY user_id";
const SWITCH_NOTICES_OFF: &str =
    "UPDATE members SET notices = FALSE WHERE site_id = $1 AND user_id = $2";

/// Somebody who gets mail.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Addressee {
    pub(crate) id: UserId,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) epoch: i64,
    /// The language that they chose.
    pub(crate) language: Option<Locale>,
    /// What they are on the site; `None` if they have left it.
    pub(crate) role: Option<Role>,
    pub(crate) notices: Option<bool>,
    /// What they do not want to hear of: a list of the form `,a,b,`.
    pub(crate) muted: Option<String>,
}

/// Several people at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Who may decide; owners among them.
    Moderators,
    /// Who run the site.
    Owners,
}

/// The person, as seen from a site.
pub(crate) async fn find(
    db: &Db,
    site_id: SiteId,
    user_id: &UserId,
) -> anyhow::Result<Option<Addressee>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND)
        .bind(site_id)
        .bind(user_id)
        .fetch_optional(c.read())
        .await?))
}

/// Everybody of an audience who wants notices and is there.
pub(crate) async fn list(
    db: &Db,
    site_id: SiteId,
    audience: Audience,
    now_ms: i64,
) -> anyhow::Result<Vec<UserId>> {
    let sql = match audience {
        Audience::Moderators => LIST_MODERATORS,
        Audience::Owners => LIST_OWNERS,
    };
    Ok(on_db!(db, |c| sqlx::query_scalar(sql)
        .bind(site_id)
        .bind(now_ms)
        .fetch_all(c.read())
        .await?))
}

/// Stops the notices of a site to a member.
pub(crate) async fn switch_notices_off(
    db: &Db,
    site_id: SiteId,
    user_id: &UserId,
) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(SWITCH_NOTICES_OFF)
            .bind(site_id)
            .bind(user_id)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    })
}
