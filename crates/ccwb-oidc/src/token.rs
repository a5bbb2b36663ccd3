//! The token endpoint: code exchange (RFC 6749, section 4.1.3), refresh (section 6) and revocation (RFC 7009).

use std::time::Instant;

use ccwb_config::OidcProfile;
use ccwb_http::{HttpClient, HttpError, printable_without};
use chrono::{DateTime, Utc};
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, EndpointNotSet, EndpointSet, ExtraTokenFields,
    PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, StandardRevocableToken, StandardTokenResponse,
    TokenResponse as _, TokenUrl,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::client_auth::ClientCredential;
use crate::error::{OidcError, ProviderRefusal};
use crate::metadata::Metadata;

/// What a token endpoint gave. The ID token is not verified yet.
#[derive(Debug)]
pub struct TokenSet {
    /// `id_token`. The answer to a refresh need not hold one (OpenID Connect Core 1.0, section 12.2).
    pub unverified_id_token: Option<SecretString>,
    /// `refresh_token`, if there is one; a refresh that gives none keeps the old one.
    pub refresh_token: Option<SecretString>,
}

/// A client of one provider's token endpoint.
#[derive(Debug)]
pub struct TokenClient<'a> {
    pub(crate) http: &'a HttpClient,
    pub(crate) metadata: &'a Metadata,
    pub(crate) profile: &'a OidcProfile,
    credential: &'a ClientCredential,
    now: DateTime<Utc>,
    /// When `now` was.
    made: Instant,
}

/// The ID token beside the tokens of OAuth, as text: what is in it is nobody's business before it is verified.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct IdTokenField {
    #[serde(default)]
    id_token: Option<SecretText>,
}

impl ExtraTokenFields for IdTokenField {}

/// A text that is not in the `Debug` form of what holds it.
#[derive(Clone, Deserialize, Serialize)]
struct SecretText(String);

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

pub(crate) type TokenResponse = StandardTokenResponse<IdTokenField, BasicTokenType>;
pub(crate) type OAuthClient = oauth2::Client<
    BasicErrorResponse,
    TokenResponse,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;
pub(crate) type TokenError = RequestTokenError<HttpError, BasicErrorResponse>;

impl<'a> TokenClient<'a> {
    /// A client.
    pub fn new(
        http: &'a HttpClient,
        metadata: &'a Metadata,
        profile: &'a OidcProfile,
        credential: &'a ClientCredential,
        now: DateTime<Utc>,
    ) -> Self {
        Self { http, metadata, profile, credential, now, made: Instant::now() }
    }

    /// Exchanges an authorization code.
    pub async fn exchange(
        &self,
        code: &SecretString,
        verifier: &PkceCodeVerifier,
        redirect_uri: &str,
    ) -> Result<TokenSet, OidcError> {
        const WHAT: &str = "code exchange";
        let bad = |problem: String| OidcError::BadAnswer { what: WHAT, problem };
        let redirect = RedirectUrl::new(redirect_uri.to_owned()).map_err(|error| bad(error.to_string()))?;
        let client = self.oauth_client().set_redirect_uri(redirect);
        let mut request = client
            .exchange_code(AuthorizationCode::new(code.expose_secret().to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.secret().clone()));
        for (name, value) in self.assertion()? {
            request = request.add_extra_param(name, value);
        }
        let response = request.request_async(&|request| self.http.send(request)).await.map_err(|error| {
            failure(WHAT, &self.metadata.token_endpoint, error, &self.sent(&[code.expose_secret(), verifier.secret()]))
        })?;
        Ok(token_set(&response))
    }

    /// Redeems a refresh token. Only the holder of the identity's lock may: providers revoke the whole family when one
    /// token is redeemed twice.
    pub async fn refresh(&self, spent: &SecretString) -> Result<TokenSet, OidcError> {
        const WHAT: &str = "refresh";
        let client = self.oauth_client();
        let refresh_token = RefreshToken::new(spent.expose_secret().to_owned());
        let mut request = client.exchange_refresh_token(&refresh_token);
        for (name, value) in self.assertion()? {
            request = request.add_extra_param(name, value);
        }
        let response = request.request_async(&|request| self.http.send(request)).await.map_err(|error| {
            failure(WHAT, &self.metadata.token_endpoint, error, &self.sent(&[spent.expose_secret()]))
        })?;
        Ok(token_set(&response))
    }

