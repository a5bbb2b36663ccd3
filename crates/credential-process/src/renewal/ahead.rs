//! Renewal ahead of need: a caller with little life left is served at once, and a detached process renews without a
//! browser for the next one.

use std::time::Duration;

use ccwb_federation::Credentials;
use ccwb_store::private_file;
use chrono::{DateTime, Utc};

use super::{Wanted, start};
use crate::cache;
use crate::context::Context;
use crate::world::World;

/// Renewal starts at 20 minutes, or at half the credentials' life where that is less: botocore asks again on every
/// request below 15 minutes.
const AHEAD: i64 = 20 * 60;
/// At most one attempt in this time.
const AGAIN_AFTER: Duration = Duration::from_mins(1);

/// Starts a renewal if it is time; a failure to do so is nobody's business now.
pub(crate) fn ahead_of_need(context: &Context<'_>, credentials: &Credentials) {
    if is_due(credentials, World::now())
        && first_in_a_while(context)
        && let Ok(Some(guard)) = context.lock().try_acquire()
    {
        let _ = start(context, guard, Wanted::Credentials);
    }
}

fn is_due(credentials: &Credentials, now: DateTime<Utc>) -> bool {
    let end = credentials.expiration_on_this_clock();
    let life = credentials.issued.map_or(i64::MAX, |issued| end.saturating_sub(issued));
    cache::seconds_left(credentials, now) < AHEAD.min(life / 2)
}

/// The attempt is marked by a file's time, so that many callers start one child.
fn first_in_a_while(context: &Context<'_>) -> bool {
    let mark = context.state.renewal_attempt(&context.profile.name);
    let age = std::fs::metadata(&mark).and_then(|metadata| metadata.modified()).ok().and_then(|at| at.elapsed().ok());
    if age.is_some_and(|age| age < AGAIN_AFTER) {
        return false;
    }
    private_file::write(&mark, b"").is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn credentials(expiration: i64, issued: Option<i64>, skew: i64) -> Credentials {
        Credentials {
            access_key_id: "ASIA1".to_owned(),
            secret_access_key: "s".into(),
            session_token: "t".into(),
            expiration,
            issued,
            skew,
        }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    const ISSUED: i64 = 1_800_000_000;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_renewal_is_due_below_twenty_minutes_or_half_the_life_and_stays_due(
            life in 0_i64..50_000, passed in 0_i64..60_000, later in 0_i64..60_000,
        ) {
            let credentials = credentials(ISSUED + life, Some(ISSUED), 0);
            let due = is_due(&credentials, at(ISSUED + passed));
            prop_assert_eq!(due, (life - passed) < 20 * 60 && 2 * (life - passed) < life - life % 2);
            prop_assert!(!due || is_due(&credentials, at(ISSUED + passed + later)));
        }

        #[test]
        fn whatever_is_stored_and_whatever_the_clock_says_it_is_an_answer(
            expiration in 0_i64..253_402_300_800, issued in any::<Option<i64>>(), skew in any::<i64>(),
            now in 0_i64..253_402_300_800,
        ) {
            let _ = is_due(&credentials(expiration, issued, skew), at(now));
        }
    }
}
