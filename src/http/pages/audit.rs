//! The audit log of a site: who did what, and when.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value};
use url::form_urlencoded::Serializer;

use crate::app::App;
use crate::http::chrome::{PageChrome, page};
use crate::http::error::HttpError;
use crate::http::extract::Query;
use crate::http::parts::{Choice, When};
use crate::http::visitor::Member;
use crate::ids::is_id;
use crate::store::audit::{self, AuditFilter, ListedAudit};
use crate::store::posts;

use super::executions;

const PER_PAGE: usize = 50;
/// The actions to choose from are those of so many newest lines.
const ACTION_LINES: i64 = 2_000;

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct AuditPage {
    page: PageChrome,
    actor: String,
    subject: String,
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
    subject: String,
    subject_path: Option<String>,
    details: String,
}

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AuditQuery {
    actor: String,
    action: String,
    subject: String,
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
    let filter = AuditFilter {
        actor: query.actor.trim().to_owned(),
        action: query.action,
        subject: query.subject.trim().to_owned(),
    };
    let slug = &member.site.slug;
    let before = query.before.as_deref().unwrap_or(posts::NEWEST);
    let limit = PER_PAGE as i64 + 1;
    let mut found = audit::list(&app.db, member.site.id, &filter, before, limit).await?;
    let more = found.len() > PER_PAGE;
    found.truncate(PER_PAGE);
    let actions = audit::list_actions(&app.db, member.site.id, ACTION_LINES).await?;
    page(&AuditPage {
        page: PageChrome::of(&req, "Audit log", "audit"),
        actions: Choice::list("any", actions.iter().map(String::as_str), &filter.action),
        filtered: [&filter.actor, &filter.action, &filter.subject]
            .iter()
            .any(|text| !text.is_empty()),
        clear_path: path(slug),
        entries: found.iter().map(|line| entry(slug, line)).collect(),
        first_path: query
            .before
            .is_some()
            .then(|| page_path(slug, &filter, None)),
        next_path: found
            .last()
            .filter(|_| more)
            .map(|last| page_path(slug, &filter, Some(last.row.id.as_str()))),
        actor: filter.actor,
        subject: filter.subject,
    })
}

fn path(slug: &str) -> String {
    format!("/s/{slug}/admin/audit")
}

fn page_path(slug: &str, filter: &AuditFilter, before: Option<&str>) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in [
        ("actor", filter.actor.as_str()),
        ("action", &filter.action),
        ("subject", &filter.subject),
        ("before", before.unwrap_or_default()),
    ] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    format!("{}?{}", path(slug), query.finish())
}

fn entry(slug: &str, line: &ListedAudit) -> Entry {
    let row = &line.row;
    Entry {
        when: When::at(row.at_ms),
        actor: line.actor_name.clone().unwrap_or_else(|| row.actor.clone()),
        action: row.action.clone(),
        subject_path: subject_path(slug, &row.subject),
        subject: row.subject.clone(),
        details: details(line),
    }
}

/// The page about a subject, where there is one.
fn subject_path(slug: &str, subject: &str) -> Option<String> {
    let (kind, id) = subject.split_once(':')?;
    match kind {
        "post" => Some(executions::post_path(slug, id)),
        "workflow" => Some(format!("/s/{slug}/admin/workflow?version={id}")),
        "rules" => Some(format!("/s/{slug}/admin/rules")),
        _ => None,
    }
}

/// `“A title” · revision 2 · via desk`.
fn details(line: &ListedAudit) -> String {
    let title = line.post_title.iter().map(|title| format!("“{title}”"));
    let details: Map<String, Value> = serde_json::from_str(&line.row.details).unwrap_or_default();
    let parts = details.iter().filter_map(|(name, value)| match value {
        Value::Null => None,
        // A list of the form `,a,b,`.
        Value::String(list) if list.starts_with(',') => Some(format!(
            "{name} {}",
            list.trim_matches(',').replace(',', ", ")
        )),
        Value::String(text) => Some(format!("{name} {text}")),
        other => Some(format!("{name} {other}")),
    });
    title.chain(parts).collect::<Vec<_>>().join(" · ")
}
