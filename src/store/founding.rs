//! Founds a site: its row and all that every site has from its first moment.

use crate::ids::SiteId;
use crate::on_db;
use crate::store::Db;

const INSERT_SITE: &str = "INSERT INTO sites
    (id, slug, name, account, settings, workflow_version, rule_set_version, created_at_ms)
    SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, $4, 1, 0, $5 FROM sites WHERE TRUE
    ON CONFLICT (slug) DO NOTHING RETURNING id";
const INSERT_WORKFLOW: &str =
    "INSERT INTO workflows (site_id, version, definition, created_by, created_at_ms)
    VALUES ($1, 1, $2, 'system', $3)";
const INSERT_RULE_SET: &str =
    "INSERT INTO rule_sets (site_id, version, comment, created_by, created_at_ms)
    VALUES ($1, 0, 'empty', 'system', $2)";
const INSERT_DIGEST: &str =
    "INSERT INTO digests (site_id, due_at_ms, sent_at_ms, last_case_id) VALUES ($1, NULL, 0, '')";

/// What a new site begins with.
#[derive(Debug, Clone)]
pub struct NewSite<'a> {
    /// Its name in paths.
    pub slug: &'a str,
    /// Its name on pages.
    pub name: &'a str,
    /// The 12 digits of its ARNs.
    pub account: &'a str,
    /// Its settings as JSON.
    pub settings: &'a str,
    /// Its workflow.
    pub definition: &'a str,
}

/// Founds a site with an empty rule set; `None` if there is one of that slug.
pub async fn found(db: &Db, site: &NewSite<'_>, now_ms: i64) -> sqlx::Result<Option<SiteId>> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let id: Option<SiteId> = sqlx::query_scalar(INSERT_SITE)
            .bind(site.slug)
            .bind(site.name)
            .bind(site.account)
            .bind(site.settings)
            .bind(now_ms)
            .fetch_optional(tx.conn())
            .await?;
        let Some(id) = id else {
            return Ok(None);
        };
        sqlx::query(INSERT_WORKFLOW)
            .bind(id)
            .bind(site.definition)
            .bind(now_ms)
            .execute(tx.conn())
            .await?;
        sqlx::query(INSERT_RULE_SET)
            .bind(id)
            .bind(now_ms)
            .execute(tx.conn())
            .await?;
        sqlx::query(INSERT_DIGEST)
            .bind(id)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(Some(id))
    })
}
