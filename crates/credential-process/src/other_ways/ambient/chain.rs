//! The AWS SDKs' default chain, step by step, so that an error says which step it was.

use std::time::UNIX_EPOCH;

use aws_config::BehaviorVersion;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_types::region::Region;
use ccwb_federation::MachineCredentials;
use ccwb_http::{HttpClient, printable};

use super::recursion::Selected;
use crate::codes;
use crate::context::Context;
use crate::error::Error;

/// Credentials, and which step of the chain had them.
pub(super) struct Found {
    pub(super) source: String,
    pub(super) credentials: MachineCredentials,
}

/// The first step that has credentials. One that should have and fails ends the chain, as in the SDKs: the next would be another
/// identity.
pub(super) async fn first(
    context: &Context<'_>,
    client: &HttpClient,
    direct: &HttpClient,
    profile: &Selected,
) -> Result<Found, Error> {
    let (world, near) = (configured(context, client), configured(context, direct));
    let mut steps: Vec<(String, Box<dyn ProvideCredentials>)> =
        vec![("the environment".to_owned(), Box::new(EnvironmentVariableCredentialsProvider::new()))];
    if let Some(name) = &profile.name {
        let provider = ProfileFileCredentialsProvider::builder().configure(&world).profile_name(name).build();
        steps.push((format!("profile \"{name}\""), Box::new(provider)));
    }
    let web_identity = WebIdentityTokenCredentialsProvider::builder().configure(&world).build();
    steps.push(("AWS_WEB_IDENTITY_TOKEN_FILE".to_owned(), Box::new(web_identity)));
    let container = EcsCredentialsProvider::builder().configure(&near).build();
    steps.push(("the container".to_owned(), Box::new(container)));
    let instance = ImdsCredentialsProvider::builder().configure(&near).build();
    steps.push(("the instance's metadata".to_owned(), Box::new(instance)));
    let mut asked = Vec::new();
    for (source, provider) in steps {
        match provider.provide_credentials().await {
            Ok(credentials) => {
                context.debug(|| format!("credentials of {source}"));
                return Ok(Found { credentials: machine(&source, &credentials)?, source });
            }
            Err(CredentialsError::CredentialsNotLoaded(_)) => asked.push(source),
            Err(error) => return Err(broken(&source, &error)),
        }
    }
    Err(none(context, profile, &asked))
}

fn configured(context: &Context<'_>, client: &HttpClient) -> ProviderConfig {
    let region = context.world.first_var(&["AWS_REGION", "AWS_DEFAULT_REGION"]).unwrap_or(&context.profile.aws_region);
    ProviderConfig::without_region()
        .with_behavior_version(Some(BehaviorVersion::latest()))
        .with_region(Some(Region::new(region.to_owned())))
        .with_http_client(client.for_aws())
        .with_time_source(client.time_for_aws())
        .with_sleep_impl(TokioSleep::new())
}

fn machine(source: &str, credentials: &aws_credential_types::Credentials) -> Result<MachineCredentials, Error> {
    let texts = [credentials.access_key_id(), credentials.secret_access_key()];
    let mut texts = texts.into_iter().chain(credentials.session_token());
    if !texts.all(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())) {
        let message = format!("the credentials of {source} are none that could sign a request");
        return Err(Error::new(codes::MACHINE_HAS_NONE, message, format!("mend {source}")));
    }
    let seconds = |end: std::time::SystemTime| i64::try_from(end.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok();
    Ok(MachineCredentials {
        access_key_id: credentials.access_key_id().to_owned(),
        secret_access_key: credentials.secret_access_key().into(),
        session_token: credentials.session_token().map(Into::into),
        expiration: credentials.expiry().and_then(seconds),
    })
}

/// The innermost cause says most. None of them repeats a secret.
fn broken(source: &str, error: &CredentialsError) -> Error {
    let mut cause: &dyn std::error::Error = error;
    let mut words = Vec::new();
    while let Some(next) = cause.source() {
        words.push(printable(&next.to_string()));
        cause = next;
    }
    words.dedup();
    let words = words.join(": ");
    if words.contains(codes::RECURSIVE_CALL.name) {
        return recursive(source);
    }
    let message = format!("the credentials of {source} could not be had: {words}");
    let hint = format!("mend {source}, or take it out of the way");
    Error::new(codes::MACHINE_BROKEN, message, hint)
}

fn none(context: &Context<'_>, profile: &Selected, asked: &[String]) -> Error {
    if let Some(ours) = &profile.left_out {
        return recursive(&format!("profile \"{ours}\""));
    }
    let message = format!("this machine has no AWS credentials of its own: neither {} has any", asked.join(" nor "));
    let hint = format!(
        "set AWS_PROFILE to a profile with credentials, or have \"{}\" in config.json sign in",
        context.profile.name
    );
    Error::new(codes::MACHINE_HAS_NONE, message, hint)
}

pub(super) fn recursive(source: &str) -> Error {
    let message = format!(
        "this is a recursive call: {source} runs this program, which is to hand on what the machine has, and the machine has \
         nothing else"
    );
    let hint = "put credentials of the machine's own into [default], or have AWS_PROFILE name a profile that does not run this \
                program";
    Error::new(codes::RECURSIVE_CALL, message, hint)
}
