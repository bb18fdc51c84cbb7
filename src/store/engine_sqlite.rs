//! The ledger on SQLite: one thread with one connection and prepared statements, which is several times cheaper a
//! statement than going through the pool (docs/adr/0002-one-ledger-two-databases.md). Groups are committed with one fsync.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use anyhow::{Context as _, anyhow};
use rusqlite::{Connection, OptionalExtension as _, Params, Row, params};
use tokio::sync::{mpsc, oneshot};

use crate::engine::definitions::Definitions;
use crate::ids::SiteId;
use crate::moderation::appeal::is_hearing;
use crate::moderation::rows::{CaseRow, Change, ExecutionRow, PostRow, Subject, TaskRow};
use crate::store::SqliteDb;
use crate::store::columns::{
    appeal_columns, case_columns, execution_columns, idempotency_columns, mail_columns,
    post_columns, revision_columns, task_columns,
};
use crate::store::engine_sqlite::checkpoint::Checkpoints;
use crate::store::engine_sqlite::rows::{
    case_row, execution_row, idempotency_row, post_row, revision_row, task_row,
};
use crate::store::ledger::{Group, Key, Loaded, Scope};

mod checkpoint;
mod rows;

const FIND_POST: &str = concat!(
    "SELECT ",
    post_columns!(),
    " FROM posts WHERE site_id = ?1 AND id = ?2"
);
const FIND_POST_BY_EXTERNAL_ID: &str = concat!(
    "SELECT ",
    post_columns!(),
    " FROM posts WHERE site_id = ?1 AND external_id = ?2"
);
const FIND_REVISION: &str = concat!(
    "SELECT ",
    revision_columns!(),
    " FROM revisions WHERE site_id = ?1 AND post_id = ?2 AND number = ?3"
);
const FIND_EXECUTION: &str = concat!(
    "SELECT ",
    execution_columns!(),
    " FROM executions WHERE site_id = ?1 AND id = ?2"
);
const FIND_TASK: &str = concat!(
    "SELECT ",
    task_columns!(),
    " FROM tasks WHERE site_id = ?1 AND id = ?2"
);
const FIND_CASE: &str = concat!(
    "SELECT ",
    case_columns!(),
    " FROM cases WHERE site_id = ?1 AND id = ?2"
);
pub(super) const FIND_CASE_OF_EXECUTION: &str = concat!(
    "SELECT ",
    case_columns!(),
    " FROM cases \
     WHERE site_id = ?1 AND post_id = ?2 AND execution_id = ?3 ORDER BY id DESC LIMIT 1"
);
const FIND_APPEALED: &str = "SELECT of_actor FROM appeals WHERE site_id = ?1 AND case_id = ?2";
const FIND_DEFINITION: &str =
    "SELECT definition FROM workflows WHERE site_id = ?1 AND version = ?2";
const FIND_IDEMPOTENCY: &str = concat!(
    "SELECT ",
    idempotency_columns!(),
    " FROM idempotency WHERE site_id = ?1 AND key_id = ?2 AND key = ?3"
);

const PUT_POST: &str = concat!(
    "INSERT INTO posts (",
    post_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) \
     ON CONFLICT (site_id, id) DO UPDATE SET slug = excluded.slug, status = excluded.status, \
     revision = excluded.revision, published_revision = excluded.published_revision, \
     execution_id = excluded.execution_id, updated_at_ms = excluded.updated_at_ms, \
     published_at_ms = excluded.published_at_ms"
);
const INSERT_REVISION: &str = concat!(
    "INSERT INTO revisions (",
    revision_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
);
const PUT_EXECUTION: &str = concat!(
    "INSERT INTO executions (",
    execution_columns!(),
    ") \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) \
     ON CONFLICT (site_id, id) DO UPDATE SET status = excluded.status, stopped_at_ms = excluded.stopped_at_ms, \
     wake_at_ms = excluded.wake_at_ms, events = excluded.events, state = excluded.state, \
     error = excluded.error, cause = excluded.cause"
);
const INSERT_HISTORY: &str =
    "INSERT INTO history (site_id, execution_id, first_event, events) VALUES (?1, ?2, ?3, ?4)";
