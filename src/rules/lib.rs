//! The rules of a site and the checking of a post's text against them.
//!
//! Pure: text and rules come in, hits and a verdict come out. Nothing here knows of databases, HTTP, clocks or pages.
//! A text is read as it was typed: words of the rules are looked for from the beginnings of words (`starts`) that smell of
//! one (`windows`, `codes`, `scent`, `trail`), through whatever disguise (`sign`, `token`, `walk`), and believed or not (`judge`), so
//! that a hit is always a span of what the author typed. Only what regular expressions look for is rendered first ([`text`]).

mod boundary;
mod budget;
mod codes;
mod combination;
pub mod export;
mod expression;
mod flaw;
mod floating;
mod hit;
mod host;
pub mod import;
mod inflect;
mod inner;
mod judge;
mod keys;
mod literal;
mod literals;
mod matcher;
pub mod normalize;
mod parts;
mod pattern;
mod readings;
mod rule;
mod scent;
mod sign;
mod signs;
mod span;
mod spelling;
mod starts;
mod step;
pub mod text;
mod token;
mod trail;
mod trie;
mod turned;
mod usual;
mod view;
mod walk;
mod windows;

pub use combination::Author;
pub use flaw::{Flaw, FlawArg};
pub use hit::{Checked, External, Hit, Verdict};
pub use inflect::Inflections;
pub use matcher::{Matcher, RuleProblem};
pub use readings::readings;
pub use rule::{Action, Field, FieldError, Fields, MatchMode, Rule, RuleDraft, RuleKind};
pub use span::SpanMap;
pub use view::{View, Views};

#[cfg(test)]
mod tests;
