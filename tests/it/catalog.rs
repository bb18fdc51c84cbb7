//! Every statement that is written once for both databases, prepared on both: a column that only one of them has, or a
//! word that only one of them knows, fails here and not at some customer's. The statements are read out of the source,
//! so that none can be forgotten; those that are written for one database are named with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gatepost::store::Db;
use regex::Regex;
use sqlx::{AssertSqlSafe, Either, Executor, SqlSafeStr, Statement};

use crate::database::TestDatabase;
use crate::setting::{Arrange, Kind, repository, runtime, skip};

/// A statement and where it stands.
pub struct Entry {
    pub name: String,
    pub sql: String,
}

#[test]
fn every_shared_statement_prepares_on_both_databases() {
    runtime().block_on(async {
        let sqlite = TestDatabase::arrange(Kind::Sqlite)
            .await
            .expect("SQLite is built in");
        let postgres = match TestDatabase::arrange(Kind::Postgres).await {
            Ok(database) => database,
            Err(reason) => return skip(&reason),
        };
        let (Db::Sqlite(left), Db::Postgres(right)) = (sqlite.open().await, postgres.open().await)
        else {
            unreachable!("each was opened as what it is");
        };
        let entries = catalog();
        assert!(
            entries.len() > 25,
            "only {} statements were found",
            entries.len()
        );

        let mut wrong = Vec::new();
        for Entry { name, sql } in &entries {
            let on_sqlite = !name.to_lowercase().contains("postgres");
            let on_postgres = !name.to_lowercase().contains("sqlite");
            let (mut here, mut there) = (None, None);
            if on_sqlite {
                match left
                    .read()
                    .prepare(AssertSqlSafe(sql.clone()).into_sql_str())
                    .await
                {
                    Ok(statement) => {
                        here = Some((count(statement.parameters()), columns(&statement)))
                    }
                    Err(error) => wrong.push(format!("{name} on SQLite: {error}")),
                }
            }
            if on_postgres {
                match right
                    .read()
                    .prepare(AssertSqlSafe(sql.clone()).into_sql_str())
                    .await
                {
                    Ok(statement) => {
                        there = Some((count(statement.parameters()), columns(&statement)))
                    }
                    Err(error) => wrong.push(format!("{name} on PostgreSQL: {error}")),
                }
            }
            if let (Some(here), Some(there)) = (here, there)
                && (here.0 != there.0 || here.1.len() != there.1.len())
            {
                wrong.push(format!(
                    "{name}: {here:?} on SQLite, {there:?} on PostgreSQL"
                ));
            }
        }

        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

fn count<T>(parameters: Option<Either<&[T], usize>>) -> usize {
    match parameters {
        Some(Either::Left(types)) => types.len(),
        Some(Either::Right(count)) => count,
        None => 0,
    }
}

fn columns<S: Statement>(statement: &S) -> Vec<String> {
    use sqlx::Column as _;
    statement
        .columns()
        .iter()
        .map(|column| column.name().to_owned())
        .collect()
}

/// Every constant of the source that holds SQL, but for the hot path's, which is written for each database apart, and
/// those of the bench, which has tables of its own.
pub fn catalog() -> Vec<Entry> {
    let constant =
        Regex::new(r"(?s)const ([A-Z][A-Z0-9_]*): &str\s*=\s*(.*?);\n").expect("a pattern");
    let verb = Regex::new(r#""(SELECT|INSERT|UPDATE|DELETE|WITH) "#).expect("a pattern");
    // What a macro writes for each table runs wherever the ledger does.
    let parameter = Regex::new(r"\$[a-z]").expect("a pattern");
    let mut shared = BTreeMap::new();
    let files = sources(&repository("src"));
    for (_, text) in &files {
        shared.extend(column_macros(text));
    }
    let mut entries = Vec::new();
    for (path, text) in &files {
        // Two files may each have a macro of the same name.
        let mut macros = shared.clone();
        macros.extend(column_macros(text));
        for found in constant.captures_iter(text) {
            let Some(sql) = evaluate(&found[2], &macros) else {
                assert!(
                    !verb.is_match(&found[2]) || parameter.is_match(&found[2]),
                    "{path}: {} cannot be read",
                    &found[1]
                );
                continue;
            };
            let first = sql.split_whitespace().next().unwrap_or_default();
            if ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(&first) {
                entries.push(Entry {
                    name: format!("{path}: {}", &found[1]),
                    sql,
                });
            }
        }
    }
    entries
}

/// The expression of each `macro_rules! case_columns { () => { … }; }`, by name, and the list of columns of each table
/// told as `case_columns: CaseRow in "cases" { site_id, id }`, as a literal.
fn column_macros(text: &str) -> Vec<(String, String)> {
    let definition = Regex::new(r"(?s)macro_rules! (\w+) \{\n    \(\) => \{(.*?)\n    \};\n\}")
        .expect("a pattern");
    let table = Regex::new(r#"(?m)^    (\w+): \w+ in "\w+" \{([^}]*)\}"#).expect("a pattern");
    let expressions = definition
        .captures_iter(text)
        .map(|found| (found[1].to_owned(), found[2].to_owned()));
    let lists = table.captures_iter(text).map(|found| {
        let columns: Vec<&str> = found[2].split_whitespace().collect();
        (found[1].to_owned(), format!("\"{}\"", columns.join(" ")))
    });
    expressions.chain(lists).collect()
}

/// What a literal, or a `concat!` of literals and column macros, comes to.
fn evaluate(expression: &str, macros: &BTreeMap<String, String>) -> Option<String> {
    let part = Regex::new(r#"(?s)^\s*(?:("(?:[^"\\]|\\.)*")|(?:[\w:]*::)?(\w+)!\(\))\s*,?"#)
        .expect("a pattern");
    let mut rest = expression.trim();
    if let Some(list) = rest.strip_prefix("concat!(") {
        rest = list.strip_suffix(')')?;
    }
    let mut text = String::new();
    while !rest.trim().is_empty() {
        let found = part.captures(rest)?;
        match (found.get(1), found.get(2)) {
            (Some(literal), _) => text.push_str(&unquote(literal.as_str())),
            (_, Some(name)) => text.push_str(&evaluate(macros.get(name.as_str())?, macros)?),
            _ => return None,
        }
        rest = &rest[found[0].len()..];
    }
    Some(text)
}

/// The text of a string literal without escapes other than `\"` and a line's end.
fn unquote(literal: &str) -> String {
    let line_end = Regex::new(r"\\\n\s*").expect("a pattern");
    let inner = &literal[1..literal.len() - 1];
    line_end.replace_all(inner, "").replace("\\\"", "\"")
}

fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("list the source") {
            let path = entry.expect("list the source").path();
            let name = path
                .strip_prefix(repository("src"))
                .expect("below it")
                .display()
                .to_string();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs")
                && !name.starts_with("store/engine_")
                && !name.starts_with("bench/")
                && !name.contains("/tests")
            {
                let text = std::fs::read_to_string(&path).expect("read the source");
                let product = text.split("#[cfg(test)]").next().unwrap_or_default();
                files.push((name, product.to_owned()));
            }
        }
    }
    files.sort();
    files
}
