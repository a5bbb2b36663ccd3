//! The sign-in part of a profile: who the provider is and who we are to it.

use std::path::PathBuf;

use secrecy::SecretString;
use serde_json::Value;

use crate::error::ConfigError;
use crate::federation::Federation;
use crate::fields::Fields;
use crate::issuer::Location;
use crate::provider::ProviderType;
use crate::web_address::WebAddress;

const DEFAULT_REDIRECT_PORT: u16 = 8400;

/// A profile that signs in with OpenID Connect.
#[derive(Clone, Debug)]
pub struct OidcProfile {
    /// The kind of provider.
    pub provider: ProviderType,
    /// The issuer, letter by letter as ID tokens name it.
    pub issuer: WebAddress,
    /// `client_id` (RFC 6749, section 2.2).
    pub client_id: String,
    /// How the client authenticates at the token endpoint.
    pub client_auth: ClientAuth,
    /// Endpoints that config.json names; they win over discovery.
    pub endpoints: ExplicitEndpoints,
    /// `prompt` of the authorization request; `None` leaves it out.
    pub prompt: Option<String>,
    /// Whose sign-in page is meant, where the provider has several; a domain as a rule.
    pub domain_hint: Option<String>,
    /// `scope` of the authorization request, if config.json sets it.
    pub scopes: Option<Vec<String>>,
    /// Ports for the redirect address, tried in order.
    pub redirect_ports: Vec<u16>,
    /// What becomes of the ID token.
    pub federation: Federation,
    /// The provider's name in the identity pool, if config.json says that it is not the issuer without its scheme.
    pub login_provider: Option<String>,
}

/// How the client authenticates at the token endpoint (RFC 6749, section 2.3).
#[derive(Clone, Debug)]
pub enum ClientAuth {
    /// A public client.
    None,
    /// A secret that stands in config.json (Google's desktop clients, where it is not confidential).
    Secret(SecretString),
    /// A secret that stands in the OS keyring.
    KeyringSecret,
    /// A JWT signed with the key of a certificate (`private_key_jwt`).
    PrivateKeyJwt {
        /// PEM file with the certificate.
        certificate: PathBuf,
        /// PEM file with its RSA key.
        key: PathBuf,
    },
}

/// Endpoints that config.json names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExplicitEndpoints {
    /// `authorization_endpoint`.
    pub authorization: Option<WebAddress>,
    /// `token_endpoint`.
    pub token: Option<WebAddress>,
    /// `jwks_uri`.
    pub jwks: Option<WebAddress>,
}

impl OidcProfile {
    pub(crate) fn from_fields(fields: &Fields<'_>) -> Result<Self, ConfigError> {
        let location = Location::from_fields(fields)?;
        Ok(Self {
            client_id: fields.required(&["client_id", "okta_client_id"])?,
            client_auth: client_auth(fields, location.provider)?,
            endpoints: ExplicitEndpoints {
                authorization: address(fields, "oidc_authorization_endpoint")?,
                token: address(fields, "oidc_token_endpoint")?,
                jwks: address(fields, "oidc_jwks_uri")?,
            },
            prompt: prompt(fields, location.provider)?,
            domain_hint: fields.text("oidc_domain_hint")?,
            scopes: scopes(fields)?,
            redirect_ports: redirect_ports(fields)?,
            federation: Federation::from_fields(fields)?,
            login_provider: fields.text("login_provider")?,
            provider: location.provider,
            issuer: location.issuer,
        })
    }

    /// The key of the `Logins` map of a Cognito identity pool: the issuer without its scheme.
    pub fn login_key(&self) -> &str {
        self.login_provider.as_deref().unwrap_or_else(|| self.issuer.without_scheme())
    }
}

fn address(fields: &Fields<'_>, key: &str) -> Result<Option<WebAddress>, ConfigError> {
    fields.text(key)?.map(|text| WebAddress::parse(&text).map_err(|problem| fields.error(key, problem))).transpose()
}

fn client_auth(fields: &Fields<'_>, provider: ProviderType) -> Result<ClientAuth, ConfigError> {
    let mode = fields.text_of(&["client_auth", "azure_auth_mode"])?;
    let secret = fields.text("client_secret")?.map(SecretString::from);
    match mode {
        // As in the guidance: only Entra ID reads its own mode, every other provider sends a secret if there is one.
        None => Ok(secret.filter(|_| provider != ProviderType::Azure).map_or(ClientAuth::None, ClientAuth::Secret)),
        Some((_, mode)) if mode == "public" || mode == "none" => Ok(ClientAuth::None),
        Some((_, mode)) if mode == "secret" => Ok(secret.map_or(ClientAuth::KeyringSecret, ClientAuth::Secret)),
        Some((_, mode)) if mode == "certificate" => Ok(ClientAuth::PrivateKeyJwt {
            certificate: fields.required(&["client_certificate_path"])?.into(),
            key: fields.required(&["client_certificate_key_path"])?.into(),
        }),
        Some((key, mode)) => {
            Err(fields.error(key, format!("must be public, secret or certificate, but is \"{mode}\"")))
        }
    }
}

/// Absent means the provider's default; empty means "send none".
fn prompt(fields: &Fields<'_>, provider: ProviderType) -> Result<Option<String>, ConfigError> {
    Ok(match fields.text_or_empty("oidc_prompt")? {
        Some(prompt) => Some(prompt).filter(|prompt| !prompt.is_empty()),
        None => (provider == ProviderType::Azure).then(|| "select_account".to_owned()),
    })
}

fn scopes(fields: &Fields<'_>) -> Result<Option<Vec<String>>, ConfigError> {
    let key = "oidc_scopes";
    let Some(text) = fields.text(key)? else { return Ok(None) };
    let scopes: Vec<String> = text.split_ascii_whitespace().map(str::to_owned).collect();
    if scopes.iter().any(|scope| scope == "openid") {
        Ok(Some(scopes))
    } else {
        Err(fields.error(key, "must contain openid"))
    }
}

/// One port or a list of ports.
fn redirect_ports(fields: &Fields<'_>) -> Result<Vec<u16>, ConfigError> {
    let key = "redirect_port";
    let port = |value: &Value| {
        value
            .as_u64()
            .and_then(|number| u16::try_from(number).ok())
            .filter(|port| *port > 0)
            .ok_or_else(|| fields.error(key, format!("must be a port from 1 to 65535, but is {value}")))
    };
    match fields.present(key) {
        None => Ok(vec![DEFAULT_REDIRECT_PORT]),
        // The guidance's wizard writes 0 for "not set".
        Some(Value::Number(number)) if number.as_u64() == Some(0) => Ok(vec![DEFAULT_REDIRECT_PORT]),
        Some(Value::Array(ports)) if !ports.is_empty() => ports.iter().map(port).collect(),
        Some(value) => Ok(vec![port(value)?]),
    }
}
