//! Writes a group's rows: one statement a table, its columns as arrays.

use sqlx::PgConnection;

use crate::moderation::rows::Change;
use crate::store::columns::{
    appeal_columns, case_columns, check_request_columns, execution_columns, idempotency_columns,
    mail_columns, post_columns, revision_columns, task_columns,
};

macro_rules! insert_sets {
    ($table:literal, $columns:expr, $types:literal, $then:literal) => {
        concat!(
            "INSERT INTO ",
            $table,
            " (",
            $columns,
            ") SELECT * FROM UNNEST(",
            $types,
            ") ",
            $then
        )
    };
}

const PUT_POSTS: &str = insert_sets!(
    "posts",
    post_columns!(),
    "$1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], \
     $9::text[], $10::bigint[], $11::bigint[], $12::bigint[]",
    "ON CONFLICT (site_id, id) DO UPDATE SET slug = excluded.slug, status = excluded.status, \
     revision = excluded.revision, published_revision = excluded.published_revision, \
     execution_id = excluded.execution_id, updated_at_ms = excluded.updated_at_ms, \
     published_at_ms = excluded.published_at_ms"
);
const INSERT_REVISIONS: &str = insert_sets!(
    "revisions",
    revision_columns!(),
    "$1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[]",
    ""
);
const PUT_EXECUTIONS: &str = insert_sets!(
    "executions",
    execution_columns!(),
    "$1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[], $8::bigint[], \
     $9::bigint[], $10::bigint[], $11::bytea[], $12::text[], $13::text[]",
    "ON CONFLICT (site_id, id) DO UPDATE SET status = excluded.status, stopped_at_ms = excluded.stopped_at_ms, \
     wake_at_ms = excluded.wake_at_ms, events = excluded.events, state = excluded.state, \
     error = excluded.error, cause = excluded.cause"
);
const INSERT_HISTORY: &str = insert_sets!(
    "history",
    "site_id, execution_id, first_event, events",
    "$1::bigint[], $2::text[], $3::bigint[], $4::bytea[]",
    ""
);
const PUT_TASKS: &str = insert_sets!(
    "tasks",
    task_columns!(),
    "$1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::text[]",
    "ON CONFLICT (site_id, id) DO UPDATE SET closed_at_ms = excluded.closed_at_ms, outcome = excluded.outcome, \
     answer = excluded.answer"
);
const PUT_CASES: &str = insert_sets!(
    "cases",
    case_columns!(),
    "$1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], \
     $9::bigint[], $10::text[], $11::text[], $12::text[], $13::bigint[], $14::bigint[], $15::bigint[], \
     $16::bigint[], $17::text[], $18::bigint[], $19::bigint[], $20::text[], $21::text[], $22::text[], \
     $23::text[], $24::text[], $25::bigint[], $26::bigint[]",
    "ON CONFLICT (site_id, id) DO UPDATE SET task_id = excluded.task_id, status = excluded.status, \
     problem = excluded.problem, deadline_ms = excluded.deadline_ms, remind_at_ms = excluded.remind_at_ms, \
     escalated_at_ms = excluded.escalated_at_ms, claimed_by = excluded.claimed_by, \
     claimed_until_ms = excluded.claimed_until_ms, decided_at_ms = excluded.decided_at_ms, \
     decided_by = excluded.decided_by, decided_by_name = excluded.decided_by_name, \
     decided_via = excluded.decided_via, reason = excluded.reason, note = excluded.note, \
     rank_ms = excluded.rank_ms, undo_until_ms = excluded.undo_until_ms"
);
const INSERT_AUDIT: &str = insert_sets!(
    "audit",
    "site_id, id, at_ms, actor, action, subject, details",
    "$1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[]",
    ""
);
const INSERT_OUTBOX: &str = insert_sets!(
    "outbox",
    mail_columns!(),
    "$1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], \
     $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[]",
    ""
);
const INSERT_IDEMPOTENCY: &str = insert_sets!(
    "idempotency",
    idempotency_columns!(),
    "$1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bigint[]",
    ""
);
const INSERT_APPEAL: &str = concat!(
    "INSERT INTO appeals (",
    appeal_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
);
const CALL_DIGEST: &str = "UPDATE digests SET due_at_ms = GREATEST($2, sent_at_ms + $3) \
     WHERE site_id = $1 AND due_at_ms IS NULL";
const PUT_HITS: &str =
    "UPDATE revisions SET hits = $4 WHERE site_id = $1 AND post_id = $2 AND number = $3";
const INSERT_CHECK_REQUESTS: &str = insert_sets!(
    "check_requests",
    check_request_columns!(),
    "$1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[]",
    ""
);
const DELETE_CHECK_REQUESTS: &str = "DELETE FROM check_requests
    USING UNNEST($1::bigint[], $2::text[]) AS k (k_site, k_task) WHERE site_id = k_site AND task_id = k_task";

/// Binds one array for each expression and runs the statement, if there are rows at all.
macro_rules! run {
    ($conn:expr, $sql:expr, $rows:expr, |$r:ident| $($column:expr),+ $(,)?) => {
        if !$rows.is_empty() {
            sqlx::query($sql)
                $(.bind($rows.iter().map(|$r| $column).collect::<Vec<_>>()))+
                .execute(&mut *$conn)
                .await?;
        }
    };
}

