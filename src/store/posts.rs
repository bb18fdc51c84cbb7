//! Rows of `posts` and `revisions` as pages and lists read them; the flow writes them through the ledger.

use sqlx::FromRow;

use crate::ids::{PostId, SiteId, UserId};
use crate::moderation::rows::{PostRow, RevisionRow};
use crate::on_db;
use crate::store::Db;

macro_rules! list_columns {
    () => {
        concat!(
            post_columns!(),
            ", (SELECT title FROM revisions WHERE revisions.site_id = posts.site_id \
             AND revisions.post_id = posts.id AND revisions.number = posts.revision) AS title, \
             (SELECT name FROM users WHERE users.id = posts.author_id) AS author_name, \
             (SELECT email FROM users WHERE users.id = posts.author_id) AS author_email"
        )
    };
}

const FIND: &str = concat!(
    "SELECT ",
    post_columns!(),
    " FROM posts WHERE site_id = $1 AND id = $2"
);
const FIND_LISTED: &str = concat!(
    "SELECT ",
    list_columns!(),
    " FROM posts WHERE site_id = $1 AND id = $2"
);
const FIND_BY_SLUG: &str = concat!(
    "SELECT ",
    post_columns!(),
    " FROM posts WHERE site_id = $1 AND slug = $2"
);
const FIND_REVISION: &str = concat!(
    "SELECT ",
    revision_columns!(),
    " FROM revisions WHERE site_id = $1 AND post_id = $2 AND number = $3"
);
const LIST_REVISIONS: &str = concat!(
    "SELECT ",
    revision_columns!(),
    " FROM revisions WHERE site_id = $1 AND post_id = $2 ORDER BY number DESC LIMIT 100"
);
const LIST: &str = concat!(
    "SELECT ",
    list_columns!(),
    " FROM posts WHERE site_id = $1 AND id < $2 AND ($3 = '' OR status = $3)
     ORDER BY id DESC LIMIT $4"
);
// What was last written in posts, the newest first.
const LIST_TEXTS: &str = concat!(
    "SELECT ",
    revision_columns!(),
    " FROM revisions WHERE site_id = $1 AND (post_id, number) IN
        (SELECT id, revision FROM posts WHERE site_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3)
    ORDER BY post_id DESC"
);
pub(super) const LIST_OF_AUTHOR: &str = concat!(
    "SELECT ",
    list_columns!(),
    " FROM authored_posts AS posts WHERE site_id = $1 AND author_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4"
);
const LIST_PUBLISHED: &str =
    "SELECT posts.id, posts.slug, revisions.title, revisions.body, users.name AS author_name,
    posts.published_at_ms, revisions.created_at_ms AS revised_at_ms
    FROM posts
    JOIN revisions ON revisions.site_id = posts.site_id AND revisions.post_id = posts.id
        AND revisions.number = posts.published_revision
    JOIN users ON users.id = posts.author_id
    WHERE posts.site_id = $1 AND posts.published_revision IS NOT NULL
        AND (posts.published_at_ms, posts.id) < ($2, $3)
    ORDER BY posts.published_at_ms DESC, posts.id DESC LIMIT $4";
const FIND_PUBLISHED: &str =
    "SELECT posts.id, posts.slug, revisions.title, revisions.body, users.name AS author_name,
    posts.published_at_ms, revisions.created_at_ms AS revised_at_ms
    FROM posts
    JOIN revisions ON revisions.site_id = posts.site_id AND revisions.post_id = posts.id
        AND revisions.number = posts.published_revision
    JOIN users ON users.id = posts.author_id
    WHERE posts.site_id = $1 AND posts.slug = $2 AND posts.published_revision IS NOT NULL";

/// A post as its lists show it.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct ListedPost {
    /// The post.
    #[sqlx(flatten)]
    pub post: PostRow,
    /// The title of its newest revision.
    pub title: String,
    /// The author's name.
    pub author_name: String,
    /// The author's address.
    pub author_email: String,
}

