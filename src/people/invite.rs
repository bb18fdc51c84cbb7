//! Invitations: an owner names an address and a role; whoever has the link and the account, or makes it, takes the place.

use serde_json::json;

use crate::app::App;
use crate::auth::keyring::secret_hash;
use crate::auth::one_time::{self, Link, LinkPurpose};
use crate::auth::password::NewPassword;
use crate::auth::role::{Actor, Role};
use crate::moderation::rows::MailKind;
use crate::moderation::site::{self, Site};
use crate::people::account::{self, audit_row, link_payload, mail_row, new_user};
use crate::people::email::EmailAddress;
use crate::people::name::Name;
use crate::people::{User, find_role};
use crate::store::accounts::{self, Change, Committed, NewUser};

/// Invites an address to a site and returns the link, which is also in a mail to it.
pub async fn invite(
    app: &App,
    owner: &Actor,
    email: &EmailAddress,
    role: Role,
) -> anyhow::Result<String> {
    let now_ms = app.clock.now_ms();
    let seed = one_time::fresh_seed(&app.ids);
    let link = Link {
        token_hash: one_time::hash(&app.keyring, LinkPurpose::Invite, &seed),
        purpose: LinkPurpose::Invite,
        site_id: Some(owner.site_id),
        user_id: None,
        email: Some(email.as_str().to_owned()),
        role: Some(role),
        created_by: Some(owner.user_id.clone()),
        created_at_ms: now_ms,
        expires_at_ms: now_ms + LinkPurpose::Invite.lifetime_ms(),
    };
    let mut payload = link_payload(&seed, link.expires_at_ms);
    payload["inviter"] = json!(owner.name);
    payload["role"] = json!(role);
    let details = json!({"role": role, "email": email.as_str()});
    let change = Change {
        now_ms,
        new_link: Some(link),
        mails: vec![mail_row(
            app,
            owner.site_id,
            MailKind::Invitation,
            Err(email),
            &payload,
        )],
        audit: vec![audit_row(
            app,
            owner.site_id,
            &owner.user_id,
            "member.invited",
            "new",
            details,
        )],
        ..Change::default()
    };
    accounts::commit(&app.db, &change).await?;
    app.moderation.mail_bell.notify_one();
    Ok(one_time::url(
        &app.config.base_url,
        &app.keyring,
        LinkPurpose::Invite,
        &seed,
    ))
}

/// The invitations to a site that nobody has accepted yet.
pub async fn list(app: &App, owner: &Actor) -> anyhow::Result<Vec<Link>> {
    accounts::list_open_links(
        &app.db,
        owner.site_id,
        LinkPurpose::Invite,
        app.clock.now_ms(),
    )
    .await
}

/// Takes an invitation back, by the hash that names it; says whether it was open.
pub async fn revoke(app: &App, owner: &Actor, hash: &str) -> anyhow::Result<bool> {
    let line = audit_row(
        app,
        owner.site_id,
        &owner.user_id,
        "member.uninvited",
        "new",
        json!({}),
    );
    accounts::void_link(&app.db, owner.site_id, hash, app.clock.now_ms(), &line).await
}

/// An invitation that can be accepted.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// To which site.
    pub site: Site,
    /// As what.
    pub role: Role,
    /// Who is invited.
    pub email: String,
    /// Who invites: an owner, or the site itself.
    pub inviter: String,
    /// The account of the address, if there is one.
    pub account: Option<User>,
}

/// The invitation of a link.
pub async fn find(app: &App, token: &str) -> anyhow::Result<Option<Invitation>> {
    let hash = secret_hash(token);
    let link =
        accounts::find_open_link(&app.db, &hash, LinkPurpose::Invite, app.clock.now_ms()).await?;
    let Some(Link {
        site_id: Some(site_id),
        role: Some(role),
        email: Some(email),
        created_by,
        ..
    }) = link
    else {
        return Ok(None);
    };
    let Some(site) = site::find(&app.db, site_id).await? else {
        return Ok(None);
    };
    let inviter = match &created_by {
        Some(user_id) => account::find(app, user_id).await?.map(|user| user.name),
        None => None,
    };
    let account = accounts::find_by_email(&app.db, &email).await?;
    Ok(Some(Invitation {
        inviter: inviter.unwrap_or_else(|| site.name.clone()),
        account: account.map(|account| account.user),
        site,
        role,
        email,
    }))
}

/// Accepts an invitation for the account of its address. A higher role that it has already stays. Says whether the link
/// was open.
pub async fn accept(app: &App, token: &str, invitation: &Invitation) -> anyhow::Result<bool> {
    let Some(user) = &invitation.account else {
        return Ok(false);
    };
    let present = find_role(&app.db, invitation.site.id, &user.id).await?;
    let member = (present < Some(invitation.role)).then_some(user);
    let change = Change {
        confirmed: Some(user.id.clone()),
        ..acceptance(app, token, invitation, user, member)
    };
    Ok(accounts::commit(&app.db, &change).await? == Committed::Done)
}

/// Accepts an invitation with a new account. `None` if the link was used, or the address got an account meanwhile.
pub async fn accept_as_new(
    app: &App,
    token: &str,
    invitation: &Invitation,
    name: &Name,
    password: NewPassword,
) -> anyhow::Result<Option<User>> {
    let Ok(email) = EmailAddress::parse(&invitation.email) else {
        return Ok(None);
    };
    let user = new_user(app, &email, name, Some(app.clock.now_ms()));
    let change = Change {
        new_user: Some(NewUser {
            user: user.clone(),
            password_hash: Some(app.passwords.hash(password).await?),
        }),
        ..acceptance(app, token, invitation, &user, Some(&user))
    };
    let committed = accounts::commit(&app.db, &change).await?;
    Ok((committed == Committed::Done).then_some(user))
}

fn acceptance(
    app: &App,
    token: &str,
    invitation: &Invitation,
    user: &User,
    member: Option<&User>,
) -> Change {
    let site_id = invitation.site.id;
    let details = json!({"role": invitation.role});
    Change {
        now_ms: app.clock.now_ms(),
        use_link: Some(secret_hash(token)),
        member: member.map(|user| (site_id, user.id.clone(), invitation.role)),
        audit: vec![audit_row(
            app,
            site_id,
            &user.id,
            "member.joined",
            &user.id,
            details,
        )],
        ..Change::default()
    }
}
