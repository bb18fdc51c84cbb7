//! What load balancers and `gatepost healthcheck` ask.

use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::http::error::HttpError;
use crate::store;

/// `GET /healthz`: the process answers.
pub(crate) async fn live() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers too, and what is written reaches the disk.
pub(crate) async fn ready(app: web::Data<App>) -> Result<HttpResponse, HttpError> {
    store::ping(&app.db).await?;
    app.moderation.ledger.check()?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ready\n"))
}
