//! Slows guessing down, by account and by address, in the database, so that replicas count together. A try is counted
//! before its password is looked at: a thousand at once get no more answers than a thousand in a row.

use std::net::IpAddr;

use crate::auth::keyring::secret_hash;
use crate::store::{Db, login_attempts};

/// So many wrong passwords are nobody's business.
const FREE_FAILURES: i64 = 5;
/// After so many in a row the password is not looked at any more; a reset link opens the account again.
pub const MAX_FAILURES: i64 = 100;
/// The longest pause between two tries.
const MAX_PAUSE_MS: i64 = 60_000;

/// An address may fail so often within its window.
const ADDRESS_FAILURES: i64 = 300;
const ADDRESS_WINDOW_MS: i64 = 15 * 60 * 1000;

/// Too many tries: when the next one is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttled {
    /// How long to wait.
    pub retry_after_seconds: i64,
}

/// Whose tries are counted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// The account with this address, whether it exists or not.
    pub fn account(email: &str) -> Self {
        Self(format!("account:{}", secret_hash(email)))
    }

    /// A network address; of IPv6 the /64 that one customer has.
    pub fn address(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self(format!("address:{address}")),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self(format!("address:{a:x}:{b:x}:{c:x}:{d:x}"))
            }
        }
    }

    /// Requests of one kind from one address, or for one account.
    pub fn kind(kind: &str, of: &Self) -> Self {
        Self(format!("{kind}:{}", of.0))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Counts a try to log in, or refuses it. A try that succeeds must be followed by [`succeed`]. What is refused counts for
/// nobody: an address that must wait closes no account, and an account that must wait no address.
pub async fn begin(
    db: &Db,
    now_ms: i64,
    account: &Subject,
    address: Option<&Subject>,
) -> anyhow::Result<Result<(), Throttled>> {
    if let Some(Subject(address)) = address {
        let since_ms = now_ms - ADDRESS_WINDOW_MS;
        let start_ms =
            login_attempts::find_full_window(db, address, since_ms, ADDRESS_FAILURES).await?;
        if let Some(start_ms) = start_ms {
            return Ok(refuse(now_ms, Some(start_ms + ADDRESS_WINDOW_MS)));
        }
    }
    let blocked_until_ms = login_attempts::count(db, account.as_str(), now_ms, pause_ms).await?;
    match (refuse(now_ms, blocked_until_ms), address) {
        (Ok(()), Some(address)) => {
            limit(db, now_ms, address, ADDRESS_FAILURES, ADDRESS_WINDOW_MS).await
        }
        (result, _) => Ok(result),
    }
}

/// How long an account rests after its `failures`th wrong password in a row.
fn pause_ms(failures: i64) -> i64 {
    match failures {
        ..=FREE_FAILURES => 0,
        MAX_FAILURES.. => i64::MAX / 2,
        _ => (1_000 << (failures - FREE_FAILURES - 1).min(6)).min(MAX_PAUSE_MS),
    }
}

/// Forgets the failures of an account whose owner has shown the password or a link.
pub async fn succeed(db: &Db, account: &Subject, address: Option<&Subject>) -> anyhow::Result<()> {
    login_attempts::forgive(db, account.as_str(), address.map(Subject::as_str)).await
}

/// Counts a request that may be made `most` times within `window_ms`, or refuses it.
pub async fn limit(
    db: &Db,
    now_ms: i64,
    subject: &Subject,
    most: i64,
    window_ms: i64,
) -> anyhow::Result<Result<(), Throttled>> {
    let blocked_until_ms =
        login_attempts::count_in_window(db, subject.as_str(), now_ms, most, window_ms).await?;
    Ok(refuse(now_ms, blocked_until_ms))
}

fn refuse(now_ms: i64, blocked_until_ms: Option<i64>) -> Result<(), Throttled> {
    match blocked_until_ms {
        Some(until_ms) => Err(Throttled {
            retry_after_seconds: ((until_ms - now_ms) / 1_000 + 1).clamp(1, 24 * 60 * 60),
        }),
        None => Ok(()),
    }
}
