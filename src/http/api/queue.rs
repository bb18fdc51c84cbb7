//! `/queue`: the cases that wait for a moderator, and those that were decided.

use actix_web::{HttpRequest, HttpResponse};
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::access_key::Scope;
use crate::clock::rfc3339;
use crate::engine::token::TaskToken;
use crate::http::error::HttpError;
use crate::http::extract::{read_query, segment};
use crate::ids::{CaseId, PostId, is_id};
use crate::moderation::queue;
use crate::moderation::rows::CaseStatus;
use crate::moderation::rules;
use crate::store::cases::{self, CaseCursor, ListedCase};
use crate::store::posts;
use crate::store::search::Order;

use super::caller::Caller;
use super::hit::{self, Hit};
use super::page::{self, Page};
use super::posts::PostAuthor;

/// A parked post.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Case {
    /// Its id.
    #[schema(value_type = String)]
    id: CaseId,
    /// The post.
    #[schema(value_type = String)]
    post_id: PostId,
    /// The revision that is to be decided on.
    revision: i64,
    /// The title of that revision.
    title: String,
    /// Who wrote it.
    author: PostAuthor,
    /// What the rules found in it.
    #[serde(serialize_with = "hit::list")]
    #[schema(value_type = Vec<Hit>)]
    hits: Vec<rules::Hit>,
    /// Since when it waits.
    #[schema(format = DateTime)]
    waiting_since: String,
    /// When its time is over.
    #[schema(format = DateTime)]
    deadline: String,
    /// The highest severity among its hits; 0 if nothing hit.
    #[schema(minimum = 0, maximum = 4)]
    priority: i64,
    /// The name of the moderator who works on it now.
    claimed_by: Option<String>,
    /// How it stands.
    status: CaseStatus,
    /// Why it needs somebody although no rule says so, or what went wrong.
    problem: Option<String>,
    /// Who decided.
    decided_by: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    decided_at: Option<String>,
    /// What the author was told.
    reason: Option<String>,
    /// What a decision is sent with; only while the case waits, and only for keys with the scope `decide`.
    #[serde(skip_serializing_if = "Option::is_none")]
    task_token: Option<String>,
}

/// A parked post with its text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseDetails {
    #[serde(flatten)]
    case: Case,
    /// The text of the revision that is to be decided on, Markdown.
    body: String,
}

impl Case {
    fn of(caller: &Caller, listed: ListedCase) -> Result<Self, HttpError> {
        let app = &caller.app;
        let case = listed.case;
        let is_claimed = case
            .claimed_until_ms
            .is_some_and(|until_ms| until_ms > app.clock.now_ms());
        let may_decide =
            case.status == CaseStatus::Waiting && caller.key.scopes.allow(Scope::Decide);
        let task_token = case
            .task_id
            .filter(|_| may_decide)
            .map(|task| TaskToken::of(&app.keyring, &task).reveal().to_owned());
        Ok(Self {
            hits: serde_json::from_str(&listed.hits).context("read a case's hits")?,
            title: listed.title,
            author: PostAuthor {
                email: listed.author_email,
                name: listed.author_name,
            },
            claimed_by: listed.claimed_by_name.filter(|_| is_claimed),
            waiting_since: rfc3339(case.waiting_since_ms),
            deadline: rfc3339(case.deadline_ms),
            decided_at: case.decided_at_ms.map(rfc3339),
            decided_by: case.decided_by_name,
            task_token,
            id: case.id,
            post_id: case.post_id,
            revision: case.revision,
            priority: case.severity,
            status: case.status,
            problem: case.problem,
            reason: case.reason,
        })
    }
}

/// Which cases to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct QueueFilter {
    /// How they stand; those that wait if it is not said.
    status: Option<CaseStatus>,
    /// Only those of the categories whose queue has this name; a new case is found about a second after it came in.
    queue: Option<String>,
    /// Only those of this post.
    post_id: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items a page has; 50 if it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// List the queue, the most urgent first
