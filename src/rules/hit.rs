//! What a check answers.
//! Plain data: stored with the post, sent to programs, shown to people.

use serde::{Deserialize, Serialize};

use super::rule::{Action, Field, named_enum};
use super::view::Views;

named_enum! {
    /// What the rules say about a post.
    Verdict {
        /// Nothing speaks against it.
        Publish = "publish",
        /// A moderator decides.
        Hold = "hold",
        /// Rejected at once.
        Reject = "reject",
    }
}

impl Verdict {
    /// What hits lead to together.
    pub fn of(hits: &[Hit]) -> Self {
        let one = |hit: &Hit| match hit.action {
            Action::Reject => Self::Reject,
            Action::Hold => Self::Hold,
            Action::Allow | Action::Shadow => Self::Publish,
        };
        hits.iter().map(one).max().unwrap_or(Self::Publish)
    }
}

/// A rule matched at a span.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// The rule's id.
    pub rule: String,
    /// Its pattern at the time.
    pub pattern: String,
    /// Its category at the time.
    pub category: String,
    /// Its severity at the time.
    pub severity: u8,
    /// Its action at the time.
    pub action: Action,
    /// The field in which it matched.
    pub field: Field,
    /// The first code point of the match in the field as the author typed it (for the body: in the Markdown).
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
    /// What stands there.
    pub text: String,
    /// How the text had to be looked at.
    #[serde(default)]
    pub view: Views,
    /// The version of the rule set.
    pub rule_set_version: i64,
    /// What an external check told of it, where none of our rules matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<External>,
}

/// What an external check tells of a hit besides its category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct External {
    /// The check's name.
    pub check: String,
    /// How sure it is, in hundredths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_percent: Option<u8>,
    /// In its own words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// What the rules say.
    pub verdict: Verdict,
    /// What hit, in the order of the text, title first. Exceptions and what they excuse are not among them.
    pub hits: Vec<Hit>,
    /// The version of the rule set.
    pub rule_set_version: i64,
    /// Why the post is held although no rule says so.
    pub problem: Option<String>,
}

impl Checked {
    /// The problem of a text that uses up its budget.
    pub const TOO_MUCH_WORK: &'static str = "the text takes too much work to check";
    /// The problem where checking itself broke.
    pub const BROKEN: &'static str = "the check failed";
}
