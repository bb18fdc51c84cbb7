//! `gatepost migrate`.

use std::process::ExitCode;

use super::{print, print_json};
use crate::config::{Config, data_dir};
use crate::store::{Db, migrate};

/// Bring the database's schema up to date, as `serve` does when it starts
#[derive(clap::Args)]
#[command(after_help = "Example:\n  gatepost migrate --dry-run")]
pub(super) struct Args {
    /// Only show what would be done
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: &Config, args: Args) -> anyhow::Result<ExitCode> {
    data_dir::create(&config.data_dir)?;
    let db = Db::open(config.database_url.reveal()).await?;
    let pending = migrate::pending(&db).await?;
    if !args.dry_run {
        migrate::up(&db).await?;
    }
    db.close().await;

    let names: Vec<_> = pending
        .iter()
        .map(|migration| format!("{:04} {}", migration.version, migration.name))
        .collect();
    if args.json {
        print_json(&serde_json::json!({ "applied": !args.dry_run, "migrations": names }))?;
    } else if names.is_empty() {
        print("the schema is up to date")?;
    } else {
        let done = if args.dry_run {
            "would apply"
        } else {
            "applied"
        };
        for name in names {
            print(format!("{done} {name}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
