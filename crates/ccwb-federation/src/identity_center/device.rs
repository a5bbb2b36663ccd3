//! The OpenID Connect service: a registered client, a device authorization, tokens.

use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use ccwb_http::printable_without;
use secrecy::{ExposeSecret, SecretString};

use super::IdentityCenter;
use crate::error::FederationError;
use crate::sdk;

/// What the person reads on AWS's page.
const CLIENT_NAME: &str = "claude-code-with-bedrock";
/// Access to the person's accounts; without a scope there is no refresh token.
const SCOPE: &str = "sso:account:access";
const BY_DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const BY_REFRESH_TOKEN: &str = "refresh_token";
/// Where the service names no interval (RFC 8628, section 3.2).
const INTERVAL: Duration = Duration::from_secs(5);

/// A public client that the service knows, for about three months.
#[derive(Clone, Debug)]
pub struct Registration {
    /// `clientId`.
    pub client_id: String,
    /// `clientSecret`.
    pub client_secret: SecretString,
    /// Until when, in Unix seconds.
    pub expires: i64,
}

/// A device that waits for its person.
#[derive(Clone, Debug)]
pub struct DeviceAuthorization {
    device_code: SecretString,
    /// What the person compares or types in.
    pub user_code: String,
    /// Where.
    pub verification_uri: String,
    /// The same with the code filled in.
    pub verification_uri_complete: Option<String>,
    /// How long the code is good for.
    pub expires_in: Duration,
    /// How often may be asked.
    pub interval: Duration,
}

/// What a sign-in or a refresh gave.
#[derive(Clone, Debug)]
pub struct Token {
    /// For the access portal.
    pub access_token: SecretString,
    /// Replaces the one that it was had with.
    pub refresh_token: Option<SecretString>,
    /// How long the access token is good for, in seconds.
    pub expires_in: i64,
}

/// The answer to one question for the token.
#[derive(Clone, Debug)]
pub enum Poll {
    /// The person has not answered yet.
    Pending,
    /// The same, and it was asked too soon.
    SlowDown,
    /// The person agreed.
    Token(Token),
}

