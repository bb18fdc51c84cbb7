//! What a group has to know first: the subjects of its keys, loaded a set at a time inside the ledger's transaction.

use std::collections::HashSet;

use anyhow::Context as _;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row as _};

use crate::engine::definitions::Definitions;
use crate::ids::{CaseId, ExecutionId, PostId, SiteId, TaskId};
use crate::moderation::appeal::is_hearing;
use crate::moderation::rows::{
    CaseRow, ExecutionRow, IdempotencyRow, PostRow, RevisionRow, Subject, TaskRow,
};
use crate::store::ledger::{Group, Key, Loaded, Scope};

macro_rules! keyed {
    ($columns:expr, $table:literal, $on:literal) => {
        concat!(
            "SELECT k_at, ",
            $columns,
            " FROM UNNEST($1::bigint[], $2::bigint[], $3::text[]) \
             AS k (k_at, k_site, k_id) JOIN ",
            $table,
            " ON site_id = k_site AND ",
            $on
        )
    };
}

/// From tasks, and from cases, to the posts that they are about.
const RESOLVE_TASKS: &str = "SELECT k_at, tasks.id AS task_id, tasks.case_id, execution_id, executions.post_id \
     FROM UNNEST($1::bigint[], $2::bigint[], $3::text[]) AS k (k_at, k_site, k_id) \
     JOIN tasks ON tasks.site_id = k_site AND tasks.id = k_id \
     JOIN executions ON executions.site_id = k_site AND executions.id = execution_id";
const RESOLVE_CASES: &str = keyed!(
    "NULL::text AS task_id, id AS case_id, execution_id, post_id",
    "cases",
    "id = k_id"
);
const FIND_TASKS: &str = keyed!(task_columns!(), "tasks", "id = k_id");
const FIND_CASES: &str = keyed!(case_columns!(), "cases", "id = k_id");
const FIND_EXECUTIONS: &str = keyed!(execution_columns!(), "executions", "id = k_id");
const FIND_POSTS_BY_EXTERNAL_ID: &str = keyed!(post_columns!(), "posts", "external_id = k_id");
const LOCK_POSTS: &str = concat!(
    keyed!(post_columns!(), "posts", "id = k_id"),
    " ORDER BY site_id, id FOR UPDATE OF posts"
);
const FIND_REVISIONS: &str = concat!(
    "SELECT k_at, ",
    revision_columns!(),
    " FROM UNNEST($1::bigint[], $2::bigint[], $3::text[], $4::bigint[]) \
     AS k (k_at, k_site, k_id, k_number) JOIN revisions ON site_id = k_site AND post_id = k_id AND number = k_number"
);
const FIND_CASES_OF_EXECUTIONS: &str = concat!(
    "SELECT k_at, ",
    case_columns!(),
    " FROM UNNEST($1::bigint[], $2::bigint[], $3::text[], $4::text[]) \
     AS k (k_at, k_site, k_post, k_execution) \
     JOIN cases ON site_id = k_site AND post_id = k_post AND execution_id = k_execution ORDER BY id"
);
const FIND_IDEMPOTENCY: &str = concat!(
    "SELECT k_at, ",
    idempotency_columns!(),
    " FROM UNNEST($1::bigint[], $2::bigint[], $3::text[], $4::text[]) \
     AS k (k_at, k_site, k_key_id, k_key) JOIN idempotency ON site_id = k_site AND key_id = k_key_id AND key = k_key"
);
const FIND_APPEALED: &str = keyed!("of_actor", "appeals", "case_id = k_id");
const FIND_DEFINITION: &str =
    "SELECT definition FROM workflows WHERE site_id = $1 AND version = $2";

/// What is known of one member's subject so far.
#[derive(Default)]
pub(super) struct Found {
    pub(super) loaded: Loaded,
    /// An earlier member of the group is about the same post.
    pub(super) later: bool,
    post: Option<PostRow>,
    execution: Option<ExecutionRow>,
    revision: Option<RevisionRow>,
    case: Option<CaseRow>,
    task: Option<TaskRow>,
    against: Option<String>,
    post_id: Option<PostId>,
    execution_id: Option<ExecutionId>,
    case_id: Option<CaseId>,
    task_id: Option<TaskId>,
}

/// Whose decision an appeal is against.
#[derive(FromRow)]
struct Appealed {
    of_actor: Option<String>,
}

/// What a task or a case belongs to.
#[derive(FromRow)]
struct Resolved {
    task_id: Option<TaskId>,
    case_id: Option<CaseId>,
    execution_id: ExecutionId,
    post_id: PostId,
}

/// Loads the subjects of a group, a set at a time.
pub(super) struct Loading {
    scopes: Vec<Scope>,
    pub(super) found: Vec<Found>,
}

