//! Rows of `brakes`: rules that held too much soon after they were written; and what the brake looks at. The rows are
//! written with the version that puts the rule to shadow (`rule_changes`).

use sqlx::FromRow;

use crate::ids::{CaseId, PostId, SiteId};
use crate::on_db;
use crate::store::Db;
use crate::store::cases::member_pattern;
use crate::store::rules::hit_pattern;

// In the order of the index: for different sites, SQLite would read all versions there are.
const LIST_SITES: &str =
    "SELECT site_id FROM rule_sets WHERE created_at_ms >= $1 ORDER BY created_at_ms";
const LIST_JUDGED: &str =
    "SELECT rule_set_version, hits FROM revisions WHERE site_id = $1 AND (post_id, number) IN
        (SELECT id, revision FROM posts WHERE site_id = $1 ORDER BY id DESC LIMIT $2)";
// A rule that was braked since and is in force again is so because somebody wants it.
const FIND_YOUNG: &str = "SELECT rules.from_version FROM rules
    JOIN rule_sets ON rule_sets.site_id = rules.site_id AND rule_sets.version = rules.from_version
    WHERE rules.site_id = $1 AND rules.id = $2 AND rules.to_version IS NULL AND rule_sets.created_at_ms >= $3
    AND NOT EXISTS (SELECT 1 FROM brakes WHERE brakes.site_id = rules.site_id AND brakes.rule_id = rules.id
        AND brakes.at_ms >= $3)";
const FIND_OUTCOMES_CHANGE: &str = "SELECT MAX(changed.version) FROM rule_sets AS changed
    JOIN rule_sets AS before ON before.site_id = changed.site_id AND before.version = changed.version - 1
    WHERE changed.site_id = $1 AND changed.created_at_ms >= $3 AND changed.outcomes <> before.outcomes
    AND NOT EXISTS (SELECT 1 FROM brakes WHERE brakes.site_id = changed.site_id AND brakes.rule_id = $2
        AND brakes.at_ms >= $3)";
const COUNT_BEFORE: &str =
    "SELECT COUNT(*) FROM revisions WHERE site_id = $1 AND number = 1 AND rule_set_version < $2
    AND post_id IN (SELECT id FROM posts WHERE site_id = $1 ORDER BY id LIMIT $3)";
pub(super) const INSERT: &str =
    "INSERT INTO brakes (site_id, rule_id, version, from_version, posts, held, at_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const LIST_OPEN: &str = "SELECT brakes.rule_id, brakes.from_version, brakes.posts, brakes.held, brakes.at_ms, rules.pattern
    FROM brakes JOIN rules ON rules.site_id = brakes.site_id AND rules.id = brakes.rule_id
        AND rules.from_version = brakes.version
    WHERE brakes.site_id = $1 AND brakes.released_at_ms IS NULL AND brakes.at_ms >= $2 ORDER BY brakes.at_ms DESC";
const FIND_NEWEST: &str = "SELECT brakes.rule_id, brakes.from_version, brakes.posts, brakes.held, brakes.at_ms, rules.pattern
    FROM brakes JOIN rules ON rules.site_id = brakes.site_id AND rules.id = brakes.rule_id
        AND rules.from_version = brakes.version
    WHERE brakes.site_id = $1 AND brakes.rule_id = $2 ORDER BY brakes.version DESC LIMIT 1";
const LIST_HELD: &str = "SELECT cases.id, cases.revision, revisions.hits FROM cases
    JOIN revisions ON revisions.site_id = cases.site_id AND revisions.post_id = cases.post_id
        AND revisions.number = cases.revision
    WHERE cases.site_id = $1 AND cases.status = 'waiting' AND cases.rules LIKE $2 ESCAPE '!' AND cases.id > $3
        AND revisions.rule_set_version >= $4
    ORDER BY cases.id LIMIT $5";
const LIST_REJECTED: &str = "SELECT posts.id, revisions.hits, users.name AS author_name FROM posts
    JOIN revisions ON revisions.site_id = posts.site_id AND revisions.post_id = posts.id AND revisions.number = posts.revision
    JOIN users ON users.id = posts.author_id
    WHERE posts.site_id = $1 AND posts.id > $2 AND posts.status = 'rejected'
    AND revisions.rule_set_version >= $3 AND revisions.hits LIKE $4 ESCAPE '!'
    AND NOT EXISTS (SELECT 1 FROM cases WHERE cases.site_id = posts.site_id AND cases.post_id = posts.id
        AND cases.revision = posts.revision)
    ORDER BY posts.id LIMIT $5";
const SETTLE: &str = "UPDATE brakes SET released_at_ms = $3
    WHERE site_id = $1 AND rule_id = $2 AND released_at_ms IS NULL";

/// What a rule did until the brake was put on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Braked {
    /// The rule.
    pub rule_id: String,
    /// The version in which it was written.
    pub from_version: i64,
    /// How many posts it has looked at since, of the newest ones.
    pub posts: i64,
    /// How many of them it has held or rejected.
    pub held: i64,
}

