//! Renewal ahead of need: a caller with little life left is served at once, and a detached process renews without a
//! browser for the next one.

use std::time::Duration;

use ccwb_federation::Credentials;
use ccwb_store::private_file;

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
    if is_due(credentials)
        && first_in_a_while(context)
        && let Ok(Some(guard)) = context.lock().try_acquire()
    {
        let _ = start(context, guard, Wanted::Credentials);
    }
}

fn is_due(credentials: &Credentials) -> bool {
    let life = credentials.issued.map_or(i64::MAX, |issued| credentials.expiration_on_this_clock() - issued);
    cache::seconds_left(credentials, World::now()) < AHEAD.min(life / 2)
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
