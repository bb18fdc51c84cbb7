//! The figures as JSON lines.

use serde_json::json;

use crate::bench::Plan;

/// Prints figures with what they were measured under.
pub(super) struct Report {
    database: Option<&'static str>,
}

impl Report {
    /// Prints the conditions of the run first.
    pub(super) fn new(plan: &Plan) -> Self {
        let postgres = plan.database_url.is_some();
        let database = if postgres { "postgres" } else { "sqlite" };
        println!(
            "{}",
            json!({
                "run": env!("CARGO_PKG_VERSION"), "database": database, "cores": cores(),
                "durability": if postgres { "fsync and synchronous_commit as the server has them" }
                    else { "WAL, answers after fdatasync of the log" },
                "posts": plan.posts, "connections": plan.connections, "rules": plan.rules,
                "build": build(),
            })
        );
        Self {
            database: Some(database),
        }
    }

    /// The same for a run of the rules alone.
    pub(super) fn of_rules() -> Self {
        println!(
            "{}",
            json!({"run": env!("CARGO_PKG_VERSION"), "cores": cores(), "build": build()})
        );
        Self { database: None }
    }

    /// Prints one figure; its unit is in its name.
    pub(super) fn figure(&self, name: &str, value: f64) {
        let rounded = (value * 1_000.0).round() / 1_000.0;
        let mut line = json!({"figure": name, "value": rounded});
        if let Some(database) = self.database {
            line["database"] = json!(database);
        }
        println!("{line}");
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn build() -> &'static str {
    if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    }
}