/// A rule that the brake put to shadow.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Brake {
    /// The rule.
    pub rule_id: String,
    /// What it looks for.
    pub pattern: String,
    /// The version in which it was written.
    pub from_version: i64,
    /// How many posts it had looked at, of the newest ones.
    pub posts: i64,
    /// How many of them it had held or rejected.
    pub held: i64,
    /// When.
    pub at_ms: i64,
}

/// A post as it was judged.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Judged {
    pub(crate) rule_set_version: i64,
    /// A JSON list.
    pub(crate) hits: String,
}

/// A case that waits because of a rule, perhaps among others.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct HeldCase {
    pub(crate) id: CaseId,
    pub(crate) revision: i64,
    /// A JSON list.
    pub(crate) hits: String,
}

/// A post that was rejected without anybody's decision.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct RejectedPost {
    pub(crate) id: PostId,
    /// A JSON list.
    pub(crate) hits: String,
    pub(crate) author_name: String,
}

/// The sites whose rules were changed since.
pub(crate) async fn list_sites(db: &Db, since_ms: i64) -> anyhow::Result<Vec<SiteId>> {
    let mut sites: Vec<SiteId> = on_db!(db, |c| sqlx::query_scalar(LIST_SITES)
        .bind(since_ms)
        .fetch_all(c.read())
        .await?);
    sites.sort_unstable_by_key(|site| site.0);
    sites.dedup();
    Ok(sites)
}

/// How the newest posts were judged.
pub(crate) async fn list_judged(db: &Db, site: SiteId, limit: i64) -> anyhow::Result<Vec<Judged>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_JUDGED)
        .bind(site)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// The version that last changed what hits lead to, if that is not longer ago than `since_ms` and the rule was not braked
/// since.
pub(crate) async fn find_outcomes_change(
    db: &Db,
    site: SiteId,
    rule: &str,
    since_ms: i64,
) -> anyhow::Result<Option<i64>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(FIND_OUTCOMES_CHANGE)
        .bind(site)
        .bind(rule)
        .bind(since_ms)
        .fetch_one(c.read())
        .await?))
}

/// Since which version a rule is what it is, if that is not longer ago than `since_ms` and it was not braked since.
pub(crate) async fn find_young(
    db: &Db,
    site: SiteId,
    rule: &str,
    since_ms: i64,
) -> anyhow::Result<Option<i64>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(FIND_YOUNG)
        .bind(site)
        .bind(rule)
        .bind(since_ms)
        .fetch_optional(c.read())
        .await?))
}

/// How many of the site's first `limit` posts were judged before a version.
pub(crate) async fn count_before(
    db: &Db,
    site: SiteId,
    version: i64,
    limit: i64,
) -> anyhow::Result<i64> {
    Ok(on_db!(db, |c| sqlx::query_scalar(COUNT_BEFORE)
        .bind(site)
        .bind(version)
        .bind(limit)
        .fetch_one(c.read())
        .await?))
}

/// The brakes since `since_ms` about which nobody has decided, newest first.
pub async fn list_open(db: &Db, site: SiteId, since_ms: i64) -> anyhow::Result<Vec<Brake>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_OPEN)
        .bind(site)
        .bind(since_ms)
        .fetch_all(c.read())
        .await?))
}

/// The newest brake of a rule.
pub async fn find_newest(db: &Db, site: SiteId, rule: &str) -> anyhow::Result<Option<Brake>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND_NEWEST)
        .bind(site)
        .bind(rule)
        .fetch_optional(c.read())
        .await?))
}

/// Cases that wait because of a rule as it was since a version, in order, from the one after `after` on.
pub(crate) async fn list_held(
    db: &Db,
    site: SiteId,
    brake: &Brake,
    after: &str,
    limit: i64,
) -> anyhow::Result<Vec<HeldCase>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_HELD)
        .bind(site)
        .bind(member_pattern(&brake.rule_id))
        .bind(after)
        .bind(brake.from_version)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// Posts that were rejected at once by a rule as it was since a version, in order, from the one after `after` on.
pub(crate) async fn list_rejected(
    db: &Db,
    site: SiteId,
    brake: &Brake,
    after: &str,
    limit: i64,
) -> anyhow::Result<Vec<RejectedPost>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_REJECTED)
        .bind(site)
        .bind(after)
        .bind(brake.from_version)
        .bind(hit_pattern(&brake.rule_id))
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// Somebody has decided what becomes of what the rule held.
pub(crate) async fn settle(db: &Db, site: SiteId, rule: &str, now_ms: i64) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(SETTLE)
            .bind(site)
            .bind(rule)
            .bind(now_ms)
            .execute(tx.conn())
            .await?;
        Ok(tx.commit().await?)
    })
}
