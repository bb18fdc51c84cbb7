//! The two sets of migrations make the same schema: tables, columns, keys and indexes, name by name. What is searched
//! (`search_words`) and how the posts of an author are found (`authored_posts`, docs/adr/0038) are each database's own; the tests of the
//! desk and of the author find the same in both.

use std::collections::BTreeMap;

use gatepost::on_db;
use gatepost::store::Db;
use sqlx::Row;

use crate::database::TestDatabase;
use crate::setting::{Arrange, Kind, runtime, skip};

/// A table's columns as `name: type, null or not`, its key, its indexes and its foreign keys, as text to compare.
type Schema = BTreeMap<String, Vec<String>>;

const SQLITE_COLUMNS: &str = "SELECT m.name, c.name, c.type, c.\"notnull\" OR c.pk > 0, c.pk
    FROM sqlite_schema m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> '_sqlx_migrations' AND m.name NOT LIKE 'search_words%'
        AND m.name NOT IN ('author_posts', 'author_posts_new') ORDER BY m.name, c.cid";

const POSTGRES_COLUMNS: &str = "SELECT c.table_name::TEXT, c.column_name::TEXT, c.data_type::TEXT, c.is_nullable = 'NO',
        COALESCE(k.ordinal_position, 0)::BIGINT
    FROM information_schema.columns c
    LEFT JOIN information_schema.table_constraints t
      ON t.table_name = c.table_name AND t.constraint_type = 'PRIMARY KEY' AND t.table_schema = 'public'
    LEFT JOIN information_schema.key_column_usage k
      ON k.constraint_name = t.constraint_name AND k.table_name = c.table_name AND k.column_name = c.column_name
    WHERE c.table_schema = 'public' AND c.table_name NOT IN ('_sqlx_migrations', 'search_words', 'authored_posts')
    ORDER BY c.table_name, c.ordinal_position";

const SQLITE_INDEXES: &str = "SELECT m.name, l.name, l.\"unique\", l.partial,
        (SELECT group_concat(i.name, ',') FROM pragma_index_info(l.name) i)
    FROM sqlite_schema m JOIN pragma_index_list(m.name) l
    WHERE m.type = 'table' AND l.origin <> 'pk' AND m.name <> '_sqlx_migrations' AND m.name NOT LIKE 'search_words%'";

const POSTGRES_INDEXES: &str = "SELECT t.relname::TEXT, i.relname::TEXT, x.indisunique, x.indpred IS NOT NULL,
        (SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(x.indkey) WITH ORDINALITY k (attnum, n)
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum)
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    WHERE NOT x.indisprimary AND t.relnamespace = 'public'::regnamespace AND t.relname NOT IN ('_sqlx_migrations', 'search_words')
        AND i.relname <> 'posts_by_author'";

const SQLITE_REFERENCES: &str = "SELECT m.name, f.\"from\", f.\"table\" FROM sqlite_schema m
    JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'";

const POSTGRES_REFERENCES: &str = "SELECT t.relname::TEXT, a.attname::TEXT, r.relname::TEXT
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class r ON r.oid = c.confrelid
    CROSS JOIN unnest(c.conkey) k (attnum) JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum
    WHERE c.contype = 'f'";

#[test]
fn both_databases_have_the_same_schema() {
    runtime().block_on(async {
        let sqlite = TestDatabase::arrange(Kind::Sqlite)
            .await
            .expect("SQLite is built in");
        let postgres = match TestDatabase::arrange(Kind::Postgres).await {
            Ok(database) => database,
            Err(reason) => return skip(&reason),
        };

        let left = schema(&sqlite.open().await).await;
        let right = schema(&postgres.open().await).await;

        assert!(left.len() > 10, "the schema was not read: {left:?}");
        assert_eq!(
            left.keys().collect::<Vec<_>>(),
            right.keys().collect::<Vec<_>>()
        );
        for (table, columns) in &left {
            assert_eq!(
                columns, &right[table],
                "table {table}: SQLite left, PostgreSQL right"
            );
        }
    });
}

#[test]
fn both_sets_of_migrations_have_the_same_names() {
    let names = |folder: &str| -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(crate::setting::repository(folder))
            .expect("list the migrations")
            .map(|entry| {
                entry
                    .expect("list the migrations")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    };

    assert_eq!(names("migrations/sqlite"), names("migrations/postgres"));
}

async fn schema(db: &Db) -> Schema {
    let mut schema = Schema::new();
    let [columns, indexes, references] = match db {
        Db::Sqlite(_) => [SQLITE_COLUMNS, SQLITE_INDEXES, SQLITE_REFERENCES],
        Db::Postgres(_) => [POSTGRES_COLUMNS, POSTGRES_INDEXES, POSTGRES_REFERENCES],
    };
    let mut lines: Vec<(String, String)> = Vec::new();
    on_db!(db, |c| {
        for row in sqlx::query(columns)
            .fetch_all(c.read())
            .await
            .expect("columns")
        {
            lines.push(column(
                row.get(0),
                row.get(1),
                row.get(2),
                row.get(3),
                row.get(4),
            ));
        }
        for row in sqlx::query(indexes)
            .fetch_all(c.read())
            .await
            .expect("indexes")
        {
            lines.push(index(
                row.get(0),
                row.get(1),
                row.get(2),
                row.get(3),
                row.get(4),
            ));
        }
        for row in sqlx::query(references)
            .fetch_all(c.read())
            .await
            .expect("references")
        {
            lines.push(reference(row.get(0), row.get(1), row.get(2)));
        }
    });
    for (table, line) in lines {
        schema.entry(table).or_default().push(line);
    }
    // Indexes and references come in no particular order; columns keep theirs, which tells two different orders apart.
    for lines in schema.values_mut() {
        lines.sort_by_key(|line| {
            (
                !line.starts_with("column"),
                (!line.starts_with("column")).then(|| line.clone()),
            )
        });
    }
    schema
}

fn column(table: String, name: String, kind: String, not_null: bool, key: i64) -> (String, String) {
    // SQLite's strict tables have one integer type for all of PostgreSQL's, booleans among them.
    let kind = match kind.as_str() {
        "INTEGER" | "bigint" | "integer" | "smallint" | "boolean" => "integer",
        "TEXT" | "text" => "text",
        "BLOB" | "bytea" => "bytes",
        "REAL" | "double precision" => "float",
        other => panic!("{table}.{name}: {other} is not one of the portable types"),
    };
    let null = if not_null { "not null" } else { "null" };
    (table, format!("column {name} {kind} {null} key {key}"))
}

fn index(
    table: String,
    name: String,
    unique: bool,
    partial: bool,
    columns: String,
) -> (String, String) {
    let unique = if unique { "unique " } else { "" };
    let partial = if partial { " partial" } else { "" };
    // The index of a UNIQUE column is named by the database.
    let name = if name.starts_with("sqlite_autoindex") || name.ends_with("_key") {
        "(constraint)"
    } else {
        &name
    };
    (table, format!("{unique}index {name} ({columns}){partial}"))
}

fn reference(table: String, column: String, target: String) -> (String, String) {
    (table, format!("references {column} -> {target}"))
}
