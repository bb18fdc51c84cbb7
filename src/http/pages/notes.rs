//! A note about the author of a case, written for colleagues.

use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use serde::Deserialize;

use crate::app::App;
use crate::http::chrome::Redirect;
use crate::http::error::HttpError;
use crate::http::extract::Id;
use crate::http::form::Form;
use crate::http::visitor::Member;
use crate::ids::CaseId;
use crate::locale::Locale;
use crate::moderation::notes::NoteError;

use super::case::case_path;

/// What the form sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoteFields {
    text: String,
}

/// `POST /s/{site}/admin/queue/{case}/notes`
pub(crate) async fn add(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<CaseId>,
    fields: Form<NoteFields>,
) -> Result<HttpResponse, HttpError> {
    let added = app
        .moderation
        .add_note(&member.actor(), &id.0, &fields.0.text)
        .await?;
    match added {
        Ok(()) => {
            let path = case_path(&member.site.slug, &id.0);
            Ok(Redirect::to(format!("{path}#notes")).respond_to(&req))
        }
        Err(NoteError::Unknown) => Err(HttpError::not_found()),
        Err(NoteError::Empty) => {
            let told = |locale: Locale| locale.text("note-empty");
            Err(HttpError::invalid("text", "must say something").told(told))
        }
        Err(NoteError::TooLong) => {
            let told =
                |locale: Locale| locale.say("note-rule").with("chars", 2_000_i64).to_string();
            Err(HttpError::invalid("text", "must have at most 2,000 characters").told(told))
        }
    }
}
