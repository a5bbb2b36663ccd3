//! Identity providers by name, and how a host tells which one it is.

use std::fmt;

/// A kind of identity provider. The differences between them are data: issuer form here and in `issuer.rs`, scopes and
/// extra parameters in `ccwb-oidc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderType {
    /// Okta, org or custom authorization server.
    Okta,
    /// Auth0.
    Auth0,
    /// Microsoft Entra ID (`azure` in config.json).
    Azure,
    /// An Amazon Cognito user pool.
    Cognito,
    /// Google.
    Google,
    /// Any other provider that conforms to OpenID Connect.
    Generic,
}

impl ProviderType {
    /// The value of `provider_type`; `None` for `auto` and for anything unknown, which means "detect it".
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "okta" => Self::Okta,
            "auth0" => Self::Auth0,
            "azure" | "entra" => Self::Azure,
            "cognito" => Self::Cognito,
            "google" => Self::Google,
            "generic" | "oidc" => Self::Generic,
            _ => return None,
        })
    }

    /// Detects the provider from a host name; an unknown host is [`ProviderType::Generic`].
    pub fn from_host(host: &str) -> Self {
        let host = host.to_ascii_lowercase();
        let under = |domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
        if ["okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com"].into_iter().any(under) {
            Self::Okta
        } else if under("auth0.com") {
            Self::Auth0
        } else if ["microsoftonline.com", "microsoftonline.us", "windows.net", "partner.microsoftonline.cn"]
            .into_iter()
            .any(under)
        {
            Self::Azure
        } else if under("amazoncognito.com") || (host.starts_with("cognito-idp.") && host.contains(".amazonaws.com")) {
            Self::Cognito
        } else if host == "accounts.google.com" {
            Self::Google
        } else {
            Self::Generic
        }
    }

    /// The name as config.json spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Okta => "okta",
            Self::Auth0 => "auth0",
            Self::Azure => "azure",
            Self::Cognito => "cognito",
            Self::Google => "google",
            Self::Generic => "generic",
        }
    }
}

impl fmt::Display for ProviderType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_recognised_and_lookalikes_are_not() {
        for (host, provider) in [
            ("dev-1.okta.com", ProviderType::Okta),
            ("Company.OktaPreview.com", ProviderType::Okta),
            ("evil-okta.com", ProviderType::Generic),
            ("okta.com.evil.example", ProviderType::Generic),
            ("x.eu.auth0.com", ProviderType::Auth0),
            ("login.microsoftonline.com", ProviderType::Azure),
            ("sts.windows.net", ProviderType::Azure),
            ("a.auth.us-east-1.amazoncognito.com", ProviderType::Cognito),
            ("cognito-idp.eu-west-1.amazonaws.com", ProviderType::Cognito),
            ("accounts.google.com", ProviderType::Google),
            ("keycloak.example.org", ProviderType::Generic),
        ] {
            assert_eq!(ProviderType::from_host(host), provider, "{host}");
        }
    }
}
