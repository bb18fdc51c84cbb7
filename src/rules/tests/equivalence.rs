//! Leaving out most beginnings of words may never change what is found.

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
    "$",
    "5",
    "1",
    "!",
    "|<",
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
        (Word, "am-spam-fu-am"),
        (Wildcard, "s*rf"),
        (Wildcard, "k?ll"),
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
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new() -> Dice {
        Dice(0x9E37_79B9_7F4A_7C15)
    }

    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % sides
    }
}

#[test]
fn generated_texts_have_the_same_hits_however_they_are_read() {
    assert_same_hits(&rules());
}

#[test]
fn exact_rules_have_the_same_hits_however_texts_are_read() {
    let mut rules = rules();
    for rule in &mut rules {
        rule.draft.mode = MatchMode::Exact;
    }
    assert_same_hits(&rules);
}

#[test]
fn aggressive_rules_have_the_same_hits_however_texts_are_read() {
    let mut rules = rules();
    for rule in &mut rules {
        rule.draft.mode = MatchMode::Aggressive;
    }
    assert_same_hits(&rules);
}

fn assert_same_hits(rules: &[Rule]) {
    let exact = Matcher::without_shortcuts(1, rules).expect("compiles");
    let all = Matcher::build(1, rules).expect("compiles");
    #[expect(
        clippy::disallowed_methods,
        reason = "a test is told by the environment how long it may take"
    )]
    let texts = std::env::var("GATEPOST_GENERATED_TEXTS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(3_000);
    let mut dice = Dice::new();
    let mut hit = 0;
    for _ in 0..texts {
        let body: String = (0..2 + dice.roll(14))
            .map(|_| PIECES[dice.roll(PIECES.len())])
            .collect();
        let hits = exact.check("", &body).hits;
        assert_eq!(all.check("", &body).hits, hits, "{body:?}");
        hit += usize::from(!hits.is_empty());
    }
    assert!(hit > texts / 3, "the texts are worth the test: {hit} hit");
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
    let quick = Matcher::build(1, &rules).expect("compiles");
    let exact = Matcher::without_shortcuts(1, &rules).expect("compiles");
    for post in posts.iter().step_by(7) {
        let found = quick.check(&post.title, &post.body);
        assert_eq!(
            found,
            exact.check(&post.title, &post.body),
            "{}",
            post.title
        );
    }
}
