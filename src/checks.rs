//! Asking external checks. The workflow parks its tasks as rows of `check_requests`; the worker here claims them, asks each
//! check over HTTP outside of any transaction, and answers the task. What a worker that died had claimed is asked again,
//! under the same id, once its lease is over; the task is answered once. Knows nothing of pages, nor of what hits lead to.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;
use url::Url;

use crate::auth::keyring::Keyring;
use crate::clock::{Clock, rfc3339};
use crate::config::Config;
use crate::moderation::Moderation;
use crate::moderation::external::{Asked, CheckAnswer, CheckDraft, ExternalCheck, read_hits};
use crate::moderation::in_force::InForce;
use crate::moderation::rows::CheckRequestRow;
use crate::moderation::rules::Hit;
use crate::outbox::Outcome;
use crate::store::checks::{self, CheckSubject};

mod client;
mod guard;

pub use client::Failure;
use client::{Client, Question};
pub use guard::{Guard, Refused};

/// Requests under way at once in a process.
const CONCURRENCY: usize = 32;
/// How long a claim holds: longer than the slowest check may take.
const LEASE_MS: i64 = 60 * 1000;
/// While some are under way and there is place, those of other replicas and those whose time has come are looked for so
/// often; what this one makes rings.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Whoever asks. Cheap to clone; any number of replicas may ask on one database.
#[derive(Clone)]
pub struct Checks {
    moderation: Moderation,
    clock: Arc<dyn Clock>,
    keyring: Keyring,
    client: Client,
}

