//! Reads for the figures of a site, each of a bounded number of rows, and the hourly notes of how its queue stood.

use sqlx::FromRow;

use crate::ids::{SiteId, floor};
use crate::moderation::rows::CaseStatus;
use crate::on_db;
use crate::store::Db;
use crate::store::posts::NEWEST;

const LIST_FATES: &str =
    "SELECT status, categories, rules, waiting_since_ms, decided_at_ms, decided_by,
    decided_by_name FROM cases WHERE site_id = $1 AND id >= $2 AND id < $3 ORDER BY id DESC LIMIT $4";
const LIST_APPEALS: &str = "SELECT a.of_actor, c.status FROM appeals a
    JOIN cases c ON c.site_id = a.site_id AND c.id = a.case_id
    WHERE a.site_id = $1 AND a.case_id >= $2 AND a.case_id < $3 AND c.undo_until_ms IS NULL
    ORDER BY a.case_id DESC LIMIT $4";
const LIST_HOURS: &str = "SELECT hour_ms, waiting, oldest_ms FROM queue_hours
    WHERE site_id = $1 AND hour_ms >= $2 ORDER BY hour_ms";
const FIND_HOUR: &str = "SELECT COUNT(*) FROM queue_hours WHERE site_id = $1 AND hour_ms = $2";
const MEASURE: &str = "SELECT COUNT(*) AS waiting, MIN(waiting_since_ms) AS oldest_ms FROM cases
    WHERE site_id = $1 AND status = 'waiting'";
const INSERT_HOUR: &str = "INSERT INTO queue_hours (site_id, hour_ms, waiting, oldest_ms)
    VALUES ($1, $2, $3, $4) ON CONFLICT (site_id, hour_ms) DO NOTHING";

/// What became of a case.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub(crate) struct Fate {
    /// How it stands.
    pub status: CaseStatus,
    /// The categories of its hits, `,a,b,`.
    pub categories: String,
    /// The rules of its hits, `,a,b,`.
    pub rules: String,
    /// Since when it waited.
    pub waiting_since_ms: i64,
    /// When it was.
    pub decided_at_ms: Option<i64>,
    /// By whom: `user:ID` or `key:ID`.
    pub decided_by: Option<String>,
    /// Their name then.
    pub decided_by_name: Option<String>,
}

/// How a queue stood at the beginning of an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromRow)]
pub struct Hour {
    /// Which hour.
    pub hour_ms: i64,
    /// How many cases waited.
    pub waiting: i64,
    /// Since when the oldest of them did.
    pub oldest_ms: Option<i64>,
}

/// Cases that came in during some time, as their ids sort.
#[derive(Debug, Clone)]
pub(crate) struct Period {
    from: String,
    until: String,
}

impl Period {
    /// All time.
    pub(crate) fn ever() -> Self {
        Self {
            from: String::new(),
            until: NEWEST.to_owned(),
        }
    }

    /// From a moment on, and before another.
    pub(crate) fn between(from_ms: i64, until_ms: i64) -> Self {
        Self {
            from: floor(from_ms),
            until: floor(until_ms),
        }
    }
}

/// What became of the newest `limit` cases of a period.
pub(crate) async fn list_fates(
    db: &Db,
    site: SiteId,
    period: &Period,
    limit: i64,
) -> anyhow::Result<Vec<Fate>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_FATES)
        .bind(site)
        .bind(&period.from)
        .bind(&period.until)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// Against whose decisions the newest `limit` appeals of a period were, and how they stand.
pub(crate) async fn list_appeals(
    db: &Db,
    site: SiteId,
    period: &Period,
    limit: i64,
) -> anyhow::Result<Vec<(Option<String>, CaseStatus)>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_APPEALS)
        .bind(site)
        .bind(&period.from)
        .bind(&period.until)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// The hours since `since_ms`, in order.
pub(crate) async fn list_hours(db: &Db, site: SiteId, since_ms: i64) -> anyhow::Result<Vec<Hour>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_HOURS)
        .bind(site)
        .bind(since_ms)
        .fetch_all(c.read())
        .await?))
}

/// Notes how the queue stands, unless that was noted for the hour.
pub(crate) async fn note_hour(db: &Db, site: SiteId, hour_ms: i64) -> anyhow::Result<()> {
    let noted: i64 = on_db!(db, |c| sqlx::query_scalar(FIND_HOUR)
        .bind(site)
        .bind(hour_ms)
        .fetch_one(c.read())
        .await?);
    if noted > 0 {
        return Ok(());
    }
    let (waiting, oldest_ms): (i64, Option<i64>) = on_db!(db, |c| sqlx::query_as(MEASURE)
        .bind(site)
        .fetch_one(c.read())
        .await?);
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(INSERT_HOUR)
            .bind(site)
            .bind(hour_ms)
            .bind(waiting)
            .bind(oldest_ms)
            .execute(tx.conn())
            .await?;
        Ok(tx.commit().await?)
    })
}