const PUT_TASK: &str = concat!(
    "INSERT INTO tasks (",
    task_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
     ON CONFLICT (site_id, id) DO UPDATE SET closed_at_ms = excluded.closed_at_ms, outcome = excluded.outcome, \
     answer = excluded.answer"
);
const PUT_CASE: &str = concat!(
    "INSERT INTO cases (",
    case_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, \
     ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26) \
     ON CONFLICT (site_id, id) DO UPDATE SET task_id = excluded.task_id, status = excluded.status, \
     problem = excluded.problem, deadline_ms = excluded.deadline_ms, remind_at_ms = excluded.remind_at_ms, \
     escalated_at_ms = excluded.escalated_at_ms, claimed_by = excluded.claimed_by, \
     claimed_until_ms = excluded.claimed_until_ms, decided_at_ms = excluded.decided_at_ms, \
     decided_by = excluded.decided_by, decided_by_name = excluded.decided_by_name, \
     decided_via = excluded.decided_via, reason = excluded.reason, note = excluded.note, \
     rank_ms = excluded.rank_ms, undo_until_ms = excluded.undo_until_ms"
);
const INSERT_AUDIT: &str = "INSERT INTO audit (site_id, id, at_ms, actor, action, subject, details) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const INSERT_MAIL: &str = concat!(
    "INSERT INTO outbox (",
    mail_columns!(),
    ") \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
);
const CALL_DIGEST: &str = "UPDATE digests SET due_at_ms = MAX(?2, sent_at_ms + ?3) \
     WHERE site_id = ?1 AND due_at_ms IS NULL";
const INSERT_APPEAL: &str = concat!(
    "INSERT INTO appeals (",
    appeal_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
);
const INSERT_IDEMPOTENCY: &str = concat!(
    "INSERT INTO idempotency (",
    idempotency_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
);

/// The connection keeps every statement above prepared.
const STATEMENTS: usize = 32;

struct Order {
    group: Group,
    done: oneshot::Sender<()>,
}

/// Sends groups to the writer's thread.
pub(crate) struct SqliteLedger {
    db: SqliteDb,
    orders: mpsc::Sender<Order>,
}

impl SqliteLedger {
    /// Opens the writer's connection and starts its thread, which ends when this is dropped.
    pub(crate) fn start(db: SqliteDb, definitions: Definitions) -> anyhow::Result<Self> {
        let conn = open(&db).context("open the engine's connection")?;
        let checkpoints = Checkpoints::start(db.clone())?;
        let (orders, mut incoming) = mpsc::channel::<Order>(1);
        thread::Builder::new()
            .name("ledger".to_owned())
            .spawn(move || {
                checkpoints.watch(&conn);
                let mut writer = Writer { conn, definitions };
                while let Some(order) = incoming.blocking_recv() {
                    writer.transact(order.group);
                    checkpoints.after_commit();
                    let _ = order.done.send(());
                }
            })
            .context("start the engine's thread")?;
        Ok(Self { db, orders })
    }

    /// Commits a group and answers its members.
    pub(crate) async fn transact(&self, group: Group) {
        let _gate = self.db.gate().await;
        let (done, finished) = oneshot::channel();
        // If the thread is gone, the members' answers are dropped with the group, which tells them.
        if self.orders.send(Order { group, done }).await.is_ok() {
            let _ = finished.await;
        }
    }
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
        for work in group.iter_mut() {
            let loaded = load(&tx, &self.definitions, work.scope())?;
            let decided = catch_unwind(AssertUnwindSafe(|| work.decide(loaded)));
            results.push(match decided {
                Ok(change) => {
                    write(&tx, &change).context("write a change")?;
                    Ok(())
                }
                Err(_) => Err(anyhow!("a decision panicked")),
            });
        }
        tx.commit().context("commit")?;
        Ok(results)
    }
}

