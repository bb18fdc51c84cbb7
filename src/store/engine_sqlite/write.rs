//! The rows of a change, written table by table inside the ledger's transaction.

use rusqlite::{Connection, params};

use crate::moderation::rows::Change;
use crate::store::ledger::tables::Table;

const CALL_DIGEST: &str = "UPDATE digests SET due_at_ms = MAX(?2, sent_at_ms + ?3) \
     WHERE site_id = ?1 AND due_at_ms IS NULL";
const PUT_HITS: &str =
    "UPDATE revisions SET hits = ?4 WHERE site_id = ?1 AND post_id = ?2 AND number = ?3";
const DELETE_CHECK_REQUEST: &str = "DELETE FROM check_requests WHERE site_id = ?1 AND task_id = ?2";
const FILE_POSTS: &str = "INSERT OR IGNORE INTO author_posts (site_id, author_id, post_id) \
     SELECT site_id, author_id, post_id FROM author_posts_new";
const EMPTY_NEW_POSTS: &str = "DELETE FROM author_posts_new";

/// Files the new posts under their authors, together: one by one, each would be written to a page of its own. The caller
/// commits.
pub(super) fn file_posts(conn: &Connection) -> rusqlite::Result<()> {
    conn.prepare_cached(FILE_POSTS)?.execute([])?;
    conn.prepare_cached(EMPTY_NEW_POSTS)?.execute([])?;
    Ok(())
}

/// Writes all of it; the caller commits.
pub(super) fn write(conn: &Connection, change: &Change) -> rusqlite::Result<()> {
    Table::put_each(&change.posts, conn)?;
    Table::put_each(&change.author_posts, conn)?;
    Table::put_each(&change.revisions, conn)?;
    Table::put_each(&change.executions, conn)?;
    Table::put_each(&change.history, conn)?;
    Table::put_each(&change.tasks, conn)?;
    Table::put_each(&change.cases, conn)?;
    Table::put_each(&change.audit, conn)?;
    Table::put_each(&change.outbox, conn)?;
    Table::put_each(&change.appeals, conn)?;
    Table::put_each(&change.idempotency, conn)?;
    Table::put_each(&change.check_requests, conn)?;
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
