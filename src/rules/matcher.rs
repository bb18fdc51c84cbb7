//! A compiled rule set: checks a post and says what hit where.
//! Knows nothing of where rules and posts are kept. Never panics, and holds what it cannot check within its budget.

use std::panic::{AssertUnwindSafe, catch_unwind};

use aho_corasick::BuildError;

use super::budget::{Budget, Exhausted};
use super::combination::Author;
use super::flaw::Flaw;
use super::floating::{Floating, FloatingBuilder, Found};
use super::hit::{Checked, Hit, Verdict};
use super::host;
use super::inner::Inner;
use super::judge::{Text, judge};
use super::keys::Keys;
use super::pattern::{self, Pattern};
use super::rule::{Action, Field, MatchMode, Rule, RuleKind};
use super::scent::Ending;
use super::spelling::Spelling;
use super::starts::Starts;
use super::view::Views;
use super::walk::Walk;

/// Steps for one post: enough for a megabyte of prose with thousands of rules, and well under a second.
const STEPS_MAX: usize = 4 << 20;
/// More hits than this tell a moderator nothing new.
const HITS_MAX: usize = 1_000;
/// The most places in a field, with those that only combinations look at.
const PLACES_MAX: usize = 10_000;

/// A rule that cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleProblem {
    /// The rule's id.
    pub rule: String,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// A rule set, compiled once and shared by all threads.
#[derive(Debug)]
pub struct Matcher {
    version: i64,
    rules: Vec<Rule>,
    starts: Starts,
    keys: Keys<Target>,
    spellings: Vec<(usize, Spelling)>,
    floating: Floating,
    inner: Inner,
}

/// What a key stands for.
#[derive(Debug)]
enum Target {
    /// One of the spellings.
    Spelling(usize),
    /// The beginning of this glob.
    Glob(usize),
}

/// A match before it is reported: bytes of the original field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) rule: usize,
    pub(super) views: Views,
}

