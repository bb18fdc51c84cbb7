//! `/notices/off/{token}`: switches notices off without a login. GET asks and changes nothing; POST, by the page's button
//! or by a mail program's one click (RFC 8058), does it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::http::chrome::{PageChrome, token_page};
use crate::http::error::HttpError;
use crate::http::extract::segment;
use crate::outbox::notices::{self, Subscriber};

#[derive(Template)]
#[template(path = "account/notices.html")]
struct NoticesPage {
    page: PageChrome,
    state: &'static str,
    action_path: String,
    site: String,
    email: String,
}

/// `GET /notices/off/{token}`
pub(crate) async fn ask(req: HttpRequest, app: web::Data<App>) -> Result<HttpResponse, HttpError> {
    let subscriber = find(&req, &app).await?;
    answer(&req, subscriber, "ask")
}

/// `POST /notices/off/{token}`
pub(crate) async fn switch_off(
    req: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, HttpError> {
    let subscriber = find(&req, &app).await?;
    notices::switch_off(&app.db, &subscriber).await?;
    answer(&req, subscriber, "done")
}

async fn find(req: &HttpRequest, app: &App) -> Result<Subscriber, HttpError> {
    notices::find(&app.db, &app.keyring, segment(req, "token"))
        .await?
        .ok_or_else(HttpError::not_found)
}

fn answer(
    req: &HttpRequest,
    subscriber: Subscriber,
    state: &'static str,
) -> Result<HttpResponse, HttpError> {
    let page = NoticesPage {
        page: PageChrome::titled(req, "notices", ""),
        state,
        action_path: req.path().to_owned(),
        site: subscriber.site.name,
        email: subscriber.email,
    };
    token_page(StatusCode::OK, &page)
}
