//! `gatepost rules shared`: whose rules a site uses, and whether others may use its own.

use std::process::ExitCode;

use anyhow::bail;
use serde_json::json;

use super::super::instance::{self, SiteFlag};
use super::super::{CREATED_BY, print, print_json};
use crate::app::App;
use crate::ids::SiteId;
use crate::locale::Locale;
use crate::moderation::rule_set::{Edit, RuleRefused};
use crate::moderation::shared_rules;
use crate::moderation::wording;

/// Show whose rules a site uses, take over those of another site, or let others use its own
#[derive(clap::Args)]
#[command(
    after_help = "Rules that are taken over follow when they are changed where they come from (docs/rules.md).\n\n\
                  Examples:\n  gatepost rules shared --site main --share yes\n  gatepost rules shared --site kitchen --use main"
)]
pub(super) struct Args {
    #[command(flatten)]
    site: SiteFlag,
    /// Let other sites use the rules of this one, or no more of them
    #[arg(long, value_name = "yes|no", value_parser = ["yes", "no"])]
    share: Option<String>,
    /// Take over the rules of this site
    #[arg(long = "use", value_name = "SITE")]
    uses: Vec<String>,
    /// Give up the rules of this site
    #[arg(long, value_name = "SITE")]
    give_up: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(app: &App, args: Args) -> anyhow::Result<ExitCode> {
    let site = instance::find_site(app, &args.site.site).await?;
    if let Some(share) = &args.share {
        let shares = share == "yes";
        app.moderation
            .share_rules(site.id, shares, CREATED_BY)
            .await?;
    }
    for of in args.uses {
        change(app, site.id, &of, Edit::TakeOver(of.clone())).await?;
    }
    for of in args.give_up {
        change(app, site.id, &of, Edit::GiveUp(of.clone())).await?;
    }
    let shares = shared_rules::is_shared(&app.db, site.id).await?;
    let known = shared_rules::list(&app.db, site.id).await?;
    if args.json {
        let items = known.iter().map(|of| {
            json!({
                "site": of.slug,
                "name": of.name,
                "rules": of.rules,
                "rule_set_version": of.rule_set_version,
                "taken_version": of.taken,
            })
        });
        print_json(&json!({"shares": shares, "items": items.collect::<Vec<_>>()}))?;
        return Ok(ExitCode::SUCCESS);
    }
    let may = if shares { "may" } else { "may not" };
    print(format!("others {may} use the rules of {}", site.slug))?;
    for of in known {
        let how = match of.taken {
            Some(version) => format!("used, version {version}"),
            None => "not used".to_owned(),
        };
        print(format!("{}: {} rules, {how}", of.slug, of.rules))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn change(app: &App, site: SiteId, of: &str, edit: Edit) -> anyhow::Result<()> {
    match app
        .moderation
        .edit_rules(site, edit, "", CREATED_BY, None)
        .await?
    {
        Ok(_) => Ok(()),
        Err(RuleRefused::Unknown) => bail!("{of:?} is no site whose rules can be used or are"),
        Err(RuleRefused::Uncompilable(problems)) => {
            bail!("{}", wording::uncompilable(Locale::En, &problems))
        }
        Err(refused) => bail!("the rules of {of} cannot be taken over or given up: {refused:?}"),
    }
}
