//! Pages go out compressed to whoever takes them so. Answers of the APIs do not: they are short, and there are many.

use std::io::Write as _;

use actix_web::body::{BoxBody, MessageBody as _};
use actix_web::http::header::{
    self, AcceptEncoding, ContentEncoding, Encoding, Header as _, HeaderValue,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use flate2::Compression;
use flate2::write::GzEncoder;

/// What fits into one packet anyway is sent as it is.
const WORTHWHILE_BYTES: usize = 1_024;
/// What takes about as long to compress as to render.
const OF_PAGES: Compression = Compression::new(4);

/// `response`, compressed if it is a page or a feed and the browser takes it.
pub(super) fn compressed(
    req: &HttpRequest,
    response: HttpResponse<BoxBody>,
) -> HttpResponse<BoxBody> {
    let is_text = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| {
            [&b"text/html"[..], b"application/atom+xml"]
                .iter()
                .any(|kind| value.as_bytes().starts_with(kind))
        });
    if !is_text {
        return response;
    }
    let (mut response, body) = response.into_parts();
    response
        .headers_mut()
        .append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    let plain = match body.try_into_bytes() {
        Ok(plain) => plain,
        Err(stream) => return response.set_body(stream),
    };
    let packed = (plain.len() >= WORTHWHILE_BYTES && takes_gzip(req))
        .then(|| pack(&plain, OF_PAGES))
        .flatten();
    match packed {
        Some(packed) => {
            response.headers_mut().insert(
                header::CONTENT_ENCODING,
                HeaderValue::from_static(ContentEncoding::Gzip.as_str()),
            );
            response.set_body(BoxBody::new(packed))
        }
        None => response.set_body(BoxBody::new(plain)),
    }
}

/// Whether who asks prefers gzip to plain bytes.
pub(super) fn takes_gzip(req: &HttpRequest) -> bool {
    const OURS: [Encoding; 2] = [
        Encoding::Known(ContentEncoding::Gzip),
        Encoding::Known(ContentEncoding::Identity),
    ];
    req.headers().contains_key(header::ACCEPT_ENCODING)
        && AcceptEncoding::parse(req)
            .is_ok_and(|accepted| accepted.negotiate(OURS.iter()) == Some(OURS[0].clone()))
}

/// `plain` compressed, if that makes it shorter.
pub(super) fn pack(plain: &[u8], level: Compression) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(plain).ok()?;
    let packed = encoder.finish().ok()?;
    (packed.len() < plain.len()).then(|| Bytes::from(packed))
}
