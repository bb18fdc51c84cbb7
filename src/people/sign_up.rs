//! Signing up as an author. Where mail can be sent, the answer is the same whether the address is known or not, and the
//! place on the site comes with the confirmation; where it cannot, the author is in at once.

use serde_json::json;

use crate::app::App;
use crate::auth::keyring::secret_hash;
use crate::auth::one_time::{self, Link, LinkPurpose};
use crate::auth::password::NewPassword;
use crate::auth::role::Role;
use crate::ids::SiteId;
use crate::locale::Locale;
use crate::moderation::rows::MailKind;
use crate::moderation::site::Site;
use crate::people::account::{self, audit_row, link_payload, mail_row, new_user};
use crate::people::email::EmailAddress;
use crate::people::name::Name;
use crate::people::{User, find_role};
use crate::store::accounts::{self, Account, Change, Committed, NewUser};

/// What an author types.
pub struct SignUp {
    /// The name below their posts.
    pub name: Name,
    /// Their address.
    pub email: EmailAddress,
    /// Their password.
    pub password: NewPassword,
    /// The language of the page that they did it on, where it is not the site's.
    pub language: Option<Locale>,
}

/// What became of a sign-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignedUp {
    /// The author may write at once.
    In(User),
    /// A mail says how to go on, whoever has the address.
    CheckMail,
    /// The address has an account. Only told where no mail can tell it.
    EmailTaken,
}

/// Signs somebody up for a site that allows it.
pub async fn sign_up(app: &App, site: &Site, given: SignUp) -> anyhow::Result<SignedUp> {
    let confirms = app.config.smtp_url.is_some();
    let hash = app.passwords.hash(given.password).await?;
    let known = accounts::find_by_email(&app.db, given.email.as_str()).await?;
    let change = match known {
        None => {
            let user = User {
                language: given.language,
                ..new_user(app, &given.email, &given.name, None)
            };
            match confirms {
                true => new_unconfirmed(app, site, user, hash),
                false => return let_in(app, site, user, hash).await,
            }
        }
        Some(_) if !confirms => return Ok(SignedUp::EmailTaken),
        Some(Account { user, .. }) if is_nobodys(app, &user).await? => {
            take_over(app, site, &user, &given.name, hash)
        }
        Some(Account { user, .. }) => remind(app, site, &user).await?,
    };
    accounts::commit(&app.db, &change).await?;
    app.moderation.mail_bell.notify_one();
    Ok(SignedUp::CheckMail)
}

/// Makes somebody with an account an author of another site that allows it.
pub async fn join(app: &App, site: &Site, user: &User) -> anyhow::Result<()> {
    let change = Change {
        now_ms: app.clock.now_ms(),
        member: Some((site.id, user.id.clone(), Role::Author)),
        audit: vec![audit_row(
            app,
            site.id,
            &user.id,
            "member.signed_up",
            &user.id,
            json!({}),
        )],
        ..Change::default()
    };
    accounts::commit(&app.db, &change).await?;
    Ok(())
}

async fn let_in(app: &App, site: &Site, user: User, hash: String) -> anyhow::Result<SignedUp> {
    let change = Change {
        now_ms: app.clock.now_ms(),
        new_user: Some(NewUser {
            user: user.clone(),
            password_hash: Some(hash),
        }),
        member: Some((site.id, user.id.clone(), Role::Author)),
        audit: vec![audit_row(
            app,
            site.id,
            &user.id,
            "member.signed_up",
            &user.id,
            json!({}),
        )],
        ..Change::default()
    };
    Ok(match accounts::commit(&app.db, &change).await? {
        Committed::Done => SignedUp::In(user),
        Committed::EmailTaken | Committed::LinkSpent => SignedUp::EmailTaken,
    })
}

fn new_unconfirmed(app: &App, site: &Site, user: User, hash: String) -> Change {
    Change {
        new_user: Some(NewUser {
            user: user.clone(),
            password_hash: Some(hash),
        }),
        ..confirmation(app, site.id, &user)
    }
}

/// An account that was never confirmed and has no place anywhere is only somebody's claim to an address.
async fn is_nobodys(app: &App, user: &User) -> anyhow::Result<bool> {
    Ok(user.confirmed_at_ms.is_none() && account::memberships(app, user).await?.is_empty())
}

/// Whoever signs up last chooses the password, and earlier links end. Otherwise somebody could lie in wait with an
/// address that is not theirs.
fn take_over(app: &App, site: &Site, user: &User, name: &Name, hash: String) -> Change {
    Change {
        password: Some((user.id.clone(), hash)),
        name: Some((user.id.clone(), name.as_str().to_owned())),
        ..confirmation(app, site.id, user)
    }
}

