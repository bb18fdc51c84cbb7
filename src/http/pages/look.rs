//! How a site looks: the page on which its owners choose a colour and a drawing, and the two files that come of it.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::http::chrome::{PageChrome, Redirect, page, page_with};
use crate::http::error::HttpError;
use crate::http::extract::segment;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::parts::Fact;
use crate::http::visitor::Member;
use crate::moderation::brand::{Accent, LOGO_MAX_BYTES, LogoRule, check_logo};
use crate::moderation::site::{self, Look, Site, SiteSettings};
use crate::people::name::Name;

/// The address has a mark of the content, so browsers may keep it.
const FOR_A_DAY: &str = "public, max-age=86400";

#[derive(Template)]
#[template(path = "admin/look.html")]
struct LookPage {
    page: PageChrome,
    accent: String,
    accent_error: Option<String>,
    made: Vec<Fact>,
    logo: String,
    logo_error: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LookForm {
    accent: String,
    logo: String,
}

/// `GET /s/{site}/admin/look`
pub(crate) async fn show(req: HttpRequest, owner: Member) -> Result<HttpResponse, HttpError> {
    page(&LookPage::new(&req, owner.site.settings.look))
}

/// `POST /s/{site}/admin/look`
pub(crate) async fn save(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
    Form(form): Form<LookForm>,
) -> Result<HttpResponse, HttpError> {
    let locale = locale(&req);
    let look = Look {
        accent: form.accent.trim().to_ascii_lowercase(),
        logo: form.logo.trim().to_owned(),
    };
    let is_colour = look.accent.is_empty() || Accent::of(&look.accent).is_some();
    let logo_error = match look.logo.as_str() {
        "" => None,
        logo => check_logo(logo).err(),
    };
    if !is_colour || logo_error.is_some() {
        let again = LookPage {
            accent_error: (!is_colour).then(|| locale.text("look-accent-rule")),
            logo_error: logo_error.map(|rule| {
                match rule {
                    LogoRule::Length => locale.say("look-logo-size").with("bytes", LOGO_MAX_BYTES),
                    LogoRule::Svg => locale.say("look-logo-svg"),
                }
                .to_string()
            }),
            ..LookPage::new(&req, look)
        };
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
    }
    let name = Name::parse(&owner.site.name)
        .map_err(|rule| anyhow::anyhow!("the name of site {} {rule}", owner.site.slug))?;
    let settings = SiteSettings {
        look,
        ..owner.site.settings.clone()
    };
    site::change(&app.moderation, &owner.actor(), &name, &settings).await?;
    Ok(Redirect::to(format!("/s/{}/admin/look", owner.site.slug))
        .flash(locale.text("look-saved"))
        .respond_to(&req))
}

/// `GET /s/{site}/look.css`
pub(crate) async fn css(req: HttpRequest, app: web::Data<App>) -> Result<HttpResponse, HttpError> {
    let site = find_site(&req, &app).await?;
    let accent = Accent::of(&site.settings.look.accent).ok_or_else(HttpError::not_found)?;
    Ok(file("text/css; charset=utf-8", accent.css()))
}

/// `GET /s/{site}/logo.svg`
pub(crate) async fn logo(req: HttpRequest, app: web::Data<App>) -> Result<HttpResponse, HttpError> {
    let site = find_site(&req, &app).await?;
    match site.settings.look.logo {
        logo if logo.is_empty() => Err(HttpError::not_found()),
        logo => Ok(file("image/svg+xml", logo)),
    }
}

/// Where a site's own colours are, if it has any.
pub(crate) fn css_path(site: &Site) -> Option<String> {
    let accent = site.settings.look.accent.strip_prefix('#')?;
    Some(format!("/s/{}/look.css?v={accent}", site.slug))
}

/// Where a site's own drawing is, if it has one.
pub(crate) fn logo_path(site: &Site) -> Option<String> {
    let logo = Some(&site.settings.look.logo).filter(|logo| !logo.is_empty())?;
    let mut mark = DefaultHasher::new();
    logo.hash(&mut mark);
    Some(format!("/s/{}/logo.svg?v={:x}", site.slug, mark.finish()))
}

async fn find_site(req: &HttpRequest, app: &App) -> Result<Site, HttpError> {
    site::find_by_slug(&app.db, segment(req, "site"))
        .await?
        .ok_or_else(HttpError::not_found)
}

fn file(content_type: &'static str, text: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CACHE_CONTROL, FOR_A_DAY))
        .body(text)
}

impl LookPage {
    fn new(req: &HttpRequest, look: Look) -> Self {
        let page = PageChrome::titled(req, "settings-look", "settings");
        let locale = page.locale;
        let made = Accent::of(&look.accent).map_or_else(Vec::new, |accent| {
            vec![
                Fact::new(&locale.text("look-light"), accent.light),
                Fact::new(&locale.text("look-dark"), accent.dark),
            ]
        });
        Self {
            page,
            accent: look.accent,
            accent_error: None,
            made,
            logo: look.logo,
            logo_error: None,
        }
    }
}
