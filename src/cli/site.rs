//! `gatepost site`.

use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;
use serde_json::json;

use super::{instance, print, print_json};
use crate::config::Config;
use crate::moderation::site::is_slug;

/// Create sites
#[derive(clap::Args)]
#[command(after_help = "Example:\n  gatepost site add kitchen --name 'The Kitchen'")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(AddArgs),
}

/// Create a site with the default workflow and no rules
#[derive(clap::Args)]
#[command(after_help = "Example:\n  gatepost site add kitchen --name 'The Kitchen'")]
struct AddArgs {
    /// Its name in paths: lower-case letters, digits and hyphens
    #[arg(value_parser = slug)]
    slug: String,
    /// Its name on pages [default: the slug]
    #[arg(long)]
    name: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn slug(text: &str) -> Result<String, String> {
    match is_slug(text) {
        true => Ok(text.to_owned()),
        false => Err("must have 1 to 40 lower-case letters, digits and inner hyphens".to_owned()),
    }
}

pub(super) async fn run(config: &Config, args: Args) -> anyhow::Result<ExitCode> {
    let Command::Add(args) = args.command;
    let name = args.name.as_deref().unwrap_or(&args.slug).trim();
    let app = instance::open(config).await?;
    if !app.found_site(&args.slug, name).await? {
        bail!("there is a site {} already", args.slug);
    }
    let url = config.link(&format!("/s/{}/", args.slug));
    match args.json {
        true => print_json(&json!({ "slug": args.slug, "name": name, "url": url }))?,
        false => print(format!("{name} is at {url}"))?,
    }
    Ok(ExitCode::SUCCESS)
}
