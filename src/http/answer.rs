//! The outermost layer. It gives each request its id and its nonce, renders every failure in the form of the door that
//! was used, logs a failure of ours once with its cause, adds the security headers and the visit's cookie, and has
//! pages compressed.

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::{Value, json};

use crate::app::App;
use crate::locale::{Locale, MessageId};

use super::chrome::{self, PageChrome};
use super::error::{Code, HttpError};
use super::form::TypedTexts;
use super::gzip;
use super::headers;
use super::language;
use super::visitor;

/// The name of a request in answers and in the log.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub String);

/// What the Content-Security-Policy of this response lets run.
#[derive(Debug, Clone)]
pub(crate) struct Nonce(pub String);

/// The way somebody came in; it decides on the form of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// Pages and forms.
    Page,
    /// `/api/…`: problem+json.
    Api,
    /// AWS JSON 1.0.
    Aws,
}

impl Door {
    pub(crate) fn of(req: &HttpRequest) -> Self {
        if req.path().starts_with("/api/") {
            Self::Api
        } else if req.path() == "/" && req.headers().contains_key("x-amz-target") {
            Self::Aws
        } else {
            Self::Page
        }
    }
}

/// The middleware.
pub(crate) async fn answer<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let app = app(req.request());
    let id = RequestId(app.ids.next::<String>(app.clock.now_ms()));
    let nonce = Nonce(format!(
        "{:016x}{:016x}",
        app.ids.random(),
        app.ids.random()
    ));
    req.extensions_mut().insert(id.clone());
    req.extensions_mut().insert(nonce.clone());

    let response = next.call(req).await?.map_into_boxed_body();
    let (req, mut response) = response.into_parts();
    if let Some(mut failed) = failure(&req, &id, &response).await {
        if let Some(allow) = response.headers().get(header::ALLOW) {
            failed.headers_mut().insert(header::ALLOW, allow.clone());
        }
        response = failed;
    }
    chrome::add_cookies(&app, &req, &mut response);
    headers::add(&app, &req, response.headers_mut(), &id, &nonce);
    let response = gzip::compressed(&req, response);
    Ok(ServiceResponse::new(req, response))
}

/// The instance behind a request.
pub(crate) fn app(req: &HttpRequest) -> web::Data<App> {
    req.app_data::<web::Data<App>>()
        .expect("`serve` hands the instance to every worker")
        .clone()
}

/// The answer to a request that failed: by an error of a handler or an extractor, by one of actix itself, or by an
/// empty answer of the router.
async fn failure(
    req: &HttpRequest,
    id: &RequestId,
    response: &HttpResponse<BoxBody>,
) -> Option<HttpResponse> {
    let status = response.status();
    let other = match response.error() {
        Some(error) => match error.as_error::<HttpError>() {
            Some(error) => return Some(render(req, id, error).await),
            None => of_status(status, error.to_string()),
        },
        None => {
            let is_empty = matches!(response.body().size(), BodySize::None | BodySize::Sized(0));
            let is_error = status.is_client_error() || status.is_server_error();
            if !is_error || !is_empty {
                return None;
            }
            of_status(status, "the request cannot be read".to_owned())
        }
    };
    Some(render(req, id, &other).await)
}

