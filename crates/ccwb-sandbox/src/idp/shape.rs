use serde::{Deserialize, Serialize};
use url::Url;

use crate::options::Rotation;

/// Which provider the sandbox stands in for: its issuer form, paths, claims and quirks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderShape {
    /// A conformant provider without peculiarities.
    Generic,
    /// Okta's org authorization server: the issuer is the bare domain.
    OktaOrg,
    /// Okta custom authorization server with this id (`default` or `aus...`).
    OktaCustom(String),
    /// Microsoft Entra ID, v2.0 endpoints, with this tenant GUID.
    Entra(String),
    /// Auth0: the issuer ends with a slash.
    Auth0,
    /// Amazon Cognito user pool with this id (`us-east-1_...`).
    Cognito(String),
    /// Google, a "desktop app" client: it has a secret that isn't one.
    Google,
}

/// Where a shape has its endpoints; absent ones don't exist there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paths {
    pub(crate) authorization: String,
    pub(crate) token: String,
    pub(crate) jwks: String,
    pub(crate) revocation: Option<String>,
    pub(crate) end_session: Option<String>,
    pub(crate) device: Option<String>,
}

/// Where a person enters a device code, for every shape.
pub(crate) const DEVICE_PAGE: &str = "/activate";

impl ProviderShape {
    /// The `iss` value for a provider at this address.
    pub(crate) fn issuer(&self, base: &Url) -> String {
        let base = base.as_str().trim_end_matches('/');
        format!("{base}{}", self.issuer_path())
    }

    fn issuer_path(&self) -> String {
        match self {
            Self::Generic | Self::OktaOrg | Self::Google => String::new(),
            Self::OktaCustom(server) => format!("/oauth2/{server}"),
            Self::Entra(tenant) => format!("/{tenant}/v2.0"),
            Self::Auth0 => "/".to_owned(),
            Self::Cognito(pool) => format!("/{pool}"),
        }
    }

    /// `OpenID` Discovery section 4: the terminating slash of an issuer is removed before the suffix is appended.
    pub(crate) fn discovery_path(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.issuer_path().trim_end_matches('/'))
    }

    pub(crate) fn paths(&self) -> Paths {
        match self {
            Self::Generic => paths(["/authorize", "/token", "/jwks", "/revoke", "/logout", "/device_authorization"]),
            Self::OktaOrg => okta("/oauth2/v1"),
            Self::OktaCustom(server) => okta(&format!("/oauth2/{server}/v1")),
            Self::Entra(tenant) => {
                let v2 = format!("/{tenant}/oauth2/v2.0");
                paths([
                    &format!("{v2}/authorize"),
                    &format!("{v2}/token"),
                    &format!("/{tenant}/discovery/v2.0/keys"),
                    "",
                    &format!("{v2}/logout"),
                    &format!("{v2}/devicecode"),
                ])
            }
            Self::Auth0 => paths([
                "/authorize",
                "/oauth/token",
                "/.well-known/jwks.json",
                "/oauth/revoke",
                "/oidc/logout",
                "/oauth/device/code",
            ]),
            Self::Cognito(pool) => paths([
                "/oauth2/authorize",
                "/oauth2/token",
                &format!("/{pool}/.well-known/jwks.json"),
                "/oauth2/revoke",
                "/logout",
                "",
            ]),
            Self::Google => paths(["/o/oauth2/v2/auth", "/token", "/oauth2/v3/certs", "/revoke", "", "/device/code"]),
        }
    }

    /// Google and Cognito refuse the scope `offline_access` with `invalid_scope`.
    pub(crate) fn takes_offline_access(&self) -> bool {
        !matches!(self, Self::Google | Self::Cognito(_))
    }

    pub(crate) fn rotation(&self) -> Rotation {
        match self {
            Self::Generic => Rotation::Always,
            Self::Entra(_) => Rotation::Overlapping,
            Self::OktaOrg | Self::OktaCustom(_) | Self::Auth0 | Self::Cognito(_) | Self::Google => Rotation::Never,
        }
    }

    pub(crate) fn is_okta(&self) -> bool {
        matches!(self, Self::OktaOrg | Self::OktaCustom(_))
    }

    /// Whether a registered redirect URI covers the one in the request.
    ///
    /// Everywhere the strings must be equal (OIDC Core section 3.1.2.1), except: Entra ignores the port of
    /// `http://localhost`, and Google's desktop clients may use any loopback address, port and path.
    pub(crate) fn redirect_matches(&self, registered: &str, requested: &str) -> bool {
        registered == requested
            || match self {
                Self::Entra(_) => without_localhost_port(requested)
                    .is_some_and(|requested| without_localhost_port(registered) == Some(requested)),
                Self::Google => is_loopback(requested),
                _ => false,
            }
    }

    /// The `provider_type` of config.json.
    pub(crate) fn provider_type(&self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::OktaOrg | Self::OktaCustom(_) => "okta",
            Self::Entra(_) => "azure",
            Self::Auth0 => "auth0",
            Self::Cognito(_) => "cognito",
            Self::Google => "google",
        }
    }
}

