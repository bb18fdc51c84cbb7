//! `/metrics` on an address of its own, for Prometheus: how much waits and how late it is. Every replica tells the same,
//! since all of it is in the database. No content and no names but those of sites.

use std::fmt::Write as _;
use std::net::TcpListener;

use actix_web::{App as ActixApp, HttpResponse, HttpServer, web};
use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::http::error::HttpError;
use crate::moderation::external::RESTS_AFTER;
use crate::store::gauges::{self, Backlog, SiteGauge};

/// Serves `/metrics` on `listener` until `shutdown`.
pub async fn serve(
    app: App,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let app = web::Data::new(app);
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(app.clone())
            .route("/metrics", web::get().to(show))
    })
    .workers(1)
    .shutdown_timeout(1)
    .disable_signals()
    .listen(listener)
    .context("serve metrics")?
    .run();
    let handle = server.handle();
    tokio::spawn(async move {
        shutdown.cancelled().await;
        handle.stop(true).await;
    });
    server.await.context("serve metrics")
}

async fn show(app: web::Data<App>) -> Result<HttpResponse, HttpError> {
    let sites = gauges::sites(&app.db).await?;
    let mail = gauges::mail(&app.db).await?;
    let timers = gauges::timers(&app.db).await?;
    let checks = gauges::checks(&app.db).await?;
    let resting = gauges::resting(&app.db, RESTS_AFTER).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text(
            &sites,
            &mail,
            &timers,
            &checks,
            resting,
            app.clock.now_ms(),
        )))
}

/// The numbers in Prometheus' text format.
fn text(
    sites: &[SiteGauge],
    mail: &Backlog,
    timers: &Backlog,
    checks: &Backlog,
    resting: i64,
    now_ms: i64,
) -> String {
    // A site's name has only letters, digits and hyphens, so that its label needs no escaping.
    let by_site = |value: fn(&SiteGauge, i64) -> f64| -> Vec<(String, f64)> {
        sites
            .iter()
            .map(|site| (format!("{{site=\"{}\"}}", site.slug), value(site, now_ms)))
            .collect()
    };
    let alone = |value: f64| vec![(String::new(), value)];
    let late = |due_at_ms: Option<i64>| seconds(now_ms - due_at_ms.unwrap_or(now_ms)).max(0.0);
    let mut text = String::new();
    for (name, help, samples) in [
        (
            "gatepost_cases_waiting",
            "Cases that wait for a decision.",
            by_site(|site, _| site.waiting as f64),
        ),
        (
            "gatepost_cases_overdue_seconds",
            "How long the first deadline of a waiting case has passed.",
            by_site(|site, now_ms| seconds(now_ms - site.deadline_ms.unwrap_or(now_ms)).max(0.0)),
        ),
        (
            "gatepost_mails_dead",
            "Mails that were given up; the Outbox page sends them again.",
            by_site(|site, _| site.dead_mails as f64),
        ),
        (
            "gatepost_mails_waiting",
            "Mails that are to be sent.",
            alone(mail.waiting as f64),
        ),
        (
            "gatepost_mails_late_seconds",
            "How long the first of them has been due.",
            alone(late(mail.due_at_ms)),
        ),
        (
            "gatepost_timers_waiting",
            "Executions that wait for a moment.",
            alone(timers.waiting as f64),
        ),
        (
            "gatepost_timers_late_seconds",
            "How long the first of them has been due.",
            alone(late(timers.due_at_ms)),
        ),
        (
            "gatepost_checks_waiting",
            "Questions to external checks without an answer.",
            alone(checks.waiting as f64),
        ),
        (
            "gatepost_checks_late_seconds",
            "How long the first of them has waited.",
            alone(late(checks.due_at_ms)),
        ),
        (
            "gatepost_checks_resting",
            "External checks that are left alone, since they were not reached several times in a row.",
            alone(resting as f64),
        ),
    ] {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
        for (labels, value) in samples {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    }
    text
}

fn seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_the_format_of_prometheus() {
        let site = SiteGauge {
            slug: "main".to_owned(),
            waiting: 3,
            deadline_ms: Some(4_000),
            dead_mails: 0,
        };
        let backlog = Backlog {
            waiting: 1,
            due_at_ms: None,
        };

        let text = text(&[site], &backlog, &backlog, &backlog, 2, 5_500);

        assert!(text.contains(
            "# TYPE gatepost_cases_waiting gauge\ngatepost_cases_waiting{site=\"main\"} 3\n"
        ));
        assert!(text.contains("gatepost_checks_resting 2\n"));
        assert!(text.contains("gatepost_cases_overdue_seconds{site=\"main\"} 1.5\n"));
        assert!(text.contains("gatepost_mails_late_seconds 0\n"));
    }
}
