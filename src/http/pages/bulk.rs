//! Many cases of the queue decided at once, with one reason, and what became of each.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;

use crate::app::App;
use crate::http::chrome::{PageChrome, Redirect, page_with};
use crate::http::error::HttpError;
use crate::http::form::Form;
use crate::http::parts::count;
use crate::http::visitor::Member;
use crate::ids::{CaseId, is_id};
use crate::moderation::bulk::{MAX_CASES, Outcome};
use crate::moderation::decide::{Answer, DecideError, Decided, Decision};
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
    let mut fields = form.0;
    let cases = take_cases(&mut fields)?;
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    let decision: Decision = take("decision")
        .parse()
        .map_err(|_| HttpError::invalid("decision", "must be APPROVED or REJECTED"))?;
    let fields = DecisionFields::for_many(decision, take("reason"), take("template"));
    let mut chosen = Vec::with_capacity(cases.len());
    for (id, revision) in cases {
        let listed = cases::find(&app.db, member.site.id, &id).await?;
        chosen.extend(listed.map(|listed| (listed, revision)));
    }
    if chosen.is_empty() {
        let problem = "Choose at least one case.".to_owned();
        return again(&req, &member, chosen, &fields, problem);
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
            fields.answer(settings, &known)
        })
        .collect();
    let answers = match answers {
        Ok(answers) => answers,
        Err(problem) => return again(&req, &member, chosen, &fields, problem),
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
        let word = match decision {
            Decision::Approved => "approved",
            Decision::Rejected => "rejected",
        };
        return Ok(Redirect::to(queue_path(&member.site.slug))
            .flash(format!("{} {word}.", count(outcomes.len(), "post")))
            .respond_to(&req));
    }
    outcome(&req, &app, &member, &chosen, &outcomes).await
}

/// `POST /s/{site}/admin/queue/undo`
pub(crate) async fn undo(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
) -> Result<HttpResponse, HttpError> {
    let undone = app.moderation.undo_all(&member.actor()).await?;
    let message = match undone {
        0 => "There is nothing to take back any more.".to_owned(),
        undone => format!("{} taken back.", count(undone, "decision")),
    };
    Ok(Redirect::to(queue_path(&member.site.slug))
        .flash(message)
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
    chosen: Vec<(ListedCase, i64)>,
    fields: &DecisionFields,
    problem: String,
) -> Result<HttpResponse, HttpError> {
    let slug = &member.site.slug;
    let (reason, template) = fields.words();
    let page = BulkAgainPage {
        page: PageChrome::of(req, "Many at once", "queue"),
        problem,
        decisions_path: format!("{}/decisions", queue_path(slug)),
        templates: choices(&member.site.settings, template),
        reason: reason.to_owned(),
        chosen: chosen
            .into_iter()
            .map(|(listed, revision)| ChosenRow {
                path: case_path(slug, &listed.case.id),
                id: listed.case.id.to_string(),
                revision,
                title: listed.title,
                author: listed.author_name,
            })
            .collect(),
    };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn outcome(
    req: &HttpRequest,
    app: &App,
    member: &Member,
    chosen: &[(ListedCase, i64)],
    outcomes: &[Outcome],
) -> Result<HttpResponse, HttpError> {
    let slug = &member.site.slug;
    let done = outcomes.iter().filter(|(_, result)| result.is_ok()).count();
    let rows = chosen
        .iter()
        .zip(outcomes)
        .map(|((listed, _), (id, result))| {
            let (tone, text) = told(result);
            ResultRow {
                tone,
                title: listed.title.clone(),
                path: case_path(slug, id),
                text,
            }
        })
        .collect();
    let page = BulkPage {
        page: PageChrome::of(req, "Many at once", "queue"),
        undo: UndoBar::of(app, slug, &member.actor(), None).await?,
        summary: format!("{done} of {} decided.", count(outcomes.len(), "case")),
        rows,
    };
    page_with(StatusCode::CONFLICT, &page)
}

fn told(result: &Result<Decided, DecideError>) -> (&'static str, String) {
    let name = |known: &Decided| {
        let case = known.case.as_ref();
        case.and_then(|case| case.decided_by_name.clone())
            .unwrap_or_else(|| "somebody".to_owned())
    };
    match result {
        Ok(decided) if decided.repeated => {
            ("ok", format!("so decided by {} before", name(decided)))
        }
        Ok(_) => ("ok", "decided".to_owned()),
        Err(DecideError::AlreadyDecided(known)) => (
            "no",
            format!("{} was first and decided otherwise", name(known)),
        ),
        Err(DecideError::Stale(_)) => ("warn", "the author changed the post meanwhile".to_owned()),
        Err(DecideError::OwnPost) => ("off", "your own post".to_owned()),
        Err(DecideError::OwnDecision) => ("off", "an appeal against your own decision".to_owned()),
        Err(DecideError::First(_)) => (
            "wait",
            "your approval is kept; somebody else has to approve it too".to_owned(),
        ),
        Err(DecideError::Unknown) => ("off", "there is no such case".to_owned()),
        Err(DecideError::Expired(_) | DecideError::NeedsPeople | DecideError::Replayed(_)) => {
            ("off", "it waits for nothing any more".to_owned())
        }
    }
}
