//! `SendTaskSuccess`, `SendTaskFailure` and `SendTaskHeartbeat`: what a worker says of the task whose token it holds.
//! The order of the checks is AWS's: the request's form, the token's form, the output, the task.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::engine::token::TaskToken;
use crate::http::error::HttpError;
use crate::http::extract::has_nul_escape;
use crate::moderation::decide::{Answer, DecideError, Decider, Target, Via};
use crate::text_enum;

use super::Caller;
use super::constraint::Constraints;

const TOKEN_MAX: usize = 2_048;
const OUTPUT_MAX: usize = 262_144;
const ERROR_MAX: usize = 256;
const CAUSE_MAX: usize = 32_768;

text_enum! {
    /// What is offered of AWS Step Functions.
    #[expect(clippy::enum_variant_names, reason = "these are AWS's names")]
    Operation {
        /// The task has an output.
        SendTaskSuccess = "SendTaskSuccess",
        /// The task failed.
        SendTaskFailure = "SendTaskFailure",
        /// The worker is still at it.
        SendTaskHeartbeat = "SendTaskHeartbeat",
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SendTaskSuccess {
    task_token: Option<String>,
    output: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SendTaskFailure {
    task_token: Option<String>,
    error: Option<String>,
    cause: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SendTaskHeartbeat {
    task_token: Option<String>,
}

/// Performs `operation`; all three answer with an empty object.
pub(super) async fn perform(
    caller: &Caller,
    operation: Operation,
    body: &[u8],
) -> Result<(), HttpError> {
    match operation {
        Operation::SendTaskSuccess => succeed(caller, read(body)?).await,
        Operation::SendTaskFailure => fail(caller, read(body)?).await,
        Operation::SendTaskHeartbeat => beat(caller, read(body)?).await,
    }
}

async fn succeed(caller: &Caller, request: SendTaskSuccess) -> Result<(), HttpError> {
    let mut constraints = Constraints::default();
    let token = constraints.required("taskToken", request.task_token, 1, TOKEN_MAX);
    let output = constraints.required("output", request.output, 0, OUTPUT_MAX);
    constraints.check()?;
    check_token(caller, &token)?;
    decide(caller, token, Answer::Output(parse_output(&output)?)).await
}

async fn fail(caller: &Caller, request: SendTaskFailure) -> Result<(), HttpError> {
    let mut constraints = Constraints::default();
    let token = constraints.required("taskToken", request.task_token, 1, TOKEN_MAX);
    let error = constraints.optional("error", request.error, 0, ERROR_MAX);
    let cause = constraints.optional("cause", request.cause, 0, CAUSE_MAX);
    constraints.check()?;
    check_token(caller, &token)?;
    decide(caller, token, Answer::Failure { error, cause }).await
}

async fn beat(caller: &Caller, request: SendTaskHeartbeat) -> Result<(), HttpError> {
    let mut constraints = Constraints::default();
    let token = constraints.required("taskToken", request.task_token, 1, TOKEN_MAX);
    constraints.check()?;
    check_token(caller, &token)?;
    let moderation = &caller.app.moderation;
    moderation
        .heartbeat(caller.key.site_id, token)
        .await?
        .map_err(refused)
}

async fn decide(caller: &Caller, token: String, answer: Answer) -> Result<(), HttpError> {
    let key = &caller.key;
    let by = Decider {
        user_id: None,
        actor: format!("key:{}", key.id),
        name: key.title().to_owned(),
        via: Via::Aws,
        undo_ms: 0,
    };
    let target = Target::Token(token);
    let moderation = &caller.app.moderation;
    // The same answer again is acknowledged, too.
    moderation
        .decide(key.site_id, target, by, answer, None, None)
        .await?
        .map(drop)
        .map_err(refused)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, HttpError> {
    serde_json::from_slice(body)
        .map_err(|error| HttpError::aws("SerializationException", error.to_string()))
}

fn check_token(caller: &Caller, token: &str) -> Result<(), HttpError> {
    match TaskToken::verify(&caller.app.keyring, token) {
        Some(_) => Ok(()),
        None => Err(HttpError::aws(
            "InvalidToken",
            "Invalid Token: 'Invalid token'",
        )),
    }
}

fn parse_output(output: &str) -> Result<Value, HttpError> {
    let refuse = |what: &str| HttpError::aws("InvalidOutput", format!("Invalid Output: '{what}'"));
    if has_nul_escape(output.as_bytes()) {
        return Err(refuse("NUL characters cannot be kept"));
    }
    serde_json::from_str(output).map_err(|error| refuse(&error.to_string()))
}

fn refused(error: DecideError) -> HttpError {
    match error {
        DecideError::Unknown => HttpError::aws(
            "TaskDoesNotExist",
            "Task Does Not Exist: 'Provided task does not exist'",
        ),
        DecideError::NeedsPeople => HttpError::aws(
            "AccessDeniedException",
            "Two people of the site have to approve posts of this category",
        ),
        // Some never come: no revision is given, a key is nobody's author, nothing is repeatable.
        DecideError::AlreadyDecided(_)
        | DecideError::Expired(_)
        | DecideError::Stale(_)
        | DecideError::OwnPost
        | DecideError::OwnDecision
        | DecideError::First(_)
        | DecideError::Replayed(_) => HttpError::aws(
            "TaskTimedOut",
            "Task Timed Out: 'Provided task does not exist anymore'",
        ),
    }
}
