//! A decision that can still be taken back: it stands in its case, its task stays open, and its execution stands still
//! until the hold is over. The hold is the execution's own timer, so a crash neither loses nor hastens it.

use serde_json::json;

use super::{Passage, Ruling, SYSTEM};
use crate::asl::StepError;
use crate::moderation::Tools;
use crate::moderation::decide::{Answer, Decider};
use crate::moderation::in_force::InForce;
use crate::moderation::rows::{CaseRow, CaseStatus, Subject};

impl<'a> Passage<'a> {
    /// Puts the ruling into the case, to take effect after `undo_ms`, or just before the task's own time is over.
    ///
    /// # Errors
    /// [`StepError::UnknownTask`] when that time is over already, or nothing waits in the queue.
    pub(crate) fn hold(
        tools: &'a Tools,
        in_force: &'a InForce,
        subject: Subject,
        ruling: &Ruling,
        undo_ms: i64,
    ) -> Result<Self, StepError> {
        let mut passage = Self::resume(tools, in_force, subject);
        let now_ms = passage.now_ms;
        let deadline_ms = passage.execution.wake_at_ms.unwrap_or(i64::MAX);
        let until_ms = (now_ms + undo_ms).min(deadline_ms - 1);
        let Some(case) = passage
            .case
            .as_mut()
            .filter(|_| deadline_ms > now_ms && passage.execution.state.is_some())
        else {
            return Err(StepError::UnknownTask);
        };
        case.status = ruling.status;
        case.remind_at_ms = None;
        case.undo_until_ms = Some(until_ms);
        case.decided_at_ms = Some(now_ms);
        case.decided_by = Some(ruling.by.clone());
        case.decided_by_name = Some(ruling.by_name.clone());
        case.decided_via = Some(ruling.via.to_string());
        case.reason = ruling.reason.clone();
        case.note = ruling.note.clone();
        let details = json!({"case": case.id, "revision": case.revision, "via": ruling.via,
            "decision": ruling.status, "seconds": (until_ms - now_ms) / 1_000});
        passage.execution.wake_at_ms = Some(until_ms);
        passage.audit(&ruling.by, "decision.held", details);
        Ok(passage)
    }

    /// Answers the task with the decision that was held, as if it were made at the end of the hold: a process that was
    /// not there at that moment must not make it too late.
    pub(crate) fn take_effect(
        tools: &'a Tools,
        in_force: &'a InForce,
        subject: Subject,
    ) -> anyhow::Result<Result<Self, StepError>> {
        let definition = subject.definition.clone();
        let mut passage = Self::resume(tools, in_force, subject);
        let (Some(mut state), Some((event, ruling, until_ms))) =
            (passage.state()?, passage.case.as_ref().and_then(held))
        else {
            return Ok(Err(StepError::Finished));
        };
        if state
            .wake_at_ms()
            .is_some_and(|wake_at_ms| wake_at_ms <= passage.now_ms)
        {
            passage.now_ms = until_ms;
        }
        if let Some(case) = &mut passage.case {
            case.undo_until_ms = None;
        }
        Ok(passage
            .step(&definition, &mut state, event, Some(&ruling))
            .map(|()| passage))
    }

    /// Takes the decision back: the case waits where it did before.
    pub(crate) fn take_back(
        tools: &'a Tools,
        in_force: &'a InForce,
        subject: Subject,
        actor: &str,
    ) -> anyhow::Result<Self> {
        let mut passage = Self::resume(tools, in_force, subject);
        passage.execution.wake_at_ms = passage.state()?.and_then(|state| state.wake_at_ms());
        passage.reopen(actor, "decision.undone");
        Ok(passage)
    }

    /// What the decision was about is no more.
    pub(super) fn drop_decision(&mut self) {
        self.reopen(SYSTEM, "decision.dropped");
    }

    /// Makes a case whose decision is held one that waits, with a line in the audit log that keeps the words.
    fn reopen(&mut self, actor: &str, action: &str) {
        let now_ms = self.now_ms;
        let Some(case) = self
            .case
            .as_mut()
            .filter(|case| case.undo_until_ms.is_some())
        else {
            return;
        };
        let details = json!({"case": case.id, "revision": case.revision, "decision": case.status,
            "reason": case.reason, "note": case.note});
        // As when it was parked: half of its time.
        let half_ms = case.waiting_since_ms + (case.deadline_ms - case.waiting_since_ms) / 2;
        *case = CaseRow {
            status: CaseStatus::Waiting,
            remind_at_ms: Some(half_ms).filter(|half_ms| *half_ms > now_ms),
            undo_until_ms: None,
            decided_at_ms: None,
            decided_by: None,
            decided_by_name: None,
            decided_via: None,
            reason: None,
            note: None,
            ..case.clone()
        };
        self.audit(actor, action, details);
    }
}

/// The event of a held decision, what goes into the books, and until when it is held.
fn held(case: &CaseRow) -> Option<(crate::asl::Event, Ruling, i64)> {
    let until_ms = case.undo_until_ms?;
    let answer = Answer::of(case)?;
    let by = Decider {
        user_id: None,
        actor: case.decided_by.clone()?,
        name: case.decided_by_name.clone()?,
        via: case.decided_via.as_deref()?.parse().ok()?,
        undo_ms: 0,
    };
    Some((
        answer.event(case.task_id.as_ref()?),
        answer.ruling(&by),
        until_ms,
    ))
}
