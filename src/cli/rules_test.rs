//! `gatepost rules test`: a file of expectations, for owners who keep their rules in git.

use std::process::ExitCode;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::json;

use super::{print, print_json};
use crate::moderation::in_force::InForce;
use crate::moderation::rules::{Author, Checked, Verdict};

/// A text, and what the rules have to make of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectation {
    #[serde(default)]
    title: String,
    text: String,
    #[serde(default)]
    author: ExpectedAuthor,
    expect: Verdict,
    /// Patterns of which each has to hit.
    #[serde(default)]
    hits: Vec<String>,
}

/// Who wrote it, where rules ask; a new author if it is not said.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ExpectedAuthor {
    age_days: u32,
    published: u32,
    rejected: u32,
}

impl From<ExpectedAuthor> for Author {
    fn from(expected: ExpectedAuthor) -> Self {
        Author {
            age_ms: i64::from(expected.age_days) * 24 * 60 * 60 * 1_000,
            published: expected.published.into(),
            rejected: expected.rejected.into(),
        }
    }
}

/// Checks the expectations in `file`, a JSON array; fails if one is not met.
pub(super) fn run(in_force: &InForce, file: &[u8], as_json: bool) -> anyhow::Result<ExitCode> {
    let expectations: Vec<Expectation> = serde_json::from_slice(file).context(
        "the file must be a JSON array of {\"text\": …, \"expect\": \"publish\", \"hold\" or \"reject\", \"title\": …, \"author\": {\"age_days\": 3, \"published\": 0, \"rejected\": 1}, \"hits\": […]}",
    )?;
    let mut failures = Vec::new();
    for (index, expected) in expectations.iter().enumerate() {
        let checked = in_force.check_by(&expected.title, &expected.text, &expected.author.into());
        if let Some(message) = expected.missed_by(&checked) {
            failures.push(json!({"number": index + 1, "text": expected.text, "message": message}));
        }
    }
    let met = expectations.len() - failures.len();
    if as_json {
        print_json(&json!({"met": met, "failures": failures}))?;
    } else {
        for failure in &failures {
            print(format!(
                "{}: {} in {}",
                failure["number"],
                failure["message"].as_str().unwrap_or_default(),
                failure["text"]
            ))?;
        }
        print(format!(
            "{met} of {} expectations are met",
            expectations.len()
        ))?;
    }
    Ok(match failures.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

impl Expectation {
    fn missed_by(&self, checked: &Checked) -> Option<String> {
        if checked.verdict != self.expect {
            let hits: Vec<_> = checked.hits.iter().map(|hit| &*hit.pattern).collect();
            return Some(format!(
                "expected {}, got {} ({})",
                self.expect,
                checked.verdict,
                match hits.is_empty() {
                    true => "no hits".to_owned(),
                    false => format!("hits: {}", hits.join(", ")),
                }
            ));
        }
        let is_missing =
            |pattern: &&String| !checked.hits.iter().any(|hit| hit.pattern == **pattern);
        let missing = self.hits.iter().find(is_missing);
        missing.map(|pattern| format!("no hit of {pattern:?}"))
    }
}
