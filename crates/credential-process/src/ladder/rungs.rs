//! The rungs above the cache in their order, apart from what carries them out: the loop that every caller is in.

/// What a caller sees and does on its way up. [`super::Machine`] is the real one; the tests have one in which everything that
/// can happen does.
pub(super) trait Ground {
    type Prize;
    type Guard;
    type Error;

    /// The lock, unless somebody else holds it.
    fn try_lock(&mut self) -> Result<Option<Self::Guard>, Self::Error>;
    /// What is cached and can be handed out.
    fn cached(&mut self) -> Result<Option<Self::Prize>, Self::Error>;
    /// The failure of whatever ended since this caller was started: everybody who waited for it gets the same.
    fn failure(&mut self) -> Option<Self::Error>;
    /// Whether there is anything to renew with.
    fn can_renew(&mut self) -> bool;
    /// Whether somebody may be asked to sign in, and could answer.
    fn may_ask(&mut self) -> bool;
    /// Hands the lock to a renewal.
    fn renew(&mut self, guard: Self::Guard) -> Result<(), Self::Error>;
    /// Hands the lock to a sign-in.
    fn sign_in(&mut self, guard: Self::Guard) -> Result<(), Self::Error>;
    /// The sign-in that runs or died, told apart from others by when it was started.
    fn unfinished_sign_in(&mut self) -> Option<i64>;
    /// Whether the last sign-in came as far as to open a window, or to say where to go.
    fn somebody_was_asked(&mut self) -> bool;
    /// Until nobody holds the lock, or this caller's time is over.
    fn wait(&mut self) -> Result<(), Self::Error>;
    /// The result is there, after a wait.
    fn arrived(&mut self);
    /// In words.
    fn refusal(&mut self, why: Why) -> Self::Error;
}

/// Why there is no way further up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    SignInNeeded,
    SignInDied,
    /// A second window would bring no more than the first.
    TooShortLived,
}

/// Climbs until there is a prize or a reason why not. `force` signs in whatever is cached.
pub(super) fn climb<G: Ground>(ground: &mut G, force: bool) -> Result<G::Prize, G::Error> {
    let mut tried = Tried { renewal: force, sign_in: false };
    loop {
        if let Some(guard) = ground.try_lock()? {
            // Somebody may have been here while we came for the lock, and succeeded or failed for us too.
            if !force && let Some(prize) = ground.cached()? {
                return Ok(prize);
            }
            if let Some(failure) = ground.failure() {
                return Err(failure);
            }
            tried.start_next(ground, guard)?;
        }
        let waited_for = ground.unfinished_sign_in();
        ground.wait()?;
        let mut failure = ground.failure();
        let died = waited_for.is_some() && ground.unfinished_sign_in() == waited_for;
        // One that had asked nobody yet is begun again, by whoever has not begun it: it may have died with its caller.
        if failure.is_none() && died && (tried.sign_in || ground.somebody_was_asked()) {
            failure = Some(ground.refusal(Why::SignInDied));
        }
        if (!force || (tried.sign_in && failure.is_none()))
            && let Some(prize) = ground.cached()?
        {
            ground.arrived();
            return Ok(prize);
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
    }
}

/// What this caller has started. Each is started once: if it ends without a word, it was killed.
struct Tried {
    renewal: bool,
    sign_in: bool,
}

impl Tried {
    fn start_next<G: Ground>(&mut self, ground: &mut G, guard: G::Guard) -> Result<(), G::Error> {
        if !self.renewal && ground.can_renew() {
            self.renewal = true;
            return ground.renew(guard);
        }
        if !ground.may_ask() {
            return Err(ground.refusal(Why::SignInNeeded));
        }
        if self.sign_in {
            return Err(ground.refusal(Why::TooShortLived));
        }
        self.sign_in = true;
        ground.sign_in(guard)
    }
}
