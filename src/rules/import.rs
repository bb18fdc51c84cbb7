//! Rule lists from files: one pattern a line, CSV, our own JSON, and the JSON of dsojevic/profanity-list.
//! Only reads: whoever calls saves the drafts and knows which rules exist already.

mod csv;
mod json;
mod plain;
mod profanity_list;

use std::collections::HashSet;

use super::flaw::Flaw;
use super::inflect::Inflections;
use super::rule::{FieldError, RuleDraft, RuleKind, named_enum};

/// A file with more entries is a mistake.
const ENTRIES_MAX: usize = 100_000;
/// How much of a pattern is shown with what is wrong with it, in characters.
const PATTERN_SHOWN_CHARS: usize = 80;

named_enum! {
    /// How a file of rules is written.
    Format {
        /// One pattern a line; a line that begins with `# ` is a comment.
        Txt = "txt",
        /// Columns named after the fields of a rule, of which only `pattern` must be there.
        Csv = "csv",
        /// An array of rules, of patterns, or of the entries of dsojevic/profanity-list.
        Json = "json",
    }
}

impl Format {
    /// The format that the file's name tells, or else its first characters.
    pub fn detect(name: Option<&str>, bytes: &[u8]) -> Format {
        let extension = name
            .and_then(|name| name.rsplit_once('.'))
            .map(|(_, extension)| extension.to_ascii_lowercase());
        if let Some(format) = extension.and_then(|extension| extension.parse().ok()) {
            return format;
        }
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(1_000)]);
        let text = text.trim_start_matches('\u{FEFF}').trim_start();
        let first_line = text.lines().next().unwrap_or_default().to_lowercase();
        if text.starts_with("[{")
            || text.starts_with("[\"")
            || matches!(first_line.trim(), "[" | "{" | "[]")
        {
            Format::Json
        } else if first_line.contains("pattern") && first_line.contains([',', ';', '\t']) {
            Format::Csv
        } else {
            Format::Txt
        }
    }
}

/// What a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// The rules, all of them valid and no two the same.
    pub drafts: Vec<RuleDraft>,
    /// What was left out, and why.
    pub problems: Vec<ImportProblem>,
    /// How many rules the file has more than once.
    pub duplicates: usize,
    /// Exceptions that only matter to those who match parts of words.
    pub unneeded: usize,
    /// Mild words of a list with severities, which are only noted.
    pub mild: usize,
    /// Hosts and parts of addresses, which are exact.
    pub addresses: usize,
    seen: HashSet<String>,
}

/// Something in a file that is no rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportProblem {
    /// The line, from 1; in JSON that can be parsed, the number of the entry.
    pub line: usize,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// Reads a file. What an entry does not say is taken from `defaults`; a kind that is not said is guessed from the pattern.
pub fn parse(format: Format, bytes: &[u8], defaults: &RuleDraft) -> ImportReport {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut report = ImportReport::default();
    match format {
        Format::Txt => plain::parse(bytes, defaults, &mut report),
        Format::Csv => csv::parse(bytes, defaults, &mut report),
        Format::Json => json::parse(bytes, defaults, &mut report),
    }
    report
}

/// A rule of this kind, with what the defaults say of such rules: only words have inflections.
fn of_kind(defaults: &RuleDraft, kind: RuleKind, pattern: &str) -> RuleDraft {
    RuleDraft {
        kind,
        pattern: pattern.to_owned(),
        inflections: match kind {
            RuleKind::Word => defaults.inflections,
            _ => Inflections::None,
        },
        ..defaults.clone()
    }
}

impl ImportReport {
    fn accept(&mut self, line: usize, draft: RuleDraft) {
        if self.drafts.len() >= ENTRIES_MAX {
            if self.drafts.len() == ENTRIES_MAX
                && self
                    .problems
                    .last()
                    .is_none_or(|problem| problem.line != line)
            {
                self.refuse(line, Flaw::new("flaw-list-long").with("most", ENTRIES_MAX));
            }
            return;
        }
        match draft.validate() {
            Err(errors) => self.refuse_draft(line, &draft, errors),
            Ok(()) if self.seen.insert(draft.identity()) => self.drafts.push(draft),
            Ok(()) => self.duplicates += 1,
        }
    }

    fn refuse(&mut self, line: usize, flaw: Flaw) {
        self.problems.push(ImportProblem { line, flaw });
    }

    fn refuse_draft(&mut self, line: usize, draft: &RuleDraft, errors: Vec<FieldError>) {
        let pattern: String = draft.pattern.chars().take(PATTERN_SHOWN_CHARS).collect();
        let flaws = errors.into_iter().map(|error| error.flaw.of(error.field));
        let and = |first, second| {
            Flaw::new("flaw-and")
                .with("first", first)
                .with("second", second)
        };
        if let Some(flaw) = flaws.reduce(and) {
            self.refuse(line, flaw.inside(&pattern));
        }
    }
}
