//! `gatepost workflow`: definitions in Amazon States Language, checked and tried without a server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::{Setup, print, print_json};
use crate::asl::{Definition, HistoryEvent, Outcome, Problem, Severity, validate};
use crate::clock::{Clock as _, SystemClock};

mod answers;
mod in_force;
mod simulation;

use answers::Answers;

/// Check, try, set and show workflow definitions
#[derive(clap::Args)]
#[command(after_help = "Example:\n  gatepost workflow validate moderation.asl.json")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Validate(ValidateArgs),
    Run(RunArgs),
    Set(in_force::SetArgs),
    Show(in_force::ShowArgs),
}

/// Check a definition and print everything that is wrong with it
#[derive(clap::Args)]
#[command(after_help = "Example:\n  gatepost workflow validate moderation.asl.json --json")]
struct ValidateArgs {
    /// The definition
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Run a definition in memory, with a clock that jumps to what is waited for, and print status, output and history
#[derive(clap::Args)]
#[command(
    after_help = "Gatepost's functions are simulated: the rules say --verdict, the moderator says --decision. Results of other\n\
                  tasks, or of these in another way, come from a file of results by state:\n\n  \
                  {\"Translate\": [{\"Throw\": {\"Error\": \"Busy\", \"Cause\": \"try again\"}}, {\"Return\": {\"text\": \"…\"}}]}\n\n\
                  Example:\n  gatepost workflow run moderation.asl.json --input '{\"content\": \"a forbidden word\", \"author\": \"ada\"}'"
)]
struct RunArgs {
    /// The definition
    file: PathBuf,
    /// The input: JSON, or @FILE
    #[arg(long, default_value = "{}", value_name = "JSON")]
    input: String,
    /// What the rules say of the post
    #[arg(long, value_enum, default_value_t = Verdict::Publish)]
    verdict: Verdict,
    /// What the moderator says; with `none` a wait goes on until it times out, or for ever
    #[arg(long, value_enum, default_value_t = Decision::Approved)]
    decision: Decision,
    /// Results of tasks by the name of their state
    #[arg(long, value_name = "FILE")]
    task_results: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What the rules say of a post.
#[derive(Clone, Copy, ValueEnum)]
enum Verdict {
    Publish,
    Hold,
    Reject,
}

/// What a moderator says.
#[derive(Clone, Copy, ValueEnum)]
enum Decision {
    #[value(name = "APPROVED", alias = "approved")]
    Approved,
    #[value(name = "REJECTED", alias = "rejected")]
    Rejected,
    None,
}

pub(super) fn run(args: Args, setup: Setup) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Validate(args) => check(&args),
        Command::Run(args) => simulate(&args),
        Command::Set(args) => setup.run(async |at| in_force::set(&at.config, args).await),
        Command::Show(args) => setup.run(async |at| in_force::show(&at.config, args).await),
    }
}

fn check(args: &ValidateArgs) -> anyhow::Result<ExitCode> {
    let problems = validate(&read(&args.file)?);
    let is_valid = problems
        .iter()
        .all(|problem| problem.severity != Severity::Error);
    if args.json {
        print_json(&json!({ "valid": is_valid, "problems": problems }))?;
    } else {
        for problem in &problems {
            print(line(problem))?;
        }
        let verdict = if is_valid { "is valid" } else { "is not valid" };
        print(format!("{} {verdict}", args.file.display()))?;
    }
    Ok(match is_valid {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn simulate(args: &RunArgs) -> anyhow::Result<ExitCode> {
    let definition = parse(&args.file, &read(&args.file)?)?;
    let input = match args.input.strip_prefix('@') {
        Some(path) => read(Path::new(path))?,
        None => args.input.clone(),
    };
    let input: Value = serde_json::from_str(&input).context("read the input")?;
    let mut answers = Answers::new(args.verdict, args.decision);
    if let Some(path) = &args.task_results {
        answers
            .take_results(&read(path)?)
            .with_context(|| format!("read the task results in {}", path.display()))?;
    }
    let started_at_ms = SystemClock.now_ms();
    let report = simulation::run(&definition, input, answers, started_at_ms)?;
    if args.json {
        let history: Vec<_> = report
            .history
            .iter()
            .map(HistoryEvent::to_aws_json)
            .collect();
        let mut json = outcome_json(report.outcome.as_ref());
        json["history"] = history.into();
        print_json(&json)?;
    } else {
        print_outcome(report.outcome.as_ref())?;
        for event in &report.history {
            print(history_line(event, started_at_ms))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("read {}", path.display()))
}

fn parse(file: &Path, text: &str) -> anyhow::Result<Definition> {
    match Definition::parse(text) {
        Ok(definition) => Ok(definition),
        Err(problems) => {
            let lines: Vec<_> = problems.iter().map(line).collect();
            bail!("{} is not valid\n{}", file.display(), lines.join("\n"));
        }
    }
}

fn line(problem: &Problem) -> String {
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    format!("{severity} {problem}")
}

/// Status, output, error and cause with the names of AWS.
fn outcome_json(outcome: Option<&Outcome>) -> Value {
    let ended = |status: &str, error: &Option<String>, cause: &Option<String>| json!({ "status": status, "error": error, "cause": cause });
    let Some(outcome) = outcome else {
        return json!({ "status": "RUNNING" });
    };
    match outcome {
        Outcome::Succeeded { output } => json!({ "status": "SUCCEEDED", "output": **output }),
        Outcome::Failed { error, cause, .. } => ended("FAILED", error, cause),
        Outcome::TimedOut { error, cause } => ended("TIMED_OUT", error, cause),
        Outcome::Aborted { error, cause } => ended("ABORTED", error, cause),
    }
}

fn print_outcome(outcome: Option<&Outcome>) -> anyhow::Result<()> {
    let report = outcome_json(outcome);
    for (name, value) in report.as_object().into_iter().flatten() {
        match value {
            Value::Null => {}
            Value::String(text) => print(format!("{name:<8}{text}"))?,
            other => print(format!("{name:<8}{other}"))?,
        }
    }
    print("history")
}

fn history_line(event: &HistoryEvent, started_at_ms: i64) -> String {
    let after = (event.at_ms - started_at_ms) as f64 / 1000.0;
    let details = &event.details;
    let subject = details.name.as_ref().or(details.error.as_ref());
    let subject = subject.map_or("", |text| text);
    let kind = format!("{:?}", event.kind);
    format!("{:>5}  +{after:<12} {kind:<28} {subject}", event.id)
        .trim_end()
        .to_owned()
}
