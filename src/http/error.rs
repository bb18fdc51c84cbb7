//! What a request is answered with when it fails: the table of error codes, [`HttpError`], and the only
//! `impl ResponseError`. The form of the answer (a page, problem+json, the `__type` of AWS) follows from the door that
//! was used; `answer` renders it, because only there the request is at hand.

use std::borrow::Cow;
use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value};

use crate::locale::Locale;
use crate::store;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:ident, $title:literal;)*) => {
        /// The stable name of an error, the same through all versions.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {$(
            $(#[$doc])*
            $name,
        )*}

        impl Code {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name in answers.
            pub fn as_str(self) -> &'static str {
                match self {$(Self::$name => $text,)*}
            }

            /// The HTTP status that goes with it.
            pub fn status(self) -> StatusCode {
                match self {$(Self::$name => StatusCode::$status,)*}
            }

            /// A heading for people.
            pub fn title(self) -> &'static str {
                match self {$(Self::$name => $title,)*}
            }
        }
    };
}

codes! {
    /// The request cannot be read at all.
    BadRequest = "bad_request", BAD_REQUEST, "The request cannot be read";
    /// A field is missing, unknown, doubled or breaks its rule; the detail names field and rule.
    InvalidField = "invalid_field", BAD_REQUEST, "A field is not valid";
    /// No credential, or one that is not valid (any more).
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "Log in first";
    /// The credential is valid, its role or scope does not reach.
    Forbidden = "forbidden", FORBIDDEN, "You may not do this";
    /// A form that this browser was not shown by us.
    CsrfFailed = "csrf_failed", FORBIDDEN, "The form was refused";
    /// Nothing is there, or nothing that this credential may see.
    NotFound = "not_found", NOT_FOUND, "There is no such page";
    /// The task token was not made here, or not for this site.
    UnknownToken = "unknown_token", NOT_FOUND, "The task token is unknown";
    /// The path takes other methods.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "The method is not allowed here";
    /// The body took too long to arrive.
    Timeout = "request_timeout", REQUEST_TIMEOUT, "The request took too long";
    /// The present state does not allow it.
    Conflict = "conflict", CONFLICT, "This is not possible now";
    /// Somebody decided otherwise before.
    AlreadyDecided = "already_decided", CONFLICT, "The post is already decided";
    /// The post was changed since it was seen.
    StaleRevision = "stale_revision", CONFLICT, "The post was changed meanwhile";
    /// The site has a post with this external id.
    DuplicateExternalId = "duplicate_external_id", CONFLICT, "The post was submitted before";
    /// The site has a rule that says the same.
    DuplicateRule = "duplicate_rule", CONFLICT, "The site has this rule";
    /// The change was not to be made if there is something to be warned of, and there is.
    Warned = "warned", CONFLICT, "There is something to be warned of";
    /// A link or token whose time is over.
    Expired = "expired", GONE, "This has expired";
    /// The body is larger than its limit.
    TooLarge = "too_large", PAYLOAD_TOO_LARGE, "The request is too large";
    /// The body is of another type than the path takes.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The type of the body is not supported";
    /// The Idempotency-Key was used for another request.
    IdempotencyKeyReused = "idempotency_key_reused", UNPROCESSABLE_ENTITY, "The Idempotency-Key was used for another request";
    /// Too many requests or failed logins; Retry-After says when to go on.
    TooManyRequests = "too_many_requests", TOO_MANY_REQUESTS, "Too many tries";
    /// Our fault; the log has the cause under the request's id.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong on our side";
    /// More than we can take at the moment, or the disk is full.
    Overloaded = "overloaded", SERVICE_UNAVAILABLE, "Too busy at the moment";
}

/// Why a request fails.
pub struct HttpError(Box<Inner>);

struct Inner {
    code: Code,
    detail: Cow<'static, str>,
    retry_after_seconds: Option<i64>,
    aws_type: Option<&'static str>,
    extra: Map<String, Value>,
    told: Option<Told>,
    cause: Option<anyhow::Error>,
}

/// What happened, for people, in their language.
type Told = Box<dyn Fn(Locale) -> String + Send + Sync>;

impl HttpError {
    /// An error with a sentence that says what happened: lower case, without a full stop.
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            code,
            detail: detail.into(),
            retry_after_seconds: None,
            aws_type: None,
            extra: Map::new(),
            told: None,
            cause: None,
        }))
    }

    /// Nothing is there, or nothing that this visitor may see.
    pub fn not_found() -> Self {
        Self::new(
            Code::NotFound,
            "nothing is at this address, or it is not for you",
        )
    }

    /// `field` breaks `rule`: `title must have 1 to 200 characters`.
    pub fn invalid(field: &str, rule: impl fmt::Display) -> Self {
        Self::new(Code::InvalidField, format!("{field} {rule}")).with("field", field)
    }

    /// An error under the name that AWS gives it.
    pub fn aws(name: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        let mut error = Self::new(Code::BadRequest, message);
        error.0.aws_type = Some(name);
        error
    }

    /// An error under the name that AWS gives it: the caller is not who it says, or may not do this.
    pub fn aws_denied(name: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        let mut error = Self::new(Code::Forbidden, message);
        error.0.aws_type = Some(name);
        error
    }

    /// Adds a member to the problem document.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.extra.insert(key.to_owned(), value.into());
        self
    }

    /// Says on pages what happened, as a sentence of the reader's language; programs are told the detail, in English.
    pub fn told(mut self, told: impl Fn(Locale) -> String + Send + Sync + 'static) -> Self {
        self.0.told = Some(Box::new(told));
        self
    }

    /// Says when to try again.
    pub fn retry_after_seconds(mut self, seconds: i64) -> Self {
        self.0.retry_after_seconds = Some(seconds);
        self
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What happened.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    pub(super) fn retry_after(&self) -> Option<i64> {
        self.0.retry_after_seconds
    }

    pub(super) fn aws_type(&self) -> &'static str {
        self.0.aws_type.unwrap_or(match self.0.code {
            Code::Unauthenticated => "MissingAuthenticationTokenException",
            Code::Forbidden => "AccessDeniedException",
            Code::NotFound | Code::MethodNotAllowed => "UnknownOperationException",
            Code::TooLarge => "RequestEntityTooLargeException",
            Code::TooManyRequests | Code::Overloaded => "ThrottlingException",
            Code::Internal => "InternalFailure",
            _ => "ValidationException",
        })
    }

    pub(super) fn extra(&self) -> &Map<String, Value> {
        &self.0.extra
    }

    /// What pages say, where that is more than the code does.
    pub(super) fn told_in(&self, locale: Locale) -> Option<String> {
        self.0.told.as_ref().map(|told| told(locale))
    }

    pub(super) fn cause(&self) -> Option<&anyhow::Error> {
        self.0.cause.as_ref()
    }
}

impl From<anyhow::Error> for HttpError {
    fn from(cause: anyhow::Error) -> Self {
        let mut error = if store::is_overload(&cause) {
            Self::new(Code::Overloaded, "the server cannot take this now").retry_after_seconds(5)
        } else {
            Self::new(Code::Internal, "the request could not be served")
        };
        error.0.cause = Some(cause);
        error
    }
}

impl fmt::Debug for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpError({})", self.code().as_str())
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail())
    }
}

impl ResponseError for HttpError {
    fn status_code(&self) -> StatusCode {
        self.code().status()
    }

    /// Only the status: `answer` fills in the body.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        HttpResponse::new(self.status_code())
    }
}
