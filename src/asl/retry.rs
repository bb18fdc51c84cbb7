//! Who retries a failure and when, who catches it and where.

use crate::failure::Failure;
use crate::path::Path;

/// One entry of `Retry`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Retrier {
    pub errors: Vec<String>,
    pub interval_seconds: u64,
    pub max_attempts: u32,
    pub backoff_rate: f64,
    pub max_delay_seconds: Option<u64>,
    pub full_jitter: bool,
}

/// One entry of `Catch`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Catcher {
    pub errors: Vec<String>,
    pub next: usize,
    /// `None`: the error is discarded.
    pub result_path: Option<Path>,
}

/// The longest wait there is: about three years.
pub(crate) const MAX_SECONDS: u64 = 99_999_999;

impl Retrier {
    /// How long to wait before the attempt that follows `attempts` earlier retries.
    pub fn delay_ms(&self, attempts: u32, random: &mut dyn FnMut() -> u64) -> i64 {
        let attempts = i32::try_from(attempts).unwrap_or(i32::MAX);
        let seconds = self.interval_seconds as f64 * self.backoff_rate.powi(attempts);
        let longest = self.max_delay_seconds.unwrap_or(MAX_SECONDS) as f64;
        let delay_ms = (seconds.min(longest) * 1000.0) as u64;
        let delay_ms = if self.full_jitter {
            random() % (delay_ms + 1)
        } else {
            delay_ms
        };
        i64::try_from(delay_ms).unwrap_or(i64::MAX)
    }
}

/// The first retrier that matches. It alone counts: when it is used up, later ones get no turn.
pub(crate) fn find_retrier<'r>(
    retriers: &'r [Retrier],
    failure: &Failure,
) -> Option<(usize, &'r Retrier)> {
    retriers
        .iter()
        .enumerate()
        .find(|(_, retrier)| failure.is_matched_by(&retrier.errors))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_up_to_a_limit() {
        let mut retrier = Retrier {
            errors: Vec::new(),
            interval_seconds: 2,
            max_attempts: 3,
            backoff_rate: 1.5,
            max_delay_seconds: Some(4),
            full_jitter: false,
        };
        let delays = |retrier: &Retrier| {
            [0, 1, 2, u32::MAX].map(|attempt| retrier.delay_ms(attempt, &mut || 1_000_001))
        };

        assert_eq!(delays(&retrier), [2000, 3000, 4000, 4000]);
        retrier.full_jitter = true;
        assert_eq!(
            delays(&retrier),
            [
                1_000_001 % 2001,
                1_000_001 % 3001,
                1_000_001 % 4001,
                1_000_001 % 4001
            ]
        );
        retrier.max_delay_seconds = None;
        retrier.full_jitter = false;
        assert_eq!(retrier.delay_ms(u32::MAX, &mut || 0), 99_999_999_000);
    }
}
