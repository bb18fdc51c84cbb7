//! A database of its own for each test: a copy of a migrated template, made once for each state of the migrations.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use gatepost::store::{Db, migrate};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::setting::{Arrange, Kind, repository, setting};

/// A migrated, empty database that goes away with this value, and a folder beside it for data.
pub struct TestDatabase {
    pub url: String,
    pub folder: Folder,
    cluster: Option<String>,
}

/// A temporary folder that goes away with this value.
pub struct Folder(PathBuf);

impl Arrange for TestDatabase {
    async fn arrange(kind: Kind) -> Result<Self, String> {
        let folder = Folder::new();
        match kind {
            Kind::Sqlite => {
                let file = folder.path().join("gatepost.db");
                std::fs::copy(sqlite_template().await, &file).expect("copy the template");
                Ok(Self {
                    url: format!("sqlite:{}", file.display()),
                    folder,
                    cluster: None,
                })
            }
            Kind::Postgres => {
                let cluster = cluster_url()?;
                let template = postgres_template(&cluster).await;
                let name = unique_name("test");
                let mut admin = connect(&cluster).await;
                run(
                    &mut admin,
                    format!("CREATE DATABASE {name} TEMPLATE {template}"),
                )
                .await;
                Ok(Self {
                    url: database_url(&cluster, &name),
                    folder,
                    cluster: Some(cluster),
                })
            }
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Some(cluster) = self.cluster.take() else {
            return;
        };
        let name = self
            .url
            .rsplit('/')
            .next()
            .expect("a URL has a path")
            .to_owned();
        let dropped = std::thread::spawn(move || {
            crate::setting::runtime().block_on(async {
                let mut admin = connect(&cluster).await;
                run(&mut admin, format!("DROP DATABASE {name} WITH (FORCE)")).await;
            });
        });
        if dropped.join().is_err() && !std::thread::panicking() {
            panic!("drop the test's database");
        }
    }
}

impl TestDatabase {
    /// A connection pool of the product's own kind, to look at the rows.
    pub async fn open(&self) -> Db {
        Db::open(&self.url).await.expect("open the test's database")
    }
}

impl Folder {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(unique_name("gatepost"));
        std::fs::create_dir(&path).expect("make a temporary folder");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A migrated SQLite file, kept in the target folder for as long as the migrations stay the same.
async fn sqlite_template() -> PathBuf {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = tmp.join(format!("template_{:016x}.db", migrations_hash()));
    if !file.exists() {
        let draft = tmp.join(unique_name("draft"));
        let db = Db::open(&format!("sqlite:{}", draft.display()))
            .await
            .expect("make the template");
        migrate::up(&db).await.expect("migrate the template");
        db.close().await;
        for suffix in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", draft.display()));
        }
        std::fs::rename(&draft, &file).expect("keep the template");
    }
    file
}

/// The name of a migrated database on the cluster. The advisory lock lets one test process make it while others wait.
async fn postgres_template(cluster: &str) -> String {
    let name = format!("gatepost_template_{:016x}", migrations_hash());
    let mut admin = connect(cluster).await;
    run(&mut admin, "SELECT pg_advisory_lock(7238)".to_owned()).await;
    let ready: Option<bool> =
        sqlx::query_scalar("SELECT datistemplate FROM pg_database WHERE datname = $1")
            .bind(&name)
            .fetch_optional(&mut admin)
            .await
            .expect("look for the template");
    if ready != Some(true) {
        run(&mut admin, format!("DROP DATABASE IF EXISTS {name}")).await;
        run(&mut admin, format!("CREATE DATABASE {name}")).await;
        let db = Db::open(&database_url(cluster, &name))
            .await
            .expect("make the template");
        migrate::up(&db).await.expect("migrate the template");
        db.close().await;
        run(
            &mut admin,
            format!("ALTER DATABASE {name} IS_TEMPLATE true"),
        )
        .await;
    }
    admin.close().await.expect("leave the cluster");
    name
}

/// The cluster to make databases on: the one that the run was given, else one that ends with this process.
fn cluster_url() -> Result<String, String> {
    static OWN: OnceLock<Result<(String, Mutex<Child>), String>> = OnceLock::new();
    if let Some(url) = setting("TEST_POSTGRES_URL") {
        return Ok(url);
    }
    OWN.get_or_init(|| {
        let mut child = Command::new(repository("tests/postgres.sh"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("tests/postgres.sh does not start: {error}"))?;
        let mut url = String::new();
        let stdout = child.stdout.take().expect("its output is piped");
        BufReader::new(stdout)
            .read_line(&mut url)
            .map_err(|error| error.to_string())?;
        match url.trim() {
            "" => {
                Err("there is no PostgreSQL server here: install the package postgresql".to_owned())
            }
            url => Ok((url.to_owned(), Mutex::new(child))),
        }
    })
    .as_ref()
    .map(|(url, _)| url.clone())
    .map_err(Clone::clone)
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url)
        .await
        .expect("connect to the cluster")
}

async fn run(connection: &mut PgConnection, sql: String) {
    connection
        .execute(AssertSqlSafe(sql))
        .await
        .expect("run on the cluster");
}

fn database_url(cluster: &str, name: &str) -> String {
    let mut url = url::Url::parse(cluster).expect("the cluster's URL");
    url.set_path(name);
    url.to_string()
}

fn unique_name(kind: &str) -> String {
    format!("{kind}_{:016x}", rand::random::<u64>())
}

fn migrations_hash() -> u64 {
    let mut hash = DefaultHasher::new();
    for folder in ["sqlite", "postgres"] {
        let mut files: Vec<PathBuf> = std::fs::read_dir(repository("migrations").join(folder))
            .expect("list the migrations")
            .map(|entry| entry.expect("list the migrations").path())
            .collect();
        files.sort();
        for file in files {
            file.hash(&mut hash);
            std::fs::read(&file)
                .expect("read a migration")
                .hash(&mut hash);
        }
    }
    hash.finish()
}