impl Loading {
    pub(super) fn of(group: &Group) -> Self {
        let scopes: Vec<_> = group.iter().map(|work| work.scope().clone()).collect();
        let found = scopes.iter().map(|_| Found::default()).collect();
        Self { scopes, found }
    }

    pub(super) async fn load(
        &mut self,
        conn: &mut PgConnection,
        definitions: &Definitions,
    ) -> anyhow::Result<()> {
        self.load_submissions(conn).await?;
        self.resolve(conn).await?;
        self.lock(conn).await?;
        self.load_runs(conn).await?;
        self.finish(conn, definitions).await
    }

    /// The pairs of place and id that `id` gives, as the three arrays of a keyed statement.
    fn keys<'a>(&'a self, id: impl Fn(usize, &'a Found) -> Option<&'a str>) -> Keys {
        let mut keys = Keys::default();
        for (at, found) in self.found.iter().enumerate() {
            if let Some(id) = id(at, found) {
                keys.at.push(at as i64);
                keys.sites.push(self.scopes[at].site_id.0);
                keys.ids.push(id.to_owned());
            }
        }
        keys
    }

    async fn load_submissions(&mut self, conn: &mut PgConnection) -> anyhow::Result<()> {
        let external = self.keys(|at, _| match &self.scopes[at].key {
            Key::Submission(Some(id)) => Some(id),
            _ => None,
        });
        for row in external
            .fetch::<PostRow>(conn, FIND_POSTS_BY_EXTERNAL_ID)
            .await?
        {
            self.found[row.at].loaded.existing = Some(row.row);
        }
        let mut requests = self.keys(|at, _| {
            let request = self.scopes[at].idempotency.as_ref()?;
            Some(request.key_id.as_str())
        });
        if requests.at.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = requests
            .at
            .iter()
            .filter_map(|&at| Some(self.scopes[at as usize].idempotency.as_ref()?.key.clone()))
            .collect();
        requests.more_ids = names;
        for row in requests
            .fetch::<IdempotencyRow>(conn, FIND_IDEMPOTENCY)
            .await?
        {
            self.found[row.at].loaded.replay = Some(row.row);
        }
        Ok(())
    }

    /// From whatever key was given to the post.
    async fn resolve(&mut self, conn: &mut PgConnection) -> anyhow::Result<()> {
        let tasks = self.keys(|at, _| match &self.scopes[at].key {
            Key::Task(id) => Some(id.as_str()),
            _ => None,
        });
        let cases = self.keys(|at, _| match &self.scopes[at].key {
            Key::Case(id) => Some(id.as_str()),
            _ => None,
        });
        let mut resolved = tasks.fetch::<Resolved>(conn, RESOLVE_TASKS).await?;
        resolved.extend(cases.fetch::<Resolved>(conn, RESOLVE_CASES).await?);
        for At { at, row } in resolved {
            let found = &mut self.found[at];
            found.task_id = row.task_id;
            found.case_id = row.case_id;
            found.execution_id = Some(row.execution_id);
            found.post_id = Some(row.post_id);
        }
        let executions = self.keys(|at, _| match &self.scopes[at].key {
            Key::Execution(id) => Some(id.as_str()),
            _ => None,
        });
        for At { at, row } in executions
            .fetch::<ExecutionRow>(conn, FIND_EXECUTIONS)
            .await?
        {
            let found = &mut self.found[at];
            found.execution_id = Some(row.id);
            found.post_id = Some(row.post_id);
        }
        for (found, scope) in self.found.iter_mut().zip(&self.scopes) {
            if let Key::Post(id) = &scope.key {
                found.post_id = Some(id.clone());
            }
        }
        Ok(())
    }

    /// Locks the posts; what was read before is read again after this. A post that an earlier member holds already makes
    /// the member wait for the next transaction.
    async fn lock(&mut self, conn: &mut PgConnection) -> anyhow::Result<()> {
        let mut taken = HashSet::new();
        for (found, scope) in self.found.iter_mut().zip(&self.scopes) {
            if let Some(post) = found.post_id.clone()
                && !taken.insert((scope.site_id, post))
            {
                found.later = true;
                found.post_id = None;
            }
        }
        let posts = self.keys(|_, found| found.post_id.as_ref().map(PostId::as_str));
        for row in posts.fetch::<PostRow>(conn, LOCK_POSTS).await? {
            let found = &mut self.found[row.at];
            if matches!(self.scopes[row.at].key, Key::Post(_)) {
                found.execution_id = Some(row.row.execution_id.clone());
            }
            found.post = Some(row.row);
        }
        Ok(())
    }