fn okta(base: &str) -> Paths {
    paths([
        &format!("{base}/authorize"),
        &format!("{base}/token"),
        &format!("{base}/keys"),
        &format!("{base}/revoke"),
        &format!("{base}/logout"),
        &format!("{base}/device/authorize"),
    ])
}

fn paths([authorization, token, jwks, revocation, end_session, device]: [&str; 6]) -> Paths {
    let optional = |path: &str| (!path.is_empty()).then(|| path.to_owned());
    Paths {
        authorization: authorization.to_owned(),
        token: token.to_owned(),
        jwks: jwks.to_owned(),
        revocation: optional(revocation),
        end_session: optional(end_session),
        device: optional(device),
    }
}

fn without_localhost_port(uri: &str) -> Option<Url> {
    let mut url = Url::parse(uri).ok()?;
    let is_localhost = url.scheme() == "http" && url.host_str() == Some("localhost");
    url.set_port(None).ok()?;
    is_localhost.then_some(url)
}

fn is_loopback(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| {
        url.scheme() == "http"
            && url.fragment().is_none()
            && matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
    })
}

#[cfg(test)]
impl ProviderShape {
    pub(crate) fn all() -> Vec<Self> {
        vec![
            Self::Generic,
            Self::OktaOrg,
            Self::OktaCustom("default".to_owned()),
            Self::Entra("9122040d-6c67-4c5b-b112-36a304b66dad".to_owned()),
            Self::Auth0,
            Self::Cognito("us-east-1_Sandbox01".to_owned()),
            Self::Google,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_entra_and_google_are_lenient_about_loopback_redirects() {
        let lenient: Vec<_> = ProviderShape::all()
            .into_iter()
            .filter(|shape| shape.redirect_matches("http://localhost:8400/callback", "http://localhost:9/callback"))
            .map(|shape| shape.provider_type())
            .collect();
        assert_eq!(lenient, ["azure", "google"]);
    }

    #[test]
    fn entra_is_lenient_about_the_port_only() {
        let entra = ProviderShape::Entra("t".to_owned());
        let registered = "http://localhost:8400/callback";
        assert!(!entra.redirect_matches(registered, "http://localhost:9/other"));
        assert!(!entra.redirect_matches(registered, "http://127.0.0.1:8400/callback"));
        assert!(!entra.redirect_matches(registered, "https://localhost:9/callback"));
    }

    #[test]
    fn the_discovery_path_follows_the_issuer() {
        let base = Url::parse("http://127.0.0.1:1").expect("a URL");
        assert_eq!(ProviderShape::Auth0.issuer(&base), "http://127.0.0.1:1/");
        assert_eq!(ProviderShape::Auth0.discovery_path(), "/.well-known/openid-configuration");
        let entra = ProviderShape::Entra("t".to_owned());
        assert_eq!(entra.discovery_path(), "/t/v2.0/.well-known/openid-configuration");
    }
}
