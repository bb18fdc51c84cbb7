//! The body of a request, read strictly, and its `Idempotency-Key`.

use std::fmt::Write as _;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use serde::de::DeserializeOwned;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::http::error::{Code, HttpError};
use crate::http::extract::read_json;
use crate::http::form::read_body;
use crate::locale::Locale;
use crate::moderation::rules::FieldError;
use crate::moderation::submit::{Repeatable, Replay};
use crate::moderation::wording;
use crate::store::idempotency;

use super::caller::Caller;

/// JSON, which is UTF-8 by definition.
pub(crate) const JSON: &str = "application/json";
/// What a body may have.
const BODY_BYTES: usize = 1024 * 1024;
/// What a body with a list of rules may have.
pub(crate) const LIST_BYTES: usize = 8 * 1024 * 1024;
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
const IDEMPOTENCY_KEY_MAX_BYTES: usize = 255;
/// Says that an answer was given before.
const REPLAYED: &str = "Idempotency-Replayed";

/// A request with a body.
pub(crate) struct Request<T> {
    /// What is asked for.
    pub(crate) value: T,
    /// How it is recognised when it comes again, where its sender wants that.
    pub(crate) idempotency: Option<Idempotency>,
}

/// The sender's name for a request, and what the request was.
pub(crate) struct Idempotency {
    key: String,
    request_hash: String,
}

impl<T: DeserializeOwned> Request<T> {
    /// Reads `payload` as JSON.
    pub(crate) async fn read(req: &HttpRequest, payload: web::Payload) -> Result<Self, HttpError> {
        Self::read_up_to(req, payload, BODY_BYTES).await
    }

    /// Reads `payload`, of at most `limit` bytes, as JSON.
    pub(crate) async fn read_up_to(
        req: &HttpRequest,
        payload: web::Payload,
        limit: usize,
    ) -> Result<Self, HttpError> {
        if !req.content_type().eq_ignore_ascii_case(JSON) {
            return Err(HttpError::new(
                Code::UnsupportedMediaType,
                "the body must be sent as application/json",
            ));
        }
        let key = idempotency_key(req)?;
        let body = read_body(req, payload.into_inner(), limit).await?;
        Ok(Self {
            value: read_json(&body)?,
            idempotency: key.map(|key| Idempotency {
                key,
                request_hash: hash(req.path(), &body),
            }),
        })
    }
}

impl Idempotency {
    /// The answer that the request got before, for a call that has to know before it can be answered.
    pub(crate) async fn replay(&self, caller: &Caller) -> Result<Option<Replay>, HttpError> {
        let (db, site, key_id) = (&caller.app.db, caller.site_id(), &caller.key.id);
        let row = idempotency::find(db, site, key_id, &self.key).await?;
        Ok(row.map(|row| Replay::of(&row, &self.request_hash)))
    }

    /// What a use case needs to recognise the request. `answer` writes the status and the body that are given again.
    pub(crate) fn repeatable<R>(
        self,
        caller: &Caller,
        answer: impl Fn(&R) -> (u16, String) + Send + Sync + 'static,
    ) -> Repeatable<R> {
        Repeatable {
            key_id: caller.key.id.clone(),
            key: self.key,
            request_hash: self.request_hash,
            answer: Arc::new(answer),
        }
    }
}

fn idempotency_key(req: &HttpRequest) -> Result<Option<String>, HttpError> {
    let mut values = req.headers().get_all(IDEMPOTENCY_KEY);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let key = value.to_str().ok().filter(|key| {
        (1..=IDEMPOTENCY_KEY_MAX_BYTES).contains(&key.len())
            && key.bytes().all(|byte| byte.is_ascii_graphic())
    });
    match key {
        Some(key) if values.next().is_none() => Ok(Some(key.to_owned())),
        _ => Err(HttpError::invalid(
            IDEMPOTENCY_KEY,
            "must be one value of 1 to 255 visible ASCII characters",
        )),
    }
}

fn hash(path: &str, body: &[u8]) -> String {
    let digest = Sha256::new()
        .chain_update(path)
        .chain_update([0])
        .chain_update(body)
        .finalize();
    digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The answer to a request that was answered before.
pub(crate) fn replayed(replay: Replay) -> Result<HttpResponse, HttpError> {
    match replay {
        Replay::Same { status, body } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            Ok(HttpResponse::build(status)
                .insert_header((REPLAYED, "true"))
                .content_type(JSON)
                .body(body))
        }
        Replay::Different => Err(HttpError::new(
            Code::IdempotencyKeyReused,
            "this Idempotency-Key was used for another request; use a new one for each request",
        )),
    }
}

/// All mistakes in the fields of a request; the first one gives the problem its detail.
pub(crate) fn invalid_fields(errors: &[FieldError]) -> HttpError {
    let said = |error: &FieldError| wording::flaw(Locale::En, &error.flaw);
    let list: Vec<_> = errors
        .iter()
        .map(|error| json!({"field": error.field, "message": said(error)}))
        .collect();
    match errors.first() {
        Some(first) => HttpError::invalid(first.field, said(first)).with("errors", list),
        None => HttpError::new(Code::InvalidField, "a field is not valid"),
    }
}
