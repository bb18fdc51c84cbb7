//! Reads of `rules`: the rules in force, and what one of them said over time. `rule_changes` writes them, `rule_versions`
//! reads whole versions.

use anyhow::{Context as _, Error};

use sqlx::FromRow;

use crate::ids::SiteId;
use crate::moderation::rules::{Rule, RuleDraft};
use crate::on_db;
use crate::store::Db;
use crate::store::cases::escape_like;

const LIST_IN_FORCE: &str =
    "SELECT id, kind, pattern, match_mode, fields, action, category, severity, note, enabled,
        inflections, exceptions
    FROM rules WHERE site_id = $1 AND to_version IS NULL ORDER BY id";
const FIND: &str =
    "SELECT id, kind, pattern, match_mode, fields, action, category, severity, note, enabled,
        inflections, exceptions
    FROM rules WHERE site_id = $1 AND id = $2 AND to_version IS NULL";
// An empty filter lets everything pass.
const LIST: &str =
    "SELECT id, kind, pattern, match_mode, fields, action, category, severity, note, enabled,
        inflections, exceptions
    FROM rules WHERE site_id = $1 AND to_version IS NULL AND id < $2
    AND ($3 = '' OR LOWER(pattern) LIKE $3 ESCAPE '!') AND ($4 = '' OR kind = $4)
    AND ($5 = '' OR action = $5) AND ($6 = '' OR category = $6)
    ORDER BY id DESC LIMIT $7";
const LIST_CATEGORIES: &str = "SELECT DISTINCT category FROM rules
    WHERE site_id = $1 AND to_version IS NULL AND category <> '' ORDER BY category LIMIT 200";
const COUNT: &str = "SELECT COUNT(*), COUNT(*) FILTER (WHERE NOT enabled) FROM rules
    WHERE site_id = $1 AND to_version IS NULL";
const LIST_VERSIONS: &str =
    "SELECT rules.id, rules.kind, rules.pattern, rules.match_mode, rules.fields, rules.action, rules.category,
    rules.severity, rules.note, rules.enabled, rules.inflections, rules.exceptions, rules.from_version, rule_sets.comment, rule_sets.created_at_ms,
    COALESCE((SELECT name FROM users WHERE users.id = SUBSTR(rule_sets.created_by, 6)), rule_sets.created_by)
        AS created_by_name
    FROM rules JOIN rule_sets ON rule_sets.site_id = rules.site_id AND rule_sets.version = rules.from_version
    WHERE rules.site_id = $1 AND rules.id = $2 ORDER BY rules.from_version DESC LIMIT 100";

// Of the newest posts, so that a large site costs no more than a small one.
const LIST_HITS: &str = "SELECT created_at_ms, hits FROM revisions WHERE site_id = $1 AND hits LIKE $4 ESCAPE '!' AND (post_id, number) IN
        (SELECT id, revision FROM posts WHERE site_id = $1 AND id >= $2 ORDER BY id DESC LIMIT $3)";

#[derive(FromRow)]
pub(super) struct Row {
    pub(super) id: String,
    kind: String,
    pattern: String,
    match_mode: String,
    fields: String,
    action: String,
    category: String,
    severity: i64,
    note: String,
    enabled: bool,
    inflections: String,
    exceptions: String,
}

impl TryFrom<Row> for Rule {
    type Error = anyhow::Error;

