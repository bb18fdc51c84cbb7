//! Claims: working the queue, taking a case over, giving it back. The script of the desk claims what is opened and
//! renews it; without it there are buttons.

use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use serde::Deserialize;

use crate::app::App;
use crate::http::chrome::Redirect;
use crate::http::error::HttpError;
use crate::http::extract::Id;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::visitor::Member;
use crate::ids::CaseId;
use crate::moderation::claim::{self, Claim};
use crate::store::cases;

use super::case::case_path;
use super::queue::path as queue_path;

/// What the forms send.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ClaimFields {
    /// Sent by the button that ends another's claim.
    take_over: String,
    /// Sent by the script, which wants no page.
    quiet: String,
}

/// `POST /s/{site}/admin/queue/next`
pub(crate) async fn next(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
) -> Result<HttpResponse, HttpError> {
    let now_ms = app.clock.now_ms();
    let settings = &member.site.settings;
    let next = claim::next(&app.db, &member.actor(), settings, None, now_ms).await?;
    let slug = &member.site.slug;
    let redirect = match next {
        Some(id) => Redirect::to(case_path(slug, &id)),
        None => Redirect::to(queue_path(slug)).flash(locale(&req).text("case-none-free")),
    };
    Ok(redirect.respond_to(&req))
}

/// `POST /s/{site}/admin/queue/{case}/claim`
pub(crate) async fn claim(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<CaseId>,
    fields: Form<ClaimFields>,
) -> Result<HttpResponse, HttpError> {
    let takes_over = !fields.0.take_over.is_empty();
    let now_ms = app.clock.now_ms();
    let opened = cases::find(&app.db, member.site.id, &id.0)
        .await?
        .ok_or_else(HttpError::not_found)?;
    app.moderation
        .note_opened(&opened.case, &member.by())
        .await?;
    let claimed = claim::claim(&app.db, &member.actor(), &id.0, now_ms, takes_over).await?;
    if !fields.0.quiet.is_empty() {
        return Ok(match claimed {
            Claim::Others(name, _) => HttpResponse::Ok()
                .content_type("text/plain; charset=utf-8")
                .body(name),
            _ => HttpResponse::NoContent().finish(),
        });
    }
    let redirect = Redirect::to(case_path(&member.site.slug, &id.0));
    Ok(match claimed {
        Claim::Held(_) => redirect,
        Claim::Others(name, _) => {
            let said = locale(&req).say("case-works-on").with("name", name);
            redirect.flash(said.to_string())
        }
        _ => redirect.flash(locale(&req).text("case-nobody-waits")),
    }
    .respond_to(&req))
}

/// `POST /s/{site}/admin/queue/{case}/release`
pub(crate) async fn release(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<CaseId>,
    fields: Form<ClaimFields>,
) -> Result<HttpResponse, HttpError> {
    if !claim::release(&app.db, &member.actor(), &id.0).await? {
        return Err(HttpError::not_found());
    }
    if !fields.0.quiet.is_empty() {
        return Ok(HttpResponse::NoContent().finish());
    }
    Ok(Redirect::to(queue_path(&member.site.slug)).respond_to(&req))
}
