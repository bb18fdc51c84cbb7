//! The executions of a site's workflow, and one of them with its whole history.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value};
use url::form_urlencoded::Serializer;

use crate::app::App;
use crate::asl::HistoryEvent;
use crate::auth::role::Role;
use crate::http::chrome::{PageChrome, Redirect, page, page_with};
use crate::http::error::HttpError;
use crate::http::extract::{Id, Query};
use crate::http::language::locale;
use crate::http::parts::{Fact, Link, Notice, Status, Tab, When};
use crate::http::visitor::Member;
use crate::ids::{ExecutionId, PostId, is_id};
use crate::locale::{Locale, MessageId};
use crate::moderation::flow::execution_arn;
use crate::moderation::rows::{ExecutionRow, ExecutionStatus};
use crate::moderation::run::{self, Run};
use crate::moderation::supersede::SupersedeError;
use crate::store::executions::{self, ListedExecution};
use crate::store::{cases, posts};

use super::case::case_path;

const PER_PAGE: usize = 25;

#[derive(Template)]
#[template(path = "admin/executions.html")]
struct ExecutionsPage {
    page: PageChrome,
    tabs: Vec<Tab>,
    executions: Vec<Row>,
    first_path: Option<String>,
    next_path: Option<String>,
}

struct Row {
    title: String,
    path: String,
    status: Status,
    about: String,
    error: String,
    started: When,
}

#[derive(Template)]
#[template(path = "admin/execution.html")]
struct ExecutionPage {
    page: PageChrome,
    title: String,
    status: Status,
    about: String,
    facts: Vec<Fact>,
    links: Vec<Link>,
    failure: Option<Notice>,
    input: String,
    output: Option<String>,
    events: Vec<EventRow>,
    stop_path: Option<String>,
}

struct EventRow {
    id: String,
    kind: String,
    state: String,
    when: When,
    detail: String,
}

/// The query of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ExecutionsQuery {
    status: Option<ExecutionStatus>,
    post: Option<String>,
    before: Option<String>,
}

/// `GET /s/{site}/admin/executions`
pub(crate) async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    query: Query<ExecutionsQuery>,
) -> Result<HttpResponse, HttpError> {
    let query = query.0;
    for (field, value) in [("post", &query.post), ("before", &query.before)] {
        if value.as_ref().is_some_and(|value| !is_id(value)) {
            return Err(HttpError::invalid(field, "must be an id"));
        }
    }
    let page_chrome = PageChrome::titled(&req, "executions", "executions");
    let locale = page_chrome.locale;
    let slug = &member.site.slug;
    let status = query.status.map_or("", ExecutionStatus::as_str);
    let post = query.post.clone().map(PostId::from);
    let before = query.before.as_deref().unwrap_or(posts::NEWEST);
    let limit = PER_PAGE as i64 + 1;
    let mut found = executions::list(
        &app.db,
        member.site.id,
        status,
        post.as_ref(),
        before,
        limit,
    )
    .await?;
    let more = found.len() > PER_PAGE;
    found.truncate(PER_PAGE);
    let link = |status: &str, before: Option<&str>| {
        list_path(slug, status, post.as_ref().map(PostId::as_str), before)
    };
    let all = Tab {
        label: locale.text("execution-tab-all"),
        path: link("", None),
        count: String::new(),
        current: status.is_empty(),
    };
    let tabs = ExecutionStatus::ALL.iter().map(|&other| Tab {
        label: locale.text(match other {
            ExecutionStatus::Running => MessageId("execution-tab-running"),
            ExecutionStatus::Succeeded => MessageId("execution-tab-succeeded"),
            ExecutionStatus::Failed => MessageId("execution-tab-failed"),
            ExecutionStatus::TimedOut => MessageId("execution-tab-timed-out"),
            ExecutionStatus::Aborted => MessageId("execution-tab-stopped"),
        }),
        path: link(other.as_str(), None),
        count: String::new(),
        current: query.status == Some(other),
    });
    page(&ExecutionsPage {
        page: page_chrome,
        tabs: std::iter::once(all).chain(tabs).collect(),
        executions: found
            .iter()
            .map(|listed| row(locale, slug, listed))
            .collect(),
        first_path: query.before.is_some().then(|| link(status, None)),
        next_path: found
            .last()
            .filter(|_| more)
            .map(|last| link(status, Some(last.execution.id.as_str()))),
    })
}

