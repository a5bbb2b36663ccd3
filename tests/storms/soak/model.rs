//! What a program that never wastes a chance would have at any time of the day: by that each call is judged.

/// Seconds that credentials live.
pub(crate) const LIFE: i64 = 15 * 60;

/// With less left they are not handed out.
const MARGIN: i64 = 30;
/// At most one renewal ahead of need is begun in this time.
const AGAIN_AFTER: i64 = 60;
/// What a busy machine may add to a moment.
const SLACK: i64 = 5;

/// Times are seconds of the day.
#[derive(Debug)]
pub(crate) struct Model {
    /// Until when the credentials live that there must be.
    stored_until: i64,
    attempted: i64,
}

/// How a call has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// From what is stored, whatever the provider does.
    MustHit,
    /// The provider and AWS can serve it.
    MustRenew,
    /// Nobody could.
    MayFail,
}

impl Model {
    /// Somebody has just signed in.
    pub(crate) fn new(now: i64) -> Self {
        Self { stored_until: now + LIFE, attempted: now - 2 * AGAIN_AFTER }
    }

    /// How a call that begins now has to end.
    pub(crate) fn judge(&self, now: i64, renewal_works: bool) -> Verdict {
        match (self.stored_until - now > MARGIN + SLACK, renewal_works) {
            (true, _) => Verdict::MustHit,
            (false, true) => Verdict::MustRenew,
            (false, false) => Verdict::MayFail,
        }
    }

    /// The call has ended, and so has what it started behind the caller's back. `got` is the end of what it printed.
    pub(crate) fn after(&mut self, now: i64, renewal_works: bool, got: Option<i64>) {
        // More than was expected to be there, if an attempt was made that could not be counted on.
        self.stored_until = self.stored_until.max(got.unwrap_or(i64::MIN));
        let left = self.stored_until - now;
        let since = now - self.attempted;
        if left <= MARGIN {
            // It had to be renewed on the spot.
            if renewal_works {
                self.stored_until = now + LIFE - SLACK;
            }
        } else if left < LIFE / 2 - SLACK {
            if renewal_works && since >= AGAIN_AFTER + SLACK {
                self.stored_until = now + LIFE - SLACK;
            }
            // Where it is a matter of moments whether another attempt was made, it was, and for nothing.
            if since >= AGAIN_AFTER - SLACK {
                self.attempted = now;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renewal_that_could_be_made_ahead_of_need_is_expected_to_have_been_made() {
        let mut model = Model::new(0);
        model.after(500, true, Some(900));
        assert_eq!(model.judge(1_000, false), Verdict::MustHit);
    }

    #[test]
    fn nobody_is_blamed_where_no_attempt_could_be_made_in_time() {
        let mut model = Model::new(0);
        model.after(500, false, Some(900));
        model.after(520, true, Some(900));
        assert_eq!(model.judge(880, false), Verdict::MayFail);
        assert_eq!(model.judge(880, true), Verdict::MustRenew);
    }
}
