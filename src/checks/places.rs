//! Places for requests under way in a process, and the share of them that one site may take: a service that is slow keeps
//! those of its site, and no others. Knows nothing of requests.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::ids::SiteId;

/// Requests under way at once in a process.
const PLACES: usize = 32;
/// Those of one site.
const SHARE: usize = 8;

/// Who asks at the moment.
pub(super) struct Places {
    all: Arc<Semaphore>,
    of_site: HashMap<SiteId, Arc<Semaphore>>,
    /// Whose turn it was last.
    last: Option<SiteId>,
}

/// A place, until it is dropped.
pub(super) type Place = (OwnedSemaphorePermit, OwnedSemaphorePermit);

impl Default for Places {
    fn default() -> Self {
        Self {
            all: Arc::new(Semaphore::new(PLACES)),
            of_site: HashMap::new(),
            last: None,
        }
    }
}

impl Places {
    /// How many nobody has.
    pub(super) fn free(&self) -> usize {
        self.all.available_permits()
    }

    /// How many of those a site may take.
    pub(super) fn free_for(&self, site: SiteId) -> usize {
        let share = self.of_site.get(&site);
        let share = share.map_or(SHARE, |share| share.available_permits());
        share.min(self.free())
    }

    /// The sites, sorted by their ids, from the one whose turn it is.
    pub(super) fn in_turn(&self, mut sites: Vec<SiteId>) -> Vec<SiteId> {
        let next = sites.partition_point(|site| Some(*site) <= self.last);
        sites.rotate_left(next);
        sites
    }

    /// Takes one of the places that are free for a site.
    pub(super) fn take(&mut self, site: SiteId) -> Place {
        self.last = Some(site);
        let share = self
            .of_site
            .entry(site)
            .or_insert_with(|| Arc::new(Semaphore::new(SHARE)));
        let taken = |places: &Arc<Semaphore>| places.clone().try_acquire_owned();
        taken(&self.all)
            .and_then(|place| Ok((place, taken(share)?)))
            .expect("it was free, and only its owner gives places away")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_takes_its_share_and_the_next_one_has_its_turn() {
        let mut places = Places::default();
        let sites = [SiteId(1), SiteId(2), SiteId(5)];
        let first: Vec<Place> = (0..SHARE).map(|_| places.take(sites[0])).collect();
        assert_eq!(places.free_for(sites[0]), 0);
        assert_eq!(
            (places.free_for(sites[1]), places.free()),
            (SHARE, PLACES - SHARE)
        );
        assert_eq!(
            places.in_turn(sites.into()),
            [SiteId(2), SiteId(5), SiteId(1)]
        );

        let more: Vec<Place> = (2..5)
            .flat_map(|site| [SiteId(site); SHARE])
            .map(|site| places.take(site))
            .collect();
        assert_eq!(places.free_for(SiteId(5)), 0, "there are no more");
        assert_eq!(
            places.in_turn(sites.into()),
            [SiteId(5), SiteId(1), SiteId(2)]
        );

        drop(first);
        assert_eq!(places.free_for(SiteId(5)), SHARE);
        drop(more);
        assert_eq!(places.free(), PLACES);
    }
}
