//! The ledger on SQLite: one thread with one connection and prepared statements, which is several times cheaper a
//! statement than going through the pool (docs/adr/0002-one-ledger-two-databases.md). Groups are committed with one fsync.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use anyhow::{Context as _, anyhow};
use rusqlite::Connection;
use tokio::sync::mpsc;

use crate::engine::definitions::Definitions;
use crate::moderation::rows::Change;
use crate::store::SqliteDb;
use crate::store::engine_sqlite::checkpoint::Checkpoints;
use crate::store::engine_sqlite::load::load;
use crate::store::engine_sqlite::write::{file_posts, write};
use crate::store::ledger::{GROUP, Group, Key, Loaded, Scope};

mod checkpoint;
pub(super) mod load;
mod write;

/// The connection keeps every statement of `load` and `write` prepared.
const STATEMENTS: usize = 32;
/// After so many posts the new ones are filed under their authors: enough that their pages are shared, few enough to be looked
/// through and to be moved in a few milliseconds.
const POSTS_UNFILED: usize = 1_000;

/// Starts the writer's thread on what comes in; it ends when nothing can come any more. Groups are committed one after the
/// other, each with all that came in during the one before.
pub(crate) fn start(
    db: SqliteDb,
    definitions: Definitions,
    mut incoming: mpsc::Receiver<Group>,
) -> anyhow::Result<()> {
    let conn = open(&db).context("open the engine's connection")?;
    let checkpoints = Checkpoints::start(db.clone())?;
    thread::Builder::new()
        .name("ledger".to_owned())
        .spawn(move || {
            checkpoints.watch(&conn);
            // Whatever an earlier process has left is filed with the first change.
            let unfiled = POSTS_UNFILED;
            let mut writer = Writer {
                conn,
                definitions,
                unfiled,
            };
            let mut groups = Vec::new();
            while incoming.blocking_recv_many(&mut groups, GROUP) > 0 {
                let gate = db.blocking_gate();
                writer.transact(groups.drain(..).flatten().collect());
                drop(gate);
                checkpoints.after_commit();
            }
        })
        .context("start the engine's thread")?;
    Ok(())
}

fn open(db: &SqliteDb) -> rusqlite::Result<Connection> {
    let conn = Connection::open(db.path())?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", "ON")?;
    // 16 MiB of pages: the upper levels of every tree, whatever the number of parked posts.
    conn.pragma_update(None, "cache_size", -16_384)?;
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(conn)
}

struct Writer {
    conn: Connection,
    definitions: Definitions,
    /// At most so many posts are not filed under their authors.
    unfiled: usize,
}

impl Writer {
    fn transact(&mut self, mut group: Group) {
        match self.try_transact(&mut group) {
            Ok(results) => {
                for (work, result) in group.into_iter().zip(results) {
                    work.settle(result);
                }
            }
            // One member's fault must not be everybody's: each gets a transaction of its own.
            Err(_) if group.len() > 1 => {
                for work in group {
                    self.transact(vec![work]);
                }
            }
            Err(error) => {
                for work in group {
                    work.settle(Err(anyhow!("{error:#}")));
                }
            }
        }
    }

    fn try_transact(&mut self, group: &mut Group) -> anyhow::Result<Vec<anyhow::Result<()>>> {
        let tx = self
            .conn
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .context("begin a transaction")?;
        let mut results = Vec::with_capacity(group.len());
        let mut unfiled = self.unfiled;
        // Written at the end, table by table, which is cheaper than to go through all tables for each member.
        let mut unwritten = Change::default();
        for work in group.iter_mut() {
            let mut loaded = load(&tx, &self.definitions, work.scope())?;
            if may_concern(&unwritten, work.scope(), &loaded) {
                write(&tx, &unwritten).context("write a change")?;
                unfiled += unwritten.author_posts.len();
                unwritten = Change::default();
                loaded = load(&tx, &self.definitions, work.scope())?;
            }
            let decided = catch_unwind(AssertUnwindSafe(|| work.decide(loaded)));
            results.push(match decided {
                Ok(change) => {
                    unwritten.append(change);
                    Ok(())
                }
                Err(_) => Err(anyhow!("a decision panicked")),
            });
        }
        write(&tx, &unwritten).context("write a change")?;
        unfiled += unwritten.author_posts.len();
        if unfiled >= POSTS_UNFILED {
            file_posts(&tx).context("file posts under their authors")?;
            unfiled = 0;
        }
        tx.commit().context("commit")?;
        self.unfiled = unfiled;
        Ok(results)
    }
}

/// Whether what was loaded for `scope` may be another once `unwritten` is written.
fn may_concern(unwritten: &Change, scope: &Scope, loaded: &Loaded) -> bool {
    let site = scope.site_id;
    let is_posts = match (&scope.key, &loaded.subject) {
        (Key::Submission(None), _) => false,
        (Key::Submission(name), _) => unwritten
            .posts
            .iter()
            .any(|post| post.site_id == site && post.external_id == *name),
        (_, Some(subject)) => unwritten
            .posts
            .iter()
            .any(|post| post.site_id == site && post.id == subject.post.id),
        (_, None) => !unwritten.posts.is_empty(),
    };
    is_posts
        || scope.idempotency.as_ref().is_some_and(|request| {
            unwritten.idempotency.iter().any(|row| {
                row.site_id == site && row.key_id == request.key_id && row.key == request.key
            })
        })
}
