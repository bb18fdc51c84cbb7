//! Rows of `shared_rules`: which sites use the rules of which. A row is written with the version that takes rules over
//! (`rule_changes`); what becomes of the rules is `moderation::shared_rules`.

use sqlx::FromRow;

use crate::ids::SiteId;
use crate::moderation::rows::AuditRow;
use crate::on_db;
use crate::store::{Db, audit};

const LIST: &str = "SELECT s.id AS site_id, s.slug, s.name, s.rule_set_version, u.version AS taken,
        (SELECT COUNT(*) FROM rules r WHERE r.site_id = s.id AND r.to_version IS NULL) AS rules
    FROM sites s LEFT JOIN shared_rules u ON u.site_id = $1 AND u.of_site_id = s.id
    WHERE s.id <> $1 AND (s.shares_rules OR u.version IS NOT NULL) ORDER BY s.name, s.id LIMIT 200";
const FIND: &str = "SELECT s.id AS site_id, s.slug, s.name, s.rule_set_version, u.version AS taken,
        (SELECT COUNT(*) FROM rules r WHERE r.site_id = s.id AND r.to_version IS NULL) AS rules
    FROM sites s LEFT JOIN shared_rules u ON u.site_id = $1 AND u.of_site_id = s.id
    WHERE s.id <> $1 AND s.slug = $2 AND (s.shares_rules OR u.version IS NOT NULL)";
const LIST_BEHIND: &str =
    "SELECT u.site_id, s.slug FROM shared_rules u JOIN sites s ON s.id = u.of_site_id
    WHERE s.rule_set_version > u.version AND s.shares_rules ORDER BY u.site_id, u.of_site_id";
const IS_SHARED: &str = "SELECT shares_rules FROM sites WHERE id = $1";
const SHARE: &str = "UPDATE sites SET shares_rules = $2 WHERE id = $1";
const MARK: &str =
    "UPDATE shared_rules SET version = $3 WHERE site_id = $1 AND of_site_id = $2 AND version < $3";
pub(super) const PUT: &str =
    "INSERT INTO shared_rules (site_id, of_site_id, version) VALUES ($1, $2, $3)
    ON CONFLICT (site_id, of_site_id) DO UPDATE SET version = excluded.version";
pub(super) const DELETE: &str = "DELETE FROM shared_rules WHERE site_id = $1 AND of_site_id = $2";

/// The rules of another site, as an owner sees them.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct SharedRules {
    /// The other site.
    pub site_id: SiteId,
    /// Its name in paths.
    pub slug: String,
    /// Its name on pages.
    pub name: String,
    /// The version of its rules in force.
    pub rule_set_version: i64,
    /// The version of them that was last taken over; none where they are not used.
    pub taken: Option<i64>,
    /// How many rules it has.
    pub rules: i64,
}

/// The sites whose rules a site may use or uses.
pub async fn list(db: &Db, site: SiteId) -> anyhow::Result<Vec<SharedRules>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST)
        .bind(site)
        .fetch_all(c.read())
        .await?))
}

/// One of them.
pub async fn find(db: &Db, site: SiteId, slug: &str) -> anyhow::Result<Option<SharedRules>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND)
        .bind(site)
        .bind(slug)
        .fetch_optional(c.read())
        .await?))
}

/// The sites that use an earlier version of somebody's rules than there is, and whose.
pub(crate) async fn list_behind(db: &Db) -> anyhow::Result<Vec<(SiteId, String)>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_BEHIND)
        .fetch_all(c.read())
        .await?))
}

/// Whether others may use the site's rules.
pub async fn is_shared(db: &Db, site: SiteId) -> anyhow::Result<bool> {
    let shared: Option<bool> = on_db!(db, |c| sqlx::query_scalar(IS_SHARED)
        .bind(site)
        .fetch_optional(c.read())
        .await?);
    Ok(shared.unwrap_or(false))
}

/// Lets others use the site's rules, or no more of them.
pub(crate) async fn share(
    db: &Db,
    site: SiteId,
    shares: bool,
    line: &AuditRow,
) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(SHARE)
            .bind(site)
            .bind(shares)
            .execute(tx.conn())
            .await?;
        audit::insert_query(line).execute(tx.conn()).await?;
        Ok(tx.commit().await?)
    })
}

/// Notes that nothing of a version was to be taken over.
pub(crate) async fn mark(db: &Db, site: SiteId, of: SiteId, version: i64) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(MARK)
            .bind(site)
            .bind(of)
            .bind(version)
            .execute(tx.conn())
            .await?;
        Ok(tx.commit().await?)
    })
}
