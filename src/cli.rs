//! The command line: one file below for each family of commands. A command reads its arguments, calls the library and
//! prints; exit codes are 0 done, 1 failed, 2 wrong usage or configuration.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde::Serialize;

use crate::config::sources::{Loaded, Mistakes};
use crate::telemetry;

mod audit;
mod backup;
mod bench;
mod checks;
mod completions;
mod demo;
mod doctor;
mod flags;
mod healthcheck;
mod instance;
mod key;
mod migrate;
mod openapi;
mod outbox;
mod posts;
mod progress;
mod rules;
mod rules_test;
mod serve;
mod show_config;
mod site;
mod user;
mod workflow;

/// Stands for whoever may run commands where the changes of a rule set or a workflow are listed.
const CREATED_BY: &str = "command line";

/// Decides what gets published: posts run through a workflow, flagged ones wait for a moderator.
#[derive(Parser)]
#[command(
    name = "gatepost",
    version,
    propagate_version = true,
    after_help = "Example:\n  gatepost                      serve on http://127.0.0.1:8080 with everything in ./data"
)]
struct Cli {
    #[command(flatten)]
    flags: flags::Flags,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    Serve(serve::Args),
    Demo(demo::Args),
    Migrate(migrate::Args),
    User(user::Args),
    Backup(backup::BackupArgs),
    Restore(backup::RestoreArgs),
    Site(site::Args),
    Key(key::Args),
    Rules(rules::Args),
    Checks(checks::Args),
    Posts(posts::Args),
    Workflow(workflow::Args),
    Outbox(outbox::Args),
    Audit(audit::Args),
    Doctor(doctor::Args),
    Healthcheck(healthcheck::Args),
    Config(show_config::Args),
    Openapi(openapi::Args),
    Completions(completions::Args),
    Bench(bench::Args),
}

/// Runs the command of `arguments` to its end.
pub fn main(
    arguments: impl Iterator<Item = OsString>,
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            return error
                .print()
                .map_or(ExitCode::FAILURE, |()| ExitCode::from(code));
        }
    };
    let setup = Setup(cli.flags.load(environment.collect()));
    let command = cli.command.unwrap_or(Command::Serve(serve::Args {}));
    match run(command, setup) {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            if error.is::<Mistakes>() {
                ExitCode::from(2)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

fn run(command: Command, setup: Setup) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(_) => setup.run(async |at| serve::run(at).await),
        Command::Demo(_) => setup.run(async |at| demo::run(at).await),
        Command::User(args) => setup.run(async |at| user::run(&at.config, args).await),
        Command::Migrate(args) => setup.run(async |at| migrate::run(&at.config, args).await),
        Command::Site(args) => setup.run(async |at| site::run(&at.config, args).await),
        Command::Key(args) => setup.run(async |at| key::run(&at.config, args).await),
        Command::Rules(args) => setup.run(async |at| rules::run(&at.config, args).await),
        Command::Checks(args) => setup.run(async |at| checks::run(&at.config, args).await),
        Command::Posts(args) => setup.run(async |at| posts::run(&at.config, args).await),
        Command::Workflow(args) => workflow::run(args, setup),
        Command::Outbox(args) => setup.run(async |at| outbox::run(&at.config, args).await),
        Command::Audit(args) => setup.run(async |at| audit::run(&at.config, args).await),
        Command::Backup(args) => setup.run(async |at| backup::backup(&at.config, args).await),
        Command::Restore(args) => setup.run(async |at| backup::restore(&at.config, args).await),
        Command::Doctor(args) => setup.run(async |at| doctor::run(at, args).await),
        Command::Healthcheck(_) => setup.run(async |at| healthcheck::run(&at.config).await),
        Command::Config(args) => setup.run(async |at| show_config::run(at, &args)),
        Command::Openapi(args) => openapi::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Bench(args) => bench::run(args),
    }
}

/// The configuration, for the commands that need one; its mistakes do not hinder the others.
struct Setup(Result<Loaded, Mistakes>);

impl Setup {
    /// Runs `command` with logging on.
    fn run(
        self,
        command: impl AsyncFnOnce(&Loaded) -> anyhow::Result<ExitCode>,
    ) -> anyhow::Result<ExitCode> {
        let loaded = self.0?;
        telemetry::init(&loaded.config);
        tokio::runtime::Runtime::new()?.block_on(command(&loaded))
    }
}

/// Prints `text` and a line break on standard output.
fn print(text: impl std::fmt::Display) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout(), "{text}")?)
}

/// Prints `value` as indented JSON.
fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    print(serde_json::to_string_pretty(value)?)
}

/// Whether the reader of our output has seen enough (`gatepost openapi | head`).
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
