//! What handlers take out of a request besides forms and visitors: ids in paths, query strings, JSON bodies. Whatever
//! cannot be read is refused with the field and the rule, and never reaches a use case.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use crate::ids::is_id;

use super::error::{Code, HttpError};
use super::form::{malformed, read_body};
use super::pairs;

/// What a JSON body may have.
const JSON_BYTES: usize = 1024 * 1024;

/// The id in the path: the one segment of the route's pattern that is not the site. Anything that is not an id is 404.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Id<T>(pub T);

impl<T: From<String>> FromRequest for Id<T> {
    type Error = HttpError;
    type Future = Ready<Result<Self, HttpError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = req
            .match_info()
            .iter()
            .find(|(name, _)| *name != "site")
            .map(|(_, value)| value)
            .filter(|value| is_id(value));
        ready(match id {
            Some(id) => Ok(Self(T::from(id.to_owned()))),
            None => Err(HttpError::not_found()),
        })
    }
}

/// A segment of the path by its name in the route's pattern; empty where the pattern has none.
pub fn segment<'a>(req: &'a HttpRequest, name: &str) -> &'a str {
    req.match_info().get(name).unwrap_or_default()
}

/// The query string as a struct, which should refuse unknown fields.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = HttpError;
    type Future = Ready<Result<Self, HttpError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read_query(req).map(Self))
    }
}

/// [`Query`], for a handler that looks at something else first.
pub(crate) fn read_query<T: DeserializeOwned>(req: &HttpRequest) -> Result<T, HttpError> {
    pairs::parse(req.query_string().as_bytes())
        .and_then(pairs::read)
        .map_err(malformed)
}

/// A JSON body as a struct, which should refuse unknown fields.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = HttpError;
    type Future = LocalBoxFuture<'static, Result<Self, HttpError>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let req = req.clone();
        let payload = payload.take();
        Box::pin(async move {
            if !req.content_type().eq_ignore_ascii_case("application/json") {
                return Err(HttpError::new(
                    Code::UnsupportedMediaType,
                    "the body must be sent as application/json",
                ));
            }
            let body = read_body(&req, payload, JSON_BYTES).await?;
            read_json(&body).map(Self)
        })
    }
}

/// Reads JSON strictly: no NUL characters (PostgreSQL cannot keep them), no lone surrogates, no field twice, and not
/// nested beyond what serde_json takes.
pub fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, HttpError> {
    if has_nul_escape(body) {
        return Err(HttpError::new(
            Code::InvalidField,
            "texts must not have NUL characters",
        ));
    }
    serde_json::from_slice(body).map_err(|error| {
        let code = if error.is_data() {
            Code::InvalidField
        } else {
            Code::BadRequest
        };
        HttpError::new(code, format!("the JSON body cannot be read: {error}"))
    })
}

/// Whether there is a `\u0000` whose backslash is not itself escaped.
pub(crate) fn has_nul_escape(body: &[u8]) -> bool {
    let mut rest = body.iter();
    while let Some(&byte) = rest.next() {
        if byte == b'\\' {
            if rest.as_slice().starts_with(b"u0000") {
                return true;
            }
            rest.next();
        }
    }
    false
}
