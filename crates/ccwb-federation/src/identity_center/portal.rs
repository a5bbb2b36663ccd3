//! The access portal: a role's credentials for a session, and the end of the session.

use secrecy::{ExposeSecret, SecretString};

use super::IdentityCenter;
use crate::credentials::Credentials;
use crate::error::FederationError;
use crate::sdk;

impl IdentityCenter<'_> {
    /// Credentials of a permission set's role in an account.
    pub async fn role_credentials(
        &self,
        access_token: &SecretString,
        account_id: &str,
        permission_set: &str,
    ) -> Result<Credentials, FederationError> {
        const OPERATION: &str = "GetRoleCredentials";
        let sent = access_token.expose_secret();
        let answer = sdk::sso(self.http, self.settings, self.region)
            .get_role_credentials()
            .access_token(sent)
            .account_id(account_id)
            .role_name(permission_set)
            .send()
            .await
            .map_err(|error| FederationError::from_sdk(OPERATION, &error, &[sent]))?;
        let bad = |problem: &str| FederationError::BadAnswer { operation: OPERATION, problem: problem.to_owned() };
        let found = answer.role_credentials.ok_or_else(|| bad("it holds no credentials"))?;
        let (Some(id), Some(secret), Some(token)) = (found.access_key_id, found.secret_access_key, found.session_token)
        else {
            return Err(bad("it holds no complete credentials"));
        };
        // Alone among its kind it counts in milliseconds.
        let credentials = Credentials::new(id, secret, token, found.expiration.div_euclid(1000));
        let credentials = credentials.ok_or_else(|| bad("its credentials are none that could be used"))?;
        Ok(Credentials { skew: self.http.clock_skew(), ..credentials })
    }

    /// Ends the session, for every program that has it.
    pub async fn log_out(&self, access_token: &SecretString) -> Result<(), FederationError> {
        let sent = access_token.expose_secret();
        sdk::sso(self.http, self.settings, self.region)
            .logout()
            .access_token(sent)
            .send()
            .await
            .map(drop)
            .map_err(|error| FederationError::from_sdk("Logout", &error, &[sent]))
    }
}
