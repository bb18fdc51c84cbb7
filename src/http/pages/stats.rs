//! `/s/{site}/admin/stats`: the site's figures as curves with tables beneath them, and the tables as CSV.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::http::chart::{Area, Bars};
use crate::http::chrome::{PageChrome, page};
use crate::http::error::HttpError;
use crate::http::extract::Query;
use crate::http::parts::Fact;
use crate::http::visitor::Member;
use crate::locale::{Locale, MessageId};
use crate::moderation::stats::{self, DAYS, Day, Group, Hour, NEWEST_CASES, Stats};
use crate::text_enum;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Rows that the page shows of a table; the CSV has all.
const SHOWN: usize = 20;

text_enum! {
    /// A table of the page.
    Table {
        /// How the queue stood, and what was decided, day by day.
        Days = "days",
        /// By category.
        Categories = "categories",
        /// By rule.
        Rules = "rules",
        /// By moderator.
        Moderators = "moderators",
    }
}

#[derive(Template)]
#[template(path = "admin/stats.html")]
struct StatsPage {
    page: PageChrome,
    figures: Vec<Fact>,
    areas: Vec<NamedArea>,
    decisions: Option<Bars>,
    days: Vec<DayRow>,
    tables: Vec<GroupTable>,
    is_owner: bool,
}

/// A curve under its title.
struct NamedArea {
    id: &'static str,
    title: String,
    chart: Area,
}

struct DayRow {
    day: String,
    waiting: String,
    oldest: String,
    approved: String,
    rejected: String,
}

struct GroupTable {
    title: String,
    hint: String,
    of: String,
    csv_path: String,
    overturned: bool,
    rows: Vec<GroupRow>,
}

struct GroupRow {
    label: String,
    path: Option<String>,
    cases: String,
    approved: String,
    rejected: String,
    overturned: String,
    median: String,
    p90: String,
}

/// The query of the CSV.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CsvQuery {
    of: Table,
}

/// `GET /s/{site}/admin/stats`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
) -> Result<HttpResponse, HttpError> {
    let stats = load(&app, &member).await?;
    let chrome = PageChrome::titled(&req, "stats", "stats");
    let locale = chrome.locale;
    let names = rule_names(&app, &member).await?;
    let hours = &stats.hours;
    let first_ms = stats.days.first().map_or(0, |day| day.day_ms);
    let curve = |value: &dyn Fn(&Hour) -> i64| -> Vec<(i64, i64)> {
        hours
            .iter()
            .map(|hour| (hour.hour_ms, value(hour)))
            .collect()
    };
    let until_ms = first_ms + DAYS * DAY_MS;
    let area = |id, title: MessageId, points: &[(i64, i64)], words: &dyn Fn(i64) -> String| {
        let chart = Area::of(locale, points, first_ms, until_ms, words)?;
        let title = locale.text(title);
        Some(NamedArea { id, title, chart })
    };
    let areas = [
        area(
            "chart-depth",
            MessageId("stats-waiting"),
            &curve(&|hour| hour.waiting),
            &|number| locale.number(number),
        ),
        area(
            "chart-age",
            MessageId("stats-age"),
            &curve(&age_ms),
            &|ms| locale.span(ms),
        ),
    ];
    page(&StatsPage {
        figures: figures(
            locale,
            &stats,
            chrome.waiting,
            member.site.settings.target_seconds * 1_000,
        ),
        areas: areas.into_iter().flatten().collect(),
        decisions: Bars::of(
            locale,
            &stats
                .days
                .iter()
                .map(|day| (day.day_ms, day.approved as i64, day.rejected as i64))
                .collect::<Vec<_>>(),
        ),
        days: stats
            .days
            .iter()
            .rev()
            .map(|day| day_row(locale, day, hours))
            .collect(),
        tables: Table::ALL
            .iter()
            .filter(|table| **table != Table::Days)
            .map(|&table| group_table(locale, table, &stats, &member, &names))
            .collect(),
        is_owner: chrome.is_owner,
        page: chrome,
    })
}

