//! What an owner writes down: a rule and its parts, with the checks on what was typed.
//! Knows nothing of matching beyond asking [`pattern`](super::pattern) whether a pattern can be compiled.

use serde::{Deserialize, Serialize};

use super::expression;
use super::flaw::Flaw;
use super::host;
use super::inflect::Inflections;
use super::normalize::fold;
use super::pattern;

const PATTERN_MAX_CHARS: usize = 500;
const CATEGORY_MAX_CHARS: usize = 64;
const NOTE_MAX_CHARS: usize = 2_000;
const EXCEPTIONS_MAX: usize = 50;

/// An enum with one lower-case name per variant, the same in JSON, in the database, on the command line and in forms.
macro_rules! named_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $text)] $variant),+
        }

        impl $name {
            /// Every variant, in the order in which forms show them.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The names of all of them, as a list.
            pub fn names() -> String {
                [$($text),+].join(", ")
            }

            /// The stored and displayed name.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $text),+
                }
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($text),+]))
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(name: &str) -> Result<Self, String> {
                match name {
                    $($text => Ok($name::$variant),)+
                    _ => Err(format!("must be one of {}", Self::names())),
                }
            }
        }
    };
}
pub(super) use named_enum;

named_enum! {
    /// How a pattern is read.
    RuleKind {
        /// One word, found between word boundaries.
        Word = "word",
        /// Several words in a row, with any white space and punctuation between them.
        Phrase = "phrase",
        /// One word in which `*` stands for any letters or none and `?` for exactly one.
        Wildcard = "wildcard",
        /// A regular expression in the syntax of the `regex` crate, ignoring case.
        Regex = "regex",
        /// A host with all that stands before its name, and with a path only what begins so.
        Host = "host",
        /// Patterns and numbers of the post and its author: `"casino" and links >= 3 and author.age < 7d`.
        Combination = "combination",
    }
}

named_enum! {
    /// What a hit leads to.
    Action {
        /// A moderator decides.
        Hold = "hold",
        /// The post is rejected at once.
        Reject = "reject",
        /// An exception: hits inside this hit do not count.
        Allow = "allow",
        /// Reported, without any effect on the verdict.
        Shadow = "shadow",
    }
}

named_enum! {
    /// How much disguise a rule sees through.
    #[derive(Default)]
    MatchMode {
        /// None: what is found reads as the pattern does, but for case, width and invisible characters.
        Exact = "exact",
        /// What a reader takes for the word without thinking.
        #[default]
        Normal = "normal",
        /// Whatever may be meant.
        Aggressive = "aggressive",
    }
}

named_enum! {
    /// The fields in which a rule looks.
    Fields {
        /// Only the title.
        Title = "title",
        /// Only the body.
        Body = "body",
        /// Title and body.
        Both = "both",
    }
}

named_enum! {
    /// The field in which a hit was found.
    Field {
        /// The title.
        Title = "title",
        /// The body, as Markdown.
        Body = "body",
    }
}

impl Fields {
    /// Whether a rule for these fields looks into `field`.
    pub fn include(self, field: Field) -> bool {
        matches!(
            (self, field),
            (Fields::Both, _) | (Fields::Title, Field::Title) | (Fields::Body, Field::Body)
        )
    }
}

impl RuleKind {
    /// The kind that somebody who wrote only a pattern most likely meant, and the pattern to keep: `/…/` with signs of a regex
    /// in it is one, letters with `*` or `?` make a wildcard, white space makes a phrase, `example.com/offers` is a host, `"casino" and links >= 3` a combination, the rest is
    /// a word. Parts of addresses such as `/blog/` and `page.php?id=` are words.
    pub fn guess(line: &str) -> (RuleKind, &str) {
        const REGEX_SIGNS: &[char] = &['\\', '(', '[', '{', '*', '+', '?', '|', '^', '$'];
        let line = line.trim();
        if let Some(regex) = line
            .strip_prefix('/')
            .and_then(|rest| rest.strip_suffix('/'))
            && regex.contains(REGEX_SIGNS)
        {
            return (RuleKind::Regex, regex);
        }
        if expression::is_likely(line) {
            return (RuleKind::Combination, line);
        }
        if line.contains(char::is_whitespace) {
            return (RuleKind::Phrase, line);
        }
        if host::is_likely(line) {
            return (RuleKind::Host, line);
        }
        let is_open = |c: char| matches!(c, '*' | '?');
        let letters = |c: char| c.is_alphanumeric() || is_open(c) || matches!(c, '-' | '\'');
        let is_wildcard =
            line.contains('*') || line.trim_end_matches('?').contains('?') && !is_query(line);
        if is_wildcard
            && line.chars().all(letters)
            && pattern::check(RuleKind::Wildcard, line).is_ok()
        {
            return (RuleKind::Wildcard, line);
        }
        (RuleKind::Word, line)
    }
}

/// Whether a `?` in the line begins the query of an address: `?page`, `php?id`.
fn is_query(line: &str) -> bool {
    const PAGES: [&str; 11] = [
        "asp", "aspx", "ashx", "cfm", "cgi", "ctr", "htm", "html", "jsp", "php", "pl",
    ];
    let path = line.split('?').next().unwrap_or_default();
    path.is_empty() || PAGES.iter().any(|page| path.eq_ignore_ascii_case(page))
}

