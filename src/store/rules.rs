//! Rows of `rules` and `rule_sets`. A change ends the rows it replaces at the new version and adds its own, so that every
//! past rule set can be read back.

use anyhow::{Context as _, Error};

use crate::ids::SiteId;
use crate::moderation::rules::{Rule, RuleDraft};
use crate::on_db;
use crate::store::Db;

const LIST_IN_FORCE: &str =
    "SELECT id, kind, pattern, fields, action, category, severity, note, enabled
    FROM rules WHERE site_id = $1 AND to_version IS NULL ORDER BY id";
const NEXT: &str = "UPDATE sites SET rule_set_version = rule_set_version + 1 WHERE id = $1 RETURNING rule_set_version";
const INSERT_SET: &str =
    "INSERT INTO rule_sets (site_id, version, comment, created_by, created_at_ms)
    VALUES ($1, $2, $3, $4, $5)";
const END: &str =
    "UPDATE rules SET to_version = $3 WHERE site_id = $1 AND id = $2 AND to_version IS NULL";
const INSERT: &str = "INSERT INTO rules
    (site_id, id, from_version, to_version, kind, pattern, fields, action, category, severity, note, enabled)
    VALUES ($1, $2, $3, NULL, $4, $5, $6, $7, $8, $9, $10, $11)";

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    kind: String,
    pattern: String,
    fields: String,
    action: String,
    category: String,
    severity: i64,
    note: String,
    enabled: bool,
}

impl TryFrom<Row> for Rule {
    type Error = anyhow::Error;

    fn try_from(row: Row) -> anyhow::Result<Self> {
        Ok(Rule {
            id: row.id,
            draft: RuleDraft {
                kind: row.kind.parse().map_err(Error::msg)?,
                pattern: row.pattern,
                fields: row.fields.parse().map_err(Error::msg)?,
                action: row.action.parse().map_err(Error::msg)?,
                category: row.category,
                severity: u8::try_from(row.severity)?,
                note: row.note,
                enabled: row.enabled,
            },
        })
    }
}

/// The rules of the set in force, enabled or not.
pub async fn list_in_force(db: &Db, site: SiteId) -> anyhow::Result<Vec<Rule>> {
    let rows: Vec<Row> = on_db!(db, |c| sqlx::query_as(LIST_IN_FORCE)
        .bind(site)
        .fetch_all(c.read())
        .await?);
    rows.into_iter()
        .map(|row| {
            let id = row.id.clone();
            Rule::try_from(row).with_context(|| format!("read rule {id} of site {site}"))
        })
        .collect()
}

/// A change of a rule set.
#[derive(Debug, Clone, Default)]
pub struct RuleSetChange {
    /// Rules that are new or take the place of the one with the same id.
    pub put: Vec<Rule>,
    /// Rules that are no longer part of the set.
    pub remove: Vec<String>,
    /// What for.
    pub comment: String,
}

/// Makes the site's next rule set by `change`; answers its version.
pub async fn apply(
    db: &Db,
    site: SiteId,
    change: &RuleSetChange,
    created_by: &str,
    now_ms: i64,
) -> anyhow::Result<i64> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let version: i64 = sqlx::query_scalar(NEXT)
            .bind(site)
            .fetch_one(tx.conn())
            .await?;
        sqlx::query(INSERT_SET)
            .bind(site)
            .bind(version)
            .bind(&change.comment)
            .bind(created_by)
            .bind(now_ms)
            .execute(tx.conn())
            .await?;
        for id in change.put.iter().map(|rule| &rule.id).chain(&change.remove) {
            sqlx::query(END)
                .bind(site)
                .bind(id)
                .bind(version)
                .execute(tx.conn())
                .await?;
        }
        for rule in &change.put {
            let draft = &rule.draft;
            sqlx::query(INSERT)
                .bind(site)
                .bind(&rule.id)
                .bind(version)
                .bind(draft.kind.as_str())
                .bind(&draft.pattern)
                .bind(draft.fields.as_str())
                .bind(draft.action.as_str())
                .bind(&draft.category)
                .bind(i64::from(draft.severity))
                .bind(&draft.note)
                .bind(draft.enabled)
                .execute(tx.conn())
                .await?;
        }
        tx.commit().await?;
        Ok(version)
    })
}
