//! The versions of a rule set: who made them, what each changed, and the rules that were in force in one. Reads only;
//! rules are kept once, whatever the number of versions (`rule_changes`).

use std::collections::BTreeMap;

use anyhow::Context as _;
use sqlx::FromRow;

use crate::ids::SiteId;
use crate::moderation::outcomes::Outcomes;
use crate::moderation::rules::Rule;
use crate::on_db;
use crate::store::Db;
use crate::store::rules::Row;

macro_rules! version_columns {
    () => {
        "s.version, s.comment, s.created_at_ms,
        COALESCE((SELECT name FROM users WHERE users.id = SUBSTR(s.created_by, 6)),
            (SELECT name FROM access_keys k WHERE k.site_id = s.site_id AND k.id = SUBSTR(s.created_by, 5) AND name <> ''),
            s.created_by) AS created_by_name,
        (SELECT COUNT(*) FROM rules r WHERE r.site_id = s.site_id AND r.from_version = s.version) AS put,
        (SELECT COUNT(*) FROM rules r WHERE r.site_id = s.site_id AND r.to_version = s.version) AS ended,
        (SELECT COUNT(*) FROM rules r JOIN rules n ON n.site_id = r.site_id AND n.id = r.id
            AND n.from_version = r.to_version WHERE r.site_id = s.site_id AND r.to_version = s.version) AS changed,
        s.outcomes <> COALESCE((SELECT p.outcomes FROM rule_sets p WHERE p.site_id = s.site_id
            AND p.version = s.version - 1), s.outcomes) AS other_outcomes"
    };
}
const LIST: &str = concat!(
    "SELECT ",
    version_columns!(),
    " FROM rule_sets s WHERE s.site_id = $1 AND s.version < $2 ORDER BY s.version DESC LIMIT $3"
);
const FIND: &str = concat!(
    "SELECT ",
    version_columns!(),
    " FROM rule_sets s WHERE s.site_id = $1 AND s.version = $2"
);
const FIND_OUTCOMES: &str = "SELECT outcomes FROM rule_sets WHERE site_id = $1 AND version = $2";
const FIND_OUTCOMES_IN_FORCE: &str = "SELECT rule_sets.version, rule_sets.outcomes FROM rule_sets
    JOIN sites ON sites.id = rule_sets.site_id AND sites.rule_set_version = rule_sets.version
    WHERE rule_sets.site_id = $1";
const LIST_ENDED: &str =
    "SELECT id, kind, pattern, match_mode, fields, action, category, severity, note, enabled,
        inflections, exceptions
    FROM rules WHERE site_id = $1 AND to_version = $2 ORDER BY id LIMIT $3";
const LIST_PUT: &str =
    "SELECT id, kind, pattern, match_mode, fields, action, category, severity, note, enabled,
        inflections, exceptions
    FROM rules WHERE site_id = $1 AND from_version = $2 ORDER BY id LIMIT $3";
const LIST_OF_VERSION: &str = "SELECT id, kind, pattern, match_mode, fields, action, category, severity, note, enabled,
        inflections, exceptions
    FROM rules WHERE site_id = $1 AND from_version <= $2 AND (to_version IS NULL OR to_version > $2) ORDER BY id";

/// A version of a rule set.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct RuleSetVersion {
    /// Its number.
    pub version: i64,
    /// What for.
    pub comment: String,
    /// When.
    pub created_at_ms: i64,
    /// Who made it: a name, or `cli` and the like.
    pub created_by_name: String,
    put: i64,
    ended: i64,
    /// How many rules it changed.
    pub changed: i64,
    /// Whether it changed what hits lead to.
    pub other_outcomes: bool,
}

impl RuleSetVersion {
    /// How many rules it added.
    pub fn added(&self) -> i64 {
        self.put - self.changed
    }

    /// How many rules it removed.
    pub fn removed(&self) -> i64 {
        self.ended - self.changed
    }
}

/// What a version made of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleChange {
    /// The rule's id.
    pub id: String,
    /// What it said before; nothing if it is new.
    pub before: Option<Rule>,
    /// What it says since; nothing if it was removed.
    pub after: Option<Rule>,
}

/// The versions before `before`, newest first.
pub async fn list(
    db: &Db,
    site: SiteId,
    before: i64,
    limit: i64,
) -> anyhow::Result<Vec<RuleSetVersion>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST)
        .bind(site)
        .bind(before)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// One version.
pub async fn find(db: &Db, site: SiteId, version: i64) -> anyhow::Result<Option<RuleSetVersion>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND)
        .bind(site)
        .bind(version)
        .fetch_optional(c.read())
        .await?))
}

/// What hits led to in a version.
pub async fn outcomes_of(db: &Db, site: SiteId, version: i64) -> anyhow::Result<Outcomes> {
    let text: Option<String> = on_db!(db, |c| sqlx::query_scalar(FIND_OUTCOMES)
        .bind(site)
        .bind(version)
        .fetch_optional(c.read())
        .await?);
    read_outcomes(text, site)
}

/// The version in force, and what hits lead to in it.
pub async fn outcomes_in_force(db: &Db, site: SiteId) -> anyhow::Result<(i64, Outcomes)> {
    let found: Option<(i64, String)> = on_db!(db, |c| sqlx::query_as(FIND_OUTCOMES_IN_FORCE)
        .bind(site)
        .fetch_optional(c.read())
        .await?);
    let (version, text) = found.unzip();
    Ok((version.unwrap_or_default(), read_outcomes(text, site)?))
}

fn read_outcomes(text: Option<String>, site: SiteId) -> anyhow::Result<Outcomes> {
    let text = text.with_context(|| format!("the rule set of site {site} is missing"))?;
    serde_json::from_str(&text).with_context(|| format!("read what hits lead to at site {site}"))
}

/// What a version made of the rules, the first `limit` of them by id.
pub async fn list_changes(
    db: &Db,
    site: SiteId,
    version: i64,
    limit: usize,
) -> anyhow::Result<Vec<RuleChange>> {
    let mut changes: BTreeMap<String, RuleChange> = BTreeMap::new();
    let mut complete_to: Option<String> = None;
    for (sql, is_new) in [(LIST_ENDED, false), (LIST_PUT, true)] {
        let rows: Vec<Row> = on_db!(db, |c| sqlx::query_as(sql)
            .bind(site)
            .bind(version)
            .bind(i64::try_from(limit)?)
            .fetch_all(c.read())
            .await?);
        if rows.len() == limit {
            let last = rows.last().map(|row| row.id.clone());
            complete_to = complete_to.into_iter().chain(last).min();
        }
        for row in rows {
            let rule = Rule::try_from(row)?;
            let change = changes
                .entry(rule.id.clone())
                .or_insert_with(|| RuleChange {
                    id: rule.id.clone(),
                    before: None,
                    after: None,
                });
            *(if is_new {
                &mut change.after
            } else {
                &mut change.before
            }) = Some(rule);
        }
    }
    // Behind the end of one list it is not known what the other one belongs to.
    let is_known = |id: &String| complete_to.as_ref().is_none_or(|last| id <= last);
    Ok(changes
        .into_values()
        .filter(|change| is_known(&change.id))
        .take(limit)
        .collect())
}

/// The rules that were in force in a version.
pub async fn rules_of(db: &Db, site: SiteId, version: i64) -> anyhow::Result<Vec<Rule>> {
    let rows: Vec<Row> = on_db!(db, |c| sqlx::query_as(LIST_OF_VERSION)
        .bind(site)
        .bind(version)
        .fetch_all(c.read())
        .await?);
    rows.into_iter().map(Rule::try_from).collect()
}
