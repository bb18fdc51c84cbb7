//! `/account`: what somebody may see and change of themselves.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::auth::password::NewPassword;
use crate::auth::session;
use crate::http::chrome::{PageChrome, Redirect, page, page_with};
use crate::http::error::HttpError;
use crate::http::form::Form;
use crate::http::pages::session::{begin, throttled_page, too_many};
use crate::http::parts::When;
use crate::http::visitor::SignedIn;
use crate::people::account::{self, LogInError};
use crate::people::sign_up;

#[derive(Template)]
#[template(path = "account/account.html")]
struct AccountPage {
    page: PageChrome,
    name: String,
    email: String,
    unconfirmed: bool,
    sites: Vec<Membership>,
    notices_on: bool,
    current_password_error: Option<String>,
    password_error: Option<String>,
    sessions: Vec<SessionRow>,
}

struct Membership {
    name: String,
    path: String,
    role: String,
}

struct SessionRow {
    device: String,
    begun: When,
    seen: When,
    current: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordForm {
    current_password: String,
    password: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoticesForm {
    #[serde(default)]
    notices: bool,
}

/// `GET /account`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    who: SignedIn,
) -> Result<HttpResponse, HttpError> {
    page(&account_page(&req, &app, &who).await?)
}

/// `POST /account/password`
pub(crate) async fn change_password(
    req: HttpRequest,
    app: web::Data<App>,
    who: SignedIn,
    Form(form): Form<PasswordForm>,
) -> Result<HttpResponse, HttpError> {
    let mut again = account_page(&req, &app, &who).await?;
    let names = [who.user.name.as_str(), &who.user.email];
    let password = match NewPassword::parse(&form.password, &names) {
        Ok(password) => password,
        Err(rule) => {
            again.password_error = Some(format!("The password {rule}."));
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
        }
    };
    match account::change_password(&app, &who.user, &form.current_password, password).await? {
        Ok(()) => {
            let user = account::find(&app, &who.user.id).await?.unwrap_or(who.user);
            let to = Redirect::to("/account")
                .flash("The password is changed. Other sessions have ended.");
            begin(&req, &app, &user, to).await
        }
        Err(LogInError::Throttled(throttled)) => {
            again.current_password_error = Some(too_many(throttled));
            throttled_page(throttled, &again)
        }
        Err(LogInError::Wrong | LogInError::Unconfirmed) => {
            again.current_password_error = Some("This is not the present password.".to_owned());
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

/// `POST /account/notices`
pub(crate) async fn set_notices(
    app: web::Data<App>,
    who: SignedIn,
    Form(form): Form<NoticesForm>,
) -> Result<Redirect, HttpError> {
    account::set_notices(&app, &who.user.id, form.notices).await?;
    Ok(Redirect::to("/account").flash(if form.notices {
        "You get notices by mail."
    } else {
        "You get no notices by mail any more."
    }))
}

/// `POST /account/logout-everywhere`
pub(crate) async fn log_out_everywhere(
    app: web::Data<App>,
    who: SignedIn,
) -> Result<Redirect, HttpError> {
    account::log_out_everywhere(&app, &who.user).await?;
    Ok(Redirect::to("/login").flash("All sessions have ended."))
}

/// `POST /account/confirm`
pub(crate) async fn send_confirmation(
    app: web::Data<App>,
    who: SignedIn,
) -> Result<Redirect, HttpError> {
    sign_up::send_confirmation_again(&app, &who.user).await?;
    Ok(Redirect::to("/account").flash("The link is in a new mail."))
}

async fn account_page(
    req: &HttpRequest,
    app: &App,
    who: &SignedIn,
) -> Result<AccountPage, HttpError> {
    let places = account::memberships(app, &who.user).await?;
    let sessions = session::list(&app.db, app.clock.now_ms(), &who.user).await?;
    Ok(AccountPage {
        page: PageChrome::of(req, "Account", ""),
        name: who.user.name.clone(),
        email: who.user.email.clone(),
        unconfirmed: account::must_confirm(app, &who.user),
        notices_on: places.iter().any(|place| place.notices),
        sites: places
            .into_iter()
            .map(|place| Membership {
                path: format!("/s/{}/", place.slug),
                name: place.name,
                role: place.role.to_string(),
            })
            .collect(),
        current_password_error: None,
        password_error: None,
        sessions: sessions
            .into_iter()
            .map(|session| SessionRow {
                device: device(&session.user_agent),
                begun: When::at(session.created_at_ms),
                seen: When::at(session.seen_at_ms),
                current: session.token_hash == who.session_hash,
            })
            .collect(),
    })
}

/// "Firefox on Linux", as far as a browser's description of itself says it.
fn device(user_agent: &str) -> String {
    // The order matters: browsers name those that they want to be taken for.
    let find = |words: &[(&str, &'static str)]| {
        words
            .iter()
            .find(|(mark, _)| user_agent.contains(mark))
            .map(|&(_, name)| name)
    };
    let browser = find(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "another program".to_owned(),
    }
}
