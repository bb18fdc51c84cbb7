//! `POST /` with `X-Amz-Target: AWSStepFunctions.*`, the door of AWS SDKs: AWS JSON 1.0, Signature Version 4 with an
//! access key pair of the site, AWS's shapes and error names. Three operations answer tasks; the others are unknown.

use std::sync::Arc;

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::auth::access_key::{self, AccessKey, Scope};
use crate::http::answer::{RequestId, app};
use crate::http::error::HttpError;
use crate::http::form::read_body;

use self::signature::{Message, Refusal, Signature};
use self::tasks::Operation;

mod constraint;
mod signature;
mod tasks;

/// AWS JSON 1.0.
const AWS_JSON: &str = "application/x-amz-json-1.0";
const TARGET: &str = "x-amz-target";
const TARGET_PREFIX: &str = "AWSStepFunctions.";
/// What a body may have, as at AWS.
const BODY_BYTES: usize = 1024 * 1024;

/// A program with an access key pair that is in force.
struct Caller {
    app: web::Data<App>,
    key: Arc<AccessKey>,
}

/// Serves one call.
pub(crate) async fn call(
    req: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpError> {
    let operation = operation(&req).ok_or_else(unknown_operation)?;
    let body = read_body(&req, payload.into_inner(), BODY_BYTES).await?;
    let caller = authenticate(&req, &body).await?;
    if !caller.key.scopes.allow(Scope::Decide) {
        return Err(HttpError::aws_denied(
            "AccessDeniedException",
            format!(
                "the access key {} is not authorized to perform: states:{}",
                caller.key.id,
                operation.as_str()
            ),
        ));
    }
    tasks::perform(&caller, operation, &body).await?;
    let mut response = HttpResponse::Ok();
    if let Some(RequestId(id)) = req.extensions().get::<RequestId>() {
        response.insert_header(("x-amzn-requestid", id.as_str()));
    }
    Ok(response.content_type(AWS_JSON).body("{}"))
}

fn operation(req: &HttpRequest) -> Option<Operation> {
    let target = req.headers().get(TARGET)?.to_str().ok()?;
    target.strip_prefix(TARGET_PREFIX)?.parse().ok()
}

fn unknown_operation() -> HttpError {
    let offered: Vec<&str> = Operation::ALL.iter().map(|one| one.as_str()).collect();
    let message = format!("offered here are {}", offered.join(", "));
    HttpError::aws("UnknownOperationException", message)
}

async fn authenticate(req: &HttpRequest, body: &[u8]) -> Result<Caller, HttpError> {
    let app = app(req);
    let message = Message {
        method: req.method().as_str(),
        query: req.query_string(),
        headers: req
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect(),
        body,
    };
    let signature = Signature::read(&message).map_err(refused)?;
    signature.check_time(app.clock.now_ms()).map_err(refused)?;
    let found = app.access_keys.find_aws(&signature.key_id).await?;
    let key = found.ok_or_else(|| refused(Refusal::UnknownKey))?;
    let secret = access_key::aws_secret(&app.keyring, &key.id);
    signature.verify(&message, &secret).map_err(refused)?;
    Ok(Caller { app, key })
}

fn refused(refusal: Refusal) -> HttpError {
    let (name, message) = refusal.describe();
    HttpError::aws_denied(name, message)
}
