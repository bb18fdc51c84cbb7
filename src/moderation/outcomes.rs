//! What hits lead to at a site: by category, by severity, or as each rule says. Applied to the rules before they are
//! compiled, so it costs nothing when a post is checked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::moderation::rules::{Action, Rule};

/// The most categories that can have an outcome of their own.
pub const CATEGORIES_MAX: usize = 100;

/// What the owners set. A category goes before severity, and both before what the rule says. Exceptions and shadow rules
/// stay what they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Outcomes {
    /// Rules of this severity and above reject, and those below do not; 0 where it says nothing.
    pub reject_from: u8,
    /// Rules of this severity and above hold, and those below are only logged; 0 where it says nothing.
    pub hold_from: u8,
    /// What the rules of a category do.
    pub categories: BTreeMap<String, Action>,
}

impl Outcomes {
    /// What a hit of the rule leads to.
    pub fn of(&self, rule: &Rule) -> Action {
        let draft = &rule.draft;
        self.of_hit(draft.action, &draft.category, draft.severity)
    }

    /// What a hit leads to, given what whoever found it would do.
    pub fn of_hit(&self, action: Action, category: &str, severity: u8) -> Action {
        if matches!(action, Action::Allow | Action::Shadow) {
            return action;
        }
        if let Some(action) = self.categories.get(category) {
            return *action;
        }
        if self.reject_from > 0 && severity >= self.reject_from {
            return Action::Reject;
        }
        if severity < self.hold_from {
            return Action::Shadow;
        }
        match self.reject_from {
            0 => action,
            _ => Action::Hold,
        }
    }

    /// The rules with the outcomes that they have here.
    pub fn apply(&self, mut rules: Vec<Rule>) -> Vec<Rule> {
        for rule in &mut rules {
            rule.draft.action = self.of(rule);
        }
        rules
    }
}

#[cfg(test)]
mod tests {
    use super::Outcomes;
    use crate::moderation::rules::{Action, Rule, RuleDraft};

    fn rule(action: Action, category: &str, severity: u8) -> Rule {
        Rule {
            id: "1".to_owned(),
            draft: RuleDraft {
                action,
                category: category.to_owned(),
                severity,
                ..RuleDraft::default()
            },
        }
    }

    #[test]
    fn categories_go_before_severity_and_both_before_the_rule() {
        let outcomes = Outcomes {
            reject_from: 4,
            hold_from: 2,
            categories: [("scam".to_owned(), Action::Reject)].into(),
        };
        for (given, category, severity, expected) in [
            (Action::Hold, "", 4, Action::Reject),
            (Action::Reject, "", 3, Action::Hold),
            (Action::Hold, "", 1, Action::Shadow),
            (Action::Hold, "scam", 1, Action::Reject),
            (Action::Allow, "scam", 4, Action::Allow),
            (Action::Shadow, "scam", 4, Action::Shadow),
        ] {
            let found = outcomes.of(&rule(given, category, severity));
            assert_eq!(found, expected, "{given} {category} {severity}");
        }
        let mild = Outcomes {
            hold_from: 2,
            ..Outcomes::default()
        };
        assert_eq!(
            mild.of(&rule(Action::Reject, "", 3)),
            Action::Reject,
            "only what is mild changes"
        );
        let usual = Outcomes::default();
        assert_eq!(usual.of(&rule(Action::Reject, "scam", 1)), Action::Reject);
    }
}
