//! A compiled rule set: checks a post and says what hit where.
//! Knows nothing of where rules and posts are kept. Never panics, and holds what it cannot check within its budget.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use aho_corasick::{AhoCorasick, BuildError};
use regex::Regex;
use serde::Serialize;

use super::boundary::is_boundary;
use super::hit::{Checked, Hit, Verdict};
use super::normalize::{fold, widen};
use super::pattern::{self, Glob, Pattern};
use super::regions;
use super::rule::{Action, Field, Fields, Rule};
use super::scan::{Budget, Exhausted, Keys};
use super::scout::{Outlook, Scout, ScoutBuilder};
use super::text::rendered;

/// Steps for one post: enough for a megabyte of prose with thousands of rules, and well under a second.
const STEPS_MAX: usize = 64 << 20;
/// More hits than this tell a moderator nothing new.
const HITS_MAX: usize = 1_000;

/// A rule that cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleProblem {
    /// The rule's id.
    pub rule: String,
    /// What would be right.
    pub message: String,
}

/// A rule set, compiled once and shared by all threads.
#[derive(Debug)]
pub struct Matcher {
    version: i64,
    rules: Vec<Rule>,
    scout: Scout,
    keys: Keys<Target>,
    /// Literals that may stand anywhere in a word, and whose pattern contains which.
    literals: Option<AhoCorasick>,
    literal_targets: Vec<Floating>,
    globs: Vec<(usize, Glob)>,
    regexes: Vec<(usize, Regex)>,
    /// Regexes of which no literal is known.
    unfiltered: Vec<usize>,
}

/// What a key stands for.
#[derive(Debug)]
enum Target {
    /// The whole pattern of this rule.
    Rule(usize),
    /// The beginning of this glob.
    Glob(usize),
}

/// What a floating literal belongs to.
#[derive(Debug)]
enum Floating {
    Glob(usize),
    Regex(usize),
}

/// A match before it is reported: bytes of the original field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Match {
    start: usize,
    end: usize,
    rule: usize,
}

