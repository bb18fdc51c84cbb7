//! What is in force at a site at this moment: its settings, its workflow, its rules, compiled. Kept by every process and
//! checked against the site's versions, so that a change is seen by all replicas within a second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;

use crate::asl::Definition;
use crate::clock::Clock;
use crate::engine::definitions::Definitions;
use crate::ids::SiteId;
use crate::moderation::rules::{Checked, Matcher, Rule, Verdict};
use crate::moderation::site::{self, Site};
use crate::store::{Db, rules, workflows};

/// How long a process may go by what it knows before it looks at the site's row again.
const MAX_AGE_MS: i64 = 1_000;

/// A site and what its posts go through.
#[derive(Debug)]
pub struct InForce {
    /// The site and its settings.
    pub site: Site,
    /// Its workflow.
    pub definition: Arc<Definition>,
    /// Its rules, or why they could not be compiled.
    matcher: Result<Arc<Matcher>, String>,
}

impl InForce {
    /// The rules in force; none where they could not be compiled.
    pub fn rules(&self) -> &[Rule] {
        self.matcher.as_ref().map_or(&[], |matcher| matcher.rules())
    }

    /// Why the rules could not be compiled, so that every post is held.
    pub fn problem(&self) -> Option<&str> {
        self.matcher.as_ref().err().map(String::as_str)
    }

    /// What the rules say of a text. Without working rules the verdict is to hold, with the problem in words.
    pub fn check(&self, title: &str, body: &str) -> Checked {
        match &self.matcher {
            Ok(matcher) => matcher.check(title, body),
            Err(problem) => Checked {
                verdict: Verdict::Hold,
                hits: Vec::new(),
                rule_set_version: self.site.rule_set_version,
                problem: Some(format!("the rules could not be loaded: {problem}")),
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
    known: Arc<Mutex<HashMap<SiteId, Known>>>,
}

#[derive(Clone)]
struct Known {
    in_force: Arc<InForce>,
    seen_at_ms: i64,
}

impl InForceCache {
    /// An empty cache over `db`.
    pub fn new(db: Db, clock: Arc<dyn Clock>, definitions: Definitions) -> Self {
        Self {
            db,
            clock,
            definitions,
            known: Arc::default(),
        }
    }

    /// What is in force at `site`; `None` if there is no such site.
    pub async fn load(&self, site: SiteId) -> anyhow::Result<Option<Arc<InForce>>> {
        let now_ms = self.clock.now_ms();
        let known = self.known().get(&site).cloned();
        if let Some(known) = &known
            && (0..MAX_AGE_MS).contains(&(now_ms - known.seen_at_ms))
        {
            return Ok(Some(known.in_force.clone()));
        }
        let Some(row) = site::find(&self.db, site).await? else {
            return Ok(None);
        };
        let in_force = match known {
            Some(known) if known.in_force.site == row => known.in_force,
            known => Arc::new(self.build(row, known.map(|known| known.in_force)).await?),
        };
        self.known().insert(
            site,
            Known {
                in_force: in_force.clone(),
                seen_at_ms: now_ms,
            },
        );
        Ok(Some(in_force))
    }

    /// Makes this process look again at once, after it changed the site itself.
    pub fn forget(&self, site: SiteId) {
        if let Some(known) = self.known().get_mut(&site) {
            known.seen_at_ms = i64::MIN / 2;
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<SiteId, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn build(&self, site: Site, before: Option<Arc<InForce>>) -> anyhow::Result<InForce> {
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
        let matcher = match before {
            Some(before)
                if before.site.rule_set_version == site.rule_set_version
                    && before.matcher.is_ok() =>
            {
                before.matcher.clone()
            }
            _ => self.compile(&site).await,
        };
        Ok(InForce {
            site,
            definition,
            matcher,
        })
    }

    async fn compile(&self, site: &Site) -> Result<Arc<Matcher>, String> {
        let version = site.rule_set_version;
        let rules = rules::list_in_force(&self.db, site.id)
            .await
            .map_err(|error| format!("{error:#}"))?;
        tokio::task::spawn_blocking(move || Matcher::build(version, &rules))
            .await
            .map_err(|error| error.to_string())?
            .map(Arc::new)
            .map_err(|problems| {
                problems
                    .iter()
                    .map(|problem| format!("rule {}: {}", problem.rule, problem.message))
                    .collect::<Vec<_>>()
                    .join("; ")
            })
    }
}
