//! The frame around every page, as `templates/base.html` wants it, and what it leaves in cookies: the visit that forms
//! are bound to, and the message that was shown.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, Responder, web};
use anyhow::Context as _;
use askama::Template;

use crate::app::App;
use crate::auth::csrf::{self, Binding};
use crate::auth::role::Role;
use crate::auth::secret;
use crate::locale::{Locale, Message};

use super::answer::{Nonce, app, see_other};
use super::assets::Assets;
use super::cookies::{self, Name};
use super::error::HttpError;
use super::language;
use super::pages::look;
use super::visitor::known;

const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// The fields of `templates/base.html`.
#[derive(Debug, Clone)]
pub struct PageChrome {
    /// The title of the page, without the site's name.
    pub title: String,
    /// The site, or "Gatepost".
    pub site_name: String,
    /// `/s/main`; empty on pages that belong to no site.
    pub site_path: String,
    /// Who is logged in.
    pub user_name: Option<String>,
    /// Whether they may write here.
    pub is_author: bool,
    /// Whether they may decide here.
    pub is_moderator: bool,
    /// Whether they run the site.
    pub is_owner: bool,
    /// The entry of the navigation that is shown as the present one, or nothing.
    pub active: &'static str,
    /// The language of the page.
    pub locale: Locale,
    /// For the forms of the page.
    pub csrf_token: String,
    /// A lasting fact.
    pub banner: Option<String>,
    /// The outcome of the last action.
    pub flash: Option<String>,
    /// Of the Content-Security-Policy.
    pub nonce: String,
    /// The style sheet.
    pub css_path: String,
    /// The site's own colours, where it has any.
    pub look_css_path: Option<String>,
    /// The site's own drawing, where it has one.
    pub logo_path: Option<String>,
    /// The script.
    pub js_path: String,
    /// The script of the desk.
    pub desk_js_path: String,
    /// Where the script is that tells what colleagues do, for the same pages.
    pub company_js_path: String,
    /// The path of the page with its query, to come back to.
    pub path: String,
    /// `light` or `dark` where somebody chose; empty for what the system says.
    pub theme: &'static str,
    /// The script of the page on which posts are written.
    pub write_js_path: String,
    /// How many cases wait in the queue.
    pub waiting: i64,
    /// For the desk: up to where the page knows what happened.
    pub heard: String,
}

/// The value of a visit's cookie that this response sets.
#[derive(Clone)]
struct NewVisit(String);

/// The response shows the message of the flash cookie.
struct FlashShown;

impl PageChrome {
    /// The frame for this request. `active` is one of the names in `templates/base.html` or empty.
    pub fn of(req: &HttpRequest, title: &str, active: &'static str) -> Self {
        let app = app(req);
        let known = known(req);
        let known = known.as_deref();
        let site = known.and_then(|known| known.site.as_ref());
        let user = known
            .and_then(|known| known.session.as_ref())
            .map(|session| &session.user);
        let role = known.and_then(|known| known.role);
        let flash = cookies::read_flash(&app, req);
        if flash.is_some() {
            req.extensions_mut().insert(FlashShown);
        }
        let assets = req.app_data::<web::Data<Assets>>();
        let path = |name: &str| assets.map_or_else(String::new, |assets| assets.path(name));
        Self {
            title: title.to_owned(),
            site_name: site.map_or("Gatepost", |site| &site.name).to_owned(),
            site_path: site.map_or_else(String::new, |site| format!("/s/{}", site.slug)),
            user_name: user.map(|user| user.name.clone()),
            is_author: role.is_some(),
            is_moderator: role >= Some(Role::Moderator),
            is_owner: role == Some(Role::Owner),
            active,
            locale: language::locale(req),
            csrf_token: csrf_token(&app, req),
            banner: (role >= Some(Role::Moderator) && app.config.smtp_url.is_none())
                .then(|| language::locale(req).text("no-smtp")),
            flash,
            nonce: req
                .extensions()
                .get::<Nonce>()
                .map(|nonce| nonce.0.clone())
                .unwrap_or_default(),
            css_path: path("gatepost.css"),
            look_css_path: site.and_then(look::css_path),
            logo_path: site.and_then(look::logo_path),
            js_path: path("gatepost.js"),
            desk_js_path: path("desk.js"),
            company_js_path: path("company.js"),
            path: req
                .uri()
                .path_and_query()
                .map_or("/", |uri| uri.as_str())
                .to_owned(),
            theme: theme(&app, req),
            write_js_path: path("write.js"),
            waiting: known.map_or(0, |known| known.waiting),
            heard: known.map_or_else(String::new, |known| known.heard.clone()),
        }
    }
}

impl PageChrome {
    /// How many cases wait, `99,213`.
    pub fn waiting_text(&self) -> String {
        self.locale.number(self.waiting)
    }

