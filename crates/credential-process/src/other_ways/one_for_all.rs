//! Credentials that one process gets for all who ask at the same time.
//!
//! Nothing is lost with a process that is killed half-way: whoever comes next asks again. So the caller itself does it,
//! under the lock, and the others wait for what it stores.

use std::future::Future;
use std::time::Instant;

use ccwb_federation::Credentials;
use ccwb_http::HttpClient;
use ccwb_store::LockGuard;

use super::Asked;
use crate::cache::{self, Tokens};
use crate::context::Context;
use crate::error::Error;
use crate::ladder::announce_fallback;
use crate::world::World;
use crate::{codes, http, renewal, summary};

/// What is cached, else what `obtain` gets, which is stored.
pub(super) fn cached_or<F>(
    context: &Context<'_>,
    asked: Asked,
    obtain: impl FnOnce(HttpClient) -> F,
) -> Result<Credentials, Error>
where
    F: Future<Output = Result<Credentials, Error>>,
{
    // A store that cannot be read may still be written; if not, that error is the one to show.
    if !asked.force
        && let Ok(Some(found)) = cache::usable_credentials(context, World::now())
    {
        return Ok(found);
    }
    under_the_lock(context, asked, obtain)
}

fn under_the_lock<F>(
    context: &Context<'_>,
    asked: Asked,
    obtain: impl FnOnce(HttpClient) -> F,
) -> Result<Credentials, Error>
where
    F: Future<Output = Result<Credentials, Error>>,
{
    let (lock, deadline) = (context.lock(), Instant::now() + asked.limit);
    loop {
        if let Some(held) = lock.try_acquire()? {
            if let Some(found) = somebody_elses(context, asked.force)? {
                return Ok(found);
            }
            if let Some(failure) = renewal::failure_since(context, context.world.started) {
                return Err(failure);
            }
            let result = get(context, deadline, &held, obtain);
            renewal::remember(context, result.as_ref().err());
            held.release();
            announce_fallback(context);
            return result;
        }
        if !lock.waiter()?.wait(deadline.saturating_duration_since(Instant::now()))? {
            let message = format!("credentials were not there within {} seconds", asked.limit.as_secs());
            let hint = "try again in a moment; if it stays, check the network connection (VPN, proxy)";
            return Err(Error::new(codes::RENEWAL_UNFINISHED, message, hint));
        }
    }
}

/// What was stored while this caller came for the lock. Who wants new credentials takes those that are newer than the wish.
fn somebody_elses(context: &Context<'_>, force: bool) -> Result<Option<Credentials>, Error> {
    let found = cache::usable_credentials(context, World::now())?;
    let started = context.world.started.timestamp();
    Ok(found.filter(|found| !force || found.issued.is_some_and(|issued| issued > started)))
}

/// Gets and stores, for the holder of the lock.
pub(super) fn get<F>(
    context: &Context<'_>,
    deadline: Instant,
    held: &LockGuard,
    obtain: impl FnOnce(HttpClient) -> F,
) -> Result<Credentials, Error>
where
    F: Future<Output = Result<Credentials, Error>>,
{
    let client = http::client(context)?;
    let left = deadline.saturating_duration_since(Instant::now());
    let obtained = http::runtime()?.block_on(async { tokio::time::timeout(left, obtain(client.clone())).await });
    let credentials = match obtained {
        Ok(result) => result.map_err(|error| http::name_the_clock(&client, error))?,
        Err(_) => {
            let message = format!("there was no answer within {} seconds", left.as_secs());
            let hint = "check the network connection (VPN, proxy) and try again";
            return Err(Error::new(codes::AWS_UNREACHABLE, message, hint));
        }
    };
    cache::save_credentials(context, &credentials, World::now(), held)?;
    summary::remember(context, &credentials, &Tokens::default());
    Ok(credentials)
}
