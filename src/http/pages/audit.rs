//! The audit log of a site: who did what, and when.

use std::collections::{HashMap, HashSet};

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use crate::app::App;
use crate::http::chrome::{PageChrome, page};
use crate::http::error::HttpError;
use crate::http::extract::Query;
use crate::http::parts::{Choice, When};
use crate::http::visitor::Member;
use crate::ids::{floor, is_id};
use crate::locale::Locale;
use crate::moderation::chain;
use crate::store::audit::{self, AuditFilter, ListedAudit};
use crate::store::posts;

mod words;

use words::Detail;

const PER_PAGE: usize = 50;
/// The actions to choose from are those of so many newest lines.
const ACTION_LINES: i64 = 2_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct AuditPage {
    page: PageChrome,
    actor: String,
    subject: String,
    since: String,
    until: String,
    text: String,
    sealed: Option<String>,
    actions: Vec<Choice>,
    filtered: bool,
    clear_path: String,
    entries: Vec<Entry>,
    first_path: Option<String>,
    next_path: Option<String>,
}

struct Entry {
    when: When,
    actor: String,
    action: String,
    subject: Detail,
    only_path: Option<String>,
    details: Vec<Detail>,
}

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AuditQuery {
    actor: String,
    action: String,
    subject: String,
    since: String,
    until: String,
    text: String,
    before: Option<String>,
}

/// `GET /s/{site}/admin/audit`
pub(crate) async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    query: Query<AuditQuery>,
) -> Result<HttpResponse, HttpError> {
    let query = query.0;
    if query.before.as_ref().is_some_and(|id| !is_id(id)) {
        return Err(HttpError::invalid("before", "must be an id"));
    }
    let since_ms = day_ms("since", &query.since)?;
    let until_ms = day_ms("until", &query.until)?.map(|day_ms| day_ms + DAY_MS);
    let filter = AuditFilter {
        actor: query.actor.trim().to_owned(),
        action: query.action.clone(),
        subject: query.subject.trim().to_owned(),
        from: since_ms.map_or(String::new(), floor),
        text: query.text.trim().to_owned(),
    };
    let slug = &member.site.slug;
    let end = until_ms.map_or(posts::NEWEST.to_owned(), floor);
    let before = query
        .before
        .as_ref()
        .map_or(&end, |before| before.min(&end));
    let limit = PER_PAGE as i64 + 1;
    let mut found = audit::list(&app.db, member.site.id, &filter, before, limit).await?;
    let more = found.len() > PER_PAGE;
    found.truncate(PER_PAGE);
    let actions = audit::list_actions(&app.db, member.site.id, ACTION_LINES).await?;
    let seal = chain::newest(&app.db, member.site.id).await?;
    let named: HashSet<String> = found
        .iter()
        .flat_map(|line| words::rule_ids(&line.row.details))
        .collect();
    let in_force = app.moderation.in_force.load(member.site.id).await?;
    let patterns: HashMap<&str, &str> = in_force
        .iter()
        .flat_map(|in_force| in_force.rules())
        .filter(|rule| named.contains(&rule.id))
        .map(|rule| (rule.id.as_str(), rule.draft.pattern.as_str()))
        .collect();
    let page_chrome = PageChrome::titled(&req, "audit", "audit");
    let locale = page_chrome.locale;
    page(&AuditPage {
        page: page_chrome,
        actions: action_choices(locale, &actions, &filter.action),
        filtered: query.is_filtered(),
        clear_path: path(slug),
        entries: found
            .iter()
            .map(|line| entry(locale, slug, line, &query, &patterns))
            .collect(),
        first_path: query.before.is_some().then(|| query.page_path(slug, None)),
        next_path: found
            .last()
            .filter(|_| more)
            .map(|last| query.page_path(slug, Some(last.row.id.as_str()))),
        sealed: seal.map(|seal| {
            locale
                .say("audit-sealed")
                .with("when", locale.short_moment(seal.sealed_at_ms))
                .with("number", seal.number.to_string())
                .to_string()
        }),
        actor: filter.actor,
        subject: filter.subject,
        since: query.since,
        until: query.until,
        text: filter.text,
    })
}

/// The beginning of a day that somebody chose, UTC.
pub(super) fn day_ms(field: &'static str, text: &str) -> Result<Option<i64>, HttpError> {
    if text.is_empty() {
        return Ok(None);
    }
    let refuse = |_| {
        HttpError::invalid(field, "must be a date like 2026-11-22")
            .told(|locale| locale.text("audit-date-rule"))
    };
    let day: jiff::civil::Date = text.parse().map_err(refuse)?;
    let at = day.to_zoned(jiff::tz::TimeZone::UTC).map_err(refuse)?;
    Ok(Some(at.timestamp().as_millisecond()))
}

fn path(slug: &str) -> String {
    format!("/s/{slug}/admin/audit")
}

/// The codes of what was done lately, in words.
fn action_choices(locale: Locale, codes: &[String], chosen: &str) -> Vec<Choice> {
    let mut choices = Choice::list(
        &locale.text("any"),
        codes.iter().map(String::as_str),
        chosen,
    );
    for choice in &mut choices {
        if !choice.value.is_empty() {
            choice.label = words::action(locale, &choice.value);
        }
    }
    choices
}

impl AuditQuery {
    fn fields(&self) -> [(&'static str, &str); 6] {
        [
            ("actor", self.actor.trim()),
            ("action", &self.action),
            ("subject", self.subject.trim()),
            ("since", &self.since),
            ("until", &self.until),
            ("text", self.text.trim()),
        ]
    }

    fn is_filtered(&self) -> bool {
        self.fields().iter().any(|(_, value)| !value.is_empty())
    }

    fn page_path(&self, slug: &str, before: Option<&str>) -> String {
        let mut query = Serializer::new(String::new());
        let before = ("before", before.unwrap_or_default());
        for (name, value) in self.fields().into_iter().chain([before]) {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("{}?{}", path(slug), query.finish())
    }
}

fn entry(
    locale: Locale,
    slug: &str,
    line: &ListedAudit,
    query: &AuditQuery,
    patterns: &HashMap<&str, &str>,
) -> Entry {
    let row = &line.row;
    let only = AuditQuery {
        subject: row.subject.clone(),
        ..AuditQuery::default()
    };
    Entry {
        when: When::of(locale, row.at_ms),
        actor: words::actor(locale, line),
        action: words::action(locale, &row.action),
        subject: words::subject(locale, slug, line),
        only_path: (query.subject != row.subject).then(|| only.page_path(slug, None)),
        details: words::details(locale, slug, line, patterns),
    }
}
