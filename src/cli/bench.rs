//! `gatepost bench`.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::bench::{self, Plan};

/// Measure this machine: a real server under load over HTTP, beside the limits that disk, database and HTTP set
#[derive(clap::Args)]
#[command(
    after_help = "Prints one JSON line a figure. Starts its own server with its own data and removes both.\n\n\
                  Example:\n  gatepost bench --texts posts.jsonl --posts 100000"
)]
pub(super) struct Args {
    /// Real posts to take texts from: JSON lines with `title` and `body`
    #[arg(long, value_name = "FILE")]
    texts: PathBuf,
    /// Posts to park
    #[arg(long, default_value_t = 100_000)]
    posts: usize,
    /// Cases to decide afterwards [default: a quarter of the posts]
    #[arg(long)]
    decisions: Option<usize>,
    /// Connections that send at once
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Rules in force
    #[arg(long, default_value_t = 1_000)]
    rules: usize,
    /// An empty PostgreSQL database to use instead of SQLite
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// Where the data goes while it runs; the disk that is measured
    #[arg(long, value_name = "FOLDER", default_value = "./bench-data")]
    folder: PathBuf,
}

/// Runs outside the runtime: the load and the limits make their own.
pub(super) fn run(args: Args) -> anyhow::Result<ExitCode> {
    bench::run(&Plan {
        decisions: args.decisions.unwrap_or(args.posts / 4),
        posts: args.posts,
        connections: args.connections,
        rules: args.rules,
        database_url: args.postgres,
        texts: args.texts,
        folder: args.folder,
    })?;
    Ok(ExitCode::SUCCESS)
}
