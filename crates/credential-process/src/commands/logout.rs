//! `logout`: revoke what can be revoked, remove what is stored, and say what is still alive.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use ccwb_config::AuthMode;
use ccwb_oidc::{Provider, TokenClient};
use ccwb_store::{LockGuard, Slot, private_file};
use chrono::{Local, TimeZone};

use crate::codes;
use crate::context::{Context, KeyringManners};
use crate::error::Error;
use crate::other_ways::identity_center::{self, SignOut};
use crate::other_ways::key;
use crate::output::note;
use crate::world::World;
use crate::{cache, exchange, http};

/// How long a running renewal or sign-in is waited for.
const LOCK: Duration = Duration::from_secs(3);
/// How long the provider is waited for.
const REVOCATION: Duration = Duration::from_secs(5);

pub(crate) fn run(world: &World, profile: Option<&str>, all: bool) -> Result<ExitCode, Error> {
    let first = Context::load(world, profile, KeyringManners::Quick);
    if !all {
        return one(&first?).map(|()| ExitCode::SUCCESS);
    }
    let config = ccwb_config::Config::load(&world.places())?;
    let mut worst = ExitCode::SUCCESS;
    for name in config.profile_names()? {
        // A profile that cannot be used is no reason to leave the others signed in.
        let result = Context::load(world, Some(&name), KeyringManners::Quick).and_then(|context| one(&context));
        if let Err(error) = result {
            worst = error.report();
        }
    }
    Ok(worst)
}

/// Signs every profile out and removes whatever this program keeps, client secrets included, but for what `uninstall` still
/// needs.
pub(super) fn everything(world: &World) -> Result<ExitCode, Error> {
    let outcome = run(world, None, true)?;
    let config = ccwb_config::Config::load(&world.places())?;
    for name in config.profile_names()? {
        if let Ok(context) = Context::load(world, Some(&name), KeyringManners::Quick) {
            context.store.remove(Slot::ClientSecret)?;
            key::forget(&context);
        }
    }
    let state = world.places().state_dir()?;
    private_file::clear(state.root(), &state.install_record())?;
    Ok(outcome)
}

fn one(context: &Context<'_>) -> Result<(), Error> {
    let held = lock(context)?;
    let tokens = cache::tokens(context).unwrap_or_default();
    let credentials = cache::credentials(context).ok().flatten();
    let revocation = tokens.refresh_token.as_ref().map(|token| revoke(context, token));
    let session = match &context.profile.auth {
        AuthMode::IdentityCenter(center) => identity_center::sign_out(context, center),
        _ => SignOut::NoSession,
    };
    let sign_out_page = sign_out_page(context);
    forget(context, &held)?;
    let name = &context.profile.name;
    if context.profile.auth.signs_in() {
        note(&format!("Signed out of profile {name}: everything stored for it was removed."));
    } else {
        note(&format!("Nobody signs in to profile {name}; what was stored for it was removed."));
    }
    match session {
        SignOut::Ended => note("The session at Identity Center was ended, for the AWS CLI and SDKs too."),
        SignOut::NotEnded(error) => note(&format!(
            "The session at Identity Center could not be ended ({}): a copy of it, if there is one, stays good until it expires.",
            error.message
        )),
        SignOut::NoSession => {}
    }
    match revocation {
        Some(Ok(true)) => note("The refresh token was revoked at the identity provider."),
        Some(Ok(false)) => note(
            "The identity provider offers no revocation: a copy of the refresh token, if there is one, stays good until it expires.",
        ),
        Some(Err(error)) => note(&format!(
            "The refresh token could not be revoked ({}): a copy of it, if there is one, stays good until it expires.",
            error.message
        )),
        None => {}
    }
    if let Some(credentials) = credentials.filter(|found| found.expiration > World::now().timestamp()) {
        let until = Local.timestamp_opt(credentials.expiration, 0).single();
        let until = until.map(|time| time.format("%H:%M on %-d %B").to_string()).unwrap_or_default();
        note(&format!("AWS credentials that programs already hold stay good until {until}; AWS cannot revoke them."));
    }
    if context.profile.oidc().is_none() {
        return Ok(());
    }
    let browser = "Your browser's session at the identity provider was not ended";
    match sign_out_page {
        Some(page) => note(&format!("{browser}: to end it, for all applications, open\n\n  {page}\n")),
        None => note(&format!("{browser}.")),
    }
    Ok(())
}

/// Not opened by itself: it would sign the person out of everything else at the provider too.
fn sign_out_page(context: &Context<'_>) -> Option<url::Url> {
    let cache_file = context.state.provider_cache(&context.profile.name);
    Provider::sign_out_page(context.profile.oidc()?, &cache_file)
}

fn lock(context: &Context<'_>) -> Result<LockGuard, Error> {
    let lock = context.lock();
    let deadline = Instant::now() + LOCK;
    loop {
        if let Some(guard) = lock.try_acquire()? {
            return Ok(guard);
        }
        if Instant::now() >= deadline {
            let message = format!("a sign-in or renewal of profile \"{}\" is running", context.profile.name);
            let hint = "finish or cancel the sign-in in the browser, then run logout again";
            return Err(Error::new(codes::SIGN_IN_RUNNING, message, hint));
        }
        lock.waiter()?.wait(deadline.saturating_duration_since(Instant::now()))?;
    }
}

fn revoke(context: &Context<'_>, refresh_token: &secrecy::SecretString) -> Result<bool, Error> {
    let profile = context.oidc()?;
    let client = http::client(context)?;
    let credential = exchange::client_credential(context)?;
    let now = World::now();
    let cache_file = context.state.provider_cache(&context.profile.name);
    let revocation = async {
        let provider = Provider::load(&client, profile, &cache_file, now).await?;
        let tokens = TokenClient::new(&client, provider.metadata(), profile, &credential, now);
        Ok(tokens.revoke(refresh_token).await?)
    };
    http::runtime()?.block_on(async {
        tokio::time::timeout(REVOCATION, revocation).await.unwrap_or_else(|_| {
            let message = format!("the identity provider did not answer within {} seconds", REVOCATION.as_secs());
            Err(Error::new(codes::PROVIDER_UNREACHABLE, message, "check the network connection"))
        })
    })
}

/// Removes everything that is stored for a profile, the client secret excepted: that is the machine's, not the person's.
pub(super) fn forget(context: &Context<'_>, _held: &LockGuard) -> Result<(), Error> {
    let name = &context.profile.name;
    context.store.remove(Slot::Credentials)?;
    context.store.remove(Slot::Tokens)?;
    context.store.forget_fallback()?;
    if let AuthMode::IdentityCenter(center) = &context.profile.auth {
        identity_center::forget_session(context, center)?;
    }
    let state = &context.state;
    for file in [
        state.sign_in(name, &context.identity),
        state.renewal_failure(name, &context.identity),
        state.last_error(name),
        state.provider_cache(name),
        state.telemetry_headers(name),
        state.summary(name),
        state.quota_check(name),
        state.renewal_attempt(name),
    ] {
        private_file::remove(&file)?;
    }
    private_file::remove_leftovers(state.root());
    Ok(())
}

/// As `logout`, without network and words: what the guidance's `--clear-cache` promises.
pub(super) fn clear(context: &Context<'_>) -> Result<(), Error> {
    forget(context, &lock(context)?)
}
