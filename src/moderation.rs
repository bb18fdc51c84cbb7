//! The use cases of moderation, one file each: what the product exists for. No HTTP types, no SQL text; every door calls
//! the same functions.

pub use gatepost_rules as rules;

use std::sync::Arc;

use tokio::sync::Notify;

use crate::auth::keyring::Keyring;
use crate::clock::Clock;
use crate::engine::definitions::Definitions;
use crate::ids::Ids;
use crate::moderation::counts::Counts;
use crate::moderation::in_force::InForceCache;
use crate::store::Db;
use crate::store::ledger::Ledger;

pub mod appeal;
pub mod approval;
pub mod aside;
pub mod brake;
pub mod brand;
pub mod bulk;
pub mod chain;
pub mod claim;
pub mod collisions;
pub mod counts;
pub mod decide;
pub mod diff;
pub mod draft;
pub mod external;
pub mod flow;
pub mod functions;
pub mod handover;
pub mod in_force;
mod likeness;
pub mod link;
pub mod live;
pub mod markdown;
pub mod masks;
pub mod notes;
pub mod opened;
pub mod outcomes;
pub mod outlook;
pub mod passages;
pub mod queue;
pub mod reason;
pub mod record;
pub mod rehearsal;
pub mod rows;
pub mod rule_figures;
pub mod rule_set;
pub mod run;
pub mod search;
pub mod shared_rules;
pub mod site;
pub mod statements;
pub mod stats;
pub mod submit;
pub mod suggestions;
pub mod supersede;
pub mod text_rule;
pub mod timeline;
pub mod undo;
pub mod views;
pub mod wake;
pub(crate) mod wording;
pub mod workflow;

/// The default definition, which every new site begins with.
pub const DEFAULT_WORKFLOW: &str = include_str!("moderation/default.asl.json");
/// The same with external checks between the rules and the public, for sites that have some.
pub const CHECKING_WORKFLOW: &str = include_str!("moderation/checking.asl.json");

/// What the use cases work with. Cheap to clone.
#[derive(Clone)]
pub struct Moderation {
    /// The database, for what need not be part of a transaction.
    pub db: Db,
    /// The way to change posts, runs and cases.
    pub ledger: Ledger,
    /// What is in force at each site.
    pub in_force: InForceCache,
    /// How much waits.
    pub counts: Counts,
    pub(crate) tools: Tools,
    /// Rung when there is new mail in the outbox.
    pub mail_bell: Arc<Notify>,
    /// Rung when an external check may have to be asked.
    pub check_bell: Arc<Notify>,
}

/// What a transaction's pure part needs.
#[derive(Clone)]
pub(crate) struct Tools {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<Ids>,
    pub(crate) keyring: Keyring,
}

impl Moderation {
    /// Starts the ledger and an empty cache over a migrated database.
    pub fn start(
        db: Db,
        clock: Arc<dyn Clock>,
        ids: Arc<Ids>,
        keyring: Keyring,
    ) -> anyhow::Result<Self> {
        let definitions = Definitions::default();
        Ok(Self {
            ledger: Ledger::start(&db, definitions.clone())?,
            in_force: InForceCache::new(db.clone(), clock.clone(), definitions),
            counts: Counts::new(db.clone(), clock.clone()),
            db,
            tools: Tools {
                clock,
                ids,
                keyring,
            },
            mail_bell: Arc::default(),
            check_bell: Arc::default(),
        })
    }
}