    fn try_from(row: Row) -> anyhow::Result<Self> {
        Ok(Rule {
            id: row.id,
            draft: RuleDraft {
                kind: row.kind.parse().map_err(Error::msg)?,
                pattern: row.pattern,
                mode: row.match_mode.parse().map_err(Error::msg)?,
                fields: row.fields.parse().map_err(Error::msg)?,
                action: row.action.parse().map_err(Error::msg)?,
                category: row.category,
                severity: u8::try_from(row.severity)?,
                note: row.note,
                enabled: row.enabled,
                inflections: row.inflections.parse().map_err(Error::msg)?,
                exceptions: serde_json::from_str(&row.exceptions)?,
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

/// Which rules to list. Empty texts do not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleFilter {
    /// Part of the pattern.
    pub text: String,
    /// The kind's name.
    pub kind: String,
    /// The action's name.
    pub action: String,
    /// The category.
    pub category: String,
}

/// A rule as it was from a version of its rule set on.
#[derive(Debug, Clone)]
pub struct RuleVersion {
    /// What it said.
    pub rule: Rule,
    /// The version of the rule set that began with it.
    pub from_version: i64,
    /// What for.
    pub comment: String,
    /// Who made that version: a name, or `cli` and the like.
    pub created_by_name: String,
    /// When.
    pub created_at_ms: i64,
}

#[derive(FromRow)]
struct VersionRow {
    #[sqlx(flatten)]
    rule: Row,
    from_version: i64,
    comment: String,
    created_by_name: String,
    created_at_ms: i64,
}

/// The rule with that id, if it is part of the set in force.
pub async fn find(db: &Db, site: SiteId, id: &str) -> anyhow::Result<Option<Rule>> {
    let row: Option<Row> = on_db!(db, |c| sqlx::query_as(FIND)
        .bind(site)
        .bind(id)
        .fetch_optional(c.read())
        .await?);
    row.map(Rule::try_from).transpose()
}

/// Rules of the set in force, newest first, older than the one with the id `before`.
pub async fn list(
    db: &Db,
    site: SiteId,
    filter: &RuleFilter,
    before: &str,
    limit: i64,
) -> anyhow::Result<Vec<Rule>> {
    let text = match filter.text.trim() {
        "" => String::new(),
        text => format!("%{}%", escape_like(&text.to_lowercase())),
    };
    let rows: Vec<Row> = on_db!(db, |c| sqlx::query_as(LIST)
        .bind(site)
        .bind(before)
        .bind(&text)
        .bind(&filter.kind)
        .bind(&filter.action)
        .bind(&filter.category)
        .bind(limit)
        .fetch_all(c.read())
        .await?);
    rows.into_iter().map(Rule::try_from).collect()
}

/// The categories of the set in force.
pub async fn list_categories(db: &Db, site: SiteId) -> anyhow::Result<Vec<String>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(LIST_CATEGORIES)
        .bind(site)
        .fetch_all(c.read())
        .await?))
}

/// How many rules the set in force has, and how many of them are off.
pub async fn count(db: &Db, site: SiteId) -> anyhow::Result<(i64, i64)> {
    Ok(on_db!(db, |c| sqlx::query_as(COUNT)
        .bind(site)
        .fetch_one(c.read())
        .await?))
}

/// When those of the newest `limit` posts since the id `since` came in in which the rule hit, with their hits, each a JSON
/// list.
pub(crate) async fn list_hits(
    db: &Db,
    site: SiteId,
    id: &str,
    since: &str,
    limit: i64,
) -> anyhow::Result<Vec<(i64, String)>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_HITS)
        .bind(site)
        .bind(since)
        .bind(limit)
        .bind(hit_pattern(id))
        .fetch_all(c.read())
        .await?))
}

/// The LIKE pattern that finds a rule among hits.
pub(super) fn hit_pattern(id: &str) -> String {
    format!("%\"rule\":\"{}\"%", escape_like(id))
}

/// What a rule said over time, newest first; empty if there never was one with that id.
pub async fn list_versions(db: &Db, site: SiteId, id: &str) -> anyhow::Result<Vec<RuleVersion>> {
    let rows: Vec<VersionRow> = on_db!(db, |c| sqlx::query_as(LIST_VERSIONS)
        .bind(site)
        .bind(id)
        .fetch_all(c.read())
        .await?);
    rows.into_iter()
        .map(|row| {
            Ok(RuleVersion {
                rule: row.rule.try_into()?,
                from_version: row.from_version,
                comment: row.comment,
                created_by_name: row.created_by_name,
                created_at_ms: row.created_at_ms,
            })
        })
        .collect()
}
