//! What hits lead to at a site: by category, by severity, or as each rule says; who decides on what they hold, and how
//! many. A part of every version of the rule set. Applied to the rules before they are compiled, so it costs nothing when
//! a post is checked.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::moderation::rows::CaseRow;
use crate::moderation::rules::{Action, FieldError, Flaw, Rule};

/// The most categories of which something can be said.
pub const CATEGORIES_MAX: usize = 100;
/// The longest name of a category, in characters.
const CATEGORY_MAX_CHARS: usize = 64;
/// The longest name of a queue, in characters.
const QUEUE_MAX_CHARS: usize = 40;

/// What the owners set. A category goes before severity, and both before what the rule says. Exceptions and shadow rules
/// stay what they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(example = json!({"hold_from": 2, "reject_from": 4, "categories": {"scam": "reject"}, "queues": {"threat": "legal"},
    "second_approval": ["threat"]}))]
pub struct Outcomes {
    /// Rules of this severity and above reject, and those below do not; 0 where it says nothing.
    #[schema(maximum = 4)]
    pub reject_from: u8,
    /// Rules of this severity and above hold, and those below are only logged; 0 where it says nothing.
    #[schema(maximum = 4)]
    pub hold_from: u8,
    /// What the rules of a category do: hold, reject or shadow.
    pub categories: BTreeMap<String, Action>,
    /// The queue that a category's cases belong to. Those of several categories can be in several queues.
    pub queues: BTreeMap<String, String>,
    /// The categories whose cases two people have to approve.
    pub second_approval: BTreeSet<String>,
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

    /// The categories of each queue.
    pub fn by_queue(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut by_queue: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (category, queue) in &self.queues {
            by_queue.entry(queue).or_default().push(category);
        }
        by_queue
    }

    /// The categories of a queue.
    pub fn in_queue(&self, queue: &str) -> Vec<String> {
        let all = self.queues.iter().filter(|(_, name)| *name == queue);
        all.map(|(category, _)| category.clone()).collect()
    }

    /// Whether two people have to approve the case.
    pub fn needs_two(&self, case: &CaseRow) -> bool {
        let has = |category: &String| case.categories.contains(&format!(",{category},"));
        self.second_approval.iter().any(has)
    }

    /// The categories of which something is said.
    pub fn all_categories(&self) -> BTreeSet<&str> {
        let keys = self.categories.keys().chain(self.queues.keys());
        keys.chain(&self.second_approval)
            .map(String::as_str)
            .collect()
    }

    /// What is wrong with it, each with the field's name.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut wrong = |field, flaw| errors.push(FieldError { field, flaw });
        for (field, from) in [
            ("hold_from", self.hold_from),
            ("reject_from", self.reject_from),
        ] {
            if from > 4 {
                wrong(field, Flaw::new("flaw-threshold"));
            }
        }
        let all = self.all_categories();
        if all.len() > CATEGORIES_MAX {
            wrong(
                "categories",
                Flaw::new("flaw-many").with("most", CATEGORIES_MAX),
            );
        }
        if let Some(category) = all
            .iter()
            .find(|category| !is_name(category, CATEGORY_MAX_CHARS))
        {
            wrong(
                "categories",
                Flaw::new("flaw-name")
                    .with("most", CATEGORY_MAX_CHARS)
                    .inside(category),
            );
        }
        if self
            .categories
            .values()
            .any(|action| *action == Action::Allow)
        {
            wrong(
                "categories",
                Flaw::new("flaw-one-of").with("names", "hold, reject, shadow"),
            );
        }
        if let Some(queue) = self
            .queues
            .values()
            .find(|queue| !is_name(queue, QUEUE_MAX_CHARS))
        {
            wrong(
                "queues",
                Flaw::new("flaw-name")
                    .with("most", QUEUE_MAX_CHARS)
                    .inside(queue),
            );
        }
        match errors.is_empty() {
            true => Ok(()),
            false => Err(errors),
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

fn is_name(text: &str, most: usize) -> bool {
    text.trim() == text
        && (1..=most).contains(&text.chars().count())
        && !text.contains(|letter: char| letter.is_control() || letter == ',')
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
            ..Outcomes::default()
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

    #[test]
    fn what_no_form_would_send_is_refused() {
        let wrong = Outcomes {
            hold_from: 5,
            categories: [("a,b".to_owned(), Action::Allow)].into(),
            queues: [("scam".to_owned(), String::new())].into(),
            ..Outcomes::default()
        };
        let errors = wrong.validate().expect_err("nothing of it is right");
        let fields: Vec<&str> = errors.iter().map(|error| error.field).collect();
        assert_eq!(fields, ["hold_from", "categories", "categories", "queues"]);
        assert!(Outcomes::default().validate().is_ok());
    }
}
