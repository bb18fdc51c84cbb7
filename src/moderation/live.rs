//! What happens in the queue, told to everybody who looks at it. One reader a process and site, however many look: it
//! reads what was committed since it last did, whichever replica did it, and ends when nobody listens any more.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::broadcast;

use crate::clock::Clock;
use crate::ids::{CaseId, SiteId, floor};
use crate::store::Db;
use crate::store::feed::{self, News};

/// How long what happens may go unnoticed.
const EVERY: Duration = Duration::from_secs(1);
/// A transaction may commit its lines so long after it has numbered them.
const OVERLAP_MS: i64 = 2_000;
/// Lines read in one go.
const BATCH: i64 = 2_000;
/// Who lags behind by more than this many events is told to look again.
const BACKLOG: usize = 256;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Happening {
    /// So many cases came in.
    New {
        /// How many.
        count: usize,
    },
    /// A case was decided, or the post behind it is no longer what it was.
    Gone {
        /// The case.
        case: String,
        /// `approved`, `rejected`, `answered`, `snoozed`, `sent back`.
        status: String,
        /// Who decided, where it was a person.
        by: Option<String>,
    },
    /// A decision was taken back; the case waits again.
    Back {
        /// The case.
        case: String,
    },
    /// Somebody works on a case, or, with no name, nobody does any more.
    Claimed {
        /// The case.
        case: CaseId,
        /// Who.
        by: Option<String>,
    },
}

/// The happenings of all sites. Clones share them.
#[derive(Clone)]
pub struct Live {
    db: Db,
    clock: Arc<dyn Clock>,
    sites: Arc<Mutex<HashMap<SiteId, broadcast::Sender<Happening>>>>,
}

/// What a reader remembers.
struct Reader {
    after: String,
    seen: HashSet<String>,
    claims: HashMap<CaseId, String>,
}

impl Live {
    /// Nobody listens yet.
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        Self {
            db,
            clock,
            sites: Arc::default(),
        }
    }

    /// Everything that happens at the site from now on.
    pub fn listen(&self, site: SiteId) -> broadcast::Receiver<Happening> {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = sites.get(&site) {
            return sender.subscribe();
        }
        let (sender, receiver) = broadcast::channel(BACKLOG);
        sites.insert(site, sender.clone());
        tokio::spawn(self.clone().tell(site, sender));
        receiver
    }

    async fn tell(self, site: SiteId, sender: broadcast::Sender<Happening>) {
        let mut reader = Reader {
            after: floor(self.clock.now_ms()),
            seen: HashSet::new(),
            claims: HashMap::new(),
        };
        loop {
            match self.read(site, &mut reader).await {
                Ok(happenings) => {
                    for happening in happenings {
                        // Fails where nobody listens, which is looked at below.
                        let _ = sender.send(happening);
                    }
                }
                Err(error) => tracing::warn!("read what happens in the queue: {error:#}"),
            }
            if self.is_alone(site, &sender) {
                return;
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Whether nobody listens; then the site has no reader any more.
    fn is_alone(&self, site: SiteId, sender: &broadcast::Sender<Happening>) -> bool {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        let is_alone = sender.receiver_count() == 0;
        if is_alone {
            sites.remove(&site);
        }
        is_alone
    }

    async fn read(&self, site: SiteId, reader: &mut Reader) -> anyhow::Result<Vec<Happening>> {
        let now_ms = self.clock.now_ms();
        let news = feed::list_news(&self.db, site, &reader.after, BATCH).await?;
        let claims = feed::list_claims(&self.db, site, now_ms).await?;
        let overlap = floor(now_ms - OVERLAP_MS);
        let fresh: Vec<News> = news
            .iter()
            .filter(|line| !reader.seen.contains(&line.id))
            .cloned()
            .collect();
        match news.last() {
            Some(last) if news.len() as i64 == BATCH => reader.after.clone_from(&last.id),
            _ => reader.after = reader.after.clone().max(overlap),
        }
        reader.seen.extend(news.into_iter().map(|line| line.id));
        reader.seen.retain(|id| *id > reader.after);
        let mut happenings = told(&fresh);
        happenings.extend(claimed(&mut reader.claims, claims.into_iter().collect()));
        Ok(happenings)
    }
}

fn told(news: &[News]) -> Vec<Happening> {
    let count = news
        .iter()
        .filter(|line| line.action == "post.held")
        .count();
    let new = (count > 0).then_some(Happening::New { count });
    let others = news.iter().filter_map(|line| {
        let details: Value = serde_json::from_str(&line.details).unwrap_or_default();
        let case = details["case"].as_str()?.to_owned();
        let gone = |status: &str| Happening::Gone {
            case: case.clone(),
            status: status.to_owned(),
            by: line.actor_name.clone(),
        };
        match line.action.as_str() {
            "decision.held" => Some(gone(details["decision"].as_str()?)),
            "case.approved" => Some(gone("approved")),
            "case.rejected" => Some(gone("rejected")),
            "case.answered" => Some(gone("answered")),
            "case.snoozed" => Some(gone("snoozed")),
            "case.asked" => Some(gone("sent back")),
            "decision.undone" | "case.brought_back" => Some(Happening::Back { case }),
            _ => None,
        }
    });
    new.into_iter().chain(others).collect()
}

/// What changed between two moments in who works on what.
fn claimed(before: &mut HashMap<CaseId, String>, now: HashMap<CaseId, String>) -> Vec<Happening> {
    let taken = now
        .iter()
        .filter(|(case, by)| before.get(*case) != Some(*by))
        .map(|(case, by)| Happening::Claimed {
            case: case.clone(),
            by: Some(by.clone()),
        });
    let given_back = before
        .keys()
        .filter(|case| !now.contains_key(*case))
        .map(|case| Happening::Claimed {
            case: case.clone(),
            by: None,
        });
    let changes = taken.chain(given_back).collect();
    *before = now;
    changes
}
