//! The moderators' desk as read models: a page of the queue, and all that is known of one case. Reads only; deciding is
//! `decide`.

use anyhow::Context as _;
use tokio::try_join;

use crate::auth::role::{Actor, Role};
use crate::ids::{CaseId, SiteId};
use crate::moderation::appeal::{self, Appeal};
use crate::moderation::approval::Approval;
use crate::moderation::aside::Aside;
use crate::moderation::handover::OWNERS;
use crate::moderation::outcomes::Outcomes;
use crate::moderation::record::{self, Record};
use crate::moderation::rows::{CaseRow, CaseStatus, PostRow, RevisionRow};
use crate::moderation::rules::Hit;
use crate::moderation::run::{self, Run};
use crate::moderation::search::{self as search_words, Terms};
use crate::store::audit::NamedAudit;
use crate::store::cases::{self, CaseCursor, ListedCase};
use crate::store::notes::{self, Note};
use crate::store::search::{self, Found, Order};
use crate::store::{Db, approvals, asides, audit, posts, queue};

pub use crate::store::queue::{BriefCase, QueueFilter, QueuedCase, SimilarCase};

/// Cases on a page of the queue, and on a large one.
pub const PER_PAGE: usize = 25;
/// For whoever decides many at once.
pub const PER_LARGE_PAGE: usize = 100;
/// Notes about an author beside a case.
const NOTES: i64 = 20;
/// Cases beside a case that wait for the same rule, of so many that are looked at.
const SIMILAR: i64 = 5;
const SIMILAR_AMONG: i64 = 300;
/// Cases before and after the one that is shown, in the list beside it.
const BEFORE: i64 = 4;
const AFTER: i64 = 25;
/// Cases that a filter looks through in one go, where it matches many.
pub const LOOKED_THROUGH: i64 = search::WALK;
/// Counting what cannot be found yet stops here.
pub const UNSEEN_MAX: i64 = 1_000;
/// Counting a case's place in the queue stops here.
pub const PLACE_MAX: i64 = 1_000;

/// A page of the queue.
#[derive(Debug)]
pub struct QueuePage {
    /// The cases.
    pub cases: Vec<QueuedCase>,
    /// Where the next page begins, if there is one.
    pub next: Option<CaseCursor>,
    /// Whether looking stopped before the page was full; it goes on from `next`.
    pub is_cut: bool,
    /// How many cases the filter finds, where they were counted.
    pub total: Option<usize>,
}

/// All that is known of a case.
#[derive(Debug)]
pub struct CaseFile {
    /// The case, with the names of its post and author.
    pub listed: ListedCase,
    /// The post as it stands now.
    pub post: PostRow,
    /// The revision that the case is about.
    pub revision: RevisionRow,
    /// What the rules found in it.
    pub hits: Vec<Hit>,
    /// Its execution.
    pub run: Run,
    /// What the author did before.
    pub record: Record,
    /// What colleagues wrote about the author, newest first.
    pub notes: Vec<Note>,
    /// Who approved it first, where two have to.
    pub first_approval: Option<Approval>,
    /// How it is out of the queue, if it is.
    pub aside: Option<Aside>,
    /// What happened to the case, in order.
    pub trail: Vec<NamedAudit>,
    /// The appeal that is heard in it, if it is one.
    pub appeal: Option<Appeal>,
    /// The revision that was judged, sent back or published before this one, if there is one.
    pub judged: Option<RevisionRow>,
    /// What waits with much the same text.
    pub alike: Alike,
    /// What the worst of its rules holds besides.
    pub similar: Vec<SimilarCase>,
    /// The post's newest case, if that is another one.
    pub newer: Option<CaseId>,
}

/// What waits besides a case with much the same text.
#[derive(Debug, Default)]
pub struct Alike {
    /// The foremost of them.
    pub cases: Vec<BriefCase>,
    /// Whether there are others.
    pub is_more: bool,
}

impl CaseFile {
    /// Whether it waits for a decision.
    pub fn is_open(&self) -> bool {
        self.listed.case.status == CaseStatus::Waiting
            && self.post.revision == self.listed.case.revision
    }
}

/// The queue around a case.
#[derive(Debug, Default)]
pub struct Neighbours {
    /// What comes before it, in order.
    pub before: Vec<BriefCase>,
    /// What comes after it, in order.
    pub after: Vec<BriefCase>,
    /// How many cases wait before it, without any filter, up to [`PLACE_MAX`].
    pub place: i64,
}

