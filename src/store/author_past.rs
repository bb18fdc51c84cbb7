//! What an author did on a site before a post, for the moderators' desk: how their posts stand, the last ones, and what
//! the rules found in them. Reads a bounded number of rows.

use sqlx::FromRow;

use crate::ids::{CaseId, ExecutionId, PostId, SiteId, UserId};
use crate::moderation::rows::PostStatus;
use crate::on_db;
use crate::store::Db;

pub(super) const LIST_EARLIER: &str = "SELECT id, status, execution_id,
    (SELECT title FROM revisions WHERE revisions.site_id = posts.site_id
        AND revisions.post_id = posts.id AND revisions.number = posts.revision) AS title,
    (SELECT hits FROM revisions WHERE revisions.site_id = posts.site_id
        AND revisions.post_id = posts.id AND revisions.number = posts.revision) AS hits,
    (SELECT MAX(cases.id) FROM cases WHERE cases.site_id = posts.site_id AND cases.post_id = posts.id) AS case_id
    FROM authored_posts AS posts WHERE site_id = $1 AND author_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4";
pub(super) const COUNT_BY_STATUS: &str = "SELECT status, COUNT(*) AS posts FROM (
        SELECT id, status FROM authored_posts WHERE site_id = $1 AND author_id = $2 ORDER BY id DESC LIMIT $3
    ) newest GROUP BY status";
// The lists of posts that are hit a thousand times would cost more than they tell.
pub(super) const LIST_HITS: &str =
    "SELECT revisions.post_id, revisions.hits FROM (SELECT id FROM authored_posts
        WHERE site_id = $1 AND author_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4) newest
    JOIN revisions ON revisions.site_id = $1 AND revisions.post_id = newest.id
    WHERE revisions.hits <> '[]' AND LENGTH(revisions.hits) < $5";
const FIND_MEMBER_SINCE: &str =
    "SELECT created_at_ms FROM members WHERE site_id = $1 AND user_id = $2";

/// A post that an author submitted before.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct EarlierPost {
    /// Its id.
    pub id: PostId,
    /// How it stands.
    pub status: PostStatus,
    /// Its newest execution.
    pub execution_id: ExecutionId,
    /// The title of its newest revision.
    pub title: String,
    /// What the rules found in it, a JSON list.
    pub hits: String,
    /// Its newest case, if it ever had one.
    pub case_id: Option<CaseId>,
}

/// What an author submitted before that post, newest first.
pub(crate) async fn list_earlier(
    db: &Db,
    site: SiteId,
    author: &UserId,
    before: &PostId,
    limit: i64,
) -> anyhow::Result<Vec<EarlierPost>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_EARLIER)
        .bind(site)
        .bind(author)
        .bind(before)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// How many of an author's newest `limit` posts stand how.
pub(crate) async fn count_by_status(
    db: &Db,
    site: SiteId,
    author: &UserId,
    limit: i64,
) -> anyhow::Result<Vec<(PostStatus, i64)>> {
    Ok(on_db!(db, |c| sqlx::query_as(COUNT_BY_STATUS)
        .bind(site)
        .bind(author)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// When somebody joined a site, if they belong to it.
pub(crate) async fn find_member_since(
    db: &Db,
    site: SiteId,
    user: &UserId,
) -> anyhow::Result<Option<i64>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(FIND_MEMBER_SINCE)
        .bind(site)
        .bind(user)
        .fetch_optional(c.read())
        .await?))
}

/// What the rules found in the newest `posts` posts of an author before that one, in all of their revisions: JSON lists,
/// those of at least `chars` characters left out.
pub(crate) async fn list_hits(
    db: &Db,
    site: SiteId,
    author: &UserId,
    before: &PostId,
    posts: i64,
    chars: i64,
) -> anyhow::Result<Vec<(PostId, String)>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_HITS)
        .bind(site)
        .bind(author)
        .bind(before)
        .bind(posts)
        .bind(chars)
        .fetch_all(c.read())
        .await?))
}
