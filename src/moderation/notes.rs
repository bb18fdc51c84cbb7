//! Notes of moderators about an author: for colleagues, never for the author. That one was written is in the audit log;
//! what it says is not.

use serde_json::json;

use crate::auth::role::Actor;
use crate::ids::CaseId;
use crate::moderation::Moderation;
use crate::moderation::rows::AuditRow;
use crate::store::cases;
use crate::store::notes::{self, NewNote};

pub use crate::store::notes::Note;

/// The longest note, in characters.
pub const MAX_CHARS: usize = 2_000;

/// Why a note was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteError {
    /// The site has no such case.
    Unknown,
    /// It says nothing.
    Empty,
    /// It is longer than [`MAX_CHARS`].
    TooLong,
}

impl Moderation {
    /// Keeps a note about the author of a case.
    pub async fn add_note(
        &self,
        by: &Actor,
        case: &CaseId,
        text: &str,
    ) -> anyhow::Result<Result<(), NoteError>> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Err(NoteError::Empty));
        }
        if text.chars().count() > MAX_CHARS {
            return Ok(Err(NoteError::TooLong));
        }
        let Some(listed) = cases::find(&self.db, by.site_id, case).await? else {
            return Ok(Err(NoteError::Unknown));
        };
        let now_ms = self.tools.clock.now_ms();
        let note = NewNote {
            site: by.site_id,
            id: self.tools.ids.next(now_ms),
            about: &listed.case.author_id,
            by: &by.user_id,
            text,
            now_ms,
        };
        let line = AuditRow {
            site_id: by.site_id,
            id: self.tools.ids.next(now_ms),
            at_ms: now_ms,
            actor: format!("user:{}", by.user_id),
            action: "note.added".to_owned(),
            subject: format!("user:{}", listed.case.author_id),
            details: json!({"case": case}).to_string(),
        };
        notes::insert(&self.db, &note, &line).await?;
        Ok(Ok(()))
    }
}
