//! The entries of dsojevic/profanity-list: alternatives between `|`, a `*` after a letter that may be repeated, tags,
//! a severity, and exceptions in which `*` stands for the term.
//!
//! Most of its exceptions ("s*horpe" for a term inside Scunthorpe) are for those who match parts of words. We match whole
//! words, so only exceptions of several words become rules, unless the entry asks for partial matching itself. Its mildest
//! words ("hell", "bloody", "Jesus") are only noted: they stand in innocent posts far more often than in others.

use serde::Deserialize;
use serde_json::Value;

use super::super::flaw::Flaw;
use super::super::rule::{Action, RuleDraft, RuleKind};
use super::{ImportReport, of_kind};

/// The severity of words that the list calls mild.
const MILD: u8 = 1;

#[derive(Deserialize)]
struct Entry {
    r#match: String,
    #[serde(default)]
    tags: Vec<String>,
    severity: Option<u8>,
    #[serde(default)]
    allow_partial: bool,
    #[serde(default)]
    exceptions: Vec<String>,
}

pub(super) fn parse(number: usize, entry: Value, defaults: &RuleDraft, report: &mut ImportReport) {
    let entry: Entry = match serde_json::from_value(entry) {
        Ok(entry) => entry,
        Err(error) => return report.refuse(number, Flaw::words(error.to_string())),
    };
    let category = if entry.tags.is_empty() {
        defaults.category.clone()
    } else {
        entry.tags.join(", ")
    };
    let severity = entry.severity.unwrap_or(defaults.severity);
    let is_mild = severity == MILD && defaults.action == Action::Hold;
    let defaults = RuleDraft {
        category,
        severity,
        action: if is_mild {
            Action::Shadow
        } else {
            defaults.action
        },
        ..defaults.clone()
    };
    for term in entry.r#match.split('|').map(str::trim) {
        let (kind, pattern) = if entry.allow_partial {
            partial(term)
        } else {
            whole(term)
        };
        let before = report.drafts.len();
        report.accept(number, of_kind(&defaults, kind, &pattern));
        report.mild += usize::from(is_mild && report.drafts.len() > before);
        for exception in &entry.exceptions {
            let excused = exception.replace('*', term);
            if !entry.allow_partial && !excused.replacen(term, "", 1).contains([' ', '-']) {
                report.unneeded += 1;
                continue;
            }
            let (kind, pattern) = whole(&excused);
            report.accept(
                number,
                RuleDraft {
                    action: Action::Allow,
                    ..of_kind(&defaults, kind, &pattern)
                },
            );
        }
    }
}

fn whole(term: &str) -> (RuleKind, String) {
    if term.contains('*') {
        return (RuleKind::Regex, format!(r"\b{}\b", repeating(term)));
    }
    let spaced = term.contains(char::is_whitespace);
    (
        if spaced {
            RuleKind::Phrase
        } else {
            RuleKind::Word
        },
        term.to_owned(),
    )
}

fn partial(term: &str) -> (RuleKind, String) {
    match term.contains(['*', ' ']) {
        true => (RuleKind::Regex, repeating(term)),
        false => (RuleKind::Wildcard, format!("*{term}*")),
    }
}

/// `lo*ng time` as the expression `lo+ng\W+time`.
fn repeating(term: &str) -> String {
    let mut regex = String::new();
    for c in term.chars() {
        match c {
            '*' => regex.push('+'),
            ' ' | '-' => regex.push_str(r"\W+"),
            c => regex.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    regex
}
