//! Whole tables, row by row, as JSON objects that mean the same on both databases: booleans may be 0 and 1, bytes are
//! hexadecimal. What backups are made of. Knows nothing of files.

use anyhow::Context as _;
use futures_util::TryStreamExt as _;
use sqlx::AssertSqlSafe;

use crate::on_db;
use crate::store::Db;

/// The tables that are backed up, those that others refer to first. Sessions and failed logins are left out: a session
/// that was ended since would be alive again.
pub const TABLES: &[&str] = &[
    "sites",
    "users",
    "members",
    "one_time_links",
    "access_keys",
    "rules",
    "rule_sets",
    "brakes",
    "shared_rules",
    "external_checks",
    "workflows",
    "posts",
    "revisions",
    "executions",
    "history",
    "tasks",
    "check_requests",
    "cases",
    "audit",
    "audit_seals",
    "audit_erasures",
    "appeals",
    "drafts",
    "queue_hours",
    "outbox",
    "digests",
    "notes",
    "asides",
    "approvals",
    "views",
    "passages",
    "idempotency",
];

/// The tables that are emptied by a restore and not filled again; what is searched is put into its index anew.
pub const TRANSIENT: &[&str] = &[
    "sessions",
    "login_attempts",
    "search_words",
    "search_cases",
    "search_marks",
];

/// The tables of SQLite that say again what others say; a restore makes them anew.
const DERIVED_SQLITE: &[&str] = &["author_posts", "author_posts_new"];
const DERIVE_SQLITE: &str = "INSERT INTO author_posts SELECT site_id, author_id, id FROM posts ORDER BY site_id, author_id, id";

const SQLITE_COLUMNS: &str = "SELECT name, type FROM pragma_table_info($1) ORDER BY cid";
const POSTGRES_COLUMNS: &str =
    "SELECT column_name::text, data_type::text FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position";
const IN_USE: &str = "SELECT EXISTS (SELECT 1 FROM users) OR EXISTS (SELECT 1 FROM posts)
    OR EXISTS (SELECT 1 FROM rules) OR EXISTS (SELECT 1 FROM access_keys)";
const TOUCH: &str = "UPDATE sites SET name = name WHERE id = 0";
const KEEP_MAIL: &str = "UPDATE outbox SET status = 'kept' WHERE status = 'waiting'";
const RELEASE_MAIL: &str =
    "UPDATE outbox SET status = 'waiting', due_at_ms = $1 WHERE status = 'kept'";
// Whoever looks at the queue sees the cases of which nobody was told; telling everybody again would be worse.
const SKIP_DIGESTS: &str = "UPDATE digests SET due_at_ms = NULL, last_case_id = COALESCE(
    (SELECT MAX(id) FROM cases WHERE cases.site_id = digests.site_id), last_case_id)";

/// The columns of a table, as its database declares them.
struct Table {
    name: &'static str,
    columns: Vec<Column>,
}

struct Column {
    name: String,
    kind: String,
}

impl Column {
    fn is_bytes(&self) -> bool {
        matches!(self.kind.as_str(), "BLOB" | "bytea")
    }
}

/// Calls `sink` with the table and the JSON of each row, in the order of [`TABLES`], all as of one moment.
pub async fn dump(
    db: &Db,
    mut sink: impl FnMut(&'static str, &str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let tables = describe(db).await?;
    on_db!(db, |c| {
        let mut snapshot = c.snapshot().await?;
        for table in &tables {
            let sql = dump_sql(db, table);
            let mut rows =
                sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).fetch(&mut *snapshot);
            while let Some(row) = rows
                .try_next()
                .await
                .with_context(|| format!("read the table {}", table.name))?
            {
                sink(table.name, &row)?;
            }
        }
        Ok(())
    })
}

/// Whether anybody has used this database: a fresh one has a site and its workflow, but nobody and nothing else.
pub async fn is_in_use(db: &Db) -> anyhow::Result<bool> {
    on_db!(db, |c| sqlx::query_scalar::<_, bool>(IN_USE)
        .fetch_one(c.read())
        .await
        .context("look whether the database is in use"))
}

/// Takes the right to write, which a full disk or a read-only file refuses, and changes nothing.
pub async fn check_writable(db: &Db) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(TOUCH).execute(tx.conn()).await?;
        Ok(tx.commit().await?)
    })
}

