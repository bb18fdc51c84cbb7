//! A decision is taken back before it takes effect. Whoever made it may, and the owners of the site.

use crate::auth::role::{Actor, Role};
use crate::ids::CaseId;
use crate::moderation::Moderation;
use crate::moderation::decide::{Decided, decided};
use crate::moderation::flow::Passage;
use crate::moderation::rows::{CaseRow, Change};
use crate::store::ledger::{Key, Loaded, Scope};

/// Why a decision was not taken back. Nothing has changed.
#[derive(Debug, Clone)]
pub enum UndoError {
    /// No such case at this site.
    Unknown,
    /// Somebody else made it.
    NotYours(Box<Decided>),
    /// It has taken effect, or was taken back before.
    TooLate(Box<Decided>),
}

/// Whether this person may take back what was decided of the case.
pub fn may_undo(case: &CaseRow, by: &Actor) -> bool {
    by.role == Role::Owner || case.decided_by.as_deref() == Some(&format!("user:{}", by.user_id))
}

impl Moderation {
    /// Takes back the decision on a case. When this returns `Ok(Ok(_))`, the case waits again.
    pub async fn undo(
        &self,
        case: CaseId,
        by: Actor,
    ) -> anyhow::Result<Result<Decided, UndoError>> {
        let Some(in_force) = self.in_force.load(by.site_id).await? else {
            return Ok(Err(UndoError::Unknown));
        };
        let tools = self.tools.clone();
        let scope = Scope {
            site_id: by.site_id,
            key: Key::Case(case),
            idempotency: None,
        };
        self.ledger
            .transact(scope, move |loaded: Loaded| {
                let refuse = |error| (Change::default(), Ok(Err(error)));
                let Some(subject) = loaded.subject else {
                    return refuse(UndoError::Unknown);
                };
                let known = Box::new(decided(&subject, false));
                let case = subject
                    .case
                    .as_ref()
                    .filter(|case| case.undo_until_ms > Some(tools.clock.now_ms()));
                match case {
                    None => return refuse(UndoError::TooLate(known)),
                    Some(case) if !may_undo(case, &by) => {
                        return refuse(UndoError::NotYours(known));
                    }
                    Some(_) => {}
                }
                let actor = format!("user:{}", by.user_id);
                match Passage::take_back(&tools, &in_force, subject, &actor) {
                    Ok(passage) => {
                        let undone = Decided {
                            case: passage.case().cloned(),
                            post: passage.post().clone(),
                            repeated: false,
                        };
                        (passage.into_change(), Ok(Ok(undone)))
                    }
                    Err(error) => (Change::default(), Err(error)),
                }
            })
            .await?
    }
}
