//! How a test is told what the machine offers: which database to run on, which tools there are, and what happens to a
//! test whose tools are missing. Knows nothing of Gatepost.

use std::path::{Path, PathBuf};

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// What a test can be given: an application, a process, or a bare database.
pub trait Arrange: Sized {
    /// One of its own for this test, or the reason why there can be none on this machine.
    async fn arrange(kind: Kind) -> Result<Self, String>;
}

/// Makes `NAME::sqlite` and `NAME::postgres` of each async function; its argument's type says what it gets.
macro_rules! both_dbs {
    ($($(#[$meta:meta])* async fn $name:ident($($arg:ident)+: $type:ty) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports, reason = "not every test needs what its file imports")]
            use super::*;

            $(#[$meta])*
            async fn test($($arg)+: $type) $body

            #[test]
            fn sqlite() {
                $crate::setting::run($crate::setting::Kind::Sqlite, test);
            }

            #[test]
            fn postgres() {
                $crate::setting::run($crate::setting::Kind::Postgres, test);
            }
        }
    )*};
}

/// Runs `test` with what it asks for, or skips it.
pub fn run<T: Arrange, F: Future<Output = ()>>(kind: Kind, test: impl FnOnce(T) -> F) {
    runtime().block_on(async {
        match T::arrange(kind).await {
            Ok(given) => test(given).await,
            Err(reason) => skip(&reason),
        }
    });
}

/// A runtime like the one of `main`. The tests' own HTTP clients are told how to encrypt, although they never do.
pub fn runtime() -> tokio::runtime::Runtime {
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("start the runtime")
}

/// Says why a test does not run here. Where nothing may be skipped, that is a failure.
pub fn skip(reason: &str) {
    assert!(
        setting("GATEPOST_REQUIRE_ALL").is_none(),
        "nothing may be skipped, but {reason}"
    );
    eprintln!("skipped: {reason}");
}

/// The environment variable `name`, if it is set and not empty.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by the environment what the machine offers"
)]
pub fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A path below the repository's root.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A seed for a test's randomness: `GATEPOST_SEED` to repeat a run, else a new one. The test prints it.
pub fn seed() -> u64 {
    setting("GATEPOST_SEED")
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(rand::random)
}
