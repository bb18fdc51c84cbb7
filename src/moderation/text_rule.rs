//! The rules for what authors write: one variant each, so that whoever shows a broken one can say it in any language.
//! Knows neither pages nor requests.

use std::fmt;

use super::appeal::STATEMENT_MAX_CHARS;
use super::rules::{FieldError, Flaw};
use super::submit::{BODY_MAX_BYTES, EXTERNAL_ID_MAX_CHARS, TITLE_MAX_CHARS};

/// A rule that a text breaks; `Display` says it after the field's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextRule {
    /// A title is not empty.
    TitleEmpty,
    /// A title has at most [`TITLE_MAX_CHARS`].
    TitleLength,
    /// A title is one line without control characters.
    TitleLine,
    /// A body is not empty.
    BodyEmpty,
    /// A body has at most [`BODY_MAX_BYTES`], as JSON.
    BodyLength,
    /// A body has no control characters but line breaks and tabs.
    BodyControl,
    /// A statement is not empty.
    StatementEmpty,
    /// A statement has at most [`STATEMENT_MAX_CHARS`].
    StatementLength,
    /// A statement has no control characters but line breaks and tabs.
    StatementControl,
    /// A sender's own name for a post is short and has no control characters.
    ExternalId,
}

impl TextRule {
    /// The field whose rule it is.
    pub fn field(self) -> &'static str {
        match self {
            Self::TitleEmpty | Self::TitleLength | Self::TitleLine => "title",
            Self::BodyEmpty | Self::BodyLength | Self::BodyControl => "body",
            Self::StatementEmpty | Self::StatementLength | Self::StatementControl => "statement",
            Self::ExternalId => "external_id",
        }
    }
}

impl fmt::Display for TextRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TitleEmpty | Self::BodyEmpty | Self::StatementEmpty => {
                f.write_str("must not be empty")
            }
            Self::TitleLength => write!(f, "must have at most {TITLE_MAX_CHARS} characters"),
            Self::TitleLine => f.write_str("must be one line without control characters"),
            Self::BodyLength => write!(
                f,
                "must have at most {BODY_MAX_BYTES} bytes, line breaks and quotes counted twice"
            ),
            Self::StatementLength => {
                write!(f, "must have at most {STATEMENT_MAX_CHARS} characters")
            }
            Self::BodyControl | Self::StatementControl => {
                f.write_str("must not have control characters but line breaks and tabs")
            }
            Self::ExternalId => write!(
                f,
                "must have 1 to {EXTERNAL_ID_MAX_CHARS} characters and no control characters"
            ),
        }
    }
}

impl From<TextRule> for FieldError {
    fn from(rule: TextRule) -> Self {
        Self {
            field: rule.field(),
            flaw: Flaw::words(rule.to_string()),
        }
    }
}
