//! External checks: services that a site asks about its posts, over HTTP. What one is, who changes it, and what its answer
//! leads to. They are asked as tasks of the workflow (docs/checks.md); `crate::checks` sends the requests. Knows nothing of
//! HTTP.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::asl::Event;
use crate::auth::keyring::{Keyring, Purpose};
use crate::ids::SiteId;
use crate::moderation::flow::Passage;
use crate::moderation::functions::EXTERNAL_CHECKS;
use crate::moderation::rows::{AuditRow, Change, CheckRequestRow};
use crate::moderation::rules::{Action, FieldError, Flaw, Hit, Verdict};
use crate::moderation::site::is_slug;
use crate::moderation::{CHECKING_WORKFLOW, DEFAULT_WORKFLOW, Moderation};
use crate::store::ledger::{Key, Loaded, Scope};
use crate::store::{checks, workflows};
use crate::text_enum;

mod answer;
mod health;

pub use answer::{Asked, read_hits};
pub(crate) use health::RESTS_AFTER;
pub use health::{Health, Standing, rest_ms};

/// The shortest and the longest time that a check can be given, in milliseconds.
pub const TIMEOUT_MS: std::ops::RangeInclusive<i64> = 100..=30_000;
/// The most checks of a site: they are asked one after the other.
pub const CHECKS_MAX: usize = 10;
const URL_MAX_BYTES: usize = 1_000;

text_enum! {
    /// What becomes of a post when a check cannot be asked.
    OnFailure {
        /// Somebody has to decide.
        Hold = "hold",
        /// It goes on as if the check had found nothing.
        Pass = "pass",
    }
}

/// What an owner says about a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckDraft {
    /// Where it answers.
    pub url: String,
    /// How long it may take, in milliseconds.
    pub timeout_ms: i64,
    /// What becomes of a post when it does not answer.
    pub on_failure: OnFailure,
    /// What a hit leads to, where the site has no outcome for its category or severity.
    pub action: Action,
    /// The severity of hits that tell none.
    pub severity: i64,
    /// Hits with a lower score, in hundredths, are only noted.
    pub score_percent: i64,
    /// Whether it is asked at all.
    pub enabled: bool,
}

impl Default for CheckDraft {
    fn default() -> Self {
        Self {
            url: String::new(),
            timeout_ms: 5_000,
            on_failure: OnFailure::Hold,
            action: Action::Hold,
            severity: 2,
            score_percent: 50,
            enabled: true,
        }
    }
}

impl CheckDraft {
    /// All that is wrong with it but its URL, which whoever asks it judges.
    fn validate(&self, name: &str) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut refuse = |field, is_wrong: bool, flaw: Flaw| {
            if is_wrong {
                errors.push(FieldError { field, flaw });
            }
        };
        refuse("name", !is_slug(name), Flaw::new("flaw-check-name"));
        refuse(
            "url",
            self.url.len() > URL_MAX_BYTES,
            Flaw::new("flaw-long").with("most", URL_MAX_BYTES),
        );
        refuse(
            "timeout_ms",
            !TIMEOUT_MS.contains(&self.timeout_ms),
            Flaw::new("flaw-milliseconds")
                .with("from", *TIMEOUT_MS.start())
                .with("to", *TIMEOUT_MS.end()),
        );
        refuse(
            "action",
            !matches!(self.action, Action::Hold | Action::Reject | Action::Shadow),
            Flaw::new("flaw-one-of").with("names", "hold, reject, shadow"),
        );
        refuse(
            "severity",
            !(1..=4).contains(&self.severity),
            Flaw::new("flaw-severity"),
        );
        refuse(
            "score_percent",
            !(0..=100).contains(&self.score_percent),
            Flaw::new("flaw-range")
                .with("from", 0_i64)
                .with("to", 100_i64),
        );
        errors
    }
}

const FAILED: &str = "The check “";
const FAILED_HOW: &str = "” ";

/// A check of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalCheck {
    /// The site.
    pub site_id: SiteId,
    /// What it is called, unique within the site.
    pub name: String,
    /// What its secret is derived from.
    pub secret_id: String,
    /// What the owners say about it.
    pub draft: CheckDraft,
    /// When it was added.
    pub created_at_ms: i64,
    /// When it last failed, and how.
    pub failed: Option<(i64, String)>,
    /// Whether it is reached.
    pub health: Health,
}

