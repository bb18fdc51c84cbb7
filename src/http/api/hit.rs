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
}

impl<'a> From<&'a rules::Hit> for Hit<'a> {
    fn from(hit: &'a rules::Hit) -> Self {
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
