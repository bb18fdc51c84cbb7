//! `gatepost rules`: lists from and to files, and a look at what the rules make of a text.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use serde_json::json;

mod outcomes;
mod shared;

use super::instance::{self, SiteFlag};
use super::{CREATED_BY, print, print_json, rules_test};
use crate::app::App;
use crate::config::Config;
use crate::locale::Locale;
use crate::moderation::collisions::Collision;
use crate::moderation::rehearsal::Rehearsal;
use crate::moderation::rule_set::{Edit, OnWarning, RuleRefused};
use crate::moderation::rules::import::{Format, parse};
use crate::moderation::rules::{Action, Author, Inflections, MatchMode, RuleDraft, View, export};
use crate::moderation::wording;
use crate::store::rules;

/// Collisions with common words that are printed; the rest is only counted.
const COLLISIONS_SHOWN: usize = 20;

/// Import, export and try rules
#[derive(clap::Args)]
#[command(after_help = "Example:\n  gatepost rules import --site main words.txt --category insult")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Import(ImportArgs),
    Export(ExportArgs),
    Outcomes(outcomes::Args),
    Shared(shared::Args),
    Check(CheckArgs),
    Test(TestArgs),
}

/// Add the rules of a file: one pattern a line (txt), CSV with a column `pattern`, or JSON
#[derive(clap::Args)]
#[command(
    after_help = "A word is a word, several words are a phrase, * and ? make a wildcard, example.com is a host, /…/ a regular\n\
                  expression. Rules that the site has already are left out, so a list can be imported again.\n\n\
                  Example:\n  gatepost rules import --site main words.txt --action hold --category insult --dry-run"
)]
struct ImportArgs {
    #[command(flatten)]
    site: SiteFlag,
    /// The list
    file: PathBuf,
    /// hold, reject, allow or shadow, where the list does not say
    #[arg(long, default_value = "hold")]
    action: Action,
    /// The category, where the list does not say
    #[arg(long, default_value = "")]
    category: String,
    /// exact, normal or aggressive: how much disguise to see through, where the list does not say
    #[arg(long = "match", default_value = "normal")]
    mode: MatchMode,
    /// none, en, de, fr, es or tr: the language in whose forms words are looked for too, where the list does not say
    #[arg(long, default_value = "none")]
    inflections: Inflections,
    /// Only show what would be added, and what it would do to the posts that are there
    #[arg(long)]
    dry_run: bool,
    /// save or refuse: what to do if the rules would hold common words, or more than one in twenty of the posts (and more than five)
    #[arg(long, default_value = "save")]
    on_warning: OnWarning,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Write the rules in force to a file or to standard output
#[derive(clap::Args)]
#[command(after_help = "Example:\n  gatepost rules export --site main rules.csv")]
struct ExportArgs {
    #[command(flatten)]
    site: SiteFlag,
    /// The file; its ending tells the format
    file: Option<PathBuf>,
    /// txt (patterns alone), csv or json
    #[arg(long)]
    format: Option<Format>,
}

/// Show what the rules in force make of a text
#[derive(clap::Args)]
#[command(after_help = "Example:\n  echo 'a text' | gatepost rules check --site main")]
struct CheckArgs {
    #[command(flatten)]
    site: SiteFlag,
    /// The text, Markdown [default: standard input]
    file: Option<PathBuf>,
    /// The title
    #[arg(long, default_value = "")]
    title: String,
    /// The address of who would submit it, for rules that ask for the author [default: somebody new]
    #[arg(long)]
    author: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Check a file of expectations against the rules in force
#[derive(clap::Args)]
#[command(
    after_help = "The file is a JSON array: [{\"text\": \"a sm.urf\", \"expect\": \"hold\", \"hits\": [\"smurf\"]}, …]; with\n\
                  \"author\": {\"age_days\": 400, \"published\": 12, \"rejected\": 0} it is of somebody who is known\n\n\
                  Example:\n  gatepost rules test --site main expectations.json"
)]
struct TestArgs {
    #[command(flatten)]
    site: SiteFlag,
    /// The expectations
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: &Config, args: Args) -> anyhow::Result<ExitCode> {
    let app = instance::open(config).await?;
    match args.command {
        Command::Import(args) => import(&app, args).await,
        Command::Export(args) => write(&app, args).await,
        Command::Outcomes(args) => outcomes::run(&app, args).await,
        Command::Shared(args) => shared::run(&app, args).await,
        Command::Check(args) => check(&app, args).await,
        Command::Test(args) => {
            let site = instance::find_site(&app, &args.site.site).await?;
            let in_force = app.moderation.in_force.load(site.id).await?;
            let in_force = in_force.context("the site has just gone")?;
            rules_test::run(&in_force, &read(&args.file)?, args.json)
        }
    }
}

