//! Rows of `external_checks` and `check_requests`. A worker claims requests for a while, asks outside of any transaction,
//! and the ledger deletes what is answered; what a dead worker had claimed is another one's once its lease is over.

use anyhow::{Context as _, Error};
use sqlx::FromRow;

use crate::ids::{ExecutionId, PostId, SiteId, TaskId, UserId};
use crate::moderation::external::{CheckDraft, ExternalCheck, Health, rest_ms};
use crate::moderation::rows::{AuditRow, CheckRequestRow};
use crate::on_db;
use crate::store::{Db, audit};

macro_rules! check_columns {
    () => {
        "site_id, name, url, secret_id, timeout_ms, on_failure, action, severity, score_percent, enabled,
    created_at_ms, failed_at_ms, failure, failures, rest_until_ms"
    };
}
const LIST: &str = concat!(
    "SELECT ",
    check_columns!(),
    " FROM external_checks WHERE site_id = $1 ORDER BY created_at_ms, name"
);
const FIND: &str = concat!(
    "SELECT ",
    check_columns!(),
    " FROM external_checks WHERE site_id = $1 AND name = $2"
);
const PUT: &str = concat!(
    "INSERT INTO external_checks (",
    check_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL, NULL, 0, 0)
    ON CONFLICT (site_id, name) DO UPDATE SET url = excluded.url, secret_id = excluded.secret_id,
    timeout_ms = excluded.timeout_ms, on_failure = excluded.on_failure, action = excluded.action,
    severity = excluded.severity, score_percent = excluded.score_percent, enabled = excluded.enabled, failures = 0, rest_until_ms = 0"
);
const REMOVE: &str = "DELETE FROM external_checks WHERE site_id = $1 AND name = $2";
const TOUCH: &str = "UPDATE sites SET checks_version = checks_version + 1 WHERE id = $1";
// While a check rests, only the one that tries it out counts.
const NOTE_FAILURE: &str =
    "UPDATE external_checks SET failed_at_ms = $3, failure = $4, failures = failures + $5
    WHERE site_id = $1 AND name = $2 AND (rest_until_ms <= $3 OR $6) RETURNING failures";
const REST: &str = "UPDATE external_checks SET rest_until_ms = $3 WHERE site_id = $1 AND name = $2";
const TAKE_TRIAL: &str = "UPDATE external_checks SET rest_until_ms = $4
    WHERE site_id = $1 AND name = $2 AND rest_until_ms = $3";
const END_REST: &str =
    "UPDATE external_checks SET failures = 0, rest_until_ms = 0 WHERE site_id = $1 AND name = $2";
/// Jumps from site to site, over what waits at each.
pub(super) const DUE_SITES: &str = "WITH RECURSIVE asking (site_id) AS (SELECT MIN(site_id) FROM check_requests
    UNION ALL SELECT (SELECT MIN(check_requests.site_id) FROM check_requests WHERE check_requests.site_id > asking.site_id)
        FROM asking WHERE asking.site_id IS NOT NULL)
    SELECT site_id FROM asking WHERE EXISTS (SELECT 1 FROM check_requests AS due
        WHERE due.site_id = asking.site_id AND due.lease_until_ms <= $1) ORDER BY site_id";
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "WITH due (due_site, due_id) AS MATERIALIZED (SELECT site_id, task_id FROM check_requests
        WHERE site_id = $4 AND lease_until_ms <= $1 ORDER BY lease_until_ms LIMIT $3",
            $lock,
            ") UPDATE check_requests SET lease_until_ms = $2
    FROM due WHERE site_id = due_site AND task_id = due_id RETURNING ",
            check_request_columns!()
        )
    };
}
/// SQLite has one writer at a time and needs no locks.
pub(super) const CLAIM_SQLITE: &str = claim!("");
const CLAIM_POSTGRES: &str = claim!(" FOR UPDATE SKIP LOCKED");
const DROP: &str = "DELETE FROM check_requests WHERE site_id = $1 AND task_id = $2";
const FIND_SUBJECT: &str = "SELECT posts.id AS post_id, posts.author_id, revisions.number, revisions.title, revisions.body,
    revisions.rule_set_version FROM executions
    JOIN posts ON posts.site_id = executions.site_id AND posts.id = executions.post_id
    JOIN revisions ON revisions.site_id = executions.site_id AND revisions.post_id = executions.post_id
        AND revisions.number = executions.revision
    WHERE executions.site_id = $1 AND executions.id = $2 AND executions.status = 'RUNNING'";

