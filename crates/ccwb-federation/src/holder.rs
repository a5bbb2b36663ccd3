//! Whoever holds credentials, at AWS STS: who that is, and a second role.

use ccwb_config::AssumeRole;
use ccwb_http::HttpClient;

use crate::credentials::{Credentials, Signer};
use crate::error::FederationError;
use crate::sdk::AwsSettings;
use crate::session_name::session_name;
use crate::sts;

/// The holder of credentials, however they were come by.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'a> {
    /// The client.
    pub http: &'a HttpClient,
    /// Endpoints and limits.
    pub settings: &'a AwsSettings,
    /// The region of STS.
    pub region: &'a str,
    /// The credentials.
    pub signer: Signer<'a>,
}

impl Holder<'_> {
    /// Whom AWS takes the holder for.
    pub async fn caller_arn(&self) -> Result<String, FederationError> {
        sts::caller_arn(self.http, self.settings, self.region, self.signer).await
    }

    /// A session of the IAM user who holds a long-term key.
    pub async fn session(&self, duration_seconds: u32) -> Result<Credentials, FederationError> {
        let session = sts::session(self.http, self.settings, self.region, duration_seconds, self.signer).await?;
        Ok(Credentials { skew: self.http.clock_skew(), ..session })
    }

    /// Assumes a second role; its session is named after the person.
    pub async fn assume(&self, role: &AssumeRole, person: &str) -> Result<Credentials, FederationError> {
        let name = session_name(person);
        let second = sts::assume_role(self.http, self.settings, self.region, role, &name, self.signer).await?;
        Ok(Credentials { skew: self.http.clock_skew(), ..second })
    }
}
