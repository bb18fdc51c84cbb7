//! Trains the dictionary that states and histories are packed with: runs posts of every fate through Gatepost's own
//! workflow and has Zstandard find what their blobs share.
//!
//! `cargo run --example train_pack -- FILE`. A new dictionary is another version in `src/engine/pack.rs`.

use anyhow::Context as _;
use gatepost::asl::{Definition, Event, ExecutionContext, ScheduledTask, State, history};
use gatepost::auth::keyring::Keyring;
use gatepost::engine::run::{Functions, Progress, REGION, Reply, Runner};
use gatepost::ids::Ids;
use serde_json::{Value, json};

/// The product's default, as it is embedded.
const DEFINITION: &str = include_str!("../src/moderation/default.asl.json");
const POSTS: u64 = 600;
/// More saves nothing: the blobs have little else in common.
const DICTIONARY_BYTES: usize = 4096;
const WORDS: [&str; 12] = [
    "garden", "notes", "about", "spam", "Release", "hate", "weekly", "insult", "morning", "the",
    "link", "Ana",
];

fn main() -> anyhow::Result<()> {
    let file = std::env::args().nth(1).context("name the file to write")?;
    let definition = Definition::parse(DEFINITION)
        .map_err(|problems| anyhow::anyhow!("the definition: {problems:?}"))?;
    let (ids, keyring) = (Ids::seeded(1), Keyring::new("training"));
    let mut samples = Vec::new();
    for _ in 0..POSTS {
        let trainee = Trainee {
            definition: &definition,
            ids: &ids,
            keyring: &keyring,
        };
        trainee.run(&mut samples)?;
    }
    let dictionary = zstd::dict::from_samples(&samples, DICTIONARY_BYTES)?;
    std::fs::write(file, dictionary)?;
    Ok(())
}

struct Trainee<'a> {
    definition: &'a Definition,
    ids: &'a Ids,
    keyring: &'a Keyring,
}

impl Trainee<'_> {
    fn below(&self, limit: u64) -> u64 {
        self.ids.random() % limit
    }

    fn words(&self, count: u64) -> String {
        let words: Vec<&str> = (0..count)
            .map(|_| WORDS[self.below(WORDS.len() as u64) as usize])
            .collect();
        words.join(" ")
    }

    /// One post from its submission to its end, a sample for each blob.
    fn run(&self, samples: &mut Vec<Vec<u8>>) -> anyhow::Result<()> {
        let mut now_ms = 1_700_000_000_000 + self.below(300_000_000_000) as i64;
        let account = format!("{:012}", self.below(1_000_000_000_000));
        let (name, post): (String, String) = (self.ids.next(now_ms), self.ids.next(now_ms));
        let machine = format!("arn:aws:states:{REGION}:{account}:stateMachine:moderation");
        let context = ExecutionContext {
            id: format!("arn:aws:states:{REGION}:{account}:execution:moderation:{name}"),
            role_arn: Some(format!("arn:aws:iam::{account}:role/gatepost")),
            name,
            start_time_ms: now_ms,
            state_machine_id: machine,
            state_machine_name: "moderation".to_owned(),
        };
        let revision = 1 + self.below(3);
        let input = json!({
            "site": if self.below(2) == 0 { "main".to_owned() } else { self.words(1) },
            "postId": post,
            "revision": revision,
            "title": self.words(4),
            "content": "",
            "author": self.words(2),
            "hold": {"timeoutSeconds": 86_400 * (1 + self.below(7))},
        });
        let mut answers = Answers {
            checked: self.checked(now_ms),
        };
        let (mut state, progress) = self.runner(&context, now_ms).start(input, &mut answers);
        keep(samples, &state, &progress);
        while let Some(task) = open_task(&state) {
            now_ms += 1 + self.below(80_000_000) as i64;
            let event = match self.below(4) {
                0 => {
                    now_ms = state.wake_at_ms().unwrap_or(now_ms);
                    Event::Woken
                }
                1 => Event::TaskSucceeded {
                    task,
                    output: json!({"status": "REJECTED", "reason": self.words(5)}),
                },
                _ => Event::TaskSucceeded {
                    task,
                    output: json!({"status": "APPROVED"}),
                },
            };
            let progress = self
                .runner(&context, now_ms)
                .advance(&mut state, event, &mut answers)
                .map_err(|error| anyhow::anyhow!("{error:?}"))?;
            keep(samples, &state, &progress);
        }
        Ok(())
    }

    fn checked(&self, now_ms: i64) -> Value {
        let hits: Vec<Value> = (0..self.below(4))
            .map(|_| {
                json!({
                    "rule": self.ids.next::<String>(now_ms),
                    "category": if self.below(2) == 0 { String::new() } else { self.words(1) },
                    "severity": 1 + self.below(4),
                    "field": if self.below(3) == 0 { "title" } else { "body" },
                })
            })
            .collect();
        let verdict = match (hits.is_empty(), self.below(8)) {
            (true, _) => "publish",
            (_, 0) => "reject",
            _ => "hold",
        };
        json!({"verdict": verdict, "ruleSetVersion": 1 + self.below(40), "hits": hits})
    }

    fn runner<'r>(&'r self, context: &'r ExecutionContext, now_ms: i64) -> Runner<'r> {
        Runner {
            definition: self.definition,
            context,
            ids: self.ids,
            keyring: self.keyring,
            now_ms,
        }
    }
}

fn open_task(state: &State) -> Option<String> {
    state.open_tasks().next().map(|task| task.id.to_owned())
}

fn keep(samples: &mut Vec<Vec<u8>>, state: &State, progress: &Progress) {
    samples.push(history::encode(&progress.history, &[]));
    if state.outcome().is_none() {
        samples.push(state.encode(&[]));
    }
}

/// The functions of the workflow, with a verdict that is known.
struct Answers {
    checked: Value,
}

impl Functions for Answers {
    fn call(&mut self, task: &ScheduledTask) -> Reply {
        let answer = |payload: Value| {
            Reply::Output(
                json!({"ExecutedVersion": "$LATEST", "Payload": payload, "StatusCode": 200}),
            )
        };
        match task.parameters["FunctionName"].as_str() {
            Some("CheckContentFunction") => answer(self.checked.clone()),
            Some("NotifyFunction") => answer(json!({"notified": "owners"})),
            _ => Reply::Later(json!({"StatusCode": 200, "ExecutedVersion": "$LATEST"})),
        }
    }
}
