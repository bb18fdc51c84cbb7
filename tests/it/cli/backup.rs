//! `gatepost backup` and `gatepost restore`, within a database and across.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;
use gatepost::on_db;
use gatepost::store::Db;
use serde_json::Value;

use crate::database::{Folder, TestDatabase};
use crate::program::gatepost;

const SEED: &[&str] = &[
    "INSERT INTO users (id, email, name, epoch, created_at_ms)
     VALUES ('u1', 'ada@example.org', 'Ada \"the\" first', 1, 5)",
    "INSERT INTO sites (id, slug, name, account, settings, workflow_version, rule_set_version, created_at_ms)
     VALUES (7, 'seventh', 'Seventh', '000000000007', '{}', 1, 1, 5)",
    "INSERT INTO members (site_id, user_id, role, notices, created_at_ms) VALUES (7, 'u1', 'owner', TRUE, 5)",
    "INSERT INTO outbox (site_id, id, kind, recipient, payload, status, attempts, due_at_ms, lease_until_ms, created_at_ms)
     VALUES (7, 'm1', 'published', 'ada@example.org', '{\"title\":\"Füße\\nand hands\"}', 'waiting', 0, 5, 0, 5)",
    "INSERT INTO sessions (token_hash, user_id, epoch, user_agent, created_at_ms, seen_at_ms, expires_at_ms)
     VALUES ('h', 'u1', 1, '', 5, 5, 5)",
];
const HISTORY: &str =
    "INSERT INTO history (site_id, execution_id, first_event, events) VALUES (7, $1, 1, $2)";
/// Enough for several statements of a restore.
const HISTORY_ROWS: usize = 2500;

both_dbs! {
    async fn a_backup_restores_the_same_rows_into_either_database(given: TestDatabase) {
        let folder = given.folder.path();
        seed(&given.open().await).await;
        let url = &given.url;

        gatepost(folder, &["backup", "1.tar.gz", "--database-url", url]).text();
        let moved = gatepost(folder, &["restore", "1.tar.gz", "--data-dir", "moved"]).text();
        gatepost(folder, &["backup", "2.tar.gz", "--data-dir", "moved"]).text();
        let refused = gatepost(folder, &["restore", "2.tar.gz", "--database-url", url]);
        gatepost(folder, &["restore", "2.tar.gz", "--force", "--database-url", url]).text();
        gatepost(folder, &["backup", "3.tar.gz", "--database-url", url]).text();
        let released = gatepost(folder, &["outbox", "release", "--data-dir", "moved", "--json"]).json();

        let mut original = rows(&folder.join("1.tar.gz"));
        assert_eq!(original["history"].len(), HISTORY_ROWS);
        assert!(!original.contains_key("sessions"));
        assert!(moved.contains("1 mail was waiting and is kept back"), "{moved}");
        original.get_mut("outbox").unwrap()[0]["status"] = "kept".into();
        assert!(original == rows(&folder.join("2.tar.gz")));
        assert!(original == rows(&folder.join("3.tar.gz")));
        assert_eq!(released["released"], 1);
        assert_eq!(refused.code, 1);
        assert!(refused.stderr.contains("--force"), "{}", refused.stderr);
    }
}

#[test]
fn the_key_travels_unless_it_is_left_out() {
    let folder = Folder::new();
    let here = folder.path();
    gatepost(here, &["migrate"]).text();
    fs::write(
        here.join("data/secret.key"),
        "a key of the instance that was backed up\n",
    )
    .unwrap();

    gatepost(here, &["backup", "with.tar.gz"]).text();
    gatepost(here, &["backup", "without.tar.gz", "--without-key"]).text();
    gatepost(here, &["restore", "with.tar.gz", "--data-dir", "with"]).text();
    let note = gatepost(
        here,
        &["restore", "without.tar.gz", "--data-dir", "without"],
    )
    .text();

    let kept = |folder: &str| fs::read_to_string(here.join(folder).join("secret.key"));
    assert_eq!(kept("with").unwrap(), kept("data").unwrap());
    assert!(kept("without").is_err());
    assert!(note.contains("GATEPOST_SECRET_KEY"), "{note}");
}

#[test]
fn a_damaged_backup_changes_nothing() {
    let folder = Folder::new();
    let here = folder.path();
    gatepost(here, &["migrate"]).text();
    gatepost(here, &["backup", "whole.tar.gz"]).text();
    let whole = fs::read(here.join("whole.tar.gz")).unwrap();
    fs::write(here.join("short.tar.gz"), &whole[..whole.len() / 2]).unwrap();

    let short = gatepost(here, &["restore", "short.tar.gz"]);
    let missing = gatepost(here, &["backup", "x.tar.gz", "--data-dir", "elsewhere"]);

    assert_eq!((short.code, missing.code), (1, 1));
    assert!(
        short.stderr.contains("verify the backup short.tar.gz"),
        "{}",
        short.stderr
    );
    assert!(
        missing.stderr.contains("there is no database"),
        "{}",
        missing.stderr
    );
    assert!(!here.join("x.tar.gz").exists() && !here.join("elsewhere").exists());
}

async fn seed(db: &Db) {
    on_db!(db, |c| {
        let mut tx = c.begin().await.unwrap();
        for sql in SEED {
            sqlx::query(*sql).execute(tx.conn()).await.unwrap();
        }
        for number in 0..HISTORY_ROWS {
            sqlx::query(HISTORY)
                .bind(format!("e{number}"))
                .bind(vec![(number % 256) as u8; 400])
                .execute(tx.conn())
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
    });
    db.close().await;
}

/// The rows of each table of a backup, with booleans as numbers, in a fixed order.
fn rows(path: &Path) -> BTreeMap<String, Vec<Value>> {
    let mut tables: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut archive = tar::Archive::new(GzDecoder::new(File::open(path).unwrap()));
    for member in archive.entries().unwrap() {
        let mut member = member.unwrap();
        let name = member.path().unwrap().to_string_lossy().into_owned();
        let mut text = String::new();
        member.read_to_string(&mut text).unwrap();
        if let Some(table) = name.strip_prefix("tables/") {
            let table = table.split('.').next().unwrap().to_owned();
            let rows = text
                .lines()
                .map(|line| plain(serde_json::from_str(line).unwrap()));
            tables.entry(table).or_default().extend(rows);
        }
    }
    for rows in tables.values_mut() {
        rows.sort_by_key(Value::to_string);
    }
    tables
}

fn plain(mut row: Value) -> Value {
    for value in row.as_object_mut().unwrap().values_mut() {
        if let Value::Bool(is_set) = value {
            *value = i32::from(*is_set).into();
        }
    }
    row
}
