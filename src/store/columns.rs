//! The columns of the rows that the hot path reads and writes, once for both databases.

macro_rules! post_columns {
    () => {
        "site_id, id, author_id, external_id, slug, status, revision, published_revision, execution_id, \
         created_at_ms, updated_at_ms, published_at_ms"
    };
}

macro_rules! revision_columns {
    () => {
        "site_id, post_id, number, title, body, hits, rule_set_version, created_at_ms"
    };
}

macro_rules! execution_columns {
    () => {
        "site_id, id, post_id, revision, workflow_version, status, started_at_ms, stopped_at_ms, wake_at_ms, \
         events, state, error, cause"
    };
}

macro_rules! task_columns {
    () => {
        "site_id, id, execution_id, case_id, opened_at_ms, closed_at_ms, outcome, answer"
    };
}

macro_rules! case_columns {
    () => {
        "site_id, id, post_id, revision, execution_id, task_id, author_id, status, severity, categories, rules, \
         problem, waiting_since_ms, deadline_ms, remind_at_ms, escalated_at_ms, claimed_by, claimed_until_ms, \
         decided_at_ms, decided_by, decided_by_name, decided_via, reason, note, rank_ms, undo_until_ms"
    };
}

macro_rules! check_request_columns {
    () => {
        "site_id, task_id, execution_id, check_name, attempt, created_at_ms, expires_at_ms, lease_until_ms"
    };
}

macro_rules! mail_columns {
    () => {
        "site_id, id, kind, user_id, recipient, payload, status, attempts, due_at_ms, lease_until_ms, \
         created_at_ms, sent_at_ms, last_error"
    };
}

macro_rules! appeal_columns {
    () => {
        "site_id, case_id, post_id, revision, of_case, of_actor, statement, created_at_ms"
    };
}

macro_rules! idempotency_columns {
    () => {
        "site_id, key_id, key, request_hash, status, body, created_at_ms"
    };
}

pub(crate) use {
    appeal_columns, case_columns, check_request_columns, execution_columns, idempotency_columns,
    mail_columns, post_columns, revision_columns, task_columns,
};
