//! Rows of `outbox`: mails that are to be sent, were sent, or could not be. A worker claims what is due for a while,
//! sends it outside of any transaction, and settles it; the number of its attempt is the fence that keeps a worker who
//! slept too long from settling what another one has claimed since.

use serde::Serialize;
use sqlx::query::Query;
use sqlx::{Database, Encode, Type};

use crate::ids::{MailId, SiteId, UserId};
use crate::moderation::rows::{MailKind, MailRow, MailStatus};
use crate::on_db;
use crate::store::Db;

const INSERT: &str = concat!(
    "INSERT INTO outbox (",
    mail_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
);
// In order, so that PostgreSQL goes by the index, as in `due`.
const IS_DUE: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM outbox
    WHERE status = 'waiting' AND due_at_ms <= $1 AND lease_until_ms <= $1 ORDER BY due_at_ms LIMIT 1) AS due";

/// Joined, because of a pair in a list SQLite looks up only the first: that would be all mails of the site.
macro_rules! claim {
    ($condition:literal, $lock:literal) => {
        concat!(
            "WITH due (due_site, due_id) AS MATERIALIZED (SELECT site_id, id FROM outbox
        WHERE status = 'waiting' AND due_at_ms <= $1 AND lease_until_ms <= $1",
            $condition,
            " ORDER BY due_at_ms LIMIT $3",
            $lock,
            ") UPDATE outbox SET lease_until_ms = $2, attempts = attempts + 1
    FROM due WHERE site_id = due_site AND id = due_id RETURNING ",
            mail_columns!()
        )
    };
}
/// What each database claims by: the mails that a backlog of notices to authors must not keep waiting, then the others.
/// SQLite has one writer at a time and needs no locks.
pub(super) const CLAIM_SQLITE: [&str; 2] = [
    claim!(
        " AND kind NOT IN ('post_held', 'post_published', 'post_rejected')",
        ""
    ),
    claim!("", ""),
];
const CLAIM_POSTGRES: [&str; 2] = [
    claim!(
        " AND kind NOT IN ('post_held', 'post_published', 'post_rejected')",
        " FOR UPDATE SKIP LOCKED"
    ),
    claim!("", " FOR UPDATE SKIP LOCKED"),
];

const SETTLE: &str = "UPDATE outbox
    SET status = $4, due_at_ms = $5, lease_until_ms = 0, sent_at_ms = $6, last_error = $7
    WHERE site_id = $1 AND id = $2 AND attempts = $3 AND status = 'waiting'";
const REPLACE: &str = "DELETE FROM outbox
    WHERE site_id = $1 AND id = $2 AND attempts = $3 AND status = 'waiting'";
macro_rules! list_mails {
    () => {
        concat!(
            "SELECT ",
            mail_columns!(),
            ", (SELECT email FROM users WHERE users.id = outbox.user_id) AS email
    FROM outbox WHERE site_id = $1 AND id < $2"
        )
    };
}
/// With the status in its text a statement can use the index of what is not sent.
const LIST: &str = concat!(list_mails!(), " ORDER BY id DESC LIMIT $3");
const LIST_WAITING: &str = concat!(
    list_mails!(),
    " AND status = 'waiting' ORDER BY id DESC LIMIT $3"
);
const LIST_SENT: &str = concat!(
    list_mails!(),
    " AND status = 'sent' ORDER BY id DESC LIMIT $3"
);
const LIST_SKIPPED: &str = concat!(
    list_mails!(),
    " AND status = 'skipped' ORDER BY id DESC LIMIT $3"
);
const LIST_DEAD: &str = concat!(
    list_mails!(),
    " AND status = 'dead' ORDER BY id DESC LIMIT $3"
);
const LIST_KEPT: &str = concat!(
    list_mails!(),
    " AND status = 'kept' ORDER BY id DESC LIMIT $3"
);
const FIND: &str = concat!(
    "SELECT ",
    mail_columns!(),
    ", (SELECT email FROM users WHERE users.id = outbox.user_id) AS email
    FROM outbox WHERE site_id = $1 AND id = $2"
);
const COUNT_WAITING: &str = "SELECT COUNT(*) FROM
    (SELECT 1 FROM outbox WHERE site_id = $1 AND status = 'waiting' LIMIT 1000) AS mails";
