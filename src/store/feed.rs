//! What has just happened in a site's queue: the newest lines of the audit log about cases, and who works on which.

use sqlx::FromRow;

use crate::ids::{CaseId, SiteId};
use crate::on_db;
use crate::store::Db;

const LIST_NEWS: &str = "SELECT id, action, details,
    (SELECT name FROM users WHERE users.id = SUBSTR(audit.actor, 6)) AS actor_name
    FROM audit WHERE site_id = $1 AND id > $2 AND action IN ('post.held', 'decision.held', 'decision.undone',
        'case.approved', 'case.rejected', 'case.answered', 'case.snoozed', 'case.asked', 'case.brought_back', 'post.revised', 'post.withdrawn')
    ORDER BY id LIMIT $3";
const FIND_NEWEST: &str = "SELECT MAX(id) FROM audit WHERE site_id = $1";
const LIST_CLAIMS: &str =
    "SELECT cases.id, users.name FROM cases JOIN users ON users.id = cases.claimed_by
    WHERE cases.site_id = $1 AND cases.claimed_until_ms > $2 AND cases.status = 'waiting'";

/// A line of the audit log that the queue's readers want to know of.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct News {
    pub(crate) id: String,
    pub(crate) action: String,
    pub(crate) details: String,
    pub(crate) actor_name: Option<String>,
}

/// The newest line, whatever it is about.
pub(crate) async fn find_newest(db: &Db, site: SiteId) -> anyhow::Result<Option<String>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(FIND_NEWEST)
        .bind(site)
        .fetch_one(c.read())
        .await?))
}

/// The lines after the one with that id, in order.
pub(crate) async fn list_news(
    db: &Db,
    site: SiteId,
    after: &str,
    limit: i64,
) -> anyhow::Result<Vec<News>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_NEWS)
        .bind(site)
        .bind(after)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// Who works on which case.
pub(crate) async fn list_claims(
    db: &Db,
    site: SiteId,
    now_ms: i64,
) -> anyhow::Result<Vec<(CaseId, String)>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_CLAIMS)
        .bind(site)
        .bind(now_ms)
        .fetch_all(c.read())
        .await?))
}
