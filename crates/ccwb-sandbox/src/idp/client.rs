use serde::{Deserialize, Serialize};

use super::shape::ProviderShape;
use crate::http::call::Call;
use crate::http::form::Form;

/// A registered relying party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// `client_id`.
    pub id: String,
    /// How it proves itself at the token endpoint.
    pub authentication: ClientAuthentication,
    /// Redirect URIs of this client, besides those of [`crate::Options::redirect_uris`].
    pub redirect_uris: Vec<String>,
    /// AWS (identity pool and IAM OIDC provider) knows it as an audience.
    pub trusted_by_aws: bool,
}

/// OIDC Core section 9.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// A public client: no secret, and none accepted.
    None,
    /// The secret in the form body.
    ClientSecretPost(String),
    /// The secret in `Authorization: Basic`, both parts form-encoded first (RFC 6749 section 2.3.1).
    ClientSecretBasic(String),
}

/// The secret of every sample client. It holds what form-encoding must change, to catch clients that don't encode.
const SAMPLE_SECRET: &str = "sandbox secret:/+ü";
/// Google's form of a desktop client's secret, which Google itself calls "obviously not treated as a secret".
const GOOGLE_SECRET: &str = "GOCSPX-sandbox-not-a-secret";

impl Client {
    /// The shape's usual client, two with secrets, and one that AWS doesn't trust.
    pub(crate) fn usual(shape: &ProviderShape) -> Vec<Self> {
        let first = if *shape == ProviderShape::Google {
            ClientAuthentication::ClientSecretPost(GOOGLE_SECRET.to_owned())
        } else {
            ClientAuthentication::None
        };
        let secret = || SAMPLE_SECRET.to_owned();
        vec![
            Self::new(usual_id(shape), first),
            Self::new("sandbox-secret-post", ClientAuthentication::ClientSecretPost(secret())),
            Self::new("sandbox-secret-basic", ClientAuthentication::ClientSecretBasic(secret())),
            Self { trusted_by_aws: false, ..Self::new("sandbox-untrusted", ClientAuthentication::None) },
        ]
    }

    /// A client with the common redirect URIs only, trusted by AWS.
    pub fn new(id: &str, authentication: ClientAuthentication) -> Self {
        Self { id: id.to_owned(), authentication, redirect_uris: Vec::new(), trusted_by_aws: true }
    }

    /// The secret, if it has one.
    pub fn secret(&self) -> Option<&str> {
        match &self.authentication {
            ClientAuthentication::None => None,
            ClientAuthentication::ClientSecretPost(secret) | ClientAuthentication::ClientSecretBasic(secret) => {
                Some(secret)
            }
        }
    }
}

/// Client ids in the alphabet and length that the provider gives out.
fn usual_id(shape: &ProviderShape) -> &'static str {
    match shape {
        ProviderShape::Generic => "sandbox-client",
        ProviderShape::OktaOrg | ProviderShape::OktaCustom(_) => "0oasandbox0Client5d7",
        ProviderShape::Entra(_) => "5b9a1f6e-0c0d-4e57-9d0e-5a4db0c5a001",
        ProviderShape::Auth0 => "SandboxClient0123456789abcdefABC",
        ProviderShape::Cognito(_) => "4sandboxclient0123456789ab",
        ProviderShape::Google => "123456789012-sandbox.apps.googleusercontent.com",
    }
}

/// What a request presents to prove its client.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Presented {
    pub(crate) id: String,
    pub(crate) secret: Option<String>,
    pub(crate) basic: bool,
}

impl Presented {
    /// RFC 6749 section 2.3: one method per request; the body's `client_id` may repeat the header's, not contradict it.
    pub(crate) fn read(call: &Call, form: &Form) -> Result<Self, &'static str> {
        let posted = form.get("client_secret").map(str::to_owned);
        let Some(header) = call.header("authorization") else {
            let id = form.get("client_id").ok_or("client_id is missing")?.to_owned();
            return Ok(Self { id, secret: posted, basic: false });
        };
        if posted.is_some() {
            return Err("more than one client authentication method");
        }
        let (id, secret) = basic_credentials(header).ok_or("the Authorization header is not readable Basic")?;
        if form.get("client_id").is_some_and(|posted| posted != id) {
            return Err("client_id differs from the Authorization header");
        }
        Ok(Self { id, secret: Some(secret), basic: true })
    }

    pub(crate) fn proves(&self, client: &Client, shape: &ProviderShape) -> bool {
        let given = self.secret.as_deref();
        match &client.authentication {
            ClientAuthentication::None => given.is_none(),
            // Google takes either method.
            ClientAuthentication::ClientSecretPost(secret) => {
                (!self.basic || *shape == ProviderShape::Google) && given == Some(secret)
            }
            ClientAuthentication::ClientSecretBasic(secret) => self.basic && given == Some(secret),
        }
    }
}

fn basic_credentials(header: &str) -> Option<(String, String)> {
    use base64::Engine as _;
    let (scheme, encoded) = header.split_once(' ')?;
    let decoded = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    scheme.eq_ignore_ascii_case("basic").then(|| (form_decode(id), form_decode(secret)))
}

fn form_decode(encoded: &str) -> String {
    let spaced = encoded.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_form_decoded_after_the_split() {
        // "a:b" and "s p/ü" form-encoded by hand.
        let header = "Basic YSUzQWI6cytwJTJGJUMzJUJD";
        assert_eq!(basic_credentials(header), Some(("a:b".to_owned(), "s p/ü".to_owned())));
    }

    #[test]
    fn two_authentication_methods_in_one_request_are_refused() {
        let mut call = Call::post_form("/token", &[("client_id", "a"), ("client_secret", "b")]);
        let header = axum::http::HeaderValue::from_static("Basic YTpi");
        call.headers.insert("authorization", header);
        let form = call.form().unwrap_or_default();
        assert!(Presented::read(&call, &form).is_err());
    }
}
