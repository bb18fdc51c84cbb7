//! Three replicas on one PostgreSQL under load, one of them killed and started again at random. No replica leads, and
//! none holds what another needs: what a dead one began, the others finish.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};

use crate::audit::audit;
use crate::load::{Ledger, Load};
use crate::process::{Installation, Server};
use crate::setting::{Arrange, Kind, runtime, seed, setting, skip};

const REPLICAS: usize = 3;
const KILLS: usize = 8;
const CLIENTS_EACH: usize = 3;

#[test]
fn three_replicas_lose_nothing_when_one_is_killed_again_and_again() {
    runtime().block_on(async {
        let installation = match Installation::arrange(Kind::Postgres).await {
            Ok(installation) => installation,
            Err(reason) => return skip(&reason),
        };
        let seed = seed();
        let kills = setting("GATEPOST_REPLICA_KILLS")
            .map_or(KILLS, |text| text.parse().expect("a number of kills"));
        eprintln!("GATEPOST_SEED={seed} GATEPOST_REPLICA_KILLS={kills}");
        let mut rng = StdRng::seed_from_u64(seed);
        let site = installation.prepare().await;
        let ledger = Ledger::create(&installation.database.folder.path().join("ledger.jsonl"));
        let mut replicas: Vec<(Server, Load)> = Vec::new();
        for number in 0..REPLICAS {
            let server = installation.serve().await;
            let load = Load::start(
                &site.at(&server.base),
                &ledger,
                CLIENTS_EACH,
                seed ^ number as u64,
            );
            replicas.push((server, load));
        }

        for round in 0..kills {
            tokio::time::sleep(Duration::from_millis(rng.random_range(50..300))).await;
            let place = rng.random_range(0..REPLICAS);
            let (server, load) = replicas.swap_remove(place);
            drop(server);
            load.stop().await;
            let server = installation.serve().await;
            let load = Load::start(
                &site.at(&server.base),
                &ledger,
                CLIENTS_EACH,
                seed ^ (round + REPLICAS) as u64,
            );
            replicas.push((server, load));
        }

        // All die, and with them what was in flight. A new one knows everything.
        for (server, load) in replicas {
            drop(server);
            load.stop().await;
        }
        let server = installation.serve().await;
        let summary = audit(&site.at(&server.base), &installation.database, &ledger).await;
        eprintln!("{summary}");
    });
}
