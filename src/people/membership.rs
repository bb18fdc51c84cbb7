//! Members of a site: who they are, what they may, and taking them off.

use serde_json::json;

use crate::app::App;
use crate::auth::role::{Actor, Role};
use crate::ids::{SiteId, UserId};
use crate::moderation::handover::OWNERS;
use crate::moderation::rows::{AuditRow, MailKind};
use crate::people::User;
use crate::people::account::audit_row;
use crate::store::members::{self, Changed, Moved, MovedOn, Standing};
use crate::store::outbox::waiting_mail;

/// Cases that a mail lists; of the others it gives the number.
const LISTED: usize = 20;

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
    /// Since when they may do nothing here.
    pub suspended_at_ms: Option<i64>,
    /// Until when they get nothing to do.
    pub away_until_ms: Option<i64>,
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
    /// Of what they do not: a list of the form `,a,b,`.
    pub muted: String,
    /// Until when they get nothing to do there.
    pub away_until_ms: Option<i64>,
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

/// Gives a member another role. What they had taken on is for others where that is the author's.
pub async fn set_role(
    app: &App,
    owner: &Actor,
    user_id: &UserId,
    role: Role,
) -> anyhow::Result<Result<(), Unchanged>> {
    let (standing, details) = (Standing::As(role), json!({"role": role}));
    set_standing(app, owner, user_id, standing, "member.role_set", details).await
}

/// Takes a member off the site. Their account and their posts stay; what they had taken on is for others.
pub async fn remove(
    app: &App,
    owner: &Actor,
    user_id: &UserId,
) -> anyhow::Result<Result<(), Unchanged>> {
    let (standing, details) = (Standing::Removed, json!({}));
    set_standing(app, owner, user_id, standing, "member.removed", details).await
}

/// Takes somebody off all of their sites, at their own wish. `Err` is the name of a site that another owner left meanwhile,
/// so that it would have none; it and those behind it were not left.
pub(crate) async fn leave_all(app: &App, user: &User) -> anyhow::Result<Result<(), String>> {
    for place in members::list_of_user(&app.db, &user.id).await? {
        let leaver = Actor {
            site_id: place.site_id,
            user_id: user.id.clone(),
            name: user.name.clone(),
            role: place.role,
        };
        if let Err(Unchanged) = remove(app, &leaver, &user.id).await? {
            return Ok(Err(place.name));
        }
    }
    Ok(Ok(()))
}

/// Takes every right on the site from a member, or gives them back. Their claims end, their posts stay.
pub async fn suspend(
    app: &App,
    owner: &Actor,
    user_id: &UserId,
    suspended: bool,
) -> anyhow::Result<Result<(), Unchanged>> {
    let (standing, action) = match suspended {
        true => (Standing::Suspended(app.clock.now_ms()), "member.suspended"),
        false => (Standing::Restored, "member.restored"),
    };
    set_standing(app, owner, user_id, standing, action, json!({})).await
}

/// Says until when a member is away: they hear of nothing that waits, and their claims end. `None` is back.
pub async fn set_away(
    app: &App,
    by: &Actor,
    user_id: &UserId,
    until_ms: Option<i64>,
) -> anyhow::Result<Result<(), Unchanged>> {
    let details = json!({"until": until_ms.map(crate::clock::rfc3339)});
    let standing = Standing::Away(until_ms);
    set_standing(app, by, user_id, standing, "member.away", details).await
}

async fn set_standing(
    app: &App,
    by: &Actor,
    user_id: &UserId,
    standing: Standing,
    action: &str,
    details: serde_json::Value,
) -> anyhow::Result<Result<(), Unchanged>> {
    let line = audit_row(app, by.site_id, &by.user_id, action, user_id, details);
    let onward = |moved: &[Moved]| moved_on(app, by, user_id, moved);
    let site = by.site_id;
    let changed = members::set_standing(&app.db, site, user_id, standing, &line, onward).await?;
    app.moderation.mail_bell.notify_one();
    Ok(match changed {
        Changed::Done => Ok(()),
        Changed::Refused => Err(Unchanged),
    })
}

/// That cases which were handed to somebody are for the owners now: in the audit log, and by mail to them.
fn moved_on(app: &App, by: &Actor, from: &UserId, moved: &[Moved]) -> MovedOn {
    let now_ms = app.clock.now_ms();
    let line = |case: &Moved| AuditRow {
        site_id: by.site_id,
        id: app.ids.next(now_ms),
        at_ms: now_ms,
        actor: format!("user:{}", by.user_id),
        action: "case.handed_over".to_owned(),
        subject: format!("post:{}", case.post_id),
        details: json!({"case": case.id, "to": OWNERS}).to_string(),
    };
    let listed: Vec<_> = moved.iter().take(LISTED).map(|case| &case.id).collect();
    let payload = json!({
        "to": "owners",
        "from": from,
        "cases": listed,
        "more": moved.len() - listed.len(),
    });
    let (id, kind) = (app.ids.next(now_ms), MailKind::HandedOver);
    MovedOn {
        lines: moved.iter().map(line).collect(),
        mail: waiting_mail(id, by.site_id, kind, None, &payload, now_ms),
    }
}
