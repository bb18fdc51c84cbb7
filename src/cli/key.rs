//! `gatepost key`: API keys and AWS access key pairs.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;
use serde_json::{Value, json};

use super::instance::{self, SiteFlag};
use super::{CREATED_BY, print, print_json};
use crate::app::App;
use crate::auth::access_key::{self, AccessKey, KeyKind, NewKey, Scopes};
use crate::clock::rfc3339;
use crate::config::Config;
use crate::ids::KeyId;
use crate::moderation::site;
use crate::store::keys;

/// Make, list and revoke API keys and AWS access keys
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  gatepost key add --site main --kind api --scope submit,read --name importer"
)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(AddArgs),
    List(ListArgs),
    Revoke(RevokeArgs),
}

/// Make a key and print it, once, as JSON
#[derive(clap::Args)]
#[command(
    after_help = "Scopes: submit (check texts, submit posts), read (posts, the queue), decide (task tokens, decisions), admin (everything).\n\n\
                  Example:\n  gatepost key add --site main --kind aws --scope decide --name callback-handler"
)]
struct AddArgs {
    #[command(flatten)]
    site: SiteFlag,
    /// api prints {"id", "key"}, aws {"access_key_id", "secret_access_key"}
    #[arg(long, value_name = "api|aws")]
    kind: KeyKind,
    /// What its holder may do
    #[arg(long, default_value = "submit,read,decide", value_name = "SCOPES")]
    scope: Scopes,
    /// What it is for
    #[arg(long, default_value = "")]
    name: String,
    /// Print JSON, as it does anyway
    #[arg(long)]
    json: bool,
}

/// List the keys without their secrets
#[derive(clap::Args)]
#[command(after_help = "Example:\n  gatepost key list --json")]
struct ListArgs {
    /// Only those of this site
    #[arg(long)]
    site: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// End a key; within a second no door opens for it
#[derive(clap::Args)]
#[command(after_help = "Example:\n  gatepost key revoke 06f2k9vjq0h5r1m3t8n7c4b2aa")]
struct RevokeArgs {
    /// The id that `key list` shows
    id: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: &Config, args: Args) -> anyhow::Result<ExitCode> {
    let app = instance::open(config).await?;
    match args.command {
        Command::Add(args) => add(&app, args).await?,
        Command::List(args) => list(&app, args).await?,
        Command::Revoke(args) => revoke(&app, args).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(app: &App, args: AddArgs) -> anyhow::Result<()> {
    let site = instance::find_site(app, &args.site.site).await?;
    let new = NewKey {
        site_id: site.id,
        kind: args.kind,
        name: args.name,
        scopes: args.scope,
    };
    let now_ms = app.clock.now_ms();
    let (key, secret) =
        access_key::create(&app.db, &app.keyring, &app.ids, now_ms, CREATED_BY, new).await?;
    print(match key.kind {
        KeyKind::Api => json!({ "id": key.id, "key": secret }),
        KeyKind::Aws => json!({ "access_key_id": key.id, "secret_access_key": secret }),
    })?;
    if std::io::stderr().is_terminal() {
        eprintln!("Keep it now: it cannot be shown again.");
    }
    Ok(())
}

async fn list(app: &App, args: ListArgs) -> anyhow::Result<()> {
    let sites = match &args.site {
        Some(slug) => vec![instance::find_site(app, slug).await?],
        None => site::list(&app.db).await?,
    };
    let mut rows = Vec::new();
    for site in &sites {
        for key in keys::list(&app.db, site.id).await? {
            rows.push(row(&site.slug, &key));
        }
    }
    if args.json {
        return print_json(&rows);
    }
    for row in rows {
        let text = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
        let state = match row["revoked_at"].as_str() {
            Some(at) => format!("revoked {at}"),
            None => format!("used {}", text("used_at")),
        };
        let line = format!(
            "{:<26}  {:<12} {:<4} {:<24} {state}  {}",
            text("id"),
            text("site"),
            text("kind"),
            text("scopes"),
            text("name"),
        );
        print(line.trim_end())?;
    }
    Ok(())
}

fn row(site: &str, key: &AccessKey) -> Value {
    json!({
        "id": key.id,
        "site": site,
        "kind": key.kind,
        "name": key.name,
        "scopes": key.scopes.to_string(),
        "created_at": rfc3339(key.created_at_ms),
        "used_at": key.used_at_ms.map(rfc3339),
        "revoked_at": key.revoked_at_ms.map(rfc3339),
    })
}

async fn revoke(app: &App, args: RevokeArgs) -> anyhow::Result<()> {
    let id = KeyId::from(args.id);
    let now_ms = app.clock.now_ms();
    for site in site::list(&app.db).await? {
        if access_key::revoke(&app.db, &app.ids, now_ms, CREATED_BY, site.id, &id).await? {
            return match args.json {
                true => print_json(&json!({ "id": id, "revoked_at": rfc3339(now_ms) })),
                false => print(format!("revoked {id} of {}", site.slug)),
            };
        }
    }
    bail!("there is no key {id} in force; `gatepost key list` shows them")
}
