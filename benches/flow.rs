//! What parking and deciding cost without HTTP: 64 tasks call the use cases on a fresh database, every post flagged.
//!
//! `cargo bench --bench flow -- [POSTS]`, on SQLite, or on PostgreSQL with `TEST_POSTGRES_URL` naming an empty database.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use gatepost::app::App;
use gatepost::clock::SystemClock;
use gatepost::config::{Config, Secret};
use gatepost::ids::{Ids, RuleId, SiteId, UserId};
use gatepost::moderation::decide::{Answer, Decider, Decision, Target, Via};
use gatepost::moderation::rules::{Rule, RuleDraft};
use gatepost::moderation::submit::Draft;
use gatepost::on_db;
use gatepost::store::rule_changes::{RuleSetChange, apply};

const TASKS: usize = 64;
const SITE: SiteId = SiteId(1);
const SENTENCE: &str = "People ask how I did it, and the answer is dull: I kept a notebook, number";

fn main() -> anyhow::Result<()> {
    let posts: usize = std::env::args()
        .skip(1)
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(50_000);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(run(posts))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark is told its database by the environment"
)]
async fn run(posts: usize) -> anyhow::Result<()> {
    let folder = std::env::temp_dir().join(format!("gatepost-bench-{}", std::process::id()));
    let mut config = Config {
        data_dir: folder.clone(),
        database_url: Secret(format!("sqlite:{}", folder.join("gatepost.db").display())),
        ..Config::default()
    };
    if let Ok(url) = std::env::var("TEST_POSTGRES_URL") {
        config.database_url = Secret(url);
    }
    let app = App::build(config, Arc::new(SystemClock), Ids::from_os()).await?;
    let author = prepare(&app).await?;

    let started = Instant::now();
    on_tasks(posts, |n| {
        let (app, author) = (app.clone(), author.clone());
        async move {
            let body: String = (0..24)
                .map(|line| format!("{SENTENCE} {n}-{line}.\n"))
                .collect();
            let draft = Draft::parse(author, "Ana", "Ten years of the lottery", &body, None)
                .map_err(|errors| anyhow::anyhow!("{errors:?}"))?;
            app.moderation
                .submit(SITE, draft, None)
                .await?
                .map_err(|error| anyhow::anyhow!("{error:?}"))?;
            Ok(())
        }
    })
    .await?;
    report("parked", posts, started);

    let tasks: Vec<(gatepost::ids::CaseId,)> = on_db!(&app.db, |c| sqlx::query_as(
        "SELECT id FROM cases WHERE site_id = 1"
    )
    .fetch_all(c.read())
    .await?);
    let cases = Arc::new(tasks);
    let started = Instant::now();
    on_tasks(cases.len(), |n| {
        let (app, case) = (app.clone(), cases[n].0.clone());
        async move {
            let by = Decider {
                user_id: None,
                actor: "key:bench".to_owned(),
                name: "bench".to_owned(),
                via: Via::Api,
                undo_ms: 0,
            };
            let answer = Answer::Decision {
                decision: Decision::Approved,
                reason: None,
                note: None,
            };
            app.moderation
                .decide(SITE, Target::Case(case), by, answer, None, None)
                .await?
                .map_err(|error| anyhow::anyhow!("{error:?}"))?;
            Ok(())
        }
    })
    .await?;
    report("decided", cases.len(), started);
    std::fs::remove_dir_all(folder).context("clean up")
}

async fn prepare(app: &App) -> anyhow::Result<UserId> {
    let now_ms = app.clock.now_ms();
    let author: UserId = app.ids.next(now_ms);
    on_db!(&app.db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query("INSERT INTO users (id, email, name, epoch, created_at_ms) VALUES ($1, $2, 'Ana', 1, 0)")
            .bind(&author)
            .bind(format!("{author}@example.org"))
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
    });
    let rules = (0..1_000).map(|n| {
        if n == 0 {
            "lottery".to_owned()
        } else {
            format!("zword{n}q")
        }
    });
    let put = rules
        .map(|pattern| Rule {
            id: app.ids.next::<RuleId>(now_ms).to_string(),
            draft: RuleDraft {
                pattern,
                category: "scam".to_owned(),
                ..RuleDraft::default()
            },
        })
        .collect();
    apply(
        &app.db,
        SITE,
        &RuleSetChange {
            put,
            ..RuleSetChange::default()
        },
        "bench",
        now_ms,
    )
    .await?;
    app.moderation.in_force.forget(SITE);
    Ok(author)
}

async fn on_tasks<F>(count: usize, work: impl Fn(usize) -> F) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let mut running = tokio::task::JoinSet::new();
    for n in 0..count {
        if running.len() >= TASKS
            && let Some(done) = running.join_next().await
        {
            done??;
        }
        running.spawn(work(n));
    }
    while let Some(done) = running.join_next().await {
        done??;
    }
    Ok(())
}

fn report(what: &str, count: usize, started: Instant) {
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{what}: {count} in {seconds:.2} s, {:.0} a second",
        count as f64 / seconds
    );
}
