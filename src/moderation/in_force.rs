//! What is in force at a site at this moment: its settings, its workflow, its rules, compiled. Kept by every process and
//! checked against the site's versions, so that a change is seen by all replicas within a second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;

use crate::asl::Definition;
use crate::clock::Clock;
use crate::engine::definitions::Definitions;
use crate::ids::SiteId;
use crate::locale::Locale;
use crate::moderation::external::ExternalCheck;
use crate::moderation::outcomes::Outcomes;
use crate::moderation::rules::{Author, Checked, Matcher, Rule, Verdict};
use crate::moderation::site::{self, Site};
use crate::moderation::wording;
use crate::store::{Db, checks, rule_versions, rules, workflows};

/// How the problem begins of what was checked without working rules.
pub(crate) const NOT_LOADED: &str = "the rules could not be loaded: ";

/// How long a process may go by what it knows before it looks at the site's row again.
const MAX_AGE_MS: i64 = 1_000;

/// A site and what its posts go through.
#[derive(Debug)]
pub struct InForce {
    /// The site and its settings.
    pub site: Site,
    /// Its workflow.
    pub definition: Arc<Definition>,
    /// What hits lead to.
    pub outcomes: Outcomes,
    /// Its external checks, in the order in which they are asked.
    pub checks: Vec<ExternalCheck>,
    /// Its rules, or why they could not be compiled.
    matcher: Result<Arc<Matcher>, String>,
}

impl InForce {
    /// The external checks that are switched on.
    pub fn asked_checks(&self) -> impl Iterator<Item = &ExternalCheck> {
        self.checks.iter().filter(|check| check.draft.enabled)
    }

    /// The rules in force; none where they could not be compiled.
    pub fn rules(&self) -> &[Rule] {
        self.matcher.as_ref().map_or(&[], |matcher| matcher.rules())
    }

    /// Why the rules could not be compiled, so that every post is held.
    pub fn problem(&self) -> Option<&str> {
        self.matcher.as_ref().err().map(String::as_str)
    }

    /// Whether the verdict on a post may depend on who wrote it.
    pub fn needs_author(&self) -> bool {
        self.matcher
            .as_ref()
            .is_ok_and(|matcher| matcher.needs_author())
    }

    /// What the rules say of a text by somebody of whom nothing is known, as of a new author.
    pub fn check(&self, title: &str, body: &str) -> Checked {
        self.check_by(title, body, &Author::default())
    }

    /// Whether rules find something in a word, wherever it stands.
    pub fn finds(&self, word: &str) -> bool {
        let found = self
            .matcher
            .as_ref()
            .map(|matcher| matcher.check_word(word));
        found.is_ok_and(|checked| !checked.hits.is_empty())
    }

    /// What the rules say of a text by `author`. Without working rules the verdict is to hold, with the problem in words.
    pub fn check_by(&self, title: &str, body: &str, author: &Author) -> Checked {
        match &self.matcher {
            Ok(matcher) => matcher.check_by(title, body, author),
            Err(problem) => Checked {
                verdict: Verdict::Hold,
                hits: Vec::new(),
                rule_set_version: self.site.rule_set_version,
                problem: Some(format!("{NOT_LOADED}{problem}")),
            },
        }
    }
}

/// The cache; clones share it.
#[derive(Clone)]
pub struct InForceCache {
    db: Db,
    clock: Arc<dyn Clock>,
    definitions: Definitions,
    slots: Arc<Mutex<HashMap<SiteId, Arc<Slot>>>>,
}

/// The place of one site in the cache.
#[derive(Default)]
struct Slot {
    /// Whoever looks at the database has this; the others wait for what is found, so that the rules of a busy site are
    /// read and compiled once.
    turn: tokio::sync::Mutex<()>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    in_force: Option<Arc<InForce>>,
    seen_at_ms: Option<i64>,
    /// A version of the rules that this process has just made, compiled.
    prepared: Option<(Outcomes, Arc<Matcher>)>,
    /// How often the site was to be forgotten: what was read before that is old from the beginning.
    forgotten: u64,
}

impl Slot {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fresh(&self, now_ms: i64) -> Option<Arc<InForce>> {
        let known = self.known();
        let age_ms = now_ms - known.seen_at_ms?;
        known
            .in_force
            .clone()
            .filter(|_| (0..MAX_AGE_MS).contains(&age_ms))
    }
}

