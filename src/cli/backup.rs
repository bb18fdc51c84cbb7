//! `gatepost backup` and `gatepost restore`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::{print, print_json, progress};
use crate::backup::{self, Existing, Restored};
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Config, data_dir};
use crate::store::{Db, migrate};

/// Write everything into one file, while the server runs if it does
#[derive(clap::Args)]
#[command(
    after_help = "The file holds the secret key and personal data: keep it safe. Sessions are not in it.\n\n\
                  Example:\n  gatepost backup gatepost-2026-11-22.tar.gz"
)]
pub(super) struct BackupArgs {
    /// The file to write
    file: PathBuf,
    /// Leave the secret key out: without it, open links and AWS keys of this instance do not work after a restore
    #[arg(long)]
    without_key: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Fill an empty database from a backup, of the same or of the other kind of database
#[derive(clap::Args)]
#[command(
    after_help = "Stop the server first. Mail that was waiting is kept back, since it may have been sent after the backup.\n\n\
                  Example:\n  gatepost restore gatepost-2026-11-22.tar.gz --database-url postgres://gatepost@localhost/gatepost"
)]
pub(super) struct RestoreArgs {
    /// The file to read
    file: PathBuf,
    /// Delete everything in the database first
    #[arg(long)]
    force: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn backup(config: &Config, args: BackupArgs) -> anyhow::Result<ExitCode> {
    let db = open_existing(config).await?;
    let secret_key = match args.without_key {
        true => None,
        false => data_dir::find_secret_key(config)?,
    };
    let bar = progress::count("rows");
    let manifest = backup::write(
        &db,
        &args.file,
        SystemClock.now_ms(),
        secret_key.as_ref(),
        |rows| bar.set_position(rows),
    )
    .await;
    bar.finish_and_clear();
    db.close().await;
    let manifest = manifest?;
    if args.json {
        print_json(&manifest)?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows: u64 = manifest.rows.values().sum();
    let key = match manifest.has_secret_key {
        true => "with the secret key: keep it safe",
        false => "without the secret key: keep that one separately",
    };
    print(format!(
        "wrote {rows} rows to {}, {key}",
        args.file.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn restore(config: &Config, args: RestoreArgs) -> anyhow::Result<ExitCode> {
    let lock = (!config.is_postgres())
        .then(|| data_dir::lock(&config.data_dir))
        .transpose()?;
    let db = Db::open(config.database_url.reveal()).await?;
    migrate::up(&db).await?;
    let existing = match args.force {
        true => Existing::Replace,
        false => Existing::Keep,
    };
    let bar = progress::count("rows");
    let restored = backup::restore(&db, &args.file, existing, |rows| bar.set_position(rows)).await;
    bar.finish_and_clear();
    db.close().await;
    let restored = restored?;
    let notes = [key_note(config, &restored)?, mail_note(&restored)];
    drop(lock);

    if args.json {
        print_json(&serde_json::json!({
            "manifest": restored.manifest,
            "kept_mails": restored.kept_mails,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows: u64 = restored.manifest.rows.values().sum();
    print(format!(
        "restored {rows} rows of {}",
        restored.manifest.created_at
    ))?;
    for note in notes.into_iter().flatten() {
        print(note)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Puts the backup's key where the server looks for it, unless there is one.
fn key_note(config: &Config, restored: &Restored) -> anyhow::Result<Option<String>> {
    const CONSEQUENCE: &str = "links and AWS keys that were given out before do not work";
    let present = data_dir::find_secret_key(config)?;
    Ok(match (&restored.secret_key, present) {
        (Some(key), None) => {
            data_dir::write_secret_key(&config.data_dir, key)?;
            None
        }
        (Some(key), Some(present)) if *key == present => None,
        (Some(_), Some(_)) => Some(format!(
            "the backup has another secret key than this instance, which keeps its own: {CONSEQUENCE}"
        )),
        (None, Some(_)) => None,
        (None, None) => Some(format!(
            "the backup has no secret key: give the old one as GATEPOST_SECRET_KEY, else a new one is made and {CONSEQUENCE}"
        )),
    })
}

fn mail_note(restored: &Restored) -> Option<String> {
    let kept = match restored.kept_mails {
        0 => return None,
        1 => "1 mail was waiting and is kept back".to_owned(),
        count => format!("{count} mails were waiting and are kept back"),
    };
    Some(format!(
        "{kept}; `gatepost outbox release` or the Outbox page sends it on"
    ))
}

/// Opens the database if it is there; a backup must not make one.
async fn open_existing(config: &Config) -> anyhow::Result<Db> {
    let url = config.database_url.reveal();
    if let Some(path) = url.strip_prefix("sqlite:") {
        let path = path.trim_start_matches("//");
        match std::fs::exists(path).with_context(|| format!("look for {path}"))? {
            true => {}
            false => bail!("there is no database {path}: is --data-dir right?"),
        }
    }
    Db::open(url).await
}
