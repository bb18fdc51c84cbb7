//! An account made by the operator on the command line, or brought up to date: `gatepost user add`.

use serde_json::json;

use crate::app::App;
use crate::auth::password::NewPassword;
use crate::auth::role::Role;
use crate::moderation::rows::AuditRow;
use crate::moderation::site::Site;
use crate::people::account::new_user;
use crate::people::email::EmailAddress;
use crate::people::name::Name;
use crate::people::{User, account, reset};
use crate::store::accounts::{self, Change, Committed, NewUser};

/// How long the printed link works.
const LINK_LIFETIME_MS: i64 = 24 * 60 * 60 * 1000;

/// Who is to be added.
pub struct Add {
    /// Their address.
    pub email: EmailAddress,
    /// Their name; a new account without one is named by its address.
    pub name: Option<Name>,
    /// What they become on the site.
    pub role: Role,
    /// Their password; without it there is a link to choose one.
    pub password: Option<NewPassword>,
}

/// Who was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The account.
    pub user: User,
    /// Whether it is new.
    pub is_new: bool,
    /// Where they choose a password, once.
    pub link: Option<String>,
}

/// Makes an account or brings it up to date. The operator is believed: the address counts as confirmed.
pub async fn add(app: &App, site: &Site, given: Add) -> anyhow::Result<Added> {
    let now_ms = app.clock.now_ms();
    let known = account::find_by_email(app, &given.email).await?;
    let is_new = known.is_none();
    let by_address = Name::parse(given.email.as_str().split('@').next().unwrap_or_default())
        .map_err(|rule| anyhow::anyhow!("name {rule}"))?;
    let user = known.unwrap_or_else(|| {
        let name = given.name.as_ref().unwrap_or(&by_address);
        new_user(app, &given.email, name, Some(now_ms))
    });
    let has_password = given.password.is_some();
    let hash = match given.password {
        Some(password) => Some(app.passwords.hash(password).await?),
        None => None,
    };
    let change = Change {
        now_ms,
        new_user: is_new.then(|| NewUser {
            user: user.clone(),
            password_hash: None,
        }),
        password: hash.map(|hash| (user.id.clone(), hash)),
        name: given
            .name
            .map(|name| (user.id.clone(), name.as_str().to_owned())),
        confirmed: Some(user.id.clone()),
        member: Some((site.id, user.id.clone(), given.role)),
        audit: vec![AuditRow {
            site_id: site.id,
            id: app.ids.next(now_ms),
            at_ms: now_ms,
            actor: "operator".to_owned(),
            action: "member.added".to_owned(),
            subject: format!("user:{}", user.id),
            details: json!({"role": given.role}).to_string(),
        }],
        ..Change::default()
    };
    if accounts::commit(&app.db, &change).await? != Committed::Done {
        anyhow::bail!(
            "add {}: somebody else did at the same time",
            given.email.as_str()
        );
    }
    let link = if has_password {
        None
    } else {
        Some(reset::link_for(app, &user, LINK_LIFETIME_MS).await?)
    };
    let user = account::find(app, &user.id).await?.unwrap_or(user);
    Ok(Added { user, is_new, link })
}
