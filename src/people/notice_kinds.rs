//! The kinds of notices that somebody can switch off one by one. Mail about the account itself is none of them.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use crate::moderation::rows::MailKind;
use crate::text_enum;

text_enum! {
    /// A kind of notice, as people choose it.
    NoticeKind {
        /// To authors: a post or an appeal waits for a moderator.
        Held = "held",
        /// To authors: what became of a post or an appeal.
        Decided = "decided",
        /// To moderators: cases wait, or a colleague hands one over.
        Waiting = "waiting",
        /// To moderators: half of a case's time is over.
        Reminder = "reminder",
        /// To owners: nobody decided in time, a rule held too much, or a workflow broke.
        Trouble = "trouble",
    }
}

impl NoticeKind {
    /// The kind that a mail is of; `None` for mail about an account.
    pub fn of(kind: MailKind) -> Option<Self> {
        Some(match kind {
            MailKind::PostHeld | MailKind::ChangeAsked | MailKind::AppealReceived => Self::Held,
            MailKind::PostPublished
            | MailKind::PostRejected
            | MailKind::DecisionUpheld
            | MailKind::DecisionOverturned => Self::Decided,
            MailKind::CasesWaiting | MailKind::HandedOver => Self::Waiting,
            MailKind::Reminder => Self::Reminder,
            MailKind::Escalation | MailKind::RuleBraked | MailKind::WorkflowFailed => Self::Trouble,
            MailKind::Invitation | MailKind::PasswordReset | MailKind::AddressConfirmation => {
                return None;
            }
        })
    }
}

/// The kinds that somebody does not want, written as `,held,waiting,`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Muted(Vec<NoticeKind>);

impl Muted {
    /// Whether they do not want it.
    pub fn has(&self, kind: NoticeKind) -> bool {
        self.0.contains(&kind)
    }
}

impl FromIterator<NoticeKind> for Muted {
    fn from_iter<I: IntoIterator<Item = NoticeKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().collect())
    }
}

impl FromStr for Muted {
    type Err = Infallible;

    /// Kinds that are not known any more are left out.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        let kinds = text.split(',').filter_map(|word| word.parse().ok());
        Ok(kinds.collect())
    }
}

impl fmt::Display for Muted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        let words: Vec<&str> = self.0.iter().copied().map(NoticeKind::as_str).collect();
        write!(f, ",{},", words.join(","))
    }
}
