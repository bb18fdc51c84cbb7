//! `gatepost bench`: drives the real server over HTTP on loopback and measures, in the same run and on the same disk, the
//! limits that it cannot pass. Every figure is one JSON line on standard output.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use crate::bench::client::{Latencies, Load};
use crate::bench::instance::Instance;
use crate::bench::report::Report;

mod client;
mod instance;
mod limits;
mod report;
mod rules;
mod texts;

pub use rules::RulesPlan;

/// What to measure.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How many posts are parked.
    pub posts: usize,
    /// How many of them are decided afterwards.
    pub decisions: usize,
    /// Connections that send at once, each one request at a time.
    pub connections: usize,
    /// Rules in force.
    pub rules: usize,
    /// An empty PostgreSQL database to use instead of SQLite.
    pub database_url: Option<String>,
    /// Posts whose texts are used: JSON lines with `title` and `body`.
    pub texts: PathBuf,
    /// Where the data goes; removed afterwards.
    pub folder: PathBuf,
}

/// Seconds that each reference limit is measured for.
const LIMIT_TIME: Duration = Duration::from_secs(2);
/// Queue pages that are fetched one after the other.
const QUEUE_PAGES: usize = 300;

/// Runs the plan and prints its figures.
pub fn run(plan: &Plan) -> anyhow::Result<()> {
    std::fs::create_dir_all(&plan.folder)
        .with_context(|| format!("make the folder {}", plan.folder.display()))?;
    let measured = measure(plan);
    let removed = std::fs::remove_dir_all(&plan.folder).context("remove the bench's folder");
    measured.and(removed)
}

/// Measures the checking of posts alone and prints its figures.
pub fn run_rules(plan: &RulesPlan) -> anyhow::Result<()> {
    rules::run(plan)
}

fn measure(plan: &Plan) -> anyhow::Result<()> {
    let report = Report::new(plan);
    limits::measure(plan, &report, LIMIT_TIME)?;
    let texts = texts::load(&plan.texts)?;
    limits::check(plan, &report, &texts)?;

    let mut instance = Instance::prepare(plan)?;
    report.figure(
        "start_to_ready_seconds_empty",
        instance.start()?.as_secs_f64(),
    );
    let empty_bytes = instance.database_bytes()?;
    let idle = instance.usage()?;
    report.figure("rss_mb_empty", idle.rss_mb);

    let started = Instant::now();
    let parked = client::run(Load {
        address: instance.address(),
        connections: plan.connections,
        requests: texts.submissions(plan.posts, instance.api_key()),
        expected: "\"held\"",
    })?;
    let parking = started.elapsed();
    let busy = instance.usage()?;
    rates(&report, "parked", plan.posts, parking, &parked);
    let cpu = (busy.cpu_seconds - idle.cpu_seconds) / plan.posts as f64 * 1_000.0;
    report.figure("cpu_seconds_per_1000_parked", cpu);
    report.figure("rss_mb_parked", busy.rss_mb);
    let parked_bytes = instance.database_bytes()? - empty_bytes;
    report.figure(
        "disk_bytes_per_parked_post",
        parked_bytes as f64 / plan.posts as f64,
    );

    let pages = instance.queue_pages(QUEUE_PAGES)?;
    report.figure("queue_page_p50_ms", pages.quantile_ms(0.50));
    report.figure("queue_page_p99_ms", pages.quantile_ms(0.99));

    let tokens = instance.task_tokens(plan.decisions + 1)?;
    ensure!(
        tokens.len() > plan.decisions,
        "{} cases wait, {} were expected",
        tokens.len(),
        plan.decisions + 1
    );
    instance.kill()?;
    let (ready, decided) = instance.start_and_decide(&tokens[0])?;
    report.figure("kill_to_ready_seconds_parked", ready.as_secs_f64());
    report.figure("kill_to_first_decision_seconds", decided.as_secs_f64());

    let started = Instant::now();
    let answers = client::run(Load {
        address: instance.address(),
        connections: plan.connections,
        requests: texts::decisions(&tokens[1..], instance.api_key()),
        expected: "\"APPROVED\"",
    })?;
    rates(
        &report,
        "decided",
        tokens.len() - 1,
        started.elapsed(),
        &answers,
    );

    instance.stop()?;
    Ok(())
}

fn rates(report: &Report, what: &str, count: usize, elapsed: Duration, latencies: &Latencies) {
    report.figure(
        &format!("{what}_per_second"),
        count as f64 / elapsed.as_secs_f64(),
    );
    report.figure(&format!("{what}_p50_ms"), latencies.quantile_ms(0.50));
    report.figure(&format!("{what}_p99_ms"), latencies.quantile_ms(0.99));
}