impl Matcher {
    /// Compiles the enabled rules. Reports every rule that cannot be compiled.
    pub fn build(version: i64, rules: &[Rule]) -> Result<Matcher, Vec<RuleProblem>> {
        let mut rules: Vec<Rule> = rules
            .iter()
            .filter(|rule| rule.draft.enabled)
            .cloned()
            .collect();
        let inner = Inner::append_to(&mut rules);
        let mut parts = Parts::default();
        let mut problems = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            match pattern::compile(rule.draft.kind, &rule.draft.pattern, rule.draft.inflections) {
                Ok(pattern) => parts.add(index, pattern, rule),
                Err(flaw) => problems.push(RuleProblem {
                    rule: rule.id.clone(),
                    flaw,
                }),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let too_large = |error: BuildError| {
            vec![RuleProblem {
                rule: String::new(),
                flaw: Flaw::words(error.to_string()),
            }]
        };
        let whole = parts.spellings.iter();
        let whole = whole.map(|(_, spelling)| (spelling.whole_key(), Ending::Whole));
        let globs = parts
            .keys
            .iter()
            .filter_map(|(key, target, _)| match target {
                Target::Glob(glob) => Some((key.clone(), parts.floating.ending(*glob))),
                Target::Spelling(_) => None,
            });
        let keys: Vec<_> = whole.chain(globs).collect();
        Ok(Matcher {
            version,
            rules,
            starts: Starts::new(&keys, parts.wide),
            keys: Keys::build(parts.keys, parts.wide),
            spellings: parts.spellings,
            floating: parts.floating.build().map_err(too_large)?,
            inner,
        })
    }

    /// The version of the rule set.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The rules in force.
    pub fn rules(&self) -> &[Rule] {
        &self.rules[..self.inner.first()]
    }

    /// How many rules are in force.
    pub fn rule_count(&self) -> usize {
        self.inner.first()
    }

    /// Whether the verdict may depend on who wrote a post.
    pub fn needs_author(&self) -> bool {
        self.inner.needs_author()
    }

    /// Checks a text of somebody of whom nothing is known. What cannot be checked is held, and `problem` says why.
    pub fn check(&self, title: &str, body_markdown: &str) -> Checked {
        self.check_by(title, body_markdown, &Author::default())
    }

    /// Checks a post of `author`.
    pub fn check_by(&self, title: &str, body_markdown: &str, author: &Author) -> Checked {
        self.checked(|| self.check_fields(title, body_markdown, Some(author)))
    }

    /// What rules find in a word alone; combinations, which are about posts, say nothing of it.
    pub fn check_word(&self, word: &str) -> Checked {
        self.checked(|| self.check_fields("", word, None))
    }

    fn checked(&self, check: impl FnOnce() -> (Vec<Hit>, Option<Exhausted>)) -> Checked {
        let result = catch_unwind(AssertUnwindSafe(check));
        let (hits, problem) = match result {
            Ok((hits, None)) => (hits, None),
            Ok((hits, Some(Exhausted))) => (hits, Some(Checked::TOO_MUCH_WORK.to_owned())),
            Err(_) => (Vec::new(), Some(Checked::BROKEN.to_owned())),
        };
        let least = match problem {
            Some(_) => Verdict::Hold,
            None => Verdict::Publish,
        };
        Checked {
            verdict: Verdict::of(&hits).max(least),
            hits,
            rule_set_version: self.version,
            problem,
        }
    }

    /// Without an author, combinations are left out.
    fn check_fields(
        &self,
        title: &str,
        body: &str,
        author: Option<&Author>,
    ) -> (Vec<Hit>, Option<Exhausted>) {
        let mut budget = Budget::new(STEPS_MAX);
        let mut found = [Vec::new(), Vec::new()];
        let fields = [(Field::Title, title), (Field::Body, body)];
        let mut exhausted = None;
        for ((field, text), found) in fields.into_iter().zip(&mut found) {
            let text = Text::new(text, field == Field::Body);
            exhausted = self.find(&text, field, &mut budget, found).err();
            self.excuse(found);
            if exhausted.is_some() {
                break;
            }
        }
        if self.inner.has_combinations() {
            match author {
                Some(author) => self.inner.combine(title, body, author, &mut found),
                None => found
                    .iter_mut()
                    .for_each(|found| found.retain(|one| one.rule < self.inner.first())),
            }
            let count = found.iter().map(Vec::len).sum::<usize>();
            exhausted = exhausted.or((count > HITS_MAX).then_some(Exhausted));
            found.iter_mut().for_each(|found| found.truncate(HITS_MAX));
        }
        let mut all = Vec::new();
        for ((field, text), found) in fields.into_iter().zip(found) {
            all.extend(self.hits(field, text, found));
        }
        (all, exhausted)
    }

    fn find(
        &self,
        text: &Text<'_>,
        field: Field,
        budget: &mut Budget,
        matches: &mut Vec<Match>,
    ) -> Result<(), Exhausted> {
        // What is found on behalf of others is not shown, and one word of a combination may be common.
        let most = match self.inner.has_combinations() {
            true => PLACES_MAX,
            false => HITS_MAX,
        };
        let looks_in = |rule: usize| self.rules[rule].draft.fields.include(field);
        if !self.keys.is_empty() {
            let mut walk = Walk::new(
                &self.keys,
                text.text,
                |target: &Target, start, end, path: &[_], budget: &mut Budget| match *target {
                    Target::Spelling(index) => {
                        let (rule, spelling) = &self.spellings[index];
                        if !looks_in(*rule) {
                            return Ok(());
                        }
                        budget.spend(64 + (end - start))?;
                        let mode = match spelling.is_literal {
                            true => MatchMode::Exact,
                            false => self.mode_of(*rule),
                        };
                        let is_whole = || {
                            self.rules[*rule].draft.kind != RuleKind::Host
                                || host::is_whole(text.text, start, end)
                        };
                        match judge(text, spelling, mode, path, end) {
                            Some(views) if is_whole() => push(
                                matches,
                                most,
                                Match {
                                    start,
                                    end,
                                    rule: *rule,
                                    views,
                                },
                            ),
                            _ => Ok(()),
                        }
                    }
                    Target::Glob(glob) => match self.floating.glob_at(glob, text, start, budget)? {
                        Some(found) if looks_in(found.rule) => {
                            push(matches, most, Match::from(found))
                        }
                        _ => Ok(()),
                    },
                },
            );
            self.starts
                .each(text.text, |start| walk.from(start, budget))?;
        }
        self.floating
            .find(text, budget, |found| match looks_in(found.rule) {
                true => push(matches, most, Match::from(found)),
                false => Ok(()),
            })
    }

    /// An exception excuses what stands there, not what somebody may take for it.
    fn mode_of(&self, rule: usize) -> MatchMode {
        let draft = &self.rules[rule].draft;
        match draft.action {
            Action::Allow => MatchMode::Exact,
            _ => draft.mode,
        }
    }

    /// One that looks everything up, wherever it may begin.
    #[cfg(test)]
    pub(super) fn without_shortcuts(self) -> Matcher {
        Matcher {
            starts: self.starts.without_scents(),
            ..self
        }
    }

    /// Takes out what exceptions excuse.
    fn excuse(&self, matches: &mut Vec<Match>) {
        only_plainest(matches);
        if !self.inner.is_empty() {
            *matches = self.inner.excuse(std::mem::take(matches));
        }
        let is_allow = |found: &Match| self.rules[found.rule].draft.action == Action::Allow;
        let (allowed, mut counted): (Vec<Match>, Vec<Match>) =
            std::mem::take(matches).into_iter().partition(is_allow);
        uncovered(&mut counted, &allowed, |_| true);
        *matches = counted;
    }

    /// Says what was found in code points.
    fn hits(&self, field: Field, original: &str, matches: Vec<Match>) -> Vec<Hit> {
        let mut points = CodePoints {
            text: original,
            byte: 0,
            point: 0,
        };
        matches
            .into_iter()
            .map(|found| {
                let rule = &self.rules[found.rule];
                let text = &original[found.start..found.end];
                let start = points.at(found.start);
                Hit {
                    rule: rule.id.clone(),
                    pattern: rule.draft.pattern.clone(),
                    category: rule.draft.category.clone(),
                    severity: rule.draft.severity,
                    action: rule.draft.action,
                    field,
                    start,
                    end: start + text.chars().count(),
                    text: text.to_owned(),
                    view: found.views,
                    rule_set_version: self.version,
                    external: None,
                }
            })
            .collect()
    }
}

/// The rules, sorted by how they are looked for.
#[derive(Default)]
struct Parts {
    keys: Vec<(Vec<u8>, Target, bool)>,
    spellings: Vec<(usize, Spelling)>,
    floating: FloatingBuilder,
    wide: bool,
}

impl Parts {
    fn add(&mut self, index: usize, pattern: Pattern, rule: &Rule) {
        let mode = rule.draft.mode;
        self.wide |= mode == MatchMode::Aggressive;
        match pattern {
            Pattern::Spelled(spellings) => {
                for spelling in spellings {
                    self.add_spelling(index, mode, spelling);
                }
            }
            Pattern::Glob(glob) => {
                let prefix = glob.prefix();
                if let Some(glob) = self.floating.glob(index, mode, glob) {
                    self.keys
                        .push((collapsed(&prefix).into_bytes(), Target::Glob(glob), true));
                }
            }
            Pattern::Regex { regex, literals } => self.floating.regex(index, regex, literals),
        }
    }

