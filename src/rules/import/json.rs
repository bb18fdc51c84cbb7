//! Rules as JSON: our own form, plain patterns, or the entries of a profanity list; each entry for itself.

use serde::Deserialize;
use serde_json::Value;

use super::super::flaw::Flaw;
use super::super::inflect::Inflections;
use super::super::rule::{Action, Fields, MatchMode, RuleDraft, RuleKind};
use super::{ImportReport, of_kind, profanity_list};

/// A rule as [`export`](super::super::export) writes it, with everything but the pattern left to the defaults.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(rename = "id")]
    _id: Option<String>,
    pattern: String,
    kind: Option<RuleKind>,
    r#match: Option<MatchMode>,
    fields: Option<Fields>,
    action: Option<Action>,
    category: Option<String>,
    severity: Option<u8>,
    note: Option<String>,
    enabled: Option<bool>,
    inflections: Option<Inflections>,
    exceptions: Option<Vec<String>>,
}

pub(super) fn parse(bytes: &[u8], defaults: &RuleDraft, report: &mut ImportReport) {
    let entries = match serde_json::from_slice(bytes) {
        Ok(Value::Array(entries)) => entries,
        Ok(Value::Object(mut file)) if matches!(file.get("rules"), Some(Value::Array(_))) => {
            file["rules"]
                .as_array_mut()
                .map(std::mem::take)
                .unwrap_or_default()
        }
        Ok(_) => {
            return report.refuse(1, Flaw::new("flaw-not-rules"));
        }
        Err(error) => return report.refuse(error.line(), Flaw::words(error.to_string())),
    };
    for (index, entry) in entries.into_iter().enumerate() {
        let number = index + 1;
        match entry {
            Value::String(pattern) => report.accept(number, guessed(&pattern, defaults)),
            Value::Object(ref fields)
                if !fields.contains_key("pattern") && fields.contains_key("match") =>
            {
                profanity_list::parse(number, entry, defaults, report);
            }
            entry => match serde_json::from_value::<Entry>(entry) {
                Ok(entry) => report.accept(number, entry.draft(defaults)),
                Err(error) => report.refuse(number, Flaw::words(error.to_string())),
            },
        }
    }
}

fn guessed(pattern: &str, defaults: &RuleDraft) -> RuleDraft {
    let (kind, pattern) = RuleKind::guess(pattern);
    of_kind(defaults, kind, pattern)
}

impl Entry {
    fn draft(self, defaults: &RuleDraft) -> RuleDraft {
        let (kind, pattern) = match self.kind {
            Some(kind) => (kind, self.pattern),
            None => {
                let (kind, pattern) = RuleKind::guess(&self.pattern);
                (kind, pattern.to_owned())
            }
        };
        let defaults = of_kind(defaults, kind, &pattern);
        RuleDraft {
            mode: self.r#match.unwrap_or(defaults.mode),
            fields: self.fields.unwrap_or(defaults.fields),
            action: self.action.unwrap_or(defaults.action),
            category: self.category.unwrap_or(defaults.category),
            severity: self.severity.unwrap_or(defaults.severity),
            note: self.note.unwrap_or(defaults.note),
            enabled: self.enabled.unwrap_or(defaults.enabled),
            inflections: self.inflections.unwrap_or(defaults.inflections),
            exceptions: self.exceptions.unwrap_or(defaults.exceptions),
            kind,
            pattern,
        }
    }
}
