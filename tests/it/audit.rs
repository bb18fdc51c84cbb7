//! Compares what was answered, as the ledger has it, with what the public API says and with the rows of the database.
//! The invariants I1 to I5: nothing accepted is lost, nothing is published without one approval, nothing is both
//! published and rejected, no decision is lost or changed, and what is published is what was decided on.

use std::collections::{HashMap, HashSet};
use std::fmt;

use gatepost::on_db;
use gatepost::store::Db;
use serde_json::Value;

use crate::database::TestDatabase;
use crate::load::{Ledger, Line, body, title};
use crate::site::Site;

/// How much was audited; a run in which nothing happened proves nothing.
pub struct Summary {
    pub submitted: usize,
    pub decided: usize,
    pub unanswered: usize,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            submitted,
            decided,
            unanswered,
        } = self;
        write!(
            f,
            "{submitted} posts and {decided} decisions acknowledged, {unanswered} posts without an answer"
        )
    }
}

/// What the ledger knows of a post.
#[derive(Default)]
struct Account {
    flagged: bool,
    id: Option<String>,
    answered: Option<String>,
}

/// What the ledger knows of the decisions on a post.
#[derive(Default)]
struct Verdicts {
    tried: HashSet<String>,
    won: HashSet<String>,
}

/// Panics with the first thing that is wrong.
pub async fn audit(site: &Site, database: &TestDatabase, ledger: &Ledger) -> Summary {
    let mut accounts: HashMap<u64, Account> = HashMap::new();
    let mut verdicts: HashMap<String, Verdicts> = HashMap::new();
    let mut decided = 0;
    for line in ledger.lines() {
        match line {
            Line::Sending { key, flagged } => accounts.entry(key).or_default().flagged = flagged,
            Line::Submitted { key, id, status } => {
                let account = accounts.entry(key).or_default();
                account.id = Some(id);
                account.answered = Some(status);
            }
            Line::Deciding { post, decision } => {
                verdicts.entry(post).or_default().tried.insert(decision);
            }
            Line::Decided { post, decision } => {
                decided += 1;
                verdicts.entry(post).or_default().won.insert(decision);
            }
            Line::Lost { .. } => {}
            Line::Wrong { .. } => panic!("the server answered what it must not: {line:?}"),
        }
    }
    for (post, verdicts) in &verdicts {
        assert!(
            verdicts.won.len() < 2,
            "I3: both decisions on {post} were acknowledged"
        );
    }

    let posts = all(site, "/posts").await;
    let waiting: HashSet<String> = all(site, "/queue?status=waiting")
        .await
        .iter()
        .map(|case| {
            case["post_id"]
                .as_str()
                .expect("a case has a post")
                .to_owned()
        })
        .collect();
    let mut by_id: HashMap<&str, &Value> = HashMap::new();
    let mut by_key: HashMap<u64, &str> = HashMap::new();
    for post in &posts {
        let id = post["id"].as_str().expect("a post has an id");
        assert!(by_id.insert(id, post).is_none(), "{id} is listed twice");
        let key = post["title"]
            .as_str()
            .and_then(|title| title.strip_prefix("Post "))
            .expect("a title");
        let key = key.parse().expect("a number");
        assert!(
            by_key.insert(key, id).is_none(),
            "post {key} is there twice"
        );
    }

    let nothing = Verdicts::default();
    for (key, account) in &accounts {
        let Some(&id) = by_key.get(key) else {
            assert!(account.id.is_none(), "I1: the accepted post {key} is lost");
            continue;
        };
        assert!(
            account.id.as_deref().is_none_or(|accepted| accepted == id),
            "post {key} changed its id"
        );
        let status = by_id[id]["status"].as_str().expect("a post has a status");
        let verdicts = verdicts.get(id).unwrap_or(&nothing);
        check_fate(id, account, verdicts, status, waiting.contains(id));
        if status == "published" {
            check_published(site, *key, account.flagged, by_id[id]).await;
        }
    }
    check_rows(&database.open().await).await;

    let submitted = accounts
        .values()
        .filter(|account| account.id.is_some())
        .count();
    assert!(submitted > 0 && decided > 0, "the load did nothing");
    Summary {
        submitted,
        decided,
        unanswered: accounts.len() - submitted,
    }
}