async fn import(app: &App, args: ImportArgs) -> anyhow::Result<ExitCode> {
    let site = instance::find_site(app, &args.site.site).await?;
    let bytes = read(&args.file)?;
    let defaults = RuleDraft {
        action: args.action,
        mode: args.mode,
        inflections: args.inflections,
        category: args.category,
        ..RuleDraft::default()
    };
    let name = args.file.file_name().and_then(|name| name.to_str());
    let report = parse(Format::detect(name, &bytes), &bytes, &defaults);
    let found = report.drafts.len();
    let comment = format!("import of {}", name.unwrap_or("a file"));
    let edit = Edit::Import(report.drafts);
    let plan = match app.moderation.plan(site.id, edit, &comment).await? {
        Ok(plan) => plan,
        Err(RuleRefused::Uncompilable(problems)) => {
            bail!("{}", wording::uncompilable(Locale::En, &problems))
        }
        Err(refused) => bail!("the rules cannot be imported: {refused:?}"),
    };
    let rehearsal = app.moderation.rehearse(&plan).await?;
    let is_refused = args.on_warning == OnWarning::Refuse && rehearsal.warns();
    if !args.json {
        for problem in &report.problems {
            let flaw = wording::flaw(Locale::En, &problem.flaw);
            print(format!("line {}: {flaw}", problem.line))?;
        }
        tell(&rehearsal)?;
    }
    let version = match args.dry_run || is_refused || plan.is_empty() {
        true => None,
        false => match app.moderation.put_in_force(&plan, CREATED_BY, None).await? {
            Ok(saved) => Some(saved.version),
            Err(_) => bail!("somebody else changed the rules meanwhile; try again"),
        },
    };
    let added = plan.rules().len();
    if args.json {
        print_json(&json!({
            "dry_run": args.dry_run,
            "added": added,
            "known": plan.known,
            "duplicates": report.duplicates,
            "unneeded": report.unneeded,
            "mild": report.mild,
            "addresses": report.addresses,
            "problems": report.problems.iter().map(|problem| json!({
                "line": problem.line,
                "message": wording::flaw(Locale::En, &problem.flaw),
            })).collect::<Vec<_>>(),
            "literal": plan.literal.iter().map(|known| &known.pattern).collect::<Vec<_>>(),
            "rehearsal": {
                "posts": rehearsal.posts,
                "hit": rehearsal.hit,
                "newly_held": rehearsal.newly_held.count,
                "newly_rejected": rehearsal.newly_rejected.count,
                "released": rehearsal.released.count,
                "collisions": rehearsal.collisions.len(),
            },
            "warnings": warnings(&rehearsal),
            "rule_set_version": version,
        }))?;
    } else {
        let verb = match version {
            Some(_) => "added",
            None => "would add",
        };
        print(format!(
            "{verb} {added} rules to {}; {} were there already, {} stood in the file twice, {} exceptions are not needed, {} were refused",
            site.slug,
            plan.known,
            report.duplicates,
            report.unneeded,
            report.problems.len()
        ))?;
        if report.mild > 0 {
            print(format!("{} are mild and only noted", report.mild))?;
        }
        if report.addresses > 0 {
            print(format!(
                "{} are hosts or parts of addresses, taken as they are written",
                report.addresses
            ))?;
        }
        if !plan.literal.is_empty() {
            print(format!(
                "{} are taken at their word, because seen through disguises they are common words",
                plan.literal.len()
            ))?;
        }
    }
    if is_refused {
        bail!("nothing was saved, because there is something to be warned of");
    }
    // A list of which nothing can be used is the wrong file.
    Ok(match found == 0 && !report.problems.is_empty() {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}

/// What an import would do, in words.
fn tell(found: &Rehearsal) -> anyhow::Result<()> {
    for warning in warnings(found) {
        print(format!("warning: {warning}"))?;
    }
    print(format!(
        "of the newest {} posts the rules hit {} ({} %): newly held {}, rejected at once {}, released {}",
        found.posts,
        found.hit,
        found.share(),
        found.newly_held.count,
        found.newly_rejected.count,
        found.released.count
    ))
}

/// What somebody should know before a list is saved.
fn warnings(found: &Rehearsal) -> Vec<String> {
    let mut warnings = Vec::new();
    if found.is_harsh() {
        warnings.push(format!(
            "it keeps back {} % of the posts",
            found.kept_back()
        ));
    }
    let collisions = found.collisions.iter().take(COLLISIONS_SHOWN);
    warnings.extend(collisions.map(Collision::in_words));
    if let more @ 1.. = found.collisions.len().saturating_sub(COLLISIONS_SHOWN) {
        warnings.push(format!("and {more} more common words"));
    }
    warnings
}

async fn write(app: &App, args: ExportArgs) -> anyhow::Result<ExitCode> {
    let site = instance::find_site(app, &args.site.site).await?;
    let rules = rules::list_in_force(&app.db, site.id).await?;
    let ending = args.file.as_deref().and_then(Path::extension);
    let format = match (args.format, ending.and_then(|ending| ending.to_str())) {
        (Some(format), _) => format,
        (None, Some(ending)) => match ending.parse() {
            Ok(format) => format,
            Err(_) => bail!("{ending:?} is no format: name one with --format txt, csv or json"),
        },
        (None, None) => Format::Json,
    };
    let text = match format {
        Format::Txt => export::to_txt(&rules),
        Format::Csv => export::to_csv(&rules),
        Format::Json => export::to_json(&rules),
    };
    match &args.file {
        Some(file) => fs::write(file, text).with_context(|| format!("write {}", file.display()))?,
        None => print(text.trim_end())?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn check(app: &App, args: CheckArgs) -> anyhow::Result<ExitCode> {
    let site = instance::find_site(app, &args.site.site).await?;
    let text = match &args.file {
        Some(file) => read(file)?,
        None => {
            let mut text = Vec::new();
            std::io::stdin()
                .read_to_end(&mut text)
                .context("read standard input")?;
            text
        }
    };
    let text = String::from_utf8(text).context("the text is not UTF-8")?;
    let in_force = app.moderation.in_force.load(site.id).await?;
    let in_force = in_force.context("the site has just gone")?;
    let author = match &args.author {
        Some(email) => app.moderation.record_at(&in_force, email).await?,
        None => Author::default(),
    };
    let checked = in_force.check_by(&args.title, &text, &author);
    if args.json {
        print_json(&checked)?;
        return Ok(ExitCode::SUCCESS);
    }
    for hit in &checked.hits {
        print(format!(
            "{} {}..{} {:?}: {} {:?}, severity {}{}{}",
            hit.field,
            hit.start,
            hit.end,
            hit.text,
            hit.action,
            hit.pattern,
            hit.severity,
            match hit.category.as_str() {
                "" => String::new(),
                category => format!(", {category}"),
            },
            match hit.view.contains(View::Text) {
                true => String::new(),
                false => format!(", {}", hit.view),
            }
        ))?;
    }
    if let Some(problem) = &checked.problem {
        print(problem)?;
    }
    print(format!("{}", checked.verdict))?;
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("read {}", file.display()))
}
