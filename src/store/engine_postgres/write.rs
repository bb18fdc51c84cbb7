//! Writes a group's rows: one statement for all tables, each table's columns as arrays. A statement is a way to the server and
//! back, and while it is under way the rows of the group are locked.

use sqlx::PgConnection;

use crate::moderation::rows::Change;
use crate::store::ledger::tables::{Table, Writing};

const CALL_DIGEST: &str = "UPDATE digests SET due_at_ms = GREATEST($2, sent_at_ms + $3) \
     WHERE site_id = $1 AND due_at_ms IS NULL";
const PUT_HITS: &str =
    "UPDATE revisions SET hits = $4 WHERE site_id = $1 AND post_id = $2 AND number = $3";
const DELETE_CHECK_REQUEST: &str = "DELETE FROM check_requests WHERE site_id = $1 AND task_id = $2";

/// Writes all of it; the caller commits.
pub(super) async fn write(conn: &mut PgConnection, change: &Change) -> sqlx::Result<()> {
    let mut writing = Writing::new();
    Table::push(&change.posts, &mut writing);
    Table::push(&change.revisions, &mut writing);
    Table::push(&change.executions, &mut writing);
    Table::push(&change.history, &mut writing);
    Table::push(&change.tasks, &mut writing);
    Table::push(&change.cases, &mut writing);
    Table::push(&change.audit, &mut writing);
    Table::push(&change.outbox, &mut writing);
    Table::push(&change.appeals, &mut writing);
    Table::push(&change.idempotency, &mut writing);
    Table::push(&change.check_requests, &mut writing);
    writing.execute(conn).await?;
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