    /// Revokes a refresh token; `false` if the provider has no endpoint for that.
    pub async fn revoke(&self, refresh_token: &SecretString) -> Result<bool, OidcError> {
        const WHAT: &str = "revocation";
        let Some(endpoint) = &self.metadata.revocation_endpoint else { return Ok(false) };
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", refresh_token.expose_secret()).append_pair("token_type_hint", "refresh_token");
        let request = self.authenticated(endpoint, form, WHAT)?;
        let response = self.http.send(request).await.map_err(|source| OidcError::Network { what: WHAT, source })?;
        match response.status() {
            status if status.is_success() => Ok(true),
            status => Err(OidcError::BadAnswer { what: WHAT, problem: format!("{endpoint} answered {status}") }),
        }
    }

    /// A form with which this client authenticates, in the body (RFC 6749, section 2.3.1; RFC 7521, section 4.2).
    pub(crate) fn authenticated(
        &self,
        endpoint: &Url,
        mut form: url::form_urlencoded::Serializer<'_, String>,
        what: &'static str,
    ) -> Result<http::Request<Vec<u8>>, OidcError> {
        form.append_pair("client_id", &self.profile.client_id);
        if let ClientCredential::Secret(secret) = self.credential {
            form.append_pair("client_secret", secret.expose_secret());
        }
        for (name, value) in self.assertion()? {
            form.append_pair(name, &value);
        }
        http::Request::post(endpoint.as_str())
            .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(http::header::ACCEPT, "application/json")
            .body(form.finish().into_bytes())
            .map_err(|error| OidcError::BadAnswer { what, problem: error.to_string() })
    }

    /// Everything secret of a request, for its error.
    pub(crate) fn sent<'s>(&'s self, of_this_request: &[&'s str]) -> Vec<&'s str> {
        let mut sent = of_this_request.to_vec();
        if let ClientCredential::Secret(secret) = self.credential {
            sent.push(secret.expose_secret());
        }
        sent
    }

    /// The parameters of `private_key_jwt` (RFC 7521, section 4.2); none for other clients.
    pub(crate) fn assertion(&self) -> Result<Vec<(&'static str, String)>, OidcError> {
        const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let endpoint = self.metadata.token_endpoint.as_str();
        // A device code is polled for minutes, and an assertion lives for one.
        let now = self.now + chrono::TimeDelta::from_std(self.made.elapsed()).unwrap_or_default();
        let assertion = self.credential.assertion(&self.profile.client_id, endpoint, now)?;
        Ok(assertion.map_or_else(Vec::new, |assertion| {
            vec![("client_assertion_type", JWT_BEARER.to_owned()), ("client_assertion", assertion)]
        }))
    }

    pub(crate) fn oauth_client(&self) -> OAuthClient {
        let client = oauth2::Client::new(ClientId::new(self.profile.client_id.clone()))
            .set_token_uri(TokenUrl::from_url(self.metadata.token_endpoint.clone()))
            // The one method that every provider here takes for a secret, and the guidance's.
            .set_auth_type(AuthType::RequestBody);
        match self.credential {
            ClientCredential::None | ClientCredential::PrivateKeyJwt { .. } => client,
            ClientCredential::Secret(secret) => {
                client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()))
            }
        }
    }
}

pub(crate) fn token_set(response: &TokenResponse) -> TokenSet {
    TokenSet {
        unverified_id_token: response.extra_fields().id_token.clone().map(|token| token.0.into()),
        refresh_token: response.refresh_token().map(|token| token.secret().clone().into()),
    }
}

/// Sorts what went wrong. Bodies are never repeated: an answer that is not understood may hold a token. Descriptions
/// are, without what was sent.
pub(crate) fn failure(what: &'static str, endpoint: &Url, error: TokenError, sent: &[&str]) -> OidcError {
    match error {
        RequestTokenError::Request(source) => OidcError::Network { what, source },
        RequestTokenError::ServerResponse(response) => {
            let description = response.error_description().map(String::as_str);
            OidcError::Refused { what, refusal: refusal(response.error().as_ref(), description, sent) }
        }
        RequestTokenError::Parse(_, _) | RequestTokenError::Other(_) => OidcError::BadAnswer {
            what,
            problem: format!("{endpoint} did not answer as a token endpoint does (a captive portal, an outage?)"),
        },
    }
}

pub(crate) fn refusal(error: &str, description: Option<&str>, sent: &[&str]) -> ProviderRefusal {
    ProviderRefusal {
        error: printable_without(error, sent),
        description: description.map(|text| printable_without(text, sent)),
    }
}
