//! AWS STS: `AssumeRoleWithWebIdentity`, and `AssumeRole` for a second role.

use aws_sdk_sts::config::{Credentials as SigningCredentials, SharedCredentialsProvider};
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use ccwb_config::AssumeRole;
use ccwb_http::HttpClient;
use secrecy::{ExposeSecret, SecretString};

use crate::credentials::{Credentials, Signer};
use crate::error::FederationError;
use crate::sdk::{self, AwsSettings};

/// What a role's own maximum is unless an administrator raised it.
const DEFAULT_MAXIMUM: u32 = 3_600;

/// A role to assume with an ID token.
pub(crate) struct WebIdentity<'a> {
    pub(crate) region: &'a str,
    pub(crate) role_arn: &'a str,
    pub(crate) duration_seconds: u32,
    pub(crate) session_name: &'a str,
}

/// Credentials of the role. A duration above the role's maximum is tried once more at an hour; the second value tells
/// whether that happened.
pub(crate) async fn assume_with_web_identity(
    http: &HttpClient,
    settings: &AwsSettings,
    role: &WebIdentity<'_>,
    id_token: &SecretString,
) -> Result<(Credentials, bool), FederationError> {
    let config = sdk::sts(http, settings, role.region).retry_classifier(KeysOutOfReach).build();
    let client = aws_sdk_sts::Client::from_conf(config);
    match web_identity_call(&client, role, role.duration_seconds, id_token).await {
        Err(error) if role.duration_seconds > DEFAULT_MAXIMUM && is_too_long(&error) => {
            web_identity_call(&client, role, DEFAULT_MAXIMUM, id_token).await.map(|credentials| (credentials, true))
        }
        result => result.map(|credentials| (credentials, false)),
    }
}

/// STS fetches the provider's keys by itself. Where that fails it says `InvalidIdentityToken`, as for a bad token, and the
/// next attempt mostly works; only its message tells ("Couldn't retrieve verification key from your identity provider").
#[derive(Debug)]
struct KeysOutOfReach;

impl ClassifyRetry for KeysOutOfReach {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(Result::err).and_then(OrchestratorError::as_operation_error);
        let refusal = error.and_then(|error| error.downcast_ref::<AssumeRoleWithWebIdentityError>());
        match refusal.and_then(ProvideErrorMetadata::message) {
            Some(message) if message.contains("verification key") => RetryAction::transient_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "keys of the identity provider out of AWS's reach"
    }
}

async fn web_identity_call(
    client: &aws_sdk_sts::Client,
    role: &WebIdentity<'_>,
    duration_seconds: u32,
    id_token: &SecretString,
) -> Result<Credentials, FederationError> {
    const OPERATION: &str = "AssumeRoleWithWebIdentity";
    let answer = client
        .assume_role_with_web_identity()
        .role_arn(role.role_arn)
        .role_session_name(role.session_name)
        .duration_seconds(duration_seconds.cast_signed())
        .web_identity_token(id_token.expose_secret())
        .send()
        .await
        .map_err(|error| FederationError::from_sdk(OPERATION, &error, &[id_token.expose_secret()]))?;
    from_sts(OPERATION, answer.credentials)
}

/// Whom AWS takes the holder of credentials for: the ARN of the assumed role with its session name.
pub(crate) async fn caller_arn(
    http: &HttpClient,
    settings: &AwsSettings,
    region: &str,
    signer: Signer<'_>,
) -> Result<String, FederationError> {
    const OPERATION: &str = "GetCallerIdentity";
    let answer = signed(http, settings, region, signer)
        .get_caller_identity()
        .send()
        .await
        .map_err(|error| FederationError::from_sdk(OPERATION, &error, &signer.secrets()))?;
    answer.arn.ok_or_else(|| FederationError::BadAnswer { operation: OPERATION, problem: "it names nobody".to_owned() })
}

fn signed(http: &HttpClient, settings: &AwsSettings, region: &str, signer: Signer<'_>) -> aws_sdk_sts::Client {
    let signing = SigningCredentials::new(
        signer.access_key_id,
        signer.secret_access_key.expose_secret(),
        signer.session_token.map(|token| token.expose_secret().to_owned()),
        None,
        "credential-process",
    );
    let config = sdk::sts(http, settings, region).credentials_provider(SharedCredentialsProvider::new(signing)).build();
    aws_sdk_sts::Client::from_conf(config)
}

/// Temporary credentials of the IAM user who holds a long-term key.
pub(crate) async fn session(
    http: &HttpClient,
    settings: &AwsSettings,
    region: &str,
    duration_seconds: u32,
    user: Signer<'_>,
) -> Result<Credentials, FederationError> {
    const OPERATION: &str = "GetSessionToken";
    let answer = signed(http, settings, region, user)
        .get_session_token()
        .duration_seconds(duration_seconds.cast_signed())
        .send()
        .await
        .map_err(|error| FederationError::from_sdk(OPERATION, &error, &user.secrets()))?;
    from_sts(OPERATION, answer.credentials)
}

/// Assumes a second role, usually in another account, with the credentials of the first.
pub(crate) async fn assume_role(
    http: &HttpClient,
    settings: &AwsSettings,
    region: &str,
    role: &AssumeRole,
    session_name: &str,
    first: Signer<'_>,
) -> Result<Credentials, FederationError> {
    const OPERATION: &str = "AssumeRole";
    let answer = signed(http, settings, region, first)
        .assume_role()
        .role_arn(&role.role_arn)
        .role_session_name(session_name)
        .duration_seconds(role.duration_seconds.cast_signed())
        .set_external_id(role.external_id.clone())
        .send()
        .await
        .map_err(|error| FederationError::from_sdk(OPERATION, &error, &first.secrets()))?;
    from_sts(OPERATION, answer.credentials)
}

fn from_sts(
    operation: &'static str,
    found: Option<aws_sdk_sts::types::Credentials>,
) -> Result<Credentials, FederationError> {
    let bad = |problem: &str| FederationError::BadAnswer { operation, problem: problem.to_owned() };
    let found = found.ok_or_else(|| bad("it holds no credentials"))?;
    let expiration = found.expiration.secs();
    Credentials::new(found.access_key_id, found.secret_access_key, found.session_token, expiration)
        .ok_or_else(|| bad("its credentials are none that could be used"))
}

/// "The requested `DurationSeconds` exceeds the `MaxSessionDuration` set for this role."
fn is_too_long(error: &FederationError) -> bool {
    matches!(error, FederationError::Refused(refusal)
        if refusal.code == "ValidationError" && refusal.message.contains("DurationSeconds"))
}
