//! Writes a group's rows: one statement for all of it, each table's columns as arrays. A statement is a way to the server and
//! back, and while it is under way the rows of the group are locked.

use sqlx::PgConnection;

use crate::ids::{SiteId, TaskId};
use crate::moderation::rows::{Change, Digest, HitsRow};
use crate::store::ledger::tables::{Table, Writing};

/// Writes all of it or nothing; where there is a transaction, the caller commits.
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
    push_digests(&change.digests, &mut writing);
    push_hits(&change.hits, &mut writing);
    push_answered_checks(&change.answered_checks, &mut writing);
    writing.execute(conn).await
}

fn push_digests(digests: &[Digest], writing: &mut Writing) {
    if digests.is_empty() {
        return;
    }
    let statement = writing.part();
    statement
        .push("UPDATE digests SET due_at_ms = GREATEST(k_now, sent_at_ms + k_every) FROM UNNEST(");
    let mut columns = statement.separated(", ");
    columns.push_bind(digests.iter().map(|d| d.site_id).collect::<Vec<_>>());
    columns.push_bind(digests.iter().map(|d| d.now_ms).collect::<Vec<_>>());
    columns.push_bind(digests.iter().map(|d| d.every_ms).collect::<Vec<_>>());
    statement.push(") AS k (k_site, k_now, k_every) WHERE site_id = k_site AND due_at_ms IS NULL)");
}

fn push_hits(hits: &[HitsRow], writing: &mut Writing) {
    if hits.is_empty() {
        return;
    }
    let statement = writing.part();
    statement.push("UPDATE revisions SET hits = k_hits FROM UNNEST(");
    let mut columns = statement.separated(", ");
    columns.push_bind(hits.iter().map(|row| row.site_id).collect::<Vec<_>>());
    columns.push_bind(hits.iter().map(|row| &row.post_id).collect::<Vec<_>>());
    columns.push_bind(hits.iter().map(|row| row.number).collect::<Vec<_>>());
    columns.push_bind(hits.iter().map(|row| &row.hits).collect::<Vec<_>>());
    statement.push(
        ") AS k (k_site, k_post, k_number, k_hits) \
         WHERE site_id = k_site AND post_id = k_post AND number = k_number)",
    );
}

fn push_answered_checks(answered: &[(SiteId, TaskId)], writing: &mut Writing) {
    if answered.is_empty() {
        return;
    }
    let (sites, tasks): (Vec<_>, Vec<_>) =
        answered.iter().map(|(site, task)| (*site, task)).unzip();
    let statement = writing.part();
    statement.push("DELETE FROM check_requests USING UNNEST(");
    let mut columns = statement.separated(", ");
    columns.push_bind(sites);
    columns.push_bind(tasks);
    statement.push(") AS k (k_site, k_task) WHERE site_id = k_site AND task_id = k_task)");
}
