//! The queue of a site: the cases in one state, by their deadlines, with filters and paging by key.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use crate::app::App;
use crate::http::chrome::{PageChrome, Redirect, page};
use crate::http::error::HttpError;
use crate::http::extract::Query;
use crate::http::parts::{Choice, Status, Tab, Tag, When, count, grouped, span};
use crate::http::visitor::Member;
use crate::ids::is_id;
use crate::moderation::markdown;
use crate::moderation::queue::{self, QueueFilter, QueuedCase};
use crate::moderation::rows::{CaseRow, CaseStatus};
use crate::moderation::rules::{Field, Hit};
use crate::store::cases::{self, CaseCursor};

use super::undo::UndoBar;

/// Counting stops here.
const COUNT_MAX: i64 = 1_000;
/// Characters of the text before the first hit, few enough that the hit stands on the line even of a narrow screen.
const BEFORE_CHARS: usize = 24;
/// Characters from the first hit on.
const AFTER_CHARS: usize = 160;
/// A case whose time is over so soon is shown so.
const SOON_MS: i64 = 4 * 60 * 60 * 1000;
/// A deadline that is farther away stands for none.
const UNLIMITED_MS: i64 = 2 * 365 * 24 * 60 * 60 * 1000;

#[derive(Template)]
#[template(path = "admin/queue.html")]
struct QueuePage {
    page: PageChrome,
    undo: UndoBar,
    summary: String,
    tabs: Vec<Tab>,
    state: String,
    categories: Vec<Choice>,
    rules: Vec<Choice>,
    author: String,
    filtered: bool,
    clear_path: String,
    cases: Vec<Row>,
    first_path: Option<String>,
    next_path: Option<String>,
}

struct Row {
    title: String,
    path: String,
    tags: Vec<Tag>,
    author: String,
    about: String,
    excerpt: String,
    status: Status,
    due: String,
    due_tone: &'static str,
    when: When,
}

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct QueueQuery {
    state: Option<CaseStatus>,
    category: String,
    rule: String,
    author: String,
    after: Option<String>,
}

/// `GET /s/{site}/admin/`
pub(crate) async fn start(member: Member) -> Redirect {
    Redirect::to(path(&member.site.slug))
}

/// `GET /s/{site}/admin/queue`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    query: Query<QueueQuery>,
) -> Result<HttpResponse, HttpError> {
    let query = query.0;
    let filter = QueueFilter {
        status: query.state.unwrap_or(CaseStatus::Waiting),
        category: query.category,
        rule: query.rule,
        author: query.author,
    };
    let after = match &query.after {
        Some(text) => Some(
            read_cursor(text)
                .ok_or_else(|| HttpError::invalid("after", "must be taken from a page's link"))?,
        ),
        None => None,
    };
    let slug = &member.site.slug;
    let found = queue::list(&app.db, member.site.id, &filter, after).await?;
    let page_chrome = PageChrome::of(&req, "Queue", "queue");
    let failed = cases::count(&app.db, member.site.id, CaseStatus::Failed, COUNT_MAX).await?;
    let waiting = page_chrome.waiting;
    let now_ms = app.clock.now_ms();
    page(&QueuePage {
        undo: UndoBar::of(&app, slug, &member.actor(), None).await?,
        summary: format!("{} waiting", bounded(waiting)),
        tabs: tabs(slug, filter.status, waiting, failed),
        state: filter.status.as_str().to_owned(),
        categories: categories(&app, &member, &filter).await?,
        rules: rules(&found.cases, &filter),
        filtered: [&filter.category, &filter.rule, &filter.author]
            .iter()
            .any(|text| !text.is_empty()),
        clear_path: state_path(slug, filter.status),
        cases: found
            .cases
            .iter()
            .map(|queued| row(slug, queued, now_ms))
            .collect::<Result<_, _>>()?,
        first_path: query
            .after
            .is_some()
            .then(|| filter_path(slug, &filter, None)),
        next_path: found
            .next
            .map(|next| filter_path(slug, &filter, Some(&next))),
        author: filter.author,
        page: page_chrome,
    })
}

/// The queue of a site.
pub(crate) fn path(slug: &str) -> String {
    format!("/s/{slug}/admin/queue")
}

/// The queue with one author's cases.
pub(crate) fn author_path(slug: &str, author: &str) -> String {
    format!("{}?author={author}", path(slug))
}

/// How long a case has to be decided, in words and with its tone; nothing for one that does not wait.
pub(crate) fn due(case: &CaseRow, now_ms: i64) -> (String, &'static str) {
    if case.status != CaseStatus::Waiting {
        return (String::new(), "");
    }
    let left_ms = case.deadline_ms - now_ms;
    match left_ms {
        _ if case.escalated_at_ms.is_some() => ("escalated".to_owned(), "late"),
        ..=0 => (format!("{} late", span(-left_ms)), "late"),
        1..SOON_MS => (format!("{} left", span(left_ms)), "soon"),
        UNLIMITED_MS.. => ("no deadline".to_owned(), ""),
        _ => (format!("{} left", span(left_ms)), ""),
    }
}

