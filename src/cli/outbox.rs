//! `gatepost outbox`.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use super::{instance, print, print_json};
use crate::config::Config;
use crate::store::tables;

/// Let the mail go that a restore has kept back
#[derive(clap::Args)]
#[command(after_help = "Example:\n  gatepost outbox release")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Send all mail that was kept back; the server does it within a second or so
    #[command(after_help = "Example:\n  gatepost outbox release")]
    Release {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(config: &Config, args: Args) -> anyhow::Result<ExitCode> {
    let Command::Release { json } = args.command;
    let app = instance::open(config).await?;
    let released = tables::release_mail(&app.db, app.clock.now_ms()).await?;
    match json {
        true => print_json(&json!({ "released": released }))?,
        false => print(format!("released {released} mails"))?,
    }
    Ok(ExitCode::SUCCESS)
}
