//! Parsed definitions by site and version. A version never changes, so a cached one is never stale.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::anyhow;

use crate::asl::Definition;
use crate::ids::SiteId;

/// More than a busy instance has in force; past it the cache begins anew.
const CAPACITY: usize = 4096;

/// The cache; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Definitions(Arc<Mutex<Parsed>>);

type Parsed = HashMap<(SiteId, i64), Arc<Definition>>;

impl Definitions {
    /// The definition, if it was parsed before.
    pub fn find(&self, site: SiteId, version: i64) -> Option<Arc<Definition>> {
        let cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cache.get(&(site, version)).cloned()
    }

    /// Parses `text`, which was validated when it was set, and keeps it.
    pub fn insert(
        &self,
        site: SiteId,
        version: i64,
        text: &str,
    ) -> anyhow::Result<Arc<Definition>> {
        let definition = Definition::parse(text).map(Arc::new).map_err(|problems| {
            anyhow!("workflow version {version} of site {site} is invalid: {problems:?}")
        })?;
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= CAPACITY {
            cache.clear();
        }
        cache.insert((site, version), definition.clone());
        Ok(definition)
    }
}
