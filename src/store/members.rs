//! Rows of `members`: who belongs to which site, and as what.

use crate::auth::role::Role;
use crate::ids::{CaseId, PostId, SiteId, UserId};
use crate::moderation::rows::{AuditRow, MailRow};
use crate::on_db;
use crate::people::membership::{MemberRow, Membership};
use crate::store::{Db, audit, outbox};

const LOCK_SITE: &str = "UPDATE sites SET id = id WHERE id = $1";
/// The condition on a change that no site may lose its last owner by: not counting those who are suspended.
macro_rules! another_owner_stays {
    () => {
        "(role <> 'owner' OR EXISTS (SELECT 1 FROM members other WHERE other.site_id = $1 AND other.user_id <> $2
        AND other.role = 'owner' AND other.suspended_at_ms IS NULL))"
    };
}
const SET_ROLE: &str = concat!(
    "UPDATE members SET role = $3 WHERE site_id = $1 AND user_id = $2 AND ",
    another_owner_stays!()
);
const REMOVE: &str = concat!(
    "DELETE FROM members WHERE site_id = $1 AND user_id = $2 AND ",
    another_owner_stays!()
);
const SUSPEND: &str = concat!(
    "UPDATE members SET suspended_at_ms = $3 WHERE site_id = $1 AND user_id = $2 AND suspended_at_ms IS NULL AND ",
    another_owner_stays!()
);
const RESTORE: &str = "UPDATE members SET suspended_at_ms = NULL
    WHERE site_id = $1 AND user_id = $2 AND suspended_at_ms IS NOT NULL";
const SET_AWAY: &str = "UPDATE members SET away_until_ms = $3 WHERE site_id = $1 AND user_id = $2";
const RELEASE_CLAIMS: &str = "UPDATE cases SET claimed_by = NULL, claimed_until_ms = NULL
    WHERE site_id = $1 AND claimed_by = $2 AND status = 'waiting'";
const HAND_BACK: &str = "UPDATE cases SET handed_to = 'owners'
    WHERE site_id = $1 AND handed_to = $2 AND status = 'waiting' RETURNING id, post_id";
const LIST: &str =
    "SELECT m.user_id, u.name, u.email, m.role, m.created_at_ms, m.suspended_at_ms, m.away_until_ms
    FROM members m JOIN users u ON u.id = m.user_id
    WHERE m.site_id = $1 AND m.user_id > $2 ORDER BY m.user_id LIMIT $3";
const LIST_OF_USER: &str =
    "SELECT s.id AS site_id, s.slug, s.name, m.role, m.notices, m.muted, m.away_until_ms
    FROM members m JOIN sites s ON s.id = m.site_id WHERE m.user_id = $1 ORDER BY s.name, s.id";
const SET_NOTICES: &str = "UPDATE members SET notices = $2, muted = $3 WHERE user_id = $1";
const FIND_ROLE: &str = "SELECT role FROM members
    WHERE site_id = $1 AND user_id = $2 AND suspended_at_ms IS NULL";

/// The role of a user on a site.
pub(crate) async fn find_role(
    db: &Db,
    site_id: SiteId,
    user_id: &UserId,
) -> anyhow::Result<Option<Role>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(FIND_ROLE)
        .bind(site_id)
        .bind(user_id)
        .fetch_optional(c.read())
        .await?))
}

/// What becomes of a change to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Changed {
    /// It is done.
    Done,
    /// There is no such member, or they are the only owner.
    Refused,
}

/// What is done to a member's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Their role; not to take the site's last owner.
    As(Role),
    /// They may do nothing, since then; not the site's last owner.
    Suspended(i64),
    /// They may do again what their role allows.
    Restored,
    /// They get nothing to do until then; `None` ends it.
    Away(Option<i64>),
    /// They belong to the site no more; not its last owner.
    Removed,
}

impl Standing {
    /// Whether somebody else has to do what they had taken on.
    fn leaves_the_desk(self) -> bool {
        match self {
            Self::As(role) => role < Role::Moderator,
            Self::Away(until_ms) => until_ms.is_some(),
            Self::Suspended(_) | Self::Removed => true,
            Self::Restored => false,
        }
    }
}

/// A case that was handed to somebody who leaves the desk.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Moved {
    pub(crate) id: CaseId,
    pub(crate) post_id: PostId,
}

/// What is written of cases that move on: a line for each, and the mail to whom they are for now.
#[derive(Debug, Clone)]
pub(crate) struct MovedOn {
    pub(crate) lines: Vec<AuditRow>,
    pub(crate) mail: MailRow,
}

/// Changes a member's standing. When they leave the desk, what they claimed is free again and what was handed to them
/// goes to the owners, with what `moved_on` makes of it.
pub(crate) async fn set_standing(
    db: &Db,
    site_id: SiteId,
    user_id: &UserId,
    standing: Standing,
    audit: &AuditRow,
    moved_on: impl Fn(&[Moved]) -> MovedOn,
) -> anyhow::Result<Changed> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(LOCK_SITE)
            .bind(site_id)
            .execute(tx.conn())
            .await?;
        let change = |sql| sqlx::query(sql).bind(site_id).bind(user_id);
        let set = match standing {
            Standing::As(role) => change(SET_ROLE).bind(role),
            Standing::Suspended(at_ms) => change(SUSPEND).bind(at_ms),
            Standing::Restored => change(RESTORE),
            Standing::Away(until_ms) => change(SET_AWAY).bind(until_ms),
            Standing::Removed => change(REMOVE),
        };
        if set.execute(tx.conn()).await?.rows_affected() == 0 {
            return Ok(Changed::Refused);
        }
        audit::insert_query(audit).execute(tx.conn()).await?;
        if standing.leaves_the_desk() {
            change(RELEASE_CLAIMS).execute(tx.conn()).await?;
            let moved: Vec<Moved> = sqlx::query_as(HAND_BACK)
                .bind(site_id)
                .bind(user_id)
                .fetch_all(tx.conn())
                .await?;
            if !moved.is_empty() {
                let MovedOn { lines, mail } = moved_on(&moved);
                for line in &lines {
                    audit::insert_query(line).execute(tx.conn()).await?;
                }
                outbox::insert_query(&mail).execute(tx.conn()).await?;
            }
        }
        tx.commit().await?;
        Ok(Changed::Done)
    })
}

/// Members of a site by the order in which they came, from after `after`.
pub(crate) async fn list(
    db: &Db,
    site_id: SiteId,
    after: &str,
    limit: i64,
) -> anyhow::Result<Vec<MemberRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST)
        .bind(site_id)
        .bind(after)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// The sites that a user belongs to, by name.
pub(crate) async fn list_of_user(db: &Db, user_id: &UserId) -> anyhow::Result<Vec<Membership>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_OF_USER)
        .bind(user_id)
        .fetch_all(c.read())
        .await?))
}

/// Switches a user's notices on or off on all their sites.
pub(crate) async fn set_notices(
    db: &Db,
    user_id: &UserId,
    on: bool,
    muted: &str,
) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(SET_NOTICES)
            .bind(user_id)
            .bind(on)
            .bind(muted)
            .execute(tx.conn())
            .await?;
        Ok(tx.commit().await?)
    })
}
