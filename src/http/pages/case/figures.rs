//! How good the rules of a case have been lately, for the list of its hits. It is read off the newest cases, so that a page
//! costs the same however many a site has; the page of a rule counts them all.

use crate::app::App;
use crate::http::marks::HitRow;
use crate::http::pages::rule::precision;
use crate::http::pages::rules::counted;
use crate::ids::{self, SiteId};
use crate::locale::{Locale, MessageId};
use crate::moderation::rows::CaseStatus;
use crate::moderation::rule_figures::RECENT_MS;
use crate::store::cases::{self, RecentCase, RuleFigures};

/// Cases that are looked at.
const NEWEST: i64 = 500;

/// The newest cases of the last thirty days.
pub(super) async fn recent(app: &App, site: SiteId) -> anyhow::Result<Vec<RecentCase>> {
    let since = ids::floor(app.clock.now_ms() - RECENT_MS);
    cases::list_recent(&app.db, site, &since, NEWEST).await
}

/// Says of each hit how often its rule hit, and how often people agreed.
pub(super) fn tell(locale: Locale, recent: &[RecentCase], rows: &mut [HitRow]) {
    for row in rows.iter_mut().filter(|row| row.is_rule) {
        let found = of_rule(recent, &row.rule);
        let cases = counted(locale, MessageId("case-count"), found.recent);
        let precision = precision(locale, &found);
        row.figures = match recent.len() as i64 {
            NEWEST.. => locale
                .say("hit-figures-newest")
                .with("cases", cases)
                .with("of", NEWEST)
                .with("precision", precision),
            _ => locale
                .say("rules-try-figures")
                .with("cases", cases)
                .with("precision", precision),
        }
        .to_string();
    }
}

fn of_rule(recent: &[RecentCase], rule: &str) -> RuleFigures {
    let mut found = RuleFigures {
        recent: 0,
        approved: 0,
        rejected: 0,
        last_ms: None,
    };
    let hit = |case: &&RecentCase| case.rules.split(',').any(|member| member == rule);
    for case in recent.iter().filter(hit) {
        found.recent += 1;
        match case.status {
            CaseStatus::Approved => found.approved += 1,
            CaseStatus::Rejected => found.rejected += 1,
            _ => {}
        }
    }
    found
}
