//! Rows of `passages`: what of a post its author is shown with the decision.

use crate::ids::{CaseId, PostId, SiteId};
use crate::on_db;
use crate::store::Db;

// What goes with a decision that was made stays as it is.
const PUT: &str = "INSERT INTO passages (site_id, case_id, spans)
    SELECT $1, $2, $3 FROM cases WHERE site_id = $1 AND id = $2 AND status = 'waiting'
    ON CONFLICT (site_id, case_id) DO UPDATE SET spans = excluded.spans";
const DELETE: &str = "DELETE FROM passages WHERE site_id = $1 AND case_id = $2
    AND EXISTS (SELECT 1 FROM cases WHERE cases.site_id = $1 AND cases.id = $2 AND cases.status = 'waiting')";
const FIND: &str = "SELECT passages.spans FROM cases
    JOIN passages ON passages.site_id = cases.site_id AND passages.case_id = cases.id
    WHERE cases.site_id = $1 AND cases.post_id = $2 AND cases.revision = $3 AND cases.status = 'rejected'
    AND cases.undo_until_ms IS NULL ORDER BY cases.id DESC LIMIT 1";
const FIND_ASKED: &str = "SELECT passages.spans FROM cases
    JOIN passages ON passages.site_id = cases.site_id AND passages.case_id = cases.id
    JOIN asides ON asides.site_id = cases.site_id AND asides.case_id = cases.id
    WHERE cases.site_id = $1 AND cases.post_id = $2 AND cases.revision = $3 AND cases.status = 'waiting'
    AND asides.kind = 'asked' AND asides.created_at_ms <= $4 ORDER BY cases.id DESC LIMIT 1";

/// Keeps the passages of a case, a JSON list of spans; without any, none are shown.
pub(crate) async fn put(
    db: &Db,
    site: SiteId,
    case: &CaseId,
    spans: Option<&str>,
) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let query = match spans {
            Some(spans) => sqlx::query(PUT).bind(site).bind(case).bind(spans),
            None => sqlx::query(DELETE).bind(site).bind(case),
        };
        query.execute(tx.conn()).await?;
        Ok(tx.commit().await?)
    })
}

/// The passages that go with the rejection of a revision.
pub(crate) async fn find(
    db: &Db,
    site: SiteId,
    post: &PostId,
    revision: i64,
) -> anyhow::Result<Option<String>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(FIND)
        .bind(site)
        .bind(post)
        .bind(revision)
        .fetch_optional(c.read())
        .await?))
}

/// The passages that go with asking the author, before that moment, to change a revision.
pub(crate) async fn find_asked(
    db: &Db,
    site: SiteId,
    post: &PostId,
    revision: i64,
    until_ms: i64,
) -> anyhow::Result<Option<String>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(FIND_ASKED)
        .bind(site)
        .bind(post)
        .bind(revision)
        .bind(until_ms)
        .fetch_optional(c.read())
        .await?))
}
