//! When a check that is not reached is left alone, so that posts do not wait for its timeout one by one, and its questions
//! do not take the places of others. Pure.

/// So many failures in a row, and a check is left alone for a while.
pub(crate) const RESTS_AFTER: i64 = 5;
const FIRST_REST_MS: i64 = 30_000;
const LONGEST_REST_MS: i64 = 10 * 60_000;

/// Whether a check is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Health {
    /// How often it was not reached in a row.
    pub failures: i64,
    /// Until when it is left alone.
    pub rest_until_ms: i64,
}

/// What is to be done with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is asked.
    Asked,
    /// Its rest is over: one question tries it out.
    OnTrial,
    /// It is not asked until then.
    Resting {
        /// Epoch milliseconds.
        until_ms: i64,
    },
}

impl Health {
    /// How it stands at a moment.
    pub fn at(self, now_ms: i64) -> Standing {
        match self {
            Self { failures, .. } if failures < RESTS_AFTER => Standing::Asked,
            Self { rest_until_ms, .. } if rest_until_ms > now_ms => Standing::Resting {
                until_ms: rest_until_ms,
            },
            _ => Standing::OnTrial,
        }
    }
}

/// How long a check rests that was not reached so often in a row: twice as long each time, if at all.
pub fn rest_ms(failures: i64) -> Option<i64> {
    (failures >= RESTS_AFTER).then(|| {
        let times = u32::try_from(failures - RESTS_AFTER).unwrap_or(u32::MAX);
        let rest_ms = FIRST_REST_MS.saturating_mul(2_i64.saturating_pow(times));
        rest_ms.min(LONGEST_REST_MS)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rests_longer_each_time_up_to_ten_minutes() {
        let rests: Vec<_> = [0, 4, 5, 6, 7, 9, 10, i64::MAX].map(rest_ms).into();

        let seconds = |seconds: i64| Some(seconds * 1000);
        assert_eq!(
            rests,
            [
                None,
                None,
                seconds(30),
                seconds(60),
                seconds(120),
                seconds(480),
                seconds(600),
                seconds(600)
            ]
        );
    }

    #[test]
    fn its_rest_ends_with_a_trial() {
        let health = Health {
            failures: 5,
            rest_until_ms: 100,
        };

        assert_eq!(health.at(99), Standing::Resting { until_ms: 100 });
        assert_eq!(health.at(100), Standing::OnTrial);
        assert_eq!(
            Health {
                failures: 4,
                ..health
            }
            .at(0),
            Standing::Asked
        );
    }
}
