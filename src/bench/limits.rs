//! What the machine can do at best: the disk, the database, an empty HTTP handler, and the check of one post.

use std::fs::File;
use std::hint::black_box;
use std::io::Write as _;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::Context as _;
use rusqlite::Connection;

use crate::bench::Plan;
use crate::bench::client::{self, Load};
use crate::bench::report::Report;
use crate::bench::texts::{self, Texts};
use crate::moderation::rules::{Matcher, Rule, RuleDraft};
use crate::on_db;
use crate::store::Db;

const ROWS_PER_COMMIT: usize = 100;
const ROW_BYTES: usize = 2_000;

/// Measures the limits of disk, database and HTTP for about `time` each.
pub(super) fn measure(plan: &Plan, report: &Report, time: Duration) -> anyhow::Result<()> {
    report.figure("limit_fdatasync_per_second", fdatasync(plan, time)?);
    let rows = match &plan.database_url {
        None => sqlite_rows(plan, time)?,
        Some(url) => postgres_rows(url, time)?,
    };
    report.figure("limit_rows_per_second", rows);
    report.figure("limit_empty_handler_per_second", empty_handler(plan)?);
    Ok(())
}

/// Measures what it costs to check a post of 2 KB.
pub(super) fn check(plan: &Plan, report: &Report, texts: &Texts) -> anyhow::Result<()> {
    const CHECKS: usize = 20_000;
    let rules: Vec<Rule> = texts::rules(plan.rules)
        .lines()
        .enumerate()
        .map(|(n, pattern)| Rule {
            id: n.to_string(),
            draft: RuleDraft {
                pattern: pattern.to_owned(),
                ..RuleDraft::default()
            },
        })
        .collect();
    let matcher = Matcher::build(1, &rules).map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    let started = Instant::now();
    for n in 0..CHECKS {
        let (title, body) = texts.piece(n);
        black_box(matcher.check(black_box(title), black_box(body)));
    }
    report.figure(
        "check_microseconds",
        started.elapsed().as_secs_f64() * 1e6 / CHECKS as f64,
    );
    Ok(())
}

fn fdatasync(plan: &Plan, time: Duration) -> anyhow::Result<f64> {
    let path = plan.folder.join("fdatasync");
    let mut file = File::create(&path).context("create a file")?;
    let block = [7_u8; 4096];
    let count = repeat(time, || {
        file.write_all(&block)?;
        Ok(file.sync_data()?)
    })?;
    std::fs::remove_file(path)?;
    Ok(count)
}

fn sqlite_rows(plan: &Plan, time: Duration) -> anyhow::Result<f64> {
    let path = plan.folder.join("rows.db");
    let mut conn = Connection::open(&path)?;
    conn.execute_batch(
        "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE rows (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;",
    )?;
    let body = "x".repeat(ROW_BYTES);
    let commits = repeat(time, || {
        let tx = conn.transaction()?;
        for _ in 0..ROWS_PER_COMMIT {
            tx.prepare_cached("INSERT INTO rows (body) VALUES (?1)")?
                .execute([&body])?;
        }
        Ok(tx.commit()?)
    })?;
    drop(conn);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
    Ok(commits * ROWS_PER_COMMIT as f64)
}

fn postgres_rows(url: &str, time: Duration) -> anyhow::Result<f64> {
    const TABLE: &str = "CREATE TABLE bench_rows (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body TEXT NOT NULL)";
    const INSERT: &str = "INSERT INTO bench_rows (body) SELECT $1 FROM generate_series(1, $2)";
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let db = Db::open(url).await?;
        on_db!(&db, |c| {
            let mut tx = c.begin().await?;
            sqlx::query(TABLE).execute(tx.conn()).await?;
            tx.commit().await?;
        });
        let body = "x".repeat(ROW_BYTES);
        let started = Instant::now();
        let mut rows = 0;
        while started.elapsed() < time {
            on_db!(&db, |c| {
                let mut tx = c.begin().await?;
                sqlx::query(INSERT)
                    .bind(&body)
                    .bind(ROWS_PER_COMMIT as i64)
                    .execute(tx.conn())
                    .await?;
                tx.commit().await?;
            });
            rows += ROWS_PER_COMMIT;
        }
        let rate = rows as f64 / started.elapsed().as_secs_f64();
        on_db!(&db, |c| {
            let mut tx = c.begin().await?;
            sqlx::query("DROP TABLE bench_rows")
                .execute(tx.conn())
                .await?;
            tx.commit().await?;
        });
        db.close().await;
        Ok(rate)
    })
}

fn empty_handler(plan: &Plan) -> anyhow::Result<f64> {
    const REQUESTS: usize = 100_000;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let (handle_out, handle_in) = std::sync::mpsc::channel();
    let server = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(|| {
                App::new().route(
                    "/",
                    web::get().to(|| async { HttpResponse::Ok().body("empty") }),
                )
            })
            .workers(2)
            .disable_signals()
            .listen(listener)?
            .run();
            let _ = handle_out.send(server.handle());
            server.await
        })
    });
    let handle = handle_in.recv().context("start the empty handler")?;
    let started = Instant::now();
    client::run(Load {
        address,
        connections: plan.connections,
        requests: vec![b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n".to_vec(); REQUESTS],
        expected: "empty",
    })?;
    let rate = REQUESTS as f64 / started.elapsed().as_secs_f64();
    actix_web::rt::System::new().block_on(handle.stop(false));
    let _ = server.join();
    Ok(rate)
}

/// How often a second `work` was done.
fn repeat(time: Duration, mut work: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let started = Instant::now();
    let mut count = 0_u64;
    while started.elapsed() < time {
        work()?;
        count += 1;
    }
    Ok(count as f64 / started.elapsed().as_secs_f64())
}
