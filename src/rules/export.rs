//! Rule lists as files that [`import`](super::import) reads back.

use serde::Serialize;

use super::inflect::Inflections;
use super::rule::{Action, Fields, MatchMode, Rule, RuleDraft, RuleKind};

/// The patterns alone, one a line; what else a rule says is lost.
pub fn to_txt(rules: &[Rule]) -> String {
    let mut lines = String::new();
    for rule in rules {
        match rule.draft.kind {
            RuleKind::Regex => lines.extend(["/", &rule.draft.pattern, "/\n"]),
            RuleKind::Word
            | RuleKind::Phrase
            | RuleKind::Wildcard
            | RuleKind::Host
            | RuleKind::Combination => lines.extend([&rule.draft.pattern, "\n"]),
        }
    }
    lines
}

/// A table with a heading.
pub fn to_csv(rules: &[Rule]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for rule in rules {
        writer
            .serialize(Row::of(&rule.draft))
            .expect("a rule is one flat record, and memory takes every byte");
    }
    let bytes = writer.into_inner().expect("memory takes every byte");
    String::from_utf8(bytes).expect("fields are UTF-8")
}

/// A rule as one flat record; its exceptions are lines in a cell.
#[derive(Serialize)]
struct Row<'r> {
    kind: RuleKind,
    pattern: &'r str,
    r#match: MatchMode,
    fields: Fields,
    action: Action,
    category: &'r str,
    severity: u8,
    note: &'r str,
    enabled: bool,
    inflections: Inflections,
    exceptions: String,
}

impl Row<'_> {
    fn of(draft: &RuleDraft) -> Row<'_> {
        Row {
            kind: draft.kind,
            pattern: &draft.pattern,
            r#match: draft.mode,
            fields: draft.fields,
            action: draft.action,
            category: &draft.category,
            severity: draft.severity,
            note: &draft.note,
            enabled: draft.enabled,
            inflections: draft.inflections,
            exceptions: draft.exceptions.join("\n"),
        }
    }
}

/// An array of rules, without their ids.
pub fn to_json(rules: &[Rule]) -> String {
    let drafts: Vec<_> = rules.iter().map(|rule| &rule.draft).collect();
    serde_json::to_string_pretty(&drafts).expect("a rule is plain JSON")
}
