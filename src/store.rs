//! The two databases behind one enum. Cold statements are written once and run on both with `on_db!`; the hot path
//! (`engine_sqlite`, `engine_postgres`) is written twice. Nothing here knows HTTP, mail or pages.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection as _, Database, Postgres, Sqlite, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

// First: the columns that it names are used in the modules below.
#[macro_use]
pub mod ledger;

pub(crate) mod accounts;
pub(crate) mod addressees;
pub(crate) mod appeals;
pub(crate) mod approvals;
pub(crate) mod asides;
pub mod audit;
pub mod author_past;
pub(crate) mod authors;
pub mod brakes;
pub(crate) mod case_texts;
pub mod cases;
pub mod checks;
pub(crate) mod claims;
pub(crate) mod digests;
pub(crate) mod drafts;
pub(crate) mod due;
mod engine_postgres;
mod engine_sqlite;
pub(crate) mod erasure;
pub mod executions;
pub(crate) mod feed;
pub mod founding;
pub(crate) mod gauges;
pub(crate) mod handovers;
pub(crate) mod idempotency;
pub mod keys;
pub(crate) mod login_attempts;
pub(crate) mod masks;
pub(crate) mod members;
pub mod migrate;
pub(crate) mod notes;
pub mod outbox;
pub(crate) mod passages;
#[cfg(test)]
mod plans;
pub mod posts;
pub mod queue;
pub(crate) mod records;
pub mod rule_changes;
pub mod rule_versions;
pub mod rules;
pub(crate) mod seals;
pub(crate) mod search;
pub(crate) mod sessions;
pub mod shared_rules;
pub(crate) mod sites;
pub(crate) mod statements;
pub mod stats;
pub mod tables;
pub(crate) mod tidy;
pub(crate) mod views;
pub mod workflows;

/// Runs the same expression on either database: `on_db!(db, |c| query(SQL).fetch_all(c.read()).await)`.
#[macro_export]
macro_rules! on_db {
    ($db:expr, |$c:ident| $body:expr) => {
        match $db {
            $crate::store::Db::Sqlite($c) => $body,
            $crate::store::Db::Postgres($c) => $body,
        }
    };
}

/// How many connections read from SQLite at once; more only queue on the two or so cores of a small machine.
const SQLITE_READERS: u32 = 4;
/// Connections of one replica to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long a request waits for a connection before it is told that we are overloaded.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection to PostgreSQL may have been idle to be taken without asking whether it still lives.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

/// The database of this instance.
#[derive(Clone, Debug)]
pub enum Db {
    /// One file, one writer, no configuration.
    Sqlite(SqliteDb),
    /// Shared by any number of replicas.
    Postgres(PgDb),
}

/// SQLite: a pool of readers and one writer, whose gate is shared with the engine's writer thread so that neither
/// ever spins on the file's lock.
#[derive(Clone, Debug)]
pub struct SqliteDb {
    read: SqlitePool,
    write: SqlitePool,
    gate: Arc<Mutex<()>>,
    path: Arc<Path>,
}

/// PostgreSQL: one pool.
#[derive(Clone, Debug)]
pub struct PgDb {
    pool: PgPool,
}

/// A transaction that may write. Dropped without [`WriteTx::commit`], it leaves nothing behind.
#[derive(Debug)]
pub struct WriteTx<D: Database> {
    tx: Transaction<'static, D>,
    _gate: Option<OwnedMutexGuard<()>>,
}

impl<D: Database> WriteTx<D> {
    /// The connection to run statements on.
    pub fn conn(&mut self) -> &mut D::Connection {
        &mut self.tx
    }

    /// Makes everything since the beginning durable.
    pub async fn commit(self) -> sqlx::Result<()> {
        self.tx.commit().await
    }
}

impl SqliteDb {
    /// The readers.
    pub fn read(&self) -> &SqlitePool {
        &self.read
    }

    /// Begins a transaction that holds the write lock from its first moment.
    pub async fn begin(&self) -> sqlx::Result<WriteTx<Sqlite>> {
        let gate = self.gate.clone().lock_owned().await;
        let tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        Ok(WriteTx {
            tx,
            _gate: Some(gate),
        })
    }