fn row(slug: &str, queued: &QueuedCase, now_ms: i64) -> anyhow::Result<Row> {
    let case = &queued.case;
    let hits: Vec<Hit> = serde_json::from_str(&queued.hits)?;
    let (due, due_tone) = due(case, now_ms);
    let mut about = count(hits.len(), "hit");
    if case.revision > 1 {
        about.push_str(&format!(" · revision {}", case.revision));
    }
    Ok(Row {
        title: queued.title.clone(),
        path: format!("{}/{}", path(slug), case.id),
        tags: tags(&hits),
        author: queued.author_name.clone(),
        about,
        excerpt: match &case.problem {
            Some(problem) => problem.clone(),
            None => excerpt(&queued.body, &hits),
        },
        status: case.status.into(),
        due,
        due_tone,
        when: When::at(case.decided_at_ms.unwrap_or(case.waiting_since_ms)),
    })
}

/// Each category once, with the greatest severity that hit.
fn tags(hits: &[Hit]) -> Vec<Tag> {
    let mut worst: Vec<(&str, u8)> = Vec::new();
    for hit in hits {
        match worst
            .iter_mut()
            .find(|(category, _)| *category == hit.category)
        {
            Some((_, severity)) => *severity = hit.severity.max(*severity),
            None => worst.push((&hit.category, hit.severity)),
        }
    }
    worst
        .into_iter()
        .map(|(category, severity)| Tag::severity(category, i64::from(severity)))
        .collect()
}

/// The words around the first hit in the body, or its beginning, as readers see them.
fn excerpt(body: &str, hits: &[Hit]) -> String {
    let hit = hits.iter().find(|hit| hit.field == Field::Body);
    let text = markdown::plain_text(body);
    let found = hit.and_then(|hit| text.find(&hit.text));
    let Some(hit_at) = found else {
        return markdown::excerpt(body, BEFORE_CHARS + AFTER_CHARS);
    };
    let before = text[..hit_at].chars().count();
    let start = before.saturating_sub(BEFORE_CHARS);
    let shown: String = text
        .chars()
        .skip(start)
        .take(before - start + AFTER_CHARS)
        .collect();
    let mut words: Vec<&str> = shown.split_whitespace().collect();
    // The first word is cut, unless the hit itself is the first.
    if start > 0 && words.len() > 1 {
        words[0] = "…";
    }
    words.join(" ")
}

fn tabs(slug: &str, current: CaseStatus, waiting: i64, failed: i64) -> Vec<Tab> {
    CaseStatus::ALL
        .iter()
        .map(|&status| Tab {
            label: match status {
                CaseStatus::Waiting => "Waiting",
                CaseStatus::Approved => "Approved",
                CaseStatus::Rejected => "Rejected",
                CaseStatus::Answered => "Answered",
                CaseStatus::Void => "Void",
                CaseStatus::Failed => "Failed",
            }
            .to_owned(),
            path: state_path(slug, status),
            count: match status {
                CaseStatus::Waiting => bounded(waiting),
                CaseStatus::Failed if failed > 0 => bounded(failed),
                _ => String::new(),
            },
            current: status == current,
        })
        .collect()
}

/// A count that stops at a bound.
pub(crate) fn bounded(number: i64) -> String {
    match number {
        COUNT_MAX.. => format!("{}+", grouped(COUNT_MAX)),
        number => number.to_string(),
    }
}

/// The categories of the rules in force.
async fn categories(
    app: &App,
    member: &Member,
    filter: &QueueFilter,
) -> Result<Vec<Choice>, HttpError> {
    let in_force = app.moderation.in_force.load(member.site.id).await?;
    let mut categories: Vec<&str> = in_force
        .iter()
        .flat_map(|in_force| in_force.rules())
        .map(|rule| rule.draft.category.as_str())
        .chain([filter.category.as_str()])
        .filter(|category| !category.is_empty())
        .collect();
    categories.sort_unstable();
    categories.dedup();
    Ok(Choice::list("any", categories, &filter.category))
}

/// The rules that hit on this page: of the whole set there may be too many to choose from.
fn rules(cases: &[QueuedCase], filter: &QueueFilter) -> Vec<Choice> {
    let mut choices = Choice::list("any", [], &filter.rule);
    let hits = cases
        .iter()
        .flat_map(|queued| serde_json::from_str::<Vec<Hit>>(&queued.hits).unwrap_or_default());
    for hit in hits {
        if !choices.iter().any(|choice| choice.value == hit.rule) {
            choices.push(Choice {
                selected: hit.rule == filter.rule,
                value: hit.rule,
                label: hit.pattern,
            });
        }
    }
    if !filter.rule.is_empty() && !choices.iter().any(|choice| choice.selected) {
        choices.push(Choice {
            value: filter.rule.clone(),
            label: filter.rule.clone(),
            selected: true,
        });
    }
    choices
}

fn state_path(slug: &str, status: CaseStatus) -> String {
    match status {
        CaseStatus::Waiting => path(slug),
        status => format!("{}?state={status}", path(slug)),
    }
}

fn filter_path(slug: &str, filter: &QueueFilter, after: Option<&CaseCursor>) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("state", filter.status.as_str());
    for (name, value) in [
        ("category", &filter.category),
        ("rule", &filter.rule),
        ("author", &filter.author),
    ] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    if let Some(after) = after {
        query.append_pair("after", &format!("{}-{}", after.rank_ms, after.id));
    }
    format!("{}?{}", path(slug), query.finish())
}

fn read_cursor(text: &str) -> Option<CaseCursor> {
    let (rank, id) = text.rsplit_once('-')?;
    is_id(id).then_some(CaseCursor {
        rank_ms: rank.parse().ok()?,
        id: id.to_owned(),
    })
}
