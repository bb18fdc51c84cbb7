//! What handlers take out of a request besides forms and visitors: ids in paths, query strings, JSON bodies. Whatever
//! cannot be read is refused with the field and the rule, and never reaches a use case.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use memchr::memchr;
use serde::de::DeserializeOwned;

use crate::ids::is_id;

use super::error::{Code, HttpError};
use super::form::malformed;
use super::pairs;

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
        if !error.is_data() {
            let detail = format!("the JSON body cannot be read: {error}");
            return HttpError::new(Code::BadRequest, detail);
        }
        match faulty_field::<T>(body) {
            Some(field) => {
                HttpError::new(Code::InvalidField, format!("{field}: {error}")).with("field", field)
            }
            None => HttpError::new(Code::InvalidField, error.to_string()),
        }
    })
}

/// The path of the field that does not fit `T`, found by reading once more.
fn faulty_field<T: DeserializeOwned>(body: &[u8]) -> Option<String> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let error = serde_path_to_error::deserialize::<_, T>(&mut reader).err()?;
    let path = error.path().to_string();
    (path != ".").then_some(path)
}

/// Whether there is a `\u0000` whose backslash is not itself escaped.
pub(crate) fn has_nul_escape(body: &[u8]) -> bool {
    let mut rest = body;
    while let Some(at) = memchr(b'\\', rest) {
        rest = &rest[at + 1..];
        if rest.starts_with(b"u0000") {
            return true;
        }
        // What is escaped is no backslash of its own.
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}
