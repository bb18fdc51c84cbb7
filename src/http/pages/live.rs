//! What happens in the queue, as server-sent events, for the script of the desk.

use std::time::Duration;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{Error, HttpRequest, HttpResponse, web};
use futures_util::stream::unfold;
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use crate::http::error::{Code, HttpError};
use crate::http::extract::read_query;
use crate::http::visitor::Member;
use crate::ids::is_id;
use crate::moderation::live::{Live, Told, too_much};

/// So often something is sent, so that a broken connection is noticed.
const QUIET: Duration = Duration::from_secs(20);
/// A stream ends after so long, and whoever listens is asked anew who they are.
const LIFETIME: Duration = Duration::from_secs(5 * 60);
const EVENTS: &str = "text/event-stream";

/// `GET /s/{site}/admin/queue/live`
pub(crate) async fn listen(
    req: HttpRequest,
    live: web::Data<Live>,
    shutdown: web::Data<CancellationToken>,
    member: Member,
) -> Result<HttpResponse, HttpError> {
    let accepts = req
        .headers()
        .get(header::ACCEPT)
        .is_some_and(|value| value.as_bytes().starts_with(EVENTS.as_bytes()));
    if !accepts {
        let detail = "these are server-sent events: ask with Accept: text/event-stream";
        return Err(HttpError::new(Code::BadRequest, detail));
    }
    let (missed, listener) = live.listen(member.site.id, heard(&req).as_deref()).await?;
    let shutdown = shutdown.get_ref().clone();
    let end = tokio::time::Instant::now() + LIFETIME;
    let events = unfold(listener, move |mut listener| {
        let shutdown = shutdown.clone();
        async move {
            let text = tokio::select! {
                () = shutdown.cancelled() => return None,
                () = tokio::time::sleep_until(end) => return None,
                () = tokio::time::sleep(QUIET) => ": still here\n\n".to_owned(),
                told = listener.recv() => match told {
                    Ok(told) => event(&told),
                    Err(RecvError::Lagged(_)) => event(&too_much()),
                    Err(RecvError::Closed) => return None,
                },
            };
            Some((Ok::<_, Error>(Bytes::from(text)), listener))
        }
    });
    let mut hello = ": hello\n\n".to_owned();
    hello.extend(missed.iter().map(event));
    let hello = futures_util::stream::once(async { Ok(Bytes::from(hello)) });
    Ok(HttpResponse::Ok()
        .content_type(EVENTS)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(futures_util::StreamExt::chain(hello, events)))
}

/// Up to where the listener knows everything: the last event that it heard, or the page that it shows.
fn heard(req: &HttpRequest) -> Option<String> {
    let last = req.headers().get("last-event-id");
    let last = last.and_then(|value| value.to_str().ok().map(str::to_owned));
    let page = || read_query::<Heard>(req).ok()?.after;
    last.or_else(page).filter(|line| is_id(line))
}

/// What a page asks with the first time.
#[derive(Debug, Deserialize)]
struct Heard {
    after: Option<String>,
}

fn event(told: &Told) -> String {
    let data = serde_json::to_string(&told.happening).unwrap_or_default();
    match &told.line {
        Some(line) => format!("id: {line}\ndata: {data}\n\n"),
        None => format!("data: {data}\n\n"),
    }
}
