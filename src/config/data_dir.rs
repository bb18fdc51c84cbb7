//! The directory of an instance: made with mode 0700, locked against a second process, holding the secret key. Does not
//! open the database.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::settings::secret_key as checked_key;
use super::{Config, Secret};
use crate::ids::Ids;

/// Held for as long as this process owns the data directory; the operating system frees it when the process ends,
/// however it ends.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the open file is the lock")] File);

/// Makes the directory if it is missing.
pub fn create(data_dir: &Path) -> anyhow::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data_dir)
        .with_context(|| format!("make the data directory {}", data_dir.display()))
}

/// Makes the directory and refuses to share it with another process that serves from it.
pub fn lock(data_dir: &Path) -> anyhow::Result<Lock> {
    create(data_dir)?;
    let path = data_dir.join("gatepost.lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => bail!(
            "another gatepost serves from {}: stop it, or give this one a directory of its own with --data-dir",
            data_dir.display()
        ),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("lock {}", path.display()))
        }
    }
}

/// Where the secret key is kept when the configuration gives none.
pub fn key_path(data_dir: &Path) -> PathBuf {
    data_dir.join("secret.key")
}

/// The secret key: the one that is configured, else the one in the data directory, which is made at the first start. On
/// PostgreSQL a fresh key comes with a warning, since other replicas would make one of their own.
pub fn secret_key(config: &Config, ids: &Ids) -> anyhow::Result<Secret> {
    match find_secret_key(config)? {
        Some(secret) => Ok(secret),
        None => make_secret_key(config, ids),
    }
}

/// The secret key if there is one already.
pub fn find_secret_key(config: &Config) -> anyhow::Result<Option<Secret>> {
    if let Some(secret) = &config.secret_key {
        return Ok(Some(secret.clone()));
    }
    let path = key_path(&config.data_dir);
    match fs::read_to_string(&path) {
        Ok(text) => match checked_key(text.trim_end_matches(['\r', '\n'])) {
            Ok(secret) => Ok(Some(secret)),
            Err(reason) => bail!("the key in {}: {reason}", path.display()),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("read {}", path.display())),
    }
}

/// Keeps `secret` in the data directory; never over another one.
pub fn write_secret_key(data_dir: &Path, secret: &Secret) -> anyhow::Result<()> {
    create(data_dir)?;
    let path = key_path(data_dir);
    let write = || {
        let mut file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&path)?;
        writeln!(file, "{}", secret.reveal())?;
        file.sync_all()
    };
    write().with_context(|| format!("write {}", path.display()))
}

fn make_secret_key(config: &Config, ids: &Ids) -> anyhow::Result<Secret> {
    let secret = Secret(URL_SAFE_NO_PAD.encode(ids.bytes::<32>()));
    write_secret_key(&config.data_dir, &secret)?;
    if config.is_postgres() {
        tracing::warn!(
            "made a secret key in {}: before a second replica starts, give all of them this key as GATEPOST_SECRET_KEY",
            key_path(&config.data_dir).display()
        );
    }
    Ok(secret)
}
