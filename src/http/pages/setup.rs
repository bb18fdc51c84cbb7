//! `/setup`: the one-time link that makes the first owner.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::auth::password::NewPassword;
use crate::http::chrome::{PageChrome, Redirect, token_page};
use crate::http::error::HttpError;
use crate::http::extract::Query;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::pages::{session, typed};
use crate::people::email::EmailAddress;
use crate::people::name::Name;
use crate::people::setup::{self, SetUp, SetUpError};

#[derive(Template)]
#[template(path = "account/setup.html")]
struct SetupPage {
    page: PageChrome,
    valid: bool,
    token: String,
    new_site_name: String,
    name: String,
    email: String,
    site_name_error: Option<String>,
    name_error: Option<String>,
    email_error: Option<String>,
    password_error: Option<String>,
    form_error: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct SetupQuery {
    #[serde(default)]
    token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetupForm {
    token: String,
    site_name: String,
    name: String,
    email: String,
    password: String,
}

/// `GET /setup?token=…`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    Query(query): Query<SetupQuery>,
) -> Result<HttpResponse, HttpError> {
    let valid = setup::is_open(&app, &query.token).await?;
    let status = if valid {
        StatusCode::OK
    } else {
        StatusCode::GONE
    };
    token_page(status, &SetupPage::new(&req, valid, query.token))
}

/// `POST /setup`
pub(crate) async fn set_up(
    req: HttpRequest,
    app: web::Data<App>,
    Form(form): Form<SetupForm>,
) -> Result<HttpResponse, HttpError> {
    if !setup::is_open(&app, &form.token).await? {
        return token_page(
            StatusCode::GONE,
            &SetupPage::new(&req, false, String::new()),
        );
    }
    let names = [form.name.as_str(), &form.email, &form.site_name];
    let site_name = Name::parse(&form.site_name);
    let name = Name::parse(&form.name);
    let email = EmailAddress::parse(&form.email);
    let password = NewPassword::parse(&form.password, &names);
    let locale = locale(&req);
    let mut again = SetupPage {
        site_name_error: site_name
            .as_ref()
            .err()
            .map(|&rule| locale.text(typed::name(rule))),
        name_error: name
            .as_ref()
            .err()
            .map(|&rule| locale.text(typed::name(rule))),
        email_error: email
            .as_ref()
            .err()
            .map(|&rule| locale.text(typed::address(rule))),
        password_error: password
            .as_ref()
            .err()
            .map(|&rule| locale.text(typed::password(rule))),
        new_site_name: form.site_name,
        name: form.name,
        email: form.email,
        ..SetupPage::new(&req, true, form.token.clone())
    };
    let (Ok(site_name), Ok(name), Ok(email), Ok(password)) = (site_name, name, email, password)
    else {
        return token_page(StatusCode::UNPROCESSABLE_ENTITY, &again);
    };
    let given = SetUp {
        site_name,
        name,
        email,
        password,
    };
    match setup::set_up(&app, &form.token, given).await? {
        Ok(owner) => {
            let to = Redirect::to("/login").flash(locale.text("setup-done"));
            session::begin(&req, &app, &owner, to).await
        }
        Err(SetUpError::Spent) => token_page(
            StatusCode::GONE,
            &SetupPage::new(&req, false, String::new()),
        ),
        Err(SetUpError::EmailTaken) => {
            again.email_error = Some(locale.text("address-taken-owner"));
            token_page(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

impl SetupPage {
    fn new(req: &HttpRequest, valid: bool, token: String) -> Self {
        Self {
            page: PageChrome::titled(req, "setup-heading", ""),
            valid,
            token,
            new_site_name: String::new(),
            name: String::new(),
            email: String::new(),
            site_name_error: None,
            name_error: None,
            email_error: None,
            password_error: None,
            form_error: None,
        }
    }
}
