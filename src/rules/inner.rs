//! Rules that are looked for on behalf of others: the exceptions that a rule has for itself, and the patterns of
//! combinations. They are compiled with the rest, behind the rules that somebody wrote, and what they find never leaves
//! the matcher.

use std::collections::HashMap;

use super::combination::{Author, Combination, Post};
use super::expression;
use super::inflect::Inflections;
use super::matcher::{Match, uncovered};
use super::rule::{Action, Field, Fields, MatchMode, Rule, RuleDraft, RuleKind};

/// What is known of the inner rules of a set.
#[derive(Debug, Default)]
pub(super) struct Inner {
    /// The number of the first of them.
    first: usize,
    /// What they are for, in their order.
    roles: Vec<Role>,
    combinations: Vec<Combination>,
}

/// What an inner rule is for.
#[derive(Debug, Clone, Copy)]
enum Role {
    /// It finds where this rule is excused.
    Excuse(usize),
    /// It is a pattern of this combination.
    Part(usize),
}

impl Inner {
    /// Appends the inner rules that `rules` need.
    pub(super) fn append_to(rules: &mut Vec<Rule>) -> Inner {
        let first = rules.len();
        let mut inner = Inner {
            first,
            ..Inner::default()
        };
        let mut added = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            for exception in &rule.draft.exceptions {
                inner.roles.push(Role::Excuse(index));
                added.push(excuse(rule, exception));
            }
            if rule.draft.kind != RuleKind::Combination {
                continue;
            }
            // One that cannot be read is told when its pattern is compiled.
            let Ok(parsed) = expression::parse(&rule.draft.pattern) else {
                continue;
            };
            inner.combinations.push(Combination {
                rule: index,
                first: first + added.len(),
                expression: parsed.expression,
            });
            for (kind, pattern) in parsed.patterns {
                inner.roles.push(Role::Part(index));
                added.push(part(rule, kind, pattern));
            }
        }
        rules.append(&mut added);
        inner
    }

    /// Whether a combination asks for something of the author.
    pub(super) fn needs_author(&self) -> bool {
        self.combinations
            .iter()
            .any(|combination| combination.expression.needs_author())
    }

    /// Whether there are combinations.
    pub(super) fn has_combinations(&self) -> bool {
        !self.combinations.is_empty()
    }

    /// Takes what inner rules found out of what was found in the two fields, and puts there what combinations make of it.
    pub(super) fn combine(
        &self,
        title: &str,
        body: &str,
        author: &Author,
        found: &mut [Vec<Match>; 2],
    ) {
        let mut places = Vec::new();
        for (field, found) in [Field::Title, Field::Body].into_iter().zip(&mut *found) {
            let inner = found.extract_if(.., |one| one.rule >= self.first);
            places.extend(inner.map(|one| (field, one)));
        }
        let post = Post::new(title, body, author, places);
        for combination in &self.combinations {
            for (field, place) in combination.places(&post) {
                found[usize::from(field == Field::Body)].push(place);
            }
        }
        for found in found {
            found.sort_by_key(|one| (one.start, one.rule));
        }
    }

    /// How many rules somebody wrote.
    pub(super) fn first(&self) -> usize {
        self.first
    }

    /// Whether there are none, as in most sets.
    pub(super) fn is_empty(&self) -> bool {
        self.roles.is_empty() && self.combinations.is_empty()
    }

    /// Takes out of what was found in a field, in its order, what rules excuse for themselves, and the excuses.
    pub(super) fn excuse(&self, found: Vec<Match>) -> Vec<Match> {
        let mut excuses: HashMap<usize, Vec<Match>> = HashMap::new();
        let mut counted = Vec::with_capacity(found.len());
        for one in found {
            match self.role(one.rule) {
                Some(Role::Excuse(owner)) => excuses.entry(owner).or_default().push(one),
                Some(Role::Part(_)) | None => counted.push(one),
            }
        }
        for (owner, excuses) in excuses {
            uncovered(&mut counted, &excuses, |found| {
                match self.role(found.rule) {
                    Some(Role::Part(of)) => of == owner,
                    Some(Role::Excuse(_)) => false,
                    None => found.rule == owner,
                }
            });
        }
        counted
    }

    fn role(&self, rule: usize) -> Option<Role> {
        Some(self.roles[rule.checked_sub(self.first)?])
    }
}

/// The rule that looks for a pattern of the combination `rule`.
fn part(rule: &Rule, kind: RuleKind, pattern: String) -> Rule {
    let draft = &rule.draft;
    Rule {
        id: rule.id.clone(),
        draft: RuleDraft {
            inflections: match kind {
                RuleKind::Word => draft.inflections,
                _ => Inflections::None,
            },
            kind,
            pattern,
            mode: draft.mode,
            fields: draft.fields,
            action: Action::Shadow,
            ..RuleDraft::default()
        },
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
