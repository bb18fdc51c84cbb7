//! The cookies: the theme, the session, the visit (what a form is bound to before anybody has logged in) and the flash (a
//! message for the next page). On https their names carry `__Host-`, so that no other host can set them.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::app::App;
use crate::auth::csrf::Binding;
use crate::auth::keyring::{Purpose, secret_hash};
use crate::auth::secret;

/// How long a message waits for the next page.
const FLASH_SECONDS: i64 = 120;

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    /// 256 random bits that name a session.
    Session,
    /// 256 random bits that name a browser nobody is logged in with.
    Visit,
    /// A signed message.
    Flash,
    /// Light or dark, where somebody chose.
    Theme,
}

impl Name {
    fn full(self, app: &App) -> &'static str {
        match (self, is_https(app)) {
            (Self::Session, true) => "__Host-gp_session",
            (Self::Session, false) => "gp_session",
            (Self::Visit, true) => "__Host-gp_visit",
            (Self::Visit, false) => "gp_visit",
            (Self::Flash, true) => "__Host-gp_flash",
            (Self::Flash, false) => "gp_flash",
            (Self::Theme, true) => "__Host-gp_theme",
            (Self::Theme, false) => "gp_theme",
        }
    }
}

fn is_https(app: &App) -> bool {
    app.config.base_url.scheme() == "https"
}

/// The value of a cookie that came with the request.
pub(crate) fn read(app: &App, req: &HttpRequest, name: Name) -> Option<String> {
    req.cookie(name.full(app))
        .map(|cookie| cookie.value().to_owned())
}

/// A cookie that lives as long as the browser runs, or for `seconds`.
pub(crate) fn set(app: &App, name: Name, value: String, seconds: Option<i64>) -> Cookie<'static> {
    let cookie = Cookie::build(name.full(app), value)
        .path("/")
        .http_only(true)
        .secure(is_https(app))
        .same_site(SameSite::Lax);
    match seconds {
        Some(seconds) => cookie.max_age(Duration::seconds(seconds)).finish(),
        None => cookie.finish(),
    }
}

/// A cookie that takes one away.
pub(crate) fn remove(app: &App, name: Name) -> Cookie<'static> {
    set(app, name, String::new(), Some(0))
}

/// What the forms of this browser are bound to, if it has shown a cookie of ours.
pub(crate) fn binding(app: &App, req: &HttpRequest) -> Option<Binding> {
    let value = |name| read(app, req, name).filter(|value| secret::is_secret(value));
    value(Name::Session)
        .map(|token| Binding::Session(secret_hash(&token)))
        .or_else(|| value(Name::Visit).map(Binding::Visit))
}

/// A message for the next page.
pub(crate) fn flash(app: &App, message: &str) -> Cookie<'static> {
    let text = URL_SAFE_NO_PAD.encode(message);
    let mac = app.keyring.mac_text(Purpose::Flash, &[message.as_bytes()]);
    set(
        app,
        Name::Flash,
        format!("{text}.{mac}"),
        Some(FLASH_SECONDS),
    )
}

/// The message of the page before, if it is ours.
pub(crate) fn read_flash(app: &App, req: &HttpRequest) -> Option<String> {
    let value = read(app, req, Name::Flash)?;
    let (text, mac) = value.split_once('.')?;
    let message = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    app.keyring
        .verify(Purpose::Flash, &[message.as_bytes()], mac)
        .then_some(message)
}