    /// Begins a transaction whose reads all see the same moment.
    pub(crate) async fn snapshot(&self) -> sqlx::Result<Transaction<'static, Sqlite>> {
        self.read.begin().await
    }

    /// The connection that writes, for statements which manage their own transactions (migrations).
    pub(crate) async fn writer(&self) -> sqlx::Result<PoolConnection<Sqlite>> {
        self.write.acquire().await
    }

    /// The right to write, for a thread with a connection of its own.
    pub(crate) fn blocking_gate(&self) -> OwnedMutexGuard<()> {
        self.gate.clone().blocking_lock_owned()
    }

    /// Where the file is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl PgDb {
    /// The pool; reads need no more than it.
    pub fn read(&self) -> &PgPool {
        &self.pool
    }

    /// Begins a transaction whose reads all see the same moment.
    pub(crate) async fn snapshot(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        self.pool.begin_with(BEGIN).await
    }

    /// A connection, for statements which manage their own transactions (migrations).
    pub(crate) async fn writer(&self) -> sqlx::Result<PoolConnection<Postgres>> {
        self.pool.acquire().await
    }

    /// Begins a transaction.
    pub async fn begin(&self) -> sqlx::Result<WriteTx<Postgres>> {
        Ok(WriteTx {
            tx: self.pool.begin().await?,
            _gate: None,
        })
    }
}

impl Db {
    /// Opens `url` (`sqlite:PATH` or `postgres://…`) without touching its schema.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        match url.strip_prefix("sqlite:") {
            Some(path) => open_sqlite(Path::new(path.trim_start_matches("//"))).await,
            None => open_postgres(url).await,
        }
    }

    /// Closes all connections after the statements in flight.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(db) => {
                db.read.close().await;
                db.write.close().await;
            }
            Self::Postgres(db) => db.pool.close().await,
        }
    }
}

/// Whether `error` says that there is no room now: no free connection, a locked database, a full disk.
pub fn is_overload(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| match cause.downcast_ref::<sqlx::Error>() {
            Some(sqlx::Error::PoolTimedOut) => true,
            Some(sqlx::Error::Database(error)) => matches!(
                error.code().as_deref(),
                // SQLITE_BUSY and SQLITE_FULL; PostgreSQL's disk_full and too_many_connections.
                Some("5" | "13" | "53100" | "53300")
            ),
            _ => false,
        })
}

/// Whether the database answers.
pub async fn ping(db: &Db) -> anyhow::Result<()> {
    const PING: &str = "SELECT 1";
    on_db!(db, |c| {
        sqlx::query(PING).execute(c.read()).await?;
    });
    Ok(())
}

async fn open_sqlite(path: &Path) -> anyhow::Result<Db> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        // Three posts of 2 KB fill a page of 8 KB badly, seven one of 16 KB well.
        .page_size(16_384)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(ACQUIRE_TIMEOUT)
        .foreign_keys(true);
    let pool = |size: u32| {
        SqlitePoolOptions::new()
            .max_connections(size)
            .acquire_timeout(ACQUIRE_TIMEOUT)
    };
    let write = pool(1)
        // The engine's thread has the log copied long before; this is for what is written without it, as by imports.
        .connect_with(options.clone().pragma("wal_autocheckpoint", "4000"))
        .await
        .with_context(|| format!("open the database {}", path.display()))?;
    let read = pool(SQLITE_READERS).connect_lazy_with(options.pragma("query_only", "1"));
    Ok(Db::Sqlite(SqliteDb {
        read,
        write,
        gate: Arc::new(Mutex::new(())),
        path: path.into(),
    }))
}

async fn open_postgres(url: &str) -> anyhow::Result<Db> {
    let options: PgConnectOptions = url.parse().context("read the database URL")?;
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // To ask the server whether a connection lives is a way there and back; one that was used a moment ago does.
        .test_before_acquire(false)
        .before_acquire(|conn, meta| {
            Box::pin(async move {
                if meta.idle_for > TRUSTED_IDLE {
                    conn.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await
        .context("connect to PostgreSQL")?;
    Ok(Db::Postgres(PgDb { pool }))
}
