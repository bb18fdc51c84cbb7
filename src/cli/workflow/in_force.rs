//! `gatepost workflow set` and `gatepost workflow show`: the definition that a site's posts go through.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use serde_json::json;

use super::{parse, read};
use crate::cli::instance::{self, SiteFlag};
use crate::cli::{CREATED_BY, print, print_json};
use crate::clock::rfc3339;
use crate::config::Config;
use crate::store::workflows;

/// Make a definition the site's next version; executions that run already keep theirs
#[derive(clap::Args)]
#[command(after_help = "Example:\n  gatepost workflow set --site main moderation.asl.json")]
pub(super) struct SetArgs {
    #[command(flatten)]
    site: SiteFlag,
    /// The definition
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Print the definition in force
#[derive(clap::Args)]
#[command(after_help = "Example:\n  gatepost workflow show --site main > moderation.asl.json")]
pub(super) struct ShowArgs {
    #[command(flatten)]
    site: SiteFlag,
    /// Print JSON with the version, who set it and when
    #[arg(long)]
    json: bool,
}

pub(super) async fn set(config: &Config, args: SetArgs) -> anyhow::Result<ExitCode> {
    let text = read(&args.file)?;
    parse(&args.file, &text)?;
    let app = instance::open(config).await?;
    let site = instance::find_site(&app, &args.site.site).await?;
    let set = app
        .moderation
        .set_workflow(site.id, &text, CREATED_BY)
        .await
        .context("keep the definition")?
        .map_err(|problems| anyhow!("{} is not valid: {problems:?}", args.file.display()))?;
    let warnings: Vec<_> = set.warnings.iter().map(ToString::to_string).collect();
    let version = set.version;
    if args.json {
        print_json(&json!({ "site": site.slug, "version": version, "warnings": warnings }))?;
    } else {
        for warning in warnings {
            print(format!("warning {warning}"))?;
        }
        print(format!("version {version} is in force at {}", site.slug))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn show(config: &Config, args: ShowArgs) -> anyhow::Result<ExitCode> {
    let app = instance::open(config).await?;
    let site = instance::find_site(&app, &args.site.site).await?;
    let workflow = workflows::find(&app.db, site.id, site.workflow_version)
        .await?
        .with_context(|| format!("the workflow of site {} is missing", site.slug))?;
    if args.json {
        let definition: serde_json::Value = serde_json::from_str(&workflow.definition)?;
        print_json(&json!({
            "site": site.slug,
            "version": workflow.version,
            "created_by": workflow.created_by,
            "created_at": rfc3339(workflow.created_at_ms),
            "definition": definition,
        }))?;
    } else {
        print(workflow.definition.trim_end())?;
    }
    Ok(ExitCode::SUCCESS)
}
