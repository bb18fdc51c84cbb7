//! What an author whose post waits may expect: its place in the queue, and how long such waits took lately, with their
//! spread. Reads a bounded number of rows.

use crate::ids::{PostId, SiteId};
use crate::moderation::rows::CaseStatus;
use crate::store::cases::{self, CaseCursor};
use crate::store::{Db, case_texts, queue};

/// Waits are those of the decided ones among so many newest cases.
const NEWEST_CASES: i64 = 500;
/// Fewer decided cases than this say nothing about the next one.
const LEAST_CASES: usize = 5;
/// Counting what is ahead stops here.
pub const MOST_AHEAD: i64 = 1_000;

/// What an author may expect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// Cases that come before it, up to [`MOST_AHEAD`].
    pub ahead: i64,
    /// Until when the site wants it decided.
    pub deadline_ms: i64,
    /// How long such waits took lately; `None` if there were too few.
    pub usual: Option<UsualWait>,
}

/// How long the cases of late waited for their decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsualWait {
    /// One in ten was decided sooner.
    pub short_ms: i64,
    /// Half of them were.
    pub median_ms: i64,
    /// Nine in ten were.
    pub long_ms: i64,
    /// Of how many this is said.
    pub cases: usize,
}

/// The outlook of a post that waits as far as its author is told; `None` if it does not.
pub async fn of_post(db: &Db, site: SiteId, post: &PostId) -> anyhow::Result<Option<Outlook>> {
    let Some(id) = case_texts::find_open_of_post(db, site, post).await? else {
        return Ok(None);
    };
    let Some(listed) = cases::find(db, site, &id).await? else {
        return Ok(None);
    };
    let case = listed.case;
    let place = CaseCursor {
        rank_ms: case.rank_ms,
        id: case.id.to_string(),
    };
    let mut waits: Vec<i64> = queue::list_fates(db, site, NEWEST_CASES)
        .await?
        .into_iter()
        .filter(|fate| matches!(fate.status, CaseStatus::Approved | CaseStatus::Rejected))
        .filter_map(|fate| Some(fate.decided_at_ms? - fate.waiting_since_ms))
        .collect();
    waits.sort_unstable();
    let at = |tenths: usize| waits[(waits.len() - 1) * tenths / 10];
    Ok(Some(Outlook {
        ahead: queue::count_before(db, site, &place, MOST_AHEAD).await?,
        deadline_ms: case.deadline_ms,
        usual: (waits.len() >= LEAST_CASES).then(|| UsualWait {
            short_ms: at(1),
            median_ms: at(5),
            long_ms: at(9),
            cases: waits.len(),
        }),
    }))
}