/// What waits before and after a case; the filter is of the cases that wait.
pub async fn neighbours(
    db: &Db,
    site: SiteId,
    filter: &QueueFilter,
    case: &CaseRow,
) -> anyhow::Result<Neighbours> {
    let here = CaseCursor {
        rank_ms: case.rank_ms,
        id: case.id.to_string(),
    };
    let (mut before, after, place) = try_join!(
        around(db, site, filter, Order::Descending, &here, BEFORE),
        around(db, site, filter, Order::Ascending, &here, AFTER),
        queue::count_before(db, site, &here, PLACE_MAX),
    )?;
    before.reverse();
    Ok(Neighbours {
        before,
        after,
        place,
    })
}

async fn around(
    db: &Db,
    site: SiteId,
    filter: &QueueFilter,
    order: Order,
    here: &CaseCursor,
    limit: i64,
) -> anyhow::Result<Vec<BriefCase>> {
    if !filter.is_narrow() {
        return queue::list_brief(db, site, filter.status, order, here, limit).await;
    }
    let found = find_places(db, site, filter, order, here, limit as usize).await?;
    queue::list_brief_these(db, site, &found.places).await
}

/// A page of the queue, from the cursor on, of `per_page` cases. What somebody has to do comes by its rank, the most urgent first; what
/// is done, the other way round.
pub async fn list(
    db: &Db,
    site: SiteId,
    filter: &QueueFilter,
    after: Option<CaseCursor>,
    per_page: usize,
) -> anyhow::Result<QueuePage> {
    let (order, start) = match filter.status {
        CaseStatus::Waiting | CaseStatus::Failed => (Order::Ascending, CaseCursor::start()),
        _ => (Order::Descending, CaseCursor::end()),
    };
    list_from(db, site, filter, order, after.unwrap_or(start), per_page).await
}

/// [`list`] that way through the queue.
pub(crate) async fn list_from(
    db: &Db,
    site: SiteId,
    filter: &QueueFilter,
    order: Order,
    after: CaseCursor,
    per_page: usize,
) -> anyhow::Result<QueuePage> {
    if filter.is_narrow() {
        let found = find_places(db, site, filter, order, &after, per_page).await?;
        return Ok(QueuePage {
            is_cut: found.next.is_some() && found.places.len() < per_page,
            cases: queue::list_these(db, site, &found.places).await?,
            next: found.next,
            total: found.total,
        });
    }
    let limit = per_page as i64 + 1;
    let mut cases = queue::list(db, site, filter.status, order, &after, limit).await?;
    let more = cases.len() > per_page;
    cases.truncate(per_page);
    let next = cases.last().filter(|_| more).map(|last| CaseCursor {
        rank_ms: last.brief.case.rank_ms,
        id: last.brief.case.id.to_string(),
    });
    Ok(QueuePage {
        cases,
        next,
        is_cut: false,
        total: None,
    })
}

async fn find_places(
    db: &Db,
    site: SiteId,
    filter: &QueueFilter,
    order: Order,
    after: &CaseCursor,
    limit: usize,
) -> anyhow::Result<Found> {
    let mut terms = Terms::default()
        .typed(&filter.words)
        .category(&filter.category)
        .rule(&filter.rule)
        .author(&filter.author);
    if let Some(categories) = &filter.queue {
        terms = terms.any_category(categories);
    }
    if let Some(bands) = &filter.like {
        terms = terms.any_band(bands);
    }
    if terms.0.is_empty() || terms.0.iter().any(Vec::is_empty) {
        return Ok(Found {
            places: Vec::new(),
            next: None,
            total: Some(0),
        });
    }
    search::find(db, site, &terms, filter.status, order, after, limit).await
}

/// How many cases cannot be found yet, counted up to [`UNSEEN_MAX`].
pub async fn count_unseen(db: &Db, site: SiteId) -> anyhow::Result<i64> {
    search::count_missing(db, site, UNSEEN_MAX).await
}

/// A queue of its own within the queue: what falls into some categories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedQueue {
    /// Its name.
    pub name: String,
    /// How many cases wait in it, of the [`PLACE_MAX`] foremost.
    pub waiting: i64,
    /// Whether there are cases behind those that were counted.
    pub is_more: bool,
}