/// `GET /s/{site}/admin/executions/{execution}`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<ExecutionId>,
) -> Result<HttpResponse, HttpError> {
    let run = run::find(&app.db, member.site.id, &id.0)
        .await?
        .ok_or_else(HttpError::not_found)?;
    page(&execution_page(&req, &app, &member, run).await?)
}

/// `POST /s/{site}/admin/executions/{execution}/stop`
pub(crate) async fn stop(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<ExecutionId>,
) -> Result<HttpResponse, HttpError> {
    let site_id = member.site.id;
    let cause = Some(format!("{} stopped it", member.user.name));
    let stopped = app
        .moderation
        .stop(site_id, id.0.clone(), member.by(), None, cause)
        .await?;
    match stopped {
        Ok(_) => Ok(Redirect::to(path(&member.site.slug, &id.0))
            .flash(locale(&req).text("execution-stopped"))
            .respond_to(&req)),
        Err(SupersedeError::Unknown) => Err(HttpError::not_found()),
        Err(_) => {
            let run = run::find(&app.db, site_id, &id.0)
                .await?
                .ok_or_else(HttpError::not_found)?;
            let page = ExecutionPage {
                failure: Some(Notice {
                    tone: "off",
                    title: locale(&req).text("execution-ended"),
                    text: locale(&req).text("execution-ended-text"),
                }),
                ..execution_page(&req, &app, &member, run).await?
            };
            page_with(StatusCode::CONFLICT, &page)
        }
    }
}

/// The page of an execution.
pub(crate) fn path(slug: &str, id: &ExecutionId) -> String {
    format!("/s/{slug}/admin/executions/{id}")
}

/// The executions of a post.
pub(crate) fn post_path(slug: &str, post: &str) -> String {
    list_path(slug, "", Some(post), None)
}

fn list_path(slug: &str, status: &str, post: Option<&str>, before: Option<&str>) -> String {
    let mut query = Serializer::new(String::new());
    if !status.is_empty() {
        query.append_pair("status", status);
    }
    for (name, value) in [("post", post), ("before", before)] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    match query.as_str() {
        "" => format!("/s/{slug}/admin/executions"),
        query => format!("/s/{slug}/admin/executions?{query}"),
    }
}

fn row(locale: Locale, slug: &str, listed: &ListedExecution) -> Row {
    let execution = &listed.execution;
    let about = match execution.stopped_at_ms {
        None => about(locale, execution),
        Some(stopped_at_ms) => locale
            .say("execution-took")
            .with("workflow", execution.workflow_version)
            .with("revision", execution.revision)
            .with("span", locale.span(stopped_at_ms - execution.started_at_ms))
            .to_string(),
    };
    Row {
        title: listed.title.clone(),
        path: path(slug, &execution.id),
        status: Status::of(locale, execution.status),
        about,
        error: failure(execution).unwrap_or_default(),
        started: When::of(locale, execution.started_at_ms),
    }
}

fn about(locale: Locale, execution: &ExecutionRow) -> String {
    locale
        .say("execution-about")
        .with("workflow", execution.workflow_version)
        .with("revision", execution.revision)
        .to_string()
}

/// Error and cause in one line.
fn failure(execution: &ExecutionRow) -> Option<String> {
    match (&execution.error, &execution.cause) {
        (None, None) => None,
        (Some(error), None) => Some(error.clone()),
        (None, Some(cause)) => Some(cause.clone()),
        (Some(error), Some(cause)) => Some(format!("{error}: {cause}")),
    }
}

