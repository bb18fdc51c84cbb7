//! Putting a case aside: it leaves the queue for a while and keeps its place. Snoozed, it comes back by itself; or the author
//! is asked to change the post, and what they submit takes the place. Nothing is decided: the post waits as before, its time
//! goes on, and whoever opens the case can decide it.

use serde_json::json;

use crate::auth::role::Actor;
use crate::ids::{AuditId, CaseId, PostId, SiteId};
use crate::moderation::Moderation;
use crate::moderation::flow::SYSTEM;
use crate::moderation::rows::{AuditRow, CaseRow, CaseStatus, MailKind};
use crate::moderation::site::SiteSettings;
use crate::store::Db;
use crate::store::asides::{self, NewAside};
use crate::store::cases;
use crate::store::outbox::waiting_mail;

pub use crate::store::asides::{Aside, AsideKind};

/// The longest note to an author, in characters.
pub const MAX_CHARS: usize = 2_000;
/// The longest time for which a case can be snoozed, in hours.
pub const MAX_HOURS: i64 = 14 * 24;
/// Cases that come back in one go.
const BATCH: i64 = 512;
const HOUR_MS: i64 = 60 * 60 * 1_000;

/// Why a case was not put aside, or not brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsideError {
    /// The site has no such case.
    Unknown,
    /// It does not wait any more, or its time is over.
    Closed,
    /// It is the moderator's own post.
    OwnPost,
    /// The author is to be told something, or not as much.
    Words,
    /// Not so many hours.
    Hours,
}

/// What the author of a post was asked to change before that moment, if it still waits for them.
pub async fn asked(
    db: &Db,
    site: SiteId,
    post: &PostId,
    until_ms: i64,
) -> anyhow::Result<Option<String>> {
    asides::find_asked(db, site, post, until_ms).await
}

impl Moderation {
    /// Takes a case out of the queue for so many hours, but not beyond its deadline; answers until when.
    pub async fn snooze(
        &self,
        by: &Actor,
        case: &CaseId,
        hours: i64,
    ) -> anyhow::Result<Result<i64, AsideError>> {
        if !(1..=MAX_HOURS).contains(&hours) {
            return Ok(Err(AsideError::Hours));
        }
        let now_ms = self.tools.clock.now_ms();
        let row = match self.find_waiting(by.site_id, case, now_ms).await? {
            Ok(row) => row,
            Err(error) => return Ok(Err(error)),
        };
        let until_ms = (now_ms + hours * HOUR_MS).min(row.deadline_ms);
        let aside = NewAside {
            case,
            kind: AsideKind::Snoozed,
            until_ms,
            by: &by.user_id,
            words: "",
        };
        let actor = format!("user:{}", by.user_id);
        let details = json!({"case": case, "until_ms": until_ms});
        let line = self.line(by.site_id, &actor, "case.snoozed", &row.post_id, &details);
        Ok(match asides::put(&self.db, &aside, &line, None).await? {
            true => Ok(until_ms),
            false => Err(AsideError::Closed),
        })
    }

    /// Asks the author to change the post. They are told by mail once the time to take it back is over; what they submit takes
    /// the case's place in the queue. If they do nothing, the case comes back at its deadline.
    pub async fn ask_for_change(
        &self,
        by: &Actor,
        settings: &SiteSettings,
        case: &CaseId,
        words: &str,
    ) -> anyhow::Result<Result<(), AsideError>> {
        let words = words.trim();
        if words.is_empty() || words.chars().count() > MAX_CHARS {
            return Ok(Err(AsideError::Words));
        }
        let now_ms = self.tools.clock.now_ms();
        let row = match self.find_waiting(by.site_id, case, now_ms).await? {
            Ok(row) => row,
            Err(error) => return Ok(Err(error)),
        };
        if row.author_id == by.user_id && !settings.allow_self_approval {
            return Ok(Err(AsideError::OwnPost));
        }
        let aside = NewAside {
            case,
            kind: AsideKind::Asked,
            until_ms: row.deadline_ms,
            by: &by.user_id,
            words,
        };
        let actor = format!("user:{}", by.user_id);
        let details = json!({"case": case, "revision": row.revision, "words": words});
        let line = self.line(by.site_id, &actor, "case.asked", &row.post_id, &details);
        let payload = json!({"case": case, "post": row.post_id, "revision": row.revision});
        let mut mail = waiting_mail(
            self.tools.ids.next(now_ms),
            by.site_id,
            MailKind::ChangeAsked,
            Some(row.author_id),
            &payload,
            now_ms,
        );
        mail.due_at_ms = now_ms + settings.undo_seconds * 1_000;
        let put = asides::put(&self.db, &aside, &line, Some(&mail)).await?;
        self.mail_bell.notify_one();
        Ok(match put {
            true => Ok(()),
            false => Err(AsideError::Closed),
        })
    }

    /// Puts a case back into the queue. An author who was not told yet is not told.
    pub async fn bring_back(
        &self,
        by: &Actor,
        settings: &SiteSettings,
        case: &CaseId,
    ) -> anyhow::Result<Result<(), AsideError>> {
        let Some(listed) = cases::find(&self.db, by.site_id, case).await? else {
            return Ok(Err(AsideError::Unknown));
        };
        let aside = asides::find(&self.db, by.site_id, case).await?;
        let told_ms = self.tools.clock.now_ms() - settings.undo_seconds * 1_000;
        let is_told = aside.is_none_or(|aside| aside.created_at_ms <= told_ms);
        let actor = format!("user:{}", by.user_id);
        let details = json!({"case": case, "told": is_told});
        let post = &listed.case.post_id;
        let line = self.line(by.site_id, &actor, "case.brought_back", post, &details);
        Ok(match asides::delete(&self.db, case, &line).await? {
            true => Ok(()),
            false => Err(AsideError::Closed),
        })
    }

    /// Puts back what is due; answers how many cases.
    pub(crate) async fn bring_back_due(&self, now_ms: i64) -> anyhow::Result<usize> {
        asides::take_due(&self.db, now_ms, BATCH, |due| {
            let details = json!({"case": due.case_id});
            self.line(
                due.site_id,
                SYSTEM,
                "case.brought_back",
                &due.post_id,
                &details,
            )
        })
        .await
    }

    async fn find_waiting(
        &self,
        site: SiteId,
        case: &CaseId,
        now_ms: i64,
    ) -> anyhow::Result<Result<CaseRow, AsideError>> {
        let listed = cases::find(&self.db, site, case).await?;
        Ok(match listed.map(|listed| listed.case) {
            None => Err(AsideError::Unknown),
            Some(case) if case.status != CaseStatus::Waiting || case.deadline_ms <= now_ms => {
                Err(AsideError::Closed)
            }
            Some(case) => Ok(case),
        })
    }

    fn line(
        &self,
        site: SiteId,
        actor: &str,
        action: &str,
        post: &PostId,
        details: &serde_json::Value,
    ) -> AuditRow {
        let now_ms = self.tools.clock.now_ms();
        AuditRow {
            site_id: site,
            id: self.tools.ids.next::<AuditId>(now_ms),
            at_ms: now_ms,
            actor: actor.to_owned(),
            action: action.to_owned(),
            subject: format!("post:{post}"),
            details: details.to_string(),
        }
    }
}
