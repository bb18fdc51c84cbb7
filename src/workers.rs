//! The work that no request waits for: digests and mail, the clock of what waits, what was forgotten. Each kind is a loop
//! around a function that works once and says whether there was something to do. Any number of replicas may run them on
//! one database.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::moderation::site;
use crate::outbox::Outcome;
use crate::people;
use crate::store::tidy;

/// After an error, or a panic, a loop rests so long whatever it is woken by.
const AFTER_ERROR: Duration = Duration::from_secs(5);
/// What is in hand when the signal comes may take so long; then it is left to its lease.
const GRACE: Duration = Duration::from_secs(5);
/// At most 50 mails a second: a burst of held posts must not take the processor from those who submit and decide, nor
/// look like spam to a mail server.
const BETWEEN_MAILS: Duration = Duration::from_millis(20);

/// Work that comes in pieces leaves the database to others at least so long after each.
const BETWEEN_PIECES: Duration = Duration::from_millis(200);
/// If so many posts change meanwhile, there is more urgent work: it rests on,
const BUSY_CHANGES: u64 = 40;
/// so many times as long as the piece took at the most. Each kind takes a twentieth of the time then.
const RESTS_PER_PIECE: u32 = 19;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// How long a request with an `Idempotency-Key` can be repeated.
const ANSWERS_KEPT_MS: i64 = 7 * DAY_MS;
/// How long a mail that was sent can be looked at.
const MAILS_KEPT_MS: i64 = 90 * DAY_MS;

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// Executions whose wait is over, and reminders.
    Timers,
    /// Cases that no digest was called for, and how each queue stands at the hour.
    Sweep,
    /// Digests, then the mails that are due.
    Post,
    /// Questions to external checks.
    Ask,
    /// Rules that hold too much.
    Brake,
    /// Lines of the audit log that are not in its chain.
    Seal,
    /// Cases that cannot be searched yet.
    Index,
    /// What is only kept for a while.
    Tidy,
}

impl App {
    /// Works until `shutdown`, then finishes what is in hand.
    pub async fn run_workers(&self, shutdown: CancellationToken) {
        let mut loops = JoinSet::new();
        for work in [
            Work::Timers,
            Work::Sweep,
            Work::Post,
            Work::Ask,
            Work::Brake,
            Work::Seal,
            Work::Index,
            Work::Tidy,
        ] {
            let (app, shutdown) = (self.clone(), shutdown.clone());
            loops.spawn(async move { work.run(&app, shutdown).await });
        }
        loops.join_all().await;
    }

    /// Does all work that is due now, and what follows from it, until there is none left: for tests, whose clock stands
    /// still.
    pub async fn run_until_idle(&self) -> anyhow::Result<()> {
        loop {
            let mut is_idle = true;
            for work in [
                Work::Timers,
                Work::Sweep,
                Work::Ask,
                Work::Brake,
                Work::Post,
                Work::Seal,
                Work::Index,
            ] {
                is_idle &= work.run_once(self).await? == Outcome::Idle;
            }
            if is_idle {
                return Ok(());
            }
        }
    }
}

impl Work {
    async fn run_once(self, app: &App) -> anyhow::Result<Outcome> {
        match self {
            Self::Timers => app.moderation.wake_due().await.map(Outcome::of),
            Self::Sweep => {
                app.outbox.sweep_digests().await?;
                app.moderation.note_hours().await?;
                Ok(Outcome::Idle)
            }
            Self::Post => {
                app.outbox.write_digests().await?;
                app.outbox.run_once().await
            }
            Self::Ask => app.checks.run_once().await,
            Self::Brake => {
                let taken = app.moderation.take_over_due().await?;
                let braked = app.moderation.brake_due().await?;
                Ok(Outcome::of(taken + braked))
            }
            Self::Seal => app.moderation.seal_due().await.map(Outcome::of),
            Self::Index => app.moderation.index_due().await.map(Outcome::of),
            Self::Tidy => tidy(app).await.map(Outcome::of),
        }
    }

