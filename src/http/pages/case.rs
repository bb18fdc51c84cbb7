//! One case: what is done with it. The page is made by `view`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};

use crate::app::App;
use crate::http::chrome::Redirect;
use crate::http::error::HttpError;
use crate::http::extract::{Id, Query};
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::parts::Status;
use crate::http::visitor::Member;
use crate::ids::CaseId;
use crate::locale::{Locale, MessageId};
use crate::moderation::decide::{Answer, DecideError, Decided, Decider, Decision, Target, Via};
use crate::moderation::passages;
use crate::moderation::reason::Known;
use crate::moderation::rows::PostStatus;
use crate::moderation::supersede::SupersedeError;
use crate::store::cases::{self, CaseCursor};

use super::claim::next_case;
use super::decision::{DecisionFields, MailPreview};
use super::queue::{CaseQuery, path as queue_path};

/// What is said to the first of two who approve.
pub(crate) const FIRST_APPROVAL: MessageId = MessageId("case-two-kept");

mod context;
mod figures;
pub(crate) mod images;
mod view;

pub(crate) use view::case_path;

use view::Desk;

/// `GET /s/{site}/admin/queue/{case}`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<CaseId>,
    query: Query<CaseQuery>,
) -> Result<HttpResponse, HttpError> {
    let desk = Desk::find(&req, &app, &member, &query.0, &id.0).await?;
    // What the script fetches ahead is not seen yet; it is once it is claimed.
    if !req.headers().contains_key("x-ahead") {
        app.moderation
            .note_opened(&desk.file.listed.case, &member.by())
            .await?;
    }
    desk.page(StatusCode::OK)
}

