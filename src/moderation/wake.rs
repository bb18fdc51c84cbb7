//! Time passes: executions whose wait is over go on, decisions that nobody took back take effect, and moderators are reminded
//! of cases whose time is half over. Any replica may do it at any moment; what another one did first is found done.

use serde_json::json;

use crate::asl::Event;
use crate::ids::{ExecutionId, SiteId};
use crate::moderation::Moderation;
use crate::moderation::flow::Passage;
use crate::moderation::rows::{Change, MailKind};
use crate::store::ledger::{Key, Loaded, Scope};
use crate::store::{due, outbox};

/// Executions woken in one go.
const BATCH: i64 = 512;

impl Moderation {
    /// Wakes all executions that are due, writes the reminders that are and puts back what was put aside; answers how many
    /// of all there were, so that a full batch is followed by the next at once.
    pub async fn wake_due(&self) -> anyhow::Result<usize> {
        let now_ms = self.tools.clock.now_ms();
        let due = due::list_executions(&self.db, now_ms, BATCH).await?;
        let woken = due.len();
        let wakes = due
            .into_iter()
            .map(|(site, execution)| self.wake(site, execution));
        for result in futures_util::future::join_all(wakes).await {
            result?;
        }
        let reminded = self.remind_due(now_ms).await?;
        let back = self.bring_back_due(now_ms).await?;
        if woken + reminded > 0 {
            self.mail_bell.notify_one();
        }
        Ok(woken + reminded + back)
    }

    async fn wake(&self, site_id: SiteId, execution: ExecutionId) -> anyhow::Result<()> {
        let Some(in_force) = self.in_force.load(site_id).await? else {
            return Ok(());
        };
        let tools = self.tools.clone();
        let scope = Scope {
            site_id,
            key: Key::Execution(execution),
            idempotency: None,
        };
        self.ledger
            .transact(scope, move |loaded: Loaded| {
                let Some(subject) = loaded.subject else {
                    return (Change::default(), Ok(()));
                };
                let advanced = match subject.case.as_ref().and_then(|case| case.undo_until_ms) {
                    None => Passage::advance(&tools, &in_force, subject, Event::Woken, None),
                    Some(until_ms) if until_ms <= tools.clock.now_ms() => {
                        Passage::take_effect(&tools, &in_force, subject)
                    }
                    // While a decision can be taken back, the execution stands still.
                    Some(_) => return (Change::default(), Ok(())),
                };
                match advanced {
                    Ok(Ok(passage)) => (passage.into_change(), Ok(())),
                    // It ended in the meantime.
                    Ok(Err(_)) => (Change::default(), Ok(())),
                    Err(error) => (Change::default(), Err(error)),
                }
            })
            .await?
    }

    async fn remind_due(&self, now_ms: i64) -> anyhow::Result<usize> {
        let tools = &self.tools;
        due::take_reminders(&self.db, now_ms, BATCH, |case| {
            let payload = json!({"to": "moderators", "post": case.post_id, "case": case.id});
            outbox::waiting_mail(
                tools.ids.next(now_ms),
                case.site_id,
                MailKind::Reminder,
                None,
                &payload,
                now_ms,
            )
        })
        .await
    }
}