/// A post as readers get it: only ever the published revision.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct PublishedPost {
    /// Its id.
    pub id: PostId,
    /// The last part of its address.
    pub slug: String,
    /// The published title.
    pub title: String,
    /// The published text, Markdown.
    pub body: String,
    /// Who wrote it.
    pub author_name: String,
    /// When it was first published.
    pub published_at_ms: i64,
    /// When the published revision was written.
    pub revised_at_ms: i64,
}

/// Where a page of the published posts begins, newest first: before the post with this time and id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedCursor {
    /// Its time.
    pub published_at_ms: i64,
    /// Its id.
    pub id: String,
}

impl PublishedCursor {
    /// After all posts.
    pub fn start() -> Self {
        Self {
            published_at_ms: i64::MAX,
            id: String::new(),
        }
    }
}

/// Sorts after every id, as the cursor of the first page of a list that goes from new to old.
pub const NEWEST: &str = "~";

/// One post.
pub async fn find(db: &Db, site: SiteId, id: &PostId) -> anyhow::Result<Option<PostRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND)
        .bind(site)
        .bind(id)
        .fetch_optional(c.read())
        .await?))
}

/// One post with what lists show of it.
pub async fn find_listed(db: &Db, site: SiteId, id: &PostId) -> sqlx::Result<Option<ListedPost>> {
    on_db!(db, |c| sqlx::query_as(FIND_LISTED)
        .bind(site)
        .bind(id)
        .fetch_optional(c.read())
        .await)
}

/// The post that has or had that address.
pub async fn find_by_slug(db: &Db, site: SiteId, slug: &str) -> anyhow::Result<Option<PostRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND_BY_SLUG)
        .bind(site)
        .bind(slug)
        .fetch_optional(c.read())
        .await?))
}

/// One revision of a post.
pub async fn find_revision(
    db: &Db,
    site: SiteId,
    post: &PostId,
    number: i64,
) -> anyhow::Result<Option<RevisionRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND_REVISION)
        .bind(site)
        .bind(post)
        .bind(number)
        .fetch_optional(c.read())
        .await?))
}

/// The revisions of a post, newest first.
pub async fn list_revisions(
    db: &Db,
    site: SiteId,
    post: &PostId,
) -> anyhow::Result<Vec<RevisionRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_REVISIONS)
        .bind(site)
        .bind(post)
        .fetch_all(c.read())
        .await?))
}

/// The newest revisions of posts, newest first, of those older than the one with the id `before`.
pub async fn list_texts(
    db: &Db,
    site: SiteId,
    before: &str,
    limit: i64,
) -> anyhow::Result<Vec<RevisionRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_TEXTS)
        .bind(site)
        .bind(before)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// Posts, newest first, older than the one with the id `before` ([`NEWEST`] for the first page). An empty `status` does
/// not filter.
pub async fn list(
    db: &Db,
    site: SiteId,
    status: &str,
    before: &str,
    limit: i64,
) -> anyhow::Result<Vec<ListedPost>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST)
        .bind(site)
        .bind(before)
        .bind(status)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// An author's posts, newest first, older than the one with the id `before`.
pub async fn list_of_author(
    db: &Db,
    site: SiteId,
    author: &UserId,
    before: &str,
    limit: i64,
) -> anyhow::Result<Vec<ListedPost>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_OF_AUTHOR)
        .bind(site)
        .bind(author)
        .bind(before)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// Published posts, newest first, from the cursor on.
pub async fn list_published(
    db: &Db,
    site: SiteId,
    after: &PublishedCursor,
    limit: i64,
) -> anyhow::Result<Vec<PublishedPost>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_PUBLISHED)
        .bind(site)
        .bind(after.published_at_ms)
        .bind(&after.id)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// The published post at that address.
pub async fn find_published(
    db: &Db,
    site: SiteId,
    slug: &str,
) -> anyhow::Result<Option<PublishedPost>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND_PUBLISHED)
        .bind(site)
        .bind(slug)
        .fetch_optional(c.read())
        .await?))
}