/// `POST /s/{site}/admin/queue/{case}/decision`
pub(crate) async fn decide(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<CaseId>,
    query: Query<CaseQuery>,
    fields: Form<DecisionFields>,
) -> Result<HttpResponse, HttpError> {
    let (fields, query) = (fields.0, query.0);
    let answer = match answer_of(&app, &member, locale(&req), &id.0, &fields).await? {
        Ok(answer) => answer,
        Err(problem) => {
            let desk = Desk::find(&req, &app, &member, &query, &id.0).await?;
            return desk
                .typed(&fields, Some(problem))
                .page(StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    if fields.decision == Decision::Rejected {
        passages::show(&app.db, member.site.id, &id.0, &fields.passages.0).await?;
    }
    let target = Target::Case(id.0.clone());
    let revision = Some(fields.revision);
    let result = app
        .moderation
        .decide(
            member.site.id,
            target,
            decider(&member),
            answer,
            revision,
            None,
        )
        .await?;
    match result {
        Ok(decided) => {
            let to = next_path(&app, &member, &decided, &query).await?;
            Ok(Redirect::to(to)
                .flash(outcome(locale(&req), &decided, fields.decision))
                .respond_to(&req))
        }
        Err(error) => refused(&req, &app, &member, &query, &id.0, &fields, error).await,
    }
}

/// `POST /s/{site}/admin/queue/{case}/preview`
pub(crate) async fn preview(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<CaseId>,
    query: Query<CaseQuery>,
    fields: Form<DecisionFields>,
) -> Result<HttpResponse, HttpError> {
    let (fields, query) = (fields.0, query.0);
    let desk = Desk::find(&req, &app, &member, &query, &id.0).await?;
    let answer = fields.answer(desk.locale(), &member.site.settings, &desk.known());
    let reason = match answer {
        Ok(Answer::Decision { reason, .. }) => reason.unwrap_or_default(),
        Ok(_) => String::new(),
        Err(problem) => {
            return desk
                .typed(&fields, Some(problem))
                .page(StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let file = &desk.file;
    let (subject, text) = app.outbox.preview_rejection(
        &member.site,
        (&file.post.id, &file.revision.title, &file.hits),
        &reason,
        &fields.passages.0,
    )?;
    desk.typed(&fields, None)
        .preview(MailPreview { subject, text })
        .page(StatusCode::OK)
}

/// `POST /s/{site}/admin/queue/{case}/take-back-approval`
pub(crate) async fn take_back_approval(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<CaseId>,
) -> Result<HttpResponse, HttpError> {
    let taken = app
        .moderation
        .take_back_approval(&member.actor(), &id.0)
        .await?;
    let message = match taken {
        None => return Err(HttpError::not_found()),
        Some(true) => MessageId("case-two-taken-back"),
        Some(false) => MessageId("case-two-nothing"),
    };
    Ok(Redirect::to(case_path(&member.site.slug, &id.0))
        .flash(locale(&req).text(message))
        .respond_to(&req))
}

/// `POST /s/{site}/admin/queue/{case}/run-again`
pub(crate) async fn run_again(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<CaseId>,
) -> Result<HttpResponse, HttpError> {
    let query = CaseQuery::default();
    let desk = Desk::find(&req, &app, &member, &query, &id.0).await?;
    let listed = &desk.file.listed;
    let result = app
        .moderation
        .run_again(
            member.site.id,
            listed.case.post_id.clone(),
            member.by(),
            listed.author_name.clone(),
        )
        .await?;
    let locale = desk.locale();
    let message = match result {
        Ok(submitted) => locale
            .say("case-ran-again")
            .with("title", listed.title.as_str())
            .with("status", Status::of(locale, submitted.post.status).text)
            .to_string(),
        Err(SupersedeError::Unknown) => return Err(HttpError::not_found()),
        Err(_) => {
            return desk
                .notice(
                    "off",
                    MessageId("case-nothing-to-run"),
                    locale.text("case-nothing-to-run-text"),
                )
                .page(StatusCode::CONFLICT);
        }
    };
    Ok(Redirect::to(queue_path(&member.site.slug))
        .flash(message)
        .respond_to(&req))
}

/// What the fields say of a case, or what is wrong with them.
async fn answer_of(
    app: &App,
    member: &Member,
    locale: Locale,
    id: &CaseId,
    fields: &DecisionFields,
) -> Result<Result<Answer, String>, HttpError> {
    let listed = cases::find(&app.db, member.site.id, id)
        .await?
        .ok_or_else(HttpError::not_found)?;
    let known = Known {
        title: &listed.title,
        author: &listed.author_name,
        site: &member.site.name,
    };
    Ok(fields.answer(locale, &member.site.settings, &known))
}

/// Somebody at the desk.
pub(super) fn decider(member: &Member) -> Decider {
    Decider {
        user_id: Some(member.user.id.clone()),
        actor: member.by(),
        name: member.user.name.clone(),
        via: Via::Desk,
        undo_ms: member.site.settings.undo_seconds * 1_000,
    }
}

/// Where to go from a case that is decided: to the next one that nobody works on, which is claimed, or to the queue.
async fn next_path(
    app: &App,
    member: &Member,
    decided: &Decided,
    query: &CaseQuery,
) -> anyhow::Result<String> {
    let slug = &member.site.slug;
    if query.is_narrow() && !query.is_queue() {
        return Ok(query.on(&queue_path(slug)));
    }
    let after = decided.case.as_ref().map(|case| CaseCursor {
        rank_ms: case.rank_ms,
        id: case.id.to_string(),
    });
    let next = next_case(app, member, query, after).await?;
    Ok(query.on(&match next {
        Some(id) => case_path(slug, &id),
        None => queue_path(slug),
    }))
}

fn outcome(locale: Locale, decided: &Decided, decision: Decision) -> String {
    let case = decided.case.as_ref();
    let by = case.and_then(|case| case.decided_by_name.as_deref());
    if let (true, Some(by)) = (decided.repeated, by) {
        let id = match decision {
            Decision::Approved => MessageId("case-had-approved"),
            Decision::Rejected => MessageId("case-had-rejected"),
        };
        return locale.say(id).with("name", by).to_string();
    }
    // Where it can be undone, the undo bar says the rest.
    let is_held = case.is_some_and(|case| case.undo_until_ms.is_some());
    locale.text(match (decided.post.status, decision) {
        (_, Decision::Approved) if is_held => MessageId("case-is-approved"),
        (_, Decision::Rejected) if is_held => MessageId("case-is-rejected"),
        (PostStatus::Published, _) => MessageId("case-published"),
        (PostStatus::Rejected, _) => MessageId("case-told"),
        (_, Decision::Approved) => MessageId("case-approved-goes-on"),
        (_, Decision::Rejected) => MessageId("case-rejected-goes-on"),
    })
}

/// The page after a decision that was not taken: what is so now, and what was typed as far as it can still be sent.
async fn refused(
    req: &HttpRequest,
    app: &App,
    member: &Member,
    query: &CaseQuery,
    id: &CaseId,
    fields: &DecisionFields,
    error: DecideError,
) -> Result<HttpResponse, HttpError> {
    let find = |id| Desk::find(req, app, member, query, id);
    match error {
        DecideError::Unknown => Err(HttpError::not_found()),
        DecideError::First(_) => Ok(Redirect::to(case_path(&member.site.slug, id))
            .flash(locale(req).text(FIRST_APPROVAL))
            .respond_to(req)),
        DecideError::OwnPost => find(id).await?.own_post().page(StatusCode::FORBIDDEN),
        DecideError::OwnDecision => {
            let desk = find(id).await?;
            let text = desk.locale().text("case-not-yours-text");
            desk.notice("off", MessageId("case-not-yours"), text)
                .page(StatusCode::FORBIDDEN)
        }
        DecideError::AlreadyDecided(known) => {
            let desk = find(id).await?;
            let locale = desk.locale();
            let name = (known.case.as_ref()).and_then(|case| case.decided_by_name.as_deref());
            let text = match name {
                Some(name) => locale.say("case-first-was").with("name", name).to_string(),
                None => locale.text("case-somebody-first"),
            };
            desk.notice("off", MessageId("case-already"), text)
                .page(StatusCode::CONFLICT)
        }
        DecideError::Expired(_) | DecideError::NeedsPeople | DecideError::Replayed(_) => {
            let desk = find(id).await?;
            let text = desk.locale().text("case-too-late-text");
            desk.notice("off", MessageId("case-too-late"), text)
                .page(StatusCode::CONFLICT)
        }
        DecideError::Stale(known) => {
            let mut desk = find(id).await?;
            if let Some(newer) = desk.file.newer.take() {
                desk = find(&newer).await?;
            }
            let locale = desk.locale();
            let text = locale
                .say("case-stale-text")
                .with("seen", fields.revision)
                .with("newest", known.post.revision)
                .to_string();
            desk.typed(fields, None)
                .notice("warn", MessageId("case-stale"), text)
                .page(StatusCode::CONFLICT)
        }
    }
}
