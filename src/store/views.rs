//! Rows of `views`: filters of the queue that the team has given a name.

use sqlx::FromRow;

use crate::ids::{SiteId, UserId, ViewId};
use crate::moderation::rows::AuditRow;
use crate::on_db;
use crate::store::{Db, audit};

const LIST: &str =
    "SELECT id, name, query FROM views WHERE site_id = $1 ORDER BY LOWER(name), id LIMIT $2";
const INSERT: &str = "INSERT INTO views (site_id, id, name, query, created_by, created_at_ms)
    SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT COUNT(*) FROM views WHERE site_id = $1) < $7
    ON CONFLICT (site_id, name) DO NOTHING";
const DELETE: &str = "DELETE FROM views WHERE site_id = $1 AND id = $2";

/// A filter with a name.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct View {
    /// Its id.
    pub id: ViewId,
    /// What the team calls it.
    pub name: String,
    /// The query of the queue's page.
    pub query: String,
}

/// The first `limit` views of a site, by name.
pub(crate) async fn list(db: &Db, site: SiteId, limit: i64) -> anyhow::Result<Vec<View>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST)
        .bind(site)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// Keeps a view unless there is one of that name, or `most` of them; says whether it did.
pub(crate) async fn insert(
    db: &Db,
    view: &View,
    by: &UserId,
    line: &AuditRow,
    most: i64,
) -> anyhow::Result<bool> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let inserted = sqlx::query(INSERT)
            .bind(line.site_id)
            .bind(&view.id)
            .bind(&view.name)
            .bind(&view.query)
            .bind(by)
            .bind(line.at_ms)
            .bind(most)
            .execute(tx.conn())
            .await?
            .rows_affected();
        if inserted == 0 {
            return Ok(false);
        }
        audit::insert_query(line).execute(tx.conn()).await?;
        tx.commit().await?;
        Ok(true)
    })
}

/// Deletes a view; says whether it was there.
pub(crate) async fn delete(db: &Db, id: &ViewId, line: &AuditRow) -> anyhow::Result<bool> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let deleted = sqlx::query(DELETE)
            .bind(line.site_id)
            .bind(id)
            .execute(tx.conn())
            .await?
            .rows_affected();
        if deleted == 0 {
            return Ok(false);
        }
        audit::insert_query(line).execute(tx.conn()).await?;
        tx.commit().await?;
        Ok(true)
    })
}
