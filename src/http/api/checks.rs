//! `/checks`: the external checks of the site. A check's name is its id, so that putting one twice is putting it once.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::access_key::Scope;
use crate::clock::rfc3339;
use crate::http::error::HttpError;
use crate::http::extract::segment;
use crate::moderation::external::{
    self, CheckDraft, ExternalCheck, OnFailure, PutCheck, is_asked_by,
};
use crate::moderation::rules::{self, Action, FieldError, Verdict};
use crate::moderation::submit::Title;
use crate::store::{checks, workflows};

use super::caller::Caller;
use super::check::read_text;
use super::hit::{self, Hit};
use super::request::{Request, invalid_fields};

/// An external check as it is to be. What is not said is as in the form for a new one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"url": "https://checks.example.org/images", "timeout_ms": 5000, "on_failure": "hold"}))]
pub(crate) struct WantedCheck {
    /// Where it answers: https, at a public address or one that the operator allows.
    #[schema(max_length = 1000)]
    url: String,
    /// How long it may take; 5000 if it is not said.
    #[schema(minimum = 100, maximum = 30000)]
    timeout_ms: Option<i64>,
    /// What becomes of a post when it does not answer; `hold` if it is not said.
    on_failure: Option<OnFailure>,
    /// What a hit leads to where the site has no outcome for its category or severity; `hold` if it is not said.
    action: Option<Action>,
    /// The severity of hits that tell none; 2 if it is not said.
    #[schema(minimum = 1, maximum = 4)]
    severity: Option<i64>,
    /// Hits with a lower score are only noted; 0.5 if it is not said.
    #[schema(minimum = 0, maximum = 1)]
    score_from: Option<f64>,
    /// Whether it is asked; yes if it is not said.
    enabled: Option<bool>,
    /// Whether it gets a new secret; the old one is void at once.
    #[serde(default)]
    new_secret: bool,
}

/// An external check of the site.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListedCheck {
    /// Its name.
    name: String,
    /// Where it answers.
    url: String,
    /// How long it may take.
    timeout_ms: i64,
    /// What becomes of a post when it does not answer.
    on_failure: OnFailure,
    /// What a hit leads to where the site has no outcome for its category or severity.
    action: Action,
    /// The severity of hits that tell none.
    severity: i64,
    /// Hits with a lower score are only noted.
    score_from: f64,
    /// Whether it is asked.
    enabled: bool,
    /// When it was added.
    created_at: String,
    /// When it failed last.
    failed_at: Option<String>,
    /// How.
    failure: Option<String>,
    /// How often it was not reached in a row.
    failures: i64,
    /// It is left alone until then, since it was not reached several times in a row; afterwards one post tries it out.
    rests_until: Option<String>,
    /// What its requests are signed with. Told once, to whoever made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// The checks of a site.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckList {
    /// In the order in which they are asked.
    items: Vec<ListedCheck>,
    /// Always null: a site has few of them.
    next_cursor: Option<String>,
    /// Whether the workflow in force asks them. One of the site's own has to call `ExternalChecksFunction`.
    asked_by_workflow: bool,
}

/// A text that a check is tried with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "An offer", "body": "Buy pills."}))]
pub(crate) struct TriedText {
    /// Plain text, one line.
    #[schema(min_length = 1, max_length = 200)]
    title: Option<String>,
    /// Markdown, 200,000 bytes at most.
    #[schema(min_length = 1)]
    body: String,
}

/// What a check says of a text, or why it does not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TriedCheck<'a> {
    /// What it would lead to; null if there is no answer.
    verdict: Option<Verdict>,
    /// What it found, in the order in which it told it.
    #[serde(serialize_with = "hit::list")]
    #[schema(value_type = Vec<Hit>)]
    hits: &'a [rules::Hit],
    /// The error's name, as Retry and Catch of a workflow know it; null if it answered.
    #[schema(value_type = Option<String>)]
    error: Option<&'static str>,
    /// The error in words.
    problem: Option<String>,
}

impl WantedCheck {
    fn draft(self) -> CheckDraft {
        let usual = CheckDraft::default();
        CheckDraft {
            url: self.url,
            timeout_ms: self.timeout_ms.unwrap_or(usual.timeout_ms),
            on_failure: self.on_failure.unwrap_or(usual.on_failure),
            action: self.action.unwrap_or(usual.action),
            severity: self.severity.unwrap_or(usual.severity),
            score_percent: match self.score_from {
                // What is no score stays none, and is refused with the rest.
                Some(score) if (0.0..=1.0).contains(&score) => (score * 100.0).round() as i64,
                Some(_) => -1,
                None => usual.score_percent,
            },
            enabled: self.enabled.unwrap_or(usual.enabled),
        }
    }
}

impl From<ExternalCheck> for ListedCheck {
    fn from(check: ExternalCheck) -> Self {
        let draft = check.draft;
        let (failed_at, failure) = check.failed.unzip();
        Self {
            name: check.name,
            url: draft.url,
            timeout_ms: draft.timeout_ms,
            on_failure: draft.on_failure,
            action: draft.action,
            severity: draft.severity,
            score_from: draft.score_percent as f64 / 100.0,
            enabled: draft.enabled,
            created_at: rfc3339(check.created_at_ms),
            failed_at: failed_at.map(rfc3339),
            failure,
            failures: check.health.failures,
            rests_until: Some(check.health.rest_until_ms)
                .filter(|until_ms| *until_ms > 0)
                .map(rfc3339),
            secret: None,
        }
    }
}