    async fn run(self, app: &App, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            let began = Instant::now();
            let rest = match self.run_once_apart(app, &shutdown).await {
                Ok(Outcome::Idle) => None,
                Ok(Outcome::Worked(count)) => Some(self.rest_after(count, began.elapsed())),
                Err(error) => {
                    tracing::error!(work = ?self, "a worker failed: {error:#}");
                    Some(Rest::For(AFTER_ERROR))
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = self.wait(app, rest) => {}
            }
        }
    }

    /// Works once in a task of its own, so that a panic costs one round and not the loop.
    async fn run_once_apart(
        self,
        app: &App,
        shutdown: &CancellationToken,
    ) -> anyhow::Result<Outcome> {
        let mut task = tokio::spawn({
            let app = app.clone();
            async move { self.run_once(&app).await }
        });
        let over = async {
            shutdown.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            outcome = &mut task => outcome?,
            () = over => {
                task.abort();
                Ok(Outcome::Idle)
            }
        }
    }

    /// Takes a rest; without one, waits until there may be work again.
    async fn wait(self, app: &App, rest: Option<Rest>) {
        match rest {
            Some(Rest::For(pause)) => return tokio::time::sleep(pause).await,
            Some(Rest::WhileBusy(longest)) => return wait_while_busy(app, longest).await,
            None => {}
        }
        let poll = tokio::time::sleep(self.poll_after(app));
        match self {
            Self::Post => tokio::select! {
                () = app.moderation.mail_bell.notified() => {}
                () = poll => {}
            },
            Self::Ask => tokio::select! {
                () = app.moderation.check_bell.notified() => {}
                () = poll => {}
            },
            Self::Timers | Self::Sweep | Self::Brake | Self::Seal | Self::Index | Self::Tidy => {
                poll.await
            }
        }
    }

    /// When to look again although nothing rang: half to all of the usual time, so that replicas do not look together.
    fn poll_after(self, app: &App) -> Duration {
        let usual_ms = match self {
            Self::Timers => 500,
            Self::Post | Self::Ask | Self::Index => 1_000,
            Self::Seal => 10_000,
            Self::Brake => 30_000,
            Self::Sweep => 60_000,
            Self::Tidy => 60 * 60 * 1_000,
        };
        Duration::from_millis(usual_ms / 2 + app.ids.random() % (usual_ms / 2))
    }

    /// How long to rest after a round that did `count` pieces of work and `took` so long.
    fn rest_after(self, count: usize, took: Duration) -> Rest {
        match self {
            Self::Post => Rest::For(BETWEEN_MAILS * u32::try_from(count).unwrap_or(u32::MAX)),
            Self::Timers | Self::Sweep | Self::Ask | Self::Brake => Rest::For(Duration::ZERO),
            Self::Seal | Self::Index | Self::Tidy => Rest::WhileBusy(took * RESTS_PER_PIECE),
        }
    }
}

/// What comes after a round of work.
#[derive(Debug, Clone, Copy)]
enum Rest {
    /// So long.
    For(Duration),
    /// [`BETWEEN_PIECES`], then on while posts keep changing, at most so long.
    WhileBusy(Duration),
}

async fn wait_while_busy(app: &App, longest: Duration) {
    let began = Instant::now();
    loop {
        let before = app.moderation.ledger.changes();
        tokio::time::sleep(BETWEEN_PIECES).await;
        let is_busy = app.moderation.ledger.changes() - before >= BUSY_CHANGES;
        if !is_busy || began.elapsed() >= longest {
            return;
        }
    }
}

/// Deletes what was kept long enough; says how much of what comes in pieces.
async fn tidy(app: &App) -> anyhow::Result<usize> {
    let (db, now_ms) = (&app.db, app.clock.now_ms());
    people::sweep(db, now_ms).await?;
    let mut deleted = tidy::delete_answers(db, now_ms - ANSWERS_KEPT_MS).await?;
    for site in site::list(db).await? {
        deleted += tidy::delete_mails(db, site.id, now_ms - MAILS_KEPT_MS).await?;
    }
    Ok(deleted)
}
