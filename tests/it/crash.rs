//! Random load over HTTP, `kill -9` at random moments, a new start; at the end an audit of everything that was answered.
//! `GATEPOST_CRASH_KILLS` says how often (10 by default), `GATEPOST_SEED` repeats a run.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};

use crate::audit::audit;
use crate::load::{Ledger, Load};
use crate::process::Installation;
use crate::setting::{seed, setting};

/// How many people submit and decide at once.
const CLIENTS: usize = 6;
/// How often the server is killed unless the environment says otherwise.
const KILLS: usize = 10;

both_dbs! {
    async fn nothing_acknowledged_is_lost_by_kill_nine(installation: Installation) {
        let seed = seed();
        let kills = setting("GATEPOST_CRASH_KILLS").map_or(KILLS, |text| text.parse().expect("a number of kills"));
        eprintln!("GATEPOST_SEED={seed} GATEPOST_CRASH_KILLS={kills}");
        let mut rng = StdRng::seed_from_u64(seed);
        let site = installation.prepare().await;
        let ledger = Ledger::create(&installation.database.folder.path().join("ledger.jsonl"));
        let mut ready = Vec::new();

        for round in 0..kills {
            let started = Instant::now();
            let server = installation.serve().await;
            ready.push(started.elapsed());
            let load = Load::start(&site.at(&server.base), &ledger, CLIENTS, seed ^ round as u64);
            // Most are killed at work; some before they got to it.
            if rng.random_bool(0.9) {
                ledger.grown(40).await;
            }
            tokio::time::sleep(Duration::from_millis(rng.random_range(0..250))).await;
            drop(server);
            load.stop().await;
        }

        let server = installation.serve().await;
        let summary = audit(&site.at(&server.base), &installation.database, &ledger).await;
        ready.sort();
        eprintln!("{summary}; ready after {:?} (median), {:?} (most)", ready[kills / 2], ready[kills - 1]);
    }
}
