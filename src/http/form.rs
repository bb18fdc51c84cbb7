//! Forms. Every unsafe request to a page passes `guard` before any handler: it comes from our own pages by what the
//! browser says of its origin, and carries the token of the form. A handler cannot forget this; it only reads the
//! fields, with [`Form`].

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::web::BytesMut;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::auth::csrf;

use super::answer::{Door, app};
use super::cookies;
use super::error::{Code, HttpError};
use super::pairs;

/// What a form without long texts may have.
const FORM_BYTES: usize = 64 * 1024;
/// What a form with a post, rules or a workflow may have.
const LONG_FORM_BYTES: usize = 1024 * 1024;
/// What the form with a list of rules may have: tens of thousands of them, percent-encoded.
const LIST_FORM_BYTES: usize = 8 * 1024 * 1024;
/// How long a body may take to arrive.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// The field with the token.
const TOKEN_FIELD: &str = "csrf_token";
/// What mail programs post to switch notices off (RFC 8058), without having seen a page.
const ONE_CLICK: &[u8] = b"List-Unsubscribe=One-Click";

/// The long texts of a form, kept with the request so that the page about its failure can give them back.
pub(crate) struct TypedTexts(pub Vec<(String, String)>);

/// The fields whose texts somebody may have thought about for long.
const LONG_FIELDS: [&str; 5] = ["title", "body", "statement", "reason", "note"];

/// The fields of a form that passed [`guard`].
struct Fields(Vec<(String, String)>);

/// The middleware.
pub(crate) async fn guard<B: MessageBody + 'static>(
    mut req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if is_safe(req.method()) || Door::of(req.request()) != Door::Page {
        return next
            .call(req)
            .await
            .map(ServiceResponse::map_into_left_body);
    }
    let payload = req.take_payload();
    // Boxed: whatever the guard may have to hold is moved about with every request, most of which carry no form.
    match Box::pin(check(req.request(), payload)).await {
        Ok(fields) => {
            req.extensions_mut().insert(fields);
            next.call(req)
                .await
                .map(ServiceResponse::map_into_left_body)
        }
        Err(error) => Ok(req.error_response(error).map_into_right_body()),
    }
}

fn is_safe(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE
    )
}

async fn check(req: &HttpRequest, payload: Payload) -> Result<Fields, HttpError> {
    let app = app(req);
    check_origin(&app, req)?;
    let is_form = req
        .content_type()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded");
    let body = read_body(req, payload, limit(req.path())).await?;
    if !is_form && !body.is_empty() {
        return Err(HttpError::new(
            Code::UnsupportedMediaType,
            "a form must be sent as application/x-www-form-urlencoded",
        ));
    }
    if req.path().starts_with("/notices/") && body[..] == *ONE_CLICK {
        return Ok(Fields(Vec::new()));
    }
    let mut fields = pairs::parse(&body).map_err(malformed)?;
    let token = fields
        .iter()
        .position(|(key, _)| key == TOKEN_FIELD)
        .map(|place| fields.remove(place).1);
    let typed = fields
        .iter()
        .filter(|(name, text)| LONG_FIELDS.contains(&name.as_str()) && !text.trim().is_empty());
    req.extensions_mut()
        .insert(TypedTexts(typed.cloned().collect()));
    check_token(&app, req, token.as_deref())?;
    Ok(Fields(fields))
}

fn limit(path: &str) -> usize {
    let has_long_texts = path.starts_with("/s/")
        && [
            "/posts",
            "/revise",
            "/write",
            "/preview",
            "/rules",
            "/workflow",
        ]
        .iter()
        .any(|end| path.contains(end));
    if path.ends_with("/rules/import") {
        LIST_FORM_BYTES
    } else if has_long_texts {
        LONG_FORM_BYTES
    } else {
        FORM_BYTES
    }
}

/// The body, if it is not longer than `limit` and arrives in time.
pub(crate) async fn read_body(
    req: &HttpRequest,
    mut payload: Payload,
    limit: usize,
) -> Result<BytesMut, HttpError> {
    let too_large = || {
        HttpError::new(
            Code::TooLarge,
            format!("the body must have at most {limit} bytes"),
        )
    };
    let announced = req
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let read = async {
        let mut body = BytesMut::with_capacity(announced.unwrap_or(0));
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| {
                HttpError::new(
                    Code::BadRequest,
                    format!("the body cannot be read: {error}"),
                )
            })?;
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    };
    tokio::time::timeout(BODY_TIMEOUT, read)
        .await
        .unwrap_or_else(|_| {
            Err(HttpError::new(
                Code::Timeout,
                "the body did not arrive in time",
            ))
        })
}

/// Browsers say where a request comes from. Old ones, and all of them on plain http, send only `Origin`; programs send
/// neither, and need the token all the same. A page with `Referrer-Policy: no-referrer` has the origin `null`.
fn check_origin(app: &App, req: &HttpRequest) -> Result<(), HttpError> {
    let text = |name: &str| {
        req.headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let refuse = |reason: String| {
        tracing::warn!(reason, "form refused");
        Err(HttpError::new(Code::CsrfFailed, reason))
    };
    if let Some(site) = text("sec-fetch-site") {
        return match site {
            "same-origin" | "none" => Ok(()),
            _ => refuse(format!(
                "the form was sent from another site (Sec-Fetch-Site is {site:?})"
            )),
        };
    }
    let ours = app.config.base_url.origin().ascii_serialization();
    match text("origin") {
        None | Some("null") => Ok(()),
        Some(origin) if origin == ours => Ok(()),
        Some(origin) => refuse(format!(
            "the form was sent from {origin:?}, but this server is {ours:?} (GATEPOST_BASE_URL)"
        )),
    }
}

fn check_token(app: &App, req: &HttpRequest, token: Option<&str>) -> Result<(), HttpError> {
    let reason = match (token, cookies::binding(app, req)) {
        (None, _) => "the form has no csrf_token",
        (Some(_), None) => {
            "the browser sent no cookie of this server, so the form cannot be checked"
        }
        (Some(token), Some(binding)) if csrf::is_valid(&app.keyring, &binding, token) => {
            return Ok(());
        }
        (Some(_), Some(_)) => {
            "the form belongs to another session: you have logged in or out since it was opened"
        }
    };
    Err(HttpError::new(Code::CsrfFailed, reason))
}

pub(crate) fn malformed(pairs::Malformed(reason): pairs::Malformed) -> HttpError {
    HttpError::new(Code::InvalidField, reason)
}

/// The fields of a form as a struct, which should refuse unknown fields.
#[derive(Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Form<T> {
    type Error = HttpError;
    type Future = Ready<Result<Self, HttpError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let fields = req.extensions_mut().remove::<Fields>();
        ready(match fields {
            Some(Fields(pairs)) => pairs::read(pairs).map(Self).map_err(malformed),
            None => Err(HttpError::new(Code::BadRequest, "there is no form")),
        })
    }
}
