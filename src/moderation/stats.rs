//! The site's figures: what became of the newest cases, and how fast. Reads only, and a bounded number of rows.

use crate::ids::SiteId;
use crate::moderation::rows::CaseStatus;
use crate::store::{Db, queue};

/// Figures are those of so many newest cases.
pub const NEWEST_CASES: i64 = 5_000;
const WEEK_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// What became of the newest cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// How many there were.
    pub cases: usize,
    /// How many of them were decided in the last seven days.
    pub decided_in_week: usize,
    /// How long half of the decided ones waited at most.
    pub median_wait_ms: Option<i64>,
    /// By category, the most frequent first.
    pub categories: Vec<CategoryStats>,
}

/// The cases with a hit of one category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryStats {
    /// The category; empty for cases without one.
    pub category: String,
    /// All that were held.
    pub held: usize,
    /// Those that were approved.
    pub approved: usize,
    /// Those that were rejected.
    pub rejected: usize,
}

/// The figures of a site.
pub async fn load(db: &Db, site: SiteId, now_ms: i64) -> anyhow::Result<Stats> {
    let cases = queue::list_fates(db, site, NEWEST_CASES).await?;
    let mut stats = Stats {
        cases: cases.len(),
        ..Stats::default()
    };
    let mut waits = Vec::new();
    for case in &cases {
        if let Some(decided_at_ms) = case.decided_at_ms {
            waits.push(decided_at_ms - case.waiting_since_ms);
            stats.decided_in_week += usize::from(now_ms - decided_at_ms < WEEK_MS);
        }
        let list = case.categories.trim_matches(',');
        for category in list.split(',').map(str::trim) {
            stats.count(category, case.status);
        }
    }
    waits.sort_unstable();
    stats.median_wait_ms = waits.get(waits.len() / 2).copied();
    stats.categories.sort_by(|a, b| {
        b.held
            .cmp(&a.held)
            .then_with(|| a.category.cmp(&b.category))
    });
    Ok(stats)
}

impl Stats {
    fn count(&mut self, category: &str, status: CaseStatus) {
        let known = self
            .categories
            .iter()
            .position(|known| known.category == category);
        let place = known.unwrap_or_else(|| {
            self.categories.push(CategoryStats {
                category: category.to_owned(),
                held: 0,
                approved: 0,
                rejected: 0,
            });
            self.categories.len() - 1
        });
        let row = &mut self.categories[place];
        row.held += 1;
        row.approved += usize::from(status == CaseStatus::Approved);
        row.rejected += usize::from(status == CaseStatus::Rejected);
    }
}
