//! When a mail that could not be delivered is tried again: exponential backoff with full jitter, for three days.

use crate::moderation::rows::MailRow;

/// The first retry comes within this time; every later one may take twice as long as the one before.
const BASE_MS: i64 = 60 * 1000;
/// No retry waits longer.
const CAP_MS: i64 = 6 * 60 * 60 * 1000;
/// A retry at once would only meet the same server in the same state.
const LEAST_MS: i64 = 1_000;
/// After this a mail is given up.
const GIVE_UP_MS: i64 = 3 * 24 * 60 * 60 * 1000;
/// A mail that waited for the server itself to come back still gets so many tries.
const LEAST_TRIES: i64 = 5;

/// The time of the next try, or `None` to give up.
pub(crate) fn next_try_ms(mail: &MailRow, now_ms: i64, random: u64) -> Option<i64> {
    if now_ms - mail.created_at_ms >= GIVE_UP_MS && mail.attempts >= LEAST_TRIES {
        return None;
    }
    let doublings = u32::try_from(mail.attempts - 1).unwrap_or(0).min(20);
    let longest = CAP_MS.min(BASE_MS << doublings);
    let range = u64::try_from(longest - LEAST_MS).unwrap_or(1);
    let jitter = i64::try_from(random % range).unwrap_or(0);
    Some(now_ms + LEAST_MS + jitter)
}
