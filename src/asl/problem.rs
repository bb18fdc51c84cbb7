//! What is wrong with a definition, and where.
//!
//! Codes are stable: pages and tests rely on them, wording may change.

use std::fmt;

/// How much a [`Problem`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    /// The definition runs, but probably not as meant.
    Warning,
    /// The definition is refused.
    Error,
}

/// One finding of [`validate`](crate::validate).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// JSON pointer (RFC 6901) to the value in question; empty for the whole document.
    pub pointer: String,
    /// Stable name of the rule, in upper snake case.
    pub code: &'static str,
    /// Whether the definition is refused because of it.
    pub severity: Severity,
    /// What is wrong, for people.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() {
            "/"
        } else {
            &self.pointer
        };
        write!(f, "{place}: {} ({})", self.message, self.code)
    }
}

/// The names of the rules.
pub(crate) mod code {
    pub const INVALID_JSON: &str = "INVALID_JSON";
    pub const TOO_LARGE: &str = "TOO_LARGE";
    pub const DUPLICATE_KEY: &str = "DUPLICATE_KEY";
    pub const WRONG_TYPE: &str = "WRONG_TYPE";
    pub const INVALID_VALUE: &str = "INVALID_VALUE";
    pub const MISSING_FIELD: &str = "MISSING_FIELD";
    pub const UNKNOWN_FIELD: &str = "UNKNOWN_FIELD";
    pub const CONFLICTING_FIELDS: &str = "CONFLICTING_FIELDS";
    pub const UNSUPPORTED: &str = "UNSUPPORTED";
    pub const EMPTY_STATES: &str = "EMPTY_STATES";
    pub const STATE_NAME: &str = "STATE_NAME";
    pub const UNKNOWN_STATE_TYPE: &str = "UNKNOWN_STATE_TYPE";
    pub const UNKNOWN_TARGET: &str = "UNKNOWN_TARGET";
    pub const MISSING_TRANSITION: &str = "MISSING_TRANSITION";
    pub const UNREACHABLE: &str = "UNREACHABLE";
    pub const NO_TERMINAL_STATE: &str = "NO_TERMINAL_STATE";
    pub const TOKEN_NOT_PASSED: &str = "TOKEN_NOT_PASSED";
    pub const INVALID_RESOURCE: &str = "INVALID_RESOURCE";
    pub const INVALID_PATH: &str = "INVALID_PATH";
    pub const INVALID_INTRINSIC: &str = "INVALID_INTRINSIC";
    pub const INVALID_TIMESTAMP: &str = "INVALID_TIMESTAMP";
    pub const CHOICE_OPERATOR: &str = "CHOICE_OPERATOR";
    pub const ERROR_EQUALS: &str = "ERROR_EQUALS";
    pub const HEARTBEAT: &str = "HEARTBEAT";
    pub const QUERY_LANGUAGE: &str = "QUERY_LANGUAGE";
}