fn load(conn: &Connection, definitions: &Definitions, scope: &Scope) -> anyhow::Result<Loaded> {
    let site = scope.site_id;
    let replay = match &scope.idempotency {
        Some(request) => find(
            conn,
            FIND_IDEMPOTENCY,
            params![site.0, request.key_id.as_str(), request.key],
            idempotency_row,
        )?,
        None => None,
    };
    let mut loaded = Loaded {
        replay,
        ..Loaded::default()
    };
    match &scope.key {
        Key::Submission(None) => {}
        Key::Submission(Some(external_id)) => {
            loaded.existing = find(
                conn,
                FIND_POST_BY_EXTERNAL_ID,
                params![site.0, external_id],
                post_row,
            )?;
        }
        Key::Task(id) => {
            if let Some(task) = find(conn, FIND_TASK, params![site.0, id.as_str()], task_row)? {
                let execution = require_execution(conn, site, task.execution_id.as_str())?;
                let case = match &task.case_id {
                    Some(id) => find(conn, FIND_CASE, params![site.0, id.as_str()], case_row)?,
                    None => None,
                };
                loaded.subject = Some(subject(
                    conn,
                    definitions,
                    execution,
                    case,
                    Some(task),
                    None,
                )?);
            }
        }
        Key::Case(id) => {
            if let Some(case) = find(conn, FIND_CASE, params![site.0, id.as_str()], case_row)? {
                let execution = require_execution(conn, site, case.execution_id.as_str())?;
                loaded.subject = Some(subject(
                    conn,
                    definitions,
                    execution,
                    Some(case),
                    None,
                    None,
                )?);
            }
        }
        Key::Post(id) => {
            if let Some(post) = find(conn, FIND_POST, params![site.0, id.as_str()], post_row)? {
                let execution = require_execution(conn, site, post.execution_id.as_str())?;
                let case = case_of(conn, &execution)?;
                loaded.subject = Some(subject(
                    conn,
                    definitions,
                    execution,
                    case,
                    None,
                    Some(post),
                )?);
            }
        }
        Key::Execution(id) => {
            if let Some(execution) = find(
                conn,
                FIND_EXECUTION,
                params![site.0, id.as_str()],
                execution_row,
            )? {
                let case = case_of(conn, &execution)?;
                loaded.subject = Some(subject(conn, definitions, execution, case, None, None)?);
            }
        }
    }
    Ok(loaded)
}

fn require_execution(conn: &Connection, site: SiteId, id: &str) -> anyhow::Result<ExecutionRow> {
    find(conn, FIND_EXECUTION, params![site.0, id], execution_row)?
        .with_context(|| format!("execution {id} is missing"))
}

fn case_of(conn: &Connection, execution: &ExecutionRow) -> rusqlite::Result<Option<CaseRow>> {
    find(
        conn,
        FIND_CASE_OF_EXECUTION,
        params![
            execution.site_id.0,
            execution.post_id.as_str(),
            execution.id.as_str()
        ],
        case_row,
    )
}

/// Completes what was found by its key to a whole subject.
fn subject(
    conn: &Connection,
    definitions: &Definitions,
    execution: ExecutionRow,
    case: Option<CaseRow>,
    task: Option<TaskRow>,
    post: Option<PostRow>,
) -> anyhow::Result<Subject> {
    let site = execution.site_id;
    let post_id = execution.post_id.as_str();
    let post = match post {
        Some(post) => post,
        None => find(conn, FIND_POST, params![site.0, post_id], post_row)?
            .with_context(|| format!("post {post_id} is missing"))?,
    };
    let revision = find(
        conn,
        FIND_REVISION,
        params![site.0, post_id, execution.revision],
        revision_row,
    )?
    .with_context(|| {
        format!(
            "revision {} of post {post_id} is missing",
            execution.revision
        )
    })?;
    let task = match (task, case.as_ref().and_then(|case| case.task_id.as_ref())) {
        (Some(task), _) => Some(task),
        (None, Some(id)) => find(conn, FIND_TASK, params![site.0, id.as_str()], task_row)?,
        (None, None) => None,
    };
    let against = match &case {
        Some(case) if is_hearing(&execution) => find(
            conn,
            FIND_APPEALED,
            params![site.0, case.id.as_str()],
            |row| row.get(0),
        )?
        .flatten(),
        _ => None,
    };
    let version = execution.workflow_version;
    let definition = match definitions.find(site, version) {
        Some(definition) => definition,
        None => {
            let text = find(conn, FIND_DEFINITION, params![site.0, version], |row| {
                row.get::<_, String>(0)
            })?
            .with_context(|| format!("workflow version {version} of site {site} is missing"))?;
            definitions.insert(site, version, &text)?
        }
    };
    Ok(Subject {
        post,
        revision,
        execution,
        definition,
        case,
        task,
        against,
    })
}

fn find<T>(
    conn: &Connection,
    sql: &'static str,
    params: impl Params,
    map: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    conn.prepare_cached(sql)?.query_row(params, map).optional()
}

