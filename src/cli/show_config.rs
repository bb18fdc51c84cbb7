//! `gatepost config`: what is in force, where it came from, and the example file.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Map, Value, json};

use super::{print, print_json};
use crate::config::settings::SETTINGS;
use crate::config::sources::Loaded;

/// Show or check the configuration
#[derive(clap::Args)]
#[command(after_help = "Example:\n  GATEPOST_LISTEN=0.0.0.0:80 gatepost config show")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print the configuration in force, secrets masked, and where each value came from
    #[command(after_help = "Example:\n  gatepost config show --json")]
    Show {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Find mistakes without starting anything
    #[command(after_help = "Example:\n  gatepost config check --config /etc/gatepost.toml")]
    Check,
    /// Print a configuration file with all settings and their defaults
    #[command(after_help = "Example:\n  gatepost config example > gatepost.toml")]
    Example,
}

/// The file at the top of the repository.
const EXAMPLE: &str = include_str!("../../gatepost.example.toml");

pub(super) fn run(loaded: &Loaded, args: &Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Show { json: true } => print_json(&as_json(loaded))?,
        Command::Show { json: false } => print(as_text(loaded))?,
        Command::Check => print("the configuration is fine")?,
        Command::Example => print(EXAMPLE.trim_end())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn as_json(loaded: &Loaded) -> Value {
    let settings: Map<_, _> = SETTINGS
        .iter()
        .map(|setting| {
            let value = setting.show(&loaded.config);
            let source = loaded.origin(setting).to_string();
            (
                setting.key.to_owned(),
                json!({ "value": (!value.is_empty()).then_some(value), "source": source }),
            )
        })
        .collect();
    Value::Object(settings)
}

fn as_text(loaded: &Loaded) -> String {
    let lines: Vec<_> = SETTINGS
        .iter()
        .map(|setting| {
            let value = setting.show(&loaded.config);
            format!(
                "{:<16} = {value:<44} # {}",
                setting.key,
                loaded.origin(setting)
            )
        })
        .collect();
    lines.join("\n")
}
