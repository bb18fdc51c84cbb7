//! A compiled rule set: checks a post and says what hit where.
//! Knows nothing of where rules and posts are kept. Never panics, and holds what it cannot check within its budget.

use std::cell::RefCell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use aho_corasick::BuildError;

use super::budget::{Budget, Exhausted};
use super::combination::Author;
use super::flaw::Flaw;
use super::floating::{Floating, Found};
use super::hit::{Checked, Hit, Verdict};
use super::host;
use super::inner::Inner;
use super::judge::{Text, judge, may_be_first};
use super::keys::{Keys, Reach};
use super::parts::{Parts, Target, mode_of};
use super::pattern;
use super::rule::{Action, Field, MatchMode, Rule, RuleKind};
use super::spelling::Spelling;
use super::starts::{Lane, Starts};
use super::step::Step;
use super::turned;
use super::view::{View, Views};
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
    /// The spellings that may be disguised, and those that may not.
    disguised: Keys<Target>,
    literal: Keys<Target>,
    spellings: Vec<(usize, Spelling)>,
    floating: Floating,
    inner: Inner,
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
        Matcher::of_parts(version, rules, Parts::default())
    }

    fn of_parts(
        version: i64,
        rules: &[Rule],
        mut parts: Parts,
    ) -> Result<Matcher, Vec<RuleProblem>> {
        let mut rules: Vec<Rule> = rules
            .iter()
            .filter(|rule| rule.draft.enabled)
            .cloned()
            .collect();
        let inner = Inner::append_to(&mut rules);
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
        Ok(Matcher {
            version,
            rules,
            starts: Starts::new(&parts.endings, &parts.whole, parts.reach),
            disguised: Keys::build(parts.disguised, parts.reach),
            literal: Keys::build(parts.literal, Reach::Literal),
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
            let turned = self.find_turned(text, field, &mut budget, found);
            let text = Text::new(text, field == Field::Body);
            let plain = self.find(&text, field, &mut budget, found);
            exhausted = plain.and(turned).err();
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
        let matches = RefCell::new(matches);
        let push = |found: Match| push(&mut matches.borrow_mut(), most, found);
        if !self.disguised.is_empty() || !self.literal.is_empty() {
            let found =
                |target: &Target, start, end, path: &[Step], budget: &mut Budget| match *target {
                    Target::Spelling(index) => {
                        match self.spelled(index, field, text, start..end, path, budget)? {
                            Some(found) => push(found),
                            None => Ok(()),
                        }
                    }
                    Target::Glob(glob) => {
                        match self.floating.glob_at(glob, text, &path[0], budget)? {
                            Some(found) if looks_in(found.rule) => push(Match::from(found)),
                            _ => Ok(()),
                        }
                    }
                };
            let mut disguised = Walk::new(&self.disguised, text.text, found);
            let mut literal = Walk::new(&self.literal, text.text, found);
            self.starts.each(
                text.text,
                &self.literal,
                budget,
                |lane, start, budget| match lane {
                    Lane::Disguised => disguised.from(start, budget),
                    Lane::Literal => literal.from(start, budget),
                },
            )?;
        }
        self.floating
            .find(text, budget, |found| match looks_in(found.rule) {
                true => push(Match::from(found)),
                false => Ok(()),
            })
    }

    /// Finds what stands in passages that are read the other way round.
    fn find_turned(
        &self,
        text: &str,
        field: Field,
        budget: &mut Budget,
        matches: &mut Vec<Match>,
    ) -> Result<(), Exhausted> {
        for passage in turned::passages(text) {
            let mut found = Vec::new();
            let part = Text::new(&passage.text, field == Field::Body);
            budget.spend(passage.text.len())?;
            let done = self.find(&part, field, budget, &mut found);
            for one in found {
                let span = passage.source(one.start..one.end);
                let is_exact = self.rules[one.rule].draft.mode == MatchMode::Exact;
                if passage.view == View::Lookalike
                    && (is_exact || !turned::is_flipped(&text[span.clone()]))
                {
                    continue;
                }
                let mut views = one.views;
                views.add(passage.view);
                matches.push(Match {
                    start: span.start,
                    end: span.end,
                    views,
                    ..one
                });
            }
            done?;
        }
        Ok(())
    }

    /// What was found where the way `path` shows the spelling with that index, if its rule believes it.
    fn spelled(
        &self,
        index: usize,
        field: Field,
        text: &Text<'_>,
        span: Range<usize>,
        path: &[Step],
        budget: &mut Budget,
    ) -> Result<Option<Match>, Exhausted> {
        let Range { start, end } = span;
        let (number, spelling) = &self.spellings[index];
        let rule = &self.rules[*number];
        if !rule.draft.fields.include(field) {
            return Ok(None);
        }
        budget.spend(64 + span.len())?;
        let mode = mode_of(rule, spelling);
        if !may_be_first(text.text, &path[0], mode) {
            return Ok(None);
        }
        let views = judge(text, spelling, mode, path, end);
        let is_whole =
            || rule.draft.kind != RuleKind::Host || host::is_whole(text.text, start, end);
        Ok(views.filter(|_| is_whole()).map(|views| Match {
            start,
            end,
            rule: *number,
            views,
        }))
    }

    /// The steps that a body costs, however many.
    #[cfg(test)]
    pub(super) fn work(&self, body: &str) -> usize {
        let mut budget = Budget::new(usize::MAX);
        let mut found = Vec::new();
        let text = Text::new(body, true);
        self.find_turned(body, Field::Body, &mut budget, &mut found)
            .and_then(|()| self.find(&text, Field::Body, &mut budget, &mut found))
            .expect("few hits");
        budget.spent()
    }

    /// One that looks everything up, wherever it may begin and however it may be disguised.
    #[cfg(test)]
    pub(super) fn without_shortcuts(
        version: i64,
        rules: &[Rule],
    ) -> Result<Matcher, Vec<RuleProblem>> {
        let parts = Parts {
            is_one_lane: true,
            ..Parts::default()
        };
        let matcher = Matcher::of_parts(version, rules, parts)?;
        Ok(Matcher {
            starts: matcher.starts.without_scents(),
            ..matcher
        })
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
