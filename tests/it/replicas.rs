//! Three replicas on one PostgreSQL under load, one of them killed and started again at random. No replica leads, and
//! none holds what another needs: what a dead one began, the others finish.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};

use crate::audit::audit;
use crate::load::{Ledger, Load};
use crate::mailbox::{Mail, wait_for};
use crate::process::{Installation, Server};
use crate::setting::{Arrange, Kind, runtime, seed, setting, skip};
use crate::site::{AUTHOR, MODERATOR};
use crate::undo::decide;

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

#[test]
fn another_replica_takes_over_the_timers_and_the_mails_of_one_that_died() {
    runtime().block_on(async {
        let installation = match Installation::arrange(Kind::Postgres).await {
            Ok(installation) => installation,
            Err(reason) => return skip(&reason),
        };
        let site = installation.prepare().await;
        installation.hold_decisions("main", 2).await;
        let dying = installation.serve().await;
        let other = installation.serve().await;
        let at = site.at(&dying.base);
        let case = at.submit_held("To take effect").await;
        let decision = [("decision", "REJECTED"), ("reason", "Not of this house.")];
        decide(&at, &case, MODERATOR, &decision).await;

        // Its timer runs out, and its mail is due, when the replica that took the decision is gone.
        drop(dying);

        let is_told = |mail: &Mail| mail.to == AUTHOR && mail.text.contains("Not of this house.");
        wait_for(installation.database.folder.path(), is_told).await;
        let post = case["post_id"].as_str().expect("an id");
        let post = site.at(&other.base).post(post).await;
        assert_eq!(post["status"], "rejected");
    });
}
