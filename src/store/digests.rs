//! Rows of `digests`: when a site's moderators hear next of new cases, and of which they have heard. The hot path sets
//! the time; here it is taken, by whichever replica comes first.

use crate::ids::{CaseId, SiteId};
use crate::moderation::rows::MailRow;
use crate::on_db;
use crate::store::{Db, outbox};

const LIST_DUE: &str = "SELECT site_id, due_at_ms FROM digests
    WHERE due_at_ms IS NOT NULL AND due_at_ms <= $1 ORDER BY due_at_ms LIMIT $2";
const TAKE: &str = "UPDATE digests SET due_at_ms = NULL WHERE site_id = $1 AND due_at_ms = $2
    RETURNING last_case_id, announced";
const LIST_NEW: &str = "SELECT id FROM cases
    WHERE site_id = $1 AND id > $2 AND status = 'waiting' ORDER BY id LIMIT $3";
const SETTLE: &str = "UPDATE digests SET due_at_ms = $2, last_case_id = $3, announced = $4,
    sent_at_ms = COALESCE($5, sent_at_ms) WHERE site_id = $1";
const COUNT_FORGOTTEN: &str = "SELECT COUNT(*) FROM digests WHERE due_at_ms IS NULL AND EXISTS
    (SELECT 1 FROM cases WHERE cases.site_id = digests.site_id AND cases.id > digests.last_case_id
        AND cases.status = 'waiting')";
const CALL_FORGOTTEN: &str = "UPDATE digests SET due_at_ms = $1 WHERE due_at_ms IS NULL AND EXISTS
    (SELECT 1 FROM cases WHERE cases.site_id = digests.site_id AND cases.id > digests.last_case_id
        AND cases.status = 'waiting')";

/// Cases that are looked at for one digest; where there are more, their number is given as this.
pub(crate) const LIMIT: i64 = 1_000;

/// A digest that is due.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Due {
    pub(crate) site_id: SiteId,
    pub(crate) due_at_ms: i64,
}

/// What moderators have heard of before: all cases up to one, and some after it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Heard {
    pub(crate) last_case_id: String,
    /// A JSON list.
    pub(crate) announced: String,
}

/// What is to be written once a digest was taken.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    /// The mail, if there is something new.
    pub(crate) mail: Option<MailRow>,
    pub(crate) heard: Heard,
    /// When to look again.
    pub(crate) due_at_ms: Option<i64>,
}

/// The digests that are due, the longest overdue first.
pub(crate) async fn list_due(db: &Db, now_ms: i64, limit: i64) -> anyhow::Result<Vec<Due>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_DUE)
        .bind(now_ms)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// Takes a digest unless another replica has, and writes what `digest` makes of the cases that wait and are newer than the
/// last that all have heard of; both in one transaction. Says whether there was a mail to write.
pub(crate) async fn take(
    db: &Db,
    now_ms: i64,
    due: &Due,
    digest: impl Fn(&Heard, &[CaseId]) -> anyhow::Result<Taken>,
) -> anyhow::Result<bool> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let heard: Option<Heard> = sqlx::query_as(TAKE)
            .bind(due.site_id)
            .bind(due.due_at_ms)
            .fetch_optional(tx.conn())
            .await?;
        let Some(heard) = heard else {
            return Ok(false);
        };
        let new: Vec<CaseId> = sqlx::query_scalar(LIST_NEW)
            .bind(due.site_id)
            .bind(&heard.last_case_id)
            .bind(LIMIT)
            .fetch_all(tx.conn())
            .await?;
        let taken = digest(&heard, &new)?;
        if let Some(mail) = &taken.mail {
            outbox::insert_query(mail).execute(tx.conn()).await?;
        }
        sqlx::query(SETTLE)
            .bind(due.site_id)
            .bind(taken.due_at_ms)
            .bind(&taken.heard.last_case_id)
            .bind(&taken.heard.announced)
            .bind(taken.mail.as_ref().map(|_| now_ms))
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(taken.mail.is_some())
    })
}

/// Makes digests due that should be: a case that was written while its site's digest was being taken called nobody.
pub(crate) async fn call_forgotten(db: &Db, now_ms: i64) -> anyhow::Result<()> {
    let forgotten: i64 = on_db!(db, |c| sqlx::query_scalar(COUNT_FORGOTTEN)
        .fetch_one(c.read())
        .await?);
    if forgotten == 0 {
        return Ok(());
    }
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(CALL_FORGOTTEN)
            .bind(now_ms)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
    });
    Ok(())
}
