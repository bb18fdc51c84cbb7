//! Asking external checks. The workflow parks its tasks as rows of `check_requests`; the worker here claims them, asks each
//! check over HTTP outside of any transaction, and answers the task. What a worker that died had claimed is asked again,
//! under the same id, once its lease is over; the task is answered once. Knows nothing of pages, nor of what hits lead to.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::json;
use tokio::task::JoinSet;
use url::Url;

use crate::auth::keyring::Keyring;
use crate::clock::{Clock, rfc3339};
use crate::config::Config;
use crate::ids::{SiteId, TaskId};
use crate::locale::Locale;
use crate::moderation::Moderation;
use crate::moderation::external::{
    self, Asked, CheckAnswer, CheckDraft, ExternalCheck, Health, Standing, read_hits,
};
use crate::moderation::in_force::InForce;
use crate::moderation::rows::CheckRequestRow;
use crate::moderation::rules::{Flaw, Hit};
use crate::moderation::wording;
use crate::outbox::Outcome;
use crate::store::checks::{self, CheckSubject, FailureNote};

mod client;
mod guard;
pub mod images;
mod places;

pub use client::Failure;
use client::{Client, Question};
pub(crate) use guard::NOT_PUBLIC;
pub use guard::{Guard, Refused};
use places::Places;

/// How long a claim holds: longer than the slowest check may take.
const LEASE_MS: i64 = 60 * 1000;
/// While some are under way and there is place, those of other replicas and those whose time has come are looked for so
/// often; what this one makes rings.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How much longer than its timeout a check that is tried out is left alone by others.
const TRIAL_MARGIN_MS: i64 = 1000;

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
    pub fn check_url(&self, url: &str) -> Result<Url, Flaw> {
        self.client.guard.check_url(url)
    }

    /// Asks all that is due, and what becomes due meanwhile.
    pub async fn run_once(&self) -> anyhow::Result<Outcome> {
        // Each in a task of its own: one that holds the database must go on while others are claimed.
        let mut under_way = JoinSet::new();
        let mut places = Places::default();
        let mut asked = 0;
        loop {
            asked += self.fill(&mut places, &mut under_way).await?;
            let has_place = places.free() > 0;
            tokio::select! {
                done = under_way.join_next() => if done.is_none() {
                    return Ok(Outcome::of(asked));
                },
                () = self.moderation.check_bell.notified(), if has_place => {}
                () = tokio::time::sleep(LOOK_AGAIN), if has_place => {}
            }
        }
    }

    /// Claims what is due as far as there are places, and begins to ask; answers how many.
    async fn fill(
        &self,
        places: &mut Places,
        under_way: &mut JoinSet<()>,
    ) -> anyhow::Result<usize> {
        let (now_ms, db) = (self.clock.now_ms(), &self.moderation.db);
        let mut begun = 0;
        if places.free() == 0 {
            return Ok(begun);
        }
        for site in places.in_turn(checks::due_sites(db, now_ms).await?) {
            let free = places.free_for(site);
            if free == 0 {
                continue;
            }
            for request in checks::claim(db, site, now_ms, now_ms + LEASE_MS, free).await? {
                let place = places.take(site);
                let checks = self.clone();
                under_way.spawn(async move {
                    checks.carry(request).await;
                    drop(place);
                });
                begun += 1;
            }
        }
        Ok(begun)
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
        let answer = match self.ask_if_up(&in_force, check, request, &subject).await? {
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
                CheckAnswer::Failed {
                    error: failure.name(),
                    cause,
                }
            }
        };
        self.moderation.answer_check(request, answer).await
    }

    /// Asks a check that is reached, or whose rest is over; one that rests fails at once. What came of it is kept.
    async fn ask_if_up(
        &self,
        in_force: &InForce,
        check: &ExternalCheck,
        request: &CheckRequestRow,
        subject: &CheckSubject,
    ) -> anyhow::Result<Result<Vec<Hit>, Failure>> {
        let (site, db, now_ms) = (request.site_id, &self.moderation.db, self.clock.now_ms());
        // What is in force says how it is to be asked, but not how it went a moment ago.
        let known = checks::find(db, site, &check.name).await?;
        let health = known.map_or_else(Health::default, |known| known.health);
        let standing = health.at(now_ms);
        let may_ask = match standing {
            Standing::Asked => true,
            Standing::Resting { .. } => false,
            Standing::OnTrial => {
                let until_ms = now_ms + check.draft.timeout_ms + TRIAL_MARGIN_MS;
                let seen_ms = health.rest_until_ms;
                checks::take_trial(db, site, &check.name, seen_ms, until_ms).await?
            }
        };
        if !may_ask {
            return Ok(Err(Failure::Resting(health.failures)));
        }
        let answer = self.ask(in_force, check, request, subject).await;
        if let Err(failure) = &answer {
            let note = FailureNote {
                site,
                check: &check.name,
                at_ms: self.clock.now_ms(),
                failure: &cause(check, failure, request.attempt),
                is_down: failure.is_down(),
                is_trial: standing == Standing::OnTrial,
            };
            checks::note_failure(db, &note).await?;
        }
        self.note_answer(site, &check.name, health, &answer).await?;
        Ok(answer)
    }

    /// Whatever a check that failed now answers, it is asked again.
    async fn note_answer(
        &self,
        site: SiteId,
        check: &str,
        health: Health,
        answer: &Result<Vec<Hit>, Failure>,
    ) -> anyhow::Result<()> {
        let is_down = answer.as_ref().is_err_and(Failure::is_down);
        match health.failures > 0 && !is_down {
            true => checks::end_rest(&self.moderation.db, site, check).await,
            false => Ok(()),
        }
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

    /// Asks a check about a text that is no post, for its owner to see what it says. One that is left alone is asked too,
    /// and is asked about posts again once it answers.
    pub async fn try_out(
        &self,
        check: &ExternalCheck,
        title: &str,
        body: &str,
    ) -> anyhow::Result<Result<Vec<Hit>, Failure>> {
        let now_ms = self.clock.now_ms();
        let in_force = self.moderation.in_force.load(check.site_id).await?;
        let in_force = in_force.context("the site has just gone")?;
        let asked = Asked {
            title: title.to_owned(),
            body: body.to_owned(),
            rule_set_version: in_force.site.rule_set_version,
        };
        let about = About {
            kind: "post.try",
            at_ms: now_ms,
            post: None,
        };
        let id: TaskId = self.moderation.tools.ids.next(now_ms);
        let answer = self
            .ask_about(&in_force, check, id.to_string(), &about, &asked)
            .await;
        self.note_answer(check.site_id, &check.name, check.health, &answer)
            .await?;
        Ok(answer)
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
            url: (self.check_url(url))
                .map_err(|flaw| Failure::Refused(wording::flaw(Locale::En, &flaw)))?,
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
    external::failed(&check.name, format!("{failure}{attempts}"))
}
