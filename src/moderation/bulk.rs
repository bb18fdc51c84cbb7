//! One decision for many cases, and all of somebody's decisions taken back. Each case has its own
//! outcome, by the one policy that decides; all of them are one transaction.

use futures_util::future::join_all;

use crate::auth::role::Actor;
use crate::ids::CaseId;
use crate::moderation::Moderation;
use crate::moderation::decide::{Answer, DecideError, Decided, Decider};
use crate::store::cases;

/// So many cases are decided at once at most.
pub const MAX_CASES: usize = 100;

/// What became of one of the cases; the outer error is a failure of ours, after which the case stands as before.
pub type Outcome = (CaseId, anyhow::Result<Result<Decided, DecideError>>);

impl Moderation {
    /// Decides each of the cases with its answer, at the revision that was seen, in one transaction; answers in their
    /// order. If one of them breaks the transaction, the others are decided without it.
    pub async fn decide_many(
        &self,
        by: &Actor,
        decider: &Decider,
        cases: Vec<(CaseId, i64, Answer)>,
    ) -> anyhow::Result<Vec<Outcome>> {
        let ids: Vec<CaseId> = cases.iter().map(|(case, ..)| case.clone()).collect();
        let results = self.decide_all(by.site_id, decider, cases).await?;
        Ok(ids.into_iter().zip(results).collect())
    }

    /// Takes back all that this person decided and that has not taken effect; answers how many cases wait again.
    pub async fn undo_all(&self, by: &Actor) -> anyhow::Result<usize> {
        let actor = format!("user:{}", by.user_id);
        let now_ms = self.tools.clock.now_ms();
        let limit = MAX_CASES as i64;
        let undoable = cases::list_undoable(&self.db, by.site_id, now_ms, &actor, limit).await?;
        let undos = undoable
            .into_iter()
            .map(|case| self.undo(case.id, by.clone()));
        let mut undone = 0;
        for result in join_all(undos).await {
            undone += usize::from(result?.is_ok());
        }
        Ok(undone)
    }
}