/// A rule as somebody writes it, before it has an id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleDraft {
    /// How the pattern is read.
    pub kind: RuleKind,
    /// What is looked for.
    pub pattern: String,
    /// How much disguise it sees through.
    #[serde(default, rename = "match")]
    pub mode: MatchMode,
    /// Where it is looked for.
    pub fields: Fields,
    /// What a hit leads to.
    pub action: Action,
    /// A name for rules of a sort, such as `insult` or `spam`; may be empty.
    pub category: String,
    /// 1 (mild) to 4 (severe).
    pub severity: u8,
    /// For the moderators; may be empty.
    pub note: String,
    /// Whether the rule is in force.
    pub enabled: bool,
    /// The language in whose forms a word is looked for too.
    #[serde(default)]
    pub inflections: Inflections,
    /// What excuses a hit of this rule that lies in it; each is read as [`RuleKind::guess`] says.
    #[serde(default)]
    pub exceptions: Vec<String>,
}

impl Default for RuleDraft {
    /// A word that holds the post, wherever it stands.
    fn default() -> Self {
        RuleDraft {
            kind: RuleKind::Word,
            pattern: String::new(),
            mode: MatchMode::Normal,
            fields: Fields::Both,
            action: Action::Hold,
            category: String::new(),
            severity: 2,
            note: String::new(),
            enabled: true,
            inflections: Inflections::None,
            exceptions: Vec::new(),
        }
    }
}

/// What is wrong with one field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name.
    pub field: &'static str,
    /// What is wrong with it.
    pub flaw: Flaw,
}

impl RuleDraft {
    /// Everything that is wrong with the draft, at once.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut refuse = |field, flaw| errors.push(FieldError { field, flaw });
        if self.pattern.chars().count() > PATTERN_MAX_CHARS {
            refuse(
                "pattern",
                Flaw::new("flaw-long").with("most", PATTERN_MAX_CHARS),
            );
        } else if let Err(flaw) = pattern::check(self.kind, &self.pattern) {
            refuse("pattern", flaw);
        }
        if self.category.chars().count() > CATEGORY_MAX_CHARS
            || self.category.contains(char::is_control)
        {
            refuse(
                "category",
                Flaw::new("flaw-line").with("most", CATEGORY_MAX_CHARS),
            );
        }
        if !(1..=4).contains(&self.severity) {
            refuse("severity", Flaw::new("flaw-severity"));
        }
        if self.note.chars().count() > NOTE_MAX_CHARS {
            refuse("note", Flaw::new("flaw-long").with("most", NOTE_MAX_CHARS));
        }
        let has_words = matches!(self.kind, RuleKind::Word | RuleKind::Combination);
        if self.inflections != Inflections::None && !has_words {
            refuse("inflections", Flaw::new("flaw-inflections"));
        }
        if self.kind == RuleKind::Combination && self.action == Action::Allow {
            refuse("action", Flaw::new("flaw-combination-allows"));
        }
        if let Err(flaw) = self.check_exceptions() {
            refuse("exceptions", flaw);
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }

    fn check_exceptions(&self) -> Result<(), Flaw> {
        if self.exceptions.is_empty() {
            return Ok(());
        }
        if self.action == Action::Allow {
            return Err(Flaw::new("flaw-exception-excepts"));
        }
        if self.exceptions.len() > EXCEPTIONS_MAX {
            return Err(Flaw::new("flaw-many").with("most", EXCEPTIONS_MAX));
        }
        for exception in &self.exceptions {
            if exception.chars().count() > PATTERN_MAX_CHARS {
                return Err(Flaw::new("flaw-long-each").with("most", PATTERN_MAX_CHARS));
            }
            let (kind, pattern) = RuleKind::guess(exception);
            pattern::check(kind, pattern).map_err(|flaw| flaw.inside(exception))?;
        }
        Ok(())
    }

    /// The forms in which a word with inflections is looked for, beside the word itself.
    pub fn forms(&self) -> Vec<String> {
        match (self.kind, self.inflections) {
            (_, Inflections::None) => Vec::new(),
            (RuleKind::Word, language) => language.forms(&self.pattern).split_off(1),
            _ => Vec::new(),
        }
    }

    /// Whether the pattern has signs or unusual letters that only a rule in exact mode insists on.
    pub fn has_own_spelling(&self) -> bool {
        pattern::typed_form(self.kind, self.pattern.trim()).is_some()
    }

    /// Equal for two rules of which one would be superfluous.
    pub fn identity(&self) -> String {
        let pattern = match self.kind {
            RuleKind::Regex | RuleKind::Combination => self.pattern.trim().to_owned(),
            RuleKind::Word | RuleKind::Phrase | RuleKind::Wildcard => {
                fold(self.pattern.trim()).text
            }
            RuleKind::Host => host::spellings(&self.pattern).map_or_else(
                |_| self.pattern.clone(),
                |spellings| fold(&spellings[0]).text,
            ),
        };
        format!("{} {} {} {pattern}", self.kind, self.fields, self.action)
    }
}

/// A rule in a rule set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Unique within the site.
    pub id: String,
    /// What it says.
    #[serde(flatten)]
    pub draft: RuleDraft,
}
