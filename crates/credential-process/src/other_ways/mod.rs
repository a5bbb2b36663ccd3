//! Ways to credentials without OpenID Connect: one file for each. None of them climbs the ladder of a sign-in in the browser.

mod ambient;
mod bedrock_api_key;
mod iam_user;
mod identity_center;
mod one_for_all;
mod web_identity;

use std::time::{Duration, Instant};

use ccwb_config::{AuthMode, IdentityDigest, Profile};
use ccwb_federation::Credentials;
use ccwb_store::LockGuard;

use crate::codes;
use crate::context::Context;
use crate::error::Error;
use crate::ladder::Interaction;
use crate::world::World;

/// What the caller allows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) interaction: Interaction,
    pub(crate) limit: Duration,
    /// A new answer, whatever is cached.
    pub(crate) force: bool,
}

/// Credentials of a profile that does not sign in with OpenID Connect.
pub(crate) fn credentials(context: &Context<'_>, asked: Asked) -> Result<Credentials, Error> {
    match &context.profile.auth {
        AuthMode::Oidc(_) => Err(unsupported(context)),
        AuthMode::IdentityCenter(center) => identity_center::credentials(context, center, asked),
        AuthMode::WebIdentity(token) => web_identity::credentials(context, token, asked),
        AuthMode::IamUser(second) => iam_user::credentials(context, second.as_ref(), asked),
        AuthMode::BedrockApiKey => bedrock_api_key::credentials(context, asked),
        AuthMode::Ambient(second) => ambient::credentials(context, second.as_ref(), asked),
    }
}

/// What cached credentials are bound to: jobs and service accounts that share a machine and a profile share nothing else.
pub(crate) fn binding(world: &World, profile: &Profile, identity: &IdentityDigest) -> IdentityDigest {
    match &profile.auth {
        AuthMode::WebIdentity(token) => web_identity::binding(world, token, identity),
        _ => identity.clone(),
    }
}

/// How long a renewal ahead of need may take; nobody waits for it.
const RENEWAL: Duration = Duration::from_secs(60);

/// A renewal ahead of need, for the holder of the lock.
pub(crate) fn renew(context: &Context<'_>, held: &LockGuard) -> Result<(), Error> {
    let deadline = Instant::now() + RENEWAL;
    match &context.profile.auth {
        AuthMode::WebIdentity(token) => {
            let obtain = |client| web_identity::obtain(context, token, client);
            one_for_all::get(context, deadline, held, obtain).map(drop)
        }
        _ => Err(unsupported(context)),
    }
}

/// What this profile's way cannot do.
fn unsupported(context: &Context<'_>) -> Error {
    Error::new(
        codes::MODE_UNSUPPORTED,
        format!("profile \"{}\" comes to credentials in another way", context.profile.name),
        format!("run {}", context.command_line(&["explain"])),
    )
}
