//! The ledger on SQLite: one thread with one connection and prepared statements, which is several times cheaper a
//! statement than going through the pool (docs/adr/0002-one-ledger-two-databases.md). Groups are committed with one fsync.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

use anyhow::{Context as _, anyhow};
use rusqlite::Connection;
use tokio::sync::mpsc;

use crate::engine::definitions::Definitions;
use crate::moderation::rows::Change;
use crate::store::SqliteDb;
use crate::store::engine_sqlite::checkpoint::Checkpoints;
use crate::store::engine_sqlite::load::load;
use crate::store::engine_sqlite::log::{Committed, Log};
use crate::store::engine_sqlite::write::{file_posts, write};
use crate::store::ledger::{GROUP, Group, Key, Loaded, Scope};

mod checkpoint;
pub(super) mod load;
mod log;
mod write;

/// The connection keeps every statement of `load` and `write` prepared.
const STATEMENTS: usize = 32;
/// After so many posts the new ones are filed under their authors: enough that their pages are shared, few enough to be looked
/// through and to be moved in a few milliseconds.
const POSTS_UNFILED: usize = 1_000;

/// Starts the writer's thread on what comes in through `queue`; it ends when nothing can come any more. Groups are committed one
/// after the other, each with all that came in while the one before was on its way to the disk.
pub(crate) fn start(
    db: SqliteDb,
    definitions: Definitions,
    mut incoming: mpsc::Receiver<Group>,
    queue: mpsc::WeakSender<Group>,
    broken: Arc<AtomicBool>,
) -> anyhow::Result<()> {
    let conn = open(&db).context("open the engine's connection")?;
    let checkpoints = Checkpoints::start(db.clone())?;
    let log = Log::start(db.path(), queue, broken)?;
    thread::Builder::new()
        .name("ledger".to_owned())
        .spawn(move || {
            checkpoints.watch(&conn);
            let mut writer = Writer {
                conn,
                definitions,
                log,
                // Whatever an earlier process has left is filed with the first change.
                unfiled: POSTS_UNFILED,
            };
            while let Some(group) = next_group(&mut incoming) {
                let gate = db.blocking_gate();
                writer.transact(group, Some(&mut incoming));
                drop(gate);
                checkpoints.after_commit();
            }
        })
        .context("start the engine's thread")?;
    Ok(())
}

/// All that waits, once there is something; `None` when nothing can come any more.
fn next_group(incoming: &mut mpsc::Receiver<Group>) -> Option<Group> {
    let mut groups = Vec::new();
    let received = incoming.blocking_recv_many(&mut groups, GROUP);
    (received > 0).then(|| groups.into_iter().flatten().collect())
}

fn open(db: &SqliteDb) -> rusqlite::Result<Connection> {
    let conn = Connection::open(db.path())?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    // The log is synced by `log`, before anybody is answered.
    conn.pragma_update(None, "synchronous", "NORMAL")?;
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
    log: Log,
    /// At most so many posts are not filed under their authors.
    unfiled: usize,
}

impl Writer {
    /// Commits a group, and who joins it from `incoming` meanwhile, and has its members answered.
    fn transact(&mut self, mut group: Group, incoming: Option<&mut mpsc::Receiver<Group>>) {
        if group.is_empty() {
            return;
        }
        match self.try_transact(&mut group, incoming) {
            Ok(results) => self.log.sync(Committed { group, results }),
            // One member's fault must not be everybody's: each gets a transaction of its own.
            Err(_) if group.len() > 1 => {
                for work in group {
                    self.transact(vec![work], None);
                }
            }
            Err(error) => {
                for work in group {
                    work.settle(Err(anyhow!("{error:#}")));
                }
            }
        }
    }

    /// Commits to the log all that the members decide. Whoever comes from `incoming` while the log is being synced for the group
    /// before joins this one: it would have to wait anyway, and its rows share the pages of the others.
    fn try_transact(
        &mut self,
        group: &mut Group,
        mut incoming: Option<&mut mpsc::Receiver<Group>>,
    ) -> anyhow::Result<Vec<anyhow::Result<()>>> {
        self.log.check()?;
        let tx = self
            .conn
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .context("begin a transaction")?;
        let mut results = Vec::with_capacity(group.len());
        let mut unfiled = self.unfiled;
        loop {
            // Written at the end, table by table, which is cheaper than to go through all tables for each member.
            let mut unwritten = Change::default();
            for work in &mut group[results.len()..] {
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
            if self.log.is_idle() || group.len() >= GROUP {
                break;
            }
            let Some(more) = incoming.as_mut().and_then(|incoming| next_group(incoming)) else {
                break;
            };
            group.extend(more);
        }
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
