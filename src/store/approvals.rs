//! Rows of `approvals`: the first of the two approvals that a case of some categories needs.

use sqlx::FromRow;

use crate::ids::{CaseId, SiteId, UserId};
use crate::moderation::rows::AuditRow;
use crate::on_db;
use crate::store::{Db, audit};

const FIND: &str = "SELECT approvals.by_id, users.name AS by_name, approvals.created_at_ms
    FROM approvals JOIN users ON users.id = approvals.by_id
    WHERE approvals.site_id = $1 AND approvals.case_id = $2";
// Whoever is first stays so: the other one is the second.
const INSERT: &str = "INSERT INTO approvals (site_id, case_id, by_id, reason, note, created_at_ms)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (site_id, case_id) DO NOTHING";
const RELEASE: &str = "UPDATE cases SET claimed_by = NULL, claimed_until_ms = NULL
    WHERE site_id = $1 AND id = $2 AND claimed_by = $3";
const DELETE: &str = "DELETE FROM approvals WHERE site_id = $1 AND case_id = $2 AND by_id = $3
    AND EXISTS (SELECT 1 FROM cases WHERE cases.site_id = $1 AND cases.id = $2 AND cases.status = 'waiting')";

/// The first of two approvals.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Approval {
    /// Who approved.
    pub by_id: UserId,
    /// Their name.
    pub by_name: String,
    /// When.
    pub created_at_ms: i64,
}

/// What goes with a first approval.
#[derive(Debug, Clone)]
pub(crate) struct NewApproval<'a> {
    pub(crate) case: &'a CaseId,
    pub(crate) by: &'a UserId,
    pub(crate) reason: Option<&'a str>,
    pub(crate) note: Option<&'a str>,
}

/// The first approval of a case, if there is one.
pub(crate) async fn find(db: &Db, site: SiteId, case: &CaseId) -> anyhow::Result<Option<Approval>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND)
        .bind(site)
        .bind(case)
        .fetch_optional(c.read())
        .await?))
}

/// Keeps a first approval and gives the claim back, with its line in the audit log; says whether nobody was before.
pub(crate) async fn insert(
    db: &Db,
    new: &NewApproval<'_>,
    line: &AuditRow,
) -> anyhow::Result<bool> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let inserted = sqlx::query(INSERT)
            .bind(line.site_id)
            .bind(new.case)
            .bind(new.by)
            .bind(new.reason)
            .bind(new.note)
            .bind(line.at_ms)
            .execute(tx.conn())
            .await?
            .rows_affected();
        if inserted == 0 {
            return Ok(false);
        }
        sqlx::query(RELEASE)
            .bind(line.site_id)
            .bind(new.case)
            .bind(new.by)
            .execute(tx.conn())
            .await?;
        audit::insert_query(line).execute(tx.conn()).await?;
        tx.commit().await?;
        Ok(true)
    })
}

/// Takes somebody's first approval back while the case waits; says whether there was one.
pub(crate) async fn delete(
    db: &Db,
    case: &CaseId,
    by: &UserId,
    line: &AuditRow,
) -> anyhow::Result<bool> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let deleted = sqlx::query(DELETE)
            .bind(line.site_id)
            .bind(case)
            .bind(by)
            .execute(tx.conn())
            .await?
            .rows_affected();
        if deleted == 0 {
            return Ok(false);
        }
        audit::insert_query(line).execute(tx.conn()).await?;
        tx.commit().await?;
        Ok(true)
    })
}