impl Checks {
    /// Nothing is connected yet.
    pub fn new(
        config: &Config,
        moderation: Moderation,
        clock: Arc<dyn Clock>,
        keyring: Keyring,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            moderation,
            clock,
            keyring,
            client: Client::new(Guard::new(config.checks_allow.clone()))?,
        })
    }

    /// The URL of a check as an owner wrote it, or why it cannot be one here.
    pub fn check_url(&self, url: &str) -> Result<Url, String> {
        self.client.guard.check_url(url)
    }

    /// Asks all that is due, and what becomes due meanwhile.
    pub async fn run_once(&self) -> anyhow::Result<Outcome> {
        // Each in a task of its own: one that holds the database must go on while others are claimed.
        let mut under_way = JoinSet::new();
        let mut asked = 0;
        loop {
            let now_ms = self.clock.now_ms();
            let free = CONCURRENCY - under_way.len();
            let db = &self.moderation.db;
            let claimed = match free {
                0 => Vec::new(),
                free => checks::claim(db, now_ms, now_ms + LEASE_MS, free).await?,
            };
            for request in claimed {
                asked += 1;
                let checks = self.clone();
                under_way.spawn(async move { checks.carry(request).await });
            }
            let has_place = under_way.len() < CONCURRENCY;
            tokio::select! {
                done = under_way.join_next() => if done.is_none() {
                    return Ok(Outcome::of(asked));
                },
                () = self.moderation.check_bell.notified(), if has_place => {}
                () = tokio::time::sleep(LOOK_AGAIN), if has_place => {}
            }
        }
    }

    /// Asks for one task and answers it. An error of ours leaves it to whoever claims it next.
    async fn carry(&self, request: CheckRequestRow) {
        if let Err(error) = self.try_carry(&request).await {
            tracing::error!(
                site = request.site_id.0,
                check = request.check_name,
                "a check was not asked: {error:#}"
            );
        }
    }

    async fn try_carry(&self, request: &CheckRequestRow) -> anyhow::Result<()> {
        let (site, db) = (request.site_id, &self.moderation.db);
        let in_force = self.moderation.in_force.load(site).await?;
        let subject = checks::find_subject(db, site, &request.execution_id).await?;
        let (Some(in_force), Some(subject)) = (in_force, subject) else {
            return checks::forget(db, site, &request.task_id).await;
        };
        if request.expires_at_ms <= self.clock.now_ms() {
            return checks::forget(db, site, &request.task_id).await;
        }
        let check = in_force
            .asked_checks()
            .find(|check| check.name == request.check_name);
        // Whoever switches a check off while posts wait for it does not want it asked.
        let Some(check) = check else {
            return self
                .moderation
                .answer_check(request, CheckAnswer::Hits(Vec::new()))
                .await;
        };
        let answer = match self.ask(&in_force, check, request, &subject).await {
            Ok(hits) => {
                tracing::debug!(
                    site = site.0,
                    check = check.name,
                    hits = hits.len(),
                    "a check answered"
                );
                CheckAnswer::Hits(hits)
            }
            Err(failure) => {
                let cause = cause(check, &failure, request.attempt);
                tracing::warn!(
                    site = site.0,
                    check = check.name,
                    error = failure.name(),
                    "{cause}"
                );
                checks::note_failure(db, request, self.clock.now_ms(), &cause).await?;
                CheckAnswer::Failed {
                    error: failure.name(),
                    cause,
                }
            }
        };
        self.moderation.answer_check(request, answer).await
    }

    async fn ask(
        &self,
        in_force: &InForce,
        check: &ExternalCheck,
        request: &CheckRequestRow,
        subject: &CheckSubject,
    ) -> Result<Vec<Hit>, Failure> {
        let about = About {
            kind: "post.check",
            at_ms: request.created_at_ms,
            post: Some(subject),
        };
        let asked = Asked {
            title: subject.title.clone(),
            body: subject.body.clone(),
            rule_set_version: subject.rule_set_version,
        };
        // The same for every attempt of the same run, so that the service can tell a repetition.
        let id = format!("{}-{}", request.execution_id, check.name);
        self.ask_about(in_force, check, id, &about, &asked).await
    }

    /// Asks a check about a text that is no post, for its owner to see what it says.
    pub async fn try_out(
        &self,
        in_force: &InForce,
        check: &ExternalCheck,
        id: &str,
        title: &str,
        body: &str,
    ) -> Result<Vec<Hit>, Failure> {
        let asked = Asked {
            title: title.to_owned(),
            body: body.to_owned(),
            rule_set_version: in_force.site.rule_set_version,
        };
        let about = About {
            kind: "post.try",
            at_ms: self.clock.now_ms(),
            post: None,
        };
        self.ask_about(in_force, check, id.to_owned(), &about, &asked)
            .await
    }

    async fn ask_about(
        &self,
        in_force: &InForce,
        check: &ExternalCheck,
        id: String,
        about: &About<'_>,
        asked: &Asked,
    ) -> Result<Vec<Hit>, Failure> {
        let body = about.question(&in_force.site.slug, &check.name, asked);
        let CheckDraft {
            url, timeout_ms, ..
        } = &check.draft;
        let question = Question {
            url: self.check_url(url).map_err(Failure::Refused)?,
            secret: check.secret(&self.keyring),
            id,
            now_ms: self.clock.now_ms(),
            timeout: Duration::from_millis(timeout_ms.unsigned_abs()),
            body,
        };
        let answer = self.client.ask(question).await?;
        read_hits(check, &in_force.outcomes, asked, &answer).map_err(Failure::BadAnswer)
    }
}

/// What a question is about, beside the text.
struct About<'a> {
    kind: &'static str,
    at_ms: i64,
    /// None where the text is no post.
    post: Option<&'a CheckSubject>,
}

impl About<'_> {
    fn question(&self, site: &str, check: &str, asked: &Asked) -> String {
        json!({
            "type": self.kind,
            "timestamp": rfc3339(self.at_ms),
            "data": {
                "site": site,
                "check": check,
                "post_id": self.post.map(|post| &post.post_id),
                "revision": self.post.map(|post| post.number),
                "author_id": self.post.map(|post| &post.author_id),
                "title": asked.title,
                "body": asked.body,
            },
        })
        .to_string()
    }
}

/// What the books and people read of a failure.
fn cause(check: &ExternalCheck, failure: &Failure, attempt: i64) -> String {
    let attempts = match attempt {
        ..=1 => String::new(),
        attempt => format!(", in {attempt} attempts"),
    };
    format!("The check “{}” {failure}{attempts}", check.name)
}
