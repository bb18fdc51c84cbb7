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
use crate::moderation::rows::CaseStatus;
use crate::store::cases::{self, CaseCursor};

use super::case::case_path;
use super::queue::{CaseQuery, path as queue_path};

/// What the forms send.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ClaimFields {
    /// Sent by the button that ends another's claim.
    take_over: String,
    /// Sent by the script, which wants no page.
    quiet: String,
}

/// What the button that begins to work sends.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NextFields {
    /// The name of the queue to work on; all of them if it is empty.
    queue: String,
}

/// `POST /s/{site}/admin/queue/next`
pub(crate) async fn next(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    fields: Form<NextFields>,
) -> Result<HttpResponse, HttpError> {
    let within = CaseQuery {
        queue: fields.0.queue,
        ..CaseQuery::default()
    };
    let next = next_case(&app, &member, &within, None).await?;
    let slug = &member.site.slug;
    let redirect = match next {
        Some(id) => Redirect::to(within.on(&case_path(slug, &id))),
        None => {
            Redirect::to(within.on(&queue_path(slug))).flash(locale(&req).text("case-none-free"))
        }
    };
    Ok(redirect.respond_to(&req))
}

/// Claims the next case that this person may decide, in the queue that `within` names or in all of them.
pub(super) async fn next_case(
    app: &App,
    member: &Member,
    within: &CaseQuery,
    after: Option<CaseCursor>,
) -> anyhow::Result<Option<CaseId>> {
    let (settings, by) = (&member.site.settings, member.actor());
    let now_ms = app.clock.now_ms();
    if within.queue.is_empty() {
        return claim::next(&app.db, &by, settings, after, now_ms).await;
    }
    let filter = within
        .filter(app, member.site.id, CaseStatus::Waiting)
        .await?;
    claim::next_of(&app.db, &by, settings, &filter, after, now_ms).await
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
