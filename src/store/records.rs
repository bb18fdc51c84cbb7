//! What rules may ask of an author: since when they have an account, and what became of their posts. Reads only, and only
//! for sites with a rule that asks; of no more than their newest thousand posts.

use std::collections::HashMap;

use anyhow::Context as _;
use sqlx::FromRow;

use crate::ids::{PostId, SiteId, UserId};
use crate::moderation::rules::Author;
use crate::on_db;
use crate::store::Db;

pub(super) const FIND: &str =
    "SELECT COALESCE((SELECT created_at_ms FROM users WHERE id = $2), $3) AS since_ms, $3 AS at_ms,
        COUNT(*) FILTER (WHERE published_revision IS NOT NULL) AS published,
        COUNT(*) FILTER (WHERE status = 'rejected') AS rejected
    FROM (SELECT id, published_revision, status FROM authored_posts WHERE site_id = $1 AND author_id = $2
        ORDER BY id DESC LIMIT 1000) newest";
// As it was when each post came in, as far as the posts before it are as they were.
pub(super) const LIST_OF_POSTS: &str =
    "SELECT p.id, p.created_at_ms AS at_ms, users.created_at_ms AS since_ms,
        (SELECT COUNT(*) FROM (SELECT b.id, published_revision FROM authored_posts b WHERE b.site_id = p.site_id
            AND b.author_id = p.author_id AND b.id < p.id ORDER BY b.id DESC LIMIT 1000) newest
            WHERE published_revision IS NOT NULL) AS published,
        (SELECT COUNT(*) FROM (SELECT b.id, status FROM authored_posts b WHERE b.site_id = p.site_id
            AND b.author_id = p.author_id AND b.id < p.id ORDER BY b.id DESC LIMIT 1000) newest
            WHERE status = 'rejected') AS rejected
    FROM posts p JOIN users ON users.id = p.author_id
    WHERE p.site_id = $1 AND p.id >= $2 AND p.id <= $3";

#[derive(FromRow)]
struct Row {
    since_ms: i64,
    at_ms: i64,
    published: i64,
    rejected: i64,
}

#[derive(FromRow)]
struct PostRow {
    id: PostId,
    #[sqlx(flatten)]
    author: Row,
}

impl From<Row> for Author {
    fn from(row: Row) -> Self {
        Author {
            age_ms: row.at_ms - row.since_ms,
            published: row.published,
            rejected: row.rejected,
        }
    }
}

/// An author as they are at `now_ms`.
pub(crate) async fn find(
    db: &Db,
    site: SiteId,
    author: &UserId,
    now_ms: i64,
) -> anyhow::Result<Author> {
    let row: Row = on_db!(db, |c| sqlx::query_as(FIND)
        .bind(site)
        .bind(author)
        .bind(now_ms)
        .fetch_one(c.read())
        .await
        .context("read the record of an author")?);
    Ok(row.into())
}

/// The authors of the posts from `oldest` to `newest`, as they were when each came in.
pub(crate) async fn list_of_posts(
    db: &Db,
    site: SiteId,
    oldest: &PostId,
    newest: &PostId,
) -> anyhow::Result<HashMap<PostId, Author>> {
    let rows: Vec<PostRow> = on_db!(db, |c| sqlx::query_as(LIST_OF_POSTS)
        .bind(site)
        .bind(oldest)
        .bind(newest)
        .fetch_all(c.read())
        .await
        .context("read the records of authors")?);
    Ok(rows
        .into_iter()
        .map(|row| (row.id, row.author.into()))
        .collect())
}
