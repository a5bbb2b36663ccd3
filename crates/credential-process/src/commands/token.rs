//! `token`: the ID token for programs that talk to services of the company.

use std::time::Duration;

use ccwb_oidc::IdToken;
use secrecy::ExposeSecret;

use crate::context::Context;
use crate::error::Error;
use crate::ladder::{Climb, Interaction, VerifiedIdToken, climb};
use crate::output;
use crate::sign_in::Wish;

const LIMIT: Duration = Duration::from_secs(10);

/// The token itself. The sign-in that it may start outlives this command's own limit.
pub(crate) fn raw(context: &Context<'_>, silent: bool) -> Result<(), Error> {
    let interaction = if silent { Interaction::Never } else { Interaction::Budgeted };
    output::secret_line(get(context, interaction)?.raw())
}

/// An HTTP header with it.
pub(crate) fn header(context: &Context<'_>) -> Result<(), Error> {
    let token = get(context, Interaction::Never)?;
    output::secret_line(&format!("{{\"Authorization\":\"Bearer {}\"}}", token.raw().expose_secret()).into())
}

/// The verified ID token, as the ladder gives it.
pub(super) fn get(context: &Context<'_>, interaction: Interaction) -> Result<IdToken, Error> {
    climb::<VerifiedIdToken>(context, Climb { interaction, limit: LIMIT, force: false, wish: &Wish::any() })
}
