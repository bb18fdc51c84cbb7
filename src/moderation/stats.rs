//! The site's figures: how the queue stood hour by hour, what became of the newest cases, how fast, by whom, and what
//! appeals made of it. Reads only, and a bounded number of rows, however many cases there are.

use crate::auth::role::{Actor, Role};
use crate::ids::SiteId;
use crate::moderation::Moderation;
use crate::moderation::rows::CaseStatus;
use crate::moderation::site;
use crate::store::Db;
use crate::store::stats::{self, Fate, Period};

pub use crate::store::stats::Hour;

/// Figures are those of so many newest cases.
pub const NEWEST_CASES: i64 = 5_000;
/// And of so many newest appeals.
const NEWEST_APPEALS: i64 = 1_000;
/// The curves show so many days.
pub const DAYS: i64 = 14;
const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The figures of a site.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stats {
    /// How many cases there were.
    pub cases: usize,
    /// How many of them were decided in the last seven days.
    pub decided_in_week: usize,
    /// How long the decided ones waited.
    pub wait: Waits,
    /// How many were decided within the site's target, of a hundred that were decided or wait longer than that.
    pub in_time_percent: Option<usize>,
    /// By category, the most frequent first.
    pub categories: Vec<Group>,
    /// By rule, the most frequent first.
    pub rules: Vec<Group>,
    /// By moderator: all of them for owners, else only whoever asks.
    pub moderators: Vec<Group>,
    /// What became of appeals.
    pub appeals: Appeals,
    /// Approved and rejected cases of each of the last days, the oldest first.
    pub days: Vec<Day>,
    /// How the queue stood, hour by hour.
    pub hours: Vec<Hour>,
}

/// How long something took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waits {
    /// Half of them at most so long.
    pub median_ms: Option<i64>,
    /// Nine in ten.
    pub p90_ms: Option<i64>,
}

/// The cases that have something in common.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Group {
    /// What it is: a category, the id of a rule, `user:ID`. May be empty.
    pub key: String,
    /// For people, where it is not the same.
    pub name: Option<String>,
    /// All of them.
    pub cases: usize,
    /// Those that were approved.
    pub approved: usize,
    /// Those that were rejected.
    pub rejected: usize,
    /// Rejections that an appeal has overturned.
    pub overturned: usize,
    /// How long the decided ones waited.
    pub wait: Waits,
}

/// What became of appeals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Appeals {
    /// Nobody has heard them yet.
    pub waiting: usize,
    /// The decision stands.
    pub upheld: usize,
    /// The post was published after all.
    pub overturned: usize,
}

impl Appeals {
    fn of(appeals: &[(Option<String>, CaseStatus)]) -> Self {
        let count = |wanted| {
            appeals
                .iter()
                .filter(|(_, status)| *status == wanted)
                .count()
        };
        Self {
            waiting: count(CaseStatus::Waiting),
            upheld: count(CaseStatus::Rejected),
            overturned: count(CaseStatus::Approved),
        }
    }
}

/// How fast the cases of a period were decided, and how often wrongly.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quality {
    /// How long the decided ones waited.
    pub wait: Waits,
    /// What became of appeals.
    pub appeals: Appeals,
}

/// The decisions of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Its beginning, UTC.
    pub day_ms: i64,
    /// Cases that were approved.
    pub approved: usize,
    /// Cases that were rejected.
    pub rejected: usize,
}

impl Moderation {
    /// Notes once an hour how each site's queue stands.
    pub async fn note_hours(&self) -> anyhow::Result<()> {
        let now_ms = self.tools.clock.now_ms();
        for site in site::list(&self.db).await? {
            stats::note_hour(&self.db, site.id, now_ms - now_ms.rem_euclid(HOUR_MS)).await?;
        }
        Ok(())
    }
}

