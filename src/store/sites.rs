//! Rows of `sites`.

use anyhow::Context as _;

use crate::ids::SiteId;
use crate::moderation::rows::AuditRow;
use crate::moderation::site::{PublicSite, Site};
use crate::on_db;
use crate::store::{Db, audit};

const FIND_BY_SLUG: &str =
    "SELECT id, slug, name, account, settings, workflow_version, rule_set_version, checks_version
    FROM sites WHERE slug = $1";
const FIND: &str =
    "SELECT id, slug, name, account, settings, workflow_version, rule_set_version, checks_version
    FROM sites WHERE id = $1";
const LIST: &str =
    "SELECT id, slug, name, account, settings, workflow_version, rule_set_version, checks_version
    FROM sites ORDER BY name, id";
const LIST_PUBLIC: &str = "SELECT s.slug, s.name,
    (SELECT COUNT(*) FROM posts p WHERE p.site_id = s.id AND p.published_revision IS NOT NULL) AS published
    FROM sites s ORDER BY s.name, s.id";
const CHANGE: &str = "UPDATE sites SET name = $2, settings = $3 WHERE id = $1";
// What is put aside is counted from its own side, as in `asides`.
const COUNT_WAITING: &str = "SELECT
    (SELECT COUNT(*) FROM (SELECT 1 FROM cases WHERE site_id = $1 AND status = 'waiting' LIMIT $2) counted) AS waiting,
    (SELECT COUNT(*) FROM asides WHERE site_id = $1 AND (SELECT status FROM cases
        WHERE cases.site_id = asides.site_id AND cases.id = asides.case_id) = 'waiting') AS aside";

#[derive(sqlx::FromRow)]
struct Row {
    id: SiteId,
    slug: String,
    name: String,
    account: String,
    settings: String,
    workflow_version: i64,
    rule_set_version: i64,
    checks_version: i64,
}

impl TryFrom<Row> for Site {
    type Error = anyhow::Error;

    fn try_from(row: Row) -> anyhow::Result<Self> {
        let settings = serde_json::from_str(&row.settings)
            .with_context(|| format!("read the settings of site {}", row.slug))?;
        Ok(Self {
            id: row.id,
            slug: row.slug,
            name: row.name,
            account: row.account,
            settings,
            workflow_version: row.workflow_version,
            rule_set_version: row.rule_set_version,
            checks_version: row.checks_version,
        })
    }
}

/// The site of a path.
pub(crate) async fn find_by_slug(db: &Db, slug: &str) -> anyhow::Result<Option<Site>> {
    let row: Option<Row> = on_db!(db, |c| sqlx::query_as(FIND_BY_SLUG)
        .bind(slug)
        .fetch_optional(c.read())
        .await?);
    row.map(Site::try_from).transpose()
}

/// The site of a credential that was checked.
pub(crate) async fn find(db: &Db, id: SiteId) -> anyhow::Result<Option<Site>> {
    let row: Option<Row> = on_db!(db, |c| sqlx::query_as(FIND)
        .bind(id)
        .fetch_optional(c.read())
        .await?);
    row.map(Site::try_from).transpose()
}

/// All sites by name.
pub(crate) async fn list(db: &Db) -> anyhow::Result<Vec<Site>> {
    let rows: Vec<Row> = on_db!(db, |c| sqlx::query_as(LIST).fetch_all(c.read()).await?);
    rows.into_iter().map(Site::try_from).collect()
}

/// How many cases wait, counted up to `limit`, and how many of all that wait were put aside.
pub(crate) async fn count_waiting(db: &Db, id: SiteId, limit: i64) -> anyhow::Result<(i64, i64)> {
    Ok(on_db!(db, |c| sqlx::query_as(COUNT_WAITING)
        .bind(id)
        .bind(limit)
        .fetch_one(c.read())
        .await?))
}

/// All sites by name with the number of their published posts.
pub(crate) async fn list_public(db: &Db) -> anyhow::Result<Vec<PublicSite>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_PUBLIC)
        .fetch_all(c.read())
        .await?))
}

/// Writes a site's name and settings.
pub(crate) async fn change(
    db: &Db,
    id: SiteId,
    name: &str,
    settings: &str,
    audit: &AuditRow,
) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(CHANGE)
            .bind(id)
            .bind(name)
            .bind(settings)
            .execute(tx.conn())
            .await?;
        audit::insert_query(audit).execute(tx.conn()).await?;
        Ok(tx.commit().await?)
    })
}