/// `GET /s/{site}/admin/stats.csv`
pub(crate) async fn csv(
    app: web::Data<App>,
    member: Member,
    query: Query<CsvQuery>,
) -> Result<HttpResponse, HttpError> {
    let stats = load(&app, &member).await?;
    let names = rule_names(&app, &member).await?;
    let mut text = String::new();
    let mut line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| csv_cell(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    };
    let words =
        |words: &[&str]| -> Vec<String> { words.iter().map(|&word| word.to_owned()).collect() };
    let table = query.0.of;
    match table {
        Table::Days => {
            line(&words(&[
                "day",
                "most_waiting",
                "oldest_seconds",
                "approved",
                "rejected",
            ]));
            for day in &stats.days {
                let (most, oldest) = of_day(day, &stats.hours);
                line(&[
                    date(day.day_ms),
                    most.to_string(),
                    (oldest / 1000).to_string(),
                    day.approved.to_string(),
                    day.rejected.to_string(),
                ]);
            }
        }
        table => {
            line(&words(&[
                table.as_str().trim_end_matches('s'),
                "cases",
                "approved",
                "rejected",
                "overturned",
                "median_seconds",
                "p90_seconds",
            ]));
            let seconds = |ms: Option<i64>| ms.map_or(String::new(), |ms| (ms / 1000).to_string());
            for group in groups(table, &stats) {
                line(&[
                    label(Locale::En, table, group, &names),
                    group.cases.to_string(),
                    group.approved.to_string(),
                    group.rejected.to_string(),
                    group.overturned.to_string(),
                    seconds(group.wait.median_ms),
                    seconds(group.wait.p90_ms),
                ]);
            }
        }
    }
    let name = format!("attachment; filename=\"{}-{table}.csv\"", member.site.slug);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(text))
}

async fn load(app: &App, member: &Member) -> anyhow::Result<Stats> {
    let now_ms = app.clock.now_ms();
    let target_ms = member.site.settings.target_seconds * 1_000;
    stats::load(&app.db, member.site.id, &member.actor(), target_ms, now_ms).await
}

/// What rules look for, by their ids.
async fn rule_names(app: &App, member: &Member) -> anyhow::Result<Vec<(String, String)>> {
    let in_force = app.moderation.in_force.load(member.site.id).await?;
    Ok(in_force
        .iter()
        .flat_map(|in_force| in_force.rules())
        .map(|rule| (rule.id.to_string(), rule.draft.pattern.clone()))
        .collect())
}

fn figures(locale: Locale, stats: &Stats, waiting: i64, target_ms: i64) -> Vec<Fact> {
    let time = |ms: Option<i64>| ms.map_or_else(|| "–".to_owned(), |ms| locale.span(ms));
    let cases = match stats.cases as i64 {
        NEWEST_CASES.. => {
            let newest = locale.say("stats-newest").with("count", NEWEST_CASES);
            newest.to_string()
        }
        cases => locale.number(cases),
    };
    let in_time = stats.in_time_percent.map_or_else(
        || "–".to_owned(),
        |percent| {
            locale
                .say("stats-percent")
                .with("percent", percent)
                .to_string()
        },
    );
    let appeals = &stats.appeals;
    let target = locale
        .say("stats-in-time")
        .with("span", locale.length(target_ms));
    let overturned = locale
        .say("stats-of")
        .with("part", appeals.overturned)
        .with("whole", appeals.upheld + appeals.overturned);
    let fact = |label: MessageId, value: String| Fact::new(&locale.text(label), value);
    vec![
        fact(MessageId("stats-figure-waiting"), locale.number(waiting)),
        fact(MessageId("stats-counted"), cases),
        fact(
            MessageId("stats-week"),
            locale.number(stats.decided_in_week as i64),
        ),
        fact(MessageId("stats-median-time"), time(stats.wait.median_ms)),
        fact(MessageId("stats-p90-time"), time(stats.wait.p90_ms)),
        Fact::new(&target.to_string(), in_time),
        fact(
            MessageId("stats-appeals"),
            locale.number(appeals.waiting as i64),
        ),
        fact(
            MessageId("stats-decisions-overturned"),
            overturned.to_string(),
        ),
    ]
}

