//! Cases and posts together with the words that people read of them: for mails, and for the page behind their links.

use crate::ids::{CaseId, PostId, SiteId};
use crate::moderation::rows::{CaseRow, PostRow};
use crate::on_db;
use crate::store::Db;

const FIND_CASE: &str = concat!(
    "SELECT ",
    case_columns!(),
    ",
    (SELECT r.title FROM revisions r WHERE r.site_id = cases.site_id AND r.post_id = cases.post_id
        AND r.number = cases.revision) AS title,
    (SELECT r.body FROM revisions r WHERE r.site_id = cases.site_id AND r.post_id = cases.post_id
        AND r.number = cases.revision) AS body,
    (SELECT r.hits FROM revisions r WHERE r.site_id = cases.site_id AND r.post_id = cases.post_id
        AND r.number = cases.revision) AS hits,
    (SELECT u.name FROM users u WHERE u.id = cases.author_id) AS author_name,
    (SELECT p.revision FROM posts p WHERE p.site_id = cases.site_id AND p.id = cases.post_id) AS newest_revision
    FROM cases WHERE site_id = $1 AND id = $2"
);
pub(super) const FIND_WAITING_OF_POST: &str = "SELECT id FROM cases
    WHERE site_id = $1 AND post_id = $2 AND status = 'waiting' ORDER BY id DESC LIMIT 1";
// A decision that may be taken back has not left the house: to the author the case still waits.
pub(super) const FIND_OPEN_OF_POST: &str = "SELECT id FROM cases
    WHERE site_id = $1 AND post_id = $2 AND (status = 'waiting' OR undo_until_ms IS NOT NULL) ORDER BY id DESC LIMIT 1";
const FIND_NEXT: &str = "SELECT id FROM cases
    WHERE site_id = $1 AND status = 'waiting' ORDER BY rank_ms, id LIMIT 1";
pub(super) const FIND_POST: &str = concat!(
    "SELECT ",
    post_columns!(),
    ",
    (SELECT r.title FROM revisions r WHERE r.site_id = posts.site_id AND r.post_id = posts.id
        AND r.number = $3) AS title,
    (SELECT c.reason FROM cases c WHERE c.site_id = posts.site_id AND c.post_id = posts.id
        AND c.revision = $3 AND c.status = 'rejected' ORDER BY c.id DESC LIMIT 1) AS reason,
    (SELECT c.decided_by FROM cases c WHERE c.site_id = posts.site_id AND c.post_id = posts.id
        AND c.revision = $3 AND c.status = 'rejected' ORDER BY c.id DESC LIMIT 1) AS rejected_by,
    (SELECT e.cause FROM executions e WHERE e.site_id = posts.site_id AND e.id = posts.execution_id) AS cause
    FROM posts WHERE site_id = $1 AND id = $2"
);

/// A case with the revision it is about.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct CaseText {
    #[sqlx(flatten)]
    pub(crate) case: CaseRow,
    pub(crate) title: String,
    pub(crate) body: String,
    /// The JSON list of its hits.
    pub(crate) hits: String,
    pub(crate) author_name: String,
    /// The post's newest revision, which may be a later one.
    pub(crate) newest_revision: i64,
}

/// A post with what its author is told of one of its revisions.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct PostText {
    #[sqlx(flatten)]
    pub(crate) post: PostRow,
    pub(crate) title: String,
    /// What the moderator who rejected it wrote.
    pub(crate) reason: Option<String>,
    /// Who rejected it, if it was not a rule.
    pub(crate) rejected_by: Option<String>,
    /// What the workflow says about its failure.
    pub(crate) cause: Option<String>,
}

/// A case of a site.
pub(crate) async fn find_case(
    db: &Db,
    site_id: SiteId,
    id: &CaseId,
) -> anyhow::Result<Option<CaseText>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND_CASE)
        .bind(site_id)
        .bind(id)
        .fetch_optional(c.read())
        .await?))
}

/// The case in which a post waits now.
pub(crate) async fn find_waiting_of_post(
    db: &Db,
    site_id: SiteId,
    post_id: &PostId,
) -> anyhow::Result<Option<CaseId>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(FIND_WAITING_OF_POST)
        .bind(site_id)
        .bind(post_id)
        .fetch_optional(c.read())
        .await?))
}

/// The case of a post that waits for a decision as far as its author is told.
pub(crate) async fn find_open_of_post(
    db: &Db,
    site_id: SiteId,
    post_id: &PostId,
) -> anyhow::Result<Option<CaseId>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(FIND_OPEN_OF_POST)
        .bind(site_id)
        .bind(post_id)
        .fetch_optional(c.read())
        .await?))
}

/// The case that is to be decided next.
pub(crate) async fn find_next(db: &Db, site_id: SiteId) -> anyhow::Result<Option<CaseId>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(FIND_NEXT)
        .bind(site_id)
        .fetch_optional(c.read())
        .await?))
}

/// A post of a site with the words about its revision `revision`.
pub(crate) async fn find_post(
    db: &Db,
    site_id: SiteId,
    id: &PostId,
    revision: i64,
) -> anyhow::Result<Option<PostText>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND_POST)
        .bind(site_id)
        .bind(id)
        .bind(revision)
        .fetch_optional(c.read())
        .await?))
}
