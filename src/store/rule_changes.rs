//! Writes of `rules` and `rule_sets`. A change ends the rows it replaces at the new version and adds its own, so that it
//! costs what it changes and every past rule set can be read back.

use serde_json::json;

use crate::ids::{AuditId, KeyId, SiteId};
use crate::moderation::outcomes::Outcomes;
use crate::moderation::rows::{AuditRow, IdempotencyRow, MailRow};
use crate::moderation::rules::Rule;
use crate::on_db;
use crate::store::brakes::{self, Braked};
use crate::store::{Db, audit, idempotency, outbox, shared_rules};

// The row of the site is locked by it, so that changes of one rule set come one after the other.
const NEXT: &str = "UPDATE sites SET rule_set_version = rule_set_version + 1 WHERE id = $1 RETURNING rule_set_version";
const INSERT_SET: &str =
    "INSERT INTO rule_sets (site_id, version, comment, created_by, created_at_ms, outcomes)
    SELECT site_id, $2, $3, $4, $5, COALESCE($6, outcomes) FROM rule_sets WHERE site_id = $1 AND version = CAST($2 AS BIGINT) - 1";
// Lists come as JSON, so that tens of thousands of rules are a few statements.
const END_SQLITE: &str = "UPDATE rules SET to_version = $2
    WHERE site_id = $1 AND to_version IS NULL AND id IN (SELECT value FROM json_each($3))";
const END_POSTGRES: &str = "UPDATE rules SET to_version = $2
    WHERE site_id = $1 AND to_version IS NULL AND id IN (SELECT jsonb_array_elements_text($3::jsonb))";
macro_rules! insert_from {
    () => {
        "INSERT INTO rules (site_id, id, from_version, to_version, kind, pattern, match_mode, fields, action,
            category, severity, note, enabled, inflections, exceptions)
        SELECT $1, value ->> 'id', $2, NULL, value ->> 'kind', value ->> 'pattern', value ->> 'match',
            value ->> 'fields', value ->> 'action', value ->> 'category', CAST(value ->> 'severity' AS BIGINT),
            value ->> 'note', CAST(value ->> 'enabled' AS BOOLEAN),
            value ->> 'inflections', value ->> 'exceptions' FROM "
    };
}
const INSERT_SQLITE: &str = concat!(insert_from!(), "json_each($3)");
const INSERT_POSTGRES: &str = concat!(insert_from!(), "jsonb_array_elements($3::jsonb) AS value");

/// Rules in one statement.
const BATCH: usize = 2_000;

/// A change of a rule set.
#[derive(Debug, Clone, Default)]
pub struct RuleSetChange {
    /// Rules that are new or take the place of the one with the same id.
    pub put: Vec<Rule>,
    /// The ids of those whose place is taken.
    pub replaced: Vec<String>,
    /// Rules that are no longer part of the set.
    pub remove: Vec<String>,
    /// What hits lead to from now on; as before if it is not said.
    pub outcomes: Option<Outcomes>,
    /// The site whose rules it takes over, and the version of theirs, or gives up.
    pub shared: Option<(SiteId, Option<i64>)>,
    /// What for.
    pub comment: String,
    /// The version that it changes, where it makes no sense for another one.
    pub base: Option<i64>,
    /// The rule that it puts to shadow because it ran away, and the mail that says so.
    pub brake: Option<(Braked, MailRow)>,
    /// The id of the line that books it; without one, nothing does.
    pub audit_id: Option<AuditId>,
}

/// The request that a change answers, where its sender may repeat it.
pub(crate) struct Once<'a> {
    pub(crate) key_id: &'a KeyId,
    pub(crate) key: &'a str,
    /// Its answer, given the version that the change made.
    pub(crate) row: Box<dyn Fn(i64) -> IdempotencyRow + Send + Sync + 'a>,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq)]
pub enum Applied {
    /// It is in force, as this version.
    Version(i64),
    /// The rule set is not the one any more that was to be changed.
    Stale,
    /// The request was answered before.
    Replayed(Box<IdempotencyRow>),
}

/// Makes the site's next rule set by `change`.
pub async fn apply(
    db: &Db,
    site: SiteId,
    change: &RuleSetChange,
    created_by: &str,
    now_ms: i64,
) -> anyhow::Result<Applied> {
    apply_once(db, site, change, created_by, now_ms, None).await
}

