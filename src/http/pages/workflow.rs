//! The workflow of a site: the definition in force, its earlier versions, and the way to the next one.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use anyhow::Context as _;
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::asl::{self, Severity};
use crate::auth::role::Role;
use crate::http::chrome::{PageChrome, Redirect, page_with};
use crate::http::error::HttpError;
use crate::http::extract::Query;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::parts::{Notice, When};
use crate::http::visitor::Member;
use crate::locale::{Locale, MessageId};
use crate::moderation::flow::machine_arn;
use crate::moderation::workflow;
use crate::store::workflows::{self, WorkflowRow};

#[derive(Template)]
#[template(path = "admin/workflow.html")]
struct WorkflowPage {
    page: PageChrome,
    version: String,
    about: String,
    arn: String,
    notice: Option<Notice>,
    warnings: Vec<ProblemRow>,
    definition: String,
    versions: Vec<VersionRow>,
    form: Option<WorkflowForm>,
}

struct VersionRow {
    label: String,
    path: String,
    by: String,
    when: When,
    current: bool,
    shown: bool,
}

struct WorkflowForm {
    definition: String,
    problems: Vec<ProblemRow>,
    open: bool,
}

struct ProblemRow {
    pointer: String,
    message: String,
    /// What the validator says of it, in English.
    detail: String,
}

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WorkflowQuery {
    version: Option<i64>,
}

/// What the form sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkflowFields {
    definition: String,
    #[serde(default)]
    dry_run: bool,
}

/// `GET /s/{site}/admin/workflow`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    query: Query<WorkflowQuery>,
) -> Result<HttpResponse, HttpError> {
    let desk = workflow_page(&req, &app, &member, query.0.version).await?;
    page_with(StatusCode::OK, &desk)
}

/// `POST /s/{site}/admin/workflow`
pub(crate) async fn set(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    fields: Form<WorkflowFields>,
) -> Result<HttpResponse, HttpError> {
    let locale = locale(&req);
    let WorkflowFields {
        definition,
        dry_run,
    } = fields.0;
    let checked = match dry_run {
        true => workflow::check(&definition),
        false => {
            let set = app
                .moderation
                .set_workflow(member.site.id, &definition, &member.by())
                .await?;
            match set {
                Ok(set) => {
                    let id = match set.warnings.len() {
                        0 => MessageId("workflow-set"),
                        _ => MessageId("workflow-set-warned"),
                    };
                    let message = locale
                        .say(id)
                        .with("number", set.version)
                        .with("warnings", warnings(locale, set.warnings.len()));
                    return Ok(Redirect::to(path(&member.site.slug))
                        .flash(message.to_string())
                        .respond_to(&req));
                }
                Err(problems) => Err(problems),
            }
        }
    };
    let mut desk = workflow_page(&req, &app, &member, None).await?;
    let (status, problems) = match checked {
        Ok(warnings) => {
            desk.notice = Some(dry_run_notice(locale, warnings.len()));
            desk.warnings = problem_rows(locale, &warnings);
            (StatusCode::OK, Vec::new())
        }
        Err(problems) => (StatusCode::UNPROCESSABLE_ENTITY, problems),
    };
    desk.form = Some(WorkflowForm {
        definition,
        problems: problem_rows(locale, &problems),
        open: true,
    });
    page_with(status, &desk)
}

fn path(slug: &str) -> String {
    format!("/s/{slug}/admin/workflow")
}

/// "2 warnings".
fn warnings(locale: Locale, count: usize) -> String {
    let said = locale.say("workflow-warnings").with("count", count);
    said.to_string()
}

fn dry_run_notice(locale: Locale, warnings_found: usize) -> Notice {
    match warnings_found {
        0 => Notice {
            tone: "ok",
            title: locale.text("workflow-can-run"),
            text: locale.text("workflow-unchanged-yet"),
        },
        count => Notice {
            tone: "warn",
            title: locale
                .say("workflow-can-run-warned")
                .with("warnings", warnings(locale, count))
                .to_string(),
            text: locale.text("workflow-unchanged-yet"),
        },
    }
}

fn problem_rows(locale: Locale, problems: &[asl::Problem]) -> Vec<ProblemRow> {
    let row = |problem: &asl::Problem| {
        let message = locale.text(problem_name(problem.code));
        ProblemRow {
            pointer: match problem.pointer.as_str() {
                "" => "/".to_owned(),
                pointer => pointer.to_owned(),
            },
            message: match problem.severity {
                Severity::Error => message,
                Severity::Warning => locale
                    .say("workflow-warning")
                    .with("message", message)
                    .to_string(),
            },
            detail: problem.message.clone(),
        }
    };
    problems.iter().map(row).collect()
}