fn age_ms(hour: &Hour) -> i64 {
    hour.oldest_ms
        .map_or(0, |oldest_ms| hour.hour_ms - oldest_ms)
        .max(0)
}

/// The most that waited and the oldest age, of the hours of a day.
fn of_day(day: &Day, hours: &[Hour]) -> (i64, i64) {
    let of = || {
        hours
            .iter()
            .filter(|hour| (day.day_ms..day.day_ms + DAY_MS).contains(&hour.hour_ms))
    };
    let most = of().map(|hour| hour.waiting).max().unwrap_or(0);
    (most, of().map(age_ms).max().unwrap_or(0))
}

fn day_row(locale: Locale, day: &Day, hours: &[Hour]) -> DayRow {
    let (most, oldest) = of_day(day, hours);
    DayRow {
        day: date(day.day_ms),
        waiting: locale.number(most),
        oldest: match oldest {
            0 => "–".to_owned(),
            oldest => locale.span(oldest),
        },
        approved: locale.number(day.approved as i64),
        rejected: locale.number(day.rejected as i64),
    }
}

fn date(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .map(|at| at.strftime("%Y-%m-%d").to_string())
        .unwrap_or_default()
}

fn groups(table: Table, stats: &Stats) -> &[Group] {
    match table {
        Table::Days => &[],
        Table::Categories => &stats.categories,
        Table::Rules => &stats.rules,
        Table::Moderators => &stats.moderators,
    }
}

fn label(locale: Locale, table: Table, group: &Group, names: &[(String, String)]) -> String {
    match table {
        Table::Categories if group.key.is_empty() => locale.text("stats-no-category"),
        Table::Rules => names
            .iter()
            .find(|(id, _)| *id == group.key)
            .map_or_else(|| group.key.clone(), |(_, pattern)| pattern.clone()),
        _ => group.name.clone().unwrap_or_else(|| group.key.clone()),
    }
}

fn group_table(
    locale: Locale,
    table: Table,
    stats: &Stats,
    member: &Member,
    names: &[(String, String)],
) -> GroupTable {
    let base = format!("/s/{}/admin", member.site.slug);
    let (title, hint, of) = match table {
        Table::Rules => (
            MessageId("stats-by-rule"),
            MessageId("stats-by-rule-hint"),
            MessageId("rule"),
        ),
        Table::Moderators => (
            MessageId("stats-by-moderator"),
            MessageId("stats-by-moderator-hint"),
            MessageId("stats-moderator"),
        ),
        Table::Days | Table::Categories => (
            MessageId("stats-by-category"),
            MessageId("stats-by-category-hint"),
            MessageId("category"),
        ),
    };
    let time = |ms: Option<i64>| ms.map_or_else(|| "–".to_owned(), |ms| locale.span(ms));
    GroupTable {
        title: locale.text(title),
        hint: locale.text(hint),
        of: locale.text(of),
        csv_path: format!("{base}/stats.csv?of={table}"),
        overturned: table == Table::Moderators,
        rows: groups(table, stats)
            .iter()
            .take(SHOWN)
            .map(|group| GroupRow {
                label: label(locale, table, group, names),
                path: (table == Table::Rules && names.iter().any(|(id, _)| *id == group.key))
                    .then(|| format!("{base}/rules/{}", group.key)),
                cases: locale.number(group.cases as i64),
                approved: locale.number(group.approved as i64),
                rejected: locale.number(group.rejected as i64),
                overturned: locale.number(group.overturned as i64),
                median: time(group.wait.median_ms),
                p90: time(group.wait.p90_ms),
            })
            .collect(),
    }
}

/// A cell that no program takes for a formula or for several cells.
fn csv_cell(text: &str) -> String {
    let text = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    };
    match text.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}
