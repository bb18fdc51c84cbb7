//! Changes of a site's rule set: one rule at a time, or a list of which those that the site has already are left out. A
//! new set is only put in force if all of it can be compiled.

use std::collections::HashSet;

use crate::ids::{AuditId, RuleId, SiteId};
use crate::moderation::Moderation;
use crate::moderation::rules::{FieldError, Matcher, Rule, RuleDraft, RuleProblem};
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

/// Why one rule was not changed. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleRefused {
    /// The rule set in force has no such rule.
    Unknown,
    /// Fields break their rules.
    Invalid(Vec<FieldError>),
    /// Another rule says the same.
    Known(String),
    /// With it, the rule set cannot be compiled.
    Uncompilable(Uncompilable),
}

impl Moderation {
    /// Adds one rule; answers its id.
    pub async fn add_rule(
        &self,
        site_id: SiteId,
        draft: RuleDraft,
        created_by: &str,
    ) -> anyhow::Result<Result<String, RuleRefused>> {
        let id: RuleId = self.tools.ids.next(self.tools.clock.now_ms());
        let id = id.to_string();
        let rule = Rule {
            id: id.clone(),
            draft,
        };
        let all = rules::list_in_force(&self.db, site_id).await?;
        let comment = format!("added {}", rule.draft.pattern);
        let saved = self
            .put_rule(site_id, all, rule, comment, created_by)
            .await?;
        Ok(saved.map(|()| id))
    }

    /// Changes what a rule says.
    pub async fn change_rule(
        &self,
        site_id: SiteId,
        rule: Rule,
        created_by: &str,
    ) -> anyhow::Result<Result<(), RuleRefused>> {
        let mut all = rules::list_in_force(&self.db, site_id).await?;
        let Some(place) = all.iter().position(|known| known.id == rule.id) else {
            return Ok(Err(RuleRefused::Unknown));
        };
        if all.remove(place) == rule {
            return Ok(Ok(()));
        }
        let comment = format!("changed {}", rule.draft.pattern);
        self.put_rule(site_id, all, rule, comment, created_by).await
    }

    /// Takes a rule out of the set; answers what it was.
    pub async fn remove_rule(
        &self,
        site_id: SiteId,
        id: &str,
        created_by: &str,
    ) -> anyhow::Result<Result<Rule, RuleRefused>> {
        let Some(rule) = rules::find(&self.db, site_id, id).await? else {
            return Ok(Err(RuleRefused::Unknown));
        };
        let change = RuleSetChange {
            remove: vec![rule.id.clone()],
            comment: format!("removed {}", rule.draft.pattern),
            ..RuleSetChange::default()
        };
        self.apply(site_id, change, created_by).await?;
        Ok(Ok(rule))
    }

    /// Puts `rule` beside all the `others` in force.
    async fn put_rule(
        &self,
        site_id: SiteId,
        others: Vec<Rule>,
        rule: Rule,
        comment: String,
        created_by: &str,
    ) -> anyhow::Result<Result<(), RuleRefused>> {
        if let Err(errors) = rule.draft.validate() {
            return Ok(Err(RuleRefused::Invalid(errors)));
        }
        let identity = rule.draft.identity();
        if let Some(same) = others
            .iter()
            .find(|other| other.draft.identity() == identity)
        {
            return Ok(Err(RuleRefused::Known(same.id.clone())));
        }
        let mut all = others;
        all.push(rule.clone());
        if let Err(problems) = compile(all).await? {
            return Ok(Err(RuleRefused::Uncompilable(problems)));
        }
        let change = RuleSetChange {
            put: vec![rule],
            comment,
            ..RuleSetChange::default()
        };
        self.apply(site_id, change, created_by).await?;
        Ok(Ok(()))
    }

    async fn apply(
        &self,
        site_id: SiteId,
        mut change: RuleSetChange,
        created_by: &str,
    ) -> anyhow::Result<i64> {
        let now_ms = self.tools.clock.now_ms();
        change.audit_id = Some(self.tools.ids.next::<AuditId>(now_ms));
        let version = rules::apply(&self.db, site_id, &change, created_by, now_ms).await?;
        self.in_force.forget(site_id);
        Ok(version)
    }

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
        let mut all = match compile(all).await? {
            Ok(all) => all,
            Err(problems) => return Ok(Err(problems)),
        };
        let put = all.split_off(existing);
        Ok(Ok(Addition {
            site_id,
            known: drafted - put.len(),
            change: RuleSetChange {
                put,
                remove: Vec::new(),
                comment: comment.to_owned(),
                audit_id: Some(self.tools.ids.next(now_ms)),
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

/// The same rules, if they can be compiled together.
async fn compile(rules: Vec<Rule>) -> anyhow::Result<Result<Vec<Rule>, Uncompilable>> {
    Ok(
        tokio::task::spawn_blocking(move || match Matcher::build(0, &rules) {
            Ok(_) => Ok(rules),
            Err(problems) => Err(Uncompilable(problems)),
        })
        .await?,
    )
}
