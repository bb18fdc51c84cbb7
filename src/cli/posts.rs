//! `gatepost posts`: many posts at once, through the real workflow.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use clap::Subcommand;
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::instance::{self, SiteFlag};
use super::{print, print_json, progress};
use crate::app::App;
use crate::config::Config;
use crate::ids::SiteId;
use crate::moderation::rows::PostStatus;
use crate::moderation::submit::{Draft, SubmitError};
use crate::people::authors::{Author, Authors};
use crate::people::email::EmailAddress;

/// How many posts are on their way at once; the ledger commits them together.
const IN_FLIGHT: usize = 64;

/// Import posts
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  gatepost posts import --site main posts.jsonl --author ada@example.org"
)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Import(ImportArgs),
}

/// Submit each line of a file, {"title", "body", "external_id"?}, as if its author had
#[derive(clap::Args)]
#[command(
    after_help = "Clean posts are published, flagged ones wait in the queue. A file can be imported again: what is there already is\n\
                  recognised by its external_id (or id), else by title and text.\n\n\
                  Example:\n  gatepost posts import --site main posts.jsonl --author ada@example.org"
)]
struct ImportArgs {
    #[command(flatten)]
    site: SiteFlag,
    /// The posts, one JSON object a line
    file: PathBuf,
    /// The address of their author, who gets an account if there is none
    #[arg(long, value_name = "EMAIL")]
    author: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A line of the file; what else it says is not for us.
#[derive(Deserialize)]
struct Line {
    title: String,
    body: String,
    #[serde(alias = "id")]
    external_id: Option<String>,
}

impl Line {
    /// The name by which the post is known when it comes again.
    fn external_id(&self) -> String {
        self.external_id.clone().unwrap_or_else(|| {
            let digest = Sha256::new_with_prefix(&self.title)
                .chain_update([0])
                .chain_update(&self.body)
                .finalize();
            let hex: String = digest
                .iter()
                .take(16)
                .map(|byte| format!("{byte:02x}"))
                .collect();
            format!("import-{hex}")
        })
    }
}

/// What became of the posts.
#[derive(Default, Serialize)]
struct Report {
    published: u64,
    held: u64,
    rejected: u64,
    failed: u64,
    known: u64,
    refused: Vec<Refused>,
}

/// A line that is no post.
#[derive(Serialize)]
struct Refused {
    line: usize,
    problem: String,
}

/// What became of one line.
enum Outcome {
    Submitted(PostStatus),
    Known,
    Refused(String),
}

pub(super) async fn run(config: &Config, args: Args) -> anyhow::Result<ExitCode> {
    let Command::Import(args) = args.command;
    let file = File::open(&args.file).with_context(|| format!("read {}", args.file.display()))?;
    let email = match EmailAddress::parse(&args.author) {
        Ok(email) => email,
        Err(rule) => bail!("--author {rule}"),
    };
    let app = instance::open(config).await?;
    let site = instance::find_site(&app, &args.site.site).await?;
    let author = Authors::new(app.db.clone(), app.clock.clone(), app.ids.clone())
        .find_or_create(site.id, email, None)
        .await?;
    // The rules are compiled here once, not by each of the first posts.
    app.moderation.in_force.load(site.id).await?;

    let bar = progress::count("posts");
    let mut report = Report::default();
    let lines = BufReader::new(file).lines().enumerate();
    let mut outcomes = futures_util::stream::iter(lines)
        .map(async |(index, line)| {
            anyhow::Ok((index, submit(&app, site.id, &author, line?).await?))
        })
        .buffered(IN_FLIGHT);
    while let Some(done) = outcomes.next().await {
        let (index, outcome) = done?;
        report.count(index + 1, outcome);
        bar.inc(1);
    }
    drop(outcomes);
    bar.finish_and_clear();
    ensure!(report.total() > 0, "{} has no lines", args.file.display());
    report.print(args.json)?;
    Ok(match report.refused.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

async fn submit(
    app: &App,
    site_id: SiteId,
    author: &Author,
    line: String,
) -> anyhow::Result<Outcome> {
    let line: Line = match serde_json::from_str(&line) {
        Ok(line) => line,
        Err(error) => return Ok(Outcome::Refused(error.to_string())),
    };
    let external_id = line.external_id();
    let draft = Draft::parse(
        author.id.clone(),
        &author.name,
        &line.title,
        &line.body,
        Some(&external_id),
    );
    let draft = match draft {
        Ok(draft) => draft,
        Err(errors) => {
            let errors: Vec<_> = errors
                .into_iter()
                .map(|rule| format!("{} {rule}", rule.field()))
                .collect();
            return Ok(Outcome::Refused(errors.join("; ")));
        }
    };
    match app.moderation.submit(site_id, draft, None).await? {
        Ok(submitted) => Ok(Outcome::Submitted(submitted.post.status)),
        Err(SubmitError::DuplicateExternalId(_)) => Ok(Outcome::Known),
        Err(error) => bail!("submit the post {external_id}: {error:?}"),
    }
}

impl Report {
    fn count(&mut self, line: usize, outcome: Outcome) {
        match outcome {
            Outcome::Submitted(PostStatus::Published) => self.published += 1,
            Outcome::Submitted(PostStatus::Held) => self.held += 1,
            Outcome::Submitted(PostStatus::Rejected) => self.rejected += 1,
            Outcome::Submitted(_) => self.failed += 1,
            Outcome::Known => self.known += 1,
            Outcome::Refused(problem) => self.refused.push(Refused { line, problem }),
        }
    }

    fn total(&self) -> u64 {
        let refused = self.refused.len() as u64;
        self.published + self.held + self.rejected + self.failed + self.known + refused
    }

    fn print(&self, as_json: bool) -> anyhow::Result<()> {
        if as_json {
            return print_json(self);
        }
        for refused in &self.refused {
            print(format!("line {}: {}", refused.line, refused.problem))?;
        }
        print(format!(
            "{} published, {} held, {} rejected, {} failed, {} were there already, {} refused",
            self.published,
            self.held,
            self.rejected,
            self.failed,
            self.known,
            self.refused.len()
        ))
    }
}