/// Somebody with an account gets a link: to join this site, or, where they are already, to a new password.
async fn remind(app: &App, site: &Site, user: &User) -> anyhow::Result<Change> {
    let is_member = find_role(&app.db, site.id, &user.id).await?.is_some();
    let (purpose, kind) = if is_member {
        (LinkPurpose::Reset, MailKind::PasswordReset)
    } else {
        (LinkPurpose::Invite, MailKind::Invitation)
    };
    let seed = one_time::fresh_seed(&app.ids);
    let link = Link {
        email: Some(user.email.clone()),
        role: (!is_member).then_some(Role::Author),
        ..link(app, purpose, &seed, site.id, user)
    };
    let mut payload = link_payload(&seed, link.expires_at_ms);
    payload["inviter"] = json!(site.name);
    payload["role"] = json!(Role::Author);
    Ok(Change {
        now_ms: link.created_at_ms,
        new_link: Some(link),
        mails: vec![mail_row(app, site.id, kind, Ok(&user.id), &payload)],
        ..Change::default()
    })
}

fn confirmation(app: &App, site_id: SiteId, user: &User) -> Change {
    let seed = one_time::fresh_seed(&app.ids);
    let link = Link {
        role: Some(Role::Author),
        ..link(app, LinkPurpose::Confirm, &seed, site_id, user)
    };
    let payload = link_payload(&seed, link.expires_at_ms);
    Change {
        now_ms: link.created_at_ms,
        mails: vec![mail_row(
            app,
            site_id,
            MailKind::AddressConfirmation,
            Ok(&user.id),
            &payload,
        )],
        void_links: Some((user.id.clone(), LinkPurpose::Confirm)),
        new_link: Some(link),
        ..Change::default()
    }
}

fn link(app: &App, purpose: LinkPurpose, seed: &str, site_id: SiteId, user: &User) -> Link {
    let now_ms = app.clock.now_ms();
    Link {
        token_hash: one_time::hash(&app.keyring, purpose, seed),
        purpose,
        site_id: Some(site_id),
        user_id: Some(user.id.clone()),
        email: Some(user.email.clone()),
        role: None,
        created_by: None,
        created_at_ms: now_ms,
        expires_at_ms: now_ms + purpose.lifetime_ms(),
    }
}

/// The address that an open confirmation link is about.
pub async fn find_confirmation(app: &App, token: &str) -> anyhow::Result<Option<String>> {
    let link = accounts::find_open_link(
        &app.db,
        &secret_hash(token),
        LinkPurpose::Confirm,
        app.clock.now_ms(),
    )
    .await?;
    Ok(link.and_then(|link| link.email))
}

/// Uses a confirmation link: the address is proved, and its owner has the place that they signed up for.
pub async fn confirm(app: &App, token: &str) -> anyhow::Result<Option<String>> {
    let now_ms = app.clock.now_ms();
    let hash = secret_hash(token);
    let link = accounts::find_open_link(&app.db, &hash, LinkPurpose::Confirm, now_ms).await?;
    let Some(Link {
        user_id: Some(user_id),
        site_id: Some(site_id),
        email,
        ..
    }) = link
    else {
        return Ok(None);
    };
    // A place with more rights, come by meanwhile, stays.
    let role = find_role(&app.db, site_id, &user_id).await?;
    let change = Change {
        now_ms,
        use_link: Some(hash),
        confirmed: Some(user_id.clone()),
        member: role
            .is_none()
            .then(|| (site_id, user_id.clone(), Role::Author)),
        audit: vec![audit_row(
            app,
            site_id,
            &user_id,
            "member.confirmed",
            &user_id,
            json!({}),
        )],
        ..Change::default()
    };
    Ok(match accounts::commit(&app.db, &change).await? {
        Committed::Done => email,
        Committed::LinkSpent | Committed::EmailTaken => None,
    })
}

/// Sends the confirmation link again, to the site that was meant.
pub async fn send_confirmation_again(app: &App, user: &User) -> anyhow::Result<()> {
    if user.confirmed_at_ms.is_some() {
        return Ok(());
    }
    let before = accounts::find_newest_link(&app.db, &user.id, LinkPurpose::Confirm).await?;
    let site_id = match before.and_then(|link| link.site_id) {
        Some(site_id) => Some(site_id),
        None => account::memberships(app, user)
            .await?
            .first()
            .map(|place| place.site_id),
    };
    if let Some(site_id) = site_id {
        accounts::commit(&app.db, &confirmation(app, site_id, user)).await?;
        app.moderation.mail_bell.notify_one();
    }
    Ok(())
}
