//! Signing up as an author, and confirming the address.

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
use crate::http::pages::session::{self, throttled_page, too_many};
use crate::http::pages::typed;
use crate::http::visitor::{SiteContext, Visitor, role_here};
use crate::moderation::site::Site;
use crate::people::User;
use crate::people::email::EmailAddress;
use crate::people::name::Name;
use crate::people::sign_up::{self, SignUp, SignedUp};

/// So many sign-ups an hour from one address.
const SIGN_UPS_AN_HOUR: i64 = 300;
const HOUR_MS: i64 = 60 * 60 * 1000;

#[derive(Template)]
#[template(path = "site/signup.html")]
struct SignUpPage {
    page: PageChrome,
    action_path: String,
    open: bool,
    email: String,
    name: String,
    email_error: Option<String>,
    name_error: Option<String>,
    password_error: Option<String>,
    form_error: Option<String>,
}

#[derive(Template)]
#[template(path = "site/join.html")]
struct JoinPage {
    page: PageChrome,
    action_path: String,
    open: bool,
}

#[derive(Template)]
#[template(path = "account/confirm.html")]
struct ConfirmPage {
    page: PageChrome,
    state: &'static str,
    action_path: String,
    email: String,
}

/// Somebody who has an account sends none of it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SignUpForm {
    name: String,
    email: String,
    password: String,
}

/// `GET /s/{site}/signup`
pub(crate) async fn show(
    req: HttpRequest,
    Visitor(user): Visitor,
    site: SiteContext,
) -> Result<HttpResponse, HttpError> {
    let status = if site.settings.signup {
        StatusCode::OK
    } else {
        StatusCode::FORBIDDEN
    };
    match (user, role_here(&req)) {
        (Some(_), Some(_)) => Ok(Redirect::to(format!("/s/{}/mine", site.slug)).respond_to(&req)),
        (Some(_), None) => page_with(status, &JoinPage::new(&req, &site)),
        (None, _) => page_with(status, &SignUpPage::new(&req, &site)),
    }
}

/// `POST /s/{site}/signup`
pub(crate) async fn submit(
    req: HttpRequest,
    app: web::Data<App>,
    Visitor(user): Visitor,
    site: SiteContext,
    Form(form): Form<SignUpForm>,
) -> Result<HttpResponse, HttpError> {
    if let Some(user) = user {
        return join(&req, &app, &user, &site).await;
    }
    let mut again = SignUpPage::new(&req, &site);
    if !again.open {
        return page_with(StatusCode::FORBIDDEN, &again);
    }
    let locale = locale(&req);
    let names = [form.name.as_str(), &form.email, &site.name];
    let name = Name::parse(&form.name);
    let email = EmailAddress::parse(&form.email);
    let password = NewPassword::parse(&form.password, &names);
    again.name_error = name
        .as_ref()
        .err()
        .map(|&rule| locale.text(typed::name(rule)));
    again.email_error = email
        .as_ref()
        .err()
        .map(|&rule| locale.text(typed::address(rule)));
    again.password_error = password
        .as_ref()
        .err()
        .map(|&rule| locale.text(typed::password(rule)));
    again.name = form.name;
    again.email = form.email;
    let (Ok(name), Ok(email), Ok(password)) = (name, email, password) else {
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
    };
    if let Some(address) = client_address(&req) {
        let subject = Subject::kind("signup", &Subject::address(address));
        let now_ms = app.clock.now_ms();
        let counted = throttle::limit(&app.db, now_ms, &subject, SIGN_UPS_AN_HOUR, HOUR_MS).await?;
        if let Err(throttled) = counted {
            again.form_error = Some(too_many(locale, throttled));
            return throttled_page(throttled, &again);
        }
    }
    let given = SignUp {
        name,
        email,
        password,
        language: Some(locale).filter(|locale| *locale != site.settings.language),
    };
    match sign_up::sign_up(&app, &site, given).await? {
        SignedUp::In(user) => {
            let to = Redirect::to(format!("/s/{}/write", site.slug))
                .flash(locale.text("sign-up-welcome"));
            session::begin(&req, &app, &user, to).await
        }
        SignedUp::CheckMail => {
            let to = Redirect::to("/login").flash(locale.text("sign-up-check-mail"));
            Ok(to.respond_to(&req))
        }
        SignedUp::EmailTaken => {
            again.email_error = Some(locale.text("address-taken"));
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

async fn join(
    req: &HttpRequest,
    app: &App,
    user: &User,
    site: &Site,
) -> Result<HttpResponse, HttpError> {
    if !site.settings.signup {
        return page_with(StatusCode::FORBIDDEN, &JoinPage::new(req, site));
    }
    if role_here(req).is_none() {
        sign_up::join(app, site, user).await?;
    }
    let to =
        Redirect::to(format!("/s/{}/write", site.slug)).flash(locale(req).text("sign-up-welcome"));
    Ok(to.respond_to(req))
}

/// `GET /confirm/{token}`
pub(crate) async fn show_confirmation(
    req: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, HttpError> {
    let email = sign_up::find_confirmation(&app, segment(&req, "token")).await?;
    let (status, state) = match email {
        Some(_) => (StatusCode::OK, "ask"),
        None => (StatusCode::GONE, "void"),
    };
    token_page(status, &ConfirmPage::new(&req, state, email))
}

/// `POST /confirm/{token}`
pub(crate) async fn confirm(
    req: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, HttpError> {
    let email = sign_up::confirm(&app, segment(&req, "token")).await?;
    match email {
        Some(_) => page(&ConfirmPage::new(&req, "done", email)),
        None => token_page(StatusCode::GONE, &ConfirmPage::new(&req, "void", None)),
    }
}

impl SignUpPage {
    fn new(req: &HttpRequest, site: &Site) -> Self {
        Self {
            page: PageChrome::titled(req, "sign-up", ""),
            action_path: format!("/s/{}/signup", site.slug),
            open: site.settings.signup,
            email: String::new(),
            name: String::new(),
            email_error: None,
            name_error: None,
            password_error: None,
            form_error: None,
        }
    }
}

impl JoinPage {
    fn new(req: &HttpRequest, site: &Site) -> Self {
        Self {
            page: PageChrome::titled(req, "sign-up", ""),
            action_path: format!("/s/{}/signup", site.slug),
            open: site.settings.signup,
        }
    }
}

impl ConfirmPage {
    fn new(req: &HttpRequest, state: &'static str, email: Option<String>) -> Self {
        Self {
            page: PageChrome::titled(req, "confirm-heading", ""),
            state,
            action_path: req.path().to_owned(),
            email: email.unwrap_or_default(),
        }
    }
}
