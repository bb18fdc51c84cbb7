//! A forgotten password. The answer and its time are the same whether the address is known or not.

use crate::app::App;
use crate::auth::keyring::secret_hash;
use crate::auth::one_time::{self, Link, LinkPurpose};
use crate::auth::password::NewPassword;
use crate::auth::throttle::{self, Subject, Throttled};
use crate::moderation::rows::MailKind;
use crate::moderation::site;
use crate::people::account::{link_payload, mail_row};
use crate::people::email::EmailAddress;
use crate::people::{User, account};
use crate::store::accounts::{self, Change, Committed};

/// So many links an hour for one address.
const LINKS_AN_HOUR: i64 = 5;
const HOUR_MS: i64 = 60 * 60 * 1000;

/// Sends a link to choose a new password to `email`, if it has an account.
pub async fn ask(app: &App, email: &EmailAddress) -> anyhow::Result<Result<(), Throttled>> {
    let now_ms = app.clock.now_ms();
    let subject = Subject::kind("reset", &Subject::account(email.as_str()));
    if let Err(throttled) =
        throttle::limit(&app.db, now_ms, &subject, LINKS_AN_HOUR, HOUR_MS).await?
    {
        return Ok(Err(throttled));
    }
    let user = account::find_by_email(app, email).await?;
    let site_id = match &user {
        Some(user) => account::memberships(app, user)
            .await?
            .first()
            .map(|site| site.site_id),
        None => None,
    };
    let site_id = match site_id {
        Some(site_id) => Some(site_id),
        None => site::list(&app.db).await?.iter().map(|site| site.id).min(),
    };
    let seed = one_time::fresh_seed(&app.ids);
    let link = Link {
        email: Some(email.as_str().to_owned()),
        ..link(app, &seed, user.as_ref(), LinkPurpose::Reset.lifetime_ms())
    };
    let payload = link_payload(&seed, link.expires_at_ms);
    let mails = match (&user, site_id) {
        (Some(user), Some(site_id)) => {
            vec![mail_row(
                app,
                site_id,
                MailKind::PasswordReset,
                Ok(&user.id),
                &payload,
            )]
        }
        _ => Vec::new(),
    };
    // An unknown address gets a link that leads nowhere, so that both write.
    let change = Change {
        now_ms,
        new_link: Some(link),
        mails,
        ..Change::default()
    };
    accounts::commit(&app.db, &change).await?;
    app.moderation.mail_bell.notify_one();
    Ok(Ok(()))
}

/// A link to choose a password, for the command line, which prints it.
pub(super) async fn link_for(app: &App, user: &User, lifetime_ms: i64) -> anyhow::Result<String> {
    let seed = one_time::fresh_seed(&app.ids);
    let change = Change {
        now_ms: app.clock.now_ms(),
        new_link: Some(link(app, &seed, Some(user), lifetime_ms)),
        ..Change::default()
    };
    accounts::commit(&app.db, &change).await?;
    Ok(one_time::url(
        &app.config.base_url,
        &app.keyring,
        LinkPurpose::Reset,
        &seed,
    ))
}

fn link(app: &App, seed: &str, user: Option<&User>, lifetime_ms: i64) -> Link {
    let now_ms = app.clock.now_ms();
    Link {
        token_hash: one_time::hash(&app.keyring, LinkPurpose::Reset, seed),
        purpose: LinkPurpose::Reset,
        site_id: None,
        user_id: user.map(|user| user.id.clone()),
        email: user.map(|user| user.email.clone()),
        role: None,
        created_by: None,
        created_at_ms: now_ms,
        expires_at_ms: now_ms + lifetime_ms,
    }
}

/// Whose password an open link is for.
pub async fn find(app: &App, token: &str) -> anyhow::Result<Option<User>> {
    let hash = secret_hash(token);
    let link =
        accounts::find_open_link(&app.db, &hash, LinkPurpose::Reset, app.clock.now_ms()).await?;
    match link.and_then(|link| link.user_id) {
        Some(user_id) => account::find(app, &user_id).await,
        None => Ok(None),
    }
}

/// Uses a link: the new password counts, all sessions and other such links end, and the account may be logged into again
/// however often it was guessed at. Says whether the link was open.
pub async fn reset(app: &App, token: &str, password: NewPassword) -> anyhow::Result<bool> {
    let Some(user) = find(app, token).await? else {
        return Ok(false);
    };
    let password_hash = app.passwords.hash(password).await?;
    let change = Change {
        now_ms: app.clock.now_ms(),
        use_link: Some(secret_hash(token)),
        password: Some((user.id.clone(), password_hash)),
        confirmed: Some(user.id.clone()),
        void_links: Some((user.id.clone(), LinkPurpose::Reset)),
        ..Change::default()
    };
    if accounts::commit(&app.db, &change).await? != Committed::Done {
        return Ok(false);
    }
    throttle::succeed(&app.db, &Subject::account(&user.email), None).await?;
    tracing::info!(user = %user.id, "password set by a link");
    Ok(true)
}
