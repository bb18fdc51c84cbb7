//! Who works on which case: a lease in the case's row, apart from the ledger, which neither reads nor needs it.

use crate::ids::{CaseId, SiteId, UserId};
use crate::on_db;
use crate::store::Db;
use crate::store::cases::CaseCursor;

// One's own lease is renewed; another's is taken only when it is over, or when that is said.
const CLAIM: &str = "UPDATE cases SET claimed_by = $3, claimed_until_ms = $4
    WHERE site_id = $1 AND id = $2 AND status = 'waiting'
    AND (claimed_by IS NULL OR claimed_by = $3 OR claimed_until_ms IS NULL OR claimed_until_ms <= $5 OR $6)";
const EXISTS: &str = "SELECT COUNT(*) FROM cases WHERE site_id = $1 AND id = $2";
const RELEASE: &str = "UPDATE cases SET claimed_by = NULL, claimed_until_ms = NULL
    WHERE site_id = $1 AND id = $2 AND claimed_by = $3";
const FIND_HOLDER: &str = "SELECT users.name, cases.claimed_until_ms FROM cases
    JOIN users ON users.id = cases.claimed_by
    WHERE cases.site_id = $1 AND cases.id = $2 AND cases.claimed_by <> $3 AND cases.claimed_until_ms > $4";
const FIND_FREE: &str = "SELECT id FROM cases
    WHERE site_id = $1 AND status = 'waiting' AND (rank_ms, id) > ($2, $3)
    AND (claimed_by IS NULL OR claimed_by = $4 OR claimed_until_ms IS NULL OR claimed_until_ms <= $5)
    AND (author_id <> $4 OR $6) AND NOT EXISTS (SELECT 1 FROM asides
        WHERE asides.site_id = cases.site_id AND asides.case_id = cases.id) ORDER BY rank_ms, id LIMIT 1";

/// A lease that somebody wants.
#[derive(Debug, Clone)]
pub(crate) struct Lease<'a> {
    pub(crate) site: SiteId,
    pub(crate) case: &'a CaseId,
    pub(crate) by: &'a UserId,
    pub(crate) until_ms: i64,
    pub(crate) now_ms: i64,
    /// Whether another's lease is ended.
    pub(crate) takes_over: bool,
}

/// Takes or renews a lease; says whether it is held now.
pub(crate) async fn claim(db: &Db, lease: &Lease<'_>) -> anyhow::Result<bool> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let claimed = sqlx::query(CLAIM)
            .bind(lease.site)
            .bind(lease.case)
            .bind(lease.by)
            .bind(lease.until_ms)
            .bind(lease.now_ms)
            .bind(lease.takes_over)
            .execute(tx.conn())
            .await?
            .rows_affected();
        tx.commit().await?;
        Ok(claimed > 0)
    })
}

/// Ends this person's lease, if they have one.
pub(crate) async fn release(
    db: &Db,
    site: SiteId,
    case: &CaseId,
    by: &UserId,
) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(RELEASE)
            .bind(site)
            .bind(case)
            .bind(by)
            .execute(tx.conn())
            .await?;
        Ok(tx.commit().await?)
    })
}

/// Whether the site has such a case.
pub(crate) async fn exists(db: &Db, site: SiteId, case: &CaseId) -> anyhow::Result<bool> {
    let found: i64 = on_db!(db, |c| sqlx::query_scalar(EXISTS)
        .bind(site)
        .bind(case)
        .fetch_one(c.read())
        .await?);
    Ok(found > 0)
}

/// Who else works on the case, and until when.
pub(crate) async fn find_holder(
    db: &Db,
    site: SiteId,
    case: &CaseId,
    but: &UserId,
    now_ms: i64,
) -> anyhow::Result<Option<(String, i64)>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND_HOLDER)
        .bind(site)
        .bind(case)
        .bind(but)
        .bind(now_ms)
        .fetch_optional(c.read())
        .await?))
}

/// The first case after that place which nobody else works on; one's own post only where `own` is so.
pub(crate) async fn find_free(
    db: &Db,
    site: SiteId,
    after: &CaseCursor,
    by: &UserId,
    now_ms: i64,
    own: bool,
) -> anyhow::Result<Option<CaseId>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(FIND_FREE)
        .bind(site)
        .bind(after.rank_ms)
        .bind(&after.id)
        .bind(by)
        .bind(now_ms)
        .bind(own)
        .fetch_optional(c.read())
        .await?))
}
