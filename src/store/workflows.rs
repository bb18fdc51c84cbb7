//! Rows of `workflows`: the versions of each site's definition.

use crate::ids::{AuditId, SiteId};
use crate::moderation::rows::AuditRow;
use crate::on_db;
use crate::store::{Db, audit};

const FIND: &str = "SELECT version, definition, created_by, created_at_ms FROM workflows
    WHERE site_id = $1 AND version = $2";
const LIST: &str = "SELECT version, definition, created_by, created_at_ms,
    COALESCE((SELECT name FROM users WHERE users.id = SUBSTR(workflows.created_by, 6)), created_by) AS created_by_name
    FROM workflows WHERE site_id = $1 AND version > 0 ORDER BY version DESC LIMIT 100";
const NEXT: &str = "UPDATE sites SET workflow_version =
    (SELECT COALESCE(MAX(version), 0) + 1 FROM workflows WHERE site_id = $1)
    WHERE id = $1 RETURNING workflow_version";
const INSERT: &str =
    "INSERT INTO workflows (site_id, version, definition, created_by, created_at_ms)
    VALUES ($1, $2, $3, $4, $5)";

const KEEP: &str = "INSERT INTO workflows (site_id, version, definition, created_by, created_at_ms)
    VALUES ($1, $2, $3, 'system', $4) ON CONFLICT (site_id, version) DO NOTHING";

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

/// A version as its list shows it.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct ListedWorkflow {
    /// The version.
    #[sqlx(flatten)]
    pub workflow: WorkflowRow,
    /// Who set it: a name, or `cli` and the like.
    pub created_by_name: String,
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
pub async fn list(db: &Db, site: SiteId) -> anyhow::Result<Vec<ListedWorkflow>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST)
        .bind(site)
        .fetch_all(c.read())
        .await?))
}

/// Keeps a definition of our own under `version`, below those that the site's people set, unless it is there.
pub(crate) async fn keep(
    db: &Db,
    site: SiteId,
    version: i64,
    definition: &str,
    now_ms: i64,
) -> anyhow::Result<()> {
    if find(db, site, version).await?.is_some() {
        return Ok(());
    }
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(KEEP)
            .bind(site)
            .bind(version)
            .bind(definition)
            .bind(now_ms)
            .execute(tx.conn())
            .await?;
        Ok(tx.commit().await?)
    })
}

/// Keeps `definition` as the site's next version, puts it in force and books it; answers the version.
pub async fn insert_next(
    db: &Db,
    site: SiteId,
    definition: &str,
    created_by: &str,
    audit_id: &AuditId,
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
        let line = AuditRow {
            site_id: site,
            id: audit_id.clone(),
            at_ms: now_ms,
            actor: created_by.to_owned(),
            action: "workflow.set".to_owned(),
            subject: format!("workflow:{version}"),
            details: "{}".to_owned(),
        };
        audit::insert_query(&line).execute(tx.conn()).await?;
        tx.commit().await?;
        Ok(version)
    })
}
