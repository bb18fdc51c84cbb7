//! What checking a post costs: real posts cut to 2 KB against 100 to 60,000 real rules, and hostile texts.
//! `GATEPOST_SAMPLES_DIR=… cargo bench -p gatepost-rules`. Times are the processor's where Linux tells them, so that what else
//! runs matters little; the median and the least of the rounds' means are printed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gatepost_rules::import::{Format, parse};
use gatepost_rules::{Matcher, Rule, RuleDraft};

const POST_BYTES: usize = 2_000;
const ROUNDS: usize = 25;
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
    for count in [100, 1_000, 10_000, 60_000] {
        let rules = &rules[..count.min(rules.len())];
        let begun = Clock::start();
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
        let begun = Clock::start();
        let problem = matcher.check("", &body).problem;
        println!(
            "1 MiB of {piece:?}: {:.1} ms, {problem:?}",
            millis(begun.elapsed())
        );
    }
}

fn report(matcher: &Matcher, what: &str, posts: &[(String, String)]) {
    let round = |_| {
        let begun = Clock::start();
        for (title, body) in posts {
            std::hint::black_box(matcher.check(title, body));
        }
        begun.elapsed() / posts.len() as u32
    };
    let mut means: Vec<Duration> = (0..ROUNDS).map(round).collect();
    means.sort();
    let micros = |mean: Duration| mean.as_secs_f64() * 1e6;
    let (median, least) = (micros(means[ROUNDS / 2]), micros(means[0]));
    println!(
        "  {median:.2} µs a post (least {least:.2}), {} posts of 2 KB {what}",
        posts.len()
    );
}

/// Time that this thread was on a processor.
struct Clock {
    wall: Instant,
    ran: Option<Duration>,
}

impl Clock {
    fn start() -> Clock {
        Clock {
            wall: Instant::now(),
            ran: Clock::ran(),
        }
    }

    fn elapsed(&self) -> Duration {
        match (self.ran, Clock::ran()) {
            (Some(start), Some(end)) => end - start,
            _ => self.wall.elapsed(),
        }
    }

    fn ran() -> Option<Duration> {
        let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        stat.split(' ')
            .next()?
            .parse()
            .ok()
            .map(Duration::from_nanos)
    }
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
