//! The ways a mail leaves the house: to an SMTP server, into a folder where none is set, into memory in tests. They know
//! messages, not what they are about.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use lettre::Message;

use crate::config::Config;
use crate::ids::MailId;

mod folder;
pub mod smtp;

pub use folder::Folder;
pub use smtp::Smtp;

/// Why a mail was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It may be taken later.
    Transient(String),
    /// It never will be.
    Permanent(String),
}

/// A way out.
pub enum Transport {
    /// An SMTP server.
    Smtp(Smtp),
    /// A folder of `.eml` files.
    Folder(Folder),
    /// A list in memory.
    Memory(Memory),
}

/// Mails in memory; clones share the list.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Mutex<Vec<Vec<u8>>>>);

impl Memory {
    /// All mails so far, as they would have been sent, oldest first.
    pub fn mails(&self) -> Vec<Vec<u8>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Transport {
    /// What `config` asks for.
    pub fn of(config: &Config) -> anyhow::Result<Self> {
        Ok(match &config.smtp_url {
            Some(url) => Self::Smtp(
                Smtp::new(url.reveal(), config.smtp_ca.as_deref()).map_err(anyhow::Error::msg)?,
            ),
            None => Self::Folder(Folder::new(config.data_dir.join("mail"))),
        })
    }

    /// Hands over `message`. When this returns `Ok`, the other side has taken responsibility for it.
    pub(crate) async fn deliver(&self, id: &MailId, message: &Message) -> Result<(), Failure> {
        match self {
            Self::Smtp(smtp) => smtp.deliver(message).await,
            Self::Folder(folder) => folder.deliver(id, message).await,
            Self::Memory(Memory(mails)) => {
                mails
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(message.formatted());
                Ok(())
            }
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Smtp(smtp) => write!(f, "mail goes to {}", smtp.host()),
            Self::Folder(_) => f.write_str("no SMTP configured: mail is kept in files"),
            Self::Memory(_) => f.write_str("mail is kept in memory"),
        }
    }
}
