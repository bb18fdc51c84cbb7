//! How much waits, over all sites: for `/metrics` only, which tells numbers and no content.

use anyhow::Context as _;
use sqlx::FromRow;

use crate::on_db;
use crate::store::Db;

// The index of the queue and those of what is not sent yet: none of these reads what is done with.
const QUEUES: &str = "SELECT slug,
    (SELECT COUNT(*) FROM cases WHERE cases.site_id = sites.id AND cases.status = 'waiting') AS waiting,
    (SELECT MIN(deadline_ms) FROM cases WHERE cases.site_id = sites.id AND cases.status = 'waiting') AS deadline_ms,
    (SELECT COUNT(*) FROM outbox WHERE outbox.site_id = sites.id AND outbox.status = 'dead') AS dead_mails
    FROM sites ORDER BY slug";
const MAIL: &str =
    "SELECT COUNT(*) AS waiting, MIN(due_at_ms) AS due_at_ms FROM outbox WHERE status = 'waiting'";
const TIMERS: &str = "SELECT COUNT(*) AS waiting, MIN(wake_at_ms) AS due_at_ms FROM executions WHERE wake_at_ms IS NOT NULL";
const CHECKS: &str =
    "SELECT COUNT(*) AS waiting, MIN(created_at_ms) AS due_at_ms FROM check_requests";
// A table with few rows.
const RESTING: &str = "SELECT COUNT(*) FROM external_checks WHERE failures >= $1";

/// What waits at a site.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct SiteGauge {
    /// The site.
    pub slug: String,
    /// Cases that wait for a decision.
    pub waiting: i64,
    /// The earliest of their deadlines.
    pub deadline_ms: Option<i64>,
    /// Mails that were given up.
    pub dead_mails: i64,
}

/// What a worker has before it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Backlog {
    /// How many.
    pub waiting: i64,
    /// When the first is due.
    pub due_at_ms: Option<i64>,
}

/// What waits at each site.
pub async fn sites(db: &Db) -> anyhow::Result<Vec<SiteGauge>> {
    on_db!(db, |c| sqlx::query_as(QUEUES).fetch_all(c.read()).await).context("count what waits")
}

/// Mails that are to be sent.
pub async fn mail(db: &Db) -> anyhow::Result<Backlog> {
    on_db!(db, |c| sqlx::query_as(MAIL).fetch_one(c.read()).await).context("count what waits")
}

/// Executions that wait for a moment.
pub async fn timers(db: &Db) -> anyhow::Result<Backlog> {
    on_db!(db, |c| sqlx::query_as(TIMERS).fetch_one(c.read()).await).context("count what waits")
}

/// Questions to external checks without an answer.
pub async fn checks(db: &Db) -> anyhow::Result<Backlog> {
    on_db!(db, |c| sqlx::query_as(CHECKS).fetch_one(c.read()).await).context("count what waits")
}

/// External checks that are left alone, since they were not reached `failures` times in a row or more.
pub async fn resting(db: &Db, failures: i64) -> anyhow::Result<i64> {
    on_db!(db, |c| sqlx::query_scalar(RESTING)
        .bind(failures)
        .fetch_one(c.read())
        .await)
    .context("count resting checks")
}
