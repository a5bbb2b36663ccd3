//! Cognito identity pools, enhanced flow (Amazon Cognito Developer Guide, "Identity pools authentication flow").

use ccwb_http::HttpClient;
use secrecy::{ExposeSecret, SecretString};

use crate::credentials::Credentials;
use crate::error::FederationError;
use crate::sdk::{self, AwsSettings};

/// A pool and the provider's name in it.
pub(crate) struct Pool<'a> {
    pub(crate) id: &'a str,
    pub(crate) region: &'a str,
    pub(crate) login_key: &'a str,
}

/// Credentials for an ID token. With a remembered identity id this is one call; if the pool does not know that id any
/// more, the id is asked for and it is two.
pub(crate) async fn credentials(
    http: &HttpClient,
    settings: &AwsSettings,
    pool: &Pool<'_>,
    id_token: &SecretString,
    remembered: Option<&str>,
) -> Result<(Credentials, String), FederationError> {
    let client = sdk::cognito(http, settings, pool.region);
    if let Some(identity_id) = remembered {
        match for_identity(&client, pool, id_token, identity_id).await {
            Err(error) if is_unknown_identity(&error) => {}
            result => return result.map(|credentials| (credentials, identity_id.to_owned())),
        }
    }
    let identity_id = get_id(&client, pool, id_token).await?;
    let credentials = for_identity(&client, pool, id_token, &identity_id).await?;
    Ok((credentials, identity_id))
}

async fn get_id(
    client: &aws_sdk_cognitoidentity::Client,
    pool: &Pool<'_>,
    id_token: &SecretString,
) -> Result<String, FederationError> {
    const OPERATION: &str = "GetId";
    let answer = client
        .get_id()
        .identity_pool_id(pool.id)
        .logins(pool.login_key, id_token.expose_secret())
        .send()
        .await
        .map_err(|error| FederationError::from_sdk(OPERATION, &error, &[id_token.expose_secret()]))?;
    answer.identity_id.ok_or_else(|| incomplete(OPERATION))
}

async fn for_identity(
    client: &aws_sdk_cognitoidentity::Client,
    pool: &Pool<'_>,
    id_token: &SecretString,
    identity_id: &str,
) -> Result<Credentials, FederationError> {
    const OPERATION: &str = "GetCredentialsForIdentity";
    let answer = client
        .get_credentials_for_identity()
        .identity_id(identity_id)
        .logins(pool.login_key, id_token.expose_secret())
        .send()
        .await
        .map_err(|error| FederationError::from_sdk(OPERATION, &error, &[id_token.expose_secret()]))?;
    let found = answer.credentials.ok_or_else(|| incomplete(OPERATION))?;
    match (found.access_key_id, found.secret_key, found.session_token, found.expiration) {
        (Some(access_key_id), Some(secret), Some(token), Some(expiration)) => {
            let problem = || FederationError::BadAnswer {
                operation: OPERATION,
                problem: "its credentials are none that could be used".to_owned(),
            };
            Credentials::new(access_key_id, secret, token, expiration.secs()).ok_or_else(problem)
        }
        _ => Err(incomplete(OPERATION)),
    }
}

/// The identity was deleted, or belongs to another person or pool than the token.
fn is_unknown_identity(error: &FederationError) -> bool {
    let FederationError::Refused(refusal) = error else { return false };
    refusal.code == "ResourceNotFoundException"
        || (refusal.code == "NotAuthorizedException" && refusal.message.contains("forbidden"))
}

fn incomplete(operation: &'static str) -> FederationError {
    FederationError::BadAnswer { operation, problem: "it holds no complete credentials".to_owned() }
}
