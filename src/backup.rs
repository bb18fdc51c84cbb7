//! Backups: a `.tar.gz` with the rows of every table as JSON lines, the secret key, and a manifest with checksums. It is
//! the same for both databases, so a backup also moves an instance from SQLite to PostgreSQL and back. Memory does not
//! grow with the data.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};

use crate::config::Secret;
use crate::store::{Db, migrate, tables};

mod archive;
mod manifest;

pub use manifest::Manifest;

use archive::{Reader, Writer};

/// Where the secret key is in the archive.
const KEY: &str = "secret.key";

/// Writes a backup of `db` to `path`, which appears whole or not at all. The server may run meanwhile: the backup shows
/// one moment. `progress` hears how many rows were written.
pub async fn write(
    db: &Db,
    path: &Path,
    now_ms: i64,
    secret_key: Option<&Secret>,
    mut progress: impl FnMut(u64),
) -> anyhow::Result<Manifest> {
    let pending = migrate::pending(db).await?;
    ensure!(
        pending.is_empty(),
        "the database has an older schema than this program: run `gatepost migrate` first"
    );
    let mut writer = Writer::create(path)?;
    let mut rows = 0;
    tables::dump(db, |table, row| {
        rows += 1;
        progress(rows);
        writer.row(table, row)
    })
    .await?;
    if let Some(secret) = secret_key {
        writer.file(KEY, secret.reveal().as_bytes())?;
    }
    writer.finish(migrate::version(db).await?, db, now_ms)
}

/// What a restore has done.
#[derive(Debug)]
pub struct Restored {
    /// The backup's own description.
    pub manifest: Manifest,
    /// The secret key that was in it.
    pub secret_key: Option<Secret>,
    /// Mails that were waiting and are kept back now, since they may have been sent after the backup was made.
    pub kept_mails: u64,
}

/// Whether a restore may replace what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// A database that somebody has used is left alone.
    Keep,
    /// Everything in the database is deleted first.
    Replace,
}

/// Replaces everything in `db`, which must have the current schema, by the backup at `path`. Checksums are verified
/// before the first row is touched; then all happens in one transaction.
pub async fn restore(
    db: &Db,
    path: &Path,
    existing: Existing,
    progress: impl FnMut(u64),
) -> anyhow::Result<Restored> {
    let manifest = archive::verify(path)?;
    let schema = migrate::version(db).await?;
    if manifest.schema_version != schema {
        bail!(
            "the backup has schema {}, this program has {schema}: restore it with Gatepost {}, then upgrade",
            manifest.schema_version,
            manifest.gatepost
        );
    }
    if existing == Existing::Keep && tables::is_in_use(db).await? {
        bail!("the database is not empty: --force deletes what is in it first");
    }
    let secret_key = archive::read_file(path, KEY)?
        .map(String::from_utf8)
        .transpose()
        .context("read the secret key of the backup")?
        .map(Secret);
    let mut archive = Reader::open(path)?;
    let kept_mails = tables::load(db, archive.batches(progress)?).await?;
    Ok(Restored {
        manifest,
        secret_key,
        kept_mails,
    })
}
