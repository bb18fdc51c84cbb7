//! Rows of `audit`: who did what, when, to what. They are only ever added.

use sqlx::query::Query;
use sqlx::{Database, Encode, Type};

use crate::ids::SiteId;
use crate::moderation::rows::AuditRow;
use crate::on_db;
use crate::store::Db;
use crate::store::cases::escape_like;

const INSERT: &str = "INSERT INTO audit (site_id, id, at_ms, actor, action, subject, details)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const LIST_OF_SUBJECT: &str =
    "SELECT site_id, id, at_ms, actor, action, subject, details FROM audit
    WHERE site_id = $1 AND subject = $2 ORDER BY id LIMIT 500";
const LIST_NAMED_OF_SUBJECT: &str = "SELECT site_id, id, at_ms, actor, action, subject, details,
    (SELECT name FROM users WHERE users.id = SUBSTR(audit.actor, 6)) AS actor_name
    FROM audit WHERE site_id = $1 AND subject = $2 ORDER BY id LIMIT 500";
const LIST: &str = "SELECT site_id, id, at_ms, actor, action, subject, details,
    COALESCE((SELECT name FROM users WHERE users.id = SUBSTR(audit.actor, 6)),
        (SELECT name FROM access_keys WHERE access_keys.site_id = audit.site_id AND access_keys.id = SUBSTR(audit.actor, 5))) AS actor_name,
    COALESCE((SELECT name FROM users WHERE users.id = SUBSTR(audit.subject, 6)),
        (SELECT name FROM access_keys WHERE access_keys.site_id = audit.site_id AND access_keys.id = SUBSTR(audit.subject, 5))) AS subject_name,
    (SELECT title FROM revisions WHERE revisions.site_id = audit.site_id
        AND revisions.post_id = SUBSTR(audit.subject, 6) ORDER BY number DESC LIMIT 1) AS post_title
    FROM audit
    WHERE site_id = $1 AND id < $2 AND ($3 = '' OR actor = $3 OR actor IN (
        SELECT 'user:' || users.id FROM users JOIN members ON members.user_id = users.id
        WHERE members.site_id = $1 AND (users.email = LOWER($3) OR LOWER(users.name) = LOWER($3))))
    AND ($4 = '' OR action = $4) AND ($5 = '' OR subject = $5) AND id >= $6
    AND ($7 = '' OR LOWER(details) LIKE LOWER($7) ESCAPE '!') ORDER BY id DESC LIMIT $8";
const IS_LOGGED: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM audit
    WHERE site_id = $1 AND subject = $2 AND actor = $3 AND action = $4 AND details = $5 LIMIT 1) AS found";
const LIST_ACTIONS: &str = "SELECT DISTINCT action FROM
    (SELECT action FROM audit WHERE site_id = $1 ORDER BY id DESC LIMIT $2) newest ORDER BY action";

/// A line with the name of who did it, where it was a person or a key.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct ListedAudit {
    /// The line.
    #[sqlx(flatten)]
    pub row: AuditRow,
    /// The name, as it is now.
    pub actor_name: Option<String>,
    /// The name of the person or of the key that it is about, if it is about one.
    pub subject_name: Option<String>,
    /// The title of the post that it is about, if it is about one.
    pub post_title: Option<String>,
}

/// Which lines to list. Empty texts do not filter.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Who: `user:ID`, `key:ID`, `system`, or the address or name of a member.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what: `post:ID` and the like.
    pub subject: String,
    /// What sorts before the id of every line to list; see [`floor`](crate::ids::floor).
    pub from: String,
    /// A piece of the details, in whatever case.
    pub text: String,
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

/// A line with the name of who did it, where it was a person.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct NamedAudit {
    /// The line.
    #[sqlx(flatten)]
    pub row: AuditRow,
    /// The name, as it is now.
    pub actor_name: Option<String>,
}

/// The first lines about a subject, in order, with names.
pub async fn list_named_of_subject(
    db: &Db,
    site: SiteId,
    subject: &str,
) -> anyhow::Result<Vec<NamedAudit>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_NAMED_OF_SUBJECT)
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
) -> anyhow::Result<Vec<ListedAudit>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST)
        .bind(site)
        .bind(before)
        .bind(&filter.actor)
        .bind(&filter.action)
        .bind(&filter.subject)
        .bind(&filter.from)
        .bind(like(&filter.text))
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// Whether a line that says the same stands in the log.
pub(crate) async fn is_logged(db: &Db, row: &AuditRow) -> anyhow::Result<bool> {
    let found: i64 = on_db!(db, |c| sqlx::query_scalar(IS_LOGGED)
        .bind(row.site_id)
        .bind(&row.subject)
        .bind(&row.actor)
        .bind(&row.action)
        .bind(&row.details)
        .fetch_one(c.read())
        .await?);
    Ok(found > 0)
}

/// Adds a line that belongs to no other change.
pub(crate) async fn insert(db: &Db, row: &AuditRow) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        insert_query(row).execute(tx.conn()).await?;
        Ok(tx.commit().await?)
    })
}

fn like(text: &str) -> String {
    match text {
        "" => String::new(),
        text => format!("%{}%", escape_like(text)),
    }
}

/// What was done lately: the actions of the newest `lines` lines, each once.
pub async fn list_actions(db: &Db, site: SiteId, lines: i64) -> anyhow::Result<Vec<String>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(LIST_ACTIONS)
        .bind(site)
        .bind(lines)
        .fetch_all(c.read())
        .await?))
}
