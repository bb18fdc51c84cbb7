//! Rules that are looked for on behalf of others: the exceptions that a rule has for itself. They are compiled with the
//! rest, behind the rules that somebody wrote, and what they find never leaves the matcher.

use std::collections::HashMap;

use super::matcher::{Match, uncovered};
use super::rule::{Action, Fields, MatchMode, Rule, RuleDraft, RuleKind};

/// What is known of the inner rules of a set.
#[derive(Debug, Default)]
pub(super) struct Inner {
    /// The number of the first of them.
    first: usize,
    /// Whose they are, in their order.
    owners: Vec<usize>,
}

impl Inner {
    /// Appends the inner rules that `rules` need.
    pub(super) fn append_to(rules: &mut Vec<Rule>) -> Inner {
        let first = rules.len();
        let mut owners = Vec::new();
        let mut inner = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            for exception in &rule.draft.exceptions {
                owners.push(index);
                inner.push(excuse(rule, exception));
            }
        }
        rules.append(&mut inner);
        Inner { first, owners }
    }

    /// How many rules somebody wrote.
    pub(super) fn first(&self) -> usize {
        self.first
    }

    /// Whether there are none, as in most sets.
    pub(super) fn is_empty(&self) -> bool {
        self.owners.is_empty()
    }

    /// Takes out of what was found in a field, in its order, what rules excuse for themselves, and the excuses.
    pub(super) fn excuse(&self, found: Vec<Match>) -> Vec<Match> {
        let mut excuses: HashMap<usize, Vec<Match>> = HashMap::new();
        let mut counted = Vec::with_capacity(found.len());
        for one in found {
            match one.rule.checked_sub(self.first) {
                None => counted.push(one),
                Some(inner) => excuses.entry(self.owners[inner]).or_default().push(one),
            }
        }
        for (owner, excuses) in excuses {
            uncovered(&mut counted, &excuses, |found| found.rule == owner);
        }
        counted
    }
}

/// The rule that finds where `rule` is excused.
fn excuse(rule: &Rule, exception: &str) -> Rule {
    let (kind, pattern) = RuleKind::guess(exception);
    Rule {
        id: rule.id.clone(),
        draft: RuleDraft {
            kind,
            pattern: pattern.to_owned(),
            mode: MatchMode::Exact,
            fields: Fields::Both,
            action: Action::Allow,
            ..RuleDraft::default()
        },
    }
}
