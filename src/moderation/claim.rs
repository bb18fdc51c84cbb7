//! Claims: whoever opens a case holds it for a while, so that two people do not work on one case unknowingly. A claim
//! gives no right and takes none; deciding does not ask for it.

use crate::auth::role::Actor;
use crate::ids::CaseId;
use crate::moderation::queue::{self, PER_LARGE_PAGE, QueueFilter};
use crate::moderation::site::SiteSettings;
use crate::store::Db;
use crate::store::cases::CaseCursor;
use crate::store::claims::{self, Lease};

/// How long a claim lasts unless it is renewed.
pub const LEASE_MS: i64 = 5 * 60 * 1000;
/// So often somebody else may be first before there is nothing to work on.
const TRIES: usize = 8;

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is held until then.
    Held(i64),
    /// Somebody else holds it until then.
    Others(String, i64),
    /// Nobody can: it waits no more.
    Closed,
}

/// Claims a case, or renews the claim. With `takes_over`, another's claim is ended.
pub async fn claim(
    db: &Db,
    by: &Actor,
    case: &CaseId,
    now_ms: i64,
    takes_over: bool,
) -> anyhow::Result<Claim> {
    let lease = Lease {
        site: by.site_id,
        case,
        by: &by.user_id,
        until_ms: now_ms + LEASE_MS,
        now_ms,
        takes_over,
    };
    if claims::claim(db, &lease).await? {
        return Ok(Claim::Held(lease.until_ms));
    }
    let holder = claims::find_holder(db, by.site_id, case, &by.user_id, now_ms).await?;
    Ok(match holder {
        Some((name, until_ms)) => Claim::Others(name, until_ms),
        None => Claim::Closed,
    })
}

/// Gives a claim back; of somebody else's nothing changes. Says whether the site has such a case.
pub async fn release(db: &Db, by: &Actor, case: &CaseId) -> anyhow::Result<bool> {
    claims::release(db, by.site_id, case, &by.user_id).await?;
    claims::exists(db, by.site_id, case).await
}

/// Claims the first case that nobody works on and this person may decide: after `after`, else from the front.
pub async fn next(
    db: &Db,
    by: &Actor,
    settings: &SiteSettings,
    after: Option<CaseCursor>,
    now_ms: i64,
) -> anyhow::Result<Option<CaseId>> {
    let own = settings.allow_self_approval;
    let mut from = after.clone().unwrap_or_else(CaseCursor::start);
    for _ in 0..TRIES {
        let free = claims::find_free(db, by.site_id, &from, &by.user_id, now_ms, own).await?;
        match free {
            Some(case) => {
                if matches!(claim(db, by, &case, now_ms, false).await?, Claim::Held(_)) {
                    return Ok(Some(case));
                }
            }
            None if from == CaseCursor::start() => return Ok(None),
            None => from = CaseCursor::start(),
        }
    }
    Ok(None)
}

/// [`next`] among what a filter finds, of as many cases as a large page has.
pub async fn next_of(
    db: &Db,
    by: &Actor,
    settings: &SiteSettings,
    filter: &QueueFilter,
    after: Option<CaseCursor>,
    now_ms: i64,
) -> anyhow::Result<Option<CaseId>> {
    let places = after.into_iter().chain([CaseCursor::start()]);
    for from in places {
        let found = queue::list(db, by.site_id, filter, Some(from), PER_LARGE_PAGE).await?;
        for queued in found.cases {
            let case = queued.brief.case;
            let may_decide = case.author_id != by.user_id || settings.allow_self_approval;
            if may_decide
                && matches!(
                    claim(db, by, &case.id, now_ms, false).await?,
                    Claim::Held(_)
                )
            {
                return Ok(Some(case.id));
            }
        }
    }
    Ok(None)
}
