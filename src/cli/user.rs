//! `gatepost user`.

use std::io::Read as _;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use serde_json::json;

use super::instance::{self, SiteFlag};
use super::{print, print_json};
use crate::auth::password::NewPassword;
use crate::auth::role::Role;
use crate::config::Config;
use crate::people::add::{Add, add};
use crate::people::email::EmailAddress;
use crate::people::name::Name;

/// Create and update accounts
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  gatepost user add --site main --email ada@example.org --role owner"
)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(AddArgs),
}

/// Create an account or update it; without a password, print a one-time link to choose one
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  gatepost user add --site main --email ada@example.org --role moderator --name Ada\n  \
                  gatepost user add --email ada@example.org --role owner --password-stdin < password.txt"
)]
struct AddArgs {
    #[command(flatten)]
    site: SiteFlag,
    /// The address, which is what they log in with
    #[arg(long, value_parser = EmailAddress::parse)]
    email: EmailAddress,
    /// author, moderator or owner
    #[arg(long)]
    role: Role,
    /// The name that others see [default: the address up to the @]
    #[arg(long, value_parser = Name::parse)]
    name: Option<Name>,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: &Config, args: Args) -> anyhow::Result<ExitCode> {
    let Command::Add(args) = args.command;
    let app = instance::open(config).await?;
    let site = instance::find_site(&app, &args.site.site).await?;
    let password = match args.password_stdin {
        true => Some(read_password(&args, &site.name)?),
        false => None,
    };
    let given = Add {
        email: args.email,
        name: args.name,
        role: args.role,
        password,
    };
    let added = add(&app, &site, given).await?;
    let user = &added.user;
    if args.json {
        print_json(&json!({
            "id": user.id,
            "email": user.email,
            "name": user.name,
            "site": site.slug,
            "role": args.role,
            "is_new": added.is_new,
            "link": added.link,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    print(format!("{} is {} of {}", user.email, args.role, site.slug))?;
    if let Some(link) = &added.link {
        print(format!("choose a password, once, within a day: {link}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn read_password(args: &AddArgs, site_name: &str) -> anyhow::Result<NewPassword> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .context("read the password from standard input")?;
    let password = text.trim_end_matches(['\r', '\n']);
    let name = args.name.as_ref().map_or("", Name::as_str);
    match NewPassword::parse(password, &[args.email.as_str(), name, site_name]) {
        Ok(password) => Ok(password),
        Err(rule) => bail!("the password {rule}"),
    }
}
