//! `/invite/{token}`: accepting an invitation, with an account or by making one.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::auth::password::NewPassword;
use crate::auth::role::Role;
use crate::http::chrome::{PageChrome, Redirect, token_page};
use crate::http::error::HttpError;
use crate::http::extract::segment;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::pages::{session, typed};
use crate::people::invite::{self, Invitation};
use crate::people::name::Name;

#[derive(Template)]
#[template(path = "account/invitation.html")]
struct InvitationPage {
    page: PageChrome,
    valid: bool,
    action_path: String,
    site: String,
    role: String,
    inviter: String,
    email: String,
    has_account: bool,
    name: String,
    name_error: Option<String>,
    password_error: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InvitationForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

/// `GET /invite/{token}`
pub(crate) async fn show(req: HttpRequest, app: web::Data<App>) -> Result<HttpResponse, HttpError> {
    match invite::find(&app, segment(&req, "token")).await? {
        Some(invitation) => token_page(
            StatusCode::OK,
            &InvitationPage::new(&req, Some(&invitation)),
        ),
        None => spent(&req),
    }
}

/// `POST /invite/{token}`
pub(crate) async fn accept(
    req: HttpRequest,
    app: web::Data<App>,
    Form(form): Form<InvitationForm>,
) -> Result<HttpResponse, HttpError> {
    let token = segment(&req, "token");
    let Some(invitation) = invite::find(&app, token).await? else {
        return spent(&req);
    };
    let locale = locale(&req);
    let work = match invitation.role {
        Role::Author => format!("/s/{}/write", invitation.site.slug),
        Role::Moderator | Role::Owner => format!("/s/{}/admin/queue", invitation.site.slug),
    };
    let to = Redirect::to(work).flash(
        locale
            .say("invitation-done")
            .with("role", locale.text(invitation.role.message()))
            .with("site", &invitation.site.name)
            .to_string(),
    );
    if invitation.account.is_some() {
        return match invite::accept(&app, token, &invitation).await? {
            true => Ok(to.respond_to(&req)),
            false => spent(&req),
        };
    }
    let names = [form.name.as_str(), &invitation.email, &invitation.site.name];
    let name = Name::parse(&form.name);
    let password = NewPassword::parse(&form.password, &names);
    let (name, password) = match (name, password) {
        (Ok(name), Ok(password)) => (name, password),
        (name, password) => {
            let again = InvitationPage {
                name_error: name.err().map(|rule| locale.text(typed::name(rule))),
                password_error: password
                    .err()
                    .map(|rule| locale.text(typed::password(rule))),
                name: form.name,
                ..InvitationPage::new(&req, Some(&invitation))
            };
            return token_page(StatusCode::UNPROCESSABLE_ENTITY, &again);
        }
    };
    match invite::accept_as_new(&app, token, &invitation, &name, password).await? {
        Some(user) => session::begin(&req, &app, &user, to).await,
        None => spent(&req),
    }
}

fn spent(req: &HttpRequest) -> Result<HttpResponse, HttpError> {
    token_page(StatusCode::GONE, &InvitationPage::new(req, None))
}

impl InvitationPage {
    fn new(req: &HttpRequest, invitation: Option<&Invitation>) -> Self {
        let text = |get: fn(&Invitation) -> &str| {
            invitation.map_or_else(String::new, |it| get(it).to_owned())
        };
        Self {
            page: PageChrome::titled(req, "invitation", ""),
            valid: invitation.is_some(),
            action_path: req.path().to_owned(),
            site: text(|it| &it.site.name),
            role: invitation.map_or_else(String::new, |it| locale(req).text(it.role.message())),
            inviter: text(|it| &it.inviter),
            email: text(|it| &it.email),
            has_account: invitation.is_some_and(|it| it.account.is_some()),
            name: String::new(),
            name_error: None,
            password_error: None,
        }
    }
}
