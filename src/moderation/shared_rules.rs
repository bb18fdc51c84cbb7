//! Rules that several sites use. A site shares its rules; another takes them over into its own set, under the same ids, and
//! a worker takes over what is changed later. What the other site said differently of a rule stays as it said it: between
//! the version that was last taken over, theirs and its own, each field is merged by itself.

use std::collections::HashMap;

use serde_json::json;

use crate::ids::SiteId;
use crate::moderation::Moderation;
use crate::moderation::rows::AuditRow;
use crate::moderation::rule_set::Edit;
use crate::moderation::rules::{Rule, RuleDraft};
use crate::store::{rule_versions, shared_rules};

pub use crate::store::shared_rules::{SharedRules, is_shared, list};

/// Who takes over what was changed, for the books.
const SHARED: &str = "shared";

/// What is to become of a rule set by taking over another.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Merged {
    pub(super) put: Vec<Rule>,
    pub(super) remove: Vec<String>,
}

impl Moderation {
    /// Takes over what was changed of shared rules; answers how often.
    pub async fn take_over_due(&self) -> anyhow::Result<usize> {
        let mut taken = 0;
        for (site, of) in shared_rules::list_behind(&self.db).await? {
            let Ok(plan) = self.plan(site, Edit::TakeOver(of.clone()), "").await? else {
                tracing::warn!(%site, of, "shared rules cannot be taken over");
                continue;
            };
            if plan.rules().is_empty() && plan.removed() == 0 {
                if let Some((of, Some(version))) = plan.change.shared {
                    shared_rules::mark(&self.db, site, of, version).await?;
                }
                continue;
            }
            taken += usize::from(self.put_in_force(&plan, SHARED, None).await?.is_ok());
        }
        Ok(taken)
    }

    /// Lets other sites use the rules of a site, or no more of them: what they have they keep.
    pub async fn share_rules(&self, site: SiteId, shares: bool, by: &str) -> anyhow::Result<()> {
        let now_ms = self.tools.clock.now_ms();
        let line = AuditRow {
            site_id: site,
            id: self.tools.ids.next(now_ms),
            at_ms: now_ms,
            actor: by.to_owned(),
            action: "rules.shared".to_owned(),
            subject: format!("site:{site}"),
            details: json!({"shares": shares}).to_string(),
        };
        shared_rules::share(&self.db, site, shares, &line).await
    }

    /// What taking over the rules of `of` makes of `ours`.
    pub(super) async fn merge_shared(
        &self,
        of: &SharedRules,
        ours: &[Rule],
    ) -> anyhow::Result<Merged> {
        let theirs = rule_versions::rules_of(&self.db, of.site_id, of.rule_set_version).await?;
        Ok(merge(self.taken_rules(of).await?, theirs, ours))
    }

    /// What giving up the rules of `of` makes of `ours`.
    pub(super) async fn without_shared(
        &self,
        of: &SharedRules,
        ours: &[Rule],
    ) -> anyhow::Result<Merged> {
        Ok(merge(self.taken_rules(of).await?, Vec::new(), ours))
    }

    async fn taken_rules(&self, of: &SharedRules) -> anyhow::Result<Vec<Rule>> {
        match of.taken {
            Some(version) => rule_versions::rules_of(&self.db, of.site_id, version).await,
            None => Ok(Vec::new()),
        }
    }
}

/// `base` is what was last taken over. What is not in it and says the same as a rule of ours is left out, what we removed
/// stays away.
fn merge(base: Vec<Rule>, theirs: Vec<Rule>, ours: &[Rule]) -> Merged {
    let by_id = |rules: &[Rule]| -> HashMap<String, RuleDraft> {
        let entries = rules
            .iter()
            .map(|rule| (rule.id.clone(), rule.draft.clone()));
        entries.collect()
    };
    let (mut base, own) = (by_id(&base), by_id(ours));
    let said: std::collections::HashSet<_> =
        ours.iter().map(|rule| rule.draft.identity()).collect();
    let mut merged = Merged::default();
    for rule in theirs {
        match (base.remove(&rule.id), own.get(&rule.id)) {
            (None, None) if !said.contains(&rule.draft.identity()) => merged.put.push(rule),
            (Some(before), Some(own)) => {
                let draft = combined(&before, rule.draft, own);
                if draft != *own {
                    merged.put.push(Rule { id: rule.id, draft });
                }
            }
            _ => {}
        }
    }
    let gone = base.into_keys().filter(|id| own.contains_key(id));
    merged.remove = gone.collect();
    merged.remove.sort();
    merged
}

/// What they say now, but where we said something else than they did before.
fn combined(before: &RuleDraft, theirs: RuleDraft, ours: &RuleDraft) -> RuleDraft {
    macro_rules! each {
        ($($field:ident),*) => {
            RuleDraft {
                $($field: match ours.$field == before.$field {
                    true => theirs.$field,
                    false => ours.$field.clone(),
                },)*
            }
        };
    }
    each!(
        kind,
        pattern,
        mode,
        fields,
        action,
        category,
        severity,
        note,
        enabled,
        inflections,
        exceptions
    )
}

#[cfg(test)]
mod tests {
    use super::merge;
    use crate::moderation::rules::{Action, Rule, RuleDraft};

    fn rule(id: &str, pattern: &str, action: Action) -> Rule {
        Rule {
            id: id.to_owned(),
            draft: RuleDraft {
                pattern: pattern.to_owned(),
                action,
                ..RuleDraft::default()
            },
        }
    }

    #[test]
    fn what_was_said_differently_stays_and_the_rest_follows() {
        let base = vec![
            rule("1", "one", Action::Hold),
            rule("2", "two", Action::Hold),
            rule("3", "three", Action::Hold),
            rule("4", "four", Action::Hold),
        ];
        let theirs = vec![
            rule("1", "uno", Action::Reject),
            rule("2", "dos", Action::Hold),
            rule("3", "tres", Action::Hold),
            rule("5", "ours", Action::Hold),
            rule("6", "six", Action::Hold),
        ];
        let ours = [
            rule("1", "one", Action::Shadow),
            rule("2", "two", Action::Hold),
            rule("4", "four", Action::Hold),
            rule("9", "ours", Action::Hold),
        ];
        let merged = merge(base, theirs.clone(), &ours);
        let expected = [
            rule("1", "uno", Action::Shadow),
            rule("2", "dos", Action::Hold),
            rule("6", "six", Action::Hold),
        ];
        assert_eq!(merged.put, expected);
        assert_eq!(merged.remove, ["4"]);
        let mut all = expected.to_vec();
        all.push(ours[3].clone());
        assert_eq!(
            merge(theirs.clone(), theirs, &all),
            super::Merged::default(),
            "once is enough"
        );
    }
}
