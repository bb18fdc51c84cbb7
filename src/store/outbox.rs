//! Rows of `outbox`: mails that are to be sent, were sent, or could not be.

use serde_json::Value;
use sqlx::query::Query;
use sqlx::{Database, Encode, Type};

use crate::ids::{MailId, SiteId, UserId};
use crate::moderation::rows::{MailKind, MailRow, MailStatus};
use crate::store::columns::mail_columns;

const INSERT: &str = concat!(
    "INSERT INTO outbox (",
    mail_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
);

/// A mail that is to be sent at once to a person with an account, or to all whom its payload's `to` names.
pub(crate) fn waiting_mail(
    id: MailId,
    site_id: SiteId,
    kind: MailKind,
    user_id: Option<UserId>,
    payload: &Value,
    now_ms: i64,
) -> MailRow {
    MailRow {
        site_id,
        id,
        kind,
        user_id,
        recipient: None,
        payload: payload.to_string(),
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
