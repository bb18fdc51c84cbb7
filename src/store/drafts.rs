//! Rows of `drafts`: what authors have typed and not submitted. Nobody but they can read them.

use sqlx::FromRow;

use crate::ids::{DraftId, PostId, SiteId, UserId};
use crate::on_db;
use crate::store::Db;

macro_rules! draft_columns {
    () => {
        "site_id, id, author_id, post_id, revision, title, body, updated_at_ms"
    };
}

// Somebody else's id changes nothing, and neither does one of another post.
const PUT: &str = concat!(
    "INSERT INTO drafts (",
    draft_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (site_id, id) DO UPDATE SET \
     revision = excluded.revision, title = excluded.title, body = excluded.body, updated_at_ms = excluded.updated_at_ms \
     WHERE drafts.author_id = excluded.author_id AND COALESCE(drafts.post_id, '') = COALESCE(excluded.post_id, '')"
);
const FIND: &str = concat!(
    "SELECT ",
    draft_columns!(),
    " FROM drafts WHERE site_id = $1 AND author_id = $2 AND id = $3"
);
const FIND_OF_POST: &str = concat!(
    "SELECT ",
    draft_columns!(),
    " FROM drafts WHERE site_id = $1 AND author_id = $2 AND post_id = $3 ORDER BY id DESC LIMIT 1"
);
const LIST: &str = concat!(
    "SELECT ",
    draft_columns!(),
    " FROM drafts WHERE site_id = $1 AND author_id = $2 AND post_id IS NULL ORDER BY id DESC LIMIT $3"
);
const COUNT: &str = "SELECT COUNT(*) FROM drafts WHERE site_id = $1 AND author_id = $2";
const DELETE: &str = "DELETE FROM drafts WHERE site_id = $1 AND author_id = $2 AND id = $3";

/// What somebody has typed.
#[derive(Debug, Clone, PartialEq, FromRow)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct DraftRow {
    pub site_id: SiteId,
    pub id: DraftId,
    pub author_id: UserId,
    pub post_id: Option<PostId>,
    pub revision: Option<i64>,
    pub title: String,
    pub body: String,
    pub updated_at_ms: i64,
}

/// Keeps a draft; says whether it was its author's to keep.
pub(crate) async fn put(db: &Db, draft: &DraftRow) -> anyhow::Result<bool> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let put = sqlx::query(PUT)
            .bind(draft.site_id)
            .bind(&draft.id)
            .bind(&draft.author_id)
            .bind(&draft.post_id)
            .bind(draft.revision)
            .bind(&draft.title)
            .bind(&draft.body)
            .bind(draft.updated_at_ms)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(put.rows_affected() > 0)
    })
}

/// A draft of that author.
pub(crate) async fn find(
    db: &Db,
    site: SiteId,
    author: &UserId,
    id: &DraftId,
) -> anyhow::Result<Option<DraftRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND)
        .bind(site)
        .bind(author)
        .bind(id)
        .fetch_optional(c.read())
        .await?))
}

/// The correction of a post that its author has not submitted.
pub(crate) async fn find_of_post(
    db: &Db,
    site: SiteId,
    author: &UserId,
    post: &PostId,
) -> anyhow::Result<Option<DraftRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND_OF_POST)
        .bind(site)
        .bind(author)
        .bind(post)
        .fetch_optional(c.read())
        .await?))
}

/// An author's drafts of new posts, the newest first.
pub(crate) async fn list(
    db: &Db,
    site: SiteId,
    author: &UserId,
    limit: i64,
) -> anyhow::Result<Vec<DraftRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST)
        .bind(site)
        .bind(author)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// How many drafts an author has on a site.
pub(crate) async fn count(db: &Db, site: SiteId, author: &UserId) -> anyhow::Result<i64> {
    Ok(on_db!(db, |c| sqlx::query_scalar(COUNT)
        .bind(site)
        .bind(author)
        .fetch_one(c.read())
        .await?))
}

/// Throws a draft away; says whether there was one.
pub(crate) async fn delete(
    db: &Db,
    site: SiteId,
    author: &UserId,
    id: &DraftId,
) -> anyhow::Result<bool> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let deleted = sqlx::query(DELETE)
            .bind(site)
            .bind(author)
            .bind(id)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(deleted.rows_affected() > 0)
    })
}
