//! Load for an instance that may die at any moment, and the ledger of what it answered. A line stands in the ledger, on
//! the disk, before the next request of the same client goes out.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::site::{AUTHOR, Site, WORD};

/// One line of the ledger.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Line {
    /// A post is about to be sent. Whether it arrived is not known yet.
    Sending { key: u64, flagged: bool },
    /// The server accepted it.
    Submitted {
        key: u64,
        id: String,
        status: String,
    },
    /// A decision is about to be sent.
    Deciding { post: String, decision: String },
    /// The server accepted it.
    Decided { post: String, decision: String },
    /// The server said that somebody else decided otherwise.
    Lost { post: String, decision: String },
    /// The server answered what it must not.
    Wrong {
        request: String,
        status: u16,
        text: String,
    },
}

/// A file outside the system under test, with one fsync a line.
#[derive(Clone)]
pub struct Ledger {
    path: PathBuf,
    file: Arc<Mutex<File>>,
    next_key: Arc<AtomicU64>,
    count: watch::Sender<usize>,
}

impl Ledger {
    pub fn create(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            file: Arc::new(Mutex::new(File::create(path).expect("make the ledger"))),
            next_key: Arc::default(),
            count: watch::Sender::default(),
        }
    }

    fn write(&self, line: &Line) {
        let text = serde_json::to_string(line).expect("a line is JSON") + "\n";
        let mut file = self.file.lock().expect("nobody died writing");
        file.write_all(text.as_bytes())
            .expect("write to the ledger");
        file.sync_data().expect("sync the ledger");
        self.count.send_modify(|count| *count += 1);
    }

    /// Waits until it has so many lines more than now.
    pub async fn grown(&self, by: usize) {
        let mut count = self.count.subscribe();
        let goal = *count.borrow() + by;
        count
            .wait_for(|count| *count >= goal)
            .await
            .expect("the ledger is still there");
    }

    /// Everything that stands in it.
    pub fn lines(&self) -> Vec<Line> {
        let text = std::fs::read_to_string(&self.path).expect("read the ledger");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("a line is JSON"))
            .collect()
    }
}

/// The body of the post with this key; the auditor knows it again by it.
pub fn body(key: u64, flagged: bool) -> String {
    let word = if flagged { WORD } else { "harmless" };
    format!(
        "Post number {key} has a {word} word.\n\nAnd a second paragraph, {key} times as long as none."
    )
}

/// The title of the post with this key.
pub fn title(key: u64) -> String {
    format!("Post {key}")
}

/// Clients at work, until they are stopped.
pub struct Load {
    clients: JoinSet<()>,
    stop: CancellationToken,
}

impl Load {
    pub fn start(site: &Site, ledger: &Ledger, clients: usize, seed: u64) -> Self {
        let stop = CancellationToken::new();
        let mut set = JoinSet::new();
        for number in 0..clients {
            let client = Client {
                site: site.clone(),
                ledger: ledger.clone(),
                rng: StdRng::seed_from_u64(seed.wrapping_mul(31).wrapping_add(number as u64)),
            };
            let stop = stop.clone();
            set.spawn(async move {
                stop.run_until_cancelled(client.work()).await;
            });
        }
        Self { clients: set, stop }
    }

    /// Ends the clients, in the middle of a request if need be.
    pub async fn stop(mut self) {
        self.stop.cancel();
        while let Some(ended) = self.clients.join_next().await {
            ended.expect("a client does not panic");
        }
    }
}

struct Client {
    site: Site,
    ledger: Ledger,
    rng: StdRng,
}

impl Client {
    async fn work(mut self) {
        loop {
            let answered = match self.rng.random_range(0..10) {
                0..3 => self.submit(false).await,
                3..7 => self.submit(true).await,
                _ => self.decide().await,
            };
            // The server is gone; the test will end this client.
            if answered.is_none() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// `None`, here and below, when there was no answer.
    async fn submit(&mut self, flagged: bool) -> Option<()> {
        let key = self.ledger.next_key.fetch_add(1, Ordering::Relaxed);
        self.ledger.write(&Line::Sending { key, flagged });
        let post = json!({
            "title": title(key),
            "body": body(key, flagged),
            "author": {"email": AUTHOR},
            "external_id": key.to_string(),
        });
        let request = self
            .site
            .request("POST", "/posts")
            .header("idempotency-key", format!("post-{key}"));
        let (status, text) = answer(request.json(&post)).await?;
        let parsed: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        self.ledger.write(
            &match (status, parsed["id"].as_str(), parsed["status"].as_str()) {
                (201, Some(id), Some(post)) => Line::Submitted {
                    key,
                    id: id.to_owned(),
                    status: post.to_owned(),
                },
                _ => wrong("submit", status, text),
            },
        );
        Some(())
    }

    async fn decide(&mut self) -> Option<()> {
        let (status, text) =
            answer(self.site.request("GET", "/queue?status=waiting&limit=20")).await?;
        if status != 200 {
            self.ledger.write(&wrong("queue", status, text));
            return Some(());
        }
        let queue: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let cases = queue["items"].as_array().cloned().unwrap_or_default();
        if cases.is_empty() {
            return Some(());
        }
        // Few cases and many clients: several often decide on the same one, differently.
        let case = &cases[self.rng.random_range(0..cases.len().min(4))];
        let post = case["post_id"].as_str().unwrap_or_default().to_owned();
        let decision = if self.rng.random_bool(0.6) {
            "APPROVED"
        } else {
            "REJECTED"
        }
        .to_owned();
        self.ledger.write(&Line::Deciding {
            post: post.clone(),
            decision: decision.clone(),
        });
        let body = json!({"task_token": case["task_token"], "decision": decision, "reason": "because of the load"});
        let (status, text) = answer(self.site.request("POST", "/decisions").json(&body)).await?;
        self.ledger.write(&match status {
            200 => Line::Decided { post, decision },
            409 => Line::Lost { post, decision },
            _ => wrong("decide", status, text),
        });
        Some(())
    }
}

fn wrong(request: &str, status: u16, text: String) -> Line {
    Line::Wrong {
        request: request.to_owned(),
        status,
        text,
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Option<(u16, String)> {
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    Some((status, answer.text().await.ok()?))
}