/// The figures of a site, as far as they are for `viewer`.
pub async fn load(
    db: &Db,
    site: SiteId,
    viewer: &Actor,
    target_ms: i64,
    now_ms: i64,
) -> anyhow::Result<Stats> {
    let ever = Period::ever();
    let fates = stats::list_fates(db, site, &ever, NEWEST_CASES).await?;
    let appeals = stats::list_appeals(db, site, &ever, NEWEST_APPEALS).await?;
    let today_ms = now_ms - now_ms.rem_euclid(DAY_MS);
    let first_ms = today_ms - (DAYS - 1) * DAY_MS;
    let me = format!("user:{}", viewer.user_id);
    let mut moderators = group(&fates, |fate| {
        let by = fate.decided_by.as_ref()?;
        (viewer.role == Role::Owner || *by == me).then(|| vec![by.as_str()])
    });
    for moderator in &mut moderators {
        moderator.name = fates
            .iter()
            .find(|fate| fate.decided_by.as_ref() == Some(&moderator.key))
            .and_then(|fate| fate.decided_by_name.clone());
        moderator.overturned = appeals
            .iter()
            .filter(|(of, status)| {
                *status == CaseStatus::Approved && of.as_ref() == Some(&moderator.key)
            })
            .count();
    }
    let decided: Vec<&Fate> = fates.iter().filter(|fate| is_decided(fate)).collect();
    let due_ms = |fate: &Fate| fate.waiting_since_ms + target_ms;
    let in_time = decided
        .iter()
        .filter(|fate| {
            fate.decided_at_ms
                .is_some_and(|at_ms| at_ms <= due_ms(fate))
        })
        .count();
    let overdue = fates
        .iter()
        .filter(|fate| fate.status == CaseStatus::Waiting && due_ms(fate) < now_ms)
        .count();
    Ok(Stats {
        cases: fates.len(),
        decided_in_week: decided
            .iter()
            .filter(|fate| fate.decided_at_ms > Some(now_ms - 7 * DAY_MS))
            .count(),
        wait: waits(&decided),
        in_time_percent: (in_time * 100).checked_div(decided.len() + overdue),
        categories: group(&fates, |fate| Some(words(&fate.categories))),
        rules: group(&fates, |fate| {
            Some(words(&fate.rules)).filter(|rules| rules != &[""])
        }),
        moderators,
        appeals: Appeals::of(&appeals),
        days: (0..DAYS)
            .map(|day| day_of(&decided, first_ms + day * DAY_MS))
            .collect(),
        hours: stats::list_hours(db, site, first_ms).await?,
    })
}

/// How good the work was on the newest cases that came in between two moments.
pub async fn quality(
    db: &Db,
    site: SiteId,
    from_ms: i64,
    until_ms: i64,
) -> anyhow::Result<Quality> {
    let period = Period::between(from_ms, until_ms);
    let fates = stats::list_fates(db, site, &period, NEWEST_CASES).await?;
    let decided: Vec<&Fate> = fates.iter().filter(|fate| is_decided(fate)).collect();
    let appeals = stats::list_appeals(db, site, &period, NEWEST_APPEALS).await?;
    Ok(Quality {
        wait: waits(&decided),
        appeals: Appeals::of(&appeals),
    })
}

fn is_decided(fate: &Fate) -> bool {
    matches!(fate.status, CaseStatus::Approved | CaseStatus::Rejected)
        && fate.decided_at_ms.is_some()
}

/// The words of a list of the form `,a,b,`; one empty word for an empty list.
fn words(list: &str) -> Vec<&str> {
    list.trim_matches(',').split(',').map(str::trim).collect()
}

fn day_of(decided: &[&Fate], day_ms: i64) -> Day {
    let count = |status| {
        decided
            .iter()
            .filter(|fate| fate.status == status)
            .filter(|fate| {
                fate.decided_at_ms
                    .is_some_and(|at_ms| (day_ms..day_ms + DAY_MS).contains(&at_ms))
            })
            .count()
    };
    Day {
        day_ms,
        approved: count(CaseStatus::Approved),
        rejected: count(CaseStatus::Rejected),
    }
}

fn waits(decided: &[&Fate]) -> Waits {
    let mut waits: Vec<i64> = decided
        .iter()
        .filter_map(|fate| Some(fate.decided_at_ms? - fate.waiting_since_ms))
        .collect();
    waits.sort_unstable();
    let at = |tenths: usize| {
        waits
            .get(waits.len().saturating_sub(1) * tenths / 10)
            .copied()
    };
    Waits {
        median_ms: at(5),
        p90_ms: at(9),
    }
}

/// The cases by each of the keys that `keys` finds in them.
fn group<'a>(fates: &'a [Fate], keys: impl Fn(&'a Fate) -> Option<Vec<&'a str>>) -> Vec<Group> {
    let mut groups: std::collections::HashMap<&str, Vec<&Fate>> = std::collections::HashMap::new();
    for fate in fates {
        for key in keys(fate).unwrap_or_default() {
            groups.entry(key).or_default().push(fate);
        }
    }
    let count = |fates: &[&Fate], status| fates.iter().filter(|fate| fate.status == status).count();
    let mut list: Vec<Group> = groups
        .into_iter()
        .map(|(key, fates)| Group {
            key: key.to_owned(),
            name: None,
            cases: fates.len(),
            approved: count(&fates, CaseStatus::Approved),
            rejected: count(&fates, CaseStatus::Rejected),
            overturned: 0,
            wait: waits(
                &fates
                    .into_iter()
                    .filter(|fate| is_decided(fate))
                    .collect::<Vec<_>>(),
            ),
        })
        .collect();
    list.sort_by(|a, b| b.cases.cmp(&a.cases).then_with(|| a.key.cmp(&b.key)));
    list
}