impl InForceCache {
    /// An empty cache over `db`.
    pub fn new(db: Db, clock: Arc<dyn Clock>, definitions: Definitions) -> Self {
        Self {
            db,
            clock,
            definitions,
            slots: Arc::default(),
        }
    }

    /// What is in force at `site`; `None` if there is no such site.
    pub async fn load(&self, site: SiteId) -> anyhow::Result<Option<Arc<InForce>>> {
        let slot = self.slot(site);
        match slot.fresh(self.clock.now_ms()) {
            Some(in_force) => Ok(Some(in_force)),
            // Boxed, so that the future of every request is not as large as that of the few which look.
            None => Box::pin(self.look(site, &slot)).await,
        }
    }

    async fn look(&self, site: SiteId, slot: &Slot) -> anyhow::Result<Option<Arc<InForce>>> {
        let _turn = slot.turn.lock().await;
        let now_ms = self.clock.now_ms();
        if let Some(in_force) = slot.fresh(now_ms) {
            return Ok(Some(in_force));
        }
        let (before, prepared, forgotten) = {
            let mut known = slot.known();
            let prepared = known.prepared.take();
            (known.in_force.clone(), prepared, known.forgotten)
        };
        let Some(row) = site::find(&self.db, site).await? else {
            return Ok(None);
        };
        let in_force = match before {
            Some(before) if before.site == row => before,
            before => Arc::new(self.build(row, before, prepared).await?),
        };
        let mut known = slot.known();
        known.in_force = Some(in_force.clone());
        known.seen_at_ms = (known.forgotten == forgotten).then_some(now_ms);
        Ok(Some(in_force))
    }

    /// Hands over rules that are compiled already, for when their version is found to be the one in force.
    pub fn prepare(&self, site: SiteId, outcomes: Outcomes, matcher: Arc<Matcher>) {
        self.slot(site).known().prepared = Some((outcomes, matcher));
    }

    /// Makes this process look again at once, after it changed the site itself.
    pub fn forget(&self, site: SiteId) {
        let slot = self.slot(site);
        let mut known = slot.known();
        known.seen_at_ms = None;
        known.forgotten += 1;
    }

    fn slot(&self, site: SiteId) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.entry(site).or_default().clone()
    }

    async fn build(
        &self,
        site: Site,
        before: Option<Arc<InForce>>,
        prepared: Option<(Outcomes, Arc<Matcher>)>,
    ) -> anyhow::Result<InForce> {
        let definition = match self.definitions.find(site.id, site.workflow_version) {
            Some(definition) => definition,
            None => {
                let text = workflows::find(&self.db, site.id, site.workflow_version)
                    .await?
                    .with_context(|| format!("the workflow of site {} is missing", site.slug))?;
                self.definitions
                    .insert(site.id, site.workflow_version, &text.definition)?
            }
        };
        let prepared = prepared.filter(|(_, matcher)| matcher.version() == site.rule_set_version);
        let (outcomes, matcher) = match (prepared, before) {
            (Some((outcomes, matcher)), _) => (outcomes, Ok(matcher)),
            (None, Some(before))
                if before.site.rule_set_version == site.rule_set_version
                    && before.matcher.is_ok() =>
            {
                (before.outcomes.clone(), before.matcher.clone())
            }
            _ => {
                let version = site.rule_set_version;
                let outcomes = rule_versions::outcomes_of(&self.db, site.id, version).await?;
                let matcher = self.compile(&site, outcomes.clone()).await;
                (outcomes, matcher)
            }
        };
        let checks = match site.checks_version {
            0 => Vec::new(),
            _ => checks::list(&self.db, site.id).await?,
        };
        Ok(InForce {
            site,
            definition,
            outcomes,
            checks,
            matcher,
        })
    }

    async fn compile(&self, site: &Site, outcomes: Outcomes) -> Result<Arc<Matcher>, String> {
        let version = site.rule_set_version;
        let rules = rules::list_in_force(&self.db, site.id)
            .await
            .map_err(|error| format!("{error:#}"))?;
        tokio::task::spawn_blocking(move || Matcher::build(version, &outcomes.apply(rules)))
            .await
            .map_err(|error| error.to_string())?
            .map(Arc::new)
            .map_err(|problems| {
                problems
                    .iter()
                    .map(|problem| {
                        format!(
                            "rule {}: {}",
                            problem.rule,
                            wording::flaw(Locale::En, &problem.flaw)
                        )
                    })
                    .collect::<Vec<_>>()
                    .join("; ")
            })
    }
}
