//! `GET /s/{site}/admin/stats`: the site's figures.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::http::chrome::{PageChrome, page};
use crate::http::error::HttpError;
use crate::http::parts::{Fact, grouped, span};
use crate::http::visitor::Member;
use crate::moderation::stats::{self, CategoryStats, NEWEST_CASES};

use super::queue::bounded;

#[derive(Template)]
#[template(path = "admin/stats.html")]
struct StatsPage {
    page: PageChrome,
    figures: Vec<Fact>,
    categories: Vec<StatsRow>,
}

struct StatsRow {
    label: String,
    held: String,
    approved: String,
    rejected: String,
}

/// `GET /s/{site}/admin/stats`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
) -> Result<HttpResponse, HttpError> {
    let stats = stats::load(&app.db, member.site.id, app.clock.now_ms()).await?;
    let page_chrome = PageChrome::of(&req, "Stats", "stats");
    let held = match stats.cases as i64 {
        NEWEST_CASES.. => format!("the newest {}", grouped(NEWEST_CASES)),
        cases => grouped(cases),
    };
    page(&StatsPage {
        figures: vec![
            Fact::new("Waiting", bounded(page_chrome.waiting)),
            Fact::new("Cases counted here", held),
            Fact::new("Decided in 7 days", grouped(stats.decided_in_week as i64)),
            Fact::new(
                "Median time to a decision",
                stats.median_wait_ms.map_or_else(|| "–".to_owned(), span),
            ),
        ],
        categories: stats.categories.iter().map(row).collect(),
        page: page_chrome,
    })
}

fn row(stats: &CategoryStats) -> StatsRow {
    StatsRow {
        label: match stats.category.as_str() {
            "" => "without a category".to_owned(),
            category => category.to_owned(),
        },
        held: grouped(stats.held as i64),
        approved: grouped(stats.approved as i64),
        rejected: grouped(stats.rejected as i64),
    }
}