/// What [`load`] puts into the tables: batches of rows of one table, each as a JSON array.
pub type Batch = (&'static str, String);

/// Replaces everything in the database by `batches`, in one transaction, and keeps all mail that was waiting. Returns
/// how many mails are kept.
pub async fn load(
    db: &Db,
    batches: impl Iterator<Item = anyhow::Result<Batch>>,
) -> anyhow::Result<u64> {
    let tables = describe(db).await?;
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let derived = match db {
            Db::Sqlite(_) => DERIVED_SQLITE,
            Db::Postgres(_) => &[],
        };
        for name in derived.iter().chain(TRANSIENT).chain(TABLES.iter().rev()) {
            sqlx::query(AssertSqlSafe(format!("DELETE FROM {name}")))
                .execute(tx.conn())
                .await
                .with_context(|| format!("empty the table {name}"))?;
        }
        for batch in batches {
            let (name, rows) = batch?;
            let table = tables
                .iter()
                .find(|table| table.name == name)
                .context("a batch of an unknown table")?;
            sqlx::query(AssertSqlSafe(load_sql(db, table)))
                .bind(rows)
                .execute(tx.conn())
                .await
                .with_context(|| format!("fill the table {name}"))?;
        }
        if !derived.is_empty() {
            sqlx::query(DERIVE_SQLITE)
                .execute(tx.conn())
                .await
                .context("file the posts under their authors")?;
        }
        let kept = sqlx::query(KEEP_MAIL).execute(tx.conn()).await?;
        sqlx::query(SKIP_DIGESTS).execute(tx.conn()).await?;
        tx.commit().await?;
        Ok(kept.rows_affected())
    })
}

/// Lets the mail go that [`load`] kept; answers how many.
pub async fn release_mail(db: &Db, now_ms: i64) -> anyhow::Result<u64> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let released = sqlx::query(RELEASE_MAIL)
            .bind(now_ms)
            .execute(tx.conn())
            .await
            .context("release the mail")?;
        tx.commit().await?;
        Ok(released.rows_affected())
    })
}

async fn describe(db: &Db) -> anyhow::Result<Vec<Table>> {
    let sql = match db {
        Db::Sqlite(_) => SQLITE_COLUMNS,
        Db::Postgres(_) => POSTGRES_COLUMNS,
    };
    let mut tables = Vec::with_capacity(TABLES.len());
    for name in TABLES {
        let columns: Vec<(String, String)> = on_db!(db, |c| sqlx::query_as(sql)
            .bind(*name)
            .fetch_all(c.read())
            .await?);
        anyhow::ensure!(!columns.is_empty(), "the table {name} is missing");
        let columns = columns
            .into_iter()
            .map(|(name, kind)| Column { name, kind })
            .collect();
        tables.push(Table { name, columns });
    }
    Ok(tables)
}

fn dump_sql(db: &Db, table: &Table) -> String {
    let fields: Vec<_> = table
        .columns
        .iter()
        .map(|column| {
            let name = &column.name;
            match (db, column.is_bytes()) {
                (_, false) => format!("'{name}', {name}"),
                (Db::Sqlite(_), true) => {
                    format!("'{name}', CASE WHEN {name} IS NOT NULL THEN hex({name}) END")
                }
                (Db::Postgres(_), true) => format!("'{name}', upper(encode({name}, 'hex'))"),
            }
        })
        .collect();
    let fields = fields.join(", ");
    match db {
        Db::Sqlite(_) => format!("SELECT json_object({fields}) FROM {}", table.name),
        Db::Postgres(_) => format!(
            "SELECT json_build_object({fields})::text FROM {}",
            table.name
        ),
    }
}

fn load_sql(db: &Db, table: &Table) -> String {
    let list = |render: &dyn Fn(&Column) -> String| {
        let parts: Vec<_> = table.columns.iter().map(render).collect();
        parts.join(", ")
    };
    let names = list(&|column| column.name.clone());
    match db {
        Db::Sqlite(_) => {
            let values = list(&|column| match column.is_bytes() {
                true => format!("unhex(value ->> '$.{}')", column.name),
                false => format!("value ->> '$.{}'", column.name),
            });
            let name = table.name;
            format!("INSERT INTO {name} ({names}) SELECT {values} FROM json_each($1)")
        }
        Db::Postgres(_) => {
            let values = list(&|column| match column.is_bytes() {
                true => format!("decode({}, 'hex')", column.name),
                false => column.name.clone(),
            });
            let types = list(&|column| match column.is_bytes() {
                true => format!("{} text", column.name),
                false => format!("{} {}", column.name, column.kind),
            });
            let name = table.name;
            format!(
                "INSERT INTO {name} ({names}) SELECT {values} FROM json_to_recordset($1::json) AS r({types})"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::migrate;

    #[tokio::test]
    async fn no_table_is_forgotten() {
        const ALL: &str =
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%sqlx%'
            AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'search!_words!_%' ESCAPE '!' ORDER BY name";
        let path = std::env::temp_dir().join(format!("gatepost-tables-{}.db", std::process::id()));
        let db = Db::open(&format!("sqlite:{}", path.display()))
            .await
            .unwrap();
        migrate::up(&db).await.unwrap();

        let found: Vec<String> = on_db!(&db, |c| sqlx::query_scalar(ALL)
            .fetch_all(c.read())
            .await
            .unwrap_or_default());

        let mut listed: Vec<_> = TABLES
            .iter()
            .chain(TRANSIENT)
            .chain(DERIVED_SQLITE)
            .copied()
            .collect();
        listed.sort_unstable();
        assert_eq!(found, listed);
        db.close().await;
        std::fs::remove_file(path).unwrap();
    }
}
