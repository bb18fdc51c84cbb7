//! The rules of a site and the checking of a post's text against them.
//!
//! Pure: text and rules come in, hits and a verdict come out. Nothing here knows of databases, HTTP, clocks or pages.
//! The way of a text: Markdown → [`text`] as rendered → [`normalize`]d → matched by [`Matcher`] → spans mapped back to
//! the code points that the author typed.

mod boundary;
pub mod export;
mod hit;
pub mod import;
mod matcher;
pub mod normalize;
mod pattern;
mod regions;
mod rule;
mod scan;
mod scout;
mod span;
pub mod text;
mod trie;

pub use hit::{Checked, Hit, Verdict};
pub use matcher::{Matcher, RuleProblem};
pub use rule::{Action, Field, FieldError, Fields, Rule, RuleDraft, RuleKind};
pub use span::SpanMap;

#[cfg(test)]
mod tests;
