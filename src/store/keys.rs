//! Rows of `access_keys`. A credential is looked up without its site, because it is what names the site; everything else
//! takes the site.

use anyhow::{Context as _, Error};

use crate::auth::access_key::{AccessKey, KeyKind};
use crate::ids::{KeyId, SiteId};
use crate::moderation::rows::AuditRow;
use crate::on_db;
use crate::store::{Db, audit};

const INSERT: &str = "INSERT INTO access_keys
    (id, site_id, kind, name, scopes, secret_hash, created_at_ms, used_at_ms, revoked_at_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, NULL)";
const FIND_BY_SECRET: &str =
    "SELECT id, site_id, kind, name, scopes, created_at_ms, used_at_ms, revoked_at_ms
    FROM access_keys WHERE secret_hash = $1 AND kind = 'api' AND revoked_at_ms IS NULL";
const FIND_AWS: &str =
    "SELECT id, site_id, kind, name, scopes, created_at_ms, used_at_ms, revoked_at_ms
    FROM access_keys WHERE id = $1 AND kind = 'aws' AND revoked_at_ms IS NULL";
const LIST: &str =
    "SELECT id, site_id, kind, name, scopes, created_at_ms, used_at_ms, revoked_at_ms
    FROM access_keys WHERE site_id = $1 ORDER BY created_at_ms, id";
const REVOKE: &str = "UPDATE access_keys SET revoked_at_ms = $3
    WHERE site_id = $1 AND id = $2 AND revoked_at_ms IS NULL";
const NOTE_USE: &str = "UPDATE access_keys SET used_at_ms = $2
    WHERE id = $1 AND (used_at_ms IS NULL OR used_at_ms <= $3)";

#[derive(sqlx::FromRow)]
struct Row {
    id: KeyId,
    site_id: SiteId,
    kind: KeyKind,
    name: String,
    scopes: String,
    created_at_ms: i64,
    used_at_ms: Option<i64>,
    revoked_at_ms: Option<i64>,
}

impl TryFrom<Row> for AccessKey {
    type Error = Error;

    fn try_from(row: Row) -> anyhow::Result<Self> {
        Ok(Self {
            scopes: row
                .scopes
                .parse()
                .map_err(Error::msg)
                .with_context(|| format!("read the scopes of key {}", row.id))?,
            id: row.id,
            site_id: row.site_id,
            kind: row.kind,
            name: row.name,
            created_at_ms: row.created_at_ms,
            used_at_ms: row.used_at_ms,
            revoked_at_ms: row.revoked_at_ms,
        })
    }
}

/// Keeps a new key.
pub(crate) async fn insert(
    db: &Db,
    key: &AccessKey,
    secret_hash: Option<&str>,
    line: &AuditRow,
) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(INSERT)
            .bind(&key.id)
            .bind(key.site_id)
            .bind(key.kind.as_str())
            .bind(&key.name)
            .bind(key.scopes.to_string())
            .bind(secret_hash)
            .bind(key.created_at_ms)
            .execute(tx.conn())
            .await?;
        audit::insert_query(line).execute(tx.conn()).await?;
        Ok(tx.commit().await?)
    })
}

/// The API key in force whose secret has that hash.
pub(crate) async fn find_by_secret(db: &Db, hash: &str) -> anyhow::Result<Option<AccessKey>> {
    let row: Option<Row> = on_db!(db, |c| sqlx::query_as(FIND_BY_SECRET)
        .bind(hash)
        .fetch_optional(c.read())
        .await?);
    row.map(AccessKey::try_from).transpose()
}

/// The AWS pair in force with that access key id.
pub(crate) async fn find_aws(db: &Db, id: &str) -> anyhow::Result<Option<AccessKey>> {
    let row: Option<Row> = on_db!(db, |c| sqlx::query_as(FIND_AWS)
        .bind(id)
        .fetch_optional(c.read())
        .await?);
    row.map(AccessKey::try_from).transpose()
}

/// The keys of a site, revoked ones too, the oldest first.
pub async fn list(db: &Db, site_id: SiteId) -> anyhow::Result<Vec<AccessKey>> {
    let rows: Vec<Row> = on_db!(db, |c| sqlx::query_as(LIST)
        .bind(site_id)
        .fetch_all(c.read())
        .await?);
    rows.into_iter().map(AccessKey::try_from).collect()
}

/// Ends a key; answers whether it was in force.
pub(crate) async fn revoke(
    db: &Db,
    site_id: SiteId,
    id: &KeyId,
    now_ms: i64,
    line: &AuditRow,
) -> anyhow::Result<bool> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let revoked = sqlx::query(REVOKE)
            .bind(site_id)
            .bind(id)
            .bind(now_ms)
            .execute(tx.conn())
            .await?;
        if revoked.rows_affected() == 0 {
            return Ok(false);
        }
        audit::insert_query(line).execute(tx.conn()).await?;
        tx.commit().await?;
        Ok(true)
    })
}

/// Notes that a key was used, unless that was noted after `unless_after_ms`.
pub(crate) async fn note_use(
    db: &Db,
    id: &KeyId,
    now_ms: i64,
    unless_after_ms: i64,
) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(NOTE_USE)
            .bind(id)
            .bind(now_ms)
            .bind(unless_after_ms)
            .execute(tx.conn())
            .await?;
        Ok(tx.commit().await?)
    })
}
