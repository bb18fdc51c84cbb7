//! Rows of `asides`: cases that are out of the queue for a while. They are apart from the case's own row, which the ledger
//! writes without knowing of them; one of a case that was decided meanwhile means nothing.

use sqlx::FromRow;

use crate::ids::{CaseId, PostId, SiteId, UserId};
use crate::moderation::rows::{AuditRow, MailRow};
use crate::on_db;
use crate::store::{Db, audit, outbox};
use crate::text_enum;

const PUT: &str = "INSERT INTO asides (site_id, case_id, kind, until_ms, by_id, words, created_at_ms)
    SELECT $1, $2, $3, $4, $5, $6, $7 FROM cases WHERE site_id = $1 AND id = $2 AND status = 'waiting'
    ON CONFLICT (site_id, case_id) DO UPDATE SET kind = excluded.kind, until_ms = excluded.until_ms,
    by_id = excluded.by_id, words = excluded.words, created_at_ms = excluded.created_at_ms";
const RELEASE: &str =
    "UPDATE cases SET claimed_by = NULL, claimed_until_ms = NULL WHERE site_id = $1 AND id = $2";
const DELETE: &str = "DELETE FROM asides WHERE site_id = $1 AND case_id = $2
    AND EXISTS (SELECT 1 FROM cases WHERE cases.site_id = $1 AND cases.id = $2 AND cases.status = 'waiting')";
const FIND: &str =
    "SELECT asides.case_id, asides.kind, asides.until_ms, asides.words, asides.created_at_ms,
        users.name AS by_name
    FROM asides JOIN users ON users.id = asides.by_id
    WHERE asides.site_id = $1 AND asides.case_id = $2";
const LIST: &str = "SELECT asides.case_id, asides.kind, asides.until_ms, asides.words, asides.created_at_ms,
        users.name AS by_name
    FROM asides JOIN users ON users.id = asides.by_id
    JOIN cases ON cases.site_id = asides.site_id AND cases.id = asides.case_id
    WHERE asides.site_id = $1 AND cases.status = 'waiting' ORDER BY asides.until_ms, asides.case_id LIMIT $2";
const LIST_HANDED: &str =
    "SELECT asides.case_id, asides.kind, asides.until_ms, asides.words, asides.created_at_ms,
        users.name AS by_name
    FROM asides JOIN users ON users.id = asides.by_id
    JOIN cases ON cases.site_id = asides.site_id AND cases.id = asides.case_id
    WHERE asides.site_id = $1 AND cases.status = 'waiting' AND cases.handed_to IN ($2, $3)
    ORDER BY asides.case_id LIMIT $4";
// One case for each aside; as a join it may be made from the side of the cases, from all that wait.
const COUNT: &str = "SELECT COUNT(*) FROM asides WHERE site_id = $1 AND (SELECT status FROM cases
    WHERE cases.site_id = asides.site_id AND cases.id = asides.case_id) = 'waiting'";
const FIND_ASKED: &str = "SELECT asides.words FROM cases
    JOIN asides ON asides.site_id = cases.site_id AND asides.case_id = cases.id
    WHERE cases.site_id = $1 AND cases.post_id = $2 AND cases.status = 'waiting'
    AND asides.kind = 'asked' AND asides.created_at_ms <= $3 ORDER BY cases.id DESC LIMIT 1";
const FIND_ASKED_REVISION: &str = "SELECT MAX(cases.revision) FROM cases
    JOIN asides ON asides.site_id = cases.site_id AND asides.case_id = cases.id
    WHERE cases.site_id = $1 AND cases.post_id = $2 AND cases.revision < $3 AND asides.kind = 'asked'";
const LIST_DUE: &str =
    "SELECT asides.site_id, asides.case_id, cases.post_id, cases.status = 'waiting' AS is_waiting
    FROM asides JOIN cases ON cases.site_id = asides.site_id AND cases.id = asides.case_id
    WHERE asides.until_ms IS NOT NULL AND asides.until_ms <= $1 ORDER BY asides.until_ms LIMIT $2";
const DELETE_DUE: &str =
    "DELETE FROM asides WHERE site_id = $1 AND case_id = $2 AND until_ms <= $3";

text_enum! {
    /// Why a case is out of the queue.
    AsideKind {
        /// Somebody wants to see it later.
        Snoozed = "snoozed",
        /// The author was asked to change the post.
        Asked = "asked",
    }
}

/// A case that is out of the queue.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Aside {
    /// The case.
    pub case_id: CaseId,
    /// Why.
    pub kind: AsideKind,
    /// When it comes back by itself.
    pub until_ms: Option<i64>,
    /// What the author was told, if they were asked.
    pub words: String,
    /// Since when.
    pub created_at_ms: i64,
    /// Who put it aside.
    pub by_name: String,
}