    /// The frame of a page whose title is a message.
    pub fn titled(req: &HttpRequest, title: &'static str, active: &'static str) -> Self {
        Self::of(req, &language::locale(req).text(title), active)
    }

    /// A message in the language of the page.
    pub fn say<'a>(&self, id: &'static str) -> Message<'a> {
        self.locale.say(id)
    }
}

/// The theme that was chosen in this browser.
fn theme(app: &App, req: &HttpRequest) -> &'static str {
    match cookies::read(app, req, Name::Theme).as_deref() {
        Some("light") => "light",
        Some("dark") => "dark",
        _ => "",
    }
}

/// The token for the forms of this response: bound to the session, or to a visit that begins with it.
fn csrf_token(app: &App, req: &HttpRequest) -> String {
    let session = known(req).and_then(|known| Some(known.session.as_ref()?.hash.clone()));
    let binding = match session {
        Some(hash) => Binding::Session(hash),
        None => Binding::Visit(visit(app, req)),
    };
    csrf::token(&app.keyring, &binding, app.ids.random())
}

fn visit(app: &App, req: &HttpRequest) -> String {
    if let Some(value) =
        cookies::read(app, req, Name::Visit).filter(|value| secret::is_secret(value))
    {
        return value;
    }
    if let Some(NewVisit(value)) = req.extensions().get::<NewVisit>() {
        return value.clone();
    }
    // A machine without randomness serves no forms: the token of an empty visit never verifies.
    let value = secret::fresh().unwrap_or_default();
    req.extensions_mut().insert(NewVisit(value.clone()));
    value
}

/// Whether the response shows a message, so that it must not be stored.
pub(crate) fn shows_flash(req: &HttpRequest) -> bool {
    req.extensions().contains::<FlashShown>()
}

/// Sets the cookies that follow from what was shown: the visit of a form, unless the page is for everybody's cache; no
/// flash once it was shown; no session once it has ended.
pub(crate) fn add_cookies(app: &App, req: &HttpRequest, response: &mut HttpResponse<BoxBody>) {
    let is_public = response
        .headers()
        .get(header::CACHE_CONTROL)
        .is_some_and(|value| value.as_bytes().starts_with(b"public"));
    let mut cookies = Vec::new();
    if let Some(NewVisit(value)) = req.extensions().get::<NewVisit>()
        && !is_public
    {
        cookies.push(cookies::set(app, Name::Visit, value.clone(), None));
    }
    if shows_flash(req) {
        cookies.push(cookies::remove(app, Name::Flash));
    }
    let has_ended = known(req).is_some_and(|known| known.session.is_none());
    if has_ended && cookies::read(app, req, Name::Session).is_some() && !sets_session(app, response)
    {
        cookies.push(cookies::remove(app, Name::Session));
    }
    for cookie in cookies {
        // Only a cookie whose name or value cannot stand in a header fails, and these are our own.
        drop(response.add_cookie(&cookie));
    }
}

fn sets_session(app: &App, response: &HttpResponse<BoxBody>) -> bool {
    let name = cookies::set(app, Name::Session, String::new(), None)
        .name()
        .to_owned();
    response.cookies().any(|cookie| cookie.name() == name)
}

/// 200 with a page.
pub fn page(template: &impl Template) -> Result<HttpResponse, HttpError> {
    page_with(StatusCode::OK, template)
}

/// A page with another status: a form that comes back with what was typed is 422.
pub fn page_with(status: StatusCode, template: &impl Template) -> Result<HttpResponse, HttpError> {
    let html = template.render().context("render a page")?;
    Ok(HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .body(html))
}

/// The page of a link that carries a secret: nobody is told its address, and no engine lists it.
pub fn token_page(status: StatusCode, template: &impl Template) -> Result<HttpResponse, HttpError> {
    let mut response = page_with(status, template)?;
    let headers = response.headers_mut();
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers.insert(ROBOTS, HeaderValue::from_static("noindex"));
    Ok(response)
}

/// 303 to a path of ours, with a message that the next page shows: `Redirect::to("/account").flash("Saved")`.
#[derive(Debug)]
pub struct Redirect {
    path: String,
    flash: Option<String>,
}

impl Redirect {
    /// Where to go.
    pub fn to(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            flash: None,
        }
    }

    /// What the next page says.
    pub fn flash(mut self, message: impl Into<String>) -> Self {
        self.flash = Some(message.into());
        self
    }

    /// The response, for handlers that add to it.
    pub fn into_response(self, app: &App) -> HttpResponse {
        let mut response = see_other(&self.path);
        if let Some(message) = &self.flash {
            drop(response.add_cookie(&cookies::flash(app, message)));
        }
        response
    }
}

impl Responder for Redirect {
    type Body = BoxBody;

    fn respond_to(self, req: &HttpRequest) -> HttpResponse {
        let app = app(req);
        self.into_response(&app)
    }
}
