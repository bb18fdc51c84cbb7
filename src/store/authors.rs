//! Rows of `users` and `members` as programs that submit posts need them.

use anyhow::Context as _;

use crate::auth::role::Role;
use crate::ids::SiteId;
use crate::on_db;
use crate::people::authors::Author;
use crate::store::Db;

const FIND: &str =
    "SELECT users.id, users.name FROM users JOIN members ON members.user_id = users.id
    WHERE users.email = $2 AND members.site_id = $1";
// Where there is an account, it stays as it is; the update is there for its RETURNING.
const PUT_USER: &str =
    "INSERT INTO users (id, email, name, password_hash, epoch, confirmed_at_ms, created_at_ms)
    VALUES ($1, $2, $3, NULL, 1, NULL, $4)
    ON CONFLICT (email) DO UPDATE SET email = excluded.email RETURNING id, name";
const PUT_MEMBER: &str = "INSERT INTO members (site_id, user_id, role, notices, created_at_ms)
    VALUES ($1, $2, $3, TRUE, $4) ON CONFLICT (site_id, user_id) DO NOTHING";

/// The member of the site with that address, of whatever role.
pub(crate) async fn find(db: &Db, site_id: SiteId, email: &str) -> anyhow::Result<Option<Author>> {
    on_db!(db, |c| sqlx::query_as(FIND)
        .bind(site_id)
        .bind(email)
        .fetch_optional(c.read())
        .await
        .context("find an author"))
}

/// Makes an account for `new` unless the address has one, and a place on the site unless they have one; answers who it
/// is.
pub(crate) async fn create(
    db: &Db,
    site_id: SiteId,
    email: &str,
    new: &Author,
    now_ms: i64,
) -> anyhow::Result<Author> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let author: Author = sqlx::query_as(PUT_USER)
            .bind(&new.id)
            .bind(email)
            .bind(&new.name)
            .bind(now_ms)
            .fetch_one(tx.conn())
            .await
            .context("put an author")?;
        sqlx::query(PUT_MEMBER)
            .bind(site_id)
            .bind(&author.id)
            .bind(Role::Author.as_str())
            .bind(now_ms)
            .execute(tx.conn())
            .await
            .context("put a member")?;
        tx.commit().await?;
        Ok(author)
    })
}
