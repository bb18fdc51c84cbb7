//! Writes a group's rows: one statement a table, its columns as arrays.

use sqlx::PgConnection;

use crate::moderation::rows::Change;
use crate::store::ledger::tables::Table;

const CALL_DIGEST: &str = "UPDATE digests SET due_at_ms = GREATEST($2, sent_at_ms + $3) \
     WHERE site_id = $1 AND due_at_ms IS NULL";
const PUT_HITS: &str =
    "UPDATE revisions SET hits = $4 WHERE site_id = $1 AND post_id = $2 AND number = $3";
const DELETE_CHECK_REQUEST: &str = "DELETE FROM check_requests WHERE site_id = $1 AND task_id = $2";

/// Writes all of it; the caller commits.
pub(super) async fn write(conn: &mut PgConnection, change: &Change) -> sqlx::Result<()> {
    Table::put_all(&change.posts, conn).await?;
    Table::put_all(&change.revisions, conn).await?;
    Table::put_all(&change.executions, conn).await?;
    Table::put_all(&change.history, conn).await?;
    Table::put_all(&change.tasks, conn).await?;
    Table::put_all(&change.cases, conn).await?;
    Table::put_all(&change.audit, conn).await?;
    Table::put_all(&change.outbox, conn).await?;
    Table::put_all(&change.appeals, conn).await?;
    Table::put_all(&change.idempotency, conn).await?;
    Table::put_all(&change.check_requests, conn).await?;
    for digest in &change.digests {
        sqlx::query(CALL_DIGEST)
            .bind(digest.site_id)
            .bind(digest.now_ms)
            .bind(digest.every_ms)
            .execute(&mut *conn)
            .await?;
    }
    for r in &change.hits {
        sqlx::query(PUT_HITS)
            .bind(r.site_id)
            .bind(&r.post_id)
            .bind(r.number)
            .bind(&r.hits)
            .execute(&mut *conn)
            .await?;
    }
    for (site_id, task_id) in &change.answered_checks {
        sqlx::query(DELETE_CHECK_REQUEST)
            .bind(site_id)
            .bind(task_id)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}
