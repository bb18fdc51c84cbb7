//! The tables that the ledger writes, each told once for both databases: the columns of its rows in order, and which of
//! them change where a row is there already. Knows nothing of when a row is written, or why.

use rusqlite::Connection;
use sqlx::{PgConnection, Postgres, QueryBuilder};

use crate::moderation::rows::{
    AppealRow, AuditRow, AuthorPostRow, CaseRow, CheckRequestRow, ExecutionRow, HistoryRow,
    IdempotencyRow, MailRow, PostRow, RevisionRow, TaskRow,
};

/// Rows of one table.
pub(in crate::store) trait Table: Sized {
    /// Reads a row whose columns stand in the order of the table's `columns`.
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self>;

    /// Writes the rows, one after the other; the caller commits.
    fn put_each(rows: &[Self], conn: &Connection) -> rusqlite::Result<()>;

    /// Adds what writes all rows to a statement.
    fn push(rows: &[Self], writing: &mut Writing);
}

/// A statement in the making that writes many things, each by a common table expression. All happen or none.
pub(in crate::store) struct Writing {
    statement: QueryBuilder<Postgres>,
    parts: usize,
}

impl Writing {
    pub(in crate::store) fn new() -> Self {
        Self {
            statement: QueryBuilder::new("WITH "),
            parts: 0,
        }
    }

    /// Begins one more expression; the caller completes it with its closing parenthesis.
    pub(in crate::store) fn part(&mut self) -> &mut QueryBuilder<Postgres> {
        if self.parts > 0 {
            self.statement.push(", ");
        }
        self.parts += 1;
        self.statement.push("part_").push(self.parts).push(" AS (")
    }

    /// Writes what was added.
    pub(in crate::store) async fn execute(mut self, conn: &mut PgConnection) -> sqlx::Result<()> {
        if self.parts > 0 {
            self.statement.push(" SELECT 1");
            self.statement.build().execute(conn).await?;
        }
        Ok(())
    }
}

macro_rules! parameter {
    ($column:ident) => {
        "?"
    };
}

macro_rules! otherwise {
    () => {
        ""
    };
    (($key:ident $(, $keys:ident)*) { $column:ident $(, $columns:ident)* }) => {
        concat!(
            " ON CONFLICT (", stringify!($key) $(, ", ", stringify!($keys))*, ") DO UPDATE SET ",
            stringify!($column), " = excluded.", stringify!($column)
            $(, ", ", stringify!($columns), " = excluded.", stringify!($columns))*
        )
    };
}

/// `macro of the columns: type of a row in "table" { columns }`, and `or (key) { columns that change }`.
macro_rules! tables {
    ($($columns:ident: $row:ident in $table:literal { $first:ident $(, $column:ident)* }
        $(or $key:tt $changed:tt)?;)+) => {$(
        macro_rules! $columns {
            () => {
                concat!(stringify!($first) $(, ", ", stringify!($column))*)
            };
        }

        impl Table for $row {
            fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
                let mut at = 0..;
                let mut next = || at.next().unwrap_or_default();
                Ok(Self {
                    $first: row.get(next())?,
                    $($column: row.get(next())?,)*
                })
            }

            fn put_each(rows: &[Self], conn: &Connection) -> rusqlite::Result<()> {
                const SQL: &str = concat!(
                    "INSERT INTO ", $table, " (", $columns!(), ") VALUES (",
                    parameter!($first) $(, ", ", parameter!($column))*, ")",
                    otherwise!($($key $changed)?)
                );
                if rows.is_empty() {
                    return Ok(());
                }
                let mut statement = conn.prepare_cached(SQL)?;
                for row in rows {
                    statement.execute(rusqlite::params![row.$first $(, row.$column)*])?;
                }
                Ok(())
            }

            fn push(rows: &[Self], writing: &mut Writing) {
                if rows.is_empty() {
                    return;
                }
                let statement = writing.part();
                statement.push(concat!(
                    "INSERT INTO ", $table, " (", $columns!(), ") SELECT * FROM UNNEST("
                ));
                let mut columns = statement.separated(", ");
                columns.push_bind(rows.iter().map(|row| &row.$first).collect::<Vec<_>>());
                $(columns.push_bind(rows.iter().map(|row| &row.$column).collect::<Vec<_>>());)*
                statement.push(concat!(")", otherwise!($($key $changed)?), ")"));
            }
        }
    )+};
}

tables! {
    post_columns: PostRow in "posts" {
        site_id, id, author_id, external_id, slug, status, revision, published_revision, execution_id,
        created_at_ms, updated_at_ms, published_at_ms
    } or (site_id, id) {
        slug, status, revision, published_revision, execution_id, updated_at_ms, published_at_ms
    };
    author_post_columns: AuthorPostRow in "author_posts_new" {
        site_id, author_id, post_id
    };
    revision_columns: RevisionRow in "revisions" {
        site_id, post_id, number, title, body, hits, rule_set_version, created_at_ms
    };
    execution_columns: ExecutionRow in "executions" {
        site_id, id, post_id, revision, workflow_version, status, started_at_ms, stopped_at_ms, wake_at_ms,
        events, state, error, cause
    } or (site_id, id) {
        status, stopped_at_ms, wake_at_ms, events, state, error, cause
    };
    history_columns: HistoryRow in "history" {
        site_id, execution_id, first_event, events
    };
    task_columns: TaskRow in "tasks" {
        site_id, id, execution_id, case_id, opened_at_ms, closed_at_ms, outcome, answer
    } or (site_id, id) {
        closed_at_ms, outcome, answer
    };
    case_columns: CaseRow in "cases" {
        site_id, id, post_id, revision, execution_id, task_id, author_id, status, severity, categories, rules,
        problem, waiting_since_ms, deadline_ms, remind_at_ms, escalated_at_ms, claimed_by, claimed_until_ms,
        decided_at_ms, decided_by, decided_by_name, decided_via, reason, note, rank_ms, undo_until_ms
    } or (site_id, id) {
        task_id, status, problem, deadline_ms, remind_at_ms, escalated_at_ms, claimed_by, claimed_until_ms,
        decided_at_ms, decided_by, decided_by_name, decided_via, reason, note, rank_ms, undo_until_ms
    };
    appeal_columns: AppealRow in "appeals" {
        site_id, case_id, post_id, revision, of_case, of_actor, statement, created_at_ms
    };
    audit_columns: AuditRow in "audit" {
        site_id, id, at_ms, actor, action, subject, details
    };
    mail_columns: MailRow in "outbox" {
        site_id, id, kind, user_id, recipient, payload, status, attempts, due_at_ms, lease_until_ms,
        created_at_ms, sent_at_ms, last_error
    };
    idempotency_columns: IdempotencyRow in "idempotency" {
        site_id, key_id, key, request_hash, status, body, created_at_ms
    };
    check_request_columns: CheckRequestRow in "check_requests" {
        site_id, task_id, execution_id, check_name, attempt, created_at_ms, expires_at_ms, lease_until_ms
    };
}
