//! Rules that the decisions of people suggest: terms that stand in rejected posts and hardly in others, and exceptions for
//! what rules hit in approved ones. Only told; a person makes rules of them, or not.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use crate::ids::{PostId, SiteId};
use crate::moderation::Moderation;
use crate::moderation::in_force::InForce;
use crate::moderation::rows::{CaseStatus, RevisionRow};
use crate::moderation::rules::normalize::fold;
use crate::moderation::rules::{Action, Field, Hit, RuleDraft, RuleKind, View};
use crate::store::{cases, posts};

/// Posts that are read at once, how many pages of them at most, and how much text.
const PAGE: i64 = 250;
const PAGES: usize = 8;
const TEXT_BYTES: usize = 16 << 20;
/// In so many rejected posts a term has to stand.
const REJECTED_MIN: u32 = 3;
/// So much more often than in other posts.
const TIMES_MIN: f64 = 10.0;
/// So often something has to be approved before it is an exception.
const APPROVED_MIN: u32 = 2;
/// The shortest term, in characters.
const TERM_MIN_CHARS: usize = 4;
/// The most suggestions of a sort.
const SHOWN: usize = 20;

/// What decisions suggest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suggestions {
    /// How many rejected posts were read.
    pub rejected: usize,
    /// How many posts were read that nobody rejected.
    pub others: usize,
    /// Terms to hold.
    pub terms: Vec<Term>,
    /// Exceptions.
    pub exceptions: Vec<Exception>,
}

/// A term of rejected posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The word.
    pub word: String,
    /// In how many rejected posts it stands.
    pub rejected: u32,
    /// In how many others.
    pub others: u32,
}

/// Something that a rule hits in approved posts only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The exception.
    pub draft: RuleDraft,
    /// The pattern of the rule that hits it.
    pub of: String,
    /// In how many approved posts it stands.
    pub approved: u32,
}

/// What of a hit has to be known here.
#[derive(Deserialize)]
struct HitOf {
    rule: String,
    pattern: String,
    action: Action,
    field: Field,
    start: usize,
    end: usize,
}

/// A post with what people decided of it.
struct Decided {
    text: RevisionRow,
    decision: Option<CaseStatus>,
}

impl Moderation {
    /// What the newest decisions of a site suggest.
    pub async fn suggest_rules(&self, site: SiteId) -> anyhow::Result<Suggestions> {
        let Some(in_force) = self.in_force.load(site).await? else {
            return Ok(Suggestions::default());
        };
        let mut posts = Vec::new();
        let mut before = posts::NEWEST.to_owned();
        let mut bytes = 0;
        for _ in 0..PAGES {
            let texts = posts::list_texts(&self.db, site, &before, PAGE).await?;
            let (Some(newest), Some(oldest)) = (texts.first(), texts.last()) else {
                break;
            };
            let (from, to) = (&oldest.post_id, &newest.post_id);
            let decisions = cases::list_decisions(&self.db, site, from, to).await?;
            let decisions: HashMap<PostId, CaseStatus> = decisions
                .into_iter()
                .map(|(post, _, status)| (post, status))
                .collect();
            before = oldest.post_id.to_string();
            for text in texts {
                bytes += text.body.len();
                posts.push(Decided {
                    decision: decisions.get(&text.post_id).copied(),
                    text,
                });
            }
            if bytes > TEXT_BYTES {
                break;
            }
        }
        Ok(tokio::task::spawn_blocking(move || suggest(&in_force, &posts)).await?)
    }
}

fn suggest(in_force: &InForce, posts: &[Decided]) -> Suggestions {
    let is_rejected = |post: &&Decided| post.decision == Some(CaseStatus::Rejected);
    let rejected: Vec<&Decided> = posts.iter().filter(is_rejected).collect();
    // Of what waits nobody knows yet.
    let is_clean = |post: &&Decided| match post.decision {
        Some(decision) => decision == CaseStatus::Approved,
        None => post.text.hits == "[]",
    };
    let others: Vec<&Decided> = posts.iter().filter(is_clean).collect();
    Suggestions {
        terms: terms(in_force, &rejected, &others),
        exceptions: exceptions(in_force, posts),
        rejected: rejected.len(),
        others: others.len(),
    }
}

