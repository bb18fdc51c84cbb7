//! Logging in and out.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::auth::role::Role;
use crate::auth::session::{self, LIFETIME_MS};
use crate::auth::throttle::Throttled;
use crate::http::address::client_address;
use crate::http::chrome::{PageChrome, Redirect, page, page_with};
use crate::http::cookies::{self, Name};
use crate::http::error::HttpError;
use crate::http::extract::Query;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::visitor::Visitor;
use crate::locale::Locale;
use crate::moderation::site;
use crate::people::User;
use crate::people::account::{self, LogInError};

/// The longest path to come back to.
const NEXT_MAX_BYTES: usize = 2_000;

#[derive(Template)]
#[template(path = "account/login.html")]
struct LoginPage {
    page: PageChrome,
    email: String,
    error: Option<String>,
    next: String,
    signup_path: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct LoginQuery {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoginForm {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// `GET /login`
pub(crate) async fn show_login(
    req: HttpRequest,
    app: web::Data<App>,
    Visitor(user): Visitor,
    Query(query): Query<LoginQuery>,
) -> Result<HttpResponse, HttpError> {
    if let Some(user) = user {
        let path = after_login(&app, &user, &query.next).await?;
        return Ok(Redirect::to(path).respond_to(&req));
    }
    page(&login_page(&req, &app, String::new(), query.next, None).await?)
}

/// `POST /login`
pub(crate) async fn log_in(
    req: HttpRequest,
    app: web::Data<App>,
    Form(form): Form<LoginForm>,
) -> Result<HttpResponse, HttpError> {
    let tried = account::log_in(&app, &form.email, &form.password, client_address(&req)).await?;
    let error = match tried {
        Ok(user) => {
            let path = after_login(&app, &user, &form.next).await?;
            return begin(&req, &app, &user, Redirect::to(path)).await;
        }
        Err(error) => error,
    };
    let locale = locale(&req);
    let message = match error {
        LogInError::Wrong => locale.text("login-wrong"),
        LogInError::Unconfirmed => locale.text("login-unconfirmed"),
        LogInError::Throttled(throttled) => too_many(locale, throttled),
    };
    let login = login_page(&req, &app, form.email, form.next, Some(message)).await?;
    match error {
        LogInError::Throttled(throttled) => throttled_page(throttled, &login),
        LogInError::Wrong | LogInError::Unconfirmed => {
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &login)
        }
    }
}

/// `POST /logout`
pub(crate) async fn log_out(
    req: HttpRequest,
    app: web::Data<App>,
    known: Visitor,
) -> Result<HttpResponse, HttpError> {
    let token = cookies::read(&app, &req, Name::Session);
    if let (Visitor(Some(user)), Some(token)) = (known, token) {
        session::end(&app.db, &user.id, &token).await?;
    }
    let mut response = Redirect::to("/").respond_to(&req);
    drop(response.add_cookie(&cookies::remove(&app, Name::Session)));
    Ok(response)
}

/// Begins a session of `user` in this browser; whatever the browser was bound to before ends.
pub(crate) async fn begin(
    req: &HttpRequest,
    app: &App,
    user: &User,
    to: Redirect,
) -> Result<HttpResponse, HttpError> {
    let user_agent = req
        .headers()
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let before = cookies::read(app, req, Name::Session);
    let now_ms = app.clock.now_ms();
    let token = session::begin(&app.db, now_ms, user, user_agent, before.as_deref()).await?;
    let mut response = to.into_response(app);
    let lifetime = Some(LIFETIME_MS / 1_000);
    for cookie in [
        cookies::set(app, Name::Session, token, lifetime),
        cookies::remove(app, Name::Visit),
    ] {
        drop(response.add_cookie(&cookie));
    }
    Ok(response)
}

/// A form that has to wait, with 429 and `Retry-After`.
pub(crate) fn throttled_page(
    throttled: Throttled,
    template: &impl Template,
) -> Result<HttpResponse, HttpError> {
    let mut response = page_with(StatusCode::TOO_MANY_REQUESTS, template)?;
    let seconds = header::HeaderValue::from(throttled.retry_after_seconds);
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    Ok(response)
}

/// What a form says that has to wait.
pub(crate) fn too_many(locale: Locale, throttled: Throttled) -> String {
    match throttled.retry_after_seconds {
        seconds @ ..120 => locale.say("too-many-seconds").with("seconds", seconds),
        seconds @ ..7_200 => locale.say("too-many-minutes").with("minutes", seconds / 60),
        _ => locale.say("too-many-locked"),
    }
    .to_string()
}

async fn login_page(
    req: &HttpRequest,
    app: &App,
    email: String,
    next: String,
    error: Option<String>,
) -> Result<LoginPage, HttpError> {
    Ok(LoginPage {
        page: PageChrome::titled(req, "log-in", ""),
        signup_path: signup_path(app, &next).await?,
        email,
        error,
        next: if is_path(&next) { next } else { String::new() },
    })
}

/// Where one can sign up: at the site that one comes from, or the only one.
async fn signup_path(app: &App, next: &str) -> Result<Option<String>, HttpError> {
    let slug = next
        .strip_prefix("/s/")
        .and_then(|rest| rest.split(['/', '?']).next());
    let sites = site::list(&app.db).await?;
    let site = match slug {
        Some(slug) => sites.iter().find(|site| site.slug == slug),
        None => sites.first().filter(|_| sites.len() == 1),
    };
    Ok(site
        .filter(|site| site.settings.signup)
        .map(|site| format!("/s/{}/signup", site.slug)))
}

/// Where to go after logging in: back, or to the user's place of work.
async fn after_login(app: &App, user: &User, next: &str) -> Result<String, HttpError> {
    if is_path(next) {
        return Ok(next.to_owned());
    }
    let places = account::memberships(app, user).await?;
    Ok(match places.first() {
        Some(place) if place.role >= Role::Moderator => format!("/s/{}/admin/queue", place.slug),
        Some(place) => format!("/s/{}/mine", place.slug),
        None => "/account".to_owned(),
    })
}

/// Whether `next` is a path of ours and cannot be read as another host's address.
pub(crate) fn is_path(next: &str) -> bool {
    let mut chars = next.chars();
    next.len() <= NEXT_MAX_BYTES
        && chars.next() == Some('/')
        && !matches!(chars.next(), Some('/' | '\\'))
        && !next.starts_with("/login")
        && next
            .chars()
            .all(|char| char.is_ascii_graphic() && char != '\\')
}

#[cfg(test)]
mod tests {
    use super::is_path;

    #[test]
    fn one_comes_back_to_paths_only() {
        for good in ["/", "/s/main/admin/queue?state=waiting", "/account"] {
            assert!(is_path(good), "{good}");
        }
        for bad in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nb",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/login?next=/login",
        ] {
            assert!(!is_path(bad), "{bad}");
        }
    }
}
