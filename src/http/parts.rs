//! What several templates show: the field types of `templates/parts.html`.

use crate::clock::rfc3339;
use crate::locale::{Locale, MessageId};
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
    pub fn of(locale: Locale, ms: i64) -> Self {
        Self {
            text: locale.short_moment(ms),
            rfc3339: rfc3339(ms),
        }
    }
}

/// How something stands: a tone of the visual language, which is also the name of an icon, and a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// `wait`, `ok`, `no`, `warn`, `off` or `run`.
    pub tone: &'static str,
    /// What people read.
    pub text: String,
}

impl Status {
    /// How a post, a case, an execution or a mail stands.
    pub fn of(locale: Locale, standing: impl Standing) -> Self {
        let (tone, id) = standing.shown();
        Self {
            tone,
            text: locale.text(id),
        }
    }
}

/// What stands somehow, as pages show it.
pub trait Standing {
    /// Its tone and its word.
    fn shown(self) -> (&'static str, MessageId);
}

impl Standing for PostStatus {
    fn shown(self) -> (&'static str, MessageId) {
        match self {
            Self::Held => ("wait", MessageId("status-held")),
            Self::Published => ("ok", MessageId("status-published")),
            Self::Rejected => ("no", MessageId("status-rejected")),
            Self::Failed => ("warn", MessageId("status-failed")),
            Self::Withdrawn => ("off", MessageId("status-withdrawn")),
        }
    }
}

impl Standing for CaseStatus {
    fn shown(self) -> (&'static str, MessageId) {
        match self {
            Self::Waiting => ("wait", MessageId("case-status-waiting")),
            Self::Approved => ("ok", MessageId("case-status-approved")),
            Self::Rejected => ("no", MessageId("case-status-rejected")),
            Self::Answered => ("run", MessageId("case-status-answered")),
            Self::Void => ("off", MessageId("case-status-void")),
            Self::Failed => ("warn", MessageId("case-status-failed")),
        }
    }
}

impl Standing for ExecutionStatus {
    fn shown(self) -> (&'static str, MessageId) {
        match self {
            Self::Running => ("run", MessageId("run-status-running")),
            Self::Succeeded => ("ok", MessageId("run-status-succeeded")),
            Self::Failed => ("no", MessageId("run-status-failed")),
            Self::TimedOut => ("warn", MessageId("run-status-timed-out")),
            Self::Aborted => ("off", MessageId("run-status-stopped")),
        }
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
    /// The entries of a select by their values and labels.
    pub fn labelled<'a>(
        entries: impl IntoIterator<Item = (&'a str, String)>,
        chosen: &str,
    ) -> Vec<Self> {
        entries
            .into_iter()
            .map(|(value, label)| Self {
                selected: value == chosen,
                value: value.to_owned(),
                label,
            })
            .collect()
    }

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

/// A short label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// As in [`Status`].
    pub tone: &'static str,
    /// What people read.
    pub text: String,
}

impl Tag {
    /// A category with how severe it is, 1 to 4.
    pub fn severity(locale: Locale, category: &str, severity: i64) -> Self {
        Self {
            tone: match severity {
                4.. => "no",
                2..=3 => "warn",
                _ => "off",
            },
            text: match category {
                "" => locale
                    .say("severity")
                    .with("severity", severity)
                    .to_string(),
                category => format!("{category} {severity}"),
            },
        }
    }
}

/// An entry of a row of tabs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// What people read.
    pub label: String,
    /// Where it leads.
    pub path: String,
    /// How many there are; may be empty.
    pub count: String,
    /// Whether it is the one that is shown.
    pub current: bool,
}

/// A name with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The name.
    pub label: String,
    /// The value.
    pub value: String,
}

impl Fact {
    /// `label: value`.
    pub fn new(label: &str, value: impl Into<String>) -> Self {
        Self {
            label: label.to_owned(),
            value: value.into(),
        }
    }
}

/// A way to another page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it leads.
    pub path: String,
    /// What people read.
    pub label: String,
}