/// [`apply`], unless the request was answered before.
pub(crate) async fn apply_once(
    db: &Db,
    site: SiteId,
    change: &RuleSetChange,
    created_by: &str,
    now_ms: i64,
    once: Option<Once<'_>>,
) -> anyhow::Result<Applied> {
    let (end, insert) = match db {
        Db::Sqlite(_) => (END_SQLITE, INSERT_SQLITE),
        Db::Postgres(_) => (END_POSTGRES, INSERT_POSTGRES),
    };
    let outcomes = change.outcomes.as_ref();
    let outcomes = outcomes.map(serde_json::to_string).transpose()?;
    let ended: Vec<&String> = change.replaced.iter().chain(&change.remove).collect();
    // In the order of the table's key, so that a long list is written behind what is there and not all over it.
    let mut put: Vec<&Rule> = change.put.iter().collect();
    put.sort_unstable_by(|one, other| one.id.cmp(&other.id));
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let version: i64 = sqlx::query_scalar(NEXT)
            .bind(site)
            .fetch_one(tx.conn())
            .await?;
        if let Some(once) = &once {
            let known: Option<IdempotencyRow> = sqlx::query_as(idempotency::FIND)
                .bind(site)
                .bind(once.key_id)
                .bind(once.key)
                .fetch_optional(tx.conn())
                .await?;
            if let Some(known) = known {
                return Ok(Applied::Replayed(Box::new(known)));
            }
        }
        if change.base.is_some_and(|base| base != version - 1) {
            return Ok(Applied::Stale);
        }
        sqlx::query(INSERT_SET)
            .bind(site)
            .bind(version)
            .bind(&change.comment)
            .bind(created_by)
            .bind(now_ms)
            .bind(&outcomes)
            .execute(tx.conn())
            .await?;
        for ids in ended.chunks(BATCH) {
            sqlx::query(end)
                .bind(site)
                .bind(version)
                .bind(serde_json::to_string(ids)?)
                .execute(tx.conn())
                .await?;
        }
        for rules in put.chunks(BATCH) {
            sqlx::query(insert)
                .bind(site)
                .bind(version)
                .bind(serde_json::to_string(rules)?)
                .execute(tx.conn())
                .await?;
        }
        if let Some((of, version)) = change.shared {
            let sql = match version {
                Some(_) => shared_rules::PUT,
                None => shared_rules::DELETE,
            };
            let mut query = sqlx::query(sql).bind(site).bind(of);
            if let Some(version) = version {
                query = query.bind(version);
            }
            query.execute(tx.conn()).await?;
        }
        if let Some((braked, mail)) = &change.brake {
            sqlx::query(brakes::INSERT)
                .bind(site)
                .bind(&braked.rule_id)
                .bind(version)
                .bind(braked.from_version)
                .bind(braked.posts)
                .bind(braked.held)
                .bind(now_ms)
                .execute(tx.conn())
                .await?;
            outbox::insert_query(mail).execute(tx.conn()).await?;
        }
        if let Some(line) = audit_row(site, change, version, created_by, now_ms) {
            audit::insert_query(&line).execute(tx.conn()).await?;
        }
        if let Some(once) = &once {
            let row = (once.row)(version);
            sqlx::query(idempotency::INSERT)
                .bind(row.site_id)
                .bind(row.key_id)
                .bind(row.key)
                .bind(row.request_hash)
                .bind(row.status)
                .bind(row.body)
                .bind(row.created_at_ms)
                .execute(tx.conn())
                .await?;
        }
        tx.commit().await?;
        Ok(Applied::Version(version))
    })
}

fn audit_row(
    site_id: SiteId,
    change: &RuleSetChange,
    version: i64,
    created_by: &str,
    now_ms: i64,
) -> Option<AuditRow> {
    let put = change.put.iter().map(|rule| &rule.id);
    let details = json!({
        "comment": change.comment,
        "put": change.put.len(),
        "removed": change.remove.len(),
        "outcomes": change.outcomes,
        "rule": put.chain(&change.remove).next().filter(|_| change.put.len() + change.remove.len() == 1),
    });
    Some(AuditRow {
        site_id,
        id: change.audit_id.clone()?,
        at_ms: now_ms,
        actor: created_by.to_owned(),
        action: "rules.changed".to_owned(),
        subject: format!("rules:{version}"),
        details: details.to_string(),
    })
}
