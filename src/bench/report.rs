//! The figures as JSON lines.

use serde_json::json;

use crate::bench::Plan;

/// Prints figures with what they were measured under.
pub(super) struct Report {
    database: &'static str,
}

impl Report {
    /// Prints the conditions of the run first.
    pub(super) fn new(plan: &Plan) -> Self {
        let postgres = plan.database_url.is_some();
        let database = if postgres { "postgres" } else { "sqlite" };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        println!(
            "{}",
            json!({
                "run": env!("CARGO_PKG_VERSION"), "database": database, "cores": cores,
                "durability": if postgres { "fsync and synchronous_commit as the server has them" }
                    else { "WAL, synchronous=FULL" },
                "posts": plan.posts, "connections": plan.connections, "rules": plan.rules,
                "build": if cfg!(debug_assertions) { "debug" } else { "release" },
            })
        );
        Self { database }
    }

    /// Prints one figure; its unit is in its name.
    pub(super) fn figure(&self, name: &str, value: f64) {
        let rounded = (value * 1_000.0).round() / 1_000.0;
        println!(
            "{}",
            json!({"figure": name, "value": rounded, "database": self.database})
        );
    }
}