const COUNT_DEAD: &str = "SELECT COUNT(*) FROM
    (SELECT 1 FROM outbox WHERE site_id = $1 AND status = 'dead' LIMIT 1000) AS mails";
const COUNT_KEPT: &str = "SELECT COUNT(*) FROM
    (SELECT 1 FROM outbox WHERE site_id = $1 AND status = 'kept' LIMIT 1000) AS mails";
const SEND_AGAIN: &str = "UPDATE outbox
    SET status = 'waiting', due_at_ms = $3, lease_until_ms = 0
    WHERE site_id = $1 AND id = $2 AND status IN ('dead', 'kept')";

/// Sorts behind every id.
const BEHIND_ALL: &str = "~";

/// A mail that is to be sent at once to a person with an account, or to all whom its payload's `to` names.
pub(crate) fn waiting_mail(
    id: MailId,
    site_id: SiteId,
    kind: MailKind,
    user_id: Option<UserId>,
    payload: &impl Serialize,
    now_ms: i64,
) -> MailRow {
    MailRow {
        site_id,
        id,
        kind,
        user_id,
        recipient: None,
        payload: serde_json::to_string(payload).unwrap_or_default(),
        status: MailStatus::Waiting,
        attempts: 0,
        due_at_ms: now_ms,
        lease_until_ms: 0,
        created_at_ms: now_ms,
        sent_at_ms: None,
        last_error: None,
    }
}

/// The statement that writes `mail`, for a transaction on either database.
pub(crate) fn insert_query<'q, D: Database>(mail: &'q MailRow) -> Query<'q, D, D::Arguments>
where
    i64: Encode<'q, D> + Type<D>,
    Option<i64>: Encode<'q, D>,
    &'q str: Encode<'q, D> + Type<D>,
    Option<&'q str>: Encode<'q, D>,
{
    sqlx::query(INSERT)
        .bind(mail.site_id.0)
        .bind(mail.id.as_str())
        .bind(mail.kind.as_str())
        .bind(mail.user_id.as_ref().map(UserId::as_str))
        .bind(mail.recipient.as_deref())
        .bind(mail.payload.as_str())
        .bind(mail.status.as_str())
        .bind(mail.attempts)
        .bind(mail.due_at_ms)
        .bind(mail.lease_until_ms)
        .bind(mail.created_at_ms)
        .bind(mail.sent_at_ms)
        .bind(mail.last_error.as_deref())
}

/// Claims up to `limit` mails that are due, those that are not about an author's post first, then the longest overdue. Until `lease_until_ms` nobody else does.
pub(crate) async fn claim(
    db: &Db,
    now_ms: i64,
    lease_until_ms: i64,
    limit: i64,
) -> anyhow::Result<Vec<MailRow>> {
    // Nothing is due most of the time, and a look costs no write lock.
    let due: i64 = on_db!(db, |c| sqlx::query_scalar(IS_DUE)
        .bind(now_ms)
        .fetch_one(c.read())
        .await?);
    if due == 0 {
        return Ok(Vec::new());
    }
    let statements = match db {
        Db::Sqlite(_) => CLAIM_SQLITE,
        Db::Postgres(_) => CLAIM_POSTGRES,
    };
    let mut claimed: Vec<MailRow> = Vec::new();
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        for sql in statements {
            let mut mails: Vec<MailRow> = sqlx::query_as(sql)
                .bind(now_ms)
                .bind(lease_until_ms)
                .bind(limit - claimed.len() as i64)
                .fetch_all(tx.conn())
                .await?;
            mails.sort_by_key(|mail| mail.due_at_ms);
            claimed.extend(mails);
        }
        tx.commit().await?;
    });
    Ok(claimed)
}

/// What became of a mail that was claimed.
#[derive(Debug, Clone)]
pub(crate) enum Fate {
    /// A server, or the folder, has it.
    Sent,
    /// There was no reason left to send it.
    Skipped(String),
    /// It is tried again at that time.
    Later(i64, String),
    /// It is given up.
    Dead(String),
    /// These stand in its place, one for each person.
    Replaced(Vec<MailRow>),
}

