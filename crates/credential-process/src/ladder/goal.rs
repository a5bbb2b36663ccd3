//! What a command wants of the ladder.

use ccwb_federation::Credentials;
use ccwb_oidc::IdToken;

use super::quiet::Quiet;
use crate::cache::{self, Tokens};
use crate::context::Context;
use crate::error::Error;
use crate::world::World;

/// Something that the ladder leads to.
pub(crate) trait Goal {
    type Prize;

    /// The first rung: what is cached. No lock, no network, one read.
    fn cached(context: &Context<'_>) -> Result<Option<Self::Prize>, Error>;

    /// From a verified ID token to the prize.
    async fn finish(quiet: &Quiet<'_>, id_token: IdToken, tokens: &mut Tokens) -> Result<Self::Prize, Error>;
}

/// AWS credentials.
pub(crate) struct AwsCredentials;

impl Goal for AwsCredentials {
    type Prize = Credentials;

    fn cached(context: &Context<'_>) -> Result<Option<Credentials>, Error> {
        Ok(cache::usable_credentials(context, World::now())?)
    }

    async fn finish(quiet: &Quiet<'_>, id_token: IdToken, tokens: &mut Tokens) -> Result<Credentials, Error> {
        quiet.federate(&id_token, tokens).await
    }
}

/// The ID token itself.
pub(crate) struct VerifiedIdToken;

impl Goal for VerifiedIdToken {
    type Prize = IdToken;

    fn cached(context: &Context<'_>) -> Result<Option<IdToken>, Error> {
        Ok(cache::tokens(context)?.usable_id_token(World::now()))
    }

    async fn finish(_: &Quiet<'_>, id_token: IdToken, _: &mut Tokens) -> Result<IdToken, Error> {
        Ok(id_token)
    }
}
