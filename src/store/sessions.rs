//! Rows of `sessions`. A session counts only together with its user's present epoch.

use crate::auth::session::SessionRow;
use crate::ids::UserId;
use crate::on_db;
use crate::people::User;
use crate::store::Db;

const FIND_USER: &str =
    "SELECT u.id, u.email, u.name, u.epoch, u.confirmed_at_ms, u.language, s.seen_at_ms
    FROM sessions s JOIN users u ON u.id = s.user_id AND u.epoch = s.epoch
    WHERE s.token_hash = $1 AND s.expires_at_ms > $2 AND s.seen_at_ms > $3";
const TOUCH: &str = "UPDATE sessions SET seen_at_ms = $2 WHERE token_hash = $1 AND seen_at_ms < $2";
const INSERT: &str = "INSERT INTO sessions
    (token_hash, user_id, epoch, user_agent, created_at_ms, seen_at_ms, expires_at_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const DELETE_BY_HASH: &str = "DELETE FROM sessions WHERE token_hash = $1";
const DELETE: &str = "DELETE FROM sessions WHERE user_id = $1 AND token_hash = $2";
const LIST: &str = "SELECT token_hash, user_agent, created_at_ms, seen_at_ms FROM sessions
    WHERE user_id = $1 AND epoch = $2 AND expires_at_ms > $3 AND seen_at_ms > $4
    ORDER BY seen_at_ms DESC, token_hash";

#[derive(sqlx::FromRow)]
struct UserOfSession {
    #[sqlx(flatten)]
    user: User,
    seen_at_ms: i64,
}

/// The user of a session that is neither expired nor idle, and when it was last used.
pub(crate) async fn find_user(
    db: &Db,
    hash: &str,
    now_ms: i64,
    idle_since_ms: i64,
) -> anyhow::Result<Option<(User, i64)>> {
    let row: Option<UserOfSession> = on_db!(db, |c| sqlx::query_as(FIND_USER)
        .bind(hash)
        .bind(now_ms)
        .bind(idle_since_ms)
        .fetch_optional(c.read())
        .await?);
    Ok(row.map(|row| (row.user, row.seen_at_ms)))
}

/// Notes a use.
pub(crate) async fn touch(db: &Db, hash: &str, now_ms: i64) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(TOUCH)
            .bind(hash)
            .bind(now_ms)
            .execute(tx.conn())
            .await?;
        Ok(tx.commit().await?)
    })
}

/// Adds a session; `before` is the hash of one that ends with it.
pub(crate) async fn insert(
    db: &Db,
    user: &User,
    row: &SessionRow,
    expires_at_ms: i64,
    before: Option<&str>,
) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        if let Some(hash) = before {
            sqlx::query(DELETE_BY_HASH)
                .bind(hash)
                .execute(tx.conn())
                .await?;
        }
        sqlx::query(INSERT)
            .bind(&row.token_hash)
            .bind(&user.id)
            .bind(user.epoch)
            .bind(&row.user_agent)
            .bind(row.created_at_ms)
            .bind(row.seen_at_ms)
            .bind(expires_at_ms)
            .execute(tx.conn())
            .await?;
        Ok(tx.commit().await?)
    })
}

/// Deletes one session of a user; says whether it was there.
pub(crate) async fn delete(db: &Db, user_id: &UserId, hash: &str) -> anyhow::Result<bool> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let deleted = sqlx::query(DELETE)
            .bind(user_id)
            .bind(hash)
            .execute(tx.conn())
            .await?
            .rows_affected();
        tx.commit().await?;
        Ok(deleted == 1)
    })
}

/// The sessions of a user that are alive.
pub(crate) async fn list(
    db: &Db,
    user: &User,
    now_ms: i64,
    idle_since_ms: i64,
) -> anyhow::Result<Vec<SessionRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST)
        .bind(&user.id)
        .bind(user.epoch)
        .bind(now_ms)
        .bind(idle_since_ms)
        .fetch_all(c.read())
        .await?))
}
