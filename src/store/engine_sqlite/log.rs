//! Syncs the write-ahead log beside the writer, and answers callers once what they were promised is on the disk. While the disk
//! is at work, the writer is too (docs/adr/0039). Knows nothing of what is written.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use anyhow::{Context as _, anyhow};
use tokio::sync::mpsc::WeakSender;

use crate::store::ledger::{Group, check};

/// A group whose transaction was committed to the log, and what each member is to be told.
pub(super) struct Committed {
    pub(super) group: Group,
    pub(super) results: Vec<anyhow::Result<()>>,
}

/// The log, as its writer sees it.
pub(super) struct Log {
    committed: Sender<Committed>,
    state: State,
}

#[derive(Clone)]
struct State {
    /// Groups that were committed and are not known to be on the disk.
    unsynced: Arc<AtomicUsize>,
    /// A sync failed: what the disk has nobody can tell, whatever later ones say.
    broken: Arc<AtomicBool>,
}

impl Log {
    /// Starts the thread that syncs the log of the database at `path`; it ends when this is dropped, after all that was given to
    /// it. `writer` gets an empty group whenever the disk has nothing more to do; `broken` is set for good once a sync failed.
    pub(super) fn start(
        path: &Path,
        writer: WeakSender<Group>,
        broken: Arc<AtomicBool>,
    ) -> anyhow::Result<Self> {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let log = PathBuf::from(log);
        let (committed, received) = channel();
        let unsynced = Arc::default();
        let state = State { unsynced, broken };
        let seen = state.clone();
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || run(&log, &received, &seen, &writer))
            .context("start the log's thread")?;
        Ok(Self { committed, state })
    }

    /// Whether all that was committed is on the disk.
    pub(super) fn is_idle(&self) -> bool {
        self.state.unsynced.load(Ordering::Acquire) == 0
    }

    /// Fails once the log could not be synced.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        check(&self.state.broken)
    }

    /// Answers the group once it is on the disk.
    pub(super) fn sync(&self, committed: Committed) {
        self.state.unsynced.fetch_add(1, Ordering::AcqRel);
        // The thread lives as long as this.
        let _ = self.committed.send(committed);
    }
}

fn run(path: &Path, received: &Receiver<Committed>, state: &State, writer: &WeakSender<Group>) {
    let mut file = None;
    while let Ok(first) = received.recv() {
        let mut all = vec![first];
        all.extend(received.try_iter());
        let synced = match state.broken.load(Ordering::Acquire) {
            true => Err(anyhow!("an earlier sync failed")),
            false => sync(path, &mut file),
        };
        if let Err(error) = &synced {
            state.broken.store(true, Ordering::Release);
            tracing::error!("the write-ahead log was not written to the disk: {error:#}");
        }
        state.unsynced.fetch_sub(all.len(), Ordering::AcqRel);
        // A full queue wakes the writer as well.
        if let Some(writer) = writer.upgrade() {
            let _ = writer.try_send(Group::new());
        }
        for Committed { group, results } in all {
            for (work, result) in group.into_iter().zip(results) {
                work.settle(match &synced {
                    Ok(()) => result,
                    Err(error) => Err(anyhow!("write the log to the disk: {error:#}")),
                });
            }
        }
    }
}

/// `fdatasync` of the log. The first time of its folder too: a log that was made a moment ago may not be found again after a
/// power failure otherwise.
fn sync(path: &Path, file: &mut Option<File>) -> anyhow::Result<()> {
    let file = match file {
        Some(file) => file,
        None => {
            let opened = File::options()
                .read(true)
                .write(true)
                .open(path)
                .with_context(|| format!("open {}", path.display()))?;
            #[cfg(unix)]
            if let Some(folder) = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty())
            {
                File::open(folder)
                    .and_then(|folder| folder.sync_all())
                    .with_context(|| format!("sync {}", folder.display()))?;
            }
            file.insert(opened)
        }
    };
    file.sync_data().context("sync the log")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SiteId;
    use crate::moderation::rows::Change;
    use crate::store::ledger::{Key, Loaded, Scope, Work};

    /// Tells the test what it is told.
    struct Member {
        scope: Scope,
        told: Sender<Result<(), String>>,
    }

    impl Work for Member {
        fn scope(&self) -> &Scope {
            &self.scope
        }

        fn decide(&mut self, _: Loaded) -> Change {
            unreachable!("it was decided before it came here")
        }

        fn settle(self: Box<Self>, result: anyhow::Result<()>) {
            let result = result.map_err(|error| format!("{error:#}"));
            self.told.send(result).unwrap();
        }
    }

    fn member(told: &Sender<Result<(), String>>) -> Committed {
        let scope = Scope {
            site_id: SiteId(1),
            key: Key::Submission(None),
            idempotency: None,
        };
        let told = told.clone();
        Committed {
            group: vec![Box::new(Member { scope, told })],
            results: vec![Ok(())],
        }
    }

    #[test]
    fn nobody_is_told_that_a_log_was_synced_that_was_not() {
        let folder =
            std::env::temp_dir().join(format!("gatepost-log-of-ledger-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("gatepost.db");
        std::fs::write(folder.join("gatepost.db-wal"), "").unwrap();
        let (queue, _incoming) = tokio::sync::mpsc::channel(8);
        let (told, hears) = channel();

        let start = |path: &Path| Log::start(path, queue.downgrade(), Arc::default()).unwrap();
        let good = start(&path);
        good.sync(member(&told));
        assert_eq!(hears.recv().unwrap(), Ok(()));
        good.check().unwrap();

        let bad = start(&folder.join("another.db"));
        bad.sync(member(&told));
        assert!(
            hears
                .recv()
                .unwrap()
                .unwrap_err()
                .contains("another.db-wal")
        );
        bad.check().unwrap_err();
        // Not even if the disk is well again: what it missed is missing.
        std::fs::write(folder.join("another.db-wal"), "").unwrap();
        bad.sync(member(&told));
        hears.recv().unwrap().unwrap_err();

        std::fs::remove_dir_all(folder).unwrap();
    }
}
