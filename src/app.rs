//! The only place where everything is wired: configuration in, a running instance out.

use std::sync::Arc;

use crate::auth::keyring::Keyring;
use crate::clock::Clock;
use crate::config::Config;
use crate::ids::Ids;
use crate::store::Db;

/// What every door shares. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// What the operator set.
    pub config: Arc<Config>,
    /// The database, migrated.
    pub db: Db,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids and random bytes.
    pub ids: Arc<Ids>,
    /// The keys of this instance.
    pub keyring: Keyring,
}
