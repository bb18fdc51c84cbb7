//! `POST /decisions`: a program decides on a parked post with its task token.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::access_key::Scope;
use crate::clock::rfc3339;
use crate::http::error::{Code, HttpError};
use crate::ids::{CaseId, PostId};
use crate::moderation::decide::{Answer, DecideError, Decided, Decision, REASON_MAX_CHARS, Target};
use crate::moderation::rows::{CaseRow, CaseStatus, PostStatus};
use crate::moderation::rules::{FieldError, Flaw};

use super::caller::Caller;
use super::request::{JSON, Request, invalid_fields, replayed};

/// A decision to be taken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDecision {
    /// The case's `task_token`.
    #[schema(max_length = 2048)]
    task_token: String,
    /// What becomes of the post.
    decision: Decision,
    /// What the author is told.
    #[schema(max_length = 5000)]
    reason: Option<String>,
    /// What colleagues are told.
    #[schema(max_length = 5000)]
    note: Option<String>,
    /// The revision that was looked at: if there is a newer one by now, nothing happens.
    revision: Option<i64>,
}

/// A decision that stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TakenDecision<'a> {
    /// The post.
    #[schema(value_type = String)]
    post_id: &'a PostId,
    /// The case; null where the task had none.
    #[schema(value_type = Option<String>)]
    case_id: Option<&'a CaseId>,
    /// What was decided; null if the task was answered over the AWS API with something else than a decision.
    decision: Option<Decision>,
    /// When.
    #[schema(format = DateTime)]
    decided_at: Option<String>,
    /// Who decided: the name of a person or of a key.
    decided_by: Option<&'a str>,
    /// Where the post stands now.
    status: PostStatus,
    /// Whether it had been decided so before; nothing happened this time.
    repeated: bool,
}

impl<'a> TakenDecision<'a> {
    fn of(decided: &'a Decided) -> Self {
        let case = decided.case.as_ref();
        Self {
            post_id: &decided.post.id,
            case_id: case.map(|case| &case.id),
            decision: case.and_then(decision),
            decided_at: case.and_then(|case| case.decided_at_ms).map(rfc3339),
            decided_by: case.and_then(|case| case.decided_by_name.as_deref()),
            status: decided.post.status,
            repeated: decided.repeated,
        }
    }

    fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers are always JSON")
    }
}

fn decision(case: &CaseRow) -> Option<Decision> {
    match case.status {
        CaseStatus::Approved => Some(Decision::Approved),
        CaseStatus::Rejected => Some(Decision::Rejected),
        _ => None,
    }
}

/// Decide on a parked post
///
/// The first decision wins and resumes the post's workflow. The same decision again is acknowledged with `repeated`; a
/// different one is refused with `already_decided`, which says who decided what and when. A program may not approve a post
/// of a category in which two people have to: that is answered with `forbidden`.
#[utoipa::path(
    post, path = "/decisions", operation_id = "decide", tag = "queue", security(("api_key" = ["decide"])),
    request_body = NewDecision,
    responses((status = 200, description = "The decision stands", body = TakenDecision))
)]
pub(crate) async fn create(
    req: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Decide]).await?;
    let request = Request::<NewDecision>::read(&req, payload).await?;
    let new = request.value;
    check_text("reason", new.reason.as_deref())?;
    check_text("note", new.note.as_deref())?;
    let repeatable = request.idempotency.map(|idempotency| {
        idempotency.repeatable(&caller, |decided: &Decided| {
            (
                StatusCode::OK.as_u16(),
                TakenDecision::of(decided).to_json(),
            )
        })
    });
    let answer = Answer::Decision {
        decision: new.decision,
        reason: new.reason,
        note: new.note,
    };
    let target = Target::Token(new.task_token);
    let result = caller
        .app
        .moderation
        .decide(
            caller.site_id(),
            target,
            caller.decider(),
            answer,
            new.revision,
            repeatable,
        )
        .await?;
    match result {
        Ok(decided) => Ok(HttpResponse::Ok()
            .content_type(JSON)
            .body(TakenDecision::of(&decided).to_json())),
        Err(DecideError::Replayed(replay)) => replayed(replay),
        Err(error) => Err(refused(error)),
    }
}

fn check_text(field: &'static str, text: Option<&str>) -> Result<(), HttpError> {
    match text {
        Some(text) if text.chars().count() > REASON_MAX_CHARS => {
            Err(invalid_fields(&[FieldError {
                field,
                flaw: Flaw::new("flaw-long").with("most", REASON_MAX_CHARS),
            }]))
        }
        _ => Ok(()),
    }
}

fn refused(error: DecideError) -> HttpError {
    match error {
        DecideError::AlreadyDecided(known) => {
            let known = TakenDecision::of(&known);
            let by = known.decided_by.unwrap_or("somebody");
            let at = known.decided_at.clone().unwrap_or_default();
            let what = known.decision.map_or("answered", Decision::as_str);
            HttpError::new(
                Code::AlreadyDecided,
                format!("already {} by {by} at {at}", what.to_lowercase()),
            )
            .with("post_id", known.post_id.as_str())
            .with("case_id", known.case_id.map(CaseId::as_str))
            .with("decision", known.decision.map(Decision::as_str))
            .with("decided_by", by)
            .with("decided_at", at)
        }
        DecideError::Expired(known) => HttpError::new(
            Code::Expired,
            "the task is over: its time ran out, or a newer revision or a withdrawal took its place",
        )
        .with("post_id", known.post.id.as_str()),
        DecideError::Stale(known) => HttpError::new(
            Code::StaleRevision,
            format!("the post has revision {} by now", known.post.revision),
        )
        .with("post_id", known.post.id.as_str())
        .with("revision", known.post.revision),
        DecideError::OwnPost => HttpError::new(
            Code::Forbidden,
            "nobody decides on their own post at this site",
        ),
        DecideError::OwnDecision => HttpError::new(
            Code::Forbidden,
            "an appeal is heard by somebody else than whoever took the decision",
        ),
        DecideError::NeedsPeople | DecideError::First(_) => HttpError::new(
            Code::Forbidden,
            "two people of the site have to approve posts of this category",
        ),
        DecideError::Unknown | DecideError::Replayed(_) => HttpError::new(
            Code::UnknownToken,
            "the site has no task with this task_token",
        ),
    }
}