/// That a check has failed, as it is stored and told to programs; `failure` says how.
pub fn failed(check: &str, failure: impl fmt::Display) -> String {
    format!("{FAILED}{check}{FAILED_HOW}{failure}")
}

/// The check and the failure of what [`failed`] made.
pub(super) fn read_failed(stored: &str) -> Option<(&str, &str)> {
    stored.strip_prefix(FAILED)?.split_once(FAILED_HOW)
}

impl ExternalCheck {
    /// The key that requests to it are signed with.
    pub fn secret(&self, keyring: &Keyring) -> [u8; 32] {
        let site = self.site_id.0.to_be_bytes();
        keyring.mac(
            Purpose::CheckSecret,
            &[&site, self.name.as_bytes(), self.secret_id.as_bytes()],
        )
    }

    /// The key as its owner gets it, in the form of Standard Webhooks.
    pub fn secret_text(&self, keyring: &Keyring) -> String {
        format!("whsec_{}", STANDARD.encode(self.secret(keyring)))
    }

    /// What stands in the place of a rule's id in its hits.
    pub fn rule(&self) -> String {
        rule_of(&self.name)
    }
}

fn rule_of(check: &str) -> String {
    format!("check:{check}")
}

/// Whether the definition asks the checks.
pub fn is_asked_by(definition: &str) -> bool {
    definition.contains(EXTERNAL_CHECKS)
}

/// A check as it is since a change.
#[derive(Debug, Clone)]
pub struct PutCheck {
    /// The check.
    pub check: ExternalCheck,
    /// Whether its secret is new: then it is to be shown, this once.
    pub is_secret_new: bool,
}

impl Moderation {
    /// Adds a check, or says something else about one that there is; with `renew` under a new secret. The site's workflow
    /// asks checks from then on, if it is one of ours.
    pub async fn put_check(
        &self,
        site_id: SiteId,
        name: &str,
        draft: CheckDraft,
        renew: bool,
        by: &str,
    ) -> anyhow::Result<Result<PutCheck, Vec<FieldError>>> {
        let known = checks::list(&self.db, site_id).await?;
        let before = known.iter().find(|check| check.name == name);
        let mut errors = draft.validate(name);
        if before.is_none() && known.len() >= CHECKS_MAX {
            errors.push(FieldError {
                field: "name",
                flaw: Flaw::new("flaw-checks-many").with("most", CHECKS_MAX),
            });
        }
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        let now_ms = self.tools.clock.now_ms();
        let is_secret_new = renew || before.is_none();
        let fresh = || self.tools.ids.next::<crate::ids::KeyId>(now_ms).to_string();
        let check = ExternalCheck {
            site_id,
            name: name.to_owned(),
            secret_id: match before {
                Some(before) if !is_secret_new => before.secret_id.clone(),
                _ => fresh(),
            },
            created_at_ms: before.map_or(now_ms, |before| before.created_at_ms),
            failed: before.and_then(|before| before.failed.clone()),
            health: Health::default(),
            draft,
        };
        let action = match before {
            None => "check.added",
            Some(_) if renew => "check.secret_renewed",
            Some(_) => "check.changed",
        };
        let line = self.check_line(site_id, name, action, by, &json!(check.draft));
        checks::put(&self.db, &check, &line).await?;
        self.in_force.forget(site_id);
        self.fit_workflow(site_id, by).await?;
        Ok(Ok(PutCheck {
            check,
            is_secret_new,
        }))
    }

    /// Takes a check away; answers whether there was one. Posts that wait for it go on without it.
    pub async fn remove_check(
        &self,
        site_id: SiteId,
        name: &str,
        by: &str,
    ) -> anyhow::Result<bool> {
        let line = self.check_line(site_id, name, "check.removed", by, &json!({}));
        let removed = checks::remove(&self.db, site_id, name, &line).await?;
        self.in_force.forget(site_id);
        self.fit_workflow(site_id, by).await?;
        Ok(removed)
    }

