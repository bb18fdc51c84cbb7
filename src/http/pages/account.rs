//! `/account`: what somebody may see and change of themselves.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::auth::password::NewPassword;
use crate::auth::role::{Actor, Role};
use crate::auth::session;
use crate::http::chrome::{PageChrome, Redirect, page, page_with};
use crate::http::error::HttpError;
use crate::http::form::Form;
use crate::http::pages::people::{AwayForm, day, end_of_day_ms};
use crate::http::pages::session::{begin, throttled_page, too_many};
use crate::http::parts::When;
use crate::http::visitor::SignedIn;
use crate::people::account::{self, LogInError};
use crate::people::membership::{self, Membership as Place};
use crate::people::name::Name;
use crate::people::notice_kinds::{Muted, NoticeKind};
use crate::people::own_data::{self, DeleteError};
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
    notices: Vec<NoticeRow>,
    name_error: Option<String>,
    delete_error: Option<String>,
    away_until: String,
    decides: bool,
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
pub(crate) struct NameForm {
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteForm {
    delete_password: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoticesForm {
    #[serde(default)]
    notices: bool,
    #[serde(default)]
    held: bool,
    #[serde(default)]
    decided: bool,
    #[serde(default)]
    waiting: bool,
    #[serde(default)]
    reminder: bool,
    #[serde(default)]
    trouble: bool,
}

/// A kind of notice with whether it is wanted.
struct NoticeRow {
    name: &'static str,
    label: &'static str,
    on: bool,
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
    let muted = [
        (form.held, NoticeKind::Held),
        (form.decided, NoticeKind::Decided),
        (form.waiting, NoticeKind::Waiting),
        (form.reminder, NoticeKind::Reminder),
        (form.trouble, NoticeKind::Trouble),
    ];
    let muted: Muted = muted
        .into_iter()
        .filter_map(|(wanted, kind)| (!wanted).then_some(kind))
        .collect();
    account::set_notices(&app, &who.user.id, form.notices, &muted).await?;
    Ok(Redirect::to("/account").flash(if form.notices {
        "You get notices by mail."
    } else {
        "You get no notices by mail any more."
    }))
}

/// `POST /account/name`
pub(crate) async fn rename(
    req: HttpRequest,
    app: web::Data<App>,
    who: SignedIn,
    Form(form): Form<NameForm>,
) -> Result<HttpResponse, HttpError> {
    match Name::parse(&form.name) {
        Ok(name) => {
            account::rename(&app, &who.user, &name).await?;
            Ok(Redirect::to("/account")
                .flash("Your name is changed.")
                .respond_to(&req))
        }
        Err(rule) => {
            let mut again = account_page(&req, &app, &who).await?;
            again.name = form.name;
            again.name_error = Some(format!("The name {rule}."));
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

/// `GET /account/export`
pub(crate) async fn export(app: web::Data<App>, who: SignedIn) -> Result<HttpResponse, HttpError> {
    let data = own_data::export(&app, &who.user).await?;
    Ok(HttpResponse::Ok()
        .insert_header((
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"gatepost-account.json\"",
        ))
        .json(data))
}

/// `POST /account/away`
pub(crate) async fn set_away(
    app: web::Data<App>,
    who: SignedIn,
    Form(form): Form<AwayForm>,
) -> Result<Redirect, HttpError> {
    let until_ms = end_of_day_ms(&form.until)?;
    for place in account::memberships(&app, &who.user).await? {
        let me = Actor {
            site_id: place.site_id,
            user_id: who.user.id.clone(),
            name: who.user.name.clone(),
            role: place.role,
        };
        // Somebody who was removed meanwhile is away for good.
        let _ = membership::set_away(&app, &me, &who.user.id, until_ms).await?;
    }
    Ok(Redirect::to("/account").flash(match until_ms {
        Some(_) => "You get nothing to do until then.",
        None => "Welcome back.",
    }))
}

/// `POST /account/delete`
pub(crate) async fn delete(
    req: HttpRequest,
    app: web::Data<App>,
    who: SignedIn,
    Form(form): Form<DeleteForm>,
) -> Result<HttpResponse, HttpError> {
    let refused = match own_data::delete(&app, &who.user, &form.delete_password).await? {
        Ok(()) => {
            return Ok(Redirect::to("/login")
                .flash("Your account is deleted.")
                .respond_to(&req));
        }
        Err(refused) => refused,
    };
    let mut again = account_page(&req, &app, &who).await?;
    match refused {
        DeleteError::Refused(LogInError::Throttled(throttled)) => {
            again.delete_error = Some(too_many(throttled));
            throttled_page(throttled, &again)
        }
        DeleteError::Refused(_) => {
            again.delete_error = Some("This is not the present password.".to_owned());
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        DeleteError::SoleOwner(site) => {
            let text = format!("{site} would have no owner. Make somebody else an owner first.");
            again.delete_error = Some(text);
            page_with(StatusCode::CONFLICT, &again)
        }
    }
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
        notices: notice_rows(&places),
        name_error: None,
        delete_error: None,
        away_until: places
            .iter()
            .filter_map(|place| place.away_until_ms)
            .filter(|until_ms| *until_ms > app.clock.now_ms())
            .max()
            .map_or(String::new(), day),
        decides: places.iter().any(|place| place.role >= Role::Moderator),
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

/// The kinds of notices that somebody can get where they belong, each with whether they want it.
fn notice_rows(places: &[Place]) -> Vec<NoticeRow> {
    let highest = places.iter().map(|place| place.role).max();
    let wanted = |kind: NoticeKind| {
        let is_muted = |place: &Place| {
            let Ok(muted) = place.muted.parse::<Muted>();
            muted.has(kind)
        };
        !places.iter().any(is_muted)
    };
    let row = |name, label, kind, least: Role| {
        (highest >= Some(least)).then(|| NoticeRow {
            name,
            label,
            on: wanted(kind),
        })
    };
    [
        row(
            "held",
            "A post or an appeal of mine waits for a moderator",
            NoticeKind::Held,
            Role::Author,
        ),
        row(
            "decided",
            "What became of a post or an appeal of mine",
            NoticeKind::Decided,
            Role::Author,
        ),
        row(
            "waiting",
            "Posts wait for a decision",
            NoticeKind::Waiting,
            Role::Moderator,
        ),
        row(
            "reminder",
            "Half of a post's time is over",
            NoticeKind::Reminder,
            Role::Moderator,
        ),
        row(
            "trouble",
            "Nobody decided in time, or a workflow broke",
            NoticeKind::Trouble,
            Role::Owner,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
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
