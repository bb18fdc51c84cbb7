//! Identifiers: 48 bits of time, 16 that count within a millisecond and 64 random ones (as a UUID of version 7 with a
//! counter, RFC 9562 section 6.2), written as 26 characters of base 32 (digits and a–v) that sort by time in every database. Each kind has a type of its own, so that a post's id never stands where a case's belongs.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
const LENGTH: usize = 26;

/// The source of new ids and of all other randomness that is not a secret of a person.
#[derive(Debug)]
pub struct Ids(Mutex<Source>);

#[derive(Debug)]
struct Source {
    random: StdRng,
    /// The millisecond of the newest id.
    ms: i64,
    /// How many ids that millisecond has had before the newest.
    count: u16,
}

impl Ids {
    /// Seeded by the operating system.
    pub fn from_os() -> Self {
        Self::of(rand::make_rng())
    }

    /// The same ids for the same seed, for tests.
    pub fn seeded(seed: u64) -> Self {
        Self::of(StdRng::seed_from_u64(seed))
    }

    fn of(random: StdRng) -> Self {
        Self(Mutex::new(Source {
            random,
            ms: 0,
            count: 0,
        }))
    }

    /// A fresh id of the kind that is asked for. Ids made at a later `now_ms` sort after it, and so do the next 65,535 that
    /// this source makes in the same millisecond.
    pub fn next<T: From<String>>(&self, now_ms: i64) -> T {
        let mut source = self.source();
        source.count = if source.ms == now_ms {
            source.count.saturating_add(1)
        } else {
            0
        };
        source.ms = now_ms;
        let (count, random) = (
            u128::from(source.count),
            u128::from(source.random.next_u64()),
        );
        T::from(encode(time_bits(now_ms) | count << 64 | random))
    }

    /// 64 random bits.
    pub fn random(&self) -> u64 {
        self.source().random.next_u64()
    }

    /// `N` random bytes, from the same cryptographically strong generator.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.source().random.fill_bytes(&mut bytes);
        bytes
    }

    fn source(&self) -> MutexGuard<'_, Source> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The time of an id, at its place.
fn time_bits(ms: i64) -> u128 {
    (u128::try_from(ms).unwrap_or(0) & 0xffff_ffff_ffff) << 80
}

fn encode(mut value: u128) -> String {
    let mut text = [b'0'; LENGTH];
    for place in text.iter_mut().rev() {
        *place = ALPHABET[(value & 31) as usize];
        value >>= 5;
    }
    str::from_utf8(&text)
        .expect("the alphabet is ASCII")
        .to_owned()
}

/// What sorts before every id that was made at `ms` or later, and behind every one made earlier.
pub fn floor(ms: i64) -> String {
    encode(time_bits(ms))
}

/// Whether `text` has the form of an id, so that a stray path segment never reaches a query.
pub fn is_id(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

macro_rules! id_types {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(String);

        impl $name {
            /// The 26 characters.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                self.0.to_sql()
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                String::column_result(value).map(Self)
            }
        }
    )*};
}

id_types! {
    /// A person with an account, on whatever sites.
    UserId;
    /// A post.
    PostId;
    /// One run of a workflow.
    ExecutionId;
    /// One attempt of a Task state.
    TaskId;
    /// A parked post in the queue.
    CaseId;
    /// An API key or an AWS access key.
    KeyId;
    /// A rule, the same through all versions of its rule set.
    RuleId;
    /// A line of the audit log.
    AuditId;
    /// What an author has typed and not submitted.
    DraftId;
    /// A filter of the queue that has a name.
    ViewId;
    /// A mail in the outbox.
    MailId;
}

/// A site, the tenant. It comes from a path or a credential that was checked, never from a body or a token.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type,
)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct SiteId(pub i64);

impl fmt::Display for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ToSql for SiteId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for SiteId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_in_the_order_in_which_they_were_made() {
        let ids = Ids::seeded(1);
        let made: Vec<String> = [5, 5, 5, 6, 6, 7].map(|ms| ids.next(ms)).into();
        assert!(
            made.is_sorted_by(|earlier, later| earlier < later),
            "{made:?}"
        );
        assert!(made[2] < floor(6) && floor(6) <= made[3], "{made:?}");
    }
}
