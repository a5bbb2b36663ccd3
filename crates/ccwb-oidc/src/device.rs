//! The device authorization grant (RFC 8628), for machines whose browser is elsewhere.

use std::time::Duration;

use ccwb_http::{HttpErrorKind, printable};
use http::StatusCode;
use oauth2::{
    DeviceAuthorizationUrl, DeviceCodeErrorResponse, DeviceCodeErrorResponseType, Scope,
    StandardDeviceAuthorizationResponse,
};
use secrecy::SecretString;
use tokio::time::Instant;

use crate::authorize::scopes;
use crate::error::{OidcError, ProviderRefusal};
use crate::token::{TokenClient, TokenSet, failure, refusal, token_set};

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

    /// Polls until the person is done (RFC 8628, section 3.4), slower when told to; `expired_token` when `limit` is over.
    ///
    /// Not the loop of the `oauth2` crate: that sends one client assertion with every poll, which providers take once
    /// (RFC 7523, section 3, `jti`), and ends at the first answer of a gateway in the provider's place.
    pub async fn finish_device(&self, device: &DeviceAuthorization, limit: Duration) -> Result<TokenSet, OidcError> {
        let give_up = Instant::now() + limit;
        let mut interval = device.response.interval().max(SHORTEST_INTERVAL);
        loop {
            // The person needs a moment anyway, and a provider may count the first poll against its interval.
            let now = Instant::now();
            tokio::time::sleep(interval.min(give_up.saturating_duration_since(now))).await;
            if give_up <= Instant::now() {
                let refusal = ProviderRefusal { error: "expired_token".to_owned(), description: None };
                return Err(OidcError::Refused { what: WHAT, refusal });
            }
            match self.poll(device).await? {
                Poll::Done(tokens) => return Ok(tokens),
                Poll::Wait => {}
                Poll::Slower => interval += SLOW_DOWN,
            }
        }
    }

    async fn poll(&self, device: &DeviceAuthorization) -> Result<Poll, OidcError> {
        let code = device.response.device_code().secret();
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "urn:ietf:params:oauth:grant-type:device_code").append_pair("device_code", code);
        let request = self.authenticated(&self.metadata.token_endpoint, form, WHAT)?;
        match self.http.send(request).await {
            Ok(response) if response.status().is_success() => match serde_json::from_slice(response.body()) {
                Ok(answer) => Ok(Poll::Done(token_set(&answer))),
                Err(_) => Err(not_an_answer()),
            },
            // An outage on the way does not end what the person is in the middle of. Some providers say slow_down by 429.
            Ok(response)
                if response.status().is_server_error() || response.status() == StatusCode::TOO_MANY_REQUESTS =>
            {
                Ok(Poll::Slower)
            }
            Ok(response) => {
                let answer: DeviceCodeErrorResponse =
                    serde_json::from_slice(response.body()).map_err(|_| not_an_answer())?;
                match answer.error() {
                    DeviceCodeErrorResponseType::AuthorizationPending => Ok(Poll::Wait),
                    DeviceCodeErrorResponseType::SlowDown => Ok(Poll::Slower),
                    error => {
                        let description = answer.error_description().map(String::as_str);
                        let refusal = refusal(error.as_ref(), description, &self.sent(&[code]));
                        Err(OidcError::Refused { what: WHAT, refusal })
                    }
                }
            }
            // The same for a network that comes and goes (section 3.5). A certificate that is not trusted stays so.
            Err(source) => match source.kind() {
                None | Some(HttpErrorKind::Tls | HttpErrorKind::TooLarge) => {
                    Err(OidcError::Network { what: WHAT, source })
                }
                Some(_) => Ok(Poll::Slower),
            },
        }
    }
}

const WHAT: &str = "device code";
/// A provider that says zero is not asked without a pause.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);
/// What `slow_down` adds to the interval (RFC 8628, section 3.5).
const SLOW_DOWN: Duration = Duration::from_secs(5);

/// What one poll came to.
enum Poll {
    Done(TokenSet),
    Wait,
    Slower,
}

fn not_an_answer() -> OidcError {
    OidcError::BadAnswer { what: WHAT, problem: "it is not a token endpoint's".to_owned() }
}
