//! Two people approve what falls into some categories of the site: the first approval is kept, the case goes on waiting,
//! and the approval of somebody else decides it. One person is enough to reject. Programs cannot approve such a case.

use serde_json::json;

use crate::auth::role::Actor;
use crate::ids::{CaseId, SiteId, UserId};
use crate::moderation::Moderation;
use crate::moderation::decide::{Answer, Decided, Decider, Decision};
use crate::moderation::outcomes::Outcomes;
use crate::moderation::rows::{AuditRow, CaseRow};
use crate::store::approvals::{self, NewApproval};
use crate::store::cases;
use crate::store::ledger::Key;

pub use crate::store::approvals::Approval;

/// Whether the answer may publish the post.
pub(crate) fn is_approval(answer: &Answer) -> bool {
    match answer {
        Answer::Failure { .. } => false,
        _ => answer.decision() != Some(Decision::Rejected),
    }
}

/// Who approved a case first, if somebody did.
pub(crate) async fn find(
    moderation: &Moderation,
    site: SiteId,
    case: &CaseId,
) -> anyhow::Result<Option<Approval>> {
    approvals::find(&moderation.db, site, case).await
}

impl Moderation {
    /// Who approved first what is about to be approved. Sites without such categories are not asked.
    pub(crate) async fn first_approval(
        &self,
        site: SiteId,
        outcomes: &Outcomes,
        key: &Key,
        answer: &Answer,
    ) -> anyhow::Result<Option<UserId>> {
        match key {
            Key::Case(case) if !outcomes.second_approval.is_empty() && is_approval(answer) => {
                let first = find(self, site, case).await?;
                Ok(first.map(|first| first.by_id))
            }
            _ => Ok(None),
        }
    }

    /// Keeps a first approval; answers who was first, if somebody else was in the same moment.
    pub(crate) async fn keep_first_approval(
        &self,
        by: &Decider,
        answer: &Answer,
        known: &Decided,
    ) -> anyhow::Result<Option<UserId>> {
        let (Some(case), Some(user)) = (&known.case, &by.user_id) else {
            return Ok(None);
        };
        let (reason, note) = match answer {
            Answer::Decision { reason, note, .. } => (reason.as_deref(), note.as_deref()),
            _ => (None, None),
        };
        let details = json!({"case": case.id, "revision": case.revision, "via": by.via,
            "reason": reason, "note": note});
        let line = self.approval_line(case, &by.actor, "case.first_approved", details);
        let new = NewApproval {
            case: &case.id,
            by: user,
            reason,
            note,
        };
        if approvals::insert(&self.db, &new, &line).await? {
            return Ok(None);
        }
        let first = find(self, case.site_id, &case.id).await?;
        Ok(first.map(|first| first.by_id).filter(|first| first != user))
    }

    /// Takes one's own first approval back; says whether there was one to take back.
    pub async fn take_back_approval(
        &self,
        by: &Actor,
        case: &CaseId,
    ) -> anyhow::Result<Option<bool>> {
        let Some(listed) = cases::find(&self.db, by.site_id, case).await? else {
            return Ok(None);
        };
        let actor = format!("user:{}", by.user_id);
        let details = json!({"case": case});
        let line = self.approval_line(&listed.case, &actor, "case.approval_taken_back", details);
        approvals::delete(&self.db, case, &by.user_id, &line)
            .await
            .map(Some)
    }

    fn approval_line(
        &self,
        case: &CaseRow,
        actor: &str,
        action: &str,
        details: serde_json::Value,
    ) -> AuditRow {
        let now_ms = self.tools.clock.now_ms();
        AuditRow {
            site_id: case.site_id,
            id: self.tools.ids.next(now_ms),
            at_ms: now_ms,
            actor: actor.to_owned(),
            action: action.to_owned(),
            subject: format!("post:{}", case.post_id),
            details: details.to_string(),
        }
    }
}