fn check_fate(id: &str, account: &Account, verdicts: &Verdicts, status: &str, waits: bool) {
    if !account.flagged {
        assert_eq!(status, "published", "the clean post {id}");
        assert!(
            account
                .answered
                .as_deref()
                .is_none_or(|answer| answer == "published"),
            "the clean post {id}"
        );
        return;
    }
    assert!(
        account
            .answered
            .as_deref()
            .is_none_or(|answer| answer == "held"),
        "the flagged post {id}"
    );
    assert_eq!(
        waits,
        status == "held",
        "{id} is {status}; in the queue: {waits}"
    );
    match verdicts.won.iter().next().map(String::as_str) {
        Some("APPROVED") => assert_eq!(status, "published", "I4: the approval of {id} is lost"),
        Some("REJECTED") => assert_eq!(status, "rejected", "I4: the rejection of {id} is lost"),
        _ => {}
    }
    match status {
        "published" => assert!(
            verdicts.tried.contains("APPROVED"),
            "I2: nobody approved {id}"
        ),
        "rejected" => assert!(
            verdicts.tried.contains("REJECTED"),
            "I2: nobody rejected {id}"
        ),
        "held" => {}
        other => panic!("the flagged post {id} is {other}"),
    }
}

async fn check_published(site: &Site, key: u64, flagged: bool, listed: &Value) {
    let id = listed["id"].as_str().expect("a post has an id");
    let post = site.post(id).await;
    assert_eq!(post["title"], title(key), "I5: {id}");
    assert_eq!(post["body"], body(key, flagged), "I5: {id}");
    let page = site
        .visitor()
        .get(post["url"].as_str().expect("a published post has a URL"))
        .await;
    assert_eq!(page.status, 200, "{id} is published, but not public");
    assert!(page.text.contains(&title(key)), "I5: {id}");
}

/// Everything of a list of the API, page by page.
pub async fn all(site: &Site, path: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut cursor: Option<String> = None;
    let separator = if path.contains('?') { '&' } else { '?' };
    loop {
        let next = cursor
            .as_deref()
            .map_or(String::new(), |cursor| format!("&cursor={cursor}"));
        let page = site
            .api_get(&format!("{path}{separator}limit=100{next}"))
            .await;
        assert_eq!(page.status, 200, "{}", page.text);
        let list = page.json();
        items.extend(
            list["items"]
                .as_array()
                .expect("a list has items")
                .iter()
                .cloned(),
        );
        match list["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return items,
        }
    }
}

/// What no row may say, each a query that must find nothing.
const CONTRADICTIONS: [(&str, &str); 8] = [
    (
        "I2: published without a succeeded execution of that revision",
        "SELECT p.id FROM posts p WHERE p.published_revision IS NOT NULL AND NOT EXISTS (SELECT 1 FROM executions e
         WHERE e.site_id = p.site_id AND e.post_id = p.id AND e.revision = p.published_revision AND e.status = 'SUCCEEDED')",
    ),
    (
        "I2: published though its case was not approved",
        "SELECT p.id FROM posts p JOIN cases c ON c.site_id = p.site_id AND c.post_id = p.id
         WHERE c.revision = p.published_revision AND c.status IN ('waiting', 'rejected')",
    ),
    (
        "I3: two decisions on one revision",
        "SELECT post_id FROM cases WHERE status IN ('approved', 'rejected') AND categories NOT LIKE '%,appeal,%'
         GROUP BY site_id, post_id, revision HAVING COUNT(*) > 1",
    ),
    (
        "a waiting case whose task is closed",
        "SELECT c.id FROM cases c JOIN tasks t ON t.site_id = c.site_id AND t.id = c.task_id
         WHERE c.status = 'waiting' AND t.closed_at_ms IS NOT NULL",
    ),
    (
        "a held post that nobody can decide on",
        "SELECT p.id FROM posts p WHERE p.status = 'held' AND NOT EXISTS (SELECT 1 FROM cases c
         WHERE c.site_id = p.site_id AND c.post_id = p.id AND c.revision = p.revision AND c.status = 'waiting')",
    ),
    (
        "a post without its revision",
        "SELECT p.id FROM posts p WHERE NOT EXISTS (SELECT 1 FROM revisions r
         WHERE r.site_id = p.site_id AND r.post_id = p.id AND r.number = p.revision)",
    ),
    (
        "I4: a decided case that does not stand in the audit log exactly once",
        "SELECT c.id FROM cases c WHERE c.status IN ('approved', 'rejected') AND 1 <> (SELECT COUNT(*) FROM audit a
         WHERE a.site_id = c.site_id AND a.subject = 'post:' || c.post_id AND a.action = 'case.' || c.status
           AND a.details LIKE '%' || c.id || '%')",
    ),
    (
        "I6: an author who was told the same twice",
        "SELECT MIN(id) FROM outbox WHERE kind LIKE 'post_%' GROUP BY site_id, kind, payload HAVING COUNT(*) > 1",
    ),
];

async fn check_rows(db: &Db) {
    for (what, query) in CONTRADICTIONS {
        let found: Vec<String> =
            on_db!(db, |c| sqlx::query_scalar(query).fetch_all(c.read()).await)
                .unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(found.is_empty(), "{what}: {found:?}");
    }
    if let Db::Sqlite(c) = db {
        let verdict: String = sqlx::query_scalar("PRAGMA integrity_check")
            .fetch_one(c.read())
            .await
            .expect("check");
        assert_eq!(verdict, "ok");
    }
}
