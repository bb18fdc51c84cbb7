//! What an author whose post waits may expect: its place in the queue, and how long such waits take lately, with their
//! spread. Reads a bounded number of rows.

use crate::ids::{PostId, SiteId};
use crate::moderation::rows::CaseStatus;
use crate::store::cases::{self, CaseCursor};
use crate::store::stats::{self, Fate, Period};
use crate::store::{Db, case_texts, queue};

/// Waits are those of so many newest cases.
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
    /// How long such waits take lately; `None` if too few cases were decided.
    pub usual: Option<UsualWait>,
}

/// How long the cases of late wait for their decisions. Those that still wait count for as long as they have: the decided
/// ones alone are those that were quick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsualWait {
    /// One in ten is decided by then.
    pub short: Wait,
    /// Half of them are.
    pub median: Wait,
    /// Nine in ten are.
    pub long: Wait,
    /// Of how many this is said.
    pub cases: usize,
    /// How many of them still wait.
    pub waiting: usize,
}

/// A length of time, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// So long.
    Within(i64),
    /// Longer than this; more cannot be said yet.
    Beyond(i64),
}

/// The outlook of a post that waits as far as its author is told; `None` if it does not.
pub async fn of_post(
    db: &Db,
    site: SiteId,
    post: &PostId,
    now_ms: i64,
) -> anyhow::Result<Option<Outlook>> {
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
    let fates = stats::list_fates(db, site, &Period::ever(), NEWEST_CASES).await?;
    Ok(Some(Outlook {
        ahead: queue::count_before(db, site, &place, MOST_AHEAD).await?,
        deadline_ms: case.deadline_ms,
        usual: usual(&fates, now_ms),
    }))
}

fn usual(fates: &[Fate], now_ms: i64) -> Option<UsualWait> {
    let mut waits: Vec<(i64, End)> = fates
        .iter()
        .filter_map(|fate| match (fate.status, fate.decided_at_ms) {
            (CaseStatus::Approved | CaseStatus::Rejected, Some(at_ms)) => {
                Some((at_ms - fate.waiting_since_ms, End::Decided))
            }
            (CaseStatus::Waiting, _) => Some((now_ms - fate.waiting_since_ms, End::Open)),
            _ => None,
        })
        .collect();
    waits.sort_unstable();
    let open = waits.iter().filter(|(_, end)| *end == End::Open).count();
    (waits.len() - open >= LEAST_CASES).then(|| UsualWait {
        short: reached(&waits, 0.1),
        median: reached(&waits, 0.5),
        long: reached(&waits, 0.9),
        cases: waits.len(),
        waiting: open,
    })
}

/// How a wait ended. Of two that are as long, the decided one comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Decided,
    Open,
}

/// By when that share of all waits is over, estimated as Kaplan and Meier do: each decision is one of so many that had waited
/// as long.
fn reached(sorted: &[(i64, End)], share: f64) -> Wait {
    let mut open_share = 1.0;
    for (place, (wait_ms, end)) in sorted.iter().enumerate() {
        let at_risk = (sorted.len() - place) as f64;
        if *end == End::Decided {
            open_share *= (at_risk - 1.0) / at_risk;
        }
        if open_share <= 1.0 - share + f64::EPSILON * 1_000.0 {
            return Wait::Within(*wait_ms);
        }
    }
    Wait::Beyond(sorted.last().map_or(0, |(wait_ms, _)| *wait_ms))
}
