//! `/rules/outcomes`: what hits lead to, a part of the rule set.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::access_key::Scope;
use crate::http::error::HttpError;
use crate::moderation::outcomes::Outcomes;
use crate::moderation::rule_set::{Edit, Saved};
use crate::store::rule_versions;

use super::caller::Caller;
use super::request::{JSON, Request};
use super::rules::{SavedRules, answer_refused};

/// What hits are to lead to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOutcomes {
    /// All of it: what is left out is as each rule says.
    outcomes: Outcomes,
    /// Why, for the history.
    #[schema(max_length = 500)]
    comment: Option<String>,
}

/// What hits lead to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutcomesInForce {
    /// What was set.
    outcomes: Outcomes,
}

/// Read what hits lead to
///
/// By severity and by category, and which queue the cases of a category wait in.
#[utoipa::path(
    get, path = "/rules/outcomes", operation_id = "read_outcomes", tag = "rules", security(("api_key" = ["read"])),
    responses((status = 200, description = "What hits lead to", body = OutcomesInForce))
)]
pub(crate) async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Read]).await?;
    let (_, outcomes) = rule_versions::outcomes_in_force(&caller.app.db, caller.site_id()).await?;
    Ok(HttpResponse::Ok().json(OutcomesInForce { outcomes }))
}

/// Change what hits lead to
///
/// Makes a version of the rule set. `POST /rules/rehearse` tries it on the posts first.
#[utoipa::path(
    put, path = "/rules/outcomes", operation_id = "change_outcomes", tag = "rules", security(("api_key" = ["admin"])),
    request_body = NewOutcomes,
    responses((status = 200, description = "It is in force", body = SavedRules))
)]
pub(crate) async fn change(
    req: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Admin]).await?;
    let Request { value, idempotency } = Request::<NewOutcomes>::read(&req, payload).await?;
    let repeatable = idempotency.map(|idempotency| {
        idempotency.repeatable(&caller, |saved: &Saved| {
            (StatusCode::OK.as_u16(), SavedRules::to_json(saved))
        })
    });
    let (comment, by) = (value.comment.unwrap_or_default(), caller.by());
    let edit = Edit::Outcomes(value.outcomes);
    let saved = caller
        .app
        .moderation
        .edit_rules(caller.site_id(), edit, &comment, &by, repeatable);
    match saved.await? {
        Ok(saved) => Ok(HttpResponse::Ok()
            .content_type(JSON)
            .body(SavedRules::to_json(&saved))),
        Err(refused) => answer_refused(refused),
    }
}
