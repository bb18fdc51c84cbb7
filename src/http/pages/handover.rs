//! Handing a case over to a colleague or to the owners.

use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use serde::Deserialize;

use crate::app::App;
use crate::http::chrome::Redirect;
use crate::http::error::HttpError;
use crate::http::extract::Id;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::parts::Choice;
use crate::http::visitor::Member;
use crate::ids::CaseId;
use crate::locale::Locale;
use crate::moderation::handover::{HandOverError, OWNERS};

use super::case::case_path;

/// A part of the fields of `templates/admin/decision.html`.
#[derive(Debug, Clone)]
pub(crate) struct HandOver {
    /// Where the form sends to.
    pub action_path: String,
    /// Whom it can be handed to.
    pub choices: Vec<Choice>,
}

/// What the form sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandOverFields {
    to: String,
    #[serde(default)]
    words: String,
}

impl HandOver {
    /// The form for a case.
    pub async fn of(
        app: &App,
        locale: Locale,
        member: &Member,
        id: &CaseId,
    ) -> anyhow::Result<Self> {
        let owners = (OWNERS.to_owned(), locale.text("the-owners"));
        let colleagues = app.moderation.colleagues(&member.actor()).await?;
        let people = colleagues
            .into_iter()
            .map(|(user, name)| (user.to_string(), name));
        Ok(Self {
            action_path: format!("{}/hand-over", case_path(&member.site.slug, id)),
            choices: std::iter::once(owners)
                .chain(people)
                .map(|(value, label)| Choice {
                    selected: value == OWNERS,
                    value,
                    label,
                })
                .collect(),
        })
    }
}

/// `POST /s/{site}/admin/queue/{case}/hand-over`
pub(crate) async fn hand_over(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<CaseId>,
    fields: Form<HandOverFields>,
) -> Result<HttpResponse, HttpError> {
    let HandOverFields { to, words } = fields.0;
    let handed = app
        .moderation
        .hand_over(&member.actor(), &id.0, &to, &words)
        .await?;
    let locale = locale(&req);
    let redirect = Redirect::to(case_path(&member.site.slug, &id.0));
    Ok(match handed {
        Ok(Some(name)) => {
            let said = locale.say("hand-over-done").with("name", name);
            redirect.flash(said.to_string())
        }
        Ok(None) => redirect.flash(locale.text("hand-over-owners-done")),
        Err(HandOverError::Unknown) => return Err(HttpError::not_found()),
        Err(HandOverError::Nobody) => {
            let rule = "must be owners or a colleague who decides here";
            return Err(
                HttpError::invalid("to", rule).told(|locale| locale.text("hand-over-nobody"))
            );
        }
        Err(HandOverError::TooLong) => {
            let rule = "must have at most 500 characters";
            let told = |locale: Locale| {
                locale
                    .say("hand-over-words-rule")
                    .with("chars", 500_i64)
                    .to_string()
            };
            return Err(HttpError::invalid("words", rule).told(told));
        }
        Err(HandOverError::Closed) => redirect.flash(locale.text("case-nobody-waits")),
    }
    .respond_to(&req))
}
