//! The queue of a site: the cases in one state, by their deadlines, with filters and paging by key.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use tokio::try_join;

use crate::app::App;
use crate::http::chrome::{PageChrome, Redirect, page};
use crate::http::error::HttpError;
use crate::http::extract::Query;
use crate::http::parts::{Choice, Tab};
use crate::http::visitor::Member;
use crate::ids::is_id;
use crate::locale::{Locale, MessageId};
use crate::moderation::aside::Aside;
use crate::moderation::masks::{self, Images, Masks};
use crate::moderation::queue::{self, PER_LARGE_PAGE, PER_PAGE, QueueFilter, QueuedCase};
use crate::moderation::rows::CaseStatus;
use crate::moderation::rules::Hit;
use crate::moderation::search::Terms;
use crate::store::cases::{self, CaseCursor};

use super::decision::{ReasonChoice, choices};
use super::masks::MaskRow;
use super::undo::UndoBar;
use super::views::ViewRow;

mod case_query;
pub(super) mod row;

pub(crate) use case_query::CaseQuery;

#[derive(Template)]
#[template(path = "admin/queue.html")]
struct QueuePage {
    page: PageChrome,
    undo: UndoBar,
    summary: String,
    tabs: Vec<Tab>,
    queues: Vec<Tab>,
    queue: String,
    state: String,
    categories: Vec<Choice>,
    rules: Vec<Choice>,
    author: String,
    q: String,
    like: String,
    like_path: String,
    masks: Vec<MaskRow>,
    masks_path: String,
    images: Vec<Choice>,
    views: Vec<ViewRow>,
    views_path: String,
    can_filter: bool,
    can_keep: bool,
    filtered: bool,
    cut: Option<String>,
    unseen: Option<String>,
    empty: String,
    clear_path: String,
    cases: Vec<row::Row>,
    decisions_path: String,
    bulk: bool,
    templates: Vec<ReasonChoice>,
    large_path: Option<String>,
    first_path: Option<String>,
    next_path: Option<String>,
}

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct QueueQuery {
    state: Option<CaseStatus>,
    category: String,
    queue: String,
    rule: String,
    author: String,
    q: String,
    like: String,
    after: Option<String>,
    size: Option<usize>,
    mine: bool,
    aside: bool,
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
    let narrow = CaseQuery {
        category: query.category,
        queue: query.queue.trim().to_owned(),
        rule: query.rule,
        author: query.author,
        q: query.q.trim().to_owned(),
        like: query.like,
    };
    let status = query.state.unwrap_or(CaseStatus::Waiting);
    let filter = narrow.filter(&app, member.site.id, status).await?;
    let after = match &query.after {
        Some(text) => Some(
            read_cursor(text)
                .ok_or_else(|| HttpError::invalid("after", "must be taken from a page's link"))?,
        ),
        None => None,
    };
    let slug = &member.site.slug;
    let per_page = match query.size {
        None | Some(PER_PAGE) => PER_PAGE,
        Some(PER_LARGE_PAGE) => PER_LARGE_PAGE,
        Some(_) => return Err(HttpError::invalid("size", "must be 25 or 100")),
    };
    let place = Place::of(query.mine, query.aside, filter.status);
    let (db, site, actor) = (&app.db, member.site.id, member.actor());
    let listed = async {
        anyhow::Ok(match place {
            Place::Aside => whole(queue::list_aside(db, site).await?),
            Place::Handed => whole(queue::list_handed(db, &actor).await?),
            Place::In(_) => (
                Vec::new(),
                queue::list(db, site, &filter, after, per_page).await?,
            ),
        })
    };
    let missing = async {
        match narrow.is_narrow() {
            true => queue::count_unseen(db, site).await,
            false => Ok(0),
        }
    };
    let page_chrome = PageChrome::titled(&req, "queue", "queue");
    let ((asides, found), missing, handed, failed, masks, undo, views) = try_join!(
        listed,
        missing,
        queue::count_handed(db, &actor),
        cases::count(db, site, CaseStatus::Failed, i64::MAX),
        masks::find(db, &actor),
        UndoBar::of(&app, page_chrome.locale, slug, &actor, None),
        app.moderation.views(site),
    )?;
    let waiting = page_chrome.waiting;
    let here = narrow.text(filter.status);
    let locale = page_chrome.locale;
    let categories = categories(&app, &member, locale, &filter).await?;
    let sought = Terms::default().typed(&narrow.q);
    let viewer = row::Viewer {
        locale,
        settings: &member.site.settings,
        user_id: &member.user.id,
        masks: &masks,
        sought: &sought,
        now_ms: app.clock.now_ms(),
    };
    page(&QueuePage {
        undo,
        summary: summary(locale, &filter, &found, waiting),
        cut: cut(locale, &found),
        unseen: unseen(locale, missing),
        views: views
            .iter()
            .map(|view| ViewRow::of(slug, view, &here))
            .collect(),
        masks: mask_rows(&categories, &masks),
        images: image_choices(locale, &masks),
        masks_path: format!("{}/masks", path(slug)),
        views_path: format!("{}/views", path(slug)),
        can_filter: matches!(place, Place::In(_)),
        can_keep: narrow.is_narrow(),
        q: narrow.q.clone(),
        like: narrow.like.clone(),
        like_path: format!("{}/{}", path(slug), narrow.like),
        empty: place.empty(locale),
        tabs: tabs(
            locale,
            slug,
            place,
            waiting,
            failed,
            handed,
            queue::count_aside(&app.db, member.site.id).await?,
        ),
        queues: queues(&app, &member, locale, &narrow).await?,
        queue: narrow.queue.clone(),
        state: filter.status.as_str().to_owned(),
        categories,
        rules: rules(locale, &found.cases, &filter),
        filtered: narrow.is_narrow(),
        clear_path: state_path(slug, filter.status),
        cases: found
            .cases
            .iter()
            .map(|queued| {
                let to = narrow.on(&format!("{}/{}", path(slug), queued.brief.case.id));
                let aside = asides
                    .iter()
                    .find(|aside| aside.case_id == queued.brief.case.id);
                row::row(queued, &viewer, to).map(|row| row.aside(locale, aside))
            })
            .collect::<Result<_, _>>()?,
        bulk: filter.status == CaseStatus::Waiting,
        decisions_path: format!("{}/decisions", path(slug)),
        templates: choices(&member.site.settings, ""),
        large_path: (per_page == PER_PAGE && found.next.is_some())
            .then(|| page_path(slug, &narrow, status, None, PER_LARGE_PAGE)),
        first_path: query
            .after
            .is_some()
            .then(|| page_path(slug, &narrow, status, None, per_page)),
        next_path: found
            .next
            .map(|next| page_path(slug, &narrow, status, Some(&next), per_page)),
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

/// Which part of the queue is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Handed,
    Aside,
    In(CaseStatus),
}

impl Place {
    fn of(mine: bool, aside: bool, status: CaseStatus) -> Self {
        match (mine, aside) {
            (_, true) => Self::Aside,
            (true, false) => Self::Handed,
            (false, false) => Self::In(status),
        }
    }

    /// What would stand here, where nothing does.
    fn empty(self, locale: Locale) -> String {
        match self {
            Self::Handed => locale.text("queue-empty-mine"),
            Self::Aside => locale.text("queue-empty-aside"),
            Self::In(CaseStatus::Waiting) => locale.text("queue-empty-text"),
            Self::In(_) => String::new(),
        }
    }
}

/// A list that is no more than a page, and how its cases are out of the queue.
fn whole(listed: Vec<(Option<Aside>, QueuedCase)>) -> (Vec<Aside>, queue::QueuePage) {
    let (asides, cases): (Vec<_>, Vec<_>) = listed.into_iter().unzip();
    let page = queue::QueuePage {
        cases,
        next: None,
        is_cut: false,
        total: None,
    };
    (asides.into_iter().flatten().collect(), page)
}

fn tabs(
    locale: Locale,
    slug: &str,
    current: Place,
    waiting: i64,
    failed: i64,
    handed: i64,
    aside: i64,
) -> Vec<Tab> {
    let count = |number: i64| match number {
        0 => String::new(),
        number => locale.number(number),
    };
    let mine = Tab {
        label: locale.text("tab-mine"),
        path: format!("{}?mine=true", path(slug)),
        count: count(handed),
        current: current == Place::Handed,
    };
    let aside = Tab {
        label: locale.text("tab-aside"),
        path: format!("{}?aside=true", path(slug)),
        count: count(aside),
        current: current == Place::Aside,
    };
    let mut tabs: Vec<Tab> = CaseStatus::ALL
        .iter()
        .map(|&status| Tab {
            label: locale.text(match status {
                CaseStatus::Waiting => MessageId("tab-waiting"),
                CaseStatus::Approved => MessageId("tab-approved"),
                CaseStatus::Rejected => MessageId("tab-rejected"),
                CaseStatus::Answered => MessageId("tab-answered"),
                CaseStatus::Void => MessageId("tab-void"),
                CaseStatus::Failed => MessageId("tab-failed"),
            }),
            path: state_path(slug, status),
            count: match status {
                CaseStatus::Waiting => locale.number(waiting),
                CaseStatus::Failed if failed > 0 => locale.number(failed),
                _ => String::new(),
            },
            current: current == Place::In(status),
        })
        .collect();
    tabs.insert(1, mine);
    tabs.insert(2, aside);
    tabs
}

/// The queues of the site's categories with what waits in them, and the way back to all; nothing where there are none.
async fn queues(
    app: &App,
    member: &Member,
    locale: Locale,
    narrow: &CaseQuery,
) -> Result<Vec<Tab>, HttpError> {
    let (slug, site) = (&member.site.slug, member.site.id);
    let in_force = app.moderation.in_force.load(site).await?;
    let in_force = in_force.ok_or_else(HttpError::not_found)?;
    let found = queue::list_queues(&app.db, site, &in_force.outcomes).await?;
    let every = Tab {
        label: locale.text("queue-every"),
        path: path(slug),
        count: String::new(),
        current: narrow.queue.is_empty(),
    };
    let named = found.into_iter().map(|named| {
        let within = CaseQuery {
            queue: named.name.clone(),
            ..CaseQuery::default()
        };
        let more = if named.is_more { "+" } else { "" };
        Tab {
            path: within.on(&path(slug)),
            count: format!("{}{more}", locale.number(named.waiting)),
            current: named.name == narrow.queue,
            label: named.name,
        }
    });
    let named: Vec<Tab> = named.collect();
    Ok(match named.is_empty() {
        true => named,
        false => std::iter::once(every).chain(named).collect(),
    })
}

fn summary(locale: Locale, filter: &QueueFilter, found: &queue::QueuePage, waiting: i64) -> String {
    match found.total {
        Some(total) => locale.say("queue-found").with("count", total).to_string(),
        None if filter.is_narrow() => locale.text("queue-found-many"),
        None => locale
            .say("queue-waiting")
            .with("count", waiting)
            .to_string(),
    }
}

/// What to say where looking stopped before the page was full.
fn cut(locale: Locale, found: &queue::QueuePage) -> Option<String> {
    found.is_cut.then(|| {
        let count = queue::LOOKED_THROUGH;
        locale.say("queue-cut").with("count", count).to_string()
    })
}

/// What to say of cases that cannot be found yet.
fn unseen(locale: Locale, count: i64) -> Option<String> {
    let said = match count {
        0 => return None,
        queue::UNSEEN_MAX.. => locale
            .say("queue-building")
            .with("count", queue::UNSEEN_MAX),
        count => locale.say("queue-unseen").with("count", count),
    };
    Some(said.to_string())
}

/// The categories of the rules in force.
async fn categories(
    app: &App,
    member: &Member,
    locale: Locale,
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
    Ok(Choice::list(
        &locale.text("any"),
        categories,
        &filter.category,
    ))
}

fn image_choices(locale: Locale, masks: &Masks) -> Vec<Choice> {
    let label = |images: &Images| match images {
        Images::Links => locale.text("images-links"),
        Images::Blurred => locale.text("images-blurred"),
        Images::Shown => locale.text("images-shown"),
    };
    let entries = Images::ALL
        .iter()
        .map(|images| (images.as_str(), label(images)));
    Choice::labelled(entries, masks.images.as_str())
}

fn mask_rows(categories: &[Choice], masks: &Masks) -> Vec<MaskRow> {
    let known = categories.iter().filter(|choice| !choice.value.is_empty());
    known
        .map(|choice| MaskRow {
            is_masked: masks.has(&choice.value),
            category: choice.value.clone(),
        })
        .collect()
}

/// The rules that hit on this page: of the whole set there may be too many to choose from.
fn rules(locale: Locale, cases: &[QueuedCase], filter: &QueueFilter) -> Vec<Choice> {
    let mut choices = Choice::list(&locale.text("any"), [], &filter.rule);
    let hits = cases.iter().flat_map(|queued| {
        serde_json::from_str::<Vec<Hit>>(&queued.brief.hits).unwrap_or_default()
    });
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

fn page_path(
    slug: &str,
    narrow: &CaseQuery,
    status: CaseStatus,
    after: Option<&CaseCursor>,
    per_page: usize,
) -> String {
    let mut query = narrow.text(status);
    if per_page != PER_PAGE {
        query.push_str(&format!("&size={per_page}"));
    }
    if let Some(after) = after {
        query.push_str(&format!("&after={}-{}", after.rank_ms, after.id));
    }
    format!("{}?{query}", path(slug))
}

fn read_cursor(text: &str) -> Option<CaseCursor> {
    let (rank, id) = text.rsplit_once('-')?;
    is_id(id).then_some(CaseCursor {
        rank_ms: rank.parse().ok()?,
        id: id.to_owned(),
    })
}