async fn execution_page(
    req: &HttpRequest,
    app: &App,
    member: &Member,
    run: Run,
) -> Result<ExecutionPage, HttpError> {
    let locale = locale(req);
    let site = &member.site;
    let execution = &run.execution;
    let revision =
        posts::find_revision(&app.db, site.id, &execution.post_id, execution.revision).await?;
    let title = revision.map(|revision| revision.title).unwrap_or_default();
    let case = cases::list_of_post(&app.db, site.id, &execution.post_id)
        .await?
        .into_iter()
        .find(|listed| listed.case.execution_id == execution.id);
    let mut links: Vec<Link> = case
        .iter()
        .map(|listed| Link {
            path: case_path(&site.slug, &listed.case.id),
            label: locale.text("execution-case"),
        })
        .collect();
    links.push(Link {
        path: format!(
            "/s/{}/admin/workflow?version={}",
            site.slug, execution.workflow_version
        ),
        label: locale.text("execution-definition"),
    });
    links.push(Link {
        path: post_path(&site.slug, execution.post_id.as_str()),
        label: locale.text("execution-all"),
    });
    let is_running = execution.status == ExecutionStatus::Running;
    Ok(ExecutionPage {
        page: PageChrome::of(req, &title, "executions"),
        title,
        status: Status::of(locale, execution.status),
        about: about(locale, execution),
        facts: facts(locale, &run, &site.account),
        links,
        failure: failure(execution).map(|text| Notice {
            tone: "no",
            title: locale.text("execution-failed"),
            text,
        }),
        input: run.input().map(indented).unwrap_or_default(),
        output: run.output().map(indented),
        events: events(locale, &run.events),
        stop_path: (is_running && member.role == Role::Owner)
            .then(|| format!("{}/stop", path(&site.slug, &execution.id))),
    })
}

fn facts(locale: Locale, run: &Run, account: &str) -> Vec<Fact> {
    let execution = &run.execution;
    let states: Vec<String> = run
        .visits()
        .iter()
        .map(|visit| visit.state.to_string())
        .collect();
    let fact = |label: MessageId, value: String| Fact::new(&locale.text(label), value);
    let moment = |ms: i64| locale.short_moment(ms);
    let mut facts = vec![
        Fact::new("ARN", execution_arn(account, &execution.id)),
        fact(
            MessageId("execution-started"),
            moment(execution.started_at_ms),
        ),
    ];
    if let Some(stopped_at_ms) = execution.stopped_at_ms {
        facts.push(fact(MessageId("execution-end"), moment(stopped_at_ms)));
        facts.push(fact(
            MessageId("execution-length"),
            locale.span(stopped_at_ms - execution.started_at_ms),
        ));
    }
    if let Some(wake_at_ms) = execution.wake_at_ms {
        facts.push(fact(MessageId("execution-wakes"), moment(wake_at_ms)));
    }
    facts.push(fact(MessageId("execution-states"), states.join(" → ")));
    facts
}

fn events(locale: Locale, events: &[HistoryEvent]) -> Vec<EventRow> {
    let mut state = String::new();
    events
        .iter()
        .map(|event| {
            let kind = format!("{:?}", event.kind);
            if kind.ends_with("StateEntered") {
                state = event.details.name.as_deref().unwrap_or_default().to_owned();
            }
            let is_whole = kind.starts_with("Execution");
            EventRow {
                id: event.id.to_string(),
                state: if is_whole {
                    String::new()
                } else {
                    state.clone()
                },
                when: When::of(locale, event.at_ms),
                detail: detail(event),
                kind,
            }
        })
        .collect()
}

/// The details of an event as AWS shows them, with its payloads as the JSON that they are.
fn detail(event: &HistoryEvent) -> String {
    let Value::Object(event) = event.to_aws_json() else {
        return String::new();
    };
    let details = event
        .into_iter()
        .find(|(field, _)| field.ends_with("EventDetails"));
    let Some((_, Value::Object(details))) = details else {
        return String::new();
    };
    let shown: Map<String, Value> = details
        .into_iter()
        .filter(|(field, _)| !["inputDetails", "outputDetails", "name"].contains(&field.as_str()))
        .map(|(field, value)| {
            let is_payload = ["input", "output", "parameters"].contains(&field.as_str());
            let parsed = value
                .as_str()
                .filter(|_| is_payload)
                .and_then(|text| serde_json::from_str(text).ok());
            (field, parsed.unwrap_or(value))
        })
        .collect();
    match shown.is_empty() {
        true => String::new(),
        false => indented(&Value::Object(shown)),
    }
}

fn indented(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