fn of_status(status: StatusCode, detail: String) -> HttpError {
    match status {
        StatusCode::NOT_FOUND => HttpError::not_found(),
        StatusCode::METHOD_NOT_ALLOWED => HttpError::new(
            Code::MethodNotAllowed,
            "the address exists, but not for this method",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => HttpError::new(Code::TooLarge, "the body is too large"),
        status if status.is_client_error() => HttpError::new(Code::BadRequest, detail),
        _ => HttpError::from(anyhow::anyhow!(detail)),
    }
}

async fn render(req: &HttpRequest, id: &RequestId, error: &HttpError) -> HttpResponse {
    if let Some(cause) = error.cause() {
        // The pattern and not the path: paths of links carry secrets.
        let route = req.match_pattern().unwrap_or_default();
        tracing::error!(request = id.0, method = %req.method(), route, "{cause:#}");
    }
    let mut response = match Door::of(req) {
        Door::Api => problem(id, error),
        Door::Aws => aws(id, error),
        Door::Page if error.code() == Code::Unauthenticated && typed(req).is_empty() => {
            to_login(req)
        }
        Door::Page => page(req, id, error).await,
    };
    if let Some(seconds) = error.retry_after() {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn problem(id: &RequestId, error: &HttpError) -> HttpResponse {
    let code = error.code();
    let mut body = json!({
        "type": "about:blank",
        "title": code.title(),
        "status": code.status().as_u16(),
        "code": code.as_str(),
        "detail": error.detail(),
        "request_id": id.0,
    });
    if let Value::Object(members) = &mut body {
        members.extend(error.extra().clone());
    }
    let mut response = HttpResponse::build(code.status());
    if code == Code::Unauthenticated {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    response
        .content_type("application/problem+json")
        .body(body.to_string())
}

fn aws(id: &RequestId, error: &HttpError) -> HttpResponse {
    let status = match error.code().status() {
        status if status.is_server_error() => status,
        status @ (StatusCode::FORBIDDEN | StatusCode::PAYLOAD_TOO_LARGE) => status,
        _ => StatusCode::BAD_REQUEST,
    };
    let name = error.aws_type();
    HttpResponse::build(status)
        .content_type("application/x-amz-json-1.0")
        .insert_header(("x-amzn-errortype", name))
        .insert_header(("x-amzn-requestid", id.0.as_str()))
        .body(json!({"__type": name, "message": error.detail()}).to_string())
}

/// Where nobody is logged in, a page asks for it and comes back afterwards.
fn to_login(req: &HttpRequest) -> HttpResponse {
    let next = match *req.method() {
        Method::GET | Method::HEAD => req.uri().path_and_query().map_or("/", |uri| uri.as_str()),
        _ => "/",
    };
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    see_other(&format!("/login?next={next}"))
}

/// 303 to a path of ours.
pub(crate) fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, path))
        .finish()
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: PageChrome,
    status: u16,
    heading: String,
    what: String,
    /// What only programs and hand-made requests are told is not translated.
    what_is_english: bool,
    remedy: String,
    back_path: String,
    back_label: String,
    typed: Vec<(String, String)>,
    request_id: String,
}

/// The texts of the form that failed, which must not be lost with it.
fn typed(req: &HttpRequest) -> Vec<(String, String)> {
    let extensions = req.extensions();
    extensions
        .get::<TypedTexts>()
        .map(|typed| typed.0.clone())
        .unwrap_or_default()
}

async fn page(req: &HttpRequest, id: &RequestId, error: &HttpError) -> HttpResponse {
    let status = error.code().status();
    if !status.is_server_error() {
        // Only so that the frame shows who is logged in; a failure here must not hide the first one.
        drop(visitor::learn(req).await);
    }
    let locale = language::locale(req);
    let page = PageChrome::of(req, &locale.text(heading(error.code())), "");
    let (back_path, back_label) = match page.site_path.as_str() {
        _ if error.code() == Code::Unauthenticated => ("/login".to_owned(), locale.text("log-in")),
        "" => ("/".to_owned(), locale.text("error-to-start")),
        path => (
            format!("{path}/"),
            locale
                .say("error-to-site")
                .with("site", &page.site_name)
                .to_string(),
        ),
    };
    let what = error.told_in(locale).or_else(|| match locale {
        Locale::En => None,
        _ => what(error.code()).map(|what| locale.text(what)),
    });
    let html = ErrorPage {
        status: status.as_u16(),
        heading: locale.text(heading(error.code())),
        what_is_english: what.is_none() && locale != Locale::En,
        what: what.unwrap_or_else(|| sentence(error.detail())),
        remedy: locale.text(remedy(error.code())),
        back_path,
        back_label,
        typed: typed(req),
        request_id: id.0.clone(),
        page,
    }
    .render()
    .unwrap_or_else(|_| error.code().title().to_owned());
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .body(html)
}

fn heading(code: Code) -> MessageId {
    match code {
        Code::BadRequest => MessageId("error-bad-request"),
        Code::InvalidField => MessageId("error-invalid-field"),
        Code::Unauthenticated => MessageId("error-unauthenticated"),
        Code::Forbidden => MessageId("error-forbidden"),
        Code::CsrfFailed => MessageId("error-csrf-failed"),
        Code::NotFound => MessageId("error-not-found"),
        Code::UnknownToken => MessageId("error-unknown-token"),
        Code::MethodNotAllowed => MessageId("error-method-not-allowed"),
        Code::Timeout => MessageId("error-request-timeout"),
        Code::Conflict => MessageId("error-conflict"),
        Code::AlreadyDecided => MessageId("error-already-decided"),
        Code::StaleRevision => MessageId("error-stale-revision"),
        Code::DuplicateExternalId => MessageId("error-duplicate-external-id"),
        Code::DuplicateRule => MessageId("error-duplicate-rule"),
        Code::Warned => MessageId("error-warned"),
        Code::Expired => MessageId("error-expired"),
        Code::TooLarge => MessageId("error-too-large"),
        Code::UnsupportedMediaType => MessageId("error-unsupported-media-type"),
        Code::IdempotencyKeyReused => MessageId("error-idempotency-key-reused"),
        Code::TooManyRequests => MessageId("error-too-many-requests"),
        Code::Internal => MessageId("error-internal"),
        Code::Overloaded => MessageId("error-overloaded"),
    }
}

/// What happened, where the code says it all.
fn what(code: Code) -> Option<MessageId> {
    Some(match code {
        Code::NotFound => MessageId("what-not-found"),
        Code::Unauthenticated => MessageId("what-unauthenticated"),
        Code::CsrfFailed => MessageId("what-csrf-failed"),
        Code::Internal => MessageId("what-internal"),
        Code::Overloaded => MessageId("what-overloaded"),
        Code::MethodNotAllowed => MessageId("what-method-not-allowed"),
        Code::TooLarge => MessageId("what-too-large"),
        Code::Timeout => MessageId("what-timeout"),
        Code::UnsupportedMediaType => MessageId("what-unsupported-media-type"),
        Code::BadRequest => MessageId("what-bad-request"),
        _ => return None,
    })
}

fn remedy(code: Code) -> MessageId {
    match code {
        Code::Unauthenticated => MessageId("remedy-unauthenticated"),
        Code::CsrfFailed => MessageId("remedy-csrf-failed"),
        Code::Forbidden => MessageId("remedy-forbidden"),
        Code::NotFound => MessageId("remedy-not-found"),
        Code::Expired | Code::UnknownToken => MessageId("remedy-link"),
        Code::TooManyRequests | Code::Overloaded | Code::Timeout => MessageId("remedy-wait"),
        Code::Internal => MessageId("remedy-internal"),
        Code::TooLarge => MessageId("remedy-too-large"),
        _ => MessageId("remedy-correct"),
    }
}

/// `detail` as a sentence: with a capital and a full stop.
fn sentence(detail: &str) -> String {
    let mut chars = detail.chars();
    match chars.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), chars.as_str()),
        None => String::new(),
    }
}
