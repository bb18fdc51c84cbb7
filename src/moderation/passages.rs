//! The passages that a moderator shows an author with a rejection: where the text was hit, never by which rule. They are
//! kept before the decision is made and are shown only with it.

use crate::ids::{CaseId, PostId, SiteId};
use crate::moderation::rows::RevisionRow;
use crate::moderation::rules::{Action, Field, Hit};
use crate::store::Db;
use crate::store::cases;
use crate::store::passages;

/// Where a passage begins and ends, in code points of its field.
type Span = (Field, usize, usize);

fn span(hit: &Hit) -> Span {
    (hit.field, hit.start, hit.end)
}

/// Shows the author of a case what held it, or nothing.
pub async fn show(db: &Db, site: SiteId, case: &CaseId, is_shown: bool) -> anyhow::Result<()> {
    let spans = match is_shown {
        true => {
            let Some(listed) = cases::find(db, site, case).await? else {
                return Ok(());
            };
            let hits: Vec<Hit> = serde_json::from_str(&listed.hits)?;
            let counted = hits
                .iter()
                .filter(|hit| matches!(hit.action, Action::Hold | Action::Reject));
            let spans: Vec<Span> = counted.map(span).collect();
            Some(serde_json::to_string(&spans)?)
        }
        false => None,
    };
    passages::put(db, site, case, spans.as_deref()).await
}

/// The hits of a rejected revision that its author is shown.
pub async fn shown(
    db: &Db,
    site: SiteId,
    post: &PostId,
    revision: &RevisionRow,
) -> anyhow::Result<Vec<Hit>> {
    let Some(spans) = passages::find(db, site, post, revision.number).await? else {
        return Ok(Vec::new());
    };
    let spans: Vec<Span> = serde_json::from_str(&spans)?;
    let mut hits: Vec<Hit> = serde_json::from_str(&revision.hits)?;
    hits.retain(|hit| spans.contains(&span(hit)));
    Ok(hits)
}