impl Matcher {
    /// Compiles the enabled rules. Reports every rule that cannot be compiled.
    pub fn build(version: i64, rules: &[Rule]) -> Result<Matcher, Vec<RuleProblem>> {
        let rules: Vec<Rule> = rules
            .iter()
            .filter(|rule| rule.draft.enabled)
            .cloned()
            .collect();
        let mut parts = Parts::default();
        let mut problems = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            match pattern::compile(rule.draft.kind, &rule.draft.pattern) {
                Ok(pattern) => parts.add(index, pattern, rule.draft.fields),
                Err(message) => problems.push(RuleProblem {
                    rule: rule.id.clone(),
                    message,
                }),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let too_large = |error: BuildError| {
            vec![RuleProblem {
                rule: String::new(),
                message: error.to_string(),
            }]
        };
        let literals = (!parts.literals.is_empty()).then(|| AhoCorasick::new(&parts.literals));
        Ok(Matcher {
            version,
            rules,
            scout: parts.scout.build().map_err(too_large)?,
            keys: Keys::build(parts.keys),
            literals: literals.transpose().map_err(too_large)?,
            literal_targets: parts.literal_targets,
            globs: parts.globs,
            regexes: parts.regexes,
            unfiltered: parts.unfiltered,
        })
    }

    /// The version of the rule set.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The rules in force.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// How many rules are in force.
    pub fn rule_count(&self) -> usize {
        self.rules.len()
    }

    /// Checks a post. What cannot be checked is held, and `problem` says why.
    pub fn check(&self, title: &str, body_markdown: &str) -> Checked {
        let result = catch_unwind(AssertUnwindSafe(|| self.check_fields(title, body_markdown)));
        let (hits, problem) = match result {
            Ok((hits, None)) => (hits, None),
            Ok((hits, Some(Exhausted))) => (
                hits,
                Some("the text takes too much work to check".to_owned()),
            ),
            Err(_) => (Vec::new(), Some("the check failed".to_owned())),
        };
        let worst = hits.iter().map(|hit| match hit.action {
            Action::Reject => Verdict::Reject,
            Action::Hold => Verdict::Hold,
            Action::Allow | Action::Shadow => Verdict::Publish,
        });
        let least = if problem.is_some() {
            Verdict::Hold
        } else {
            Verdict::Publish
        };
        let verdict = worst.chain([least]).max().unwrap_or(least);
        Checked {
            verdict,
            hits,
            rule_set_version: self.version,
            problem,
        }
    }

    fn check_fields(&self, title: &str, body: &str) -> (Vec<Hit>, Option<Exhausted>) {
        let mut budget = Budget::new(STEPS_MAX);
        let mut matches = Vec::new();
        let done = self.match_text(
            title,
            Field::Title,
            &|range| range,
            &mut budget,
            &mut matches,
        );
        let mut hits = self.hits(Field::Title, title, matches);
        if done.is_err() {
            return (hits, done.err());
        }
        let mut matches = Vec::new();
        let done = self.match_body(body, &mut budget, &mut matches);
        hits.extend(self.hits(Field::Body, body, matches));
        (hits, done.err())
    }

    /// Reads as Markdown only what has to be.
    fn match_body(
        &self,
        body: &str,
        budget: &mut Budget,
        matches: &mut Vec<Match>,
    ) -> Result<(), Exhausted> {
        let regions = match self.outlook(body) {
            Some(places) if places.is_empty() => return Ok(()),
            Some(places) => regions::around(body, &places),
            None => None,
        };
        match regions {
            None => self.match_region(body, 0..body.len(), budget, matches),
            Some(regions) => regions
                .into_iter()
                .try_for_each(|region| self.match_region(body, region, budget, matches)),
        }
    }

    fn match_region(
        &self,
        body: &str,
        region: Range<usize>,
        budget: &mut Budget,
        matches: &mut Vec<Match>,
    ) -> Result<(), Exhausted> {
        let rendered = rendered(&body[region.clone()]);
        let to_body = |range: Range<usize>| {
            let source = rendered.map.source(range);
            region.start + source.start..region.start + source.end
        };
        self.match_text(&rendered.text, Field::Body, &to_body, budget, matches)
    }

    /// The bytes of the body near which rules may match, as far as its Markdown tells.
    fn outlook(&self, body: &str) -> Option<Vec<usize>> {
        let folded = fold(body);
        match self.scout.look(&folded.text, &self.globs) {
            Outlook::Unknown => None,
            Outlook::Suspect(places) => Some(
                places
                    .into_iter()
                    .map(|place| folded.map.source(place..place + 1).start)
                    .collect(),
            ),
        }
    }

    /// One that reads every body as a whole.
    #[cfg(test)]
    pub(super) fn without_scout(self) -> Matcher {
        Matcher {
            scout: Scout::blind(),
            ..self
        }
    }

    /// Whether the look at the Markdown suffices.
    #[cfg(test)]
    pub(super) fn is_clean(&self, body: &str) -> bool {
        self.outlook(body).is_some_and(|places| places.is_empty())
    }

    /// Finds what matches in `text`, which `to_original` maps back to the field.
    fn match_text(
        &self,
        text: &str,
        field: Field,
        to_original: &dyn Fn(Range<usize>) -> Range<usize>,
        budget: &mut Budget,
        matches: &mut Vec<Match>,
    ) -> Result<(), Exhausted> {
        let folded = fold(text);
        let mut raw = Vec::new();
        let result = self.match_folded(&folded.text, field, budget, &mut raw);
        matches.extend(raw.iter().map(|found| {
            let span = to_original(folded.map.source(found.start..found.end));
            Match {
                start: span.start,
                end: span.end,
                rule: found.rule,
            }
        }));
        let candidates = result?;
        if candidates.is_empty() {
            return Ok(());
        }
        let wide = widen(text);
        for index in candidates {
            let (rule, regex) = &self.regexes[index];
            if !self.rules[*rule].draft.fields.include(field) {
                continue;
            }
            budget.spend(wide.text.len())?;
            for found in regex
                .find_iter(&wide.text)
                .filter(|found| !found.is_empty())
            {
                // The next search may read all that is left before it finds anything.
                budget.spend(wide.text.len() - found.end())?;
                let span = to_original(wide.map.source(found.range()));
                push(
                    matches,
                    Match {
                        start: span.start,
                        end: span.end,
                        rule: *rule,
                    },
                )?;
            }
        }
        Ok(())
    }

    /// Finds keys and globs, and answers which regexes may match.
    fn match_folded(
        &self,
        text: &str,
        field: Field,
        budget: &mut Budget,
        matches: &mut Vec<Match>,
    ) -> Result<Vec<usize>, Exhausted> {
        let mut glob_starts = Vec::new();
        self.keys.scan(text, budget, |target, start, end| {
            match *target {
                Target::Rule(rule) => {
                    if is_boundary(text, end) && self.rules[rule].draft.fields.include(field) {
                        push(matches, Match { start, end, rule })?;
                    }
                }
                Target::Glob(glob) => glob_starts.push((glob, start)),
            }
            Ok(())
        })?;
        let mut regexes = self.unfiltered.clone();
        if let Some(literals) = &self.literals {
            let mut word = 0..0;
            for found in literals.find_overlapping_iter(text) {
                budget.spend(1)?;
                match self.literal_targets[found.pattern().as_usize()] {
                    Floating::Regex(regex) => regexes.push(regex),
                    Floating::Glob(glob) => {
                        if !word.contains(&found.start()) {
                            word = word_around(text, found.start(), word.end);
                            budget.spend(word.len())?;
                        }
                        glob_starts.push((glob, word.start));
                    }
                }
                if glob_starts.len() > 1 << 16 || regexes.len() > 1 << 16 {
                    settle(&mut glob_starts);
                    settle(&mut regexes);
                }
            }
        }
        settle(&mut glob_starts);
        for (index, start) in glob_starts {
            let (rule, glob) = &self.globs[index];
            if !self.rules[*rule].draft.fields.include(field) {
                continue;
            }
            let mut steps = 0;
            let end = glob.find_end(
                &text[start..],
                |end| is_boundary(text, start + end),
                &mut steps,
            );
            budget.spend(steps)?;
            if let Some(end) = end {
                push(
                    matches,
                    Match {
                        start,
                        end: start + end,
                        rule: *rule,
                    },
                )?;
            }
        }
        settle(&mut regexes);
        Ok(regexes)
    }

    /// Takes out what exceptions excuse, and says the rest in code points.
    fn hits(&self, field: Field, original: &str, mut matches: Vec<Match>) -> Vec<Hit> {
        settle(&mut matches);
        let is_allow = |found: &Match| self.rules[found.rule].draft.action == Action::Allow;
        let (allowed, mut counted): (Vec<Match>, Vec<Match>) =
            matches.into_iter().partition(is_allow);
        // `furthest[i]` is where the longest of the first i exceptions ends: they are sorted by where they begin.
        let mut furthest = vec![0];
        furthest.extend(allowed.iter().scan(0, |end, found| {
            *end = found.end.max(*end);
            Some(*end)
        }));
        counted.retain(|found| {
            found.end > furthest[allowed.partition_point(|allow| allow.start <= found.start)]
        });
        let mut points = CodePoints {
            text: original,
            byte: 0,
            point: 0,
        };
        counted
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
                    rule_set_version: self.version,
                }
            })
            .collect()
    }
}

