//! Drafts: what an author has typed is kept by a button, or by the script while they type. Nobody else reads it.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use serde_json::json;

use crate::app::App;
use crate::http::chrome::Redirect;
use crate::http::error::{Code, HttpError};
use crate::http::extract::Id;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::pages::author::{Typed, mine_path};
use crate::http::pages::own_post::TypedRevision;
use crate::http::visitor::Member;
use crate::ids::{DraftId, PostId, is_id};
use crate::moderation::draft::{self, KeepError, MOST, Typing};
use crate::store::posts;

/// `POST /s/{site}/write/draft`
pub(crate) async fn keep(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    form: Form<Typed>,
) -> Result<HttpResponse, HttpError> {
    let Typed { title, body, draft } = form.0;
    let typing = Typing {
        id: known(draft),
        of: None,
        title,
        body,
    };
    let id = put(&app, &member, typing).await?;
    let to = path(&member, &id);
    Ok(answer(&req, &id, to))
}

/// `POST /s/{site}/mine/{post}/draft`
pub(crate) async fn keep_correction(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    post: Id<PostId>,
    form: Form<TypedRevision>,
) -> Result<HttpResponse, HttpError> {
    let TypedRevision {
        title,
        body,
        draft,
        revision,
    } = form.0;
    posts::find(&app.db, member.site.id, &post.0)
        .await?
        .filter(|post| post.author_id == member.user.id)
        .ok_or_else(HttpError::not_found)?;
    let typing = Typing {
        id: known(draft),
        of: Some((post.0.clone(), revision)),
        title,
        body,
    };
    let id = put(&app, &member, typing).await?;
    let to = mine_path(&member, &post.0);
    Ok(answer(&req, &id, to))
}

fn known(draft: String) -> Option<DraftId> {
    Some(draft).filter(|id| is_id(id)).map(DraftId::from)
}

async fn put(app: &App, member: &Member, typing: Typing) -> Result<DraftId, HttpError> {
    let author = &member.user.id;
    let kept = app
        .moderation
        .keep_draft(member.site.id, author, typing)
        .await?;
    kept.map_err(|error| match error {
        KeepError::TooLong => HttpError::new(Code::TooLarge, "the draft is too long to be kept")
            .told(|locale| locale.text("draft-too-long")),
        KeepError::TooMany => HttpError::invalid(
            "draft",
            format!("cannot be kept beside {MOST} others; submit or discard some"),
        )
        .told(|locale| locale.say("draft-too-many").with("count", MOST).to_string()),
        KeepError::Unknown => HttpError::not_found(),
    })
}

/// To the script the id, to everybody else the page that shows the draft.
fn answer(req: &HttpRequest, id: &DraftId, to: String) -> HttpResponse {
    if wants_json(req) {
        return HttpResponse::Ok().json(json!({"draft": id}));
    }
    Redirect::to(to)
        .flash(locale(req).text("draft-saved"))
        .respond_to(req)
}

/// `POST /s/{site}/write/draft/{draft}/discard`
pub(crate) async fn discard(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<DraftId>,
) -> Result<Redirect, HttpError> {
    let author = &member.user.id;
    if !draft::delete(&app.db, member.site.id, author, &id.0).await? {
        return Err(HttpError::not_found());
    }
    let to = format!("/s/{}/mine", member.site.slug);
    Ok(Redirect::to(to).flash(locale(&req).text("draft-gone")))
}

/// Where a draft is gone on with.
pub(super) fn path(member: &Member, id: &DraftId) -> String {
    format!("/s/{}/write?draft={id}", member.site.slug)
}

/// Throws the draft of something that was submitted away, if there is one.
pub(super) async fn forget(app: &App, member: &Member, draft: String) -> anyhow::Result<()> {
    if let Some(id) = known(draft) {
        draft::delete(&app.db, member.site.id, &member.user.id, &id).await?;
    }
    Ok(())
}

fn wants_json(req: &HttpRequest) -> bool {
    req.headers()
        .get(header::ACCEPT)
        .is_some_and(|accept| accept.as_bytes() == b"application/json")
}
