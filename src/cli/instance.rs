//! The instance that a command works on: the database of the configuration, migrated, beside the server if one runs.

use std::sync::Arc;

use anyhow::{Context as _, anyhow};

use crate::app::App;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::ids::Ids;
use crate::moderation::site::{self, Site};

/// Opens the instance; a fresh one is made as `serve` would.
pub(super) async fn open(config: &Config) -> anyhow::Result<App> {
    App::build(config.clone(), Arc::new(SystemClock), Ids::from_os()).await
}

/// The site of `--site`.
pub(super) async fn find_site(app: &App, slug: &str) -> anyhow::Result<Site> {
    if let Some(site) = site::find_by_slug(&app.db, slug).await? {
        return Ok(site);
    }
    let sites = site::list(&app.db).await.context("list the sites")?;
    let slugs: Vec<_> = sites.into_iter().map(|site| site.slug).collect();
    Err(anyhow!(
        "there is no site {slug:?}; there are: {}",
        slugs.join(", ")
    ))
}

/// The flag that names a site.
#[derive(clap::Args)]
pub(super) struct SiteFlag {
    /// The site
    #[arg(long, default_value = "main")]
    pub(super) site: String,
}
