//! `gatepost bench`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;

use crate::bench::{self, Plan, RulesPlan};

/// Measure this machine: a real server under load over HTTP, beside the limits that disk, database and HTTP set
#[derive(clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Prints one JSON line a figure. Starts its own server with its own data and removes both.\n\n\
                  Examples:\n  gatepost bench --texts posts.jsonl --posts 100000\n  \
                  gatepost bench rules --texts posts.jsonl words.txt blocklist.txt"
)]
pub(super) struct Args {
    #[command(subcommand)]
    part: Option<Part>,
    /// Real posts to take texts from: JSON lines with `title` and `body`
    #[arg(long, value_name = "FILE", required = true)]
    texts: Option<PathBuf>,
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

#[derive(clap::Subcommand)]
enum Part {
    /// Only the checking of posts: few and many rules, a large post, hostile texts
    Rules {
        /// Real posts to check: JSON lines with `title` and `body`
        #[arg(long, value_name = "FILE")]
        texts: PathBuf,
        /// Files of rules; words are made up where they do not suffice
        #[arg(value_name = "LIST")]
        lists: Vec<PathBuf>,
        /// Little of everything, once: shows that it runs, and measures nothing
        #[arg(long)]
        quick: bool,
    },
}

/// Runs outside the runtime: the load and the limits make their own.
pub(super) fn run(args: Args) -> anyhow::Result<ExitCode> {
    if let Some(Part::Rules {
        texts,
        lists,
        quick: is_quick,
    }) = args.part
    {
        bench::run_rules(&RulesPlan {
            texts,
            lists,
            is_quick,
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    bench::run(&Plan {
        decisions: args.decisions.unwrap_or(args.posts / 4),
        posts: args.posts,
        connections: args.connections,
        rules: args.rules,
        database_url: args.postgres,
        texts: args.texts.context("--texts is required")?,
        folder: args.folder,
    })?;
    Ok(ExitCode::SUCCESS)
}
