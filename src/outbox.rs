//! Sending mail. Use cases write rows into `outbox` in their own transactions; the worker here claims what is due, makes
//! the text from what the database then says, hands it to the transport outside of any transaction, and settles the row.
//! It may send a mail twice after a crash, with the same Message-ID, and never loses one. Knows nothing of HTTP.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;

use crate::auth::keyring::Keyring;
use crate::clock::Clock;
use crate::config::Config;
use crate::ids::{Ids, MailId, SiteId, UserId};
use crate::moderation::in_force::InForceCache;
use crate::moderation::rows::{MailKind, MailRow};
use crate::people::notice_kinds::NoticeKind;
use crate::store::outbox::{Fate, claim, settle};
use crate::store::{Db, outbox};

mod backoff;
mod digest;
mod letter;
pub mod not_sent;
pub mod notices;
pub(crate) mod render;
pub mod transport;

pub use transport::Transport;

use render::{Links, Rendering};
use transport::Failure;

/// Mails claimed in one go.
const BATCH: usize = 24;
/// Mails under way at once; also the connections to the SMTP server.
pub(crate) const CONCURRENCY: usize = 8;
/// How long a claim holds; the mails of a worker that died are another one's after this.
const LEASE_MS: i64 = 45 * 1000;
/// A mail that was not begun so long after its claim is put back, so that none is still under way when its lease ends.
const BEGIN_WITHIN_MS: i64 = 10 * 1000;
/// A server that takes longer than this to take one mail is tried again later.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(30);

/// What a worker found to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing.
    Idle,
    /// So many pieces of work.
    Worked(usize),
}

impl Outcome {
    /// `count` pieces of work.
    pub(crate) fn of(count: usize) -> Self {
        match count {
            0 => Self::Idle,
            count => Self::Worked(count),
        }
    }
}

/// The sender of mail. Cheap to clone; any number of replicas may run one on the same database.
#[derive(Clone)]
pub struct Outbox {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<Ids>,
    pub(crate) keyring: Keyring,
    pub(crate) config: Arc<Config>,
    pub(crate) in_force: InForceCache,
    pub(crate) transport: Arc<Transport>,
}

impl Outbox {
    /// The same, over another transport.
    pub fn with_transport(mut self, transport: Transport) -> Self {
        self.transport = Arc::new(transport);
        self
    }

    /// Makes a mail that was given up or kept back due again; says whether it was one.
    pub async fn send_again(&self, site_id: SiteId, id: &MailId) -> anyhow::Result<bool> {
        outbox::send_again(&self.db, site_id, id, self.clock.now_ms()).await
    }

    /// Where mail goes, in words.
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Sends one batch of what is due. When this returns, everything that was claimed is settled or, after an error,
    /// will be claimed again once its lease is over.
    pub async fn run_once(&self) -> anyhow::Result<Outcome> {
        let now_ms = self.clock.now_ms();
        let mails = claim(&self.db, now_ms, now_ms + LEASE_MS, BATCH as i64).await?;
        let count = mails.len();
        // Mails that are done are settled together while others are still under way.
        let mut settled = futures_util::stream::iter(mails)
            .map(|mail| async {
                let began_ms = self.clock.now_ms();
                let fate = if began_ms - now_ms > BEGIN_WITHIN_MS {
                    Fate::Later(began_ms, "put back: delivery is slow".to_owned())
                } else {
                    self.handle(&mail).await
                };
                (mail, fate)
            })
            .buffer_unordered(CONCURRENCY)
            .ready_chunks(BATCH);
        while let Some(settled) = settled.next().await {
            settle(&self.db, self.clock.now_ms(), &settled).await?;
        }
        Ok(Outcome::of(count))
    }

    /// A row for each of the people in the place of one for all of them.
    fn one_for_each(&self, mail: &MailRow, people: &[UserId]) -> Vec<MailRow> {
        let now_ms = self.clock.now_ms();
        people
            .iter()
            .map(|user_id| MailRow {
                id: self.ids.next(now_ms),
                user_id: Some(user_id.clone()),
                attempts: 0,
                lease_until_ms: 0,
                ..mail.clone()
            })
            .collect()
    }

    /// Makes the mail's text and delivers it; says what becomes of its row.
    async fn handle(&self, mail: &MailRow) -> Fate {
        let failure = match self.render(mail, Links::Working).await {
            Ok(Rendering::Letter(letter)) => match self.deliver(mail, &letter).await {
                Ok(()) => return Fate::Sent,
                Err(failure) => failure,
            },
            Ok(Rendering::Each(people)) => {
                return Fate::Replaced(self.one_for_each(mail, &people));
            }
            Ok(Rendering::Nothing(reason)) => return Fate::Skipped(reason.to_string()),
            Err(error) => {
                tracing::error!(mail = %mail.id, kind = %mail.kind, "make a mail: {error:#}");
                Failure::Transient("its text could not be made; the log says why".to_owned())
            }
        };
        let now_ms = self.clock.now_ms();
        match failure {
            Failure::Permanent(reason) => {
                tracing::warn!(mail = %mail.id, kind = %mail.kind, reason, "mail refused for good");
                Fate::Dead(reason)
            }
            Failure::Transient(reason) => {
                match backoff::next_try_ms(mail, now_ms, self.ids.random()) {
                    Some(due_at_ms) => Fate::Later(due_at_ms, reason),
                    None => {
                        tracing::warn!(mail = %mail.id, kind = %mail.kind, reason, "mail given up");
                        Fate::Dead(reason)
                    }
                }
            }
        }
    }

    async fn deliver(&self, mail: &MailRow, letter: &letter::Letter) -> Result<(), Failure> {
        let message_id = self.message_id(&mail.id);
        let message = letter
            .message(&self.config.mail_from, &message_id, mail.created_at_ms)
            .map_err(|error| Failure::Permanent(format!("{error:#}")))?;
        let delivery = self.transport.deliver(&mail.id, &message);
        tokio::time::timeout(DELIVERY_TIMEOUT, delivery)
            .await
            .unwrap_or_else(|_| {
                Err(Failure::Transient(
                    "the server did not answer in time".to_owned(),
                ))
            })
    }

    /// The same for every try, and never that of another mail.
    pub(crate) fn message_id(&self, id: &MailId) -> String {
        use crate::auth::keyring::Purpose;
        let name = self
            .keyring
            .mac_text(Purpose::MessageId, &[id.as_str().as_bytes()]);
        let domain = self.config.base_url.host_str().unwrap_or("localhost");
        format!("<{name}@{domain}>")
    }
}

/// Whether people can switch mails of this kind off; those about somebody's own account they cannot.
pub(crate) fn is_notice(kind: MailKind) -> bool {
    NoticeKind::of(kind).is_some()
}
