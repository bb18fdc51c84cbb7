//! `gatepost checks`: the external checks of a site, and a try at one of them.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use serde_json::json;

use super::instance::{self, SiteFlag};
use super::{print, print_json};
use crate::app::App;
use crate::clock::rfc3339;
use crate::config::Config;
use crate::moderation::external::{self, ExternalCheck, Standing};
use crate::moderation::rules::Verdict;
use crate::store::checks;

/// List external checks, and try them
#[derive(clap::Args)]
#[command(after_help = "Example:\n  echo 'a text' | gatepost checks try --site main images")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(ListArgs),
    Try(TryArgs),
}

/// List the checks in the order in which they are asked
#[derive(clap::Args)]
#[command(after_help = "Example:\n  gatepost checks list --site main")]
struct ListArgs {
    #[command(flatten)]
    site: SiteFlag,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Ask a check about a text now; nothing is stored
#[derive(clap::Args)]
#[command(
    after_help = "A check that is left alone is asked too; if it answers, it is asked about posts again. No answer: exit code 1.\n\n\
                  Example:\n  echo 'a text' | gatepost checks try --site main images"
)]
struct TryArgs {
    #[command(flatten)]
    site: SiteFlag,
    /// The check's name
    name: String,
    /// The text, Markdown [default: standard input]
    file: Option<PathBuf>,
    /// The title
    #[arg(long, default_value = "")]
    title: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: &Config, args: Args) -> anyhow::Result<ExitCode> {
    let app = instance::open(config).await?;
    match args.command {
        Command::List(args) => list(&app, args).await,
        Command::Try(args) => try_out(&app, args).await,
    }
}

async fn list(app: &App, args: ListArgs) -> anyhow::Result<ExitCode> {
    let site = instance::find_site(app, &args.site.site).await?;
    let found = checks::list(&app.db, site.id).await?;
    if args.json {
        let all: Vec<_> = found.iter().map(told).collect();
        print_json(&all)?;
        return Ok(ExitCode::SUCCESS);
    }
    let now_ms = app.clock.now_ms();
    for check in &found {
        let on = if check.draft.enabled { "on " } else { "off" };
        print(format!("{on} {:<20} {}", check.name, check.draft.url))?;
        if let Some((at_ms, failure)) = &check.failed {
            print(format!("    {}: {failure}", rfc3339(*at_ms)))?;
        }
        if let Standing::Resting { until_ms } = check.health.at(now_ms) {
            print(format!("    left alone until {}", rfc3339(until_ms)))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn told(check: &ExternalCheck) -> serde_json::Value {
    let (draft, health) = (&check.draft, check.health);
    let (failed_at_ms, failure) = check.failed.clone().unzip();
    json!({
        "name": check.name,
        "url": draft.url,
        "timeout_ms": draft.timeout_ms,
        "on_failure": draft.on_failure,
        "action": draft.action,
        "severity": draft.severity,
        "score_from": draft.score_percent as f64 / 100.0,
        "enabled": draft.enabled,
        "failed_at": failed_at_ms.map(rfc3339),
        "failure": failure,
        "failures": health.failures,
        "rests_until": (health.rest_until_ms > 0).then(|| rfc3339(health.rest_until_ms)),
    })
}

async fn try_out(app: &App, args: TryArgs) -> anyhow::Result<ExitCode> {
    let site = instance::find_site(app, &args.site.site).await?;
    let Some(check) = checks::find(&app.db, site.id, &args.name).await? else {
        bail!("there is no check {:?} at {}", args.name, site.slug);
    };
    let text = read(args.file.as_deref())?;
    let hits = match app.checks.try_out(&check, &args.title, &text).await? {
        Ok(hits) => hits,
        Err(failure) if args.json => {
            print_json(&json!({
                "verdict": null,
                "hits": [],
                "error": failure.name(),
                "problem": external::failed(&check.name, failure),
            }))?;
            return Ok(ExitCode::FAILURE);
        }
        Err(failure) => bail!("{}: the check {:?} {failure}", failure.name(), check.name),
    };
    let verdict = Verdict::of(&hits);
    if args.json {
        print_json(&json!({"verdict": verdict, "hits": hits, "error": null, "problem": null}))?;
        return Ok(ExitCode::SUCCESS);
    }
    for hit in &hits {
        let told = hit.external.as_ref();
        let score = told
            .and_then(|told| told.score_percent)
            .map_or_else(String::new, |score| {
                format!(", score {}", f64::from(score) / 100.0)
            });
        let note = told.map_or("", |told| told.note.as_str());
        print(format!(
            "{} {}..{} {:?}: {} {}, severity {}{score} {note}",
            hit.field, hit.start, hit.end, hit.text, hit.action, hit.category, hit.severity
        ))?;
    }
    print(format!("{verdict}"))?;
    Ok(ExitCode::SUCCESS)
}

fn read(file: Option<&Path>) -> anyhow::Result<String> {
    let mut text = Vec::new();
    match file {
        Some(file) => {
            text = fs::read(file).with_context(|| format!("read {}", file.display()))?;
        }
        None => {
            std::io::stdin()
                .read_to_end(&mut text)
                .context("read standard input")?;
        }
    }
    String::from_utf8(text).context("the text is not UTF-8")
}
