//! A moderator hands a case to a colleague, or to the owners, with a word why. It keeps its place in the queue and
//! everybody may still decide it; whoever it is for is told by mail and finds it in a list of their own.

use serde_json::json;

use crate::auth::role::Actor;
use crate::ids::{CaseId, UserId};
use crate::moderation::Moderation;
use crate::moderation::rows::{AuditRow, MailKind};
use crate::store::cases;
use crate::store::handovers;
use crate::store::outbox::waiting_mail;

/// What stands for all owners in `cases.handed_to`.
pub const OWNERS: &str = "owners";
/// The longest word, in characters.
pub const MAX_CHARS: usize = 500;

/// Why a case was not handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandOverError {
    /// The site has no such case.
    Unknown,
    /// There is no such colleague who decides here.
    Nobody,
    /// What is said is longer than [`MAX_CHARS`].
    TooLong,
    /// It does not wait any more.
    Closed,
}

impl Moderation {
    /// Who else decides on the site and is there, by name.
    pub async fn colleagues(&self, by: &Actor) -> anyhow::Result<Vec<(UserId, String)>> {
        let now_ms = self.tools.clock.now_ms();
        handovers::list_colleagues(&self.db, by.site_id, &by.user_id, now_ms).await
    }

    /// Hands a case to a colleague by their id, or to the [`OWNERS`]; answers the name of the colleague.
    pub async fn hand_over(
        &self,
        by: &Actor,
        case: &CaseId,
        to: &str,
        words: &str,
    ) -> anyhow::Result<Result<Option<String>, HandOverError>> {
        let words = words.trim();
        if words.chars().count() > MAX_CHARS {
            return Ok(Err(HandOverError::TooLong));
        }
        let Some(listed) = cases::find(&self.db, by.site_id, case).await? else {
            return Ok(Err(HandOverError::Unknown));
        };
        let (receiver, name) = match to {
            OWNERS => (None, None),
            id => {
                let colleagues = self.colleagues(by).await?;
                match colleagues
                    .into_iter()
                    .find(|(other, _)| other.as_str() == id)
                {
                    Some((user, name)) => (Some(user), Some(name)),
                    None => return Ok(Err(HandOverError::Nobody)),
                }
            }
        };
        let now_ms = self.tools.clock.now_ms();
        let line = AuditRow {
            site_id: by.site_id,
            id: self.tools.ids.next(now_ms),
            at_ms: now_ms,
            actor: format!("user:{}", by.user_id),
            action: "case.handed_over".to_owned(),
            subject: format!("post:{}", listed.case.post_id),
            details: json!({
                "case": case,
                "to": name.as_deref().unwrap_or(OWNERS),
                "words": words,
            })
            .to_string(),
        };
        let payload = match receiver {
            Some(_) => json!({"case": case, "post": listed.case.post_id}),
            None => json!({"to": "owners", "case": case, "post": listed.case.post_id}),
        };
        let id = self.tools.ids.next(now_ms);
        let mail = waiting_mail(
            id,
            by.site_id,
            MailKind::HandedOver,
            receiver,
            &payload,
            now_ms,
        );
        if !handovers::hand_over(&self.db, case, to, &line, &mail).await? {
            return Ok(Err(HandOverError::Closed));
        }
        self.mail_bell.notify_one();
        Ok(Ok(name))
    }
}
