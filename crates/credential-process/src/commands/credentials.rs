//! The main path: credentials for AWS SDKs, and for Claude Code.

use std::time::Duration;

use ccwb_federation::Credentials;
use secrecy::SecretString;

use crate::context::Context;
use crate::error::Error;
use crate::ladder::{AwsCredentials, Climb, Interaction, climb};
use crate::other_ways::{self, Answer, Asked};
use crate::renewal::ahead_of_need;
use crate::sign_in::Wish;
use crate::{output, quota, sign_in};

/// `export` answers within this: nobody waits longer for a program that may not ask.
const EXPORT: Duration = Duration::from_secs(10);

/// The default command: one line of JSON.
pub(crate) fn print(context: &Context<'_>, silent: bool) -> Result<(), Error> {
    let interaction = if silent { Interaction::Never } else { Interaction::Budgeted };
    // A little longer than a sign-in lives: its own word that it timed out comes before ours.
    let limit = sign_in::LIFE + Duration::from_secs(10);
    let limit = if silent { EXPORT } else { limit };
    if context.profile.oidc().is_none() {
        return by_another_way(context, interaction, limit, Answer::to_process_json);
    }
    let credentials = get(context, interaction, limit)?;
    output::secret_line(&credentials.to_process_json())?;
    ahead_of_need(context, &credentials);
    Ok(())
}

/// `export`.
pub(crate) fn export(context: &Context<'_>) -> Result<(), Error> {
    if context.profile.oidc().is_none() {
        return by_another_way(context, Interaction::Never, EXPORT, Answer::to_export_json);
    }
    let credentials = get(context, Interaction::Never, EXPORT)?;
    output::secret_line(&credentials.to_export_json())?;
    ahead_of_need(context, &credentials);
    Ok(())
}

/// For commands that need credentials themselves, whatever the way to them.
pub(super) fn quietly(context: &Context<'_>) -> Result<Answer, Error> {
    if context.profile.oidc().is_none() {
        return other_ways::answer(context, Asked { interaction: Interaction::Never, limit: EXPORT, force: false });
    }
    get(context, Interaction::Never, EXPORT).map(Answer::Temporary)
}

fn get(context: &Context<'_>, interaction: Interaction, limit: Duration) -> Result<Credentials, Error> {
    quota::check_again(context)?;
    climb::<AwsCredentials>(context, Climb { interaction, limit, force: false, wish: &Wish::any() })
}

/// What the machine has is its own business: it is handed on, and renewed by whoever gave it.
fn by_another_way(
    context: &Context<'_>,
    interaction: Interaction,
    limit: Duration,
    form: impl Fn(&Answer) -> SecretString,
) -> Result<(), Error> {
    let answer = other_ways::answer(context, Asked { interaction, limit, force: false })?;
    output::secret_line(&form(&answer))?;
    if let Answer::Temporary(credentials) = &answer {
        ahead_of_need(context, credentials);
    }
    Ok(())
}
