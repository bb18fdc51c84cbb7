//! `POST /check`: what the rules say of a text.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::access_key::Scope;
use crate::http::error::HttpError;
use crate::moderation::rules::{self, FieldError, Flaw, Verdict, View};
use crate::moderation::submit::{Body, Title};
use crate::people::email::EmailAddress;

use super::caller::Caller;
use super::hit::{self, Hit};
use super::request::{Request, invalid_fields};

/// A text to be checked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "A win", "body": "I won the lottery."}))]
pub(crate) struct Text {
    /// Plain text, one line.
    #[schema(min_length = 1, max_length = 200)]
    title: Option<String>,
    /// Markdown, 200,000 bytes at most.
    #[schema(min_length = 1)]
    body: String,
    /// Who would submit it, for rules that ask for the author; somebody new if it is not said.
    author: Option<Submitter>,
    /// Whether the answer has `readings`.
    #[serde(default)]
    readings: bool,
}

/// Who would submit a text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Submitter {
    /// Their address. Nobody gets an account by it.
    #[schema(format = "email")]
    email: String,
}

/// What the rules in force say of a text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckedText<'a> {
    /// What would become of a post with this text under the default workflow.
    verdict: Verdict,
    /// What was found, in the order of the text, title first.
    #[serde(serialize_with = "hit::list")]
    #[schema(value_type = Vec<Hit>)]
    hits: &'a [rules::Hit],
    /// Why a post would be held although no rule says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a str>,
    /// The body as each view reads it, one upon the other, without those that read what the one before does; if it was
    /// asked for. A hit's `view` names those that were needed to find it.
    #[serde(skip_serializing_if = "Option::is_none")]
    readings: Option<Vec<Reading>>,
}

/// A text as one view reads it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reading {
    /// The view's name: `text` is without disguises.
    view: &'static str,
    /// What it reads.
    text: String,
}

/// Check a text
///
/// Says what the rules of the site find in a text. Nothing is stored, so an Idempotency-Key changes nothing.
#[utoipa::path(
    post, path = "/check", operation_id = "check_text", tag = "posts", security(("api_key" = ["submit"])),
    request_body = Text,
    responses((status = 200, description = "What the rules say", body = CheckedText))
)]
pub(crate) async fn check(
    req: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Submit]).await?;
    let text = Request::<Text>::read(&req, payload).await?.value;
    let (title, body) = read_text(text.title.as_deref(), &text.body)?;
    let in_force = caller
        .app
        .moderation
        .in_force
        .load(caller.site_id())
        .await?
        .ok_or_else(HttpError::not_found)?;
    let title = title.as_ref().map_or("", Title::as_str);
    let author = match &text.author {
        None => rules::Author::default(),
        Some(author) => {
            let email = EmailAddress::parse(&author.email).map_err(|rule| {
                invalid_fields(&[FieldError {
                    field: "author.email",
                    flaw: Flaw::words(rule.to_string()),
                }])
            })?;
            let app = &caller.app;
            app.moderation.record_at(&in_force, email.as_str()).await?
        }
    };
    let checked = in_force.check_by(title, body.as_str(), &author);
    Ok(HttpResponse::Ok().json(CheckedText {
        verdict: checked.verdict,
        hits: &checked.hits,
        problem: checked.problem.as_deref(),
        readings: text.readings.then(|| readings_of(body.as_str())),
    }))
}

fn readings_of(body: &str) -> Vec<Reading> {
    let read = |(view, text): (View, String)| Reading {
        view: view.as_str(),
        text,
    };
    rules::readings(body).into_iter().map(read).collect()
}

/// The title, if there is one, and the body of a text that is no post yet; all that is wrong with it at once.
pub(super) fn read_text(
    title: Option<&str>,
    body: &str,
) -> Result<(Option<Title>, Body), HttpError> {
    match (title.map(Title::parse).transpose(), Body::parse(body)) {
        (Ok(title), Ok(body)) => Ok((title, body)),
        (title, body) => {
            let broken = title.err().into_iter().chain(body.err());
            let errors: Vec<FieldError> = broken.map(FieldError::from).collect();
            Err(invalid_fields(&errors))
        }
    }
}
