//! The rows of a change, written one by one inside the ledger's transaction.

use rusqlite::{Connection, params};

use crate::moderation::rows::Change;
use crate::store::columns::{
    appeal_columns, case_columns, check_request_columns, execution_columns, idempotency_columns,
    mail_columns, post_columns, revision_columns, task_columns,
};

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
const PUT_HITS: &str =
    "UPDATE revisions SET hits = ?4 WHERE site_id = ?1 AND post_id = ?2 AND number = ?3";
const INSERT_CHECK_REQUEST: &str = concat!(
    "INSERT INTO check_requests (",
    check_request_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
);
const DELETE_CHECK_REQUEST: &str = "DELETE FROM check_requests WHERE site_id = ?1 AND task_id = ?2";

/// Writes all of it; the caller commits.
pub(super) fn write(conn: &Connection, change: &Change) -> rusqlite::Result<()> {
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
    for r in &change.hits {
        put(
            PUT_HITS,
            params![r.site_id.0, r.post_id.as_str(), r.number, r.hits],
        )?;
    }
    for r in &change.check_requests {
        put(
            INSERT_CHECK_REQUEST,
            params![
                r.site_id.0,
                r.task_id.as_str(),
                r.execution_id.as_str(),
                r.check_name,
                r.attempt,
                r.created_at_ms,
                r.expires_at_ms,
                r.lease_until_ms
            ],
        )?;
    }
    for (site_id, task_id) in &change.answered_checks {
        put(DELETE_CHECK_REQUEST, params![site_id.0, task_id.as_str()])?;
    }
    Ok(())
}