impl IdentityCenter<'_> {
    /// Registers a client.
    pub async fn register(&self) -> Result<Registration, FederationError> {
        const OPERATION: &str = "RegisterClient";
        let answer = sdk::sso_oidc(self.http, self.settings, self.region)
            .register_client()
            .client_name(CLIENT_NAME)
            .client_type("public")
            .scopes(SCOPE)
            .grant_types(BY_DEVICE_CODE)
            .grant_types(BY_REFRESH_TOKEN)
            .send()
            .await
            .map_err(|error| refused(OPERATION, &error, &[]))?;
        match (answer.client_id, answer.client_secret) {
            (Some(client_id), Some(secret)) => {
                Ok(Registration { client_id, client_secret: secret.into(), expires: answer.client_secret_expires_at })
            }
            _ => Err(incomplete(OPERATION, "it holds no client")),
        }
    }

    /// Begins a sign-in at an access portal.
    pub async fn start_device(
        &self,
        registration: &Registration,
        start_url: &str,
    ) -> Result<DeviceAuthorization, FederationError> {
        const OPERATION: &str = "StartDeviceAuthorization";
        let secret = registration.client_secret.expose_secret();
        let answer = sdk::sso_oidc(self.http, self.settings, self.region)
            .start_device_authorization()
            .client_id(&registration.client_id)
            .client_secret(secret)
            .start_url(start_url)
            .send()
            .await
            .map_err(|error| refused(OPERATION, &error, &[secret]))?;
        let (Some(device_code), Some(user_code), Some(uri)) =
            (answer.device_code, answer.user_code, answer.verification_uri)
        else {
            return Err(incomplete(OPERATION, "it holds no code"));
        };
        let seconds = |count: i32| u64::try_from(count).ok().filter(|count| *count > 0).map(Duration::from_secs);
        Ok(DeviceAuthorization {
            device_code: device_code.into(),
            user_code: printable_without(&user_code, &[]),
            verification_uri: address(OPERATION, &uri)?,
            verification_uri_complete: answer
                .verification_uri_complete
                .map(|uri| address(OPERATION, &uri))
                .transpose()?,
            expires_in: seconds(answer.expires_in).unwrap_or_default(),
            interval: seconds(answer.interval).unwrap_or(INTERVAL),
        })
    }

    /// Asks once whether the person has agreed.
    pub async fn poll(
        &self,
        registration: &Registration,
        device: &DeviceAuthorization,
    ) -> Result<Poll, FederationError> {
        let sent = device.device_code.expose_secret();
        let call = self.create_token(registration, BY_DEVICE_CODE).device_code(sent);
        match token(call, &[registration.client_secret.expose_secret(), sent]).await {
            Ok(token) => Ok(Poll::Token(token)),
            Err(error) if error.code() == Some("AuthorizationPendingException") => Ok(Poll::Pending),
            Err(error) if error.code() == Some("SlowDownException") => Ok(Poll::SlowDown),
            Err(error) => Err(error),
        }
    }

    /// Redeems a refresh token; `None` if the service says that this very token, or the client, is no longer good.
    pub async fn refresh(
        &self,
        registration: &Registration,
        refresh_token: &SecretString,
    ) -> Result<Option<Token>, FederationError> {
        const NO_LONGER_GOOD: &[&str] = &[
            "InvalidGrantException",
            "InvalidClientException",
            "UnauthorizedClientException",
            "ExpiredTokenException",
        ];
        let sent = refresh_token.expose_secret();
        let call = self.create_token(registration, BY_REFRESH_TOKEN).refresh_token(sent);
        match token(call, &[registration.client_secret.expose_secret(), sent]).await {
            Ok(token) => Ok(Some(token)),
            Err(error) if error.code().is_some_and(|code| NO_LONGER_GOOD.contains(&code)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn create_token(
        &self,
        registration: &Registration,
        grant_type: &str,
    ) -> aws_sdk_ssooidc::operation::create_token::builders::CreateTokenFluentBuilder {
        sdk::sso_oidc(self.http, self.settings, self.region)
            .create_token()
            .client_id(&registration.client_id)
            .client_secret(registration.client_secret.expose_secret())
            .grant_type(grant_type)
    }
}

async fn token(
    call: aws_sdk_ssooidc::operation::create_token::builders::CreateTokenFluentBuilder,
    sent: &[&str],
) -> Result<Token, FederationError> {
    const OPERATION: &str = "CreateToken";
    let answer = call.send().await.map_err(|error| refused(OPERATION, &error, sent))?;
    let access_token = answer.access_token.ok_or_else(|| incomplete(OPERATION, "it holds no access token"))?;
    // It becomes a header.
    if !access_token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(incomplete(OPERATION, "its access token is none that could be used"));
    }
    Ok(Token {
        access_token: access_token.into(),
        refresh_token: answer.refresh_token.map(SecretString::from),
        expires_in: i64::from(answer.expires_in),
    })
}

/// Where a person is sent to: a page on the web, or of this machine, and nothing that a browser would run.
fn address(operation: &'static str, text: &str) -> Result<String, FederationError> {
    ccwb_config::WebAddress::parse(text)
        .map(|address| address.url().to_string())
        .map_err(|_| incomplete(operation, "its address is none to send a person to"))
}

/// The service says why in `error_description`, as OAuth does, and not in `message`.
fn refused<E>(operation: &'static str, error: &SdkError<E, HttpResponse>, sent: &[&str]) -> FederationError
where
    E: ProvideErrorMetadata,
{
    #[derive(serde::Deserialize)]
    struct Body {
        error_description: String,
    }
    let mut sorted = FederationError::from_sdk(operation, error, sent);
    if let (FederationError::Refused(refusal), SdkError::ServiceError(context)) = (&mut sorted, error) {
        let body = context.raw().body().bytes().unwrap_or_default();
        if let Ok(body) = serde_json::from_slice::<Body>(body) {
            refusal.message = printable_without(&body.error_description, sent);
        }
    }
    sorted
}

fn incomplete(operation: &'static str, problem: &str) -> FederationError {
    FederationError::BadAnswer { operation, problem: problem.to_owned() }
}
