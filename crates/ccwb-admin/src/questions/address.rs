//! What people type as their provider's address, brought into one form.

use ccwb_config::{ProviderType, WebAddress};
use url::Url;

/// A provider's address as a profile has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderAddress {
    /// `provider_domain`: host and path; with its scheme only on loopback.
    pub domain: String,
    /// Okta's custom authorization server, if the address named one.
    pub okta_auth_server: Option<String>,
    /// What the host gives away.
    pub provider: ProviderType,
}

/// What stands behind the issuer in addresses that people copy.
const TAILS: &[&str] = &[
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/oauth2/v2.0/authorize",
    "/oauth2/v2.0/token",
    "/oauth2/v1/authorize",
    "/oauth2/v1/token",
    "/v1/authorize",
    "/v1/token",
    "/protocol/openid-connect/auth",
    "/protocol/openid-connect/token",
    "/oauth2/authorize",
    "/oauth2/token",
    "/oauth/token",
    "/oauth2/v2/auth",
    "/authorize",
    "/v2.0",
];

impl ProviderAddress {
    /// Takes a host, an address, an address of an endpoint or of an admin console. The error is a sentence.
    pub fn parse(input: &str) -> Result<Self, String> {
        let typed = input.trim().trim_matches(['"', '\'', '<', '>']).trim();
        if typed.is_empty() {
            return Err("Type the address where people sign in, such as company.okta.com".to_owned());
        }
        if typed.chars().any(char::is_whitespace) {
            return Err(format!("\"{typed}\" has a space in it"));
        }
        let with_scheme = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
        let mut url = Url::parse(&with_scheme).map_err(|error| format!("\"{typed}\" is not an address: {error}"))?;
        url.set_query(None);
        url.set_fragment(None);
        if url.scheme() == "http" && WebAddress::parse(url.as_str()).is_err() {
            // Somebody left out the s; tokens travel over HTTPS only.
            let _ = url.set_scheme("https");
        }
        WebAddress::parse(url.as_str()).map_err(|problem| format!("It {problem}"))?;
        let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
        let host = known_host(&host);
        if !host.contains('.') && url.scheme() == "https" && host != "localhost" {
            return Err(format!("\"{host}\" is not a complete host name: it needs a dot, as in company.okta.com"));
        }
        let provider = ProviderType::from_host(&host);
        let (path, okta_auth_server) = path(provider, url.path())?;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let scheme = if url.scheme() == "http" { "http://" } else { "" };
        Ok(Self { domain: format!("{scheme}{host}{port}{path}"), okta_auth_server, provider })
    }
}

/// Hosts that people see in their browser, and the one that means the same to a program.
fn known_host(host: &str) -> String {
    match host {
        "google.com"
        | "www.google.com"
        | "gmail.com"
        | "mail.google.com"
        | "admin.google.com"
        | "console.cloud.google.com"
        | "oauth2.googleapis.com" => return "accounts.google.com".to_owned(),
        "login.windows.net" | "login.microsoft.com" => return "login.microsoftonline.com".to_owned(),
        _ => {}
    }
    match host.split_once('.') {
        Some((first, rest)) if ProviderType::from_host(host) == ProviderType::Okta => {
            format!("{}.{rest}", first.trim_end_matches("-admin"))
        }
        _ => host.to_owned(),
    }
}

