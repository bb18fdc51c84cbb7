//! Lists come in pages. A cursor says where the next one begins, by key and not by number, so that what comes and goes
//! meanwhile neither repeats nor hides an item. What is in a cursor is nobody's business but ours.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::error::HttpError;
use crate::ids::is_id;
use crate::store::cases::CaseCursor;
use crate::store::posts::NEWEST;

const LIMIT_DEFAULT: i64 = 50;
const LIMIT_MAX: i64 = 100;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The items.
    items: Vec<T>,
    /// Where the next page begins; null on the last one.
    next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page that was made elsewhere.
    pub(crate) fn whole(items: Vec<T>, next_cursor: Option<String>) -> Self {
        Self { items, next_cursor }
    }

    /// A page of what was found. There is one row more than `limit` if there are more pages.
    pub(crate) fn of<R>(
        mut rows: Vec<R>,
        limit: i64,
        cursor: impl Fn(&R) -> String,
        show: impl Fn(R) -> Result<T, HttpError>,
    ) -> Result<Self, HttpError> {
        let limit = usize::try_from(limit).unwrap_or_default();
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        Ok(Self {
            next_cursor: rows.last().filter(|_| has_more).map(cursor),
            items: rows.into_iter().map(show).collect::<Result<_, _>>()?,
        })
    }
}

/// How many items a page is to have.
pub(crate) fn limit(asked: Option<i64>) -> Result<i64, HttpError> {
    match asked.unwrap_or(LIMIT_DEFAULT) {
        limit @ 1..=LIMIT_MAX => Ok(limit),
        _ => Err(HttpError::invalid("limit", "must be 1 to 100")),
    }
}

/// The cursor after an entry of a list that goes from new to old by id.
pub(crate) fn id_cursor(id: &str) -> String {
    URL_SAFE_NO_PAD.encode(id)
}

/// The id that a page begins after.
pub(crate) fn read_id_cursor(cursor: Option<&str>) -> Result<String, HttpError> {
    match cursor {
        None => Ok(NEWEST.to_owned()),
        Some(text) => decode(text).filter(|id| is_id(id)).ok_or_else(not_ours),
    }
}

/// The cursor after an entry of a list that goes from new to old by number.
pub(crate) fn number_cursor(number: i64) -> String {
    URL_SAFE_NO_PAD.encode(number.to_string())
}

/// The number that a page begins after.
pub(crate) fn read_number_cursor(cursor: Option<&str>) -> Result<i64, HttpError> {
    match cursor {
        None => Ok(i64::MAX),
        Some(text) => decode(text)
            .and_then(|number| number.parse().ok())
            .ok_or_else(not_ours),
    }
}

/// The cursor after a case of the queue.
pub(crate) fn case_cursor(rank_ms: i64, id: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{rank_ms}.{id}"))
}

/// The case that a page begins after.
pub(crate) fn read_case_cursor(cursor: Option<&str>) -> Result<CaseCursor, HttpError> {
    let Some(text) = cursor else {
        return Ok(CaseCursor::start());
    };
    let read = |text: &str| {
        let text = decode(text)?;
        let (rank, id) = text.split_once('.')?;
        is_id(id).then_some(CaseCursor {
            rank_ms: rank.parse().ok()?,
            id: id.to_owned(),
        })
    };
    read(text).ok_or_else(not_ours)
}

fn decode(cursor: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    String::from_utf8(bytes).ok()
}

fn not_ours() -> HttpError {
    HttpError::invalid("cursor", "must be a next_cursor of this list")
}
