//! `gatepost bench rules`: what checking a post costs with few and with many rules, what building them costs, and whether
//! hostile texts stay linear. No server: the matcher alone, in this process.

use std::collections::HashMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::bench::report::Report;
use crate::bench::texts::{self, Texts};
use crate::moderation::rules::import::{Format, parse};
use crate::moderation::rules::{MatchMode, Matcher, Rule, RuleDraft, RuleKind};

/// What to measure.
#[derive(Debug, Clone)]
pub struct RulesPlan {
    /// Posts whose texts are checked: JSON lines with `title` and `body`.
    pub texts: PathBuf,
    /// Files of rules, in the forms that can be imported; words are made up where they do not suffice.
    pub lists: Vec<PathBuf>,
    /// Little of everything, once: shows that it runs, and measures nothing.
    pub is_quick: bool,
}

/// How much is measured.
struct Scale {
    /// Of rules.
    counts: [usize; 3],
    /// Each post is checked so often; its least time counts, which is nearest to what a check costs.
    rounds: usize,
    /// Of posts.
    pieces: usize,
    large_bytes: usize,
    hostile_bytes: usize,
}

const FULL: Scale = Scale {
    counts: [1_000, 10_000, 100_000],
    rounds: 20,
    pieces: 300,
    large_bytes: 1 << 20,
    hostile_bytes: 100_000,
};
const QUICK: Scale = Scale {
    counts: [10, 20, 50],
    rounds: 1,
    pieces: 3,
    large_bytes: 10_000,
    hostile_bytes: 100,
};
/// A rule of a list that hits more posts than this is of no use on such a site.
const HITS_MAX: usize = 2;
const REGEXES: usize = 1_000;
/// Texts that somebody would send to keep a checker busy: these, over and over.
const HOSTILE: [(&str, &str); 6] = [
    ("letters", "a"),
    ("initials", "a."),
    ("signs", "*a"),
    ("entities", "&#97;"),
    ("marks", "\u{301}"),
    ("brackets", "["),
];

/// Measures and prints.
pub(super) fn run(plan: &RulesPlan) -> anyhow::Result<()> {
    let scale = if plan.is_quick { QUICK } else { FULL };
    let report = Report::of_rules();
    let texts = texts::load(&plan.texts)?;
    let all = rules(&plan.lists, &texts, &scale)?;
    for count in scale.counts {
        let started = Instant::now();
        let matcher = build(&all[..count])?;
        report.figure(
            &format!("build_seconds_{count}"),
            started.elapsed().as_secs_f64(),
        );
        report.figure(
            &format!("check_microseconds_{count}"),
            scale.least_micros(&matcher, &texts),
        );
        drop(matcher);
        let aggressive = build(&with_mode(&all[..count], MatchMode::Aggressive))?;
        report.figure(
            &format!("check_aggressive_microseconds_{count}"),
            scale.least_micros(&aggressive, &texts),
        );
    }
    scale.large(&report, &all, &texts)?;
    scale.hostile(&report, &all)
}

impl Scale {
    /// A large text of posts, with many words and many regular expressions.
    fn large(&self, report: &Report, all: &[Rule], texts: &Texts) -> anyhow::Result<()> {
        let mut rules = all[..self.counts[1]].to_vec();
        rules.extend((0..REGEXES).map(|n| {
            rule(
                format!("regex-{n}"),
                RuleDraft {
                    kind: RuleKind::Regex,
                    pattern: format!(r"\b{}{n}\s?[a-z]{{2,9}}\b", texts::made_up(n)),
                    ..RuleDraft::default()
                },
            )
        }));
        let matcher = build(&rules)?;
        let mut body = String::new();
        for n in 0.. {
            if body.len() >= self.large_bytes {
                break;
            }
            body.push_str(&texts.piece(n).1.replace(texts::FLAGGED, ""));
        }
        let took = self.least(|| drop(black_box(matcher.check("", black_box(&body)))));
        report.figure("large_post_milliseconds", took.as_secs_f64() * 1e3);
        Ok(())
    }

