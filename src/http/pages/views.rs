//! Views of the queue: giving the present filter a name, and removing it again.

use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use serde::Deserialize;

use crate::app::App;
use crate::http::chrome::Redirect;
use crate::http::error::HttpError;
use crate::http::extract::Id;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::visitor::Member;
use crate::ids::ViewId;
use crate::moderation::rows::CaseStatus;
use crate::moderation::views::{NAME_MAX_CHARS, View, ViewError};

use super::queue::{CaseQuery, path as queue_path};

/// A view as the queue's page shows it.
pub(crate) struct ViewRow {
    pub name: String,
    pub path: String,
    pub remove_path: String,
    pub current: bool,
}

/// What the form sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ViewFields {
    name: String,
    state: CaseStatus,
    #[serde(default)]
    category: String,
    #[serde(default)]
    queue: String,
    #[serde(default)]
    rule: String,
    #[serde(default)]
    author: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    like: String,
}

impl ViewRow {
    /// `query` is the one of the page that is shown.
    pub fn of(slug: &str, view: &View, query: &str) -> Self {
        let path = queue_path(slug);
        Self {
            name: view.name.clone(),
            path: format!("{path}?{}", view.query),
            remove_path: format!("{path}/views/{}/remove", view.id),
            current: view.query == query,
        }
    }
}

/// `POST /s/{site}/admin/queue/views`
pub(crate) async fn keep(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    fields: Form<ViewFields>,
) -> Result<HttpResponse, HttpError> {
    let fields = fields.0;
    let narrow = CaseQuery {
        category: fields.category,
        queue: fields.queue,
        rule: fields.rule,
        author: fields.author,
        q: fields.q,
        like: fields.like,
    };
    let query = narrow.text(fields.state);
    let kept = app
        .moderation
        .keep_view(&member.actor(), &fields.name, query.clone())
        .await?;
    let locale = locale(&req);
    let message = match kept {
        Ok(view) => locale.say("view-kept").with("name", view.name),
        Err(ViewError::Name) => locale.say("view-name-rule").with("chars", NAME_MAX_CHARS),
        Err(ViewError::NoRoom) => locale.say("view-no-room"),
    };
    let to = format!("{}?{query}", queue_path(&member.site.slug));
    Ok(Redirect::to(to).flash(message.to_string()).respond_to(&req))
}

/// `POST /s/{site}/admin/queue/views/{view}/remove`
pub(crate) async fn remove(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<ViewId>,
) -> Result<HttpResponse, HttpError> {
    if !app.moderation.remove_view(&member.actor(), &id.0).await? {
        return Err(HttpError::not_found());
    }
    Ok(Redirect::to(queue_path(&member.site.slug))
        .flash(locale(&req).text("view-removed"))
        .respond_to(&req))
}
