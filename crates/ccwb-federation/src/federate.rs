//! The whole road of one profile.

use ccwb_config::{FederationTarget, OidcProfile};
use ccwb_http::HttpClient;
use secrecy::SecretString;

use crate::cognito::{self, Pool};
use crate::credentials::Credentials;
use crate::error::FederationError;
use crate::sdk::AwsSettings;
use crate::session_name::session_name;
use crate::sts::{self, WebIdentity};

/// Turns ID tokens of one profile into credentials.
#[derive(Debug)]
pub struct Federator<'a> {
    /// The client.
    pub http: &'a HttpClient,
    /// Endpoints and limits.
    pub settings: &'a AwsSettings,
    /// The profile.
    pub profile: &'a OidcProfile,
    /// The profile's `aws_region`.
    pub region: &'a str,
}

/// Who the ID token is about.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// `email`.
    pub email: Option<&'a str>,
    /// `sub`.
    pub subject: &'a str,
}

/// Credentials and what is worth remembering of the way to them.
#[derive(Debug)]
pub struct Federated {
    /// The credentials.
    pub credentials: Credentials,
    /// The Cognito identity, which saves a call next time.
    pub identity_id: Option<String>,
    /// The role's maximum was shorter than what the configuration asks for.
    pub shortened: bool,
}

impl Federator<'_> {
    /// Exchanges an ID token. `identity_id` is what an earlier exchange gave.
    pub async fn exchange(
        &self,
        id_token: &SecretString,
        person: Person<'_>,
        identity_id: Option<&str>,
    ) -> Result<Federated, FederationError> {
        let session_name = session_name(person.email.filter(|email| !email.is_empty()).unwrap_or(person.subject));
        let mut federated = match &self.profile.federation.target {
            FederationTarget::IdentityPool { id, region } => {
                self.through_identity_pool(id, region, id_token, identity_id).await?
            }
            FederationTarget::WebIdentityRole { role_arn, duration_seconds } => {
                let role = WebIdentity {
                    region: self.region,
                    role_arn,
                    duration_seconds: *duration_seconds,
                    session_name: &session_name,
                };
                let (credentials, shortened) =
                    sts::assume_with_web_identity(self.http, self.settings, &role, id_token).await?;
                Federated { credentials, identity_id: None, shortened }
            }
        };
        if let Some(role) = &self.profile.federation.assume_role {
            let first = federated.credentials.signer();
            federated.credentials =
                sts::assume_role(self.http, self.settings, self.region, role, &session_name, first).await?;
        }
        federated.credentials.skew = self.http.clock_skew();
        Ok(federated)
    }

    /// Whom AWS takes the holder of these credentials for.
    pub async fn caller_arn(&self, credentials: &Credentials) -> Result<String, FederationError> {
        sts::caller_arn(self.http, self.settings, self.region, credentials.signer()).await
    }

    async fn through_identity_pool(
        &self,
        id: &str,
        region: &str,
        id_token: &SecretString,
        identity_id: Option<&str>,
    ) -> Result<Federated, FederationError> {
        let pool = Pool { id, region, login_key: self.profile.login_key() };
        let result = match cognito::credentials(self.http, self.settings, &pool, id_token, identity_id).await {
            // Auth0's issuer ends with a slash, and pools are set up with and without it.
            Err(error) if pool.login_key.ends_with('/') && is_unknown_provider(&error) => {
                let pool = Pool { login_key: pool.login_key.trim_end_matches('/'), ..pool };
                cognito::credentials(self.http, self.settings, &pool, id_token, identity_id).await
            }
            result => result,
        };
        let (credentials, identity_id) = result?;
        Ok(Federated { credentials, identity_id: Some(identity_id), shortened: false })
    }
}

fn is_unknown_provider(error: &FederationError) -> bool {
    matches!(error, FederationError::Refused(refusal)
        if refusal.code == "NotAuthorizedException"
            && (refusal.message.contains("supported provider") || refusal.message.contains("providerName")))
}