/// The queues that the site's categories have, by name.
pub async fn list_queues(
    db: &Db,
    site: SiteId,
    outcomes: &Outcomes,
) -> anyhow::Result<Vec<NamedQueue>> {
    let by_queue = outcomes.by_queue();
    if by_queue.is_empty() {
        return Ok(Vec::new());
    }
    let counted = queue::count_categories(db, site, PLACE_MAX).await?;
    let is_more = counted.iter().map(|(_, count)| count).sum::<i64>() >= PLACE_MAX;
    let waiting = |categories: &[&str]| {
        let is_in = |list: &str| list.split(',').any(|one| categories.contains(&one));
        let here = counted.iter().filter(|(list, _)| is_in(list));
        here.map(|(_, count)| count).sum()
    };
    let queues = by_queue.into_iter().map(|(name, categories)| NamedQueue {
        name: name.to_owned(),
        waiting: waiting(&categories),
        is_more,
    });
    Ok(queues.collect())
}

/// What waits and was handed to somebody, or, if they are one, to the owners; each with how it is out of the queue, if it is.
pub async fn list_handed(db: &Db, to: &Actor) -> anyhow::Result<Vec<(Option<Aside>, QueuedCase)>> {
    let (user, or) = (to.user_id.as_str(), handed_or(to));
    let limit = PER_LARGE_PAGE as i64;
    let cases = queue::list_handed(db, to.site_id, user, or, limit).await?;
    let mut asides = asides::list_handed(db, to.site_id, user, or, limit).await?;
    let with_aside = |queued: QueuedCase| {
        let is_of = |aside: &Aside| aside.case_id == queued.brief.case.id;
        let aside = asides.iter().position(is_of);
        (aside.map(|place| asides.swap_remove(place)), queued)
    };
    Ok(cases.into_iter().map(with_aside).collect())
}

/// How much that is.
pub async fn count_handed(db: &Db, to: &Actor) -> anyhow::Result<i64> {
    queue::count_handed(db, to.site_id, to.user_id.as_str(), handed_or(to)).await
}

/// What waits and was put aside: what comes back first, first.
pub async fn list_aside(db: &Db, site: SiteId) -> anyhow::Result<Vec<(Option<Aside>, QueuedCase)>> {
    let asides = asides::list(db, site, PER_LARGE_PAGE as i64).await?;
    let places: Vec<CaseCursor> = asides
        .iter()
        .map(|aside| CaseCursor {
            rank_ms: 0,
            id: aside.case_id.to_string(),
        })
        .collect();
    let cases = queue::list_these(db, site, &places).await?;
    Ok(asides.into_iter().map(Some).zip(cases).collect())
}

/// How much that is.
pub async fn count_aside(db: &Db, site: SiteId) -> anyhow::Result<i64> {
    asides::count(db, site).await
}

fn handed_or(to: &Actor) -> &str {
    match to.role {
        Role::Owner => OWNERS,
        _ => to.user_id.as_str(),
    }
}

/// The revision that a case is about.
pub async fn find_revision(
    db: &Db,
    site: SiteId,
    id: &CaseId,
) -> anyhow::Result<Option<RevisionRow>> {
    match cases::find(db, site, id).await? {
        Some(ListedCase { case, .. }) => {
            posts::find_revision(db, site, &case.post_id, case.revision).await
        }
        None => Ok(None),
    }
}

