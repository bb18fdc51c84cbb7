//! What a change has to know first: the subject of a key, read row by row inside the ledger's transaction.

use anyhow::Context as _;
use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension as _, Params, params};

use crate::engine::definitions::Definitions;
use crate::ids::{ExecutionId, SiteId};
use crate::moderation::appeal::is_hearing;
use crate::moderation::rows::{CaseRow, ExecutionRow, PostRow, Subject, TaskRow};
use crate::store::ledger::tables::Table;
use crate::store::ledger::{Key, Loaded, Scope};

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
pub(in crate::store) const FIND_CASE_OF_EXECUTION: &str = concat!(
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

/// Loads what `scope` names.
pub(super) fn load(
    conn: &Connection,
    definitions: &Definitions,
    scope: &Scope,
) -> anyhow::Result<Loaded> {
    let site = scope.site_id;
    let replay = match &scope.idempotency {
        Some(request) => find(
            conn,
            FIND_IDEMPOTENCY,
            params![site, request.key_id, request.key],
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
            loaded.existing = find(conn, FIND_POST_BY_EXTERNAL_ID, params![site, external_id])?;
        }
        Key::Task(id) => {
            if let Some(task) = find::<TaskRow>(conn, FIND_TASK, params![site, id])? {
                let execution = require_execution(conn, site, &task.execution_id)?;
                let case = match &task.case_id {
                    Some(id) => find(conn, FIND_CASE, params![site, id])?,
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
            if let Some(case) = find::<CaseRow>(conn, FIND_CASE, params![site, id])? {
                let execution = require_execution(conn, site, &case.execution_id)?;
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
            if let Some(post) = find::<PostRow>(conn, FIND_POST, params![site, id])? {
                let execution = require_execution(conn, site, &post.execution_id)?;
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
            if let Some(execution) = find::<ExecutionRow>(conn, FIND_EXECUTION, params![site, id])?
            {
                let case = case_of(conn, &execution)?;
                loaded.subject = Some(subject(conn, definitions, execution, case, None, None)?);
            }
        }
    }
    Ok(loaded)
}

fn require_execution(
    conn: &Connection,
    site: SiteId,
    id: &ExecutionId,
) -> anyhow::Result<ExecutionRow> {
    find(conn, FIND_EXECUTION, params![site, id])?
        .with_context(|| format!("execution {id} is missing"))
}

fn case_of(conn: &Connection, execution: &ExecutionRow) -> rusqlite::Result<Option<CaseRow>> {
    find(
        conn,
        FIND_CASE_OF_EXECUTION,
        params![execution.site_id, execution.post_id, execution.id],
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
    let post_id = &execution.post_id;
    let post = match post {
        Some(post) => post,
        None => find(conn, FIND_POST, params![site, post_id])?
            .with_context(|| format!("post {post_id} is missing"))?,
    };
    let revision = find(
        conn,
        FIND_REVISION,
        params![site, post_id, execution.revision],
    )?
    .with_context(|| {
        format!(
            "revision {} of post {post_id} is missing",
            execution.revision
        )
    })?;
    let task = match (task, case.as_ref().and_then(|case| case.task_id.as_ref())) {
        (Some(task), _) => Some(task),
        (None, Some(id)) => find(conn, FIND_TASK, params![site, id])?,
        (None, None) => None,
    };
    let against = match &case {
        Some(case) if is_hearing(&execution) => {
            find_value::<Option<String>>(conn, FIND_APPEALED, params![site, case.id])?.flatten()
        }
        _ => None,
    };
    let version = execution.workflow_version;
    let definition = match definitions.find(site, version) {
        Some(definition) => definition,
        None => {
            let text: String = find_value(conn, FIND_DEFINITION, params![site, version])?
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

fn find<T: Table>(
    conn: &Connection,
    sql: &'static str,
    params: impl Params,
) -> rusqlite::Result<Option<T>> {
    conn.prepare_cached(sql)?
        .query_row(params, T::read)
        .optional()
}

fn find_value<T: FromSql>(
    conn: &Connection,
    sql: &'static str,
    params: impl Params,
) -> rusqlite::Result<Option<T>> {
    conn.prepare_cached(sql)?
        .query_row(params, |row| row.get(0))
        .optional()
}
