//! What happens in the queue, as server-sent events, for the script of the desk.

use std::time::Duration;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{Error, HttpRequest, HttpResponse, web};
use futures_util::stream::unfold;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use crate::http::error::{Code, HttpError};
use crate::http::visitor::Member;
use crate::moderation::live::Live;

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
    let listener = live.listen(member.site.id);
    let shutdown = shutdown.get_ref().clone();
    let end = tokio::time::Instant::now() + LIFETIME;
    let events = unfold(listener, move |mut listener| {
        let shutdown = shutdown.clone();
        async move {
            let text = tokio::select! {
                () = shutdown.cancelled() => return None,
                () = tokio::time::sleep_until(end) => return None,
                () = tokio::time::sleep(QUIET) => ": still here\n\n".to_owned(),
                happening = listener.recv() => match happening {
                    Ok(happening) => format!("data: {}\n\n", serde_json::to_string(&happening).ok()?),
                    // Too much has happened: a new page tells it better.
                    Err(RecvError::Lagged(_)) => "data: {\"what\":\"new\",\"count\":0}\n\n".to_owned(),
                    Err(RecvError::Closed) => return None,
                },
            };
            Some((Ok::<_, Error>(Bytes::from(text)), listener))
        }
    });
    let hello = futures_util::stream::once(async { Ok(Bytes::from_static(b": hello\n\n")) });
    Ok(HttpResponse::Ok()
        .content_type(EVENTS)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(futures_util::StreamExt::chain(hello, events)))
}
