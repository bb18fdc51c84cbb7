//! Choosing what is covered until one points at it, and how images are shown.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, Responder as _, web};

use crate::app::App;
use crate::http::chrome::Redirect;
use crate::http::error::HttpError;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::visitor::Member;
use crate::moderation::masks;

use super::queue::path as queue_path;

/// A category in the form.
pub(crate) struct MaskRow {
    pub category: String,
    pub is_masked: bool,
}

/// `POST /s/{site}/admin/queue/masks`
pub(crate) async fn choose(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    mut fields: Form<BTreeMap<String, String>>,
) -> Result<HttpResponse, HttpError> {
    let images = fields.0.remove("images").map(|images| images.parse());
    let images = images
        .transpose()
        .map_err(|rule: String| HttpError::invalid("images", rule))?;
    let mut categories = Vec::new();
    for field in fields.0.keys() {
        let category = field
            .strip_prefix("mask_")
            .ok_or_else(|| HttpError::invalid(field, "is not a field of this form"))?;
        categories.push(category.to_owned());
    }
    masks::set(&app.db, &member.actor(), &categories, images).await?;
    Ok(Redirect::to(queue_path(&member.site.slug))
        .flash(locale(&req).text("masks-kept"))
        .respond_to(&req))
}