#[utoipa::path(
    get, path = "/queue", operation_id = "list_queue", tag = "queue",
    security(("api_key" = ["read"]), ("api_key" = ["decide"])),
    params(QueueFilter),
    responses((status = 200, description = "A page of cases", body = Page<Case>))
)]
pub(crate) async fn list(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Read, Scope::Decide]).await?;
    let filter: QueueFilter = read_query(&req)?;
    let limit = page::limit(filter.limit)?;
    let after = page::read_case_cursor(filter.cursor.as_deref())?;
    let status = filter.status.unwrap_or(CaseStatus::Waiting);
    let rows = match (filter.post_id, filter.queue) {
        (None, None) => list_all(&caller, status, &after, limit + 1).await?,
        (Some(post), None) => list_of_post(&caller, &post, status, &after).await?,
        (None, Some(queue)) => {
            return list_of_queue(&caller, &queue, status, after, limit).await;
        }
        (Some(_), Some(_)) => {
            return Err(HttpError::invalid("queue", "or post_id, not both"));
        }
    };
    let page = Page::of(
        rows,
        limit,
        |row| page::case_cursor(row.case.rank_ms, row.case.id.as_str()),
        |row| Case::of(&caller, row),
    )?;
    Ok(HttpResponse::Ok().json(page))
}

async fn list_all(
    caller: &Caller,
    status: CaseStatus,
    after: &CaseCursor,
    limit: i64,
) -> anyhow::Result<Vec<ListedCase>> {
    cases::list(&caller.app.db, caller.site_id(), status, after, limit)
        .await
        .context("list the queue")
}

/// A post has few cases: they are all read, so that a long queue is not searched for them.
async fn list_of_post(
    caller: &Caller,
    post: &str,
    status: CaseStatus,
    after: &CaseCursor,
) -> Result<Vec<ListedCase>, HttpError> {
    if !is_id(post) {
        return Err(HttpError::invalid("post_id", "must be the id of a post"));
    }
    let post = PostId::from(post.to_owned());
    let mut rows = cases::list_of_post(&caller.app.db, caller.site_id(), &post)
        .await
        .context("list the cases of a post")?;
    let key = |row: &ListedCase| (row.case.rank_ms, row.case.id.to_string());
    rows.retain(|row| row.case.status == status && key(row) > (after.rank_ms, after.id.clone()));
    rows.sort_by_key(key);
    Ok(rows)
}

/// The page may be shorter than its limit although there is a next one: where a queue is a small part of all that
/// waits, looking stops after a while.
async fn list_of_queue(
    caller: &Caller,
    name: &str,
    status: CaseStatus,
    after: CaseCursor,
    limit: i64,
) -> Result<HttpResponse, HttpError> {
    let (app, site) = (&caller.app, caller.site_id());
    let in_force = app.moderation.in_force.load(site).await?;
    let in_force = in_force.ok_or_else(HttpError::not_found)?;
    let filter = queue::QueueFilter {
        queue: Some(in_force.outcomes.in_queue(name)),
        ..queue::QueueFilter::all(status)
    };
    let found = queue::list_from(
        &app.db,
        site,
        &filter,
        Order::Ascending,
        after,
        limit as usize,
    )
    .await
    .context("list a queue")?;
    let mut items = Vec::new();
    for queued in found.cases {
        // Between the two reads it may have gone.
        if let Some(listed) = cases::find(&app.db, site, &queued.brief.case.id).await? {
            items.push(Case::of(caller, listed)?);
        }
    }
    let next_cursor = found
        .next
        .map(|next| page::case_cursor(next.rank_ms, &next.id));
    Ok(HttpResponse::Ok().json(Page::whole(items, next_cursor)))
}

/// Read a case
#[utoipa::path(
    get, path = "/queue/{case}", operation_id = "read_case", tag = "queue",
    security(("api_key" = ["read"]), ("api_key" = ["decide"])),
    params(("case" = String, Path, description = "The case's id")),
    responses((status = 200, description = "The case", body = CaseDetails))
)]
pub(crate) async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Read, Scope::Decide]).await?;
    let id = segment(&req, "case");
    if !is_id(id) {
        return Err(HttpError::not_found());
    }
    let (db, site_id) = (&caller.app.db, caller.site_id());
    let listed = cases::find(db, site_id, &CaseId::from(id.to_owned()))
        .await
        .context("read a case")?
        .ok_or_else(HttpError::not_found)?;
    let revision = posts::find_revision(db, site_id, &listed.case.post_id, listed.case.revision)
        .await
        .context("read a case's text")?
        .ok_or_else(HttpError::not_found)?;
    Ok(HttpResponse::Ok().json(CaseDetails {
        case: Case::of(&caller, listed)?,
        body: revision.body,
    }))
}