#[derive(FromRow)]
struct Row {
    site_id: SiteId,
    name: String,
    url: String,
    secret_id: String,
    timeout_ms: i64,
    on_failure: String,
    action: String,
    severity: i64,
    score_percent: i64,
    enabled: bool,
    created_at_ms: i64,
    failed_at_ms: Option<i64>,
    failure: Option<String>,
    failures: i64,
    rest_until_ms: i64,
}

impl TryFrom<Row> for ExternalCheck {
    type Error = Error;

    fn try_from(row: Row) -> anyhow::Result<Self> {
        Ok(Self {
            site_id: row.site_id,
            secret_id: row.secret_id,
            draft: CheckDraft {
                url: row.url,
                timeout_ms: row.timeout_ms,
                on_failure: row.on_failure.parse().map_err(Error::msg)?,
                action: row.action.parse().map_err(Error::msg)?,
                severity: row.severity,
                score_percent: row.score_percent,
                enabled: row.enabled,
            },
            name: row.name,
            created_at_ms: row.created_at_ms,
            failed: row.failed_at_ms.zip(row.failure),
            health: Health {
                failures: row.failures,
                rest_until_ms: row.rest_until_ms,
            },
        })
    }
}

/// The checks of a site in the order in which they are asked.
pub async fn list(db: &Db, site: SiteId) -> anyhow::Result<Vec<ExternalCheck>> {
    let rows: Vec<Row> = on_db!(db, |c| sqlx::query_as(LIST)
        .bind(site)
        .fetch_all(c.read())
        .await?);
    rows.into_iter().map(ExternalCheck::try_from).collect()
}

/// One check of a site.
pub async fn find(db: &Db, site: SiteId, name: &str) -> anyhow::Result<Option<ExternalCheck>> {
    let row: Option<Row> = on_db!(db, |c| sqlx::query_as(FIND)
        .bind(site)
        .bind(name)
        .fetch_optional(c.read())
        .await?);
    row.map(ExternalCheck::try_from).transpose()
}

/// Keeps a check, in the place of the one with its name.
pub(crate) async fn put(db: &Db, check: &ExternalCheck, line: &AuditRow) -> anyhow::Result<()> {
    let draft = &check.draft;
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(TOUCH)
            .bind(check.site_id)
            .execute(tx.conn())
            .await?;
        sqlx::query(PUT)
            .bind(check.site_id)
            .bind(&check.name)
            .bind(&draft.url)
            .bind(&check.secret_id)
            .bind(draft.timeout_ms)
            .bind(draft.on_failure.as_str())
            .bind(draft.action.as_str())
            .bind(draft.severity)
            .bind(draft.score_percent)
            .bind(draft.enabled)
            .bind(check.created_at_ms)
            .execute(tx.conn())
            .await?;
        audit::insert_query(line).execute(tx.conn()).await?;
        Ok(tx.commit().await?)
    })
}

/// Takes a check away; answers whether there was one.
pub(crate) async fn remove(
    db: &Db,
    site: SiteId,
    name: &str,
    line: &AuditRow,
) -> anyhow::Result<bool> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let removed = sqlx::query(REMOVE)
            .bind(site)
            .bind(name)
            .execute(tx.conn())
            .await?;
        if removed.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query(TOUCH).bind(site).execute(tx.conn()).await?;
        audit::insert_query(line).execute(tx.conn()).await?;
        tx.commit().await?;
        Ok(true)
    })
}

