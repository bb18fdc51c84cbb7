//! Rule lists as files that [`import`](super::import) reads back.

use super::rule::{Rule, RuleKind};

/// The patterns alone, one a line; what else a rule says is lost.
pub fn to_txt(rules: &[Rule]) -> String {
    let mut lines = String::new();
    for rule in rules {
        match rule.draft.kind {
            RuleKind::Regex => lines.extend(["/", &rule.draft.pattern, "/\n"]),
            RuleKind::Word | RuleKind::Phrase | RuleKind::Wildcard | RuleKind::Host => {
                lines.extend([&rule.draft.pattern, "\n"])
            }
        }
    }
    lines
}

/// A table with a heading.
pub fn to_csv(rules: &[Rule]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for rule in rules {
        writer
            .serialize(&rule.draft)
            .expect("a rule is one flat record, and memory takes every byte");
    }
    let bytes = writer.into_inner().expect("memory takes every byte");
    String::from_utf8(bytes).expect("fields are UTF-8")
}

/// An array of rules, without their ids.
pub fn to_json(rules: &[Rule]) -> String {
    let drafts: Vec<_> = rules.iter().map(|rule| &rule.draft).collect();
    serde_json::to_string_pretty(&drafts).expect("a rule is plain JSON")
}
