//! How many cases wait. A short queue is counted each time; a long one now and then, the more seldom the longer counting
//! takes, while whoever asks goes on with the last count. Nothing hangs on the number but what people see.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::clock::Clock;
use crate::ids::SiteId;
use crate::store::{Db, sites};

/// Up to here counting costs next to nothing.
const SHORT: i64 = 1_000;
/// How long the count of a long queue is good for at least.
const FRESH_MS: i64 = 2_000;
/// How many times longer than it took to count. Whoever reads a page meanwhile waits for the same processor.
const PACE: i64 = 100;

/// The counts of long queues, as they were a moment ago. Clones share them.
#[derive(Clone)]
pub struct Counts {
    db: Db,
    clock: Arc<dyn Clock>,
    known: Arc<Mutex<HashMap<SiteId, Known>>>,
}

#[derive(Clone, Copy)]
struct Known {
    waiting: i64,
    until_ms: i64,
}

impl Counts {
    /// Nothing is known yet.
    pub(crate) fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        Self {
            db,
            clock,
            known: Arc::default(),
        }
    }

    /// How many cases wait at a site, without those that were put aside.
    pub async fn waiting(&self, site: SiteId) -> anyhow::Result<i64> {
        let (counted, aside) = sites::count_waiting(&self.db, site, SHORT).await?;
        if counted < SHORT {
            return Ok((counted - aside).max(0));
        }
        let now_ms = self.clock.now_ms();
        match self.find(site, now_ms) {
            Some((known, true)) => Ok(known.waiting),
            Some((known, false)) => {
                let this = self.clone();
                tokio::spawn(async move {
                    if let Err(error) = this.count(site, now_ms).await {
                        tracing::warn!("count the queue of site {site}: {error:#}");
                    }
                });
                Ok(known.waiting)
            }
            None => self.count(site, now_ms).await,
        }
    }

    /// What is known, and whether it is good still; whoever is told that it is not counts anew, and nobody else does.
    fn find(&self, site: SiteId, now_ms: i64) -> Option<(Known, bool)> {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get_mut(&site)?;
        let is_fresh = now_ms < known.until_ms;
        if !is_fresh {
            known.until_ms = now_ms + FRESH_MS;
        }
        Some((*known, is_fresh))
    }

    async fn count(&self, site: SiteId, now_ms: i64) -> anyhow::Result<i64> {
        let began = Instant::now();
        let (counted, aside) = sites::count_waiting(&self.db, site, i64::MAX).await?;
        let took_ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        let known = Known {
            waiting: (counted - aside).max(0),
            until_ms: now_ms + took_ms.saturating_mul(PACE).max(FRESH_MS),
        };
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(site, known);
        Ok(known.waiting)
    }
}
