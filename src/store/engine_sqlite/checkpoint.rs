//! Copies the write-ahead log into the database file, beside the writer and not in its way: a commit that had to do it
//! would keep everybody waiting for as long as the disk takes. Knows nothing of what is written.

use std::cell::Cell;
use std::ffi::c_int;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use rusqlite::Connection;

use crate::store::SqliteDb;

/// Pages in the log from which it is worth copying: 16 MiB.
const WORTHWHILE_PAGES: c_int = 1_000;
/// After a failure, such as a full disk.
const REST: Duration = Duration::from_secs(1);

thread_local! {
    /// How many pages the log had after this thread's last commit.
    static LOG_PAGES: Cell<c_int> = const { Cell::new(0) };
}

/// Rings for a checkpoint when there is enough to copy.
pub(super) struct Checkpoints {
    bell: SyncSender<()>,
}

impl Checkpoints {
    /// Starts the thread that copies; it ends when this is dropped.
    pub(super) fn start(db: SqliteDb) -> anyhow::Result<Self> {
        let conn = Connection::open(db.path()).context("open the checkpoints' connection")?;
        conn.busy_timeout(Duration::from_secs(5))?;
        let (bell, rung) = sync_channel(1);
        thread::Builder::new()
            .name("checkpoint".to_owned())
            .spawn(move || run(&db, &conn, &rung))
            .context("start the checkpoints' thread")?;
        Ok(Self { bell })
    }

    /// Has `writer` count the pages of its log instead of copying them itself. Only for the thread that calls
    /// [`Checkpoints::after_commit`].
    pub(super) fn watch(&self, writer: &Connection) {
        writer.wal_hook(Some(|_, pages| {
            LOG_PAGES.set(pages);
            Ok(())
        }));
    }

    /// To be called after each commit.
    pub(super) fn after_commit(&self) {
        if LOG_PAGES.get() >= WORTHWHILE_PAGES {
            // If it has been rung already, or the thread is gone, there is nothing to add.
            let _ = self.bell.try_send(());
        }
    }
}

fn run(db: &SqliteDb, conn: &Connection, rung: &Receiver<()>) {
    while rung.recv().is_ok() {
        // Most of it while others write; then the little that they wrote meanwhile, while nobody does. Only a log that
        // was copied to its end is begun anew.
        let copied = checkpoint(conn).and_then(|()| {
            let _gate = db.blocking_gate();
            checkpoint(conn)
        });
        if let Err(error) = copied {
            tracing::warn!("the write-ahead log was not copied into the database: {error}");
            thread::sleep(REST);
        }
    }
}

fn checkpoint(conn: &Connection) -> rusqlite::Result<()> {
    conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}
