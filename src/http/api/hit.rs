//! A hit as the API shows it, whatever else is kept of it.

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::moderation::rules::{self, Action, Field, Views};

/// A rule matched. `start` and `end` count Unicode code points of the field as it was sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Hit<'a> {
    /// The rule's id.
    rule: &'a str,
    /// Its category; empty if it has none.
    category: &'a str,
    /// Its severity.
    #[schema(minimum = 1, maximum = 4)]
    severity: u8,
    /// What it asks for.
    action: Action,
    /// Where it matched.
    field: Field,
    /// The first code point.
    start: usize,
    /// One past the last code point.
    end: usize,
    /// What stands there.
    text: &'a str,
    /// How the text had to be looked at to find it: `text`, or names joined by `+`, such as `leet+separated`.
    #[schema(value_type = String)]
    view: Views,
    /// The external check that said so; `rule` is then `check:` and its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'a str>,
    /// How sure it is, from 0 to 1, if it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    /// What it adds in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
}

impl<'a> From<&'a rules::Hit> for Hit<'a> {
    fn from(hit: &'a rules::Hit) -> Self {
        let external = hit.external.as_ref();
        Self {
            rule: &hit.rule,
            category: &hit.category,
            severity: hit.severity,
            action: hit.action,
            field: hit.field,
            start: hit.start,
            end: hit.end,
            text: &hit.text,
            view: hit.view,
            check: external.map(|external| &*external.check),
            score: external
                .and_then(|external| external.score_percent)
                .map(|percent| f64::from(percent) / 100.0),
            note: external
                .map(|external| &*external.note)
                .filter(|note| !note.is_empty()),
        }
    }
}

/// Writes a field that holds hits: `#[serde(serialize_with = "hit::list")]`.
pub(crate) fn list<S: Serializer>(
    hits: &impl AsRef<[rules::Hit]>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(hits.as_ref().iter().map(Hit::from))
}