/// The rules, sorted by how they are looked for.
#[derive(Default)]
struct Parts {
    scout: ScoutBuilder,
    keys: Vec<(Vec<u8>, Target)>,
    literals: Vec<String>,
    literal_targets: Vec<Floating>,
    globs: Vec<(usize, Glob)>,
    regexes: Vec<(usize, Regex)>,
    unfiltered: Vec<usize>,
}

impl Parts {
    fn add(&mut self, rule: usize, pattern: Pattern, fields: Fields) {
        if fields.include(Field::Body) {
            self.scout.pattern(&pattern, self.globs.len());
        }
        match pattern {
            Pattern::Key(key) => self.keys.push((key, Target::Rule(rule))),
            Pattern::Glob(glob) => {
                let index = self.globs.len();
                let prefix = glob.prefix();
                if prefix.is_empty() {
                    self.literals.push(glob.longest_literal());
                    self.literal_targets.push(Floating::Glob(index));
                } else {
                    self.keys.push((prefix.into_bytes(), Target::Glob(index)));
                }
                self.globs.push((rule, glob));
            }
            Pattern::Regex { regex, literals } => {
                let index = self.regexes.len();
                if literals.is_empty() {
                    self.unfiltered.push(index);
                }
                self.literal_targets
                    .extend(literals.iter().map(|_| Floating::Regex(index)));
                self.literals.extend(literals);
                self.regexes.push((rule, regex));
            }
        }
    }
}

fn push(matches: &mut Vec<Match>, found: Match) -> Result<(), Exhausted> {
    if matches.len() >= HITS_MAX {
        return Err(Exhausted);
    }
    matches.push(found);
    Ok(())
}

fn settle<T: Ord>(found: &mut Vec<T>) {
    found.sort_unstable();
    found.dedup();
}

/// The word in which the byte `at` stands. No word begins before `from` and goes on behind it.
fn word_around(text: &str, at: usize, from: usize) -> Range<usize> {
    let is_edge = |at: usize| text.is_char_boundary(at) && is_boundary(text, at);
    let start = (from.min(at)..=at)
        .rev()
        .find(|at| is_edge(*at))
        .unwrap_or(at);
    let end = (at + 1..=text.len())
        .find(|at| is_edge(*at))
        .unwrap_or(text.len());
    start..end
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
