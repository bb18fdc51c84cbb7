//! `/s/{site}/admin/checks`: the external checks of a site. A secret is shown in the answer that made it and never again.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::http::chrome::{PageChrome, Redirect, page, page_with};
use crate::http::error::HttpError;
use crate::http::extract::segment;
use crate::http::form::Form;
use crate::http::marks::{HitRow, Marks};
use crate::http::parts::{Choice, When};
use crate::http::visitor::Member;
use crate::locale::{Locale, MessageId};
use crate::moderation::external::{CheckDraft, ExternalCheck, Health, OnFailure, is_asked_by};
use crate::moderation::rules::{Action, FieldError, Flaw};
use crate::moderation::wording;
use crate::store::{checks, workflows};

#[derive(Template)]
#[template(path = "admin/checks.html")]
struct ChecksPage {
    page: PageChrome,
    is_not_asked: bool,
    checks: Vec<CheckRow>,
    form: CheckForm,
}

#[derive(Template)]
#[template(path = "admin/check.html")]
struct CheckPage {
    page: PageChrome,
    name: String,
    path: String,
    secret: Option<String>,
    failed: Option<When>,
    failure: String,
    resting: Option<String>,
    form: CheckForm,
    test_title: String,
    test_text: String,
    answer: Option<Answer>,
}

struct CheckRow {
    name: String,
    path: String,
    url: String,
    is_on: bool,
    failed: Option<When>,
    failure: String,
    resting: Option<String>,
}

struct CheckForm {
    name: Option<Field>,
    url: Field,
    timeout: Field,
    score: Field,
    on_failures: Vec<Choice>,
    actions: Vec<Choice>,
    severities: Vec<Choice>,
    enabled: bool,
}

struct Field {
    value: String,
    error: Option<String>,
}

struct Answer {
    tone: &'static str,
    title: String,
    text: String,
    hits: Vec<HitRow>,
}

/// What the forms send; the name only where it is new.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckFields {
    #[serde(default)]
    name: String,
    url: String,
    timeout_ms: String,
    on_failure: OnFailure,
    action: Action,
    severity: i64,
    score_from: String,
    #[serde(default)]
    enabled: bool,
}

/// What the box to try a check sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TryFields {
    title: String,
    body: String,
}

impl CheckFields {
    fn of(check: &ExternalCheck) -> Self {
        Self::from_draft(&check.draft)
    }

    fn from_draft(draft: &CheckDraft) -> Self {
        Self {
            name: String::new(),
            url: draft.url.clone(),
            timeout_ms: draft.timeout_ms.to_string(),
            on_failure: draft.on_failure,
            action: draft.action,
            severity: draft.severity,
            score_from: (draft.score_percent as f64 / 100.0).to_string(),
            enabled: draft.enabled,
        }
    }

    /// What was typed; a number that is none is refused with the rest.
    fn draft(&self) -> CheckDraft {
        let score: Option<f64> = self.score_from.trim().replace(',', ".").parse().ok();
        CheckDraft {
            url: self.url.trim().to_owned(),
            timeout_ms: self.timeout_ms.trim().parse().unwrap_or(-1),
            on_failure: self.on_failure,
            action: self.action,
            severity: self.severity,
            score_percent: match score {
                Some(score) if (0.0..=1.0).contains(&score) => (score * 100.0).round() as i64,
                _ => -1,
            },
            enabled: self.enabled,
        }
    }

    fn form(&self, page: &PageChrome, is_new: bool, errors: &[FieldError]) -> CheckForm {
        let error = |name: &str| {
            let found = errors.iter().find(|error| error.field == name);
            found.map(|error| wording::flaw(page.locale, &error.flaw))
        };
        let field = |value: &str, name: &str| Field {
            value: value.to_owned(),
            error: error(name),
        };
        let choice = |value: &str, id, selected| Choice {
            value: value.to_owned(),
            label: page.locale.text(id),
            selected,
        };
        CheckForm {
            name: is_new.then(|| field(&self.name, "name")),
            url: field(&self.url, "url"),
            timeout: field(&self.timeout_ms, "timeout_ms"),
            score: Field {
                value: self.score_from.clone(),
                error: error("score_percent").map(|_| page.say("check-score-rule").to_string()),
            },
            on_failures: [
                (OnFailure::Hold, MessageId("check-on-failure-hold")),
                (OnFailure::Pass, MessageId("check-on-failure-pass")),
            ]
            .map(|(value, id)| choice(value.as_str(), id, value == self.on_failure))
            .into(),
            actions: [
                (Action::Hold, MessageId("check-action-hold")),
                (Action::Reject, MessageId("check-action-reject")),
                (Action::Shadow, MessageId("check-action-shadow")),
            ]
            .map(|(value, id)| choice(value.as_str(), id, value == self.action))
            .into(),
            severities: (1..=4)
                .map(|severity: i64| Choice {
                    value: severity.to_string(),
                    label: severity.to_string(),
                    selected: severity == self.severity,
                })
                .collect(),
            enabled: self.enabled,
        }
    }
}

