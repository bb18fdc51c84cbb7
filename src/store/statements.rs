//! Restricting decisions as the audit log has them: the lines that statements of reasons are made of.

use crate::ids::SiteId;
use crate::moderation::rows::AuditRow;
use crate::on_db;
use crate::store::Db;

const LIST: &str = "SELECT site_id, id, at_ms, actor, action, subject, details FROM audit
    WHERE site_id = $1 AND id > $2 AND id < $3 AND action IN ('case.rejected', 'post.rejected')
    ORDER BY id LIMIT $4";
const LIST_ENDS: &str = "SELECT id FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS place FROM audit
        WHERE site_id = $1 AND id > $2 AND id < $3 AND action IN ('case.rejected', 'post.rejected')) AS numbered
    WHERE place % $4 = 0 ORDER BY id LIMIT $5";
const COUNT: &str = "SELECT action, COUNT(*) FROM audit
    WHERE site_id = $1 AND id >= $2 AND id < $3
    AND action IN ('case.rejected', 'post.rejected', 'case.approved', 'post.published', 'post.held', 'post.appealed')
    GROUP BY action";

/// Lines from behind `after` up to `until`, both as ids sort, in order.
pub(crate) async fn list(
    db: &Db,
    site: SiteId,
    after: &str,
    until: &str,
    limit: i64,
) -> anyhow::Result<Vec<AuditRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST)
        .bind(site)
        .bind(after)
        .bind(until)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// The last line of each batch of `size` that [`list`] gives in order, of the first `limit` batches that are full.
pub(crate) async fn list_ends(
    db: &Db,
    site: SiteId,
    after: &str,
    until: &str,
    size: i64,
    limit: i64,
) -> anyhow::Result<Vec<String>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(LIST_ENDS)
        .bind(site)
        .bind(after)
        .bind(until)
        .bind(size)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// How often each thing was done between two moments, as ids sort.
pub(crate) async fn count(
    db: &Db,
    site: SiteId,
    from: &str,
    until: &str,
) -> anyhow::Result<Vec<(String, i64)>> {
    Ok(on_db!(db, |c| sqlx::query_as(COUNT)
        .bind(site)
        .bind(from)
        .bind(until)
        .fetch_all(c.read())
        .await?))
}
