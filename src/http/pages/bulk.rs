//! Many cases of the queue decided at once, with one reason, and what became of each.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;

use crate::app::App;
use crate::http::chrome::{PageChrome, Redirect, page_with};
use crate::http::error::HttpError;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::visitor::Member;
use crate::ids::{CaseId, is_id};
use crate::locale::{Locale, MessageId};
use crate::moderation::bulk::{MAX_CASES, Outcome};
use crate::moderation::decide::{Answer, DecideError, Decided, Decision};
use crate::moderation::masks::{self, Masks};
use crate::moderation::reason::Known;
use crate::store::cases::{self, ListedCase};

use super::case::{case_path, decider};
use super::decision::{DecisionFields, ReasonChoice, choices};
use super::queue::path as queue_path;
use super::undo::UndoBar;

#[derive(Template)]
#[template(path = "admin/bulk.html")]
struct BulkPage {
    page: PageChrome,
    undo: UndoBar,
    summary: String,
    rows: Vec<ResultRow>,
}

#[derive(Template)]
#[template(path = "admin/bulk_again.html")]
struct BulkAgainPage {
    page: PageChrome,
    problem: String,
    decisions_path: String,
    chosen: Vec<ChosenRow>,
    templates: Vec<ReasonChoice>,
    reason: String,
}

/// A case that was chosen before and is so still.
struct ChosenRow {
    id: String,
    revision: i64,
    title: String,
    author: String,
    path: String,
}

struct ResultRow {
    tone: &'static str,
    title: String,
    path: String,
    text: String,
}

/// `POST /s/{site}/admin/queue/decisions`
pub(crate) async fn decide(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    form: Form<BTreeMap<String, String>>,
) -> Result<HttpResponse, HttpError> {
    let locale = locale(&req);
    let mut fields = form.0;
    let cases = take_cases(&mut fields)?;
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    let decision: Decision = take("decision")
        .parse()
        .map_err(|_| HttpError::invalid("decision", "must be APPROVED or REJECTED"))?;
    let masks = masks::find(&app.db, &member.actor()).await?;
    let fields = DecisionFields::for_many(decision, take("reason"), take("template"));
    let mut chosen = Vec::with_capacity(cases.len());
    for (id, revision) in cases {
        let listed = cases::find(&app.db, member.site.id, &id).await?;
        chosen.extend(listed.map(|listed| (listed, revision)));
    }
    if chosen.is_empty() {
        let problem = locale.text("bulk-none");
        return again(&req, &member, &masks, chosen, &fields, problem);
    }
    let settings = &member.site.settings;
    let answers: Result<Vec<Answer>, String> = chosen
        .iter()
        .map(|(listed, _)| {
            let known = Known {
                title: &listed.title,
                author: &listed.author_name,
                site: &member.site.name,
            };
            fields.answer(locale, settings, &known)
        })
        .collect();
    let answers = match answers {
        Ok(answers) => answers,
        Err(problem) => return again(&req, &member, &masks, chosen, &fields, problem),
    };
    let cases = chosen
        .iter()
        .zip(answers)
        .map(|((listed, revision), answer)| (listed.case.id.clone(), *revision, answer))
        .collect();
    let outcomes = app
        .moderation
        .decide_many(&member.actor(), &decider(&member), cases)
        .await?;
    if outcomes.iter().all(|(_, result)| result.is_ok()) {
        let id = match decision {
            Decision::Approved => MessageId("bulk-approved"),
            Decision::Rejected => MessageId("bulk-rejected"),
        };
        return Ok(Redirect::to(queue_path(&member.site.slug))
            .flash(locale.say(id).with("count", outcomes.len()).to_string())
            .respond_to(&req));
    }
    outcome(&req, &app, &member, &masks, &chosen, &outcomes).await
}

/// `POST /s/{site}/admin/queue/undo`
pub(crate) async fn undo(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
) -> Result<HttpResponse, HttpError> {
    let undone = app.moderation.undo_all(&member.actor()).await?;
    let locale = locale(&req);
    let message = match undone {
        0 => locale.say("undo-nothing"),
        undone => locale.say("undo-all-done").with("count", undone),
    };
    Ok(Redirect::to(queue_path(&member.site.slug))
        .flash(message.to_string())
        .respond_to(&req))
}

