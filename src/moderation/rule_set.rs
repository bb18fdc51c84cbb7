//! Adds rules to a site's rule set: those that it has already are left out, and the new set is only put in force if all
//! of it can be compiled.

use std::collections::HashSet;

use crate::ids::{RuleId, SiteId};
use crate::moderation::Moderation;
use crate::moderation::rules::{Matcher, Rule, RuleDraft, RuleProblem};
use crate::store::rules::{self, RuleSetChange};

/// What adding rules would do.
#[derive(Debug)]
pub struct Addition {
    site_id: SiteId,
    change: RuleSetChange,
    /// How many of the drafts the site has already.
    pub known: usize,
}

impl Addition {
    /// The rules that are new.
    pub fn rules(&self) -> &[Rule] {
        &self.change.put
    }
}

/// Why rules were not added: these cannot be compiled, or not together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncompilable(pub Vec<RuleProblem>);

impl Moderation {
    /// Compares `drafts` with the rules in force and compiles both together. Changes nothing.
    pub async fn plan_addition(
        &self,
        site_id: SiteId,
        drafts: Vec<RuleDraft>,
        comment: &str,
    ) -> anyhow::Result<Result<Addition, Uncompilable>> {
        let mut all = rules::list_in_force(&self.db, site_id).await?;
        let existing = all.len();
        let mut identities: HashSet<_> = all.iter().map(|rule| rule.draft.identity()).collect();
        let now_ms = self.tools.clock.now_ms();
        let drafted = drafts.len();
        for draft in drafts {
            if identities.insert(draft.identity()) {
                let id: RuleId = self.tools.ids.next(now_ms);
                all.push(Rule {
                    id: id.to_string(),
                    draft,
                });
            }
        }
        if let Err(problems) = Matcher::build(0, &all) {
            return Ok(Err(Uncompilable(problems)));
        }
        let put = all.split_off(existing);
        Ok(Ok(Addition {
            site_id,
            known: drafted - put.len(),
            change: RuleSetChange {
                put,
                remove: Vec::new(),
                comment: comment.to_owned(),
            },
        }))
    }

    /// Puts the site's next rule set in force; answers its version. Without new rules there is none.
    pub async fn add_rules(
        &self,
        addition: &Addition,
        created_by: &str,
    ) -> anyhow::Result<Option<i64>> {
        if addition.change.put.is_empty() {
            return Ok(None);
        }
        let now_ms = self.tools.clock.now_ms();
        let site_id = addition.site_id;
        let version = rules::apply(&self.db, site_id, &addition.change, created_by, now_ms).await?;
        self.in_force.forget(site_id);
        Ok(Some(version))
    }
}