/// The words of a post, each once.
fn words(post: &Decided) -> HashSet<String> {
    let text = fold(&format!("{} {}", post.text.title, post.text.body)).text;
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= TERM_MIN_CHARS)
        .filter(|word| word.chars().any(char::is_alphabetic))
        .map(str::to_owned)
        .collect()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a few thousand posts are far below 2^52"
)]
fn terms(in_force: &InForce, rejected: &[&Decided], others: &[&Decided]) -> Vec<Term> {
    let mut counts: HashMap<String, (u32, u32)> = HashMap::new();
    for word in rejected.iter().flat_map(|post| words(post)) {
        counts.entry(word).or_default().0 += 1;
    }
    counts.retain(|_, (rejected, _)| *rejected >= REJECTED_MIN);
    if counts.is_empty() {
        return Vec::new();
    }
    for word in others.iter().flat_map(|post| words(post)) {
        if let Some((_, others)) = counts.get_mut(&word) {
            *others += 1;
        }
    }
    let times = |(in_rejected, in_others): (u32, u32)| {
        let usual = (f64::from(in_others) + 0.5) / (others.len() as f64 + 1.0);
        f64::from(in_rejected) / rejected.len() as f64 / usual
    };
    let mut found: Vec<(f64, Term)> = counts
        .into_iter()
        .map(|(word, counts)| {
            let term = Term {
                word,
                rejected: counts.0,
                others: counts.1,
            };
            (times(counts), term)
        })
        .filter(|(times, term)| *times >= TIMES_MIN && !in_force.finds(&term.word))
        .collect();
    found.sort_by(|(left, a), (right, b)| {
        let weight = |times: &f64, term: &Term| times * f64::from(term.rejected);
        let order = weight(right, b).total_cmp(&weight(left, a));
        order.then_with(|| a.word.cmp(&b.word))
    });
    found.truncate(SHOWN);
    found.into_iter().map(|(_, term)| term).collect()
}

fn exceptions(in_force: &InForce, posts: &[Decided]) -> Vec<Exception> {
    let kinds: HashMap<&str, RuleKind> = in_force
        .rules()
        .iter()
        .map(|rule| (rule.id.as_str(), rule.draft.kind))
        .collect();
    let mut of_combinations: HashSet<String> = HashSet::new();
    let mut counts: HashMap<(RuleKind, String), (String, u32, bool)> = HashMap::new();
    for post in posts {
        let is_approved = match post.decision {
            Some(CaseStatus::Approved) => true,
            Some(CaseStatus::Rejected) => false,
            _ => continue,
        };
        let hits: Vec<HitOf> = serde_json::from_str(&post.text.hits).unwrap_or_default();
        let mut seen = HashSet::new();
        for hit in hits {
            let keeps_back = matches!(hit.action, Action::Hold | Action::Reject);
            let Some(kind_of_rule) = kinds.get(hit.rule.as_str()).filter(|_| keeps_back) else {
                continue;
            };
            let text = match hit.field {
                Field::Title => &post.text.title,
                Field::Body => &post.text.body,
            };
            let found = match kind_of_rule {
                RuleKind::Host => around_host(text, hit.start, hit.end),
                _ => around(text, hit.start, hit.end),
            };
            let Some((kind, pattern)) = found else {
                continue;
            };
            let key = (kind, fold(&pattern).text);
            if *kind_of_rule == RuleKind::Combination {
                of_combinations.insert(key.1.clone());
            }
            if seen.insert(key.clone()) {
                let entry = counts.entry(key).or_insert((hit.pattern, 0, false));
                entry.1 += u32::from(is_approved);
                entry.2 |= !is_approved;
            }
        }
    }
    let mut found: Vec<Exception> = counts
        .into_iter()
        .filter(|(_, (_, approved, is_rejected))| *approved >= APPROVED_MIN && !is_rejected)
        .map(|((kind, pattern), (of, approved, _))| Exception {
            draft: draft(kind, pattern),
            of,
            approved,
        })
        // A combination says nothing of its words alone.
        .filter(
            |found| match of_combinations.contains(&found.draft.pattern) {
                true => !is_excepted(in_force, &found.draft),
                false => in_force.finds(&found.draft.pattern),
            },
        )
        .collect();
    found.sort_by(|a, b| {
        let order = b.approved.cmp(&a.approved);
        order.then_with(|| a.draft.pattern.cmp(&b.draft.pattern))
    });
    found.truncate(SHOWN);
    found
}