/// What a problem with a definition is called, by its code.
fn problem_name(code: &str) -> MessageId {
    match code {
        "INVALID_JSON" => MessageId("definition-json"),
        "TOO_LARGE" => MessageId("definition-large"),
        "DUPLICATE_KEY" => MessageId("definition-twice"),
        "WRONG_TYPE" => MessageId("definition-type"),
        "INVALID_VALUE" => MessageId("definition-value"),
        "MISSING_FIELD" => MessageId("definition-missing"),
        "UNKNOWN_FIELD" => MessageId("definition-unknown"),
        "CONFLICTING_FIELDS" => MessageId("definition-conflict"),
        "UNSUPPORTED" => MessageId("definition-unsupported"),
        "EMPTY_STATES" => MessageId("definition-empty"),
        "STATE_NAME" => MessageId("definition-name"),
        "UNKNOWN_STATE_TYPE" => MessageId("definition-kind"),
        "UNKNOWN_TARGET" => MessageId("definition-target"),
        "MISSING_TRANSITION" => MessageId("definition-transition"),
        "UNREACHABLE" => MessageId("definition-unreachable"),
        "NO_TERMINAL_STATE" => MessageId("definition-endless"),
        "TOKEN_NOT_PASSED" => MessageId("definition-token"),
        "INVALID_RESOURCE" => MessageId("definition-resource"),
        "INVALID_PATH" => MessageId("definition-path"),
        "INVALID_INTRINSIC" => MessageId("definition-intrinsic"),
        "INVALID_TIMESTAMP" => MessageId("definition-timestamp"),
        "CHOICE_OPERATOR" => MessageId("definition-operator"),
        "ERROR_EQUALS" => MessageId("definition-errors"),
        "HEARTBEAT" => MessageId("definition-heartbeat"),
        "QUERY_LANGUAGE" => MessageId("definition-language"),
        "NOT_SERVED" => MessageId("definition-served"),
        _ => MessageId("definition-other"),
    }
}

/// The page with `version`, or with the one in force.
async fn workflow_page(
    req: &HttpRequest,
    app: &App,
    member: &Member,
    version: Option<i64>,
) -> Result<WorkflowPage, HttpError> {
    let site = &member.site;
    let in_force = workflows::find(&app.db, site.id, site.workflow_version)
        .await?
        .with_context(|| format!("the workflow of site {} is missing", site.slug))?;
    let shown = match version {
        Some(version) if version != in_force.version => workflows::find(&app.db, site.id, version)
            .await?
            .ok_or_else(HttpError::not_found)?,
        _ => in_force.clone(),
    };
    let versions = workflows::list(&app.db, site.id).await?;
    let name = |row: &WorkflowRow| {
        versions
            .iter()
            .find(|listed| listed.workflow.version == row.version)
            .map_or_else(
                || row.created_by.clone(),
                |listed| listed.created_by_name.clone(),
            )
    };
    let is_older = shown.version != in_force.version;
    let page = PageChrome::titled(req, "workflow", "workflow");
    let locale = page.locale;
    let numbered = |id: MessageId, number: i64| locale.say(id).with("number", number).to_string();
    let since = match is_older {
        true => MessageId("workflow-kept-since"),
        false => MessageId("workflow-in-force-since"),
    };
    Ok(WorkflowPage {
        page,
        version: numbered(MessageId("workflow-version"), shown.version),
        about: locale
            .say(since)
            .with("when", locale.short_moment(shown.created_at_ms))
            .with("name", name(&shown))
            .to_string(),
        arn: machine_arn(&site.account),
        warnings: Vec::new(),
        notice: is_older.then(|| Notice {
            tone: "off",
            title: locale.text("workflow-older"),
            text: numbered(MessageId("workflow-older-text"), in_force.version),
        }),
        definition: indented(&shown.definition),
        versions: versions
            .iter()
            .map(|listed| {
                let row = &listed.workflow;
                VersionRow {
                    label: numbered(MessageId("workflow-version-label"), row.version),
                    path: format!("{}?version={}", path(&site.slug), row.version),
                    by: listed.created_by_name.clone(),
                    when: When::of(locale, row.created_at_ms),
                    current: row.version == in_force.version,
                    shown: row.version == shown.version,
                }
            })
            .collect(),
        form: (member.role == Role::Owner).then(|| WorkflowForm {
            definition: shown.definition.clone(),
            problems: Vec::new(),
            open: false,
        }),
    })
}

/// The definition with one field a line, whatever it was sent like.
fn indented(definition: &str) -> String {
    serde_json::from_str::<serde_json::Value>(definition)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| definition.to_owned())
}
