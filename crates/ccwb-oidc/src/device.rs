//! The device authorization grant (RFC 8628), for machines whose browser is elsewhere.

use std::time::Duration;

use oauth2::{DeviceAuthorizationUrl, RequestTokenError, Scope, StandardDeviceAuthorizationResponse};
use secrecy::SecretString;

use crate::authorize::scopes;
use crate::error::OidcError;
use crate::token::{TokenClient, TokenSet, failure, refusal, token_set};
use ccwb_http::printable;

/// A device authorization that waits for the person.
#[derive(Debug)]
pub struct DeviceAuthorization {
    response: StandardDeviceAuthorizationResponse,
}

impl DeviceAuthorization {
    /// Where the person goes, on any device.
    pub fn verification_uri(&self) -> String {
        printable(self.response.verification_uri())
    }

    /// The same with the code in it, if the provider offers that.
    pub fn verification_uri_complete(&self) -> Option<SecretString> {
        self.response.verification_uri_complete().map(|uri| printable(uri.secret()).into())
    }

    /// What the person types in there.
    pub fn user_code(&self) -> String {
        printable(self.response.user_code().secret())
    }

    /// How long it is good.
    pub fn expires_in(&self) -> Duration {
        self.response.expires_in()
    }
}

impl TokenClient<'_> {
    /// Asks for a device code (RFC 8628, section 3.1); `None` if the provider has no endpoint for that.
    pub async fn start_device(&self) -> Result<Option<DeviceAuthorization>, OidcError> {
        const WHAT: &str = "device authorization";
        let Some(endpoint) = &self.metadata.device_authorization_endpoint else { return Ok(None) };
        let url = DeviceAuthorizationUrl::from_url(endpoint.clone());
        let client = self.oauth_client().set_device_authorization_url(url);
        let scopes = scopes(self.profile, self.metadata).into_iter().map(Scope::new);
        let mut request = client.exchange_device_code().add_scopes(scopes);
        for (name, value) in self.assertion()? {
            request = request.add_extra_param(name, value);
        }
        let response = request
            .request_async(&|request| self.http.send(request))
            .await
            .map_err(|error| failure(WHAT, endpoint, error, &self.sent(&[])))?;
        Ok(Some(DeviceAuthorization { response }))
    }

    /// Polls until the person is done (RFC 8628, section 3.4), slower when told to.
    pub async fn finish_device(&self, device: &DeviceAuthorization, limit: Duration) -> Result<TokenSet, OidcError> {
        const WHAT: &str = "device code";
        let client = self.oauth_client();
        let started = tokio::time::Instant::now();
        let now = self.now;
        let clock = move || now + chrono::TimeDelta::from_std(started.elapsed()).unwrap_or_default();
        let mut request = client.exchange_device_access_token(&device.response).set_time_fn(clock);
        for (name, value) in self.assertion()? {
            request = request.add_extra_param(name, value);
        }
        let response = request
            .request_async(&|request| self.http.send(request), tokio::time::sleep, Some(limit))
            .await
            .map_err(|error| match error {
                // Its errors are those of OAuth and three more.
                RequestTokenError::ServerResponse(response) => {
                    let sent = self.sent(&[device.response.device_code().secret()]);
                    let description = response.error_description().map(String::as_str);
                    OidcError::Refused { what: WHAT, refusal: refusal(response.error().as_ref(), description, &sent) }
                }
                RequestTokenError::Request(source) => OidcError::Network { what: WHAT, source },
                _ => OidcError::BadAnswer { what: WHAT, problem: "it is not a token endpoint's".to_owned() },
            })?;
        Ok(token_set(&response))
    }
}
