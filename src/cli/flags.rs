//! The flags that set configuration, on every command. Secrets have none: the list of processes is public.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::config::sources::{Loaded, Mistakes, Sources, load};

#[derive(clap::Args)]
#[command(next_help_heading = "Configuration")]
pub(super) struct Flags {
    /// Read this configuration file [default: gatepost.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The address and port of pages and APIs
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<String>,
    /// What people type to get here
    #[arg(long, global = true, value_name = "URL")]
    base_url: Option<String>,
    /// The directory of database, keys and mail files
    #[arg(long, global = true, value_name = "DIRECTORY")]
    data_dir: Option<String>,
    /// sqlite:PATH or postgres://…
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Which log lines are written
    #[arg(long, global = true, value_name = "FILTER")]
    log: Option<String>,
    /// auto, text or json
    #[arg(long, global = true, value_name = "FORMAT")]
    log_format: Option<String>,
}

impl Flags {
    /// The configuration: these flags over `environment` over the file over the defaults.
    pub(super) fn load(self, environment: Vec<(OsString, OsString)>) -> Result<Loaded, Mistakes> {
        let flags = [
            ("listen", self.listen),
            ("base_url", self.base_url),
            ("data_dir", self.data_dir),
            ("database_url", self.database_url),
            ("log", self.log),
            ("log_format", self.log_format),
        ];
        load(Sources {
            file: self.config,
            environment,
            flags: flags
                .into_iter()
                .filter_map(|(key, text)| Some((key, text?)))
                .collect(),
        })
    }
}
