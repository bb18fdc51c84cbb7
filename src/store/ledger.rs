//! The hot path: many callers' changes in one durable transaction.
//!
//! A caller names the post that it is about and a pure function from what is there to what is to be there. The ledger
//! loads, decides and writes inside one transaction for a whole group of callers, commits once, and only then answers
//! each of them. Nobody reads before and writes after, so there is nothing to race for.

#[macro_use]
pub(in crate::store) mod tables;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anyhow::{anyhow, ensure};
use tokio::sync::{mpsc, oneshot};

use crate::engine::definitions::Definitions;
use crate::ids::{CaseId, ExecutionId, KeyId, PostId, SiteId, TaskId};
use crate::moderation::rows::{Change, IdempotencyRow, PostRow, Subject};
use crate::store::engine_postgres::PgLedger;
use crate::store::engine_sqlite;
use crate::store::{Db, PgDb};

/// Callers that may wait for a transaction; past it they wait to wait, which is the back-pressure on submitters.
const QUEUE: usize = 4096;
/// Callers in one transaction: enough to share an fsync among all that wait, small enough to keep a commit short.
pub(super) const GROUP: usize = 512;
/// Transactions under way at once on PostgreSQL; on SQLite there is one writer.
const POSTGRES_LANES: usize = 2;

/// What a change is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// A new post; loads the one that already has its external id.
    Submission(Option<String>),
    /// The post that a task belongs to.
    Task(TaskId),
    /// The post of a case.
    Case(CaseId),
    /// A post and its newest execution.
    Post(PostId),
    /// The post of an execution.
    Execution(ExecutionId),
}

/// The request that a change answers, where its sender may repeat it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Idempotency {
    /// Who sent it.
    pub key_id: KeyId,
    /// The sender's name for it.
    pub key: String,
}

/// Where a change looks and what it must not repeat.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The site, from a path or a credential that was checked.
    pub site_id: SiteId,
    /// What it is about.
    pub key: Key,
    /// Its `Idempotency-Key`, if it has one.
    pub idempotency: Option<Idempotency>,
}

/// What a transaction found.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The post and its run; `None` if there is none of that key at the site.
    pub subject: Option<Subject>,
    /// For a submission: the post that has its external id.
    pub existing: Option<PostRow>,
    /// The answer that the same request got before.
    pub replay: Option<IdempotencyRow>,
}

/// One caller's part of a transaction. `decide` may be called again if the group's first try failed.
pub(crate) trait Work: Send {
    fn scope(&self) -> &Scope;
    fn decide(&mut self, loaded: Loaded) -> Change;
    /// Tells the caller, after the commit or its failure.
    fn settle(self: Box<Self>, result: anyhow::Result<()>);
}

pub(crate) type Group = Vec<Box<dyn Work>>;

struct Typed<F, R> {
    scope: Scope,
    decide: F,
    reply: Option<R>,
    caller: oneshot::Sender<anyhow::Result<R>>,
}

impl<F, R> Work for Typed<F, R>
where
    F: FnMut(Loaded) -> (Change, R) + Send,
    R: Send,
{
    fn scope(&self) -> &Scope {
        &self.scope
    }

    fn decide(&mut self, loaded: Loaded) -> Change {
        let (change, reply) = (self.decide)(loaded);
        self.reply = Some(reply);
        change
    }

    fn settle(self: Box<Self>, result: anyhow::Result<()>) {
        let Self { reply, caller, .. } = *self;
        let reply = result.and_then(|()| reply.ok_or_else(|| anyhow!("a change was not decided")));
        // A caller that hung up loses only the answer.
        let _ = caller.send(reply);
    }
}

/// The way to change a post, its run or its case. Clones share one queue.
#[derive(Clone)]
pub struct Ledger {
    queue: mpsc::Sender<Group>,
    changes: Arc<AtomicU64>,
    broken: Arc<AtomicBool>,
}