fn write(conn: &Connection, change: &Change) -> rusqlite::Result<()> {
    let put = |sql: &'static str, params: &[&dyn rusqlite::ToSql]| {
        conn.prepare_cached(sql)?.execute(params)
    };
    for r in &change.posts {
        put(
            PUT_POST,
            params![
                r.site_id.0,
                r.id.as_str(),
                r.author_id.as_str(),
                r.external_id,
                r.slug,
                r.status.as_str(),
                r.revision,
                r.published_revision,
                r.execution_id.as_str(),
                r.created_at_ms,
                r.updated_at_ms,
                r.published_at_ms
            ],
        )?;
    }
    for r in &change.revisions {
        put(
            INSERT_REVISION,
            params![
                r.site_id.0,
                r.post_id.as_str(),
                r.number,
                r.title,
                r.body,
                r.hits,
                r.rule_set_version,
                r.created_at_ms
            ],
        )?;
    }
    for r in &change.executions {
        put(
            PUT_EXECUTION,
            params![
                r.site_id.0,
                r.id.as_str(),
                r.post_id.as_str(),
                r.revision,
                r.workflow_version,
                r.status.as_str(),
                r.started_at_ms,
                r.stopped_at_ms,
                r.wake_at_ms,
                r.events,
                r.state,
                r.error,
                r.cause
            ],
        )?;
    }
    for r in &change.history {
        put(
            INSERT_HISTORY,
            params![
                r.site_id.0,
                r.execution_id.as_str(),
                r.first_event,
                r.events
            ],
        )?;
    }
    for r in &change.tasks {
        put(
            PUT_TASK,
            params![
                r.site_id.0,
                r.id.as_str(),
                r.execution_id.as_str(),
                r.case_id.as_ref().map(|id| id.as_str()),
                r.opened_at_ms,
                r.closed_at_ms,
                r.outcome.map(|outcome| outcome.as_str()),
                r.answer
            ],
        )?;
    }
    for r in &change.cases {
        put(
            PUT_CASE,
            params![
                r.site_id.0,
                r.id.as_str(),
                r.post_id.as_str(),
                r.revision,
                r.execution_id.as_str(),
                r.task_id.as_ref().map(|id| id.as_str()),
                r.author_id.as_str(),
                r.status.as_str(),
                r.severity,
                r.categories,
                r.rules,
                r.problem,
                r.waiting_since_ms,
                r.deadline_ms,
                r.remind_at_ms,
                r.escalated_at_ms,
                r.claimed_by.as_ref().map(|id| id.as_str()),
                r.claimed_until_ms,
                r.decided_at_ms,
                r.decided_by,
                r.decided_by_name,
                r.decided_via,
                r.reason,
                r.note,
                r.rank_ms,
                r.undo_until_ms
            ],
        )?;
    }
    for r in &change.audit {
        put(
            INSERT_AUDIT,
            params![
                r.site_id.0,
                r.id.as_str(),
                r.at_ms,
                r.actor,
                r.action,
                r.subject,
                r.details
            ],
        )?;
    }
    for r in &change.outbox {
        put(
            INSERT_MAIL,
            params![
                r.site_id.0,
                r.id.as_str(),
                r.kind.as_str(),
                r.user_id.as_ref().map(|id| id.as_str()),
                r.recipient,
                r.payload,
                r.status.as_str(),
                r.attempts,
                r.due_at_ms,
                r.lease_until_ms,
                r.created_at_ms,
                r.sent_at_ms,
                r.last_error
            ],
        )?;
    }
    for r in &change.appeals {
        put(
            INSERT_APPEAL,
            params![
                r.site_id.0,
                r.case_id.as_str(),
                r.post_id.as_str(),
                r.revision,
                r.of_case.as_ref().map(|id| id.as_str()),
                r.of_actor,
                r.statement,
                r.created_at_ms
            ],
        )?;
    }
    for digest in &change.digests {
        put(
            CALL_DIGEST,
            params![digest.site_id.0, digest.now_ms, digest.every_ms],
        )?;
    }
    for r in &change.idempotency {
        put(
            INSERT_IDEMPOTENCY,
            params![
                r.site_id.0,
                r.key_id.as_str(),
                r.key,
                r.request_hash,
                r.status,
                r.body,
                r.created_at_ms
            ],
        )?;
    }
    Ok(())
}
