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
    "|)",
    "(_)",
    "/-\\",
    "|{",
    "@",
    "%",
    "%73",
    "%D1%85",
    "&#115",
    "\u{202E}",
    "ɯɐds",
    "ʞɔn",
    "\u{640}",
    "\u{3164}",
    "\u{2800}",
    "\u{489}",
    "①",
    "⑤",
    "₳",
    "卂",
    "すぱむ",
    "ㄱ",
    "-\n",
    "\r",
    "xX",
    "123",
    "Spam",
    "Х",
    "🤬",
    "ſ",
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

/// How many texts are made; `usual` unless the environment says another number.
#[expect(
    clippy::disallowed_methods,
    reason = "a test is told by the environment how long it may take"
)]
fn generated(usual: usize) -> usize {
    let asked = std::env::var("GATEPOST_GENERATED_TEXTS").ok();
    asked.and_then(|count| count.parse().ok()).unwrap_or(usual)
}

fn assert_same_hits(rules: &[Rule]) {
    let exact = Matcher::without_shortcuts(1, rules).expect("compiles");
    let all = Matcher::build(1, rules).expect("compiles");
    let texts = generated(3_000);
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

/// Signs with which lists of blogs have entries begin, and what else makes a set look further than one of its rules does.
const UNRELATED: &[&str] = &[
    "!",
    "!important",
    "@media",
    "$x",
    "|-|",
    "(c)",
    "#1",
    "+1",
    "<br",
    "[url=",
    "&nbsp",
    "*.*",
    "~~",
];

#[test]
fn what_a_rule_finds_does_not_depend_on_other_rules() {
    let modes = [MatchMode::Exact, MatchMode::Normal, MatchMode::Aggressive];
    let mut all = Vec::new();
    for (n, mut rule) in rules().into_iter().enumerate() {
        rule.draft.mode = modes[n % 3];
        all.push(rule);
    }
    let alone: Vec<Matcher> = all
        .iter()
        .map(|rule| Matcher::without_shortcuts(1, std::slice::from_ref(rule)).expect("compiles"))
        .collect();
    let unrelated = UNRELATED
        .iter()
        .map(|sign| rule(sign, RuleKind::Word, sign, Action::Hold));
    let together: Vec<Rule> = all.iter().cloned().chain(unrelated).collect();
    let quick = Matcher::build(1, &together).expect("compiles");
    let exact = Matcher::without_shortcuts(1, &together).expect("compiles");
    let mut dice = Dice::new();
    for _ in 0..generated(1_500) {
        let body: String = (0..2 + dice.roll(14))
            .map(|_| match dice.roll(8) {
                0 => UNRELATED[dice.roll(UNRELATED.len())],
                _ => PIECES[dice.roll(PIECES.len())],
            })
            .collect();
        let found = quick.check("", &body).hits;
        assert_eq!(exact.check("", &body).hits, found, "{body:?}");
        for (rule, alone) in all.iter().zip(&alone) {
            let of_rule = found.iter().filter(|hit| hit.rule == rule.id).cloned();
            let of_rule: Vec<Hit> = of_rule.collect();
            assert_eq!(
                alone.check("", &body).hits,
                of_rule,
                "{} in {body:?}",
                rule.id
            );
        }
    }
}

#[test]
fn letters_in_a_long_row_are_found_as_far_as_a_walk_reads_them() {
    let rules: Vec<Rule> = [
        ("ああ", RuleKind::Word),
        ("あい", RuleKind::Word),
        ("あ い", RuleKind::Phrase),
    ]
    .map(|(pattern, kind)| rule(pattern, kind, pattern, Action::Hold))
    .into();
    for rules in rules.chunks(1).chain([&rules[..]]) {
        let quick = Matcher::build(1, rules).expect("compiles");
        let exact = Matcher::without_shortcuts(1, rules).expect("compiles");
        for count in [1, 2, 63, 64, 65, 66, 200] {
            let body = format!("う{}い", "あ".repeat(count));
            let wanted = exact.check("", &body).hits;
            assert!(!wanted.is_empty() || rules[0].draft.pattern == "ああ" && count == 1);
            assert_eq!(quick.check("", &body).hits, wanted, "{count}");
        }
    }
}

#[test]
fn real_posts_have_the_same_hits_however_they_are_read() {
    assert_same_hits_in_posts(MatchMode::Normal);
}

#[test]
fn real_posts_have_the_same_aggressive_hits_however_they_are_read() {
    assert_same_hits_in_posts(MatchMode::Aggressive);
}

fn assert_same_hits_in_posts(mode: MatchMode) {
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
                .step_by(if name.starts_with('s') { 5 } else { 1 }),
        );
    }
    for rule in &mut rules {
        if rule.draft.mode == MatchMode::Normal {
            rule.draft.mode = mode;
        }
    }
    let quick = Matcher::build(1, &rules).expect("compiles");
    let exact = Matcher::without_shortcuts(1, &rules).expect("compiles");
    for post in posts.iter().step_by(9) {
        let body = &post.body[..post.body.floor_char_boundary(6_000)];
        let [found, wanted] = [&quick, &exact].map(|matcher| {
            let checked = matcher.check(&post.title, body);
            let hits = checked.hits.into_iter();
            let told = |hit: Hit| {
                format!(
                    "{:?} by {:?} at {} in {}",
                    hit.text, hit.pattern, hit.start, hit.view
                )
            };
            (
                checked.verdict,
                checked.problem,
                hits.map(told).collect::<Vec<_>>(),
            )
        });
        let missing = wanted.2.iter().filter(|hit| !found.2.contains(hit));
        let added = found.2.iter().filter(|hit| !wanted.2.contains(hit));
        let differing: Vec<_> = missing.chain(added).collect();
        assert_eq!(found, wanted, "{}: {differing:?}", post.title);
    }
}
