//! Whom cases were handed to: a column of the case's row, apart from the ledger, which neither reads nor needs it.

use crate::ids::{CaseId, SiteId, UserId};
use crate::moderation::rows::{AuditRow, MailRow};
use crate::on_db;
use crate::store::{Db, audit, outbox};

const HAND_OVER: &str =
    "UPDATE cases SET handed_to = $3, claimed_by = NULL, claimed_until_ms = NULL
    WHERE site_id = $1 AND id = $2 AND status = 'waiting'";
const LIST_COLLEAGUES: &str =
    "SELECT users.id, users.name FROM members JOIN users ON users.id = members.user_id
    WHERE members.site_id = $1 AND members.role IN ('moderator', 'owner') AND members.suspended_at_ms IS NULL AND users.id <> $2
        AND (members.away_until_ms IS NULL OR members.away_until_ms <= $3)
    ORDER BY users.name, users.id LIMIT 200";

/// Hands a case that waits to `to`, with its line in the audit log and its mail; says whether it did wait.
pub(crate) async fn hand_over(
    db: &Db,
    case: &CaseId,
    to: &str,
    line: &AuditRow,
    mail: &MailRow,
) -> anyhow::Result<bool> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let handed = sqlx::query(HAND_OVER)
            .bind(line.site_id)
            .bind(case)
            .bind(to)
            .execute(tx.conn())
            .await?
            .rows_affected();
        if handed == 0 {
            return Ok(false);
        }
        audit::insert_query(line).execute(tx.conn()).await?;
        outbox::insert_query(mail).execute(tx.conn()).await?;
        tx.commit().await?;
        Ok(true)
    })
}

/// Who else decides on the site and is not away at `now_ms`, by name.
pub(crate) async fn list_colleagues(
    db: &Db,
    site: SiteId,
    but: &UserId,
    now_ms: i64,
) -> anyhow::Result<Vec<(UserId, String)>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_COLLEAGUES)
        .bind(site)
        .bind(but)
        .bind(now_ms)
        .fetch_all(c.read())
        .await?))
}