/// The chosen cases: fields `case_ID` whose value is the revision that was seen.
fn take_cases(fields: &mut BTreeMap<String, String>) -> Result<Vec<(CaseId, i64)>, HttpError> {
    let mut cases = Vec::new();
    for (field, value) in fields.iter() {
        let Some(id) = field.strip_prefix("case_") else {
            continue;
        };
        let revision = value.parse().ok().filter(|_| is_id(id));
        let revision =
            revision.ok_or_else(|| HttpError::invalid(field, "is not a case with its revision"))?;
        cases.push((CaseId::from(id.to_owned()), revision));
    }
    if cases.len() > MAX_CASES {
        return Err(HttpError::invalid("case", "at most 100 at once"));
    }
    fields.retain(|field, _| !field.starts_with("case_"));
    Ok(cases)
}

/// What was chosen and typed, to be sent once more.
fn again(
    req: &HttpRequest,
    member: &Member,
    masks: &Masks,
    chosen: Vec<(ListedCase, i64)>,
    fields: &DecisionFields,
    problem: String,
) -> Result<HttpResponse, HttpError> {
    let slug = &member.site.slug;
    let (reason, template) = fields.words();
    let page = BulkAgainPage {
        page: PageChrome::titled(req, "bulk-heading", "queue"),
        problem,
        decisions_path: format!("{}/decisions", queue_path(slug)),
        templates: choices(&member.site.settings, template),
        reason: reason.to_owned(),
        chosen: chosen
            .into_iter()
            .map(|(listed, revision)| {
                Ok(ChosenRow {
                    path: case_path(slug, &listed.case.id),
                    id: listed.case.id.to_string(),
                    revision,
                    title: masks.cover_stored(&listed.title, &listed.hits)?,
                    author: listed.author_name,
                })
            })
            .collect::<anyhow::Result<_>>()?,
    };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn outcome(
    req: &HttpRequest,
    app: &App,
    member: &Member,
    masks: &Masks,
    chosen: &[(ListedCase, i64)],
    outcomes: &[Outcome],
) -> Result<HttpResponse, HttpError> {
    let slug = &member.site.slug;
    let locale = locale(req);
    let done = outcomes.iter().filter(|(_, result)| result.is_ok()).count();
    let rows = chosen
        .iter()
        .zip(outcomes)
        .map(|((listed, _), (id, result))| {
            let (tone, text) = told(locale, result);
            Ok(ResultRow {
                tone,
                title: masks.cover_stored(&listed.title, &listed.hits)?,
                path: case_path(slug, id),
                text,
            })
        })
        .collect::<anyhow::Result<_>>()?;
    let page = BulkPage {
        page: PageChrome::titled(req, "bulk-heading", "queue"),
        undo: UndoBar::of(app, locale, slug, &member.actor(), None).await?,
        summary: locale
            .say("bulk-summary")
            .with("done", done)
            .with("count", outcomes.len())
            .to_string(),
        rows,
    };
    page_with(StatusCode::CONFLICT, &page)
}

/// What became of one case, with its tone.
fn told(locale: Locale, result: &Result<Decided, DecideError>) -> (&'static str, String) {
    let (tone, id) = match result {
        Ok(decided) if decided.repeated => ("ok", MessageId("bulk-repeated")),
        Ok(_) => ("ok", MessageId("bulk-done")),
        Err(DecideError::AlreadyDecided(_)) => ("no", MessageId("bulk-first")),
        Err(DecideError::Stale(_)) => ("warn", MessageId("bulk-stale")),
        Err(DecideError::OwnPost) => ("off", MessageId("bulk-own")),
        Err(DecideError::OwnDecision) => ("off", MessageId("bulk-own-decision")),
        Err(DecideError::First(_)) => ("wait", MessageId("bulk-two")),
        Err(DecideError::Unknown) => ("off", MessageId("bulk-unknown")),
        Err(DecideError::Expired(_) | DecideError::NeedsPeople | DecideError::Replayed(_)) => {
            ("off", MessageId("bulk-closed"))
        }
    };
    let decided = match result {
        Ok(decided) => Some(decided),
        Err(DecideError::AlreadyDecided(decided)) => Some(&**decided),
        Err(_) => None,
    };
    let name = decided
        .and_then(|decided| decided.case.as_ref()?.decided_by_name.clone())
        .unwrap_or_else(|| locale.text("somebody"));
    (tone, locale.say(id).with("name", name).to_string())
}
