//! What happens in the queue, told to everybody who looks at it. One reader a process and site, however many look: it
//! reads what was committed since it last did, whichever replica did it, and ends when nobody listens any more. Whoever was
//! away for a moment hears what they missed.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
/// What was told is kept so long for those who come back.
const KEPT_MS: i64 = 60_000;
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

/// A happening as listeners get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The newest line of the audit log behind it, for [`Live::listen`] by somebody who comes back; claims leave none.
    pub line: Option<String>,
    /// What happened.
    pub happening: Happening,
}

/// The happenings of all sites. Clones share them.
#[derive(Clone)]
pub struct Live {
    db: Db,
    clock: Arc<dyn Clock>,
    sites: Arc<Mutex<HashMap<SiteId, Channel>>>,
}

/// Those who listen at a site.
struct Channel {
    sender: broadcast::Sender<Told>,
    /// What was told lately: each line of the audit log by itself.
    kept: Vec<(String, Happening)>,
    /// All lines from here on were told to whoever listened.
    since: String,
}

/// What a reader remembers.
struct Reader {
    after: String,
    seen: HashSet<String>,
    claims: HashMap<CaseId, String>,
}

/// Where [`Live::listen`] begins for somebody who sees the site as it is now.
pub(crate) async fn newest_line(db: &Db, site: SiteId) -> anyhow::Result<String> {
    Ok(feed::find_newest(db, site).await?.unwrap_or_default())
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

    /// What happened at the site after the line `after` of its audit log, and everything that happens from now on: each once.
    /// Without a line, only what happens from now on.
    pub async fn listen(
        &self,
        site: SiteId,
        after: Option<&str>,
    ) -> anyhow::Result<(Vec<Told>, broadcast::Receiver<Told>)> {
        let now_ms = self.clock.now_ms();
        let (receiver, since, kept) = {
            let mut sites = self.lock();
            let channel = sites.entry(site).or_insert_with(|| {
                let (sender, _) = broadcast::channel(BACKLOG);
                let since = floor(now_ms);
                tokio::spawn(self.clone().tell(site, since.clone()));
                Channel {
                    sender,
                    kept: Vec::new(),
                    since,
                }
            });
            (
                channel.sender.subscribe(),
                channel.since.clone(),
                channel.kept.clone(),
            )
        };
        let Some(after) = after else {
            return Ok((Vec::new(), receiver));
        };
        let mut missed = Vec::new();
        if *after < *since {
            let lines = feed::list_news(&self.db, site, after, BATCH).await?;
            if lines.len() as i64 == BATCH {
                return Ok((vec![too_much()], receiver));
            }
            missed.extend(told(lines.iter().filter(|line| line.id < since)));
        }
        missed.extend(kept.into_iter().filter(|(line, _)| **line > *after));
        Ok((together(missed), receiver))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SiteId, Channel>> {
        self.sites.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn tell(self, site: SiteId, since: String) {
        let mut reader = Reader {
            after: since,
            seen: HashSet::new(),
            claims: HashMap::new(),
        };
        loop {
            let happened = match self.read(site, &mut reader).await {
                Ok(happened) => happened,
                Err(error) => {
                    tracing::warn!("read what happens in the queue: {error:#}");
                    <(Vec<_>, Vec<_>)>::default()
                }
            };
            if self.send(site, happened) == 0 {
                return;
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Tells everybody who listens, and keeps it for those who come back. Says how many listen; where nobody does, the site has
    /// no reader any more.
    fn send(
        &self,
        site: SiteId,
        (lines, claims): (Vec<(String, Happening)>, Vec<Happening>),
    ) -> usize {
        let oldest = floor(self.clock.now_ms() - KEPT_MS);
        let mut sites = self.lock();
        let Some(channel) = sites.get_mut(&site) else {
            return 0;
        };
        channel.kept.extend(lines.iter().cloned());
        channel.kept.retain(|(line, _)| *line >= oldest);
        channel.since = channel.since.clone().max(oldest);
        let claims = claims.into_iter().map(|happening| Told {
            line: None,
            happening,
        });
        for told in together(lines).into_iter().chain(claims) {
            // Fails where nobody listens, which is looked at below.
            let _ = channel.sender.send(told);
        }
        let listeners = channel.sender.receiver_count();
        if listeners == 0 {
            sites.remove(&site);
        }
        listeners
    }

    async fn read(
        &self,
        site: SiteId,
        reader: &mut Reader,
    ) -> anyhow::Result<(Vec<(String, Happening)>, Vec<Happening>)> {
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
        let claims = claimed(&mut reader.claims, claims.into_iter().collect());
        Ok((told(fresh.iter()).collect(), claims))
    }
}

/// Too much has happened to be told one by one: a new page tells it better.
pub(crate) fn too_much() -> Told {
    Told {
        line: None,
        happening: Happening::New { count: 0 },
    }
}

/// What each line says, with its id.
fn told<'a>(news: impl Iterator<Item = &'a News>) -> impl Iterator<Item = (String, Happening)> {
    news.filter_map(|line| {
        let details: Value = serde_json::from_str(&line.details).unwrap_or_default();
        let case = || Some(details["case"].as_str()?.to_owned());
        let gone = |status: &str| {
            Some(Happening::Gone {
                case: case()?,
                status: status.to_owned(),
                by: line.actor_name.clone(),
            })
        };
        let happening = match line.action.as_str() {
            "post.held" => Some(Happening::New { count: 1 }),
            "decision.held" => gone(details["decision"].as_str()?),
            "case.approved" => gone("approved"),
            "case.rejected" => gone("rejected"),
            "case.answered" => gone("answered"),
            "case.snoozed" => gone("snoozed"),
            "case.asked" => gone("sent back"),
            "decision.undone" | "case.brought_back" => Some(Happening::Back { case: case()? }),
            _ => None,
        };
        Some((line.id.clone(), happening?))
    })
}

/// The same with all that came in as one happening, before the others. Whoever has heard one of them has heard all.
fn together(lines: Vec<(String, Happening)>) -> Vec<Told> {
    let newest = lines.iter().map(|(line, _)| line).max().cloned();
    let is_new = |happening: &Happening| matches!(happening, Happening::New { .. });
    let (new, others): (Vec<_>, Vec<_>) = lines
        .into_iter()
        .map(|(_, happening)| happening)
        .partition(is_new);
    let count = new.len();
    let new = (count > 0).then_some(Happening::New { count });
    new.into_iter()
        .chain(others)
        .map(|happening| Told {
            line: newest.clone(),
            happening,
        })
        .collect()
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