/// How a check failed.
pub(crate) struct FailureNote<'a> {
    pub(crate) site: SiteId,
    pub(crate) check: &'a str,
    pub(crate) at_ms: i64,
    /// In words.
    pub(crate) failure: &'a str,
    /// Whether it was not reached, rather than not understood.
    pub(crate) is_down: bool,
    /// Whether it rests, and this was the question that tried it out.
    pub(crate) is_trial: bool,
}

/// Notes how a check failed last; one that was not reached often enough in a row is left alone for a while.
pub(crate) async fn note_failure(db: &Db, note: &FailureNote<'_>) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let failures: Option<i64> = sqlx::query_scalar(NOTE_FAILURE)
            .bind(note.site)
            .bind(note.check)
            .bind(note.at_ms)
            .bind(note.failure)
            .bind(i64::from(note.is_down))
            .bind(note.is_trial)
            .fetch_optional(tx.conn())
            .await?;
        let rest_ms = failures.filter(|_| note.is_down).and_then(rest_ms);
        if let Some(rest_ms) = rest_ms {
            sqlx::query(REST)
                .bind(note.site)
                .bind(note.check)
                .bind(note.at_ms + rest_ms)
                .execute(tx.conn())
                .await?;
        }
        Ok(tx.commit().await?)
    })
}

/// Takes it upon the caller to try out a check whose rest until `seen_ms` is over; others leave it alone until
/// `rest_until_ms`. Answers whether the caller was first.
pub(crate) async fn take_trial(
    db: &Db,
    site: SiteId,
    name: &str,
    seen_ms: i64,
    rest_until_ms: i64,
) -> anyhow::Result<bool> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let taken = sqlx::query(TAKE_TRIAL)
            .bind(site)
            .bind(name)
            .bind(seen_ms)
            .bind(rest_until_ms)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(taken.rows_affected() == 1)
    })
}

/// A check that failed has answered.
pub(crate) async fn end_rest(db: &Db, site: SiteId, name: &str) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(END_REST)
            .bind(site)
            .bind(name)
            .execute(tx.conn())
            .await?;
        Ok(tx.commit().await?)
    })
}

/// The sites for which a check is to be asked now, by their ids. Costs no write lock; most of the time there are none.
pub(crate) async fn due_sites(db: &Db, now_ms: i64) -> anyhow::Result<Vec<SiteId>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(DUE_SITES)
        .bind(now_ms)
        .fetch_all(c.read())
        .await?))
}

/// Claims up to `limit` requests of a site, the oldest first. Until `lease_until_ms` nobody else does.
pub(crate) async fn claim(
    db: &Db,
    site: SiteId,
    now_ms: i64,
    lease_until_ms: i64,
    limit: usize,
) -> anyhow::Result<Vec<CheckRequestRow>> {
    let sql = match db {
        Db::Sqlite(_) => CLAIM_SQLITE,
        Db::Postgres(_) => CLAIM_POSTGRES,
    };
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let claimed = sqlx::query_as(sql)
            .bind(now_ms)
            .bind(lease_until_ms)
            .bind(i64::try_from(limit)?)
            .bind(site)
            .fetch_all(tx.conn())
            .await
            .context("claim requests to external checks")?;
        tx.commit().await?;
        Ok(claimed)
    })
}

/// Forgets a request that nobody waits for any more.
pub(crate) async fn forget(db: &Db, site: SiteId, task: &TaskId) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(DROP)
            .bind(site)
            .bind(task)
            .execute(tx.conn())
            .await?;
        Ok(tx.commit().await?)
    })
}

/// What a check is asked about.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct CheckSubject {
    pub(crate) post_id: PostId,
    pub(crate) author_id: UserId,
    pub(crate) number: i64,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) rule_set_version: i64,
}

/// What the execution is about, as long as it runs.
pub(crate) async fn find_subject(
    db: &Db,
    site: SiteId,
    execution: &ExecutionId,
) -> anyhow::Result<Option<CheckSubject>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND_SUBJECT)
        .bind(site)
        .bind(execution)
        .fetch_optional(c.read())
        .await?))
}