/// `GET /s/{site}/admin/checks`
pub(crate) async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
) -> Result<HttpResponse, HttpError> {
    let fields = CheckFields::from_draft(&CheckDraft::default());
    page(&checks_page(&req, &app, &owner, &fields, &[]).await?)
}

/// `POST /s/{site}/admin/checks`
pub(crate) async fn add(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
    Form(fields): Form<CheckFields>,
) -> Result<HttpResponse, HttpError> {
    let mut errors = Vec::new();
    let name = fields.name.trim();
    if checks::find(&app.db, owner.site.id, name).await?.is_some() {
        errors.push(FieldError {
            field: "name",
            flaw: Flaw::new("flaw-check-known"),
        });
    }
    match put(&app, &owner, name, &fields, errors).await? {
        Ok(check) => show_secret(&req, &app, &owner, &check),
        Err(errors) => {
            let again = checks_page(&req, &app, &owner, &fields, &errors).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

/// `GET /s/{site}/admin/checks/{check}`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
) -> Result<HttpResponse, HttpError> {
    let check = find(&req, &app, &owner).await?;
    page(&check_page(
        &req,
        &owner,
        &check,
        &CheckFields::of(&check),
        &[],
    ))
}

/// `POST /s/{site}/admin/checks/{check}`
pub(crate) async fn change(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
    Form(fields): Form<CheckFields>,
) -> Result<HttpResponse, HttpError> {
    let check = find(&req, &app, &owner).await?;
    match put(&app, &owner, &check.name, &fields, Vec::new()).await? {
        Ok(_) => {
            let page = PageChrome::titled(&req, "checks", "settings");
            let saved = page.say("check-saved").to_string();
            Ok(Redirect::to(path_of(&owner, &check.name))
                .flash(saved)
                .respond_to(&req))
        }
        Err(errors) => page_with(
            StatusCode::UNPROCESSABLE_ENTITY,
            &check_page(&req, &owner, &check, &fields, &errors),
        ),
    }
}

/// `POST /s/{site}/admin/checks/{check}/secret`
pub(crate) async fn renew(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
) -> Result<HttpResponse, HttpError> {
    let check = find(&req, &app, &owner).await?;
    let put = app
        .moderation
        .put_check(owner.site.id, &check.name, check.draft, true, &owner.by())
        .await?;
    let put = put.map_err(|_| HttpError::not_found())?;
    show_secret(&req, &app, &owner, &put.check)
}

/// `POST /s/{site}/admin/checks/{check}/try`
pub(crate) async fn try_out(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
    Form(fields): Form<TryFields>,
) -> Result<HttpResponse, HttpError> {
    let check = find(&req, &app, &owner).await?;
    let (title, body) = (&fields.title, &fields.body);
    let asked = app.checks.try_out(&check, title, body).await?;
    // What it answered may have ended its rest.
    let check = find(&req, &app, &owner).await?;
    let mut shown = check_page(&req, &owner, &check, &CheckFields::of(&check), &[]);
    let say = |id| shown.page.say(id).to_string();
    shown.answer = Some(match asked {
        Ok(hits) if hits.is_empty() => Answer {
            tone: "ok",
            title: say("check-try-nothing"),
            text: String::new(),
            hits: Vec::new(),
        },
        Ok(hits) => Answer {
            tone: "warn",
            title: shown
                .page
                .say("check-try-found")
                .with("count", i64::try_from(hits.len()).unwrap_or(i64::MAX))
                .to_string(),
            text: String::new(),
            hits: Marks::of(shown.page.locale, title, body, &hits).rows,
        },
        Err(failure) => Answer {
            tone: "no",
            title: say("check-try-failed"),
            text: format!(
                "{}: {} {}.",
                failure.name(),
                check.name,
                wording::check_failure(shown.page.locale, &failure.to_string())
            ),
            hits: Vec::new(),
        },
    });
    shown.test_title = fields.title;
    shown.test_text = fields.body;
    page(&shown)
}

/// `POST /s/{site}/admin/checks/{check}/remove`
pub(crate) async fn remove(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
) -> Result<Redirect, HttpError> {
    let (name, by) = (segment(&req, "check"), owner.by());
    let removed = app.moderation.remove_check(owner.site.id, name, &by);
    if !removed.await? {
        return Err(HttpError::not_found());
    }
    let page = PageChrome::titled(&req, "checks", "settings");
    Ok(Redirect::to(list_path(&owner)).flash(page.say("check-removed").to_string()))
}

async fn put(
    app: &App,
    owner: &Member,
    name: &str,
    fields: &CheckFields,
    mut errors: Vec<FieldError>,
) -> Result<Result<ExternalCheck, Vec<FieldError>>, HttpError> {
    let draft = fields.draft();
    if let Err(flaw) = app.checks.check_url(&draft.url) {
        errors.push(FieldError { field: "url", flaw });
    }
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let put = app
        .moderation
        .put_check(owner.site.id, name, draft, false, &owner.by())
        .await?;
    Ok(put.map(|put| put.check))
}

fn show_secret(
    req: &HttpRequest,
    app: &App,
    owner: &Member,
    check: &ExternalCheck,
) -> Result<HttpResponse, HttpError> {
    let shown = check_page(req, owner, check, &CheckFields::of(check), &[]);
    page(&CheckPage {
        secret: Some(check.secret_text(&app.keyring)),
        ..shown
    })
}

async fn find(req: &HttpRequest, app: &App, owner: &Member) -> Result<ExternalCheck, HttpError> {
    let found = checks::find(&app.db, owner.site.id, segment(req, "check")).await?;
    found.ok_or_else(HttpError::not_found)
}

fn list_path(owner: &Member) -> String {
    format!("/s/{}/admin/checks", owner.site.slug)
}

fn path_of(owner: &Member, name: &str) -> String {
    format!("{}/{name}", list_path(owner))
}

async fn checks_page(
    req: &HttpRequest,
    app: &App,
    owner: &Member,
    fields: &CheckFields,
    errors: &[FieldError],
) -> Result<ChecksPage, HttpError> {
    let found = checks::list(&app.db, owner.site.id).await?;
    let version = owner.site.workflow_version;
    let workflow = workflows::find(&app.db, owner.site.id, version).await?;
    let is_asked = workflow.is_some_and(|workflow| is_asked_by(&workflow.definition));
    let page = PageChrome::titled(req, "checks", "settings");
    let locale = page.locale;
    Ok(ChecksPage {
        form: fields.form(&page, true, errors),
        page,
        is_not_asked: !is_asked && found.iter().any(|check| check.draft.enabled),
        checks: found
            .into_iter()
            .map(|check| {
                let (failed, failure) = failed(locale, &check);
                let resting = resting(locale, &check);
                CheckRow {
                    path: path_of(owner, &check.name),
                    name: check.name,
                    url: check.draft.url,
                    is_on: check.draft.enabled,
                    failed,
                    failure,
                    resting,
                }
            })
            .collect(),
    })
}

fn check_page(
    req: &HttpRequest,
    owner: &Member,
    check: &ExternalCheck,
    fields: &CheckFields,
    errors: &[FieldError],
) -> CheckPage {
    let page = PageChrome::titled(req, "checks", "settings");
    let locale = page.locale;
    let (failed, failure) = failed(locale, check);
    CheckPage {
        form: fields.form(&page, false, errors),
        page,
        name: check.name.clone(),
        path: path_of(owner, &check.name),
        secret: None,
        failed,
        failure,
        resting: resting(locale, check),
        test_title: String::new(),
        test_text: String::new(),
        answer: None,
    }
}

fn failed(locale: Locale, check: &ExternalCheck) -> (Option<When>, String) {
    match &check.failed {
        Some((at_ms, failure)) => (
            Some(When::of(locale, *at_ms)),
            wording::problem(locale, failure),
        ),
        None => (None, String::new()),
    }
}

/// That it is left alone, and until when; None if it is asked.
fn resting(locale: Locale, check: &ExternalCheck) -> Option<String> {
    let Health {
        failures,
        rest_until_ms,
    } = check.health;
    (rest_until_ms > 0).then(|| {
        locale
            .say("check-resting")
            .with("count", failures)
            .with("until", When::of(locale, rest_until_ms).text)
            .to_string()
    })
}