/// Writes down what became of mails, all in one transaction; what was claimed by another worker meanwhile stays as it is.
pub(crate) async fn settle(
    db: &Db,
    now_ms: i64,
    settled: &[(MailRow, Fate)],
) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        for (mail, fate) in settled {
            if let Fate::Replaced(others) = fate {
                let replaced = sqlx::query(REPLACE)
                    .bind(mail.site_id)
                    .bind(&mail.id)
                    .bind(mail.attempts)
                    .execute(tx.conn())
                    .await?;
                if replaced.rows_affected() == 0 {
                    continue;
                }
                for other in others {
                    insert_query(other).execute(tx.conn()).await?;
                }
                continue;
            }
            let (status, due_at_ms, error) = match fate {
                Fate::Sent | Fate::Replaced(_) => (MailStatus::Sent, mail.due_at_ms, None),
                Fate::Skipped(reason) => (MailStatus::Skipped, mail.due_at_ms, Some(reason)),
                Fate::Later(due_at_ms, reason) => (MailStatus::Waiting, *due_at_ms, Some(reason)),
                Fate::Dead(reason) => (MailStatus::Dead, mail.due_at_ms, Some(reason)),
            };
            sqlx::query(SETTLE)
                .bind(mail.site_id)
                .bind(&mail.id)
                .bind(mail.attempts)
                .bind(status.as_str())
                .bind(due_at_ms)
                .bind((status == MailStatus::Sent).then_some(now_ms))
                .bind(error)
                .execute(tx.conn())
                .await?;
        }
        tx.commit().await?;
    });
    Ok(())
}

/// A mail with the address of its receiver, where it goes to one person with an account.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct ListedMail {
    #[sqlx(flatten)]
    pub(crate) mail: MailRow,
    pub(crate) email: Option<String>,
}

/// The mails of a site, the newest first, from the one before `before`.
pub(crate) async fn list(
    db: &Db,
    site_id: SiteId,
    status: Option<MailStatus>,
    before: Option<&MailId>,
    limit: i64,
) -> anyhow::Result<Vec<ListedMail>> {
    let sql = match status {
        None => LIST,
        Some(MailStatus::Waiting) => LIST_WAITING,
        Some(MailStatus::Sent) => LIST_SENT,
        Some(MailStatus::Skipped) => LIST_SKIPPED,
        Some(MailStatus::Dead) => LIST_DEAD,
        Some(MailStatus::Kept) => LIST_KEPT,
    };
    Ok(on_db!(db, |c| sqlx::query_as(sql)
        .bind(site_id)
        .bind(before.map_or(BEHIND_ALL, MailId::as_str))
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// How many mails of a site are not sent yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counts {
    /// To be sent.
    pub(crate) waiting: i64,
    /// Given up.
    pub(crate) dead: i64,
    /// Kept back.
    pub(crate) kept: i64,
}

/// Counts what is not sent, each up to a thousand.
pub(crate) async fn count(db: &Db, site_id: SiteId) -> anyhow::Result<Counts> {
    Ok(Counts {
        waiting: count_by(db, site_id, COUNT_WAITING).await?,
        dead: count_by(db, site_id, COUNT_DEAD).await?,
        kept: count_by(db, site_id, COUNT_KEPT).await?,
    })
}

async fn count_by(db: &Db, site_id: SiteId, sql: &'static str) -> sqlx::Result<i64> {
    on_db!(db, |c| sqlx::query_scalar(sql)
        .bind(site_id)
        .fetch_one(c.read())
        .await)
}

/// One mail of a site.
pub(crate) async fn find(
    db: &Db,
    site_id: SiteId,
    id: &MailId,
) -> anyhow::Result<Option<ListedMail>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND)
        .bind(site_id)
        .bind(id)
        .fetch_optional(c.read())
        .await?))
}

/// Makes a mail that was given up or kept back due again; says whether it was one.
pub(crate) async fn send_again(
    db: &Db,
    site_id: SiteId,
    id: &MailId,
    now_ms: i64,
) -> anyhow::Result<bool> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let changed = sqlx::query(SEND_AGAIN)
            .bind(site_id)
            .bind(id)
            .bind(now_ms)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(changed.rows_affected() > 0)
    })
}