    fn add_spelling(&mut self, index: usize, mode: MatchMode, spelling: Spelling) {
        let imitations = match mode {
            MatchMode::Exact => Vec::new(),
            MatchMode::Normal | MatchMode::Aggressive => spelling.imitations(),
        };
        for spelling in std::iter::once(spelling).chain(imitations) {
            let target = Target::Spelling(self.spellings.len());
            self.keys.push((spelling.key(), target, false));
            self.spellings.push((index, spelling));
        }
    }
}

impl From<Found> for Match {
    fn from(found: Found) -> Match {
        Match {
            start: found.span.start,
            end: found.span.end,
            rule: found.rule,
            views: found.views,
        }
    }
}

fn push(matches: &mut Vec<Match>, most: usize, found: Match) -> Result<(), Exhausted> {
    // Several ways lead through one place: the plainest is enough.
    if let Some(last) = matches.last_mut()
        && (last.start, last.rule) == (found.start, found.rule)
    {
        if (found.views.count(), last.end) < (last.views.count(), found.end) {
            *last = found;
        }
        return Ok(());
    }
    if matches.len() >= most {
        return Err(Exhausted);
    }
    matches.push(found);
    Ok(())
}

/// Of what one rule found from one place on, or inside of what it found otherwise, the plainest.
fn only_plainest(matches: &mut Vec<Match>) {
    matches.sort_by(|left, right| {
        let key = |found: &Match| {
            (
                found.start,
                found.rule,
                found.views.count(),
                usize::MAX - found.end,
            )
        };
        key(left).cmp(&key(right))
    });
    matches.dedup_by(|next, kept| (next.start, next.rule) == (kept.start, kept.rule));
}

/// Takes out of `counted` what lies in one of `excuses`, of those that `is_meant`. Both are sorted by where they begin.
pub(super) fn uncovered(
    counted: &mut Vec<Match>,
    excuses: &[Match],
    is_meant: impl Fn(&Match) -> bool,
) {
    // `furthest[i]` is where the longest of the first i excuses ends.
    let mut furthest = vec![0];
    furthest.extend(excuses.iter().scan(0, |end, found| {
        *end = found.end.max(*end);
        Some(*end)
    }));
    counted.retain(|found| {
        let before = excuses.partition_point(|excuse| excuse.start <= found.start);
        !is_meant(found) || found.end > furthest[before]
    });
}

/// Every letter once where it is repeated, as keys have them.
fn collapsed(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    letters.dedup();
    letters.into_iter().collect()
}

/// Counts code points along with ascending byte offsets.
struct CodePoints<'a> {
    text: &'a str,
    byte: usize,
    point: usize,
}

impl CodePoints<'_> {
    fn at(&mut self, byte: usize) -> usize {
        self.point += self.text[self.byte..byte].chars().count();
        self.byte = byte;
        self.point
    }
}