impl Ledger {
    /// Starts the ledger of `db` on the current runtime. It ends when its last clone is dropped, after the changes
    /// that were queued.
    pub fn start(db: &Db, definitions: Definitions) -> anyhow::Result<Self> {
        let (queue, incoming) = mpsc::channel(QUEUE);
        let broken = Arc::new(AtomicBool::new(false));
        match db {
            Db::Sqlite(db) => {
                let log = broken.clone();
                engine_sqlite::start(db.clone(), definitions, incoming, queue.downgrade(), log)?;
            }
            Db::Postgres(db) => {
                tokio::spawn(run_postgres(db.clone(), definitions, incoming));
            }
        }
        Ok(Self {
            queue,
            changes: Arc::default(),
            broken,
        })
    }

    /// Loads what `scope` names, lets `decide` say what becomes of it, and commits that.
    ///
    /// `decide` is pure and quick: it runs inside the transaction, possibly more than once. When this returns `Ok`, the
    /// change is durable; on `Err` nothing of it happened, unless the database broke during the commit itself.
    pub async fn transact<R, F>(&self, scope: Scope, decide: F) -> anyhow::Result<R>
    where
        F: FnMut(Loaded) -> (Change, R) + Send + 'static,
        R: Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let work: Box<dyn Work> = Box::new(Typed {
            scope,
            decide,
            reply: None,
            caller,
        });
        self.send(vec![work]).await?;
        answer
            .await
            .map_err(|_| anyhow!("the ledger stopped before it answered"))?
    }

    /// [`Ledger::transact`] for many at once: they share one transaction, unless one of them breaks it or two are about
    /// the same post. Answers in their order.
    pub async fn transact_all<R, F>(
        &self,
        works: Vec<(Scope, F)>,
    ) -> anyhow::Result<Vec<anyhow::Result<R>>>
    where
        F: FnMut(Loaded) -> (Change, R) + Send + 'static,
        R: Send + 'static,
    {
        let mut group = Group::with_capacity(works.len());
        let mut answers = Vec::with_capacity(works.len());
        for (scope, decide) in works {
            let (caller, answer) = oneshot::channel();
            answers.push(answer);
            group.push(Box::new(Typed {
                scope,
                decide,
                reply: None,
                caller,
            }));
        }
        self.send(group).await?;
        let mut results = Vec::with_capacity(answers.len());
        for answer in answers {
            let result = answer.await;
            results.push(
                result.unwrap_or_else(|_| Err(anyhow!("the ledger stopped before it answered"))),
            );
        }
        Ok(results)
    }

    /// How many changes this process has been asked for, to see how busy it is.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    /// # Errors
    /// What was written did not reach the disk; nothing more is taken until the process starts again. Only on SQLite:
    /// PostgreSQL starts anew by itself then.
    pub fn check(&self) -> anyhow::Result<()> {
        check(&self.broken)
    }

    async fn send(&self, group: Group) -> anyhow::Result<()> {
        self.changes
            .fetch_add(group.len() as u64, Ordering::Relaxed);
        let sent = self.queue.send(group).await;
        sent.map_err(|_| anyhow!("the ledger has stopped"))
    }
}

pub(super) fn check(broken: &AtomicBool) -> anyhow::Result<()> {
    ensure!(
        !broken.load(Ordering::Acquire),
        "the write-ahead log could not be written to the disk: look at the disk, then start again"
    );
    Ok(())
}

/// All that waits, as one group: what came together stays together.
async fn next_group(incoming: &mut mpsc::Receiver<Group>) -> Option<Group> {
    let mut groups = Vec::new();
    let received = incoming.recv_many(&mut groups, GROUP).await;
    (received > 0).then(|| groups.into_iter().flatten().collect())
}

/// Keeps up to [`POSTGRES_LANES`] transactions under way. Members that would wait for each other's locks go into
/// different transactions, one after the other.
async fn run_postgres(db: PgDb, definitions: Definitions, mut incoming: mpsc::Receiver<Group>) {
    let lanes = Arc::new(tokio::sync::Semaphore::new(POSTGRES_LANES));
    let ledger = Arc::new(PgLedger::new(db, definitions));
    while let Some(group) = next_group(&mut incoming).await {
        let Ok(lane) = lanes.clone().acquire_owned().await else {
            return;
        };
        let ledger = ledger.clone();
        tokio::spawn(async move {
            ledger.transact(group).await;
            drop(lane);
        });
    }
}
