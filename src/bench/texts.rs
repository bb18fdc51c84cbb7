//! What the bench sends: pieces of real posts, each with a word that a rule holds.

use std::path::Path;

use anyhow::{Context as _, ensure};
use serde::Deserialize;
use serde_json::json;

/// The word that every post has and one rule holds.
pub(super) const FLAGGED: &str = "zyzzogeton";
const BODY_BYTES: usize = 2_000;

/// Posts of about 2 KB.
pub(super) struct Texts(Vec<(String, String)>);

#[derive(Deserialize)]
struct Line {
    title: String,
    body: String,
}

/// Reads posts, JSON lines, and cuts their texts into pieces of 2 KB.
pub(super) fn load(posts: &Path) -> anyhow::Result<Texts> {
    let lines = std::fs::read_to_string(posts)
        .with_context(|| format!("read the texts {}", posts.display()))?;
    let mut pieces = Vec::new();
    let mut rest = String::new();
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let post: Line = serde_json::from_str(line).context("read a line of the texts")?;
        rest.push_str(&post.body);
        rest.push_str("\n\n");
        while rest.len() > BODY_BYTES {
            let cut = (BODY_BYTES - 100..=BODY_BYTES)
                .rev()
                .find(|&at| rest.is_char_boundary(at))
                .unwrap_or(rest.len());
            let tail = rest.split_off(cut);
            pieces.push((post.title.clone(), format!("{FLAGGED}.\n\n{}", rest.trim())));
            rest = tail;
        }
    }
    ensure!(
        !pieces.is_empty(),
        "the texts have less than {BODY_BYTES} bytes"
    );
    Ok(Texts(pieces))
}

impl Texts {
    /// The n-th piece; after the last comes the first.
    pub(super) fn piece(&self, n: usize) -> &(String, String) {
        &self.0[n % self.0.len()]
    }

    /// Whole requests that submit `count` posts of some hundred authors.
    pub(super) fn submissions(&self, count: usize, key: &str) -> Vec<Vec<u8>> {
        (0..count)
            .map(|n| {
                let (title, body) = self.piece(n);
                let body = json!({
                    "title": title, "body": body,
                    "author": {"email": format!("author{}@example.org", n % 100), "name": "An author"},
                });
                request("POST", "/api/v1/posts", key, &body.to_string())
            })
            .collect()
    }
}

/// Whole requests that approve the tasks of `tokens`.
pub(super) fn decisions(tokens: &[String], key: &str) -> Vec<Vec<u8>> {
    tokens.iter().map(|token| decision(token, key)).collect()
}

/// A whole request that approves one task.
pub(super) fn decision(token: &str, key: &str) -> Vec<u8> {
    let body = json!({"task_token": token, "decision": "APPROVED"}).to_string();
    request("POST", "/api/v1/decisions", key, &body)
}

/// A whole request to the JSON API.
pub(super) fn request(method: &str, path: &str, key: &str, body: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// `count` rules as lines of text: the flagged word and others that no text has, of the lengths that words have.
pub(super) fn rules(count: usize) -> String {
    let made = (1..count).map(|n| format!("{}x{n}", made_up(n)));
    std::iter::once(FLAGGED.to_owned())
        .chain(made)
        .collect::<Vec<_>>()
        .join("\n")
}

/// A word of four syllables that no language has.
pub(super) fn made_up(n: usize) -> String {
    const SYLLABLES: [&str; 16] = [
        "ba", "co", "du", "fi", "ge", "ha", "jo", "ku", "li", "me", "na", "po", "qu", "ri", "so",
        "tu",
    ];
    (0..4)
        .map(|place| SYLLABLES[(n >> (place * 4)) & 15])
        .collect()
}