    fn check_line(
        &self,
        site_id: SiteId,
        name: &str,
        action: &str,
        by: &str,
        details: &Value,
    ) -> AuditRow {
        let now_ms = self.tools.clock.now_ms();
        AuditRow {
            site_id,
            id: self.tools.ids.next(now_ms),
            at_ms: now_ms,
            actor: by.to_owned(),
            action: action.to_owned(),
            subject: format!("check:{name}"),
            details: details.to_string(),
        }
    }

    /// Puts the one of our definitions in force that fits: with checks in it where there are some. A definition of the
    /// site's own stays what it is.
    async fn fit_workflow(&self, site_id: SiteId, by: &str) -> anyhow::Result<()> {
        let Some(in_force) = self.in_force.load(site_id).await? else {
            return Ok(());
        };
        let version = in_force.site.workflow_version;
        let Some(workflow) = workflows::find(&self.db, site_id, version).await? else {
            return Ok(());
        };
        let (from, to) = match in_force.asked_checks().next().is_some() {
            true => (DEFAULT_WORKFLOW, CHECKING_WORKFLOW),
            false => (CHECKING_WORKFLOW, DEFAULT_WORKFLOW),
        };
        let is_same = |left: &str, right: &str| {
            let read = |text: &str| serde_json::from_str::<Value>(text).ok();
            read(left) == read(right)
        };
        if is_same(&workflow.definition, from) {
            let set = self.set_workflow(site_id, to, by).await?;
            set.map_err(|problems| {
                anyhow::anyhow!("our own definition is not valid: {problems:?}")
            })?;
        }
        Ok(())
    }

    /// Tells the execution that asked what its check says. Whoever is first is heard; afterwards nobody asks any more.
    pub(crate) async fn answer_check(
        &self,
        request: &CheckRequestRow,
        answer: CheckAnswer,
    ) -> anyhow::Result<()> {
        let site_id = request.site_id;
        let Some(in_force) = self.in_force.load(site_id).await? else {
            return Ok(());
        };
        let tools = self.tools.clone();
        let request = request.clone();
        let scope = Scope {
            site_id,
            key: Key::Execution(request.execution_id.clone()),
            idempotency: None,
        };
        let result = self
            .ledger
            .transact(scope, move |loaded: Loaded| {
                let answered = (site_id, request.task_id.clone());
                let mut change = Change::default();
                change.answered_checks.push(answered.clone());
                let Some(subject) = loaded.subject else {
                    return (change, Ok(()));
                };
                let (event, hits) = answer.event(&request);
                let rule = rule_of(&request.check_name);
                match Passage::answer_check(&tools, &in_force, subject, event, &rule, hits) {
                    Ok(Ok(passage)) => {
                        let mut change = passage.into_change();
                        change.answered_checks.push(answered);
                        (change, Ok(()))
                    }
                    // It was answered, or its time was over, in the meantime.
                    Ok(Err(_)) => (change, Ok(())),
                    Err(error) => (Change::default(), Err(error)),
                }
            })
            .await?;
        self.mail_bell.notify_one();
        // The next check may be asked now.
        self.check_bell.notify_one();
        result
    }
}

/// What a check said, or why it did not.
#[derive(Debug, Clone)]
pub(crate) enum CheckAnswer {
    /// So many hits, none included.
    Hits(Vec<Hit>),
    /// It failed.
    Failed {
        /// The error's name, for Retry and Catch.
        error: &'static str,
        /// In words.
        cause: String,
    },
}

impl CheckAnswer {
    fn event(&self, request: &CheckRequestRow) -> (Event, Vec<Hit>) {
        let task = request.task_id.to_string();
        match self {
            Self::Hits(hits) => {
                let output = json!({
                    "check": request.check_name,
                    "verdict": Verdict::of(hits),
                    "hits": hits.iter().map(|hit| json!({
                        "category": hit.category, "severity": hit.severity, "action": hit.action,
                    })).collect::<Vec<_>>(),
                });
                (Event::TaskSucceeded { task, output }, hits.clone())
            }
            Self::Failed { error, cause } => {
                let event = Event::TaskFailed {
                    task,
                    error: Some((*error).to_owned()),
                    cause: Some(cause.clone()),
                };
                (event, Vec::new())
            }
        }
    }
}
