//! Rows of `notes`: what moderators tell each other about an author.

use sqlx::FromRow;

use crate::ids::{SiteId, UserId};
use crate::moderation::rows::AuditRow;
use crate::on_db;
use crate::store::{Db, audit};

const INSERT: &str = "INSERT INTO notes (site_id, id, about_id, by_id, text, created_at_ms) VALUES ($1, $2, $3, $4, $5, $6)";
const LIST: &str = "SELECT notes.text, notes.created_at_ms, users.name AS by_name FROM notes
    JOIN users ON users.id = notes.by_id
    WHERE notes.site_id = $1 AND notes.about_id = $2 ORDER BY notes.id DESC LIMIT $3";

/// A note to be kept.
#[derive(Debug, Clone)]
pub(crate) struct NewNote<'a> {
    pub(crate) site: SiteId,
    pub(crate) id: String,
    pub(crate) about: &'a UserId,
    pub(crate) by: &'a UserId,
    pub(crate) text: &'a str,
    pub(crate) now_ms: i64,
}

/// A note as colleagues read it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Note {
    /// What it says.
    pub text: String,
    /// When it was written.
    pub created_at_ms: i64,
    /// Who wrote it.
    pub by_name: String,
}

/// Keeps a note, with its line in the audit log.
pub(crate) async fn insert(db: &Db, note: &NewNote<'_>, line: &AuditRow) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(INSERT)
            .bind(note.site)
            .bind(&note.id)
            .bind(note.about)
            .bind(note.by)
            .bind(note.text)
            .bind(note.now_ms)
            .execute(tx.conn())
            .await?;
        audit::insert_query(line).execute(tx.conn()).await?;
        Ok(tx.commit().await?)
    })
}

/// The newest notes about an author.
pub(crate) async fn list(
    db: &Db,
    site: SiteId,
    about: &UserId,
    limit: i64,
) -> anyhow::Result<Vec<Note>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST)
        .bind(site)
        .bind(about)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}
