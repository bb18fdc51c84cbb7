//! Mail as files: `ID.eml`, readable by the owner of the process only, complete or not there at all.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use lettre::Message;

use super::Failure;
use crate::config::data_dir;
use crate::ids::MailId;

/// A folder of mails.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder at `path`; it is made when the first mail comes.
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) async fn deliver(&self, id: &MailId, message: &Message) -> Result<(), Failure> {
        let folder = self.0.clone();
        let name = id.to_string();
        let bytes = message.formatted();
        tokio::task::spawn_blocking(move || write(&folder, &name, &bytes))
            .await
            .context("write a mail")
            .flatten()
            .map_err(|error| Failure::Transient(format!("{error:#}")))
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    data_dir::create(folder)?;
    let draft = folder.join(format!("{name}.tmp"));
    let context = || format!("write {}", draft.display());
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)
        .with_context(context)?;
    file.write_all(bytes).with_context(context)?;
    file.sync_data().with_context(context)?;
    std::fs::rename(&draft, folder.join(format!("{name}.eml"))).with_context(context)
}
