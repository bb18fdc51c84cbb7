//! `/s/{site}/admin/transparency`: what a site did in a year, and its statements of reasons as the EU's transparency database
//! takes them.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::http::chrome::{PageChrome, page};
use crate::http::error::HttpError;
use crate::http::extract::Query;
use crate::http::parts::{Choice, Fact};
use crate::http::visitor::Member;
use crate::ids::is_id;
use crate::locale::MessageId;
use crate::moderation::statements::{self, BATCH};
use crate::moderation::stats;

/// No site is older.
const FIRST_YEAR: i16 = 2026;

#[derive(Template)]
#[template(path = "admin/transparency.html")]
struct TransparencyPage {
    page: PageChrome,
    year: i16,
    years: Vec<Choice>,
    figures: Vec<Fact>,
    times: Vec<Fact>,
    newest: i64,
    batches: Vec<BatchLink>,
}

/// A hundred statements.
struct BatchLink {
    label: String,
    path: String,
}

/// The query of the page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct YearQuery {
    year: Option<i64>,
}

/// The query of a batch.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchQuery {
    year: i64,
    after: Option<String>,
}

/// `GET /s/{site}/admin/transparency`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
    query: Query<YearQuery>,
) -> Result<HttpResponse, HttpError> {
    let now_ms = app.clock.now_ms();
    let present = year_of(now_ms);
    let year = query.0.year.unwrap_or(i64::from(present));
    let (year, from_ms, until_ms) = bounds(year)?;
    let counted = statements::year(&app.db, owner.site.id, from_ms, until_ms).await?;
    let restricted = counted.rejected + counted.rejected_by_rule;
    let batches = statements::batches(&app.db, owner.site.id, from_ms, until_ms).await?;
    let quality = stats::quality(&app.db, owner.site.id, from_ms, until_ms).await?;
    let chosen = year.to_string();
    let years: Vec<String> = (FIRST_YEAR.min(present)..=present)
        .rev()
        .map(|year| year.to_string())
        .collect();
    let page_chrome = PageChrome::titled(&req, "transparency", "stats");
    let locale = page_chrome.locale;
    let time = |ms: Option<i64>| ms.map_or_else(|| "–".to_owned(), |ms| locale.span(ms));
    let fact = |label: MessageId, value: String| Fact::new(&locale.text(label), value);
    page(&TransparencyPage {
        page: page_chrome,
        year,
        years: years
            .iter()
            .map(|year| Choice {
                value: year.clone(),
                label: year.clone(),
                selected: *year == chosen,
            })
            .collect(),
        figures: [
            (MessageId("transparency-published"), counted.published),
            (MessageId("transparency-held"), counted.held),
            (MessageId("transparency-approved"), counted.approved),
            (MessageId("transparency-rejected"), counted.rejected),
            (MessageId("transparency-by-rule"), counted.rejected_by_rule),
            (MessageId("transparency-appeals"), counted.appeals),
        ]
        .into_iter()
        .map(|(label, count)| fact(label, locale.number(count)))
        .collect(),
        times: vec![
            fact(MessageId("stats-median-time"), time(quality.wait.median_ms)),
            fact(MessageId("stats-p90-time"), time(quality.wait.p90_ms)),
            fact(
                MessageId("transparency-upheld"),
                locale.number(quality.appeals.upheld as i64),
            ),
            fact(
                MessageId("transparency-overturned"),
                locale.number(quality.appeals.overturned as i64),
            ),
        ],
        newest: stats::NEWEST_CASES,
        batches: (1..)
            .zip(&batches)
            .map(|(number, after)| BatchLink {
                label: locale
                    .say("transparency-batch")
                    .with("from", (number - 1) * BATCH + 1)
                    .with("to", (number * BATCH).min(restricted))
                    .to_string(),
                path: batch_path(&owner, year, after.as_deref()),
            })
            .collect(),
    })
}

/// `GET /s/{site}/admin/transparency/statements.json`
pub(crate) async fn batch(
    app: web::Data<App>,
    owner: Member,
    query: Query<BatchQuery>,
) -> Result<HttpResponse, HttpError> {
    let BatchQuery { year, after } = query.0;
    if after.as_ref().is_some_and(|id| !is_id(id)) {
        return Err(HttpError::invalid(
            "after",
            "must be taken from a Link header",
        ));
    }
    let (year, from_ms, until_ms) = bounds(year)?;
    let (site, name) = (owner.site.id, &owner.site.name);
    let after = after.as_deref();
    let batch = statements::batch(&app.db, site, name, from_ms, until_ms, after).await?;
    let mut response = HttpResponse::Ok();
    if let Some(next) = &batch.next {
        let next = app.config.link(&batch_path(&owner, year, Some(next)));
        response.insert_header((header::LINK, format!("<{next}>; rel=\"next\"")));
    }
    let behind = after.map_or(String::new(), |after| format!("-{after}"));
    let name = format!("attachment; filename=\"statements-{year}{behind}.json\"");
    Ok(response
        .insert_header((header::CONTENT_DISPOSITION, name))
        .json(batch))
}

fn batch_path(owner: &Member, year: i16, after: Option<&str>) -> String {
    let slug = &owner.site.slug;
    let after = after.map_or(String::new(), |after| format!("&after={after}"));
    format!("/s/{slug}/admin/transparency/statements.json?year={year}{after}")
}

fn year_of(ms: i64) -> i16 {
    jiff::Timestamp::from_millisecond(ms)
        .map_or(FIRST_YEAR, |at| at.to_zoned(jiff::tz::TimeZone::UTC).year())
}

/// A year with its first moment and that of the next, UTC.
fn bounds(year: i64) -> Result<(i16, i64, i64), HttpError> {
    let start = |year: i16| {
        jiff::civil::Date::new(year, 1, 1)
            .and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC))
            .map(|at| at.timestamp().as_millisecond())
            .map_err(|_| HttpError::invalid("year", "must be a year"))
    };
    let year = i16::try_from(year)
        .ok()
        .filter(|year| (2000..=2200).contains(year))
        .ok_or_else(|| HttpError::invalid("year", "must be a year"))?;
    Ok((year, start(year)?, start(year + 1)?))
}
