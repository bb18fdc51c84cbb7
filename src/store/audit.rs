//! Rows of `audit`: who did what, when, to what. They are only ever added.

use sqlx::query::Query;
use sqlx::{Database, Encode, Type};

use crate::ids::SiteId;
use crate::moderation::rows::AuditRow;
use crate::on_db;
use crate::store::Db;

const INSERT: &str = "INSERT INTO audit (site_id, id, at_ms, actor, action, subject, details)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const LIST_OF_SUBJECT: &str =
    "SELECT site_id, id, at_ms, actor, action, subject, details FROM audit
    WHERE site_id = $1 AND subject = $2 ORDER BY id LIMIT 500";
const LIST: &str = "SELECT site_id, id, at_ms, actor, action, subject, details FROM audit
    WHERE site_id = $1 AND id < $2 AND ($3 = '' OR actor = $3) AND ($4 = '' OR action = $4)
    AND ($5 = '' OR subject = $5) ORDER BY id DESC LIMIT $6";

/// Which lines to list. Empty texts do not filter.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Who: `user:ID`, `key:ID`, `system`.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what: `post:ID` and the like.
    pub subject: String,
}

/// The statement that writes a line, for a transaction on either database.
pub(crate) fn insert_query<'q, D: Database>(row: &'q AuditRow) -> Query<'q, D, D::Arguments>
where
    i64: Encode<'q, D> + Type<D>,
    &'q str: Encode<'q, D> + Type<D>,
{
    sqlx::query(INSERT)
        .bind(row.site_id.0)
        .bind(row.id.as_str())
        .bind(row.at_ms)
        .bind(row.actor.as_str())
        .bind(row.action.as_str())
        .bind(row.subject.as_str())
        .bind(row.details.as_str())
}

/// The first lines about a subject, in order.
pub async fn list_of_subject(
    db: &Db,
    site: SiteId,
    subject: &str,
) -> anyhow::Result<Vec<AuditRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_OF_SUBJECT)
        .bind(site)
        .bind(subject)
        .fetch_all(c.read())
        .await?))
}

/// Lines, newest first, older than the one with the id `before`
/// ([`posts::NEWEST`](crate::store::posts::NEWEST) for the first page).
pub async fn list(
    db: &Db,
    site: SiteId,
    filter: &AuditFilter,
    before: &str,
    limit: i64,
) -> anyhow::Result<Vec<AuditRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST)
        .bind(site)
        .bind(before)
        .bind(&filter.actor)
        .bind(&filter.action)
        .bind(&filter.subject)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}
