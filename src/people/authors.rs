//! Authors that programs submit posts for, known by their address. Whoever is not known yet gets an account without a
//! password and a place on the site as an author. What an address stands for does not change, so a process remembers it
//! and a busy submitter costs no query.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::Clock;
use crate::ids::{Ids, SiteId, UserId};
use crate::people::email::EmailAddress;
use crate::store::{Db, authors};

/// How long an author is remembered, so that a new name is noticed.
const MAX_AGE_MS: i64 = 60_000;
/// More authors than submit within that time; past it the cache begins anew.
const CAPACITY: usize = 10_000;

/// An author of a site.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Author {
    /// Their account.
    pub id: UserId,
    /// Their name.
    pub name: String,
}

/// The authors that this process knows. Clones share what is known.
#[derive(Clone)]
pub struct Authors {
    db: Db,
    clock: Arc<dyn Clock>,
    ids: Arc<Ids>,
    known: Arc<Mutex<HashMap<(SiteId, EmailAddress), Known>>>,
}

#[derive(Clone)]
struct Known {
    author: Author,
    seen_at_ms: i64,
}

impl Authors {
    /// Nobody is known yet.
    pub fn new(db: Db, clock: Arc<dyn Clock>, ids: Arc<Ids>) -> Self {
        Self {
            db,
            clock,
            ids,
            known: Arc::default(),
        }
    }

    /// The author with that address. Somebody new is called `name`; whoever has an account keeps the name it has.
    pub async fn find_or_create(
        &self,
        site_id: SiteId,
        email: EmailAddress,
        name: Option<&str>,
    ) -> anyhow::Result<Author> {
        let now_ms = self.clock.now_ms();
        let place = (site_id, email);
        if let Some(known) = self.known().get(&place)
            && (0..MAX_AGE_MS).contains(&(now_ms - known.seen_at_ms))
        {
            return Ok(known.author.clone());
        }
        // Boxed, so that the future of every request is not as large as that of the few which look.
        Box::pin(self.look(place, name, now_ms)).await
    }

    async fn look(
        &self,
        place: (SiteId, EmailAddress),
        name: Option<&str>,
        now_ms: i64,
    ) -> anyhow::Result<Author> {
        let (site_id, ref email) = place;
        let author = match authors::find(&self.db, site_id, email.as_str()).await? {
            Some(author) => author,
            None => {
                let new = Author {
                    id: self.ids.next(now_ms),
                    name: name.unwrap_or(email.local_part()).to_owned(),
                };
                authors::create(&self.db, site_id, email.as_str(), &new, now_ms).await?
            }
        };
        let mut known = self.known();
        if known.len() >= CAPACITY {
            known.clear();
        }
        let seen = Known {
            author: author.clone(),
            seen_at_ms: now_ms,
        };
        known.insert(place, seen);
        Ok(author)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<(SiteId, EmailAddress), Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