    /// How much longer ten times as much takes.
    fn hostile(&self, report: &Report, all: &[Rule]) -> anyhow::Result<()> {
        let matcher = build(&all[..self.counts[1]])?;
        for (name, piece) in HOSTILE {
            let text = |bytes: usize| piece.repeat(bytes / piece.len());
            let (small, large) = (text(self.hostile_bytes), text(10 * self.hostile_bytes));
            let took =
                |text: &str| self.least(|| drop(black_box(matcher.check("", black_box(text)))));
            let (small, large) = (took(&small), took(&large));
            report.figure(
                &format!("hostile_{name}_milliseconds"),
                large.as_secs_f64() * 1e3,
            );
            report.figure(
                &format!("hostile_{name}_ratio"),
                large.as_secs_f64() / small.as_secs_f64(),
            );
        }
        Ok(())
    }

    /// The mean over the posts of the least time that each takes.
    fn least_micros(&self, matcher: &Matcher, texts: &Texts) -> f64 {
        let total: Duration = (0..self.pieces)
            .map(|n| {
                let (title, body) = texts.piece(n);
                self.least(|| drop(black_box(matcher.check(black_box(title), black_box(body)))))
            })
            .sum();
        total.as_secs_f64() * 1e6 / self.pieces as f64
    }

    fn least(&self, mut run: impl FnMut()) -> Duration {
        let times = (0..self.rounds).map(|_| {
            let started = Instant::now();
            run();
            started.elapsed()
        });
        times.min().unwrap_or_default()
    }
}

/// The flagged word, the rules of the lists but those that hit many posts, and made-up words.
fn rules(lists: &[PathBuf], texts: &Texts, scale: &Scale) -> anyhow::Result<Vec<Rule>> {
    let mut listed = Vec::new();
    for list in lists {
        listed.extend(drafts(list)?);
    }
    let listed: Vec<Rule> = listed
        .into_iter()
        .enumerate()
        .map(|(n, draft)| rule(format!("list-{n}"), draft))
        .collect();
    let matcher = build(&listed)?;
    let mut hits = HashMap::<String, usize>::new();
    for n in 0..scale.pieces {
        let (title, body) = texts.piece(n);
        for hit in matcher.check(title, body).hits {
            *hits.entry(hit.rule).or_default() += 1;
        }
    }
    let [.., most] = scale.counts;
    let made_up = texts::rules(most);
    let word = |(n, pattern): (usize, &str)| {
        let draft = RuleDraft {
            pattern: pattern.to_owned(),
            ..RuleDraft::default()
        };
        rule(format!("word-{n}"), draft)
    };
    let mut words = made_up.lines().enumerate().map(word);
    let flagged = words.next();
    let useful = |rule: &Rule| hits.get(&rule.id).is_none_or(|hits| *hits <= HITS_MAX);
    let listed = listed.into_iter().filter(useful);
    Ok(flagged
        .into_iter()
        .chain(listed)
        .chain(words)
        .take(most)
        .collect())
}

fn drafts(list: &Path) -> anyhow::Result<Vec<RuleDraft>> {
    let bytes = std::fs::read(list).with_context(|| format!("read the list {}", list.display()))?;
    let name = list.file_name().and_then(|name| name.to_str());
    let format = Format::detect(name, &bytes);
    Ok(parse(format, &bytes, &RuleDraft::default()).drafts)
}

fn rule(id: String, draft: RuleDraft) -> Rule {
    Rule { id, draft }
}

fn with_mode(rules: &[Rule], mode: MatchMode) -> Vec<Rule> {
    let mut rules = rules.to_vec();
    for rule in &mut rules {
        if matches!(rule.draft.kind, RuleKind::Word | RuleKind::Phrase) {
            rule.draft.mode = mode;
        }
    }
    rules
}

fn build(rules: &[Rule]) -> anyhow::Result<Matcher> {
    Matcher::build(1, rules).map_err(|problems| anyhow::anyhow!("{problems:?}"))
}
