//! The images of a post for who judges it. They come from here whatever server they are on, so that no browser of the
//! desk loads anything of a stranger's.

use actix_web::http::header::CONTENT_SECURITY_POLICY;
use actix_web::{HttpRequest, HttpResponse, web};

use super::case_path;
use crate::app::App;
use crate::checks::images::{NoImage, SHOWN};
use crate::http::error::HttpError;
use crate::http::extract::{Id, segment};
use crate::http::language::locale;
use crate::http::visitor::Member;
use crate::ids::CaseId;
use crate::locale::{Locale, MessageId};
use crate::moderation::markdown;
use crate::moderation::masks::{self, Images, Masks};
use crate::moderation::queue::{self, CaseFile};

/// What a file of a stranger's may do where somebody opens it by itself: nothing.
const POLICY: &str = "default-src 'none'; sandbox; base-uri 'none'; frame-ancestors 'none'";

/// The images below a post.
pub(super) struct ImagesPart {
    pub(super) is_blurred: bool,
    pub(super) images: Vec<ImageRow>,
    pub(super) more: Option<String>,
}

pub(super) struct ImageRow {
    pub(super) path: String,
    pub(super) words: String,
    pub(super) address: String,
}

impl ImagesPart {
    /// None where there is nothing to see, or nobody wants to.
    pub(super) fn of(locale: Locale, slug: &str, file: &CaseFile, masks: &Masks) -> Option<Self> {
        if masks.images == Images::Links {
            return None;
        }
        let all = markdown::images(&file.revision.body);
        let more = all.len().saturating_sub(SHOWN);
        let path = case_path(slug, &file.listed.case.id);
        let row = |(image, number): (&markdown::Image, usize)| ImageRow {
            path: format!("{path}/images/{number}"),
            words: match image.words.trim() {
                "" => locale.say("case-image").with("number", number).to_string(),
                words => masks.cover(words, &file.hits),
            },
            address: masks.cover(&image.address, &file.hits),
        };
        let images: Vec<ImageRow> = all.iter().zip(1..=SHOWN).map(row).collect();
        (!images.is_empty()).then(|| Self {
            is_blurred: masks.images == Images::Blurred,
            images,
            more: (more > 0).then(|| {
                locale
                    .say("case-images-more")
                    .with("count", more)
                    .to_string()
            }),
        })
    }
}

/// `GET /s/{site}/admin/queue/{case}/images/{number}`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<CaseId>,
) -> Result<HttpResponse, HttpError> {
    let masks = masks::find(&app.db, &member.actor()).await?;
    let number: usize = segment(&req, "number").parse().unwrap_or_default();
    if !(1..=SHOWN).contains(&number) || masks.images == Images::Links {
        return Err(HttpError::not_found());
    }
    let revision = queue::find_revision(&app.db, member.site.id, &id.0)
        .await?
        .ok_or_else(HttpError::not_found)?;
    let images = markdown::images(&revision.body);
    let image = images.get(number - 1).ok_or_else(HttpError::not_found)?;
    let mut response = match app.images.fetch(&image.address).await {
        Ok(image) => HttpResponse::Ok()
            .content_type(image.kind)
            .body(image.bytes),
        Err(reason) => instead(locale(&req), reason),
    };
    let policy = POLICY.parse().expect("it is visible ASCII");
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// An image of ours that says why there is none: browsers show it whatever the status is.
fn instead(locale: Locale, reason: NoImage) -> HttpResponse {
    let text = locale.text(match reason {
        NoImage::Unreached => MessageId("image-unreached"),
        NoImage::Unfit => MessageId("image-unfit"),
    });
    HttpResponse::FailedDependency()
        .content_type("image/svg+xml")
        .body(format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="240" height="64"><rect width="240" height="64" rx="6" fill="#5b616b"/><text x="120" y="37" fill="#fff" font-family="system-ui, sans-serif" font-size="14" text-anchor="middle">{text}</text></svg>"##
        ))
}
