//! What is due: executions whose wait is over, and cases whose time is half over.

use crate::ids::{CaseId, ExecutionId, PostId, SiteId};
use crate::moderation::rows::MailRow;
use crate::on_db;
use crate::store::{Db, outbox};

const LIST_EXECUTIONS: &str = "SELECT site_id, id FROM executions
    WHERE wake_at_ms IS NOT NULL AND wake_at_ms <= $1 ORDER BY wake_at_ms LIMIT $2";
/// Joined, because of a pair in a list SQLite looks up only the first: that would be all cases of the site.
pub(super) const TAKE_REMINDERS: &str =
    "WITH due (due_site, due_id) AS MATERIALIZED (SELECT site_id, id FROM cases
        WHERE remind_at_ms IS NOT NULL AND remind_at_ms <= $1 ORDER BY remind_at_ms LIMIT $2)
    UPDATE cases SET remind_at_ms = NULL FROM due
    WHERE site_id = due_site AND id = due_id AND remind_at_ms IS NOT NULL
    RETURNING site_id, id, post_id";

/// Executions that are to be woken at `now_ms`, the longest overdue first.
pub(crate) async fn list_executions(
    db: &Db,
    now_ms: i64,
    limit: i64,
) -> sqlx::Result<Vec<(SiteId, ExecutionId)>> {
    on_db!(db, |c| sqlx::query_as(LIST_EXECUTIONS)
        .bind(now_ms)
        .bind(limit)
        .fetch_all(c.read())
        .await)
}

/// A case that moderators are to be reminded of.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct ToRemind {
    pub(crate) site_id: SiteId,
    pub(crate) id: CaseId,
    pub(crate) post_id: PostId,
}

/// Takes the cases whose reminder is due and writes the mail that `mail` makes of each, in one transaction.
pub(crate) async fn take_reminders(
    db: &Db,
    now_ms: i64,
    limit: i64,
    mail: impl Fn(&ToRemind) -> MailRow,
) -> anyhow::Result<usize> {
    // Nothing is due most of the time, and a look costs no write lock.
    if !is_reminder_due(db, now_ms).await? {
        return Ok(0);
    }
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let cases: Vec<ToRemind> = sqlx::query_as(TAKE_REMINDERS)
            .bind(now_ms)
            .bind(limit)
            .fetch_all(tx.conn())
            .await?;
        for case in &cases {
            outbox::insert_query(&mail(case)).execute(tx.conn()).await?;
        }
        tx.commit().await?;
        Ok(cases.len())
    })
}

// In order, so that PostgreSQL goes by the index: without, it guesses that a third of all cases is due, and reads them.
const IS_REMINDER_DUE: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM cases
    WHERE remind_at_ms IS NOT NULL AND remind_at_ms <= $1 ORDER BY remind_at_ms LIMIT 1) AS due";

async fn is_reminder_due(db: &Db, now_ms: i64) -> sqlx::Result<bool> {
    let due: i64 = on_db!(db, |c| sqlx::query_scalar(IS_REMINDER_DUE)
        .bind(now_ms)
        .fetch_one(c.read())
        .await?);
    Ok(due > 0)
}