fn is_excepted(in_force: &InForce, draft: &RuleDraft) -> bool {
    let mut exceptions = in_force.rules().iter();
    exceptions.any(|rule| {
        rule.draft.action == Action::Allow && fold(&rule.draft.pattern).text == draft.pattern
    })
}

/// The exception that would excuse a hit in a text, where there is one narrower than the hit itself.
pub fn exception(title: &str, body: &str, hit: &Hit) -> Option<RuleDraft> {
    let text = match hit.field {
        Field::Title => title,
        Field::Body => body,
    };
    // Of a rule that finds many words, the one word is narrow enough.
    let is_one_of_many =
        hit.view.contains(View::Text) && fold(&hit.text).text != fold(&hit.pattern).text;
    if is_one_of_many && hit.text.chars().all(char::is_alphanumeric) {
        return Some(draft(RuleKind::Word, hit.text.clone()));
    }
    let (kind, pattern) = around(text, hit.start, hit.end)?;
    Some(draft(kind, pattern))
}

fn draft(kind: RuleKind, pattern: String) -> RuleDraft {
    RuleDraft {
        kind,
        pattern,
        action: Action::Allow,
        ..RuleDraft::default()
    }
}

/// The word in which a hit lies; where it is a word itself, the words beside it too.
fn around(text: &str, start: usize, end: usize) -> Option<(RuleKind, String)> {
    let letters: Vec<char> = text.chars().collect();
    if start >= end || end > letters.len() {
        return None;
    }
    let is_word = |at: usize| letters.get(at).is_some_and(|c| c.is_alphanumeric());
    let begin_of = |mut at: usize| {
        while at > 0 && is_word(at - 1) {
            at -= 1;
        }
        at
    };
    let end_of = |mut at: usize| {
        while is_word(at) {
            at += 1;
        }
        at
    };
    let (first, last) = (begin_of(start), end_of(end));
    let part = |from: usize, to: usize| letters[from..to].iter().collect::<String>();
    let is_one_word = letters[first..last].iter().all(|c| c.is_alphanumeric());
    if (first, last) != (start, end) && is_one_word {
        return Some((RuleKind::Word, part(first, last)));
    }
    // The neighbours, if only spaces are between.
    let mut from = first;
    while from > 0 && letters[from - 1] == ' ' {
        from -= 1;
    }
    let from = if from < first { begin_of(from) } else { first };
    let mut to = last;
    while letters.get(to) == Some(&' ') {
        to += 1;
    }
    let to = if to > last { end_of(to) } else { last };
    let phrase = part(from, to);
    let words: Vec<&str> = phrase.split_whitespace().collect();
    let is_longer = words.len() > part(start, end).split_whitespace().count();
    (is_longer && words.len() > 1).then(|| (RuleKind::Phrase, words.join(" ")))
}

/// The whole host in which a hit lies, if it is a longer one.
fn around_host(text: &str, start: usize, end: usize) -> Option<(RuleKind, String)> {
    let letters: Vec<char> = text.chars().collect();
    if start >= end || end > letters.len() {
        return None;
    }
    let is_host = |c: &char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let before = letters[..start].iter().rev().take_while(|c| is_host(c));
    let after = letters[end..].iter().take_while(|c| is_host(c));
    let (from, to) = (start - before.count(), end + after.count());
    let host: String = letters[from..to].iter().collect();
    let host = host.trim_matches(['.', '-']);
    (host.chars().count() > end - start).then(|| (RuleKind::Host, host.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{around, around_host};
    use crate::moderation::rules::RuleKind;

    #[test]
    fn exceptions_are_the_word_around_a_hit_or_the_words_beside_it() {
        let word = |text: &str| Some((RuleKind::Word, text.to_owned()));
        let phrase = |text: &str| Some((RuleKind::Phrase, text.to_owned()));
        assert_eq!(around("a smartwatch, new", 6, 10), word("smartwatch"));
        assert_eq!(
            around("my free money now", 3, 13),
            phrase("my free money now")
        );
        assert_eq!(around("the press. Then", 4, 9), phrase("the press"));
        assert_eq!(around("press", 0, 5), None);
        assert_eq!(around("press", 0, 9), None);
    }

    #[test]
    fn exceptions_of_a_host_are_the_host_below_it() {
        let host = |text: &str| Some((RuleKind::Host, text.to_owned()));
        assert_eq!(
            around_host("see good.shop.example. Now", 9, 21),
            host("good.shop.example")
        );
        assert_eq!(around_host("see shop.example now", 4, 16), None);
    }
}
