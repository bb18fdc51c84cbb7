//! `gatepost audit`.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use super::{instance, print, print_json};
use crate::config::Config;
use crate::moderation::{chain, site};

/// Check that nobody has changed the audit log behind Gatepost's back
#[derive(clap::Args)]
#[command(after_help = "Example:\n  gatepost audit verify")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Verify(VerifyArgs),
}

/// Compare the audit log with its chain: finds lines that were changed, added, removed or put elsewhere
#[derive(clap::Args)]
#[command(
    after_help = "Keep the checkpoint that it prints in another place; with --checkpoint it also finds a chain that was cut short.\n\n\
                  Example:\n  gatepost audit verify --site main --checkpoint gpa1.1.17.9c1e…"
)]
struct VerifyArgs {
    /// Only this site
    #[arg(long)]
    site: Option<String>,
    /// A checkpoint that was printed before; the site's chain must have it
    #[arg(long, requires = "site")]
    checkpoint: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: &Config, args: Args) -> anyhow::Result<ExitCode> {
    let Command::Verify(args) = args.command;
    let app = instance::open(config).await?;
    let sites = match &args.site {
        Some(slug) => vec![instance::find_site(&app, slug).await?],
        None => site::list(&app.db).await?,
    };
    let mut is_sound = true;
    let mut rows = Vec::new();
    for site in &sites {
        let checkpoint = args.checkpoint.as_deref();
        let report = chain::verify(&app.db, &app.keyring, site.id, checkpoint).await?;
        is_sound &= report.problems.is_empty();
        if args.json {
            let mut row = json!(report);
            row["site"] = json!(site.slug);
            rows.push(row);
            continue;
        }
        let verdict = match report.problems.len() {
            0 => "ok  ",
            _ => "FAIL",
        };
        print(format!(
            "{verdict} {}: {} lines in {} seals, {} not sealed yet",
            site.slug, report.sealed, report.seals, report.unsealed
        ))?;
        for problem in &report.problems {
            let line = problem.line.as_ref().map(|id| format!(", line {id}"));
            let line = line.unwrap_or_default();
            print(format!(
                "     seal {}{line}: {}",
                problem.seal, problem.problem
            ))?;
        }
        if let Some(checkpoint) = &report.checkpoint {
            print(format!("     checkpoint {checkpoint}"))?;
        }
    }
    if args.json {
        print_json(&rows)?;
    }
    Ok(if is_sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
