//! What is kept for a while and then deleted, a piece at a time so that no transaction is long.

use crate::ids::{self, SiteId};
use crate::on_db;
use crate::store::Db;

const DELETE_ANSWERS: &str = "DELETE FROM idempotency WHERE (site_id, key_id, key) IN
    (SELECT site_id, key_id, key FROM idempotency WHERE created_at_ms < $1 LIMIT $2)";
const DELETE_MAILS: &str = "DELETE FROM outbox WHERE site_id = $1 AND id IN
    (SELECT id FROM outbox WHERE site_id = $1 AND id < $2 AND status IN ('sent', 'skipped') LIMIT $3)";

/// Rows in one transaction.
const PIECE: i64 = 1_000;

/// Deletes kept answers to requests that are older than `before_ms`; says how many, at most a piece.
pub(crate) async fn delete_answers(db: &Db, before_ms: i64) -> anyhow::Result<usize> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let deleted = sqlx::query(DELETE_ANSWERS)
            .bind(before_ms)
            .bind(PIECE)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(usize::try_from(deleted.rows_affected())?)
    })
}

/// Deletes mails of a site that were made before `before_ms` and are done; says how many, at most a piece.
pub(crate) async fn delete_mails(
    db: &Db,
    site_id: SiteId,
    before_ms: i64,
) -> anyhow::Result<usize> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let deleted = sqlx::query(DELETE_MAILS)
            .bind(site_id)
            .bind(ids::floor(before_ms))
            .bind(PIECE)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(usize::try_from(deleted.rows_affected())?)
    })
}
