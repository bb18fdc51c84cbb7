//! `gatepost serve`.

use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::print;
use crate::app::App;
use crate::clock::SystemClock;
use crate::config::sources::Loaded;
use crate::config::{data_dir, derived_base_url};
use crate::http;
use crate::ids::Ids;
use crate::people::setup::setup_link;

/// Bring the schema up to date, then serve pages and APIs until SIGTERM or SIGINT
#[derive(clap::Args)]
#[command(
    after_help = "Prints `listening on http://ADDRESS` once it accepts connections, and a one-time setup link while there is no owner.\n\n\
                  Example:\n  gatepost serve --listen 0.0.0.0:8080 --base-url https://blog.example.org"
)]
pub(super) struct Args {}

pub(super) async fn run(loaded: &Loaded) -> anyhow::Result<ExitCode> {
    let mut config = loaded.config.clone();
    // Replicas on PostgreSQL may share a directory; two writers of one SQLite file would only hinder each other.
    let lock = (!config.is_postgres())
        .then(|| data_dir::lock(&config.data_dir))
        .transpose()?;
    let listener =
        TcpListener::bind(config.listen).with_context(|| format!("listen on {}", config.listen))?;
    let address = listener.local_addr()?;
    if !loaded.is_set("base_url") {
        // Port 0 lets the system choose one, and links must have that.
        config.base_url = derived_base_url(address);
    }
    let app = App::build(config, Arc::new(SystemClock), Ids::from_os()).await?;
    until_signal(app, listener).await?;
    drop(lock);
    Ok(ExitCode::SUCCESS)
}

/// Says where `app` is served and serves it until SIGTERM or SIGINT.
pub(super) async fn until_signal(app: App, listener: TcpListener) -> anyhow::Result<()> {
    let db = app.db.clone();
    let metrics = app.config.metrics_listen.map(TcpListener::bind).transpose();
    let metrics = metrics.context("listen on metrics_listen")?;
    let shutdown = shutdown_on_signal()?;
    print(format!("listening on http://{}", listener.local_addr()?))?;
    if let Some(link) = setup_link(&app).await? {
        print(format!("become the owner, once, at {link}"))?;
    }
    let workers = tokio::spawn({
        let (app, shutdown) = (app.clone(), shutdown.clone());
        async move { app.run_workers(shutdown).await }
    });
    if let Some(listener) = metrics {
        let serve = http::metrics::serve(app.clone(), listener, shutdown.clone());
        tokio::spawn(async {
            if let Err(error) = serve.await {
                tracing::error!("{error:#}");
            }
        });
    }
    let served = http::serve(app, listener, shutdown.clone()).await;
    shutdown.cancel();
    workers.await?;
    db.close().await;
    served
}

/// Cancelled by the first SIGTERM or SIGINT; a second one ends the process at once.
fn shutdown_on_signal() -> anyhow::Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate()).context("listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listen for SIGINT")?;
    let shutdown = CancellationToken::new();
    let token = shutdown.clone();
    tokio::spawn(async move {
        let mut next = async || {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        next().await;
        tracing::info!("stopping: finishing what is in flight");
        token.cancel();
        next().await;
        tracing::warn!("stopping at once");
        std::process::exit(1);
    });
    Ok(shutdown)
}
