//! Rows of `audit_seals`, the links of the audit log's chain, and the lines that they cover. What a link means is known to
//! `moderation::chain`.

use std::collections::HashMap;

use sqlx::FromRow;

use crate::ids::{AuditId, SiteId};
use crate::moderation::rows::AuditRow;
use crate::on_db;
use crate::store::Db;

macro_rules! seal_columns {
    () => {
        "site_id, number, through_id, late, digests, hash, key_id, signature, sealed_at_ms"
    };
}

// The number is the fence: of two replicas that seal the same lines, one finds its number taken and does nothing.
const INSERT: &str = concat!(
    "INSERT INTO audit_seals (",
    seal_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (site_id, number) DO NOTHING"
);
const FIND_NEWEST: &str = concat!(
    "SELECT ",
    seal_columns!(),
    " FROM audit_seals WHERE site_id = $1 ORDER BY number DESC LIMIT 1"
);
const LIST: &str = concat!(
    "SELECT ",
    seal_columns!(),
    " FROM audit_seals WHERE site_id = $1 AND number > $2 ORDER BY number LIMIT $3"
);
const LIST_NEWEST: &str = concat!(
    "SELECT ",
    seal_columns!(),
    " FROM audit_seals WHERE site_id = $1 ORDER BY number DESC LIMIT $2"
);
const LIST_LATE: &str = "SELECT late FROM audit_seals WHERE site_id = $1 AND late <> '[]'";
const LIST_LINES: &str = "SELECT site_id, id, at_ms, actor, action, subject, details FROM audit
    WHERE site_id = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4";
const FIND_LINE: &str = "SELECT site_id, id, at_ms, actor, action, subject, details FROM audit
    WHERE site_id = $1 AND id = $2";
const COUNT_LINES: &str = "SELECT COUNT(*) FROM audit WHERE site_id = $1 AND id > $2 AND id <= $3";
const LIST_ERASURES: &str = "SELECT audit_id, details_code FROM audit_erasures
    WHERE site_id = $1 AND audit_id > $2 AND audit_id <= $3";

/// A link of the chain.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct SealRow {
    /// The site.
    pub site_id: SiteId,
    /// Its place in the chain, from 1.
    pub number: i64,
    /// The id of the last line that it covers.
    pub through_id: String,
    /// A JSON list of lines before it that came too late for their own link.
    pub late: String,
    /// 16 bytes for each line, in order; those that came late behind the others.
    pub digests: Vec<u8>,
    /// Over all of it and the link before.
    pub hash: String,
    /// Which key has signed it.
    pub key_id: String,
    /// The signature.
    pub signature: String,
    /// When.
    pub sealed_at_ms: i64,
}

/// Adds a link, unless another replica has taken its number; says whether it was added.
pub(crate) async fn insert(db: &Db, seal: &SealRow) -> anyhow::Result<bool> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let inserted = sqlx::query(INSERT)
            .bind(seal.site_id)
            .bind(seal.number)
            .bind(&seal.through_id)
            .bind(&seal.late)
            .bind(&seal.digests)
            .bind(&seal.hash)
            .bind(&seal.key_id)
            .bind(&seal.signature)
            .bind(seal.sealed_at_ms)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(inserted.rows_affected() > 0)
    })
}

/// The last link of a site's chain.
pub(crate) async fn find_newest(db: &Db, site: SiteId) -> anyhow::Result<Option<SealRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND_NEWEST)
        .bind(site)
        .fetch_optional(c.read())
        .await?))
}

/// Links in order, from behind `after` on.
pub(crate) async fn list(
    db: &Db,
    site: SiteId,
    after: i64,
    limit: i64,
) -> anyhow::Result<Vec<SealRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST)
        .bind(site)
        .bind(after)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// The newest links, the newest first.
pub(crate) async fn list_newest(db: &Db, site: SiteId, limit: i64) -> anyhow::Result<Vec<SealRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_NEWEST)
        .bind(site)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// The lists of late lines that are not empty.
pub(crate) async fn list_late(db: &Db, site: SiteId) -> anyhow::Result<Vec<String>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(LIST_LATE)
        .bind(site)
        .fetch_all(c.read())
        .await?))
}

/// Lines in order, from behind `after` up to `through`.
pub(crate) async fn list_lines(
    db: &Db,
    site: SiteId,
    after: &str,
    through: &str,
    limit: i64,
) -> anyhow::Result<Vec<AuditRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_LINES)
        .bind(site)
        .bind(after)
        .bind(through)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// One line.
pub(crate) async fn find_line(
    db: &Db,
    site: SiteId,
    id: &AuditId,
) -> anyhow::Result<Option<AuditRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND_LINE)
        .bind(site)
        .bind(id)
        .fetch_optional(c.read())
        .await?))
}

/// How many lines stand behind `after` up to `through`.
pub(crate) async fn count_lines(
    db: &Db,
    site: SiteId,
    after: &str,
    through: &str,
) -> anyhow::Result<i64> {
    Ok(on_db!(db, |c| sqlx::query_scalar(COUNT_LINES)
        .bind(site)
        .bind(after)
        .bind(through)
        .fetch_one(c.read())
        .await?))
}

/// The codes of erased details, by the ids of their lines.
pub(crate) async fn list_erasures(
    db: &Db,
    site: SiteId,
    after: &str,
    through: &str,
) -> anyhow::Result<HashMap<AuditId, String>> {
    let rows: Vec<(AuditId, String)> = on_db!(db, |c| sqlx::query_as(LIST_ERASURES)
        .bind(site)
        .bind(after)
        .bind(through)
        .fetch_all(c.read())
        .await?);
    Ok(rows.into_iter().collect())
}
