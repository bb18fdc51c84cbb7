//! What checking a post costs: real posts cut to 2 KB against 100 to 60,000 real rules, and hostile texts.
//! `GATEPOST_SAMPLES_DIR=… cargo bench -p gatepost-rules [-- 1000 10000]`. Printed is the mean over the posts of the
//! least time that each took in any round: where other things run beside it, that is nearest to what a check costs.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gatepost_rules::import::{Format, parse};
use gatepost_rules::{Matcher, Rule, RuleDraft};

const POST_BYTES: usize = 2_000;
const ROUNDS: usize = 40;
const LISTS: [&str; 9] = [
    "ldnoobw-en.txt",
    "ldnoobw-de.txt",
    "ldnoobw-es.txt",
    "ldnoobw-fr.txt",
    "ldnoobw-ru.txt",
    "ldnoobw-ja.txt",
    "ldnoobw-ar.txt",
    "dsojevic-en.json",
    "splorp-blocklist.txt",
];
const HOSTILE: [&str; 6] = ["a", "fu", "a.", "あ", "*a", "&#97;"];

fn main() {
    let Some(dir) = std::env::var_os("GATEPOST_SAMPLES_DIR").map(PathBuf::from) else {
        eprintln!("skipped: GATEPOST_SAMPLES_DIR is not set");
        return;
    };
    let posts = posts(&dir);
    let flagged: Vec<_> = posts
        .iter()
        .map(|(title, body)| (title.clone(), flag(body)))
        .collect();
    let rules = rules(&dir, &posts);
    let asked: Vec<usize> = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let counts = match asked.is_empty() {
        true => vec![100, 1_000, 10_000, 60_000],
        false => asked,
    };
    for count in counts {
        let rules = &rules[..count.min(rules.len())];
        let begun = Instant::now();
        let matcher = Matcher::build(1, rules).expect("the rules compile");
        println!(
            "{} rules built in {:.1} ms",
            rules.len(),
            millis(begun.elapsed())
        );
        let hit = posts
            .iter()
            .filter(|(title, body)| !matcher.check(title, body).hits.is_empty());
        report(
            &matcher,
            &format!("as they are, {} of them hit", hit.count()),
            &posts,
        );
        report(&matcher, "with a listed word put in", &flagged);
    }
    let matcher = Matcher::build(1, &rules[..10_000.min(rules.len())]).expect("the rules compile");
    for piece in HOSTILE {
        let body = piece.repeat((1 << 20) / piece.len());
        let begun = Instant::now();
        let problem = matcher.check("", &body).problem;
        println!(
            "1 MiB of {piece:?}: {:.1} ms, {problem:?}",
            millis(begun.elapsed())
        );
    }
}

fn report(matcher: &Matcher, what: &str, posts: &[(String, String)]) {
    let mut least = vec![Duration::MAX; posts.len()];
    let begun = Instant::now();
    for _ in 0..ROUNDS {
        for ((title, body), least) in posts.iter().zip(&mut least) {
            let begun = Instant::now();
            std::hint::black_box(matcher.check(title, body));
            *least = begun.elapsed().min(*least);
        }
    }
    let micros = |time: Duration| time.as_secs_f64() * 1e6 / posts.len() as f64;
    println!(
        "  {:.2} µs a post ({:.2} in the mean of {ROUNDS} rounds), {} posts of 2 KB {what}",
        micros(least.iter().sum()),
        micros(begun.elapsed()) / ROUNDS as f64,
        posts.len()
    );
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn posts(dir: &Path) -> Vec<(String, String)> {
    let lines = std::fs::read_to_string(dir.join("posts.jsonl")).expect("the posts are there");
    lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a post"))
        .map(|post| (beginning(&post["title"]), beginning(&post["body"])))
        .filter(|(_, body)| body.len() >= POST_BYTES)
        .collect()
}

/// The first 2 KB.
fn beginning(value: &serde_json::Value) -> String {
    let text = value.as_str().expect("a text");
    text[..text.floor_char_boundary(POST_BYTES)].to_owned()
}

/// Puts a listed word behind the first word of the second paragraph.
fn flag(body: &str) -> String {
    let paragraph = body.find("\n\n").map_or(0, |at| at + 2);
    let at = body[paragraph..]
        .find(' ')
        .map_or(body.len(), |at| paragraph + at);
    format!("{} bollocks{}", &body[..at], &body[at..])
}

/// The rules of all lists, without those that hit many of the posts, as much of one list does.
fn rules(dir: &Path, posts: &[(String, String)]) -> Vec<Rule> {
    let drafts = LISTS.iter().flat_map(|name| {
        let bytes = std::fs::read(dir.join("words").join(name)).expect("the list is there");
        parse(
            Format::detect(Some(name), &bytes),
            &bytes,
            &RuleDraft::default(),
        )
        .drafts
    });
    let rules: Vec<_> = drafts
        .enumerate()
        .map(|(n, draft)| Rule {
            id: n.to_string(),
            draft,
        })
        .collect();
    let matcher = Matcher::build(1, &rules).expect("the rules compile");
    let mut hits = HashMap::<String, usize>::new();
    for hit in posts
        .iter()
        .flat_map(|(title, body)| matcher.check(title, body).hits)
    {
        *hits.entry(hit.rule).or_default() += 1;
    }
    rules
        .into_iter()
        .filter(|rule| hits.get(&rule.id).is_none_or(|hits| *hits <= 2))
        .collect()
}
