//! What a command wants of the ladder.

use ccwb_federation::Credentials;
use ccwb_oidc::IdToken;

use crate::cache;
use crate::context::Context;
use crate::error::Error;
use crate::renewal::Wanted;
use crate::world::World;

/// Something that the ladder leads to.
pub(crate) trait Goal {
    type Prize;

    /// What a renewal is asked for.
    const WANTED: Wanted;

    /// Whether the profile can lead to it at all.
    fn check(context: &Context<'_>) -> Result<(), Error>;

    /// The first rung: what is cached. No lock, no network, one read.
    fn cached(context: &Context<'_>) -> Result<Option<Self::Prize>, Error>;
}

/// AWS credentials.
pub(crate) struct AwsCredentials;

impl Goal for AwsCredentials {
    type Prize = Credentials;

    const WANTED: Wanted = Wanted::Credentials;

    fn check(context: &Context<'_>) -> Result<(), Error> {
        context.signs_in_at().map(drop)
    }

    fn cached(context: &Context<'_>) -> Result<Option<Credentials>, Error> {
        Ok(cache::usable_credentials(context, World::now())?)
    }
}

/// The ID token itself.
pub(crate) struct VerifiedIdToken;

impl Goal for VerifiedIdToken {
    type Prize = IdToken;

    const WANTED: Wanted = Wanted::IdToken;

    fn check(context: &Context<'_>) -> Result<(), Error> {
        context.oidc().map(drop)
    }

    fn cached(context: &Context<'_>) -> Result<Option<IdToken>, Error> {
        Ok(cache::tokens(context)?.usable_id_token(World::now()))
    }
}
