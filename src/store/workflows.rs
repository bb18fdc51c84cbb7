//! Rows of `workflows`: the versions of each site's definition.

use crate::ids::SiteId;
use crate::on_db;
use crate::store::Db;

const FIND: &str = "SELECT version, definition, created_by, created_at_ms FROM workflows
    WHERE site_id = $1 AND version = $2";
const LIST: &str = "SELECT version, definition, created_by, created_at_ms FROM workflows
    WHERE site_id = $1 ORDER BY version DESC LIMIT 100";
const NEXT: &str = "UPDATE sites SET workflow_version =
    (SELECT COALESCE(MAX(version), 0) + 1 FROM workflows WHERE site_id = $1)
    WHERE id = $1 RETURNING workflow_version";
const INSERT: &str =
    "INSERT INTO workflows (site_id, version, definition, created_by, created_at_ms)
    VALUES ($1, $2, $3, $4, $5)";

/// A version of a site's definition.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct WorkflowRow {
    /// Counts from 1.
    pub version: i64,
    /// The definition as it was given.
    pub definition: String,
    /// Who set it.
    pub created_by: String,
    /// When.
    pub created_at_ms: i64,
}

/// One version.
pub async fn find(db: &Db, site: SiteId, version: i64) -> anyhow::Result<Option<WorkflowRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND)
        .bind(site)
        .bind(version)
        .fetch_optional(c.read())
        .await?))
}

/// The newest hundred versions, newest first.
pub async fn list(db: &Db, site: SiteId) -> anyhow::Result<Vec<WorkflowRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST)
        .bind(site)
        .fetch_all(c.read())
        .await?))
}

/// Keeps `definition` as the site's next version and puts it in force; answers the version.
pub async fn insert_next(
    db: &Db,
    site: SiteId,
    definition: &str,
    created_by: &str,
    now_ms: i64,
) -> anyhow::Result<i64> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let version: i64 = sqlx::query_scalar(NEXT)
            .bind(site)
            .fetch_one(tx.conn())
            .await?;
        sqlx::query(INSERT)
            .bind(site)
            .bind(version)
            .bind(definition)
            .bind(created_by)
            .bind(now_ms)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(version)
    })
}
