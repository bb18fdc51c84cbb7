//! Looking at the Markdown first, and reading only parts of it, may never change what is found.

use super::samples::{list, posts};
use super::*;

/// What generated texts are made of: halves of words, everything that Markdown may remove, and what only looks like it.
const PIECES: &[&str] = &[
    "sp",
    "am",
    "spam",
    "s",
    "m",
    "a",
    "kill",
    "your",
    "self",
    "yourself",
    "fu",
    "uu",
    "ck",
    "smu",
    "rf",
    "e",
    "c++",
    "*",
    "**",
    "_",
    "~~",
    "`",
    "``",
    "[",
    "]",
    "(",
    ")",
    "](x)",
    "](<x y>)",
    "](x 'am')",
    "![",
    "][r]",
    "[]",
    "[r]: x",
    "[spam]: x",
    "<b>",
    "</b>",
    "<b title='spam'>",
    "<am",
    "<http://am.example>",
    "<sp@am.example>",
    "<",
    ">",
    "<!--",
    "-->",
    "<div>",
    "</div>",
    "&#97;",
    "&",
    "&amp;",
    "&shy;",
    "am;",
    ";",
    "\\",
    "\\*",
    "\n",
    "\n\n",
    "\n> ",
    "\n- ",
    "\n1. ",
    "\n\n    ",
    "\n```\n",
    "\n~~~spam\n",
    "\n|a|b|\n|-|-|\n|",
    "|",
    "\n# ",
    "\n===\n",
    " ",
    " ",
    " ",
    ".",
    ", ",
    "-",
    "'",
    "#",
    "@",
    "+",
    "é",
    "e\u{301}",
    "\u{301}",
    "\u{338}",
    "女",
    "王",
    "\u{200b}",
    "\u{ad}",
    "ｓｐ",
    "ß",
    "ﬁ",
    "🖕",
    "…",
    "\0",
    "\t",
    "\r\n",
    "スパム",
    "ガ",
    "カ",
    "\u{3099}",
    "й",
    "и",
    "\u{306}",
    "хуй",
];

fn rules() -> Vec<Rule> {
    use RuleKind::{Phrase, Regex, Wildcard, Word};
    let rules = [
        (Word, "spam"),
        (Word, "s&m"),
        (Word, "s-m"),
        (Word, "c++"),
        (Word, "#spam"),
        (Word, "sp_am"),
        (Word, "a.m"),
        (Word, "é"),
        (Word, "女王"),
        (Word, "sm女王"),
        (Word, "🖕"),
        (Word, "スパム"),
        (Word, "ガ"),
        (Word, "хуй"),
        (Word, "kill"),
        (Phrase, "kill yourself"),
        (Phrase, "a spam a"),
        (Phrase, "you 🖕"),
        (Wildcard, "yours*"),
        (Wildcard, "s?am*"),
        (Wildcard, "*urself"),
        (Wildcard, "*mu?f*"),
        (Regex, r"\bfu+ck\b"),
        (Regex, r"self.{0,3}kill"),
    ];
    let draft = |(kind, pattern): (RuleKind, &str)| rule(pattern, kind, pattern, Action::Hold);
    rules.into_iter().map(draft).collect()
}

/// Small and the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % sides
    }
}

#[test]
fn generated_texts_have_the_same_hits_however_they_are_read() {
    let rules = rules();
    // One rule at a time, so that the hits of another do not hide what it misses.
    let scouts: Vec<_> = rules
        .iter()
        .map(|rule| Matcher::build(1, std::slice::from_ref(rule)).expect("compiles"))
        .collect();
    let exact = Matcher::build(1, &rules).expect("compiles").without_scout();
    let all = Matcher::build(1, &rules).expect("compiles");
    #[expect(
        clippy::disallowed_methods,
        reason = "a test is told by the environment how long it may take"
    )]
    let texts = std::env::var("GATEPOST_GENERATED_TEXTS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(3_000);
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let (mut clean, mut hit) = (0, 0);
    for _ in 0..texts {
        let body: String = (0..2 + dice.roll(14))
            .map(|_| PIECES[dice.roll(PIECES.len())])
            .collect();
        let hits = exact.check("", &body).hits;
        assert_eq!(all.check("", &body).hits, hits, "{body:?}");
        for (rule, scout) in rules.iter().zip(&scouts) {
            let has_hit = hits.iter().any(|hit| hit.rule == rule.id);
            let is_clean = scout.is_clean(&body);
            assert!(!(has_hit && is_clean), "{:?} in {body:?}", rule.id);
            clean += usize::from(is_clean);
            hit += usize::from(has_hit);
        }
    }
    assert!(
        hit > texts / 10 && clean > texts,
        "the texts are worth the test: {clean} clean, {hit} hit"
    );
}

#[test]
fn real_posts_have_the_same_hits_however_they_are_read() {
    let Some(posts) = posts() else { return };
    let mut rules = Vec::new();
    for name in [
        "ldnoobw-en.txt",
        "ldnoobw-fr.txt",
        "ldnoobw-ja.txt",
        "dsojevic-en.json",
        "splorp-blocklist.txt",
    ] {
        rules.extend(
            list(name)
                .expect("the samples are there")
                .into_iter()
                .step_by(if name.starts_with('s') { 23 } else { 1 }),
        );
    }
    for rules in rules.chunks(400) {
        let scout = Matcher::build(1, rules).expect("compiles");
        let exact = Matcher::build(1, rules).expect("compiles").without_scout();
        for post in posts.iter().step_by(11) {
            // By paragraphs, so that many texts are clean.
            for paragraph in post.body.split("\n\n") {
                let found = exact.check("", paragraph).hits;
                assert!(
                    found.is_empty() || !scout.is_clean(paragraph),
                    "{found:?} in {paragraph:?}"
                );
            }
        }
    }
}
