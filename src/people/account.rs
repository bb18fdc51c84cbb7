//! One's own account: logging in, the password, the sessions, the notices.

use std::net::IpAddr;

use serde_json::{Value, json};

use crate::app::App;
use crate::auth::password::NewPassword;
use crate::auth::throttle::{self, Subject, Throttled};
use crate::ids::{SiteId, UserId};
use crate::locale::Locale;
use crate::moderation::rows::{AuditRow, MailKind, MailRow};
use crate::people::email::EmailAddress;
use crate::people::membership::Membership;
use crate::people::name::Name;
use crate::people::notice_kinds::Muted;
use crate::people::{User, sign_up};
use crate::store::accounts::{self, Account, Change};
use crate::store::{members, outbox};

/// Why somebody is not logged in. The same for an unknown address and a wrong password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogInError {
    /// Address and password do not go together.
    Wrong,
    /// They do, but the address was never confirmed; the link was sent again.
    Unconfirmed,
    /// Too many tries.
    Throttled(Throttled),
}

/// Checks an address and a password.
pub async fn log_in(
    app: &App,
    email: &str,
    password: &str,
    address: Option<IpAddr>,
) -> anyhow::Result<Result<User, LogInError>> {
    let now_ms = app.clock.now_ms();
    let email = email.trim().to_ascii_lowercase();
    let subject = Subject::account(&email);
    let address = address.map(Subject::address);
    if let Err(throttled) = throttle::begin(&app.db, now_ms, &subject, address.as_ref()).await? {
        return Ok(Err(LogInError::Throttled(throttled)));
    }
    let account = accounts::find_by_email(&app.db, &email).await?;
    let kept = account
        .as_ref()
        .and_then(|account| account.password_hash.as_deref());
    if !app.passwords.verify(password, kept).await? {
        return Ok(Err(LogInError::Wrong));
    }
    throttle::succeed(&app.db, &subject, address.as_ref()).await?;
    let Some(Account { user, .. }) = account else {
        return Ok(Err(LogInError::Wrong));
    };
    if must_confirm(app, &user) {
        sign_up::send_confirmation_again(app, &user).await?;
        return Ok(Err(LogInError::Unconfirmed));
    }
    Ok(Ok(user))
}

/// Where mail can be sent, an address counts for nothing until its owner has answered.
pub fn must_confirm(app: &App, user: &User) -> bool {
    app.config.smtp_url.is_some() && user.confirmed_at_ms.is_none()
}

/// Changes the password of somebody who knows the present one. All their sessions end.
pub async fn change_password(
    app: &App,
    user: &User,
    present: &str,
    new: NewPassword,
) -> anyhow::Result<Result<(), LogInError>> {
    if let Err(refused) = check_password(app, user, present).await? {
        return Ok(Err(refused));
    }
    let change = Change {
        now_ms: app.clock.now_ms(),
        password: Some((user.id.clone(), app.passwords.hash(new).await?)),
        ..Change::default()
    };
    accounts::commit(&app.db, &change).await?;
    Ok(Ok(()))
}

/// Whether that is the user's present password; tries are counted as those of a login.
pub(super) async fn check_password(
    app: &App,
    user: &User,
    password: &str,
) -> anyhow::Result<Result<(), LogInError>> {
    let now_ms = app.clock.now_ms();
    let subject = Subject::account(&user.email);
    if let Err(throttled) = throttle::begin(&app.db, now_ms, &subject, None).await? {
        return Ok(Err(LogInError::Throttled(throttled)));
    }
    let kept = accounts::find_password_hash(&app.db, &user.id).await?;
    if !app.passwords.verify(password, kept.as_deref()).await? {
        return Ok(Err(LogInError::Wrong));
    }
    throttle::succeed(&app.db, &subject, None).await?;
    Ok(Ok(()))
}

/// Changes the name that others see.
pub async fn rename(app: &App, user: &User, name: &Name) -> anyhow::Result<()> {
    let change = Change {
        now_ms: app.clock.now_ms(),
        name: Some((user.id.clone(), name.as_str().to_owned())),
        ..Change::default()
    };
    accounts::commit(&app.db, &change).await?;
    Ok(())
}

/// Chooses the language that somebody is spoken to in, or leaves it to their browser.
pub async fn set_language(app: &App, user: &User, language: Option<Locale>) -> anyhow::Result<()> {
    let change = Change {
        now_ms: app.clock.now_ms(),
        language: Some((user.id.clone(), language)),
        ..Change::default()
    };
    accounts::commit(&app.db, &change).await?;
    Ok(())
}

/// Ends all sessions of a user.
pub async fn log_out_everywhere(app: &App, user: &User) -> anyhow::Result<()> {
    let change = Change {
        now_ms: app.clock.now_ms(),
        log_out: Some(user.id.clone()),
        ..Change::default()
    };
    accounts::commit(&app.db, &change).await?;
    Ok(())
}

/// The user as the database has them now.
pub async fn find(app: &App, id: &UserId) -> anyhow::Result<Option<User>> {
    accounts::find(&app.db, id).await
}

/// The user with that address.
pub async fn find_by_email(app: &App, email: &EmailAddress) -> anyhow::Result<Option<User>> {
    let account = accounts::find_by_email(&app.db, email.as_str()).await?;
    Ok(account.map(|account| account.user))
}

/// The sites that a user belongs to.
pub async fn memberships(app: &App, user: &User) -> anyhow::Result<Vec<Membership>> {
    members::list_of_user(&app.db, &user.id).await
}

/// Switches a user's notices on or off, all of them or those of some kinds. Mail about the account itself always comes.
pub async fn set_notices(
    app: &App,
    user_id: &UserId,
    on: bool,
    muted: &Muted,
) -> anyhow::Result<()> {
    members::set_notices(&app.db, user_id, on, &muted.to_string()).await
}

/// A user who is not in the database yet.
pub(super) fn new_user(
    app: &App,
    email: &EmailAddress,
    name: &Name,
    confirmed_at_ms: Option<i64>,
) -> User {
    User {
        id: app.ids.next(app.clock.now_ms()),
        email: email.as_str().to_owned(),
        name: name.as_str().to_owned(),
        epoch: 0,
        confirmed_at_ms,
        language: None,
    }
}

/// A mail about an account: `to` has it, or only an address.
pub(super) fn mail_row(
    app: &App,
    site_id: SiteId,
    kind: MailKind,
    to: Result<&UserId, &EmailAddress>,
    payload: &Value,
) -> MailRow {
    let now_ms = app.clock.now_ms();
    let id = app.ids.next(now_ms);
    MailRow {
        recipient: to.err().map(|email| email.as_str().to_owned()),
        ..outbox::waiting_mail(id, site_id, kind, to.ok().cloned(), payload, now_ms)
    }
}

/// A line of the audit log about a person.
pub(super) fn audit_row(
    app: &App,
    site_id: SiteId,
    actor: &UserId,
    action: &str,
    subject: impl std::fmt::Display,
    details: Value,
) -> AuditRow {
    let now_ms = app.clock.now_ms();
    AuditRow {
        site_id,
        id: app.ids.next(now_ms),
        at_ms: now_ms,
        actor: format!("user:{actor}"),
        action: action.to_owned(),
        subject: format!("user:{subject}"),
        details: details.to_string(),
    }
}

/// What a mail with a single-use link holds: the seed of the link, never the link.
pub(super) fn link_payload(seed: &str, expires_at_ms: i64) -> Value {
    json!({"seed": seed, "expires_at_ms": expires_at_ms})
}
