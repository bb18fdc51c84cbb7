//! `gatepost bench rules`: that it prints its figures, whatever they are.

use std::fs;

use serde_json::{Value, json};

use crate::database::Folder;
use crate::program::gatepost;

#[test]
fn the_bench_of_the_rules_prints_its_figures_as_lines_of_json() {
    let folder = Folder::new();
    let body = "A post about the weather, long enough. ".repeat(120);
    let post = json!({"title": "Weather", "body": body}).to_string();
    fs::write(folder.path().join("posts.jsonl"), post).unwrap();
    fs::write(folder.path().join("words.txt"), "weather\nsmurf\n/sm.rf/\n").unwrap();

    let run = [
        "bench",
        "rules",
        "--quick",
        "--texts",
        "posts.jsonl",
        "words.txt",
    ];
    let printed = gatepost(folder.path(), &run).text();
    let missing = gatepost(folder.path(), &["bench", "rules", "--texts", "none.jsonl"]);

    let lines: Vec<Value> = printed
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    assert!(lines[0]["run"].is_string() && lines[0]["cores"].is_number());
    let figures: Vec<&str> = lines[1..]
        .iter()
        .filter(|line| line["value"].is_number())
        .filter_map(|line| line["figure"].as_str())
        .collect();
    assert_eq!(figures.len(), lines.len() - 1, "{printed}");
    for name in [
        "build_seconds_50",
        "check_microseconds_10",
        "check_aggressive_microseconds_20",
        "large_post_milliseconds",
        "hostile_brackets_milliseconds",
        "hostile_brackets_ratio",
    ] {
        assert!(figures.contains(&name), "{name}: {printed}");
    }
    assert_eq!(missing.code, 1, "{missing:?}");
}
