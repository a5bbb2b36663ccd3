//! A workload's own token (CI, Kubernetes) at AWS STS.

use ccwb_config::AssumeRole;
use ccwb_http::HttpClient;
use secrecy::SecretString;

use crate::credentials::Credentials;
use crate::error::FederationError;
use crate::holder::Holder;
use crate::sdk::AwsSettings;
use crate::session_name::{as_chosen, session_name};
use crate::sts::{self, WebIdentity};

/// A role for the holder of a token.
#[derive(Clone, Copy, Debug)]
pub struct WorkloadRole<'a> {
    /// The role's ARN.
    pub role_arn: &'a str,
    /// `DurationSeconds`; one above the role's maximum becomes an hour.
    pub duration_seconds: u32,
    /// `AWS_ROLE_SESSION_NAME`: kept as it is where AWS takes it, since a trust policy may ask for it.
    pub session_name: Option<&'a str>,
    /// `sub`, which the session is named after otherwise.
    pub subject: &'a str,
    /// The role that the first one assumes.
    pub second: Option<&'a AssumeRole>,
}

impl WorkloadRole<'_> {
    /// Exchanges the token, and goes on to the second role.
    pub async fn assume(
        &self,
        http: &HttpClient,
        settings: &AwsSettings,
        region: &str,
        token: &SecretString,
    ) -> Result<Credentials, FederationError> {
        let session_name = self.session_name.map_or_else(|| session_name(self.subject), as_chosen);
        let role = WebIdentity {
            region,
            role_arn: self.role_arn,
            duration_seconds: self.duration_seconds,
            session_name: &session_name,
        };
        let (first, _) = sts::assume_with_web_identity(http, settings, &role, token).await?;
        let Some(second) = self.second else { return Ok(Credentials { skew: http.clock_skew(), ..first }) };
        Holder { http, settings, region, signer: first.signer() }.assume(second, &session_name).await
    }
}
