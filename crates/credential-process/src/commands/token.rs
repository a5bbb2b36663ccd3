//! `token`: the ID token for programs that talk to services of the company; of a profile with a Bedrock API key, that key.

use std::time::Duration;

use ccwb_config::AuthMode;
use ccwb_oidc::IdToken;
use secrecy::ExposeSecret;

use crate::context::Context;
use crate::error::Error;
use crate::ladder::{Climb, Interaction, VerifiedIdToken, climb};
use crate::other_ways::bedrock_api_key::bearer;
use crate::output;
use crate::sign_in::Wish;

const LIMIT: Duration = Duration::from_secs(10);

/// The token itself. The sign-in that it may start outlives this command's own limit.
pub(crate) fn raw(context: &Context<'_>, silent: bool) -> Result<(), Error> {
    if matches!(context.profile.auth, AuthMode::BedrockApiKey) {
        return output::secret_line(&bearer(context)?);
    }
    let interaction = if silent { Interaction::Never } else { Interaction::Budgeted };
    output::secret_line(get(context, interaction)?.raw())
}

/// An HTTP header with it.
pub(crate) fn header(context: &Context<'_>) -> Result<(), Error> {
    let token = match &context.profile.auth {
        AuthMode::BedrockApiKey => bearer(context)?,
        _ => get(context, Interaction::Never)?.raw().clone(),
    };
    output::secret_line(&format!("{{\"Authorization\":\"Bearer {}\"}}", token.expose_secret()).into())
}

/// The verified ID token, as the ladder gives it.
pub(super) fn get(context: &Context<'_>, interaction: Interaction) -> Result<IdToken, Error> {
    climb::<VerifiedIdToken>(context, Climb { interaction, limit: LIMIT, force: false, wish: &Wish::any() })
}
