//! Putting a case aside: snoozing it, asking its author to change the post, bringing it back.

use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use serde::Deserialize;

use crate::app::App;
use crate::http::chrome::Redirect;
use crate::http::error::HttpError;
use crate::http::extract::Id;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::parts::When;
use crate::http::visitor::Member;
use crate::ids::CaseId;
use crate::locale::{Locale, MessageId};
use crate::moderation::aside::{Aside, AsideError, AsideKind, MAX_CHARS, MAX_HOURS};
use crate::moderation::passages;

use super::case::case_path;
use super::decision::ChosenPassages;
use super::queue::path as queue_path;

/// A part of the fields of `templates/admin/case.html`.
pub(crate) struct AsidePart {
    /// What happened, in a sentence.
    pub text: String,
    /// What the author was told.
    pub words: String,
    /// When it comes back by itself.
    pub until: Option<When>,
    /// Where the button sends to.
    pub back_path: String,
}

/// What the form to snooze sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SnoozeFields {
    hours: i64,
}

/// What the form to ask sends.
#[derive(Debug, Deserialize)]
pub(crate) struct AskFields {
    note: String,
    #[serde(flatten)]
    passages: ChosenPassages,
}

impl AsidePart {
    /// How a case is out of the queue.
    pub fn of(locale: Locale, slug: &str, aside: &Aside) -> Self {
        Self {
            text: locale
                .say(match aside.kind {
                    AsideKind::Snoozed => MessageId("aside-snoozed"),
                    AsideKind::Asked => MessageId("aside-asked"),
                })
                .with("name", aside.by_name.as_str())
                .to_string(),
            words: aside.words.clone(),
            until: aside.until_ms.map(|ms| When::of(locale, ms)),
            back_path: format!("{}/bring-back", case_path(slug, &aside.case_id)),
        }
    }
}

/// `POST /s/{site}/admin/queue/{case}/snooze`
pub(crate) async fn snooze(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<CaseId>,
    fields: Form<SnoozeFields>,
) -> Result<HttpResponse, HttpError> {
    let locale = locale(&req);
    let hours = fields.0.hours;
    let snoozed = app.moderation.snooze(&member.actor(), &id.0, hours).await?;
    let message = match snoozed {
        Ok(until_ms) => locale
            .say("aside-snoozed-until")
            .with("when", locale.short_moment(until_ms))
            .to_string(),
        Err(error) => refused(locale, error)?,
    };
    Ok(Redirect::to(queue_path(&member.site.slug))
        .flash(message)
        .respond_to(&req))
}

/// `POST /s/{site}/admin/queue/{case}/ask`
pub(crate) async fn ask(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<CaseId>,
    fields: Form<AskFields>,
) -> Result<HttpResponse, HttpError> {
    let locale = locale(&req);
    let settings = &member.site.settings;
    passages::show(&app.db, member.site.id, &id.0, &fields.0.passages.0).await?;
    let asked = app
        .moderation
        .ask_for_change(&member.actor(), settings, &id.0, &fields.0.note)
        .await?;
    let message = match asked {
        Ok(()) if settings.undo_seconds > 0 => locale
            .say("aside-asking")
            .with("seconds", settings.undo_seconds)
            .to_string(),
        Ok(()) => locale.text("aside-asked-now"),
        Err(error) => refused(locale, error)?,
    };
    // Back to the case, where it can be taken back.
    Ok(Redirect::to(case_path(&member.site.slug, &id.0))
        .flash(message)
        .respond_to(&req))
}

/// `POST /s/{site}/admin/queue/{case}/bring-back`
pub(crate) async fn bring_back(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<CaseId>,
) -> Result<HttpResponse, HttpError> {
    let locale = locale(&req);
    let settings = &member.site.settings;
    let brought = app
        .moderation
        .bring_back(&member.actor(), settings, &id.0)
        .await?;
    let message = match brought {
        Ok(()) => locale.text("aside-back"),
        Err(error) => refused(locale, error)?,
    };
    Ok(Redirect::to(case_path(&member.site.slug, &id.0))
        .flash(message)
        .respond_to(&req))
}

fn refused(locale: Locale, error: AsideError) -> Result<String, HttpError> {
    Ok(match error {
        AsideError::Unknown => return Err(HttpError::not_found()),
        AsideError::Closed => locale.text("case-nobody-waits"),
        AsideError::OwnPost => locale.text("aside-own-post"),
        AsideError::Words => {
            let text = format!("must say what to change, in at most {MAX_CHARS} characters");
            let told = |locale: Locale| {
                locale
                    .say("aside-words-rule")
                    .with("chars", MAX_CHARS)
                    .to_string()
            };
            return Err(HttpError::invalid("note", &text).told(told));
        }
        AsideError::Hours => {
            let text = format!("must be 1 to {MAX_HOURS}");
            let told = |locale: Locale| {
                locale
                    .say("aside-hours-rule")
                    .with("hours", MAX_HOURS)
                    .to_string()
            };
            return Err(HttpError::invalid("hours", &text).told(told));
        }
    })
}
