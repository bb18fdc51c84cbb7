//! Rows of `login_attempts`: tries that are counted before they are looked at.

use crate::on_db;
use crate::store::Db;

const COUNT: &str =
    "INSERT INTO login_attempts (subject, failures, window_start_ms, blocked_until_ms)
    VALUES ($1, 1, $2, 0)
    ON CONFLICT (subject) DO UPDATE SET failures = login_attempts.failures + 1, window_start_ms = $2
    WHERE login_attempts.blocked_until_ms <= $2
    RETURNING failures";
const COUNT_IN_WINDOW: &str = "INSERT INTO login_attempts (subject, failures, window_start_ms, blocked_until_ms)
    VALUES ($1, 1, $2, 0)
    ON CONFLICT (subject) DO UPDATE SET
    failures = CASE WHEN login_attempts.window_start_ms <= $3 THEN 1 ELSE login_attempts.failures + 1 END,
    window_start_ms = CASE WHEN login_attempts.window_start_ms <= $3 THEN $2 ELSE login_attempts.window_start_ms END
    WHERE login_attempts.window_start_ms <= $3 OR login_attempts.failures < $4
    RETURNING failures";
const BLOCK: &str = "UPDATE login_attempts SET blocked_until_ms = $2 WHERE subject = $1";
const FIND_BLOCKED_UNTIL: &str = "SELECT blocked_until_ms FROM login_attempts WHERE subject = $1";
const FIND_FULL_WINDOW: &str = "SELECT window_start_ms FROM login_attempts
    WHERE subject = $1 AND window_start_ms > $2 AND failures >= $3";
const FIND_WINDOW_START: &str = "SELECT window_start_ms FROM login_attempts WHERE subject = $1";
const DELETE: &str = "DELETE FROM login_attempts WHERE subject = $1";
const TAKE_BACK: &str =
    "UPDATE login_attempts SET failures = failures - 1 WHERE subject = $1 AND failures > 0";

/// Counts one try and sets the pause that follows it; while a pause lasts, returns its end instead.
pub(crate) async fn count(
    db: &Db,
    subject: &str,
    now_ms: i64,
    pause_ms: fn(i64) -> i64,
) -> anyhow::Result<Option<i64>> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let failures: Option<i64> = sqlx::query_scalar(COUNT)
            .bind(subject)
            .bind(now_ms)
            .fetch_optional(tx.conn())
            .await?;
        let Some(failures) = failures else {
            let until_ms = sqlx::query_scalar(FIND_BLOCKED_UNTIL)
                .bind(subject)
                .fetch_one(tx.conn())
                .await?;
            return Ok(Some(until_ms));
        };
        sqlx::query(BLOCK)
            .bind(subject)
            .bind(now_ms.saturating_add(pause_ms(failures)))
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(None)
    })
}

/// Counts one of `most` requests in a window; when they are used up, returns the window's end instead.
pub(crate) async fn count_in_window(
    db: &Db,
    subject: &str,
    now_ms: i64,
    most: i64,
    window_ms: i64,
) -> anyhow::Result<Option<i64>> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let counted: Option<i64> = sqlx::query_scalar(COUNT_IN_WINDOW)
            .bind(subject)
            .bind(now_ms)
            .bind(now_ms - window_ms)
            .bind(most)
            .fetch_optional(tx.conn())
            .await?;
        if counted.is_some() {
            tx.commit().await?;
            return Ok(None);
        }
        let start_ms: i64 = sqlx::query_scalar(FIND_WINDOW_START)
            .bind(subject)
            .fetch_one(tx.conn())
            .await?;
        Ok(Some(start_ms + window_ms))
    })
}

/// When the window began whose `most` requests are used up, unless it began before `since_ms`.
pub(crate) async fn find_full_window(
    db: &Db,
    subject: &str,
    since_ms: i64,
    most: i64,
) -> anyhow::Result<Option<i64>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(FIND_FULL_WINDOW)
        .bind(subject)
        .bind(since_ms)
        .bind(most)
        .fetch_optional(c.read())
        .await?))
}

/// Forgets an account's failures, and takes back the try that was counted for its address.
pub(crate) async fn forgive(db: &Db, account: &str, address: Option<&str>) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(DELETE).bind(account).execute(tx.conn()).await?;
        if let Some(address) = address {
            sqlx::query(TAKE_BACK)
                .bind(address)
                .execute(tx.conn())
                .await?;
        }
        Ok(tx.commit().await?)
    })
}
