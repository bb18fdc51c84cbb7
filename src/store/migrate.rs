//! Brings the schema up to date. Migrations are embedded, forward only, and have the same numbers and names on both
//! databases.

use std::borrow::Cow;

use anyhow::Context as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};

use crate::on_db;
use crate::store::Db;

#[derive(rust_embed::RustEmbed)]
#[folder = "migrations/"]
struct Files;

/// A migration that has not been applied yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Its number.
    pub version: i64,
    /// Its name.
    pub name: String,
}

/// Applies all migrations that are missing; safe to call from several replicas at once. Refuses a database whose schema
/// is newer than this program.
pub async fn up(db: &Db) -> anyhow::Result<()> {
    let migrator = migrator(db);
    on_db!(db, |c| {
        let mut conn = c.writer().await?;
        migrator
            .run(&mut *conn)
            .await
            .context("migrate the database")
    })
}

/// The migrations that [`up`] would apply now, in order.
pub async fn pending(db: &Db) -> anyhow::Result<Vec<Pending>> {
    let applied = applied(db).await?;
    Ok(migrator(db)
        .iter()
        .filter(|migration| !applied.contains(&migration.version))
        .map(|migration| Pending {
            version: migration.version,
            name: migration.description.to_string(),
        })
        .collect())
}

/// The number of the newest migration that is applied; 0 in an empty database.
pub async fn version(db: &Db) -> anyhow::Result<i64> {
    Ok(applied(db).await?.into_iter().max().unwrap_or(0))
}

async fn applied(db: &Db) -> anyhow::Result<Vec<i64>> {
    const APPLIED: &str = "SELECT version FROM _sqlx_migrations WHERE success";
    let rows = on_db!(db, |c| sqlx::query_scalar::<_, i64>(APPLIED)
        .fetch_all(c.read())
        .await);
    match rows {
        Ok(versions) => Ok(versions),
        // The table of migrations is made by the first of them.
        Err(sqlx::Error::Database(_)) => Ok(Vec::new()),
        Err(error) => Err(error).context("read the applied migrations"),
    }
}

fn migrator(db: &Db) -> Migrator {
    let folder = match db {
        Db::Sqlite(_) => "sqlite/",
        Db::Postgres(_) => "postgres/",
    };
    let migrations = Files::iter()
        .filter_map(|path| {
            let (version, name) = path
                .strip_prefix(folder)?
                .strip_suffix(".sql")?
                .split_once('_')?;
            let text = String::from_utf8(Files::get(&path)?.data.into_owned()).ok()?;
            Some(Migration::new(
                version.parse().ok()?,
                Cow::Owned(name.replace('_', " ")),
                MigrationType::Simple,
                AssertSqlSafe(text).into_sql_str(),
                false,
            ))
        })
        .collect();
    Migrator::with_migrations(migrations)
}
