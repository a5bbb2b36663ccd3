//! `key`: what a person does with a key that is stored, whatever its kind.

use ccwb_config::AuthMode;
use serde_json::Value;

use super::{bedrock_api_key, iam_user, lasting_key};
use crate::codes;
use crate::context::{Context, KeyringManners};
use crate::error::Error;
use crate::output::note;

/// Asks for it and stores it.
pub(crate) fn set(context: &Context<'_>) -> Result<(), Error> {
    match &context.profile.auth {
        AuthMode::IamUser(_) => iam_user::set(context),
        AuthMode::BedrockApiKey => bedrock_api_key::set(context),
        _ => Err(lasting_key::no_key_here(&context.profile)),
    }
}

/// Which one it is and how old: a line, and the same as JSON. Nothing in it is secret.
pub(crate) fn show(context: &Context<'_>) -> Result<(String, Value), Error> {
    match &context.profile.auth {
        AuthMode::IamUser(_) => iam_user::show(context),
        AuthMode::BedrockApiKey => bedrock_api_key::show(context),
        _ => Err(lasting_key::no_key_here(&context.profile)),
    }
}

/// Forgets it, and what was had with it.
pub(crate) fn remove(context: &Context<'_>) -> Result<(), Error> {
    let kind = match &context.profile.auth {
        AuthMode::IamUser(_) => "access key",
        AuthMode::BedrockApiKey => "Bedrock API key",
        _ => return Err(lasting_key::no_key_here(&context.profile)),
    };
    let _held = lasting_key::lock(context)?;
    lasting_key::remove(&lasting_key::store(context, KeyringManners::Person))?;
    context.store.remove(ccwb_store::Slot::Credentials)?;
    note(&format!("The {kind} was removed from the keyring. At AWS it works until it is deleted there."));
    Ok(())
}

/// Exchanges it for a new one.
pub(crate) fn rotate(context: &Context<'_>) -> Result<(), Error> {
    match &context.profile.auth {
        AuthMode::IamUser(second) => iam_user::rotate(context, second.as_ref()),
        AuthMode::BedrockApiKey => {
            let message = "a Bedrock API key cannot make its successor";
            let hint = format!(
                "make a new one in the Bedrock console, run {}, and delete the old one",
                context.command_line(&["key", "set"])
            );
            Err(Error::new(codes::MODE_UNSUPPORTED, message, hint))
        }
        _ => Err(lasting_key::no_key_here(&context.profile)),
    }
}

/// What `status` and `doctor` say of it: none for profiles without one; a line, and what to do about it.
pub(crate) fn health(context: &Context<'_>) -> Option<Result<(String, Option<String>), Error>> {
    match &context.profile.auth {
        AuthMode::IamUser(_) => Some(iam_user::health(context)),
        AuthMode::BedrockApiKey => Some(bedrock_api_key::health(context)),
        _ => None,
    }
}

/// For `uninstall`: nothing of ours stays. A keyring that cannot be reached is no reason to stay either.
pub(crate) fn forget(context: &Context<'_>) {
    if health(context).is_some() {
        let _ = lasting_key::remove(&lasting_key::store(context, KeyringManners::Quick));
    }
}