fn path(provider: ProviderType, path: &str) -> Result<(String, Option<String>), String> {
    let mut path = path.trim_end_matches('/');
    while let Some(shorter) = TAILS.iter().find_map(|tail| path.strip_suffix(tail)) {
        path = shorter.trim_end_matches('/');
    }
    match provider {
        ProviderType::Okta => {
            let server = path.strip_prefix("/oauth2/").and_then(|rest| rest.split('/').next());
            Ok((String::new(), server.filter(|server| !server.is_empty() && *server != "v1").map(str::to_owned)))
        }
        ProviderType::Azure => match path.trim_start_matches('/').split('/').next().unwrap_or_default() {
            "" => Err("Entra ID's address needs your tenant: login.microsoftonline.com/<Directory (tenant) ID>".to_owned()),
            "common" | "organizations" | "consumers" => Err(
                "That address is for every tenant at once; put your own in: login.microsoftonline.com/<Directory (tenant) ID>"
                    .to_owned(),
            ),
            tenant => Ok((format!("/{tenant}/v2.0"), None)),
        },
        ProviderType::Auth0 | ProviderType::Google => Ok((String::new(), None)),
        ProviderType::Cognito | ProviderType::Generic => Ok((path.to_owned(), None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_people_paste_becomes_one_form() {
        const TENANT: &str = "9122040d-6c67-4c5b-b112-36a304b66dad";
        let entra = format!("login.microsoftonline.com/{TENANT}/v2.0");
        for (typed, domain) in [
            ("company.okta.com", "company.okta.com"),
            (" company.okta.com ", "company.okta.com"),
            ("Company.Okta.Com", "company.okta.com"),
            ("https://company.okta.com", "company.okta.com"),
            ("http://company.okta.com", "company.okta.com"),
            ("https://company.okta.com/", "company.okta.com"),
            ("\"https://company.okta.com/\"", "company.okta.com"),
            ("https://company-admin.okta.com/admin/dashboard", "company.okta.com"),
            ("https://company.okta.com/app/UserHome?x=1#y", "company.okta.com"),
            ("https://company.okta.com/.well-known/openid-configuration", "company.okta.com"),
            ("https://company.okta.com/oauth2/v1/authorize", "company.okta.com"),
            ("company.oktapreview.com/", "company.oktapreview.com"),
            ("company.okta-emea.com", "company.okta-emea.com"),
            ("company.okta-gov.com", "company.okta-gov.com"),
            ("https://company.okta.com/oauth2/default", "company.okta.com"),
            ("company.auth0.com", "company.auth0.com"),
            ("https://company.eu.auth0.com/", "company.eu.auth0.com"),
            ("https://company.eu.auth0.com/authorize", "company.eu.auth0.com"),
            ("https://company.eu.auth0.com/oauth/token", "company.eu.auth0.com"),
            ("accounts.google.com", "accounts.google.com"),
            ("https://accounts.google.com/o/oauth2/v2/auth", "accounts.google.com"),
            ("google.com", "accounts.google.com"),
            ("https://console.cloud.google.com/apis/credentials", "accounts.google.com"),
            (&format!("login.microsoftonline.com/{TENANT}"), &entra),
            (&format!("https://login.microsoftonline.com/{TENANT}/v2.0"), &entra),
            (&format!("https://login.microsoftonline.com/{TENANT}/v2.0/"), &entra),
            (&format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/authorize"), &entra),
            (&format!("https://login.microsoftonline.com/{TENANT}/v2.0/.well-known/openid-configuration"), &entra),
            (&format!("https://login.windows.net/{TENANT}"), &entra),
            ("login.microsoftonline.us/t", "login.microsoftonline.us/t/v2.0"),
            (
                "login.microsoftonline.com/contoso.onmicrosoft.com",
                "login.microsoftonline.com/contoso.onmicrosoft.com/v2.0",
            ),
            ("company.auth.us-east-1.amazoncognito.com", "company.auth.us-east-1.amazoncognito.com"),
            (
                "https://company.auth.us-east-1.amazoncognito.com/oauth2/authorize?x=y",
                "company.auth.us-east-1.amazoncognito.com",
            ),
            (
                "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab9",
                "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab9",
            ),
            (
                "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab9/.well-known/openid-configuration",
                "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab9",
            ),
            ("https://keycloak.example.org/realms/main", "keycloak.example.org/realms/main"),
            ("keycloak.example.org/realms/main/", "keycloak.example.org/realms/main"),
            (
                "https://keycloak.example.org/realms/main/protocol/openid-connect/auth",
                "keycloak.example.org/realms/main",
            ),
            ("https://sso.example.com:8443/oidc", "sso.example.com:8443/oidc"),
            ("sso.example.com.", "sso.example.com"),
            ("http://127.0.0.1:9410", "http://127.0.0.1:9410"),
            ("http://localhost:9410/", "http://localhost:9410"),
        ] {
            assert_eq!(ProviderAddress::parse(typed).map(|address| address.domain), Ok(domain.to_owned()), "{typed}");
        }
    }

    #[test]
    fn an_authorization_server_of_okta_is_kept_apart() {
        for (typed, server) in [
            ("company.okta.com", None),
            ("https://company.okta.com/oauth2/v1/token", None),
            ("https://company.okta.com/oauth2/default", Some("default")),
            ("https://company.okta.com/oauth2/aus1/.well-known/openid-configuration", Some("aus1")),
            ("https://company.okta.com/oauth2/aus1/v1/authorize", Some("aus1")),
        ] {
            assert_eq!(ProviderAddress::parse(typed).unwrap().okta_auth_server.as_deref(), server, "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_a_reason() {
        for (typed, reason) in [
            ("", "Type the address"),
            ("company", "needs a dot"),
            ("company okta.com", "space"),
            ("ftp://company.okta.com", "must start with https"),
            ("https://me:pw@company.okta.com", "user name"),
            ("login.microsoftonline.com", "tenant"),
            ("https://login.microsoftonline.com/common/v2.0", "every tenant"),
        ] {
            let error = ProviderAddress::parse(typed).unwrap_err();
            assert!(error.contains(reason), "{typed}: {error}");
        }
    }
}
