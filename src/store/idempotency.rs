//! Rows of `idempotency` outside of the hot path: the first answer to a request that may come again.

use crate::ids::{KeyId, SiteId};
use crate::moderation::rows::IdempotencyRow;
use crate::on_db;
use crate::store::Db;

pub(super) const FIND: &str = concat!(
    "SELECT ",
    idempotency_columns!(),
    " FROM idempotency WHERE site_id = $1 AND key_id = $2 AND key = $3"
);
pub(super) const INSERT: &str = concat!(
    "INSERT INTO idempotency (",
    idempotency_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7)"
);

/// What a request with that key was answered.
pub(crate) async fn find(
    db: &Db,
    site: SiteId,
    key_id: &KeyId,
    key: &str,
) -> anyhow::Result<Option<IdempotencyRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND)
        .bind(site)
        .bind(key_id)
        .bind(key)
        .fetch_optional(c.read())
        .await?))
}
