//! `gatepost rules outcomes`: what hits lead to, from and to a file.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::super::instance::{self, SiteFlag};
use super::super::{CREATED_BY, print, print_json};
use super::{read, tell};
use crate::app::App;
use crate::locale::Locale;
use crate::moderation::outcomes::Outcomes;
use crate::moderation::rule_set::{Edit, RuleRefused};
use crate::moderation::wording;
use crate::store::rule_versions;

/// Show what hits lead to, or change it to what a JSON file says
#[derive(clap::Args)]
#[command(
    after_help = "The file: {\"hold_from\": 2, \"reject_from\": 4, \"categories\": {\"scam\": \"reject\"},\n\
                  \"queues\": {\"threat\": \"legal\"}, \"second_approval\": [\"threat\"]}; what is left out is as each rule says\n\n\
                  Example:\n  gatepost rules outcomes --site main outcomes.json --dry-run"
)]
pub(super) struct Args {
    #[command(flatten)]
    site: SiteFlag,
    /// What hits are to lead to [default: print what they lead to]
    file: Option<PathBuf>,
    /// Why, for the history
    #[arg(long, default_value = "")]
    comment: String,
    /// Only show what it would do to the posts that are there
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(app: &App, args: Args) -> anyhow::Result<ExitCode> {
    let site = instance::find_site(app, &args.site.site).await?;
    let Some(file) = &args.file else {
        let (_, outcomes) = rule_versions::outcomes_in_force(&app.db, site.id).await?;
        print_json(&outcomes)?;
        return Ok(ExitCode::SUCCESS);
    };
    let outcomes: Outcomes = serde_json::from_slice(&read(file)?)
        .with_context(|| format!("{} is not what hits lead to", file.display()))?;
    let edit = Edit::Outcomes(outcomes);
    let plan = match app.moderation.plan(site.id, edit, &args.comment).await? {
        Ok(plan) => plan,
        Err(RuleRefused::Invalid(errors)) => bail!(
            "{}: {}",
            errors[0].field,
            wording::flaw(Locale::En, &errors[0].flaw)
        ),
        Err(RuleRefused::Uncompilable(problems)) => {
            bail!("{}", wording::uncompilable(Locale::En, &problems))
        }
        Err(refused) => bail!("the outcomes cannot be changed: {refused:?}"),
    };
    if args.dry_run {
        tell(&app.moderation.rehearse(&plan).await?)?;
        return Ok(ExitCode::SUCCESS);
    }
    match app.moderation.put_in_force(&plan, CREATED_BY, None).await? {
        Ok(saved) => print(format!("rule set {} is in force", saved.version))?,
        Err(_) => bail!("somebody else changed the rules meanwhile; try again"),
    }
    Ok(ExitCode::SUCCESS)
}