    async fn load_runs(&mut self, conn: &mut PgConnection) -> anyhow::Result<()> {
        let executions = self.keys(|_, found| {
            found.post.as_ref()?;
            found.execution_id.as_ref().map(ExecutionId::as_str)
        });
        for row in executions
            .fetch::<ExecutionRow>(conn, FIND_EXECUTIONS)
            .await?
        {
            self.found[row.at].execution = Some(row.row);
        }
        let mut revisions = self.keys(|_, found| Some(found.execution.as_ref()?.post_id.as_str()));
        revisions.numbers = self
            .found
            .iter()
            .filter_map(|found| Some(found.execution.as_ref()?.revision))
            .collect();
        for row in revisions.fetch::<RevisionRow>(conn, FIND_REVISIONS).await? {
            self.found[row.at].revision = Some(row.row);
        }
        let cases = self.keys(|_, found| {
            found.execution.as_ref()?;
            found.case_id.as_ref().map(CaseId::as_str)
        });
        for row in cases.fetch::<CaseRow>(conn, FIND_CASES).await? {
            self.found[row.at].case = Some(row.row);
        }
        let of_execution = |found: &Found| found.case_id.is_none() && found.task_id.is_none();
        let mut cases = self.keys(|_, found| {
            let execution = found.execution.as_ref()?;
            of_execution(found).then_some(execution.post_id.as_str())
        });
        cases.more_ids = self
            .found
            .iter()
            .filter(|found| of_execution(found))
            .filter_map(|found| Some(found.execution.as_ref()?.id.as_str().to_owned()))
            .collect();
        for row in cases
            .fetch::<CaseRow>(conn, FIND_CASES_OF_EXECUTIONS)
            .await?
        {
            self.found[row.at].case = Some(row.row);
        }
        let tasks = self.keys(|_, found| {
            found.execution.as_ref()?;
            let of_case = || found.case.as_ref()?.task_id.as_ref();
            found.task_id.as_ref().or_else(of_case).map(TaskId::as_str)
        });
        for row in tasks.fetch::<TaskRow>(conn, FIND_TASKS).await? {
            self.found[row.at].task = Some(row.row);
        }
        let hearings = self.keys(|_, found| {
            let is_heard = is_hearing(found.execution.as_ref()?);
            is_heard.then_some(found.case.as_ref()?.id.as_str())
        });
        for row in hearings.fetch::<Appealed>(conn, FIND_APPEALED).await? {
            self.found[row.at].against = row.row.of_actor;
        }
        Ok(())
    }

    async fn finish(
        &mut self,
        conn: &mut PgConnection,
        definitions: &Definitions,
    ) -> anyhow::Result<()> {
        for found in &mut self.found {
            let (Some(post), Some(execution)) = (found.post.take(), found.execution.take()) else {
                continue;
            };
            let revision = found.revision.take().with_context(|| {
                format!(
                    "revision {} of post {} is missing",
                    execution.revision, post.id
                )
            })?;
            let definition = {
                let (site, version) = (execution.site_id, execution.workflow_version);
                match definitions.find(site, version) {
                    Some(definition) => definition,
                    None => {
                        let text = find_definition(conn, site, version).await?;
                        definitions.insert(site, version, &text)?
                    }
                }
            };
            found.loaded.subject = Some(Subject {
                post,
                revision,
                execution,
                definition,
                case: found.case.take(),
                task: found.task.take(),
                against: found.against.take(),
            });
        }
        Ok(())
    }
}

async fn find_definition(
    conn: &mut PgConnection,
    site: SiteId,
    version: i64,
) -> anyhow::Result<String> {
    sqlx::query_scalar(FIND_DEFINITION)
        .bind(site)
        .bind(version)
        .fetch_optional(conn)
        .await?
        .with_context(|| format!("workflow version {version} of site {site} is missing"))
}

/// A row and the place of the member that asked for it.
struct At<T> {
    at: usize,
    row: T,
}

/// The arrays that a keyed statement takes; the fourth is numbers or more ids, for those statements that have one.
#[derive(Default)]
struct Keys {
    at: Vec<i64>,
    sites: Vec<i64>,
    ids: Vec<String>,
    numbers: Vec<i64>,
    more_ids: Vec<String>,
}

impl Keys {
    async fn fetch<T>(
        self,
        conn: &mut PgConnection,
        sql: &'static str,
    ) -> anyhow::Result<Vec<At<T>>>
    where
        T: for<'r> FromRow<'r, PgRow>,
    {
        if self.at.is_empty() {
            return Ok(Vec::new());
        }
        let query = sqlx::query(sql)
            .bind(self.at)
            .bind(self.sites)
            .bind(self.ids);
        let query = match (self.numbers.is_empty(), self.more_ids.is_empty()) {
            (false, _) => query.bind(self.numbers),
            (true, false) => query.bind(self.more_ids),
            (true, true) => query,
        };
        let rows = query.fetch_all(conn).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            found.push(At {
                at: usize::try_from(row.try_get::<i64, _>("k_at")?)?,
                row: T::from_row(&row)?,
            });
        }
        Ok(found)
    }
}
