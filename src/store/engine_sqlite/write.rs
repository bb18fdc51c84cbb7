//! The rows of a change, written one by one inside the ledger's transaction.

use rusqlite::{Connection, params};

use crate::moderation::rows::Change;
use crate::store::ledger::tables::Table;

const CALL_DIGEST: &str = "UPDATE digests SET due_at_ms = MAX(?2, sent_at_ms + ?3) \
     WHERE site_id = ?1 AND due_at_ms IS NULL";
const PUT_HITS: &str =
    "UPDATE revisions SET hits = ?4 WHERE site_id = ?1 AND post_id = ?2 AND number = ?3";
const DELETE_CHECK_REQUEST: &str = "DELETE FROM check_requests WHERE site_id = ?1 AND task_id = ?2";

/// Writes all of it; the caller commits.
pub(super) fn write(conn: &Connection, change: &Change) -> rusqlite::Result<()> {
    put(conn, &change.posts)?;
    put(conn, &change.revisions)?;
    put(conn, &change.executions)?;
    put(conn, &change.history)?;
    put(conn, &change.tasks)?;
    put(conn, &change.cases)?;
    put(conn, &change.audit)?;
    put(conn, &change.outbox)?;
    put(conn, &change.appeals)?;
    put(conn, &change.idempotency)?;
    put(conn, &change.check_requests)?;
    for digest in &change.digests {
        conn.prepare_cached(CALL_DIGEST)?.execute(params![
            digest.site_id,
            digest.now_ms,
            digest.every_ms
        ])?;
    }
    for r in &change.hits {
        conn.prepare_cached(PUT_HITS)?
            .execute(params![r.site_id, r.post_id, r.number, r.hits])?;
    }
    for (site_id, task_id) in &change.answered_checks {
        conn.prepare_cached(DELETE_CHECK_REQUEST)?
            .execute(params![site_id, task_id])?;
    }
    Ok(())
}

fn put<T: Table>(conn: &Connection, rows: &[T]) -> rusqlite::Result<()> {
    rows.iter().try_for_each(|row| row.put(conn))
}
