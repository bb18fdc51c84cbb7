//! The security headers of every response. Pages may load only what this server serves; scripts only with the nonce of
//! the request.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::app::App;

use super::answer::{Nonce, RequestId};
use super::{chrome, language, visitor};

const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NO_PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()",
);
const TWO_YEARS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// Adds what is missing; `Content-Security-Policy`, `Cache-Control` and `Referrer-Policy` of a handler stay, except that
/// nothing shown to somebody who is logged in, and no message, may be stored.
pub(crate) fn add(
    app: &App,
    req: &HttpRequest,
    headers: &mut HeaderMap,
    id: &RequestId,
    nonce: &Nonce,
) {
    let is_page = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy(&nonce.0, is_page));
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(COOP, HeaderValue::from_static("same-origin"));
    headers.insert(CORP, HeaderValue::from_static("same-origin"));
    headers.insert(PERMISSIONS, NO_PERMISSIONS);
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, id);
    }
    if !headers.contains_key(header::REFERRER_POLICY) {
        headers.insert(
            header::REFERRER_POLICY,
            HeaderValue::from_static("strict-origin"),
        );
    }
    if visitor::is_signed_in(req)
        || chrome::shows_flash(req)
        || !headers.contains_key(header::CACHE_CONTROL)
    {
        headers.insert(header::CACHE_CONTROL, NO_STORE);
    }
    if is_page && language::varies(req) {
        headers.append(header::VARY, HeaderValue::from_static("Accept-Language"));
    }
    if app.config.base_url.scheme() == "https" {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TWO_YEARS);
    }
}

fn policy(nonce: &str, is_page: bool) -> HeaderValue {
    const NOTHING: HeaderValue =
        HeaderValue::from_static("default-src 'none'; base-uri 'none'; frame-ancestors 'none'");
    if !is_page {
        return NOTHING;
    }
    let text = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(text).unwrap_or(NOTHING)
}
