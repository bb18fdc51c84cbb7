//! Members of a site: who they are, what they may, and taking them off.

use serde_json::json;

use crate::app::App;
use crate::auth::role::{Actor, Role};
use crate::ids::{SiteId, UserId};
use crate::people::account::audit_row;
use crate::store::members::{self, Changed};

/// A member of a site, for its owners.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct MemberRow {
    /// Who.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they are.
    pub role: Role,
    /// Since when.
    pub created_at_ms: i64,
}

/// A place on a site, for the member.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Membership {
    /// The site.
    pub site_id: SiteId,
    /// Its name in paths.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What the member is there.
    pub role: Role,
    /// Whether they want to hear of it.
    pub notices: bool,
}

/// Nobody was changed: there is no such member, or a site would be left without an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unchanged;

/// A page of the members of the owner's site, from after the user `after`.
pub async fn list(
    app: &App,
    owner: &Actor,
    after: &str,
    limit: i64,
) -> anyhow::Result<Vec<MemberRow>> {
    members::list(&app.db, owner.site_id, after, limit).await
}

/// Gives a member another role.
pub async fn set_role(
    app: &App,
    owner: &Actor,
    user_id: &UserId,
    role: Role,
) -> anyhow::Result<Result<(), Unchanged>> {
    let details = json!({"role": role});
    let audit = audit_row(
        app,
        owner.site_id,
        &owner.user_id,
        "member.role_set",
        user_id,
        details,
    );
    let changed = members::set_role(&app.db, owner.site_id, user_id, role, &audit).await?;
    Ok(result(changed))
}

/// Takes a member off the site. Their account and their posts stay.
pub async fn remove(
    app: &App,
    owner: &Actor,
    user_id: &UserId,
) -> anyhow::Result<Result<(), Unchanged>> {
    let audit = audit_row(
        app,
        owner.site_id,
        &owner.user_id,
        "member.removed",
        user_id,
        json!({}),
    );
    let changed = members::remove(&app.db, owner.site_id, user_id, &audit).await?;
    Ok(result(changed))
}

fn result(changed: Changed) -> Result<(), Unchanged> {
    match changed {
        Changed::Done => Ok(()),
        Changed::Refused => Err(Unchanged),
    }
}
