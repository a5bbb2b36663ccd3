//! Ways to credentials without OpenID Connect: a file or folder for each. Identity Center climbs the ladder, since a person signs
//! in there; the others ask nobody.

pub(crate) mod ambient;
pub(crate) mod bedrock_api_key;
mod iam_user;
pub(crate) mod identity_center;
pub(crate) mod key;
mod lasting_key;
mod one_for_all;
mod web_identity;

use std::time::{Duration, Instant};

use ccwb_config::{AssumeRole, AuthMode, IdentityDigest, Profile};
use ccwb_federation::{Credentials, FederationError, MachineCredentials, Signer};
use ccwb_store::LockGuard;
use chrono::{Local, TimeZone};
use secrecy::SecretString;

use crate::context::Context;
use crate::error::Error;
use crate::ladder::Interaction;
use crate::output::note;
use crate::world::World;
use crate::{codes, commands, last_error};

/// What the caller allows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) interaction: Interaction,
    pub(crate) limit: Duration,
    /// A new answer, whatever is cached.
    pub(crate) force: bool,
}

/// Credentials to be printed.
pub(crate) enum Answer {
    Temporary(Credentials),
    OfTheMachine(MachineCredentials),
}

impl Answer {
    /// One line for `credential_process`.
    pub(crate) fn to_process_json(&self) -> SecretString {
        match self {
            Self::Temporary(credentials) => credentials.to_process_json(),
            Self::OfTheMachine(credentials) => credentials.to_process_json(),
        }
    }

    /// One line for `awsCredentialExport`.
    pub(crate) fn to_export_json(&self) -> SecretString {
        match self {
            Self::Temporary(credentials) => credentials.to_export_json(),
            Self::OfTheMachine(credentials) => credentials.to_export_json(),
        }
    }

    /// What signs requests with them.
    pub(crate) fn signer(&self) -> Signer<'_> {
        match self {
            Self::Temporary(credentials) => credentials.signer(),
            Self::OfTheMachine(credentials) => credentials.signer(),
        }
    }

    /// When they end, in Unix seconds on this machine's clock, if they do.
    pub(crate) fn ends(&self) -> Option<i64> {
        match self {
            Self::Temporary(credentials) => Some(credentials.expiration_on_this_clock()),
            Self::OfTheMachine(credentials) => credentials.expiration,
        }
    }
}

/// Credentials of a profile that does not sign in with OpenID Connect. A failure is remembered: SDKs swallow what is said.
pub(crate) fn answer(context: &Context<'_>, asked: Asked) -> Result<Answer, Error> {
    let result = by_its_way(context, asked);
    let last_error = context.state.last_error(&context.profile.name);
    match &result {
        Ok(_) if !context.profile.auth.signs_in() => last_error::forget(&last_error),
        Ok(_) => {}
        Err(error) => last_error::remember(&last_error, error, World::now().timestamp()),
    }
    result
}

fn by_its_way(context: &Context<'_>, asked: Asked) -> Result<Answer, Error> {
    let temporary = match &context.profile.auth {
        AuthMode::Oidc(_) => Err(unsupported(context)),
        AuthMode::IdentityCenter(_) => identity_center::credentials(context, asked),
        AuthMode::WebIdentity(token) => web_identity::credentials(context, token, asked),
        AuthMode::IamUser(second) => iam_user::credentials(context, second.as_ref(), asked),
        AuthMode::BedrockApiKey => bedrock_api_key::credentials(context),
        AuthMode::Ambient(second) => return ambient::answer(context, second.as_ref(), asked),
    };
    temporary.map(Answer::Temporary)
}

/// `login` where nobody signs in: whether there are credentials.
pub(crate) fn show_that_there_are_some(context: &Context<'_>, limit: Duration) -> Result<(), Error> {
    if matches!(context.profile.auth, AuthMode::BedrockApiKey) {
        bedrock_api_key::bearer(context)?;
        let run = context.command_line(&["run", "--", "claude"]);
        note(&format!(
            "Profile {} needs no sign-in: its Bedrock API key is there. Start with: {run}",
            context.profile.name
        ));
        return Ok(());
    }
    let answer = answer(context, Asked { interaction: Interaction::Never, limit, force: false })?;
    let until = answer.ends().and_then(|end| Local.timestamp_opt(end, 0).single());
    let until = until.map(|time| format!(" They are good until {}.", time.format("%H:%M"))).unwrap_or_default();
    let (name, target) = (&context.profile.name, commands::target(context));
    note(&format!("Profile {name} needs no sign-in: it has credentials ({target}).{until}"));
    Ok(())
}

/// AWS does not say whether the role is missing, does not trust the first one, or wants another external ID.
fn second_role_refused(role: &AssumeRole, error: FederationError) -> Error {
    let is_refusal = matches!(error, FederationError::Refused(_));
    let error = Error::from(error);
    if is_refusal {
        let hint = "have the trust policy of that role name the first role (or its account) and the external_id of config.json";
        let external_id = if role.external_id.is_some() { "with an external ID" } else { "without an external ID" };
        let message = format!("{}; asked for {} {external_id}", error.message, role.role_arn);
        return Error { message, hint: hint.to_owned(), ..error };
    }
    error
}

/// Whose cached credentials are, where jobs and service accounts share a machine and a profile: they share nothing else.
pub(crate) fn held(world: &World, profile: &Profile, identity: &IdentityDigest) -> Option<IdentityDigest> {
    match &profile.auth {
        AuthMode::WebIdentity(token) => Some(web_identity::binding(world, token, identity)),
        _ => None,
    }
}

/// How long a renewal ahead of need may take; nobody waits for it.
const RENEWAL: Duration = Duration::from_mins(1);

/// A renewal ahead of need, for the holder of the lock.
pub(crate) fn renew(context: &Context<'_>, held: &LockGuard) -> Result<(), Error> {
    let deadline = Instant::now() + RENEWAL;
    match &context.profile.auth {
        AuthMode::WebIdentity(token) => {
            let obtain = |client| web_identity::obtain(context, token, client);
            one_for_all::get(context, deadline, held, obtain).map(drop)
        }
        AuthMode::IamUser(second) => {
            let obtain = |client| iam_user::obtain(context, second.as_ref(), client);
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
