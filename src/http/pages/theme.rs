//! Light, dark, or what the system says: remembered in a cookie, so that the first byte of a page knows it and nothing
//! flashes.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::app::App;
use crate::http::answer::see_other;
use crate::http::cookies::{self, Name};
use crate::http::form::Form;

use super::session::is_path;

const YEAR_SECONDS: i64 = 365 * 24 * 60 * 60;

/// What the form sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fields {
    theme: Theme,
    /// The page that the form stood on.
    next: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Theme {
    System,
    Light,
    Dark,
}

/// `POST /theme`
pub(crate) async fn choose(app: web::Data<App>, form: Form<Fields>) -> HttpResponse {
    let cookie = match form.0.theme {
        Theme::System => cookies::remove(&app, Name::Theme),
        Theme::Light => cookies::set(&app, Name::Theme, "light".to_owned(), Some(YEAR_SECONDS)),
        Theme::Dark => cookies::set(&app, Name::Theme, "dark".to_owned(), Some(YEAR_SECONDS)),
    };
    let next = Some(form.0.next.as_str()).filter(|next| is_path(next));
    let mut response = see_other(next.unwrap_or("/"));
    // Only a cookie whose name or value cannot stand in a header fails, and these are our own.
    drop(response.add_cookie(&cookie));
    response
}
