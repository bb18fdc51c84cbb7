//! The only place where everything is wired: configuration in, a running instance out.

use std::sync::Arc;

use anyhow::Context as _;

use crate::auth::access_key::AccessKeys;
use crate::auth::keyring::Keyring;
use crate::auth::password::Passwords;
use crate::checks::Checks;
use crate::checks::images::Images;
use crate::clock::Clock;
use crate::config::{Config, data_dir};
use crate::ids::Ids;
use crate::moderation::site::SiteSettings;
use crate::moderation::{DEFAULT_WORKFLOW, Moderation};
use crate::outbox::{Outbox, Transport};
use crate::people::authors::Authors;
use crate::store::founding::{self, NewSite};
use crate::store::{Db, migrate};

/// The site that a fresh database has.
const FIRST_SITE: &str = "main";

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
    /// The use cases.
    pub moderation: Moderation,
    /// The access keys in use.
    pub access_keys: AccessKeys,
    /// The authors that programs submit for.
    pub authors: Authors,
    /// Hashes passwords, a few at once.
    pub passwords: Passwords,
    /// The sender of mail.
    pub outbox: Outbox,
    /// Whoever asks external checks.
    pub checks: Checks,
    /// Whoever fetches images of posts.
    pub images: Images,
}

impl App {
    /// Makes an instance ready to serve: the data directory and the secret key exist, the schema is up to date, there is
    /// a site. Opens no port and starts no worker but the ledger.
    pub async fn build(config: Config, clock: Arc<dyn Clock>, ids: Ids) -> anyhow::Result<Self> {
        data_dir::create(&config.data_dir)?;
        let secret = data_dir::secret_key(&config, &ids)?;
        let keyring = Keyring::new(secret.reveal());
        let db = Db::open(config.database_url.reveal()).await?;
        migrate::up(&db).await?;
        let ids = Arc::new(ids);
        let moderation =
            Moderation::start(db.clone(), clock.clone(), ids.clone(), keyring.clone())?;
        let config = Arc::new(config);
        let app = Self {
            passwords: Passwords::new()?,
            access_keys: AccessKeys::new(db.clone(), clock.clone()),
            authors: Authors::new(db.clone(), clock.clone(), ids.clone()),
            outbox: Outbox {
                db: db.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
                keyring: keyring.clone(),
                config: config.clone(),
                in_force: moderation.in_force.clone(),
                transport: Arc::new(Transport::of(&config)?),
            },
            checks: Checks::new(&config, moderation.clone(), clock.clone(), keyring.clone())?,
            images: Images::new(&config)?,
            config,
            db,
            clock,
            ids,
            keyring,
            moderation,
        };
        app.found_site(FIRST_SITE, "Gatepost").await?;
        Ok(app)
    }

    /// Founds a site with the default workflow and settings; answers whether it is new.
    pub async fn found_site(&self, slug: &str, name: &str) -> anyhow::Result<bool> {
        let account = format!("{:012}", self.ids.random() % 1_000_000_000_000);
        let settings = serde_json::to_string(&SiteSettings::default())?;
        let site = NewSite {
            slug,
            name,
            account: &account,
            settings: &settings,
            definition: DEFAULT_WORKFLOW,
        };
        let founded = founding::found(&self.db, &site, self.clock.now_ms())
            .await
            .with_context(|| format!("found the site {slug}"))?;
        Ok(founded.is_some())
    }
}
