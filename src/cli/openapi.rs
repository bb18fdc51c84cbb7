//! `gatepost openapi`.

use std::process::ExitCode;

use super::print;
use crate::http::api::document::openapi_json;

/// Print the description of the JSON API, OpenAPI 3.1
#[derive(clap::Args)]
#[command(after_help = "Example:\n  gatepost openapi > openapi.json")]
pub(super) struct Args {
    /// Print JSON, as it does anyway
    #[arg(long)]
    json: bool,
}

pub(super) fn run(_args: &Args) -> anyhow::Result<ExitCode> {
    print(openapi_json())?;
    Ok(ExitCode::SUCCESS)
}
