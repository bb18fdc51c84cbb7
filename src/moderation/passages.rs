//! The passages of a post that a moderator shows its author, with a rejection or when asking for a change: where the text was
//! hit, never by which rule. They are kept before the moderator's answer is, and are shown only with it.

use std::str::FromStr;

use crate::ids::{CaseId, PostId, SiteId};
use crate::moderation::rows::RevisionRow;
use crate::moderation::rules::{Action, Field, Hit};
use crate::store::Db;
use crate::store::cases;
use crate::store::passages;

/// So many can be chosen from; the text marks them all.
const MAX_PASSAGES: usize = 100;
/// What a mail quotes.
const QUOTED: usize = 20;
const QUOTED_CHARS: usize = 200;

/// Where a passage begins and ends, in code points of its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Span(pub Field, pub usize, pub usize);

impl Span {
    /// The place of a hit.
    pub fn of(hit: &Hit) -> Self {
        Self(hit.field, hit.start, hit.end)
    }
}

/// A span that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadSpan;

/// `body-12-18`, as forms name it.
impl FromStr for Span {
    type Err = BadSpan;

    fn from_str(text: &str) -> Result<Self, BadSpan> {
        let mut parts = text.split('-');
        let field = match parts.next() {
            Some("title") => Field::Title,
            Some("body") => Field::Body,
            _ => return Err(BadSpan),
        };
        let mut number = || parts.next()?.parse().ok();
        match (number(), number(), parts.next()) {
            (Some(start), Some(end), None) => Ok(Self(field, start, end)),
            _ => Err(BadSpan),
        }
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let field = match self.0 {
            Field::Title => "title",
            Field::Body => "body",
        };
        write!(f, "{field}-{}-{}", self.1, self.2)
    }
}

/// The hits that can be shown, one for each place: what held the post, in order.
pub fn list(hits: &[Hit]) -> Vec<&Hit> {
    let mut found: Vec<&Hit> = Vec::new();
    for hit in hits {
        let is_counted = matches!(hit.action, Action::Hold | Action::Reject);
        let is_new = || found.iter().all(|other| Span::of(other) != Span::of(hit));
        if is_counted && hit.start < hit.end && is_new() {
            found.push(hit);
        }
    }
    found.sort_by_key(|hit| (hit.field == Field::Body, hit.start, hit.end));
    found.truncate(MAX_PASSAGES);
    found
}

/// What a mail quotes of the hits that are shown: each once.
pub fn quotes(hits: &[Hit]) -> Vec<String> {
    let mut quotes: Vec<String> = Vec::new();
    for hit in list(hits) {
        let quote: String = hit.text.chars().take(QUOTED_CHARS).collect();
        if quotes.len() < QUOTED && !quote.trim().is_empty() && !quotes.contains(&quote) {
            quotes.push(quote);
        }
    }
    quotes
}

/// Those hits of a case that stand where a moderator chose.
pub fn chosen(hits: &[Hit], spans: &[Span]) -> Vec<Hit> {
    let is_chosen = |hit: &&Hit| spans.contains(&Span::of(hit));
    hits.iter().filter(is_chosen).cloned().collect()
}

/// Shows the author of a case these of its passages, or none.
pub async fn show(db: &Db, site: SiteId, case: &CaseId, spans: &[Span]) -> anyhow::Result<()> {
    let mut spans = spans.to_vec();
    if !spans.is_empty() {
        let Some(listed) = cases::find(db, site, case).await? else {
            return Ok(());
        };
        let hits: Vec<Hit> = serde_json::from_str(&listed.hits)?;
        let known: Vec<Span> = list(&hits).into_iter().map(Span::of).collect();
        spans.retain(|span| known.contains(span));
    }
    let list = match spans.is_empty() {
        true => None,
        false => Some(serde_json::to_string(&spans)?),
    };
    passages::put(db, site, case, list.as_deref()).await
}

/// The hits of a rejected revision that its author is shown.
pub async fn shown(
    db: &Db,
    site: SiteId,
    post: &PostId,
    revision: &RevisionRow,
) -> anyhow::Result<Vec<Hit>> {
    let spans = passages::find(db, site, post, revision.number).await?;
    hits_at(revision, spans)
}

/// The hits of a revision that its author was shown before that moment, when they were asked to change it.
pub async fn shown_asking(
    db: &Db,
    site: SiteId,
    post: &PostId,
    revision: &RevisionRow,
    until_ms: i64,
) -> anyhow::Result<Vec<Hit>> {
    let spans = passages::find_asked(db, site, post, revision.number, until_ms).await?;
    hits_at(revision, spans)
}

fn hits_at(revision: &RevisionRow, spans: Option<String>) -> anyhow::Result<Vec<Hit>> {
    let Some(spans) = spans else {
        return Ok(Vec::new());
    };
    let spans: Vec<Span> = serde_json::from_str(&spans)?;
    let hits: Vec<Hit> = serde_json::from_str(&revision.hits)?;
    Ok(chosen(&hits, &spans))
}
