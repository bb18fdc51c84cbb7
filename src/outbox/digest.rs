//! Digests: moderators hear of the first new case at once, then of all that came since at most every few minutes.

use std::collections::HashSet;

use serde_json::json;

use super::{Outbox, Outcome};
use crate::ids::{self, CaseId, SiteId};
use crate::moderation::rows::MailKind;
use crate::store::digests::{self, Due, Heard, Taken};
use crate::store::outbox::waiting_mail;

/// Sites in one go.
const BATCH: i64 = 64;
/// Cases that a mail lists; of the others it gives the number.
const LISTED: usize = 20;
/// A case's id is made before its transaction commits, so ids become visible out of order for a while. Younger ones are
/// remembered one by one instead of by the last of them.
const SETTLE_MS: i64 = 60 * 1000;

impl Outbox {
    /// Writes the mails of the digests that are due.
    pub async fn write_digests(&self) -> anyhow::Result<Outcome> {
        let now_ms = self.clock.now_ms();
        let due = digests::list_due(&self.db, now_ms, BATCH).await?;
        let mut written = 0;
        for due in due {
            written += usize::from(self.write_digest(&due, now_ms).await?);
        }
        Ok(Outcome::of(written))
    }

    /// Finds the cases that no digest was called for, because one was just being written when they came.
    pub async fn sweep_digests(&self) -> anyhow::Result<()> {
        digests::call_forgotten(&self.db, self.clock.now_ms()).await
    }

    async fn write_digest(&self, due: &Due, now_ms: i64) -> anyhow::Result<bool> {
        let Some(in_force) = self.in_force.load(due.site_id).await? else {
            return Ok(false);
        };
        let every_ms = in_force.site.settings.digest_minutes * 60_000;
        digests::take(&self.db, now_ms, due, |heard, waiting| {
            self.digest(due.site_id, now_ms, every_ms, heard, waiting)
        })
        .await
    }

    fn digest(
        &self,
        site_id: SiteId,
        now_ms: i64,
        every_ms: i64,
        heard: &Heard,
        waiting: &[CaseId],
    ) -> anyhow::Result<Taken> {
        let announced: HashSet<CaseId> = serde_json::from_str(&heard.announced)?;
        let new: Vec<&CaseId> = waiting
            .iter()
            .filter(|id| !announced.contains(id))
            .collect();
        let settled = ids::floor(now_ms - SETTLE_MS);
        let young: Vec<&CaseId> = waiting
            .iter()
            .filter(|id| *id.as_str() > *settled)
            .collect();
        let payload = json!({
            "to": "moderators",
            "cases": &new[..new.len().min(LISTED)],
            "more": new.len().saturating_sub(LISTED),
        });
        let mail = (!new.is_empty()).then(|| {
            let id = self.ids.next(now_ms);
            waiting_mail(id, site_id, MailKind::CasesWaiting, None, &payload, now_ms)
        });
        Ok(Taken {
            due_at_ms: mail.as_ref().map(|_| now_ms + every_ms.max(1)),
            mail,
            heard: Heard {
                announced: serde_json::to_string(&young)?,
                last_case_id: settled.max(heard.last_case_id.clone()),
            },
        })
    }
}
