//! A forgotten password: asking for a link, and choosing a new one with it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::auth::password::NewPassword;
use crate::auth::throttle::{self, Subject};
use crate::http::address::client_address;
use crate::http::chrome::{PageChrome, Redirect, page, page_with, token_page};
use crate::http::error::HttpError;
use crate::http::extract::segment;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::pages::session::{throttled_page, too_many};
use crate::http::pages::typed;
use crate::people::email::EmailAddress;
use crate::people::reset;

/// So many requests for a link an hour from one address.
const REQUESTS_AN_HOUR: i64 = 100;
const HOUR_MS: i64 = 60 * 60 * 1000;

#[derive(Template)]
#[template(path = "account/forgot.html")]
struct ForgotPage {
    page: PageChrome,
    email: String,
    email_error: Option<String>,
    sent: bool,
    mailless: bool,
}

#[derive(Template)]
#[template(path = "account/reset.html")]
struct ResetPage {
    page: PageChrome,
    valid: bool,
    action_path: String,
    email: String,
    password_error: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForgotForm {
    email: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetForm {
    password: String,
}

/// `GET /forgot`
pub(crate) async fn show_forgot(
    req: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, HttpError> {
    page(&ForgotPage::new(&req, &app))
}

/// `POST /forgot`
pub(crate) async fn ask(
    req: HttpRequest,
    app: web::Data<App>,
    Form(form): Form<ForgotForm>,
) -> Result<HttpResponse, HttpError> {
    let mut answer = ForgotPage::new(&req, &app);
    let email = match EmailAddress::parse(&form.email) {
        Ok(email) => email,
        Err(rule) => {
            answer.email_error = Some(locale(&req).text(typed::address(rule)));
            answer.email = form.email;
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &answer);
        }
    };
    answer.email = email.to_string();
    let by_address = match client_address(&req) {
        Some(address) => {
            let subject = Subject::kind("forgot", &Subject::address(address));
            throttle::limit(
                &app.db,
                app.clock.now_ms(),
                &subject,
                REQUESTS_AN_HOUR,
                HOUR_MS,
            )
            .await?
        }
        None => Ok(()),
    };
    let asked = match by_address {
        Ok(()) => reset::ask(&app, &email).await?,
        Err(throttled) => Err(throttled),
    };
    match asked {
        Ok(()) => {
            answer.sent = true;
            page(&answer)
        }
        Err(throttled) => {
            answer.email_error = Some(too_many(locale(&req), throttled));
            throttled_page(throttled, &answer)
        }
    }
}

/// `GET /reset/{token}`
pub(crate) async fn show_reset(
    req: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, HttpError> {
    match reset::find(&app, segment(&req, "token")).await? {
        Some(user) => token_page(StatusCode::OK, &ResetPage::new(&req, true, user.email)),
        None => spent(&req),
    }
}

/// `POST /reset/{token}`
pub(crate) async fn set(
    req: HttpRequest,
    app: web::Data<App>,
    Form(form): Form<ResetForm>,
) -> Result<HttpResponse, HttpError> {
    let token = segment(&req, "token");
    let Some(user) = reset::find(&app, token).await? else {
        return spent(&req);
    };
    let password = match NewPassword::parse(&form.password, &[&user.name, &user.email]) {
        Ok(password) => password,
        Err(rule) => {
            let again = ResetPage {
                password_error: Some(locale(&req).text(typed::password(rule))),
                ..ResetPage::new(&req, true, user.email)
            };
            return token_page(StatusCode::UNPROCESSABLE_ENTITY, &again);
        }
    };
    if !reset::reset(&app, token, password).await? {
        return spent(&req);
    }
    let to = Redirect::to("/login").flash(locale(&req).text("reset-done"));
    Ok(to.respond_to(&req))
}

fn spent(req: &HttpRequest) -> Result<HttpResponse, HttpError> {
    token_page(StatusCode::GONE, &ResetPage::new(req, false, String::new()))
}

impl ForgotPage {
    fn new(req: &HttpRequest, app: &App) -> Self {
        Self {
            page: PageChrome::titled(req, "forgotten", ""),
            email: String::new(),
            email_error: None,
            sent: false,
            mailless: app.config.smtp_url.is_none(),
        }
    }
}

impl ResetPage {
    fn new(req: &HttpRequest, valid: bool, email: String) -> Self {
        Self {
            page: PageChrome::titled(req, "reset-heading", ""),
            valid,
            action_path: req.path().to_owned(),
            email,
            password_error: None,
        }
    }
}
