//! Who looked at a case: the one thing that a GET leaves behind, and only in the audit log. Each person stands there once
//! for each case, however often they load the page.

use serde_json::json;

use crate::moderation::Moderation;
use crate::moderation::rows::{AuditRow, CaseRow};
use crate::store::audit;

impl Moderation {
    /// Notes that `actor` has opened a case, unless that is known.
    pub async fn note_opened(&self, case: &CaseRow, actor: &str) -> anyhow::Result<()> {
        let now_ms = self.tools.clock.now_ms();
        let line = AuditRow {
            site_id: case.site_id,
            id: self.tools.ids.next(now_ms),
            at_ms: now_ms,
            actor: actor.to_owned(),
            action: "case.opened".to_owned(),
            subject: format!("post:{}", case.post_id),
            details: json!({"case": case.id, "revision": case.revision}).to_string(),
        };
        if audit::is_logged(&self.db, &line).await? {
            return Ok(());
        }
        audit::insert(&self.db, &line).await
    }
}