/// List the external checks
#[utoipa::path(
    get, path = "/checks", operation_id = "list_checks", tag = "checks", security(("api_key" = ["admin"])),
    responses((status = 200, description = "The checks of the site", body = CheckList))
)]
pub(crate) async fn list(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Admin]).await?;
    let (db, site) = (&caller.app.db, caller.site_id());
    let found = checks::list(db, site).await.context("list checks")?;
    let in_force = caller.app.moderation.in_force.load(site).await?;
    let version = in_force.map_or(0, |in_force| in_force.site.workflow_version);
    let workflow = workflows::find(db, site, version).await?;
    Ok(HttpResponse::Ok().json(CheckList {
        items: found.into_iter().map(ListedCheck::from).collect(),
        next_cursor: None,
        asked_by_workflow: workflow.is_some_and(|workflow| is_asked_by(&workflow.definition)),
    }))
}

/// Read an external check
#[utoipa::path(
    get, path = "/checks/{check}", operation_id = "read_check", tag = "checks", security(("api_key" = ["admin"])),
    params(("check" = String, Path, description = "The check's name")),
    responses((status = 200, description = "The check", body = ListedCheck))
)]
pub(crate) async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Admin]).await?;
    let found = checks::find(&caller.app.db, caller.site_id(), segment(&req, "check")).await?;
    let check = found.ok_or_else(HttpError::not_found)?;
    Ok(HttpResponse::Ok().json(ListedCheck::from(check)))
}

/// Add or change an external check
///
/// Posts that come in from now on are asked about; those that wait keep what they began with. The answer has the secret when
/// it is new.
#[utoipa::path(
    put, path = "/checks/{check}", operation_id = "put_check", tag = "checks", security(("api_key" = ["admin"])),
    params(("check" = String, Path, description = "The check's name: 1 to 40 lower-case letters, digits and inner hyphens")),
    request_body = WantedCheck,
    responses(
        (status = 200, description = "It is changed", body = ListedCheck),
        (status = 201, description = "It is added", body = ListedCheck),
    )
)]
pub(crate) async fn put(
    req: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Admin]).await?;
    let wanted = Request::<WantedCheck>::read(&req, payload).await?.value;
    let (name, renew) = (segment(&req, "check"), wanted.new_secret);
    let app = &caller.app;
    if let Err(flaw) = app.checks.check_url(&wanted.url) {
        let field = "url";
        return Err(invalid_fields(&[FieldError { field, flaw }]));
    }
    let before = checks::find(&app.db, caller.site_id(), name).await?;
    let put = app
        .moderation
        .put_check(caller.site_id(), name, wanted.draft(), renew, &caller.by())
        .await?;
    let PutCheck {
        check,
        is_secret_new,
    } = put.map_err(|errors| invalid_fields(&errors))?;
    let secret = is_secret_new.then(|| check.secret_text(&app.keyring));
    let status = match before {
        Some(_) => StatusCode::OK,
        None => StatusCode::CREATED,
    };
    Ok(HttpResponse::build(status).json(ListedCheck {
        secret,
        ..ListedCheck::from(check)
    }))
}

/// Try an external check
///
/// Asks the check about a text now, with `"type": "post.try"`, and says what it answers. Nothing is stored. A check that is left
/// alone is asked too; if it answers, it is asked about posts again.
#[utoipa::path(
    post, path = "/checks/{check}/try", operation_id = "try_check", tag = "checks", security(("api_key" = ["admin"])),
    params(("check" = String, Path, description = "The check's name")),
    request_body = TriedText,
    responses((status = 200, description = "What it answers, also if that is none", body = TriedCheck))
)]
pub(crate) async fn try_out(
    req: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Admin]).await?;
    let text = Request::<TriedText>::read(&req, payload).await?.value;
    let (title, body) = read_text(text.title.as_deref(), &text.body)?;
    let (app, site) = (&caller.app, caller.site_id());
    let check = checks::find(&app.db, site, segment(&req, "check")).await?;
    let check = check.ok_or_else(HttpError::not_found)?;
    let title = title.as_ref().map_or("", Title::as_str);
    let tried = app.checks.try_out(&check, title, body.as_str()).await?;
    Ok(HttpResponse::Ok().json(match &tried {
        Ok(hits) => TriedCheck {
            verdict: Some(Verdict::of(hits)),
            hits,
            error: None,
            problem: None,
        },
        Err(failure) => TriedCheck {
            verdict: None,
            hits: &[],
            error: Some(failure.name()),
            problem: Some(external::failed(&check.name, failure)),
        },
    }))
}

/// Remove an external check
///
/// Posts that wait for its answer go on without it.
#[utoipa::path(
    delete, path = "/checks/{check}", operation_id = "remove_check", tag = "checks", security(("api_key" = ["admin"])),
    params(("check" = String, Path, description = "The check's name")),
    responses((status = 204, description = "It is gone"))
)]
pub(crate) async fn remove(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Admin]).await?;
    let (name, by) = (segment(&req, "check"), caller.by());
    let moderation = &caller.app.moderation;
    match moderation.remove_check(caller.site_id(), name, &by).await? {
        true => Ok(HttpResponse::NoContent().finish()),
        false => Err(HttpError::not_found()),
    }
}