/// One case with all that belongs to it. What does not hang on each other is asked for at once.
pub async fn find(db: &Db, site: SiteId, id: &CaseId) -> anyhow::Result<Option<CaseFile>> {
    let Some(listed) = cases::find(db, site, id).await? else {
        return Ok(None);
    };
    let case = &listed.case;
    let is_waiting = case.status == CaseStatus::Waiting;
    let is_appeal = case.categories.contains(&format!(",{},", appeal::CATEGORY));
    let (post, revision, run, cases, asked, appeal, first_approval, aside, trail, record, notes) =
        try_join!(
            posts::find(db, site, &case.post_id),
            posts::find_revision(db, site, &case.post_id, case.revision),
            run::find(db, site, &case.execution_id),
            cases::list_of_post(db, site, &case.post_id),
            asides::find_asked_revision(db, site, &case.post_id, case.revision),
            if_so(is_appeal, appeal::find(db, site, id)),
            if_so(is_waiting, approvals::find(db, site, id)),
            if_so(is_waiting, asides::find(db, site, id)),
            trail(db, site, &listed),
            record::find(db, site, &case.author_id, &case.post_id),
            notes::list(db, site, &case.author_id, NOTES),
        )?;
    let post = post.with_context(|| format!("case {id} has no post"))?;
    let revision = revision.with_context(|| format!("case {id} has no revision"))?;
    let run = run.with_context(|| format!("case {id} has no execution"))?;
    let hits: Vec<Hit> = serde_json::from_str(&revision.hits)
        .with_context(|| format!("read the hits of case {id}"))?;
    let newer = cases
        .first()
        .map(|newest| newest.case.id.clone())
        .filter(|newest| newest != id);
    let judged = cases
        .iter()
        .map(|other| &other.case)
        .find(|other| {
            let is_judged = matches!(other.status, CaseStatus::Approved | CaseStatus::Rejected);
            is_judged && other.revision < case.revision
        })
        .map(|other| other.revision)
        .max(post.published_revision.filter(|n| *n < case.revision))
        .max(asked);
    let (judged, similar, alike) = try_join!(
        async {
            match judged {
                Some(number) => posts::find_revision(db, site, &case.post_id, number).await,
                None => Ok(None),
            }
        },
        async {
            match hits.iter().max_by_key(|hit| hit.severity) {
                Some(worst) => {
                    queue::list_similar(db, site, id, &worst.rule, SIMILAR_AMONG, SIMILAR).await
                }
                None => Ok(Vec::new()),
            }
        },
        alike(db, site, id, &revision),
    )?;
    Ok(Some(CaseFile {
        listed,
        post,
        revision,
        hits,
        run,
        record,
        notes,
        first_approval,
        aside,
        trail,
        appeal,
        judged,
        alike,
        similar,
        newer,
    }))
}

/// What is asked for, where it can be there at all.
async fn if_so<T>(
    is_so: bool,
    asked: impl Future<Output = anyhow::Result<Option<T>>>,
) -> anyhow::Result<Option<T>> {
    match is_so {
        true => asked.await,
        false => Ok(None),
    }
}

async fn alike(
    db: &Db,
    site: SiteId,
    id: &CaseId,
    revision: &RevisionRow,
) -> anyhow::Result<Alike> {
    let filter = QueueFilter {
        like: Some(search_words::bands(&revision.title, &revision.body)),
        ..QueueFilter::all(CaseStatus::Waiting)
    };
    let start = CaseCursor::start();
    // It is much like itself.
    let limit = SIMILAR as usize + 1;
    let mut found = find_places(db, site, &filter, Order::Ascending, &start, limit).await?;
    found.places.retain(|place| place.id != id.as_str());
    let is_more = found.next.is_some() || found.places.len() > SIMILAR as usize;
    found.places.truncate(SIMILAR as usize);
    Ok(Alike {
        cases: queue::list_brief_these(db, site, &found.places).await?,
        is_more,
    })
}

/// The bands of a case's text, by which others like it are found; `None` if there is no such case.
pub async fn bands_of(db: &Db, site: SiteId, id: &CaseId) -> anyhow::Result<Option<Vec<String>>> {
    let Some(listed) = cases::find(db, site, id).await? else {
        return Ok(None);
    };
    let case = &listed.case;
    let revision = posts::find_revision(db, site, &case.post_id, case.revision).await?;
    Ok(revision.map(|revision| search_words::bands(&revision.title, &revision.body)))
}

/// The lines of the audit log about the post that name the case, and those of checks that failed in its run.
async fn trail(db: &Db, site: SiteId, listed: &ListedCase) -> anyhow::Result<Vec<NamedAudit>> {
    let case = &listed.case;
    let mut rows =
        audit::list_named_of_subject(db, site, &format!("post:{}", case.post_id)).await?;
    rows.retain(|NamedAudit { row, .. }| {
        let details: serde_json::Value = serde_json::from_str(&row.details).unwrap_or_default();
        match row.action.as_str() {
            // A check is asked before there is a case.
            "check.failed" => details["execution"] == case.execution_id.as_str(),
            _ => details["case"] == case.id.as_str(),
        }
    });
    Ok(rows)
}