/// A case that is to be put aside.
#[derive(Debug, Clone)]
pub(crate) struct NewAside<'a> {
    pub(crate) case: &'a CaseId,
    pub(crate) kind: AsideKind,
    pub(crate) until_ms: i64,
    pub(crate) by: &'a UserId,
    pub(crate) words: &'a str,
}

/// A case whose time out of the queue is over.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Due {
    pub(crate) site_id: SiteId,
    pub(crate) case_id: CaseId,
    pub(crate) post_id: PostId,
    pub(crate) is_waiting: bool,
}

/// Takes a case that waits out of the queue and ends its claim, with its line in the audit log and perhaps a mail; says
/// whether it did wait.
pub(crate) async fn put(
    db: &Db,
    aside: &NewAside<'_>,
    line: &AuditRow,
    mail: Option<&MailRow>,
) -> anyhow::Result<bool> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let put = sqlx::query(PUT)
            .bind(line.site_id)
            .bind(aside.case)
            .bind(aside.kind.as_str())
            .bind(aside.until_ms)
            .bind(aside.by)
            .bind(aside.words)
            .bind(line.at_ms)
            .execute(tx.conn())
            .await?
            .rows_affected();
        if put == 0 {
            return Ok(false);
        }
        sqlx::query(RELEASE)
            .bind(line.site_id)
            .bind(aside.case)
            .execute(tx.conn())
            .await?;
        audit::insert_query(line).execute(tx.conn()).await?;
        if let Some(mail) = mail {
            outbox::insert_query(mail).execute(tx.conn()).await?;
        }
        tx.commit().await?;
        Ok(true)
    })
}

/// Puts a case back into the queue; says whether it was out of it.
pub(crate) async fn delete(db: &Db, case: &CaseId, line: &AuditRow) -> anyhow::Result<bool> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let deleted = sqlx::query(DELETE)
            .bind(line.site_id)
            .bind(case)
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

/// Puts back what is due at `now_ms`, each with the line that `line` makes of it; answers how many there were.
pub(crate) async fn take_due(
    db: &Db,
    now_ms: i64,
    limit: i64,
    line: impl Fn(&Due) -> AuditRow,
) -> anyhow::Result<usize> {
    let due: Vec<Due> = on_db!(db, |c| sqlx::query_as(LIST_DUE)
        .bind(now_ms)
        .bind(limit)
        .fetch_all(c.read())
        .await?);
    if due.is_empty() {
        return Ok(0);
    }
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        for one in &due {
            let deleted = sqlx::query(DELETE_DUE)
                .bind(one.site_id)
                .bind(&one.case_id)
                .bind(now_ms)
                .execute(tx.conn())
                .await?
                .rows_affected();
            // Another replica may have been first.
            if deleted > 0 && one.is_waiting {
                audit::insert_query(&line(one)).execute(tx.conn()).await?;
            }
        }
        tx.commit().await?;
        Ok(due.len())
    })
}

/// How a case is out of the queue, if it is; that means something only while it waits.
pub(crate) async fn find(db: &Db, site: SiteId, case: &CaseId) -> anyhow::Result<Option<Aside>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND)
        .bind(site)
        .bind(case)
        .fetch_optional(c.read())
        .await?))
}

/// What waits and is out of the queue: what comes back first, first.
pub(crate) async fn list(db: &Db, site: SiteId, limit: i64) -> anyhow::Result<Vec<Aside>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST)
        .bind(site)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// What waits, is out of the queue and was handed to either of two.
pub(crate) async fn list_handed(
    db: &Db,
    site: SiteId,
    to: &str,
    or: &str,
    limit: i64,
) -> anyhow::Result<Vec<Aside>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_HANDED)
        .bind(site)
        .bind(to)
        .bind(or)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// How much waits and is out of the queue.
pub(crate) async fn count(db: &Db, site: SiteId) -> anyhow::Result<i64> {
    Ok(on_db!(db, |c| sqlx::query_scalar(COUNT)
        .bind(site)
        .fetch_one(c.read())
        .await?))
}

/// What the author of a post was asked to change, up to that moment, if it still waits for them.
pub(crate) async fn find_asked(
    db: &Db,
    site: SiteId,
    post: &PostId,
    until_ms: i64,
) -> anyhow::Result<Option<String>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(FIND_ASKED)
        .bind(site)
        .bind(post)
        .bind(until_ms)
        .fetch_optional(c.read())
        .await?))
}

/// The newest revision before this one whose author was asked to change it.
pub(crate) async fn find_asked_revision(
    db: &Db,
    site: SiteId,
    post: &PostId,
    before: i64,
) -> anyhow::Result<Option<i64>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(FIND_ASKED_REVISION)
        .bind(site)
        .bind(post)
        .bind(before)
        .fetch_one(c.read())
        .await?))
}
