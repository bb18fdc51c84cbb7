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
use crate::http::language::locale;
use crate::http::pages::people::{AwayForm, day, end_of_day_ms};
use crate::http::pages::session::{begin, throttled_page, too_many};
use crate::http::pages::typed;
use crate::http::parts::{Choice, When};
use crate::http::visitor::SignedIn;
use crate::locale::{Locale, MessageId};
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
    languages: Vec<Choice>,
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
pub(crate) struct LanguageForm {
    language: String,
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
    label: String,
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
    let locale = locale(&req);
    let mut again = account_page(&req, &app, &who).await?;
    let names = [who.user.name.as_str(), &who.user.email];
    let password = match NewPassword::parse(&form.password, &names) {
        Ok(password) => password,
        Err(rule) => {
            again.password_error = Some(locale.text(typed::password(rule)));
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
        }
    };
    match account::change_password(&app, &who.user, &form.current_password, password).await? {
        Ok(()) => {
            let user = account::find(&app, &who.user.id).await?.unwrap_or(who.user);
            let to = Redirect::to("/account").flash(locale.text("account-password-changed"));
            begin(&req, &app, &user, to).await
        }
        Err(LogInError::Throttled(throttled)) => {
            again.current_password_error = Some(too_many(locale, throttled));
            throttled_page(throttled, &again)
        }
        Err(LogInError::Wrong | LogInError::Unconfirmed) => {
            again.current_password_error = Some(locale.text("password-not-present"));
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

/// `POST /account/notices`
pub(crate) async fn set_notices(
    req: HttpRequest,
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
    Ok(
        Redirect::to("/account").flash(locale(&req).text(if form.notices {
            MessageId("account-notices-on")
        } else {
            MessageId("account-notices-off")
        })),
    )
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
                .flash(locale(&req).text("account-renamed"))
                .respond_to(&req))
        }
        Err(rule) => {
            let mut again = account_page(&req, &app, &who).await?;
            again.name = form.name;
            again.name_error = Some(locale(&req).text(typed::name(rule)));
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

/// `POST /account/language`
pub(crate) async fn set_language(
    req: HttpRequest,
    app: web::Data<App>,
    who: SignedIn,
    Form(form): Form<LanguageForm>,
) -> Result<Redirect, HttpError> {
    let chosen = match form.language.as_str() {
        "" => None,
        tag => Some(
            Locale::of_tag(tag)
                .ok_or_else(|| HttpError::invalid("language", "must be one of the list"))?,
        ),
    };
    account::set_language(&app, &who.user, chosen).await?;
    let now = chosen.unwrap_or_else(|| locale(&req));
    Ok(Redirect::to("/account").flash(now.text("account-language-saved")))
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
    req: HttpRequest,
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
    Ok(
        Redirect::to("/account").flash(locale(&req).text(match until_ms {
            Some(_) => MessageId("account-away-on"),
            None => MessageId("account-away-off"),
        })),
    )
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
                .flash(locale(&req).text("account-deleted"))
                .respond_to(&req));
        }
        Err(refused) => refused,
    };
    let locale = locale(&req);
    let mut again = account_page(&req, &app, &who).await?;
    match refused {
        DeleteError::Refused(LogInError::Throttled(throttled)) => {
            again.delete_error = Some(too_many(locale, throttled));
            throttled_page(throttled, &again)
        }
        DeleteError::Refused(_) => {
            again.delete_error = Some(locale.text("password-not-present"));
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        DeleteError::SoleOwner(site) => {
            let text = locale.say("account-sole-owner").with("site", site);
            again.delete_error = Some(text.to_string());
            page_with(StatusCode::CONFLICT, &again)
        }
    }
}

/// `POST /account/logout-everywhere`
pub(crate) async fn log_out_everywhere(
    req: HttpRequest,
    app: web::Data<App>,
    who: SignedIn,
) -> Result<Redirect, HttpError> {
    account::log_out_everywhere(&app, &who.user).await?;
    Ok(Redirect::to("/login").flash(locale(&req).text("account-logged-out")))
}

/// `POST /account/confirm`
pub(crate) async fn send_confirmation(
    req: HttpRequest,
    app: web::Data<App>,
    who: SignedIn,
) -> Result<Redirect, HttpError> {
    sign_up::send_confirmation_again(&app, &who.user).await?;
    Ok(Redirect::to("/account").flash(locale(&req).text("account-link-sent")))
}

async fn account_page(
    req: &HttpRequest,
    app: &App,
    who: &SignedIn,
) -> Result<AccountPage, HttpError> {
    let locale = locale(req);
    let places = account::memberships(app, &who.user).await?;
    let sessions = session::list(&app.db, app.clock.now_ms(), &who.user).await?;
    Ok(AccountPage {
        page: PageChrome::titled(req, "account", ""),
        name: who.user.name.clone(),
        email: who.user.email.clone(),
        unconfirmed: account::must_confirm(app, &who.user),
        notices_on: places.iter().any(|place| place.notices),
        notices: notice_rows(locale, &places),
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
                role: locale.text(place.role.message()),
            })
            .collect(),
        current_password_error: None,
        password_error: None,
        languages: languages(locale, who.user.language),
        sessions: sessions
            .into_iter()
            .map(|session| SessionRow {
                device: device(locale, &session.user_agent),
                begun: When::of(locale, session.created_at_ms),
                seen: When::of(locale, session.seen_at_ms),
                current: session.token_hash == who.session_hash,
            })
            .collect(),
    })
}

/// The languages that can be chosen, behind the entry for none.
fn languages(locale: Locale, chosen: Option<Locale>) -> Vec<Choice> {
    let none = Choice {
        value: String::new(),
        label: locale.text("account-language-none"),
        selected: chosen.is_none(),
    };
    let offered = Locale::offered().iter().map(|offered| Choice {
        value: offered.to_string(),
        label: offered.name().to_owned(),
        selected: chosen == Some(*offered),
    });
    std::iter::once(none).chain(offered).collect()
}

/// The kinds of notices that somebody can get where they belong, each with whether they want it.
fn notice_rows(locale: Locale, places: &[Place]) -> Vec<NoticeRow> {
    let highest = places.iter().map(|place| place.role).max();
    let wanted = |kind: NoticeKind| {
        let is_muted = |place: &Place| {
            let Ok(muted) = place.muted.parse::<Muted>();
            muted.has(kind)
        };
        !places.iter().any(is_muted)
    };
    let row = |name, label: MessageId, kind, least: Role| {
        (highest >= Some(least)).then(|| NoticeRow {
            name,
            label: locale.text(label),
            on: wanted(kind),
        })
    };
    [
        row(
            "held",
            MessageId("notice-held"),
            NoticeKind::Held,
            Role::Author,
        ),
        row(
            "decided",
            MessageId("notice-decided"),
            NoticeKind::Decided,
            Role::Author,
        ),
        row(
            "waiting",
            MessageId("notice-waiting"),
            NoticeKind::Waiting,
            Role::Moderator,
        ),
        row(
            "reminder",
            MessageId("notice-reminder"),
            NoticeKind::Reminder,
            Role::Moderator,
        ),
        row(
            "trouble",
            MessageId("notice-trouble"),
            NoticeKind::Trouble,
            Role::Owner,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// "Firefox on Linux", as far as a browser's description of itself says it.
fn device(locale: Locale, user_agent: &str) -> String {
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
        (Some(browser), Some(system)) => locale
            .say("account-session-device")
            .with("browser", browser)
            .with("system", system)
            .to_string(),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => locale.text("account-session-other"),
    }
}
