//! A token of CI or Kubernetes, exchanged at STS. There is never a person, so there is never a browser.

mod refusal;
mod token;

use ccwb_config::{IdentityDigest, WebIdentityProfile};
use ccwb_federation::{Credentials, WorkloadRole};
use ccwb_http::HttpClient;

use self::token::TokenSource;
use super::{Asked, one_for_all};
use crate::codes;
use crate::context::Context;
use crate::error::Error;
use crate::http;
use crate::world::World;

pub(super) fn credentials(
    context: &Context<'_>,
    profile: &WebIdentityProfile,
    asked: Asked,
) -> Result<Credentials, Error> {
    one_for_all::cached_or(context, asked, |client| obtain(context, profile, client))
}

/// Whose credentials these are: the role, and the job or the subject of the token.
pub(super) fn binding(world: &World, profile: &WebIdentityProfile, identity: &IdentityDigest) -> IdentityDigest {
    let holder = TokenSource::find(world, profile).map(|source| source.holder()).unwrap_or_default();
    let role_of_the_environment = world.var("AWS_ROLE_ARN").filter(|_| profile.role_arn.is_none());
    let fields: Vec<&str> = holder.iter().map(String::as_str).chain(role_of_the_environment).collect();
    identity.held_by(&fields)
}

/// Reads or asks for the token, and exchanges it.
pub(super) async fn obtain(
    context: &Context<'_>,
    profile: &WebIdentityProfile,
    client: HttpClient,
) -> Result<Credentials, Error> {
    let role_arn = profile.role_arn.as_deref().or_else(|| context.world.var("AWS_ROLE_ARN")).ok_or_else(no_role)?;
    let source = TokenSource::find(context.world, profile)?;
    let token = source.token(&client, &profile.audience).await?;
    let role = WorkloadRole {
        role_arn,
        duration_seconds: profile.duration_seconds,
        session_name: context.world.var("AWS_ROLE_SESSION_NAME"),
        subject: token.subject(),
        second: profile.assume_role.as_ref(),
    };
    let settings = http::aws_settings(context.world)?;
    let result = role.assume(&client, &settings, &context.profile.aws_region, token.raw()).await;
    result.map_err(|error| refusal::in_words(error, role_arn, &token, &source, profile))
}

fn no_role() -> Error {
    Error::new(
        codes::WEB_IDENTITY_MISSING,
        "no role is named: neither federated_role_arn in config.json nor AWS_ROLE_ARN",
        "set federated_role_arn in config.json to the ARN of the role that trusts the token",
    )
}