/// Writes all of it; the caller commits.
pub(super) async fn write(conn: &mut PgConnection, rows: &Change) -> sqlx::Result<()> {
    run!(
        conn,
        PUT_POSTS,
        rows.posts,
        |r| r.site_id.0,
        r.id.as_str(),
        r.author_id.as_str(),
        r.external_id.as_deref(),
        r.slug.as_deref(),
        r.status.as_str(),
        r.revision,
        r.published_revision,
        r.execution_id.as_str(),
        r.created_at_ms,
        r.updated_at_ms,
        r.published_at_ms
    );
    run!(
        conn,
        INSERT_REVISIONS,
        rows.revisions,
        |r| r.site_id.0,
        r.post_id.as_str(),
        r.number,
        r.title.as_str(),
        r.body.as_str(),
        r.hits.as_str(),
        r.rule_set_version,
        r.created_at_ms
    );
    run!(
        conn,
        PUT_EXECUTIONS,
        rows.executions,
        |r| r.site_id.0,
        r.id.as_str(),
        r.post_id.as_str(),
        r.revision,
        r.workflow_version,
        r.status.as_str(),
        r.started_at_ms,
        r.stopped_at_ms,
        r.wake_at_ms,
        r.events,
        r.state.as_deref(),
        r.error.as_deref(),
        r.cause.as_deref()
    );
    run!(
        conn,
        INSERT_HISTORY,
        rows.history,
        |r| r.site_id.0,
        r.execution_id.as_str(),
        r.first_event,
        r.events.as_slice()
    );
    run!(
        conn,
        PUT_TASKS,
        rows.tasks,
        |r| r.site_id.0,
        r.id.as_str(),
        r.execution_id.as_str(),
        r.case_id.as_ref().map(|id| id.as_str()),
        r.opened_at_ms,
        r.closed_at_ms,
        r.outcome.map(|outcome| outcome.as_str()),
        r.answer.as_deref()
    );
    run!(
        conn,
        PUT_CASES,
        rows.cases,
        |r| r.site_id.0,
        r.id.as_str(),
        r.post_id.as_str(),
        r.revision,
        r.execution_id.as_str(),
        r.task_id.as_ref().map(|id| id.as_str()),
        r.author_id.as_str(),
        r.status.as_str(),
        r.severity,
        r.categories.as_str(),
        r.rules.as_str(),
        r.problem.as_deref(),
        r.waiting_since_ms,
        r.deadline_ms,
        r.remind_at_ms,
        r.escalated_at_ms,
        r.claimed_by.as_ref().map(|id| id.as_str()),
        r.claimed_until_ms,
        r.decided_at_ms,
        r.decided_by.as_deref(),
        r.decided_by_name.as_deref(),
        r.decided_via.as_deref(),
        r.reason.as_deref(),
        r.note.as_deref(),
        r.rank_ms,
        r.undo_until_ms
    );
    run!(
        conn,
        INSERT_AUDIT,
        rows.audit,
        |r| r.site_id.0,
        r.id.as_str(),
        r.at_ms,
        r.actor.as_str(),
        r.action.as_str(),
        r.subject.as_str(),
        r.details.as_str()
    );
    run!(
        conn,
        INSERT_OUTBOX,
        rows.outbox,
        |r| r.site_id.0,
        r.id.as_str(),
        r.kind.as_str(),
        r.user_id.as_ref().map(|id| id.as_str()),
        r.recipient.as_deref(),
        r.payload.as_str(),
        r.status.as_str(),
        r.attempts,
        r.due_at_ms,
        r.lease_until_ms,
        r.created_at_ms,
        r.sent_at_ms,
        r.last_error.as_deref()
    );
    run!(
        conn,
        INSERT_IDEMPOTENCY,
        rows.idempotency,
        |r| r.site_id.0,
        r.key_id.as_str(),
        r.key.as_str(),
        r.request_hash.as_str(),
        r.status,
        r.body.as_str(),
        r.created_at_ms
    );
    for appeal in &rows.appeals {
        sqlx::query(INSERT_APPEAL)
            .bind(appeal.site_id)
            .bind(&appeal.case_id)
            .bind(&appeal.post_id)
            .bind(appeal.revision)
            .bind(&appeal.of_case)
            .bind(&appeal.of_actor)
            .bind(&appeal.statement)
            .bind(appeal.created_at_ms)
            .execute(&mut *conn)
            .await?;
    }
    for digest in &rows.digests {
        sqlx::query(CALL_DIGEST)
            .bind(digest.site_id)
            .bind(digest.now_ms)
            .bind(digest.every_ms)
            .execute(&mut *conn)
            .await?;
    }
    for r in &rows.hits {
        sqlx::query(PUT_HITS)
            .bind(r.site_id)
            .bind(&r.post_id)
            .bind(r.number)
            .bind(&r.hits)
            .execute(&mut *conn)
            .await?;
    }
    run!(
        conn,
        INSERT_CHECK_REQUESTS,
        rows.check_requests,
        |r| r.site_id.0,
        r.task_id.as_str(),
        r.execution_id.as_str(),
        r.check_name.as_str(),
        r.attempt,
        r.created_at_ms,
        r.expires_at_ms,
        r.lease_until_ms
    );
    run!(
        conn,
        DELETE_CHECK_REQUESTS,
        rows.answered_checks,
        |r| r.0.0,
        r.1.as_str()
    );
    Ok(())
}
