//! The first owner. Whoever holds the one-time link, which `serve` prints, becomes it; there is no default account and
//! nobody becomes it by coming first.

use subtle::ConstantTimeEq as _;

use crate::app::App;
use crate::auth::one_time::{self, Link, LinkPurpose};
use crate::auth::password::NewPassword;
use crate::auth::role::Role;
use crate::moderation::site;
use crate::people::User;
use crate::people::account::{audit_row, new_user};
use crate::people::email::EmailAddress;
use crate::people::name::Name;
use crate::store::accounts::{self, Change, Committed, NewUser};

/// There is one link of this kind, so that it is the same at every start until it is used.
const SEED: &str = "first owner";

/// The link that makes the first owner, while there is none.
pub async fn setup_link(app: &App) -> anyhow::Result<Option<String>> {
    if accounts::has_owner(&app.db).await? {
        return Ok(None);
    }
    Ok(Some(one_time::url(
        &app.config.base_url,
        &app.keyring,
        LinkPurpose::Setup,
        SEED,
    )))
}

/// Whether `token` is the one of the link, and there is no owner yet.
pub async fn is_open(app: &App, token: &str) -> anyhow::Result<bool> {
    let ours = one_time::token(&app.keyring, LinkPurpose::Setup, SEED);
    let is_ours: bool = ours.as_bytes().ct_eq(token.as_bytes()).into();
    Ok(is_ours && !accounts::has_owner(&app.db).await?)
}

/// What the first owner types.
pub struct SetUp {
    /// The name of the site.
    pub site_name: Name,
    /// Their own.
    pub name: Name,
    /// Their address.
    pub email: EmailAddress,
    /// Their password.
    pub password: NewPassword,
}

/// Why nobody became the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetUpError {
    /// The link is wrong, or somebody was faster.
    Spent,
    /// The address has an account already.
    EmailTaken,
}

/// Makes the first owner, of the first site.
pub async fn set_up(
    app: &App,
    token: &str,
    given: SetUp,
) -> anyhow::Result<Result<User, SetUpError>> {
    if !is_open(app, token).await? {
        return Ok(Err(SetUpError::Spent));
    }
    let now_ms = app.clock.now_ms();
    let sites = site::list(&app.db).await?;
    let first = sites
        .iter()
        .min_by_key(|site| site.id)
        .ok_or_else(|| anyhow::anyhow!("find the first site"))?;
    // Whoever reads the log of the server needs no mail to be believed.
    let user = new_user(app, &given.email, &given.name, Some(now_ms));
    let password_hash = app.passwords.hash(given.password).await?;
    let change = Change {
        now_ms,
        claim: Some(Link {
            token_hash: one_time::hash(&app.keyring, LinkPurpose::Setup, SEED),
            purpose: LinkPurpose::Setup,
            site_id: Some(first.id),
            user_id: None,
            email: Some(user.email.clone()),
            role: Some(Role::Owner),
            created_by: None,
            created_at_ms: now_ms,
            expires_at_ms: now_ms,
        }),
        new_user: Some(NewUser {
            user: user.clone(),
            password_hash: Some(password_hash),
        }),
        member: Some((first.id, user.id.clone(), Role::Owner)),
        site_name: Some((first.id, given.site_name.as_str().to_owned())),
        audit: vec![audit_row(
            app,
            first.id,
            &user.id,
            "site.set_up",
            &user.id,
            serde_json::json!({}),
        )],
        ..Change::default()
    };
    Ok(match accounts::commit(&app.db, &change).await? {
        Committed::Done => Ok(user),
        Committed::LinkSpent => Err(SetUpError::Spent),
        Committed::EmailTaken => Err(SetUpError::EmailTaken),
    })
}
