//! Rows of `executions` and `history` as pages read them; the flow writes them through the ledger.

use anyhow::Context as _;

use crate::asl::HistoryEvent;
use crate::asl::history::decode;
use crate::engine::pack::unpack;
use crate::ids::{ExecutionId, PostId, SiteId};
use crate::moderation::rows::{ExecutionRow, HistoryRow};
use crate::on_db;
use crate::store::Db;
use crate::store::posts::find_revision;

const FIND: &str = concat!(
    "SELECT ",
    execution_columns!(),
    " FROM executions WHERE site_id = $1 AND id = $2"
);
macro_rules! list {
    ($filter:literal) => {
        concat!(
            "SELECT ",
            execution_columns!(),
            ", (SELECT title FROM revisions WHERE revisions.site_id = executions.site_id \
             AND revisions.post_id = executions.post_id AND revisions.number = executions.revision) AS title
             FROM executions
             WHERE site_id = $1 AND id < $2 AND ($3 = '' OR status = $3)",
            $filter,
            " ORDER BY id DESC LIMIT $4"
        )
    };
}
const LIST: &str = list!("");
pub(super) const LIST_OF_POST: &str = list!(" AND post_id = $5");
const LIST_HISTORY: &str = "SELECT site_id, execution_id, first_event, events FROM history
    WHERE site_id = $1 AND execution_id = $2 ORDER BY first_event";

/// An execution as its lists show it.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct ListedExecution {
    /// The execution.
    #[sqlx(flatten)]
    pub execution: ExecutionRow,
    /// The title of the revision that it is about.
    pub title: String,
}

/// One execution.
pub async fn find(db: &Db, site: SiteId, id: &ExecutionId) -> anyhow::Result<Option<ExecutionRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND)
        .bind(site)
        .bind(id)
        .fetch_optional(c.read())
        .await?))
}

/// Executions, newest first, older than the one with the id `before`
/// ([`posts::NEWEST`](crate::store::posts::NEWEST) for the first page). An empty `status` and no `post` do not filter.
pub async fn list(
    db: &Db,
    site: SiteId,
    status: &str,
    post: Option<&PostId>,
    before: &str,
    limit: i64,
) -> anyhow::Result<Vec<ListedExecution>> {
    let sql = post.map_or(LIST, |_| LIST_OF_POST);
    Ok(on_db!(db, |c| {
        let query = sqlx::query_as(sql)
            .bind(site)
            .bind(before)
            .bind(status)
            .bind(limit);
        let query = match post {
            Some(post) => query.bind(post),
            None => query,
        };
        query.fetch_all(c.read()).await?
    }))
}

/// All that happened in an execution, in order.
pub async fn history(db: &Db, execution: &ExecutionRow) -> anyhow::Result<Vec<HistoryEvent>> {
    let revision = find_revision(
        db,
        execution.site_id,
        &execution.post_id,
        execution.revision,
    )
    .await?
    .context("the revision of an execution is missing")?;
    let rows: Vec<HistoryRow> = on_db!(db, |c| sqlx::query_as(LIST_HISTORY)
        .bind(execution.site_id)
        .bind(&execution.id)
        .fetch_all(c.read())
        .await?);
    let texts = revision.texts();
    let mut events = Vec::new();
    for row in rows {
        let transition = unpack(&row.events).and_then(|bytes| Ok(decode(&bytes, &texts)?));
        events.extend(transition.with_context(|| {
            format!(
                "read the history of execution {} from event {}",
                execution.id, row.first_event
            )
        })?);
    }
    Ok(events)
}
