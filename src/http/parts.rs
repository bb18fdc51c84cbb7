//! What several templates show: the field types of `templates/parts.html`.

use jiff::Timestamp;

use crate::clock::rfc3339;
use crate::moderation::rows::{CaseStatus, ExecutionStatus, PostStatus};

/// A moment: for people, and for programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// `22 Nov 2026, 10:00 UTC`.
    pub text: String,
    /// RFC 3339.
    pub rfc3339: String,
}

impl When {
    /// Of epoch milliseconds.
    pub fn at(ms: i64) -> Self {
        let text = Timestamp::from_millisecond(ms)
            .map(|at| at.strftime("%-d %b %Y, %H:%M UTC").to_string())
            .unwrap_or_default();
        Self {
            text,
            rfc3339: rfc3339(ms),
        }
    }
}

/// How something stands: a tone of the visual language, which is also the name of an icon, and a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// `wait`, `ok`, `no`, `warn`, `off` or `run`.
    pub tone: &'static str,
    /// What people read.
    pub text: &'static str,
}

impl From<PostStatus> for Status {
    fn from(status: PostStatus) -> Self {
        let (tone, text) = match status {
            PostStatus::Held => ("wait", "held"),
            PostStatus::Published => ("ok", "published"),
            PostStatus::Rejected => ("no", "rejected"),
            PostStatus::Failed => ("warn", "in review"),
            PostStatus::Withdrawn => ("off", "withdrawn"),
        };
        Self { tone, text }
    }
}

impl From<CaseStatus> for Status {
    fn from(status: CaseStatus) -> Self {
        let (tone, text) = match status {
            CaseStatus::Waiting => ("wait", "waiting"),
            CaseStatus::Approved => ("ok", "approved"),
            CaseStatus::Rejected => ("no", "rejected"),
            CaseStatus::Answered => ("run", "answered"),
            CaseStatus::Void => ("off", "void"),
            CaseStatus::Failed => ("warn", "failed"),
        };
        Self { tone, text }
    }
}

impl From<ExecutionStatus> for Status {
    fn from(status: ExecutionStatus) -> Self {
        let (tone, text) = match status {
            ExecutionStatus::Running => ("run", "running"),
            ExecutionStatus::Succeeded => ("ok", "succeeded"),
            ExecutionStatus::Failed => ("no", "failed"),
            ExecutionStatus::TimedOut => ("warn", "timed out"),
            ExecutionStatus::Aborted => ("off", "stopped"),
        };
        Self { tone, text }
    }
}

/// An entry of a select.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What people read.
    pub label: String,
    /// Whether it is chosen.
    pub selected: bool,
}

impl Choice {
    /// The entries of a select whose words are their own labels, behind one that stands for all.
    pub fn list<'a>(
        all: &str,
        words: impl IntoIterator<Item = &'a str>,
        chosen: &str,
    ) -> Vec<Self> {
        let any = Self {
            value: String::new(),
            label: all.to_owned(),
            selected: chosen.is_empty(),
        };
        std::iter::once(any)
            .chain(words.into_iter().map(|word| Self {
                value: word.to_owned(),
                label: word.to_owned(),
                selected: word == chosen,
            }))
            .collect()
    }
}

/// `412 words`.
pub fn words(text: &str) -> String {
    match text.split_whitespace().count() {
        1 => "1 word".to_owned(),
        count => format!("{count} words"),
    }
}

/// What a state means for whoever reads the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// As in [`Status`].
    pub tone: &'static str,
    /// A short sentence.
    pub title: String,
    /// What follows from it.
    pub text: String,
}

/// A step of a timeline; one still to come has the tone `next` and no time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineRow {
    /// As in [`Status`].
    pub tone: &'static str,
    /// What happened.
    pub title: String,
    /// In more words.
    pub detail: Option<String>,
    /// When.
    pub when: Option<When>,
}
