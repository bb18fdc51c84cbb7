//! From SQLite's rows, in the order of `store::columns`, to the moderation flow's.

use rusqlite::Row;

use crate::ids::SiteId;
use crate::moderation::rows::{
    CaseRow, ExecutionRow, IdempotencyRow, PostRow, RevisionRow, TaskRow,
};

fn id<T: From<String>>(row: &Row<'_>, at: usize) -> rusqlite::Result<T> {
    row.get::<_, String>(at).map(T::from)
}

fn optional_id<T: From<String>>(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<T>> {
    Ok(row.get::<_, Option<String>>(at)?.map(T::from))
}

fn word<T: std::str::FromStr<Err = String>>(row: &Row<'_>, at: usize) -> rusqlite::Result<T> {
    row.get_ref(at)?
        .as_str()?
        .parse()
        .map_err(|message: String| {
            rusqlite::Error::FromSqlConversionFailure(
                at,
                rusqlite::types::Type::Text,
                message.into(),
            )
        })
}

pub(super) fn post_row(row: &Row<'_>) -> rusqlite::Result<PostRow> {
    Ok(PostRow {
        site_id: SiteId(row.get(0)?),
        id: id(row, 1)?,
        author_id: id(row, 2)?,
        external_id: row.get(3)?,
        slug: row.get(4)?,
        status: word(row, 5)?,
        revision: row.get(6)?,
        published_revision: row.get(7)?,
        execution_id: id(row, 8)?,
        created_at_ms: row.get(9)?,
        updated_at_ms: row.get(10)?,
        published_at_ms: row.get(11)?,
    })
}

pub(super) fn revision_row(row: &Row<'_>) -> rusqlite::Result<RevisionRow> {
    Ok(RevisionRow {
        site_id: SiteId(row.get(0)?),
        post_id: id(row, 1)?,
        number: row.get(2)?,
        title: row.get(3)?,
        body: row.get(4)?,
        hits: row.get(5)?,
        rule_set_version: row.get(6)?,
        created_at_ms: row.get(7)?,
    })
}

pub(super) fn execution_row(row: &Row<'_>) -> rusqlite::Result<ExecutionRow> {
    Ok(ExecutionRow {
        site_id: SiteId(row.get(0)?),
        id: id(row, 1)?,
        post_id: id(row, 2)?,
        revision: row.get(3)?,
        workflow_version: row.get(4)?,
        status: word(row, 5)?,
        started_at_ms: row.get(6)?,
        stopped_at_ms: row.get(7)?,
        wake_at_ms: row.get(8)?,
        events: row.get(9)?,
        state: row.get(10)?,
        error: row.get(11)?,
        cause: row.get(12)?,
    })
}

pub(super) fn task_row(row: &Row<'_>) -> rusqlite::Result<TaskRow> {
    Ok(TaskRow {
        site_id: SiteId(row.get(0)?),
        id: id(row, 1)?,
        execution_id: id(row, 2)?,
        case_id: optional_id(row, 3)?,
        opened_at_ms: row.get(4)?,
        closed_at_ms: row.get(5)?,
        outcome: match row.get_ref(6)? {
            rusqlite::types::ValueRef::Null => None,
            _ => Some(word(row, 6)?),
        },
        answer: row.get(7)?,
    })
}

pub(super) fn case_row(row: &Row<'_>) -> rusqlite::Result<CaseRow> {
    Ok(CaseRow {
        site_id: SiteId(row.get(0)?),
        id: id(row, 1)?,
        post_id: id(row, 2)?,
        revision: row.get(3)?,
        execution_id: id(row, 4)?,
        task_id: optional_id(row, 5)?,
        author_id: id(row, 6)?,
        status: word(row, 7)?,
        severity: row.get(8)?,
        categories: row.get(9)?,
        rules: row.get(10)?,
        problem: row.get(11)?,
        waiting_since_ms: row.get(12)?,
        deadline_ms: row.get(13)?,
        remind_at_ms: row.get(14)?,
        escalated_at_ms: row.get(15)?,
        claimed_by: optional_id(row, 16)?,
        claimed_until_ms: row.get(17)?,
        decided_at_ms: row.get(18)?,
        decided_by: row.get(19)?,
        decided_by_name: row.get(20)?,
        decided_via: row.get(21)?,
        reason: row.get(22)?,
        note: row.get(23)?,
        rank_ms: row.get(24)?,
        undo_until_ms: row.get(25)?,
    })
}

pub(super) fn idempotency_row(row: &Row<'_>) -> rusqlite::Result<IdempotencyRow> {
    Ok(IdempotencyRow {
        site_id: SiteId(row.get(0)?),
        key_id: id(row, 1)?,
        key: row.get(2)?,
        request_hash: row.get(3)?,
        status: row.get(4)?,
        body: row.get(5)?,
        created_at_ms: row.get(6)?,
    })
}
