//! Real word lists on real posts: what is held is held for a real occurrence, and little is.

use std::path::PathBuf;

use serde::Deserialize;

use super::super::import::{Format, parse};
use super::*;

#[derive(Deserialize)]
pub(super) struct Post {
    pub(super) title: String,
    pub(super) body: String,
}

/// The folder of samples. It lies beside the repository, not in it: where none is named, the test says so and is skipped.
pub(super) fn samples() -> Option<PathBuf> {
    let dir = std::env::var_os("GATEPOST_SAMPLES_DIR").map(PathBuf::from);
    if dir.is_none() {
        eprintln!("skipped: GATEPOST_SAMPLES_DIR is not set");
    }
    dir
}

pub(super) fn posts() -> Option<Vec<Post>> {
    let lines =
        std::fs::read_to_string(samples()?.join("posts.jsonl")).expect("the posts are there");
    Some(
        lines
            .lines()
            .map(|line| serde_json::from_str(line).expect("a post"))
            .collect(),
    )
}

/// The rules of a sample list.
pub(super) fn list(name: &str) -> Option<Vec<Rule>> {
    let bytes = std::fs::read(samples()?.join("words").join(name)).expect("the list is there");
    let report = parse(
        Format::detect(Some(name), &bytes),
        &bytes,
        &RuleDraft::default(),
    );
    assert!(report.problems.len() < 10, "{name}: {:?}", report.problems);
    let rules = report.drafts.into_iter().enumerate();
    Some(
        rules
            .map(|(n, draft)| Rule {
                id: format!("{name}:{n}"),
                draft,
            })
            .collect(),
    )
}

fn held_percent(rules: &[Rule], posts: &[Post]) -> f64 {
    let matcher = Matcher::build(1, rules).expect("the list compiles");
    let mut held = 0;
    for post in posts {
        let checked = matcher.check(&post.title, &post.body);
        assert_eq!(checked.problem, None);
        held += usize::from(checked.verdict != Verdict::Publish);
        for hit in &checked.hits {
            eprintln!("{} {:?} by {:?}", post.title, hit.text, hit.pattern);
            let field = if hit.field == Field::Title {
                &post.title
            } else {
                &post.body
            };
            let at: String = field
                .chars()
                .skip(hit.start)
                .take(hit.end - hit.start)
                .collect();
            assert_eq!(at, hit.text);
            assert!(field.to_lowercase().contains(&hit.text.to_lowercase()));
        }
    }
    100.0 * held as f64 / posts.len() as f64
}

#[test]
fn innocent_posts_are_not_held() {
    let Some(posts) = posts() else { return };
    for name in ["ldnoobw-en.txt", "dsojevic-en.json"] {
        let percent = held_percent(&list(name).expect("the samples are there"), &posts);

        eprintln!("{name}: {percent:.2} % of {} posts held", posts.len());
        assert!(percent <= 0.5, "{name} holds {percent} %");
    }
}

#[test]
fn every_term_of_every_list_is_found() {
    for name in
        ["en", "de", "es", "fr", "ru", "ja", "ar"].map(|language| format!("ldnoobw-{language}.txt"))
    {
        let Some(rules) = list(&name) else { return };
        let matcher = Matcher::build(1, &rules).expect("the list compiles");
        for Rule { id, draft } in &rules {
            let checked = matcher.check(
                &draft.pattern,
                &format!("- ({}).", draft.pattern.to_uppercase()),
            );
            for field in [Field::Title, Field::Body] {
                let found = checked
                    .hits
                    .iter()
                    .any(|hit| hit.rule == *id && hit.field == field);
                assert!(found, "{name}: {:?} in the {field}", draft.pattern);
            }
        }
    }
}

#[test]
fn a_blocklist_for_comments_is_read_as_words_and_addresses() {
    let Some(rules) = list("splorp-blocklist.txt") else {
        return;
    };
    let is_exact = |rule: &&Rule| rule.draft.mode == MatchMode::Exact;
    let exact = rules.iter().filter(is_exact).count();
    assert!(rules.len() > 65_000 && exact > 5_000, "{exact} are exact");
    assert!(Matcher::build(1, &rules).is_ok());
}
