//! The ledger on PostgreSQL: each group costs a fixed number of set-based statements. The post's row is the lock of all
//! that belongs to it and is taken first, in the order of keys, so that groups of several replicas never dead-lock.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Context as _, anyhow};
use sqlx::PgConnection;

use crate::engine::definitions::Definitions;
use crate::moderation::rows::Change;
use crate::store::PgDb;
use crate::store::engine_postgres::load::Loading;
use crate::store::engine_postgres::write::write;
use crate::store::ledger::{Group, Key, Scope, Work};

mod load;
mod write;

/// How often a member is tried that lost a race for a key. Each time somebody else got on, so this is not a limit that a load
/// comes near.
const TRIES: u32 = 5;

/// The ledger's side of one database.
pub(crate) struct PgLedger {
    db: PgDb,
    definitions: Definitions,
}

impl PgLedger {
    pub(crate) fn new(db: PgDb, definitions: Definitions) -> Self {
        Self { db, definitions }
    }

    /// Commits a group and answers its members. Members about a post that another member changes come after it, in a
    /// transaction of their own.
    pub(crate) async fn transact(&self, group: Group) {
        let mut rest = group;
        while !rest.is_empty() {
            rest = self.transact_some(rest).await;
        }
    }

    async fn transact_some(&self, mut group: Group) -> Group {
        let (mut later, now): (Group, Group) = {
            let mut seen = HashSet::new();
            let mut later = Vec::new();
            let mut now = Vec::new();
            for work in group.drain(..) {
                let scope = work.scope();
                let unique = match (&scope.key, &scope.idempotency) {
                    (Key::Submission(None), None) => true,
                    _ => seen.insert(scope.clone()),
                };
                if unique { &mut now } else { &mut later }.push(work);
            }
            (later, now)
        };
        let mut now = now;
        match self.try_transact(&mut now).await {
            Ok(results) => {
                for (work, result) in now.into_iter().zip(results) {
                    match result {
                        Member::Done(result) => work.settle(result),
                        Member::Later => later.push(work),
                    }
                }
                later
            }
            Err(error) if now.len() > 1 || has_lost_a_race(&error) => {
                for work in now {
                    self.transact_alone(work).await;
                }
                later
            }
            Err(error) => {
                settle_alone(now, Err(error));
                later
            }
        }
    }

    async fn transact_alone(&self, work: Box<dyn Work>) {
        let mut alone = vec![work];
        let mut results = self.try_transact(&mut alone).await;
        for _ in 1..TRIES {
            match &results {
                Err(error) if has_lost_a_race(error) => {
                    results = self.try_transact(&mut alone).await;
                }
                _ => break,
            }
        }
        settle_alone(alone, results);
    }

    /// Submissions lock nothing, and a group is written by one statement, which is a transaction by itself: they go without
    /// one of their own, which is three ways to the server less.
    async fn try_transact(&self, group: &mut Group) -> anyhow::Result<Vec<Member>> {
        let is_submission = |scope: &Scope| matches!(scope.key, Key::Submission(_));
        if group.iter().all(|work| is_submission(work.scope())) {
            let mut conn = self.db.writer().await.context("find a connection")?;
            return self.change(&mut conn, group).await;
        }
        let mut tx = self.db.begin().await.context("begin a transaction")?;
        let results = self.change(tx.conn(), group).await?;
        tx.commit().await.context("commit")?;
        Ok(results)
    }

    /// Loads what the members are about, lets them decide and writes what they say; the caller commits.
    async fn change(
        &self,
        conn: &mut PgConnection,
        group: &mut Group,
    ) -> anyhow::Result<Vec<Member>> {
        let mut loading = Loading::of(group);
        loading.load(conn, &self.definitions).await?;
        let mut results = Vec::with_capacity(group.len());
        let mut all = Change::default();
        for (work, found) in group.iter_mut().zip(loading.found) {
            if found.later {
                results.push(Member::Later);
                continue;
            }
            let loaded = found.loaded;
            match catch_unwind(AssertUnwindSafe(|| work.decide(loaded))) {
                Ok(change) => {
                    all.append(change);
                    results.push(Member::Done(Ok(())));
                }
                Err(_) => results.push(Member::Done(Err(anyhow!("a decision panicked")))),
            }
        }
        write(conn, &all).await.context("write a change")?;
        Ok(results)
    }
}

/// Whether another transaction committed the same key first, or held what this one waited for while it waited for this one.
/// The next try finds what the other has written.
fn has_lost_a_race(error: &anyhow::Error) -> bool {
    const UNIQUE_VIOLATION: &str = "23505";
    const DEADLOCK_DETECTED: &str = "40P01";
    let code = error
        .downcast_ref::<sqlx::Error>()
        .and_then(sqlx::Error::as_database_error)
        .and_then(sqlx::error::DatabaseError::code);
    matches!(code.as_deref(), Some(UNIQUE_VIOLATION | DEADLOCK_DETECTED))
}

enum Member {
    Done(anyhow::Result<()>),
    Later,
}

fn settle_alone(group: Group, results: anyhow::Result<Vec<Member>>) {
    let message = match results {
        Ok(_) => None,
        Err(error) => Some(format!("{error:#}")),
    };
    for work in group {
        work.settle(
            message
                .clone()
                .map_or(Ok(()), |message| Err(anyhow!(message))),
        );
    }
}
