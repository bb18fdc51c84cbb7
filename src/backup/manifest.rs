//! What a backup says of itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The last member of the archive, `manifest.json`; an archive without it is incomplete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this format.
    pub format: u32,
    /// The version of Gatepost that wrote it.
    pub gatepost: String,
    /// The number of the newest migration.
    pub schema_version: i64,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// What it was made from: `sqlite` or `postgres`.
    pub database: String,
    /// Whether the secret key is in it.
    pub has_secret_key: bool,
    /// How many rows each table has.
    pub rows: BTreeMap<String, u64>,
    /// SHA-256 of each member, in hexadecimal.
    pub members: BTreeMap<String, String>,
}

/// The format that this program writes and reads.
pub(super) const FORMAT: u32 = 1;
