//! Sessions are rows: a cookie holds 256 random bits, the database their hash. A session ends by logging out, by being
//! idle or old, or because its user's epoch moved on, which ends all of that user's sessions at once.

use crate::auth::keyring::secret_hash;
use crate::auth::secret;
use crate::ids::UserId;
use crate::people::User;
use crate::store::{Db, sessions};

/// A session that is not used for so long has ended.
pub const IDLE_MS: i64 = 12 * 60 * 60 * 1000;
/// A session ends after this time, however much it is used.
pub const LIFETIME_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// The time of the last use is noted at most this often, so that reading pages does not write.
const SEEN_STEP_MS: i64 = 5 * 60 * 1000;
/// What is kept of a browser's description of itself.
const USER_AGENT_CHARS: usize = 200;

/// Somebody who is logged in.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who.
    pub user: User,
    /// The hash of the session's token, which names the session.
    pub hash: String,
}

/// A session of the list on the account page.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SessionRow {
    /// The hash of its token.
    pub token_hash: String,
    /// What the browser called itself.
    pub user_agent: String,
    /// When it began.
    pub created_at_ms: i64,
    /// When it was last used, within five minutes.
    pub seen_at_ms: i64,
}

/// The session of a cookie's value, if it is alive.
pub async fn find(db: &Db, now_ms: i64, token: &str) -> anyhow::Result<Option<Session>> {
    if !secret::is_secret(token) {
        return Ok(None);
    }
    let hash = secret_hash(token);
    let Some((user, seen_at_ms)) = sessions::find_user(db, &hash, now_ms, now_ms - IDLE_MS).await?
    else {
        return Ok(None);
    };
    if now_ms - seen_at_ms > SEEN_STEP_MS {
        sessions::touch(db, &hash, now_ms).await?;
    }
    Ok(Some(Session { user, hash }))
}

/// Begins a session and returns the cookie's value. A session that the same browser had before ends.
pub async fn begin(
    db: &Db,
    now_ms: i64,
    user: &User,
    user_agent: &str,
    before: Option<&str>,
) -> anyhow::Result<String> {
    let token = secret::fresh()?;
    let row = SessionRow {
        token_hash: secret_hash(&token),
        user_agent: user_agent.chars().take(USER_AGENT_CHARS).collect(),
        created_at_ms: now_ms,
        seen_at_ms: now_ms,
    };
    let before = before.map(secret_hash);
    sessions::insert(db, user, &row, now_ms + LIFETIME_MS, before.as_deref()).await?;
    Ok(token)
}

/// Ends the session of a cookie's value; says whether `user_id` had it.
pub async fn end(db: &Db, user_id: &UserId, token: &str) -> anyhow::Result<bool> {
    sessions::delete(db, user_id, &secret_hash(token)).await
}

/// The sessions of a user that are alive, the latest used first.
pub async fn list(db: &Db, now_ms: i64, user: &User) -> anyhow::Result<Vec<SessionRow>> {
    sessions::list(db, user, now_ms, now_ms - IDLE_MS).await
}
