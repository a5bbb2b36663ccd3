//! The issuer of a profile, derived from what config.json says. No network: the issuer is part of what cached
//! credentials are bound to, and the cached path must be able to name it.

use crate::error::ConfigError;
use crate::fields::Fields;
use crate::provider::ProviderType;
use crate::web_address::WebAddress;

/// Where the provider is, as far as config.json tells.
pub(crate) struct Location {
    pub(crate) provider: ProviderType,
    pub(crate) issuer: WebAddress,
}

impl Location {
    pub(crate) fn from_fields(fields: &Fields<'_>) -> Result<Self, ConfigError> {
        let domain = fields.text_of(&["provider_domain", "okta_domain"])?;
        let explicit = fields.text("oidc_issuer_url")?;
        let base = match &domain {
            Some((key, text)) => Some(base_address(text).map_err(|problem| fields.error(key, problem))?),
            None => None,
        };
        let provider = provider_type(fields, domain.as_ref().map(|(key, _)| *key), base.as_ref())?;
        let issuer = match explicit {
            Some(text) => WebAddress::parse(&text).map_err(|problem| fields.error("oidc_issuer_url", problem))?,
            None => {
                let base = base.as_ref().ok_or_else(|| fields.error("provider_domain", "is missing"))?;
                derive(fields, provider, base)?
            }
        };
        Ok(Self { provider, issuer })
    }
}

fn provider_type(
    fields: &Fields<'_>,
    domain_key: Option<&str>,
    base: Option<&WebAddress>,
) -> Result<ProviderType, ConfigError> {
    if let Some(named) = fields.text("provider_type")?.as_deref().and_then(ProviderType::from_name) {
        return Ok(named);
    }
    if domain_key == Some("okta_domain") {
        return Ok(ProviderType::Okta);
    }
    Ok(base.and_then(|base| base.url().host_str()).map_or(ProviderType::Generic, ProviderType::from_host))
}

/// `provider_domain` is what somebody copied from somewhere: a host, a host with a path, the address of the discovery
/// document; the scheme is optional. Unlike an issuer that is written out, it is put into its ordinary form.
fn base_address(domain: &str) -> Result<WebAddress, String> {
    let trimmed = domain.trim();
    let trimmed = trimmed.strip_suffix("/.well-known/openid-configuration").unwrap_or(trimmed).trim_end_matches('/');
    let address = WebAddress::parse(&match trimmed.contains("://") {
        true => trimmed.to_owned(),
        false => format!("https://{trimmed}"),
    })?;
    let url = address.url();
    if url.query().is_some() {
        return Err(format!("\"{domain}\" must not have a query (?...)"));
    }
    WebAddress::parse(&format!("{}{}", url.origin().ascii_serialization(), url.path().trim_end_matches('/')))
}

fn derive(fields: &Fields<'_>, provider: ProviderType, base: &WebAddress) -> Result<WebAddress, ConfigError> {
    let base_text = base.as_str();
    let text = match provider {
        ProviderType::Okta => {
            let base_text = without_admin(base_text);
            match fields.text_of(&["okta_auth_server_id", "okta_auth_server"])? {
                Some((_, server)) if !base_text.contains("/oauth2/") => format!("{base_text}/oauth2/{server}"),
                _ => base_text,
            }
        }
        ProviderType::Auth0 => format!("{base_text}/"),
        ProviderType::Azure => entra(base),
        ProviderType::Cognito => return cognito(fields, base),
        ProviderType::Google | ProviderType::Generic => base_text.to_owned(),
    };
    WebAddress::parse(&text).map_err(|problem| fields.error("provider_domain", problem))
}

/// Okta's console for administrators has an address of its own (`company-admin.okta.com`), and no issuer.
fn without_admin(base: &str) -> String {
    ["okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com"]
        .iter()
        .fold(base.to_owned(), |base, domain| base.replacen(&format!("-admin.{domain}"), &format!(".{domain}"), 1))
}

/// The issuer of version 2.0 of a tenant, from any of the addresses that the portal shows. `sts.windows.net` is the issuer of
/// version 1.0, whose tokens nobody asks for here.
fn entra(base: &WebAddress) -> String {
    let origin =
        base.url().origin().ascii_serialization().replace("://sts.windows.net", "://login.microsoftonline.com");
    match base.url().path_segments().and_then(|mut segments| segments.next()).filter(|tenant| !tenant.is_empty()) {
        Some(tenant) => format!("{origin}/{tenant}/v2.0"),
        None => format!("{origin}/v2.0"),
    }
}

/// A user pool's issuer is not on its sign-in domain. Its region is the pool's, whatever `aws_region` says.
/// Source: Amazon Cognito Developer Guide, "Verifying JSON web tokens".
fn cognito(fields: &Fields<'_>, base: &WebAddress) -> Result<WebAddress, ConfigError> {
    let on_issuer_host = base.url().host_str().is_some_and(|host| host.starts_with("cognito-idp."));
    if on_issuer_host && base.url().path().len() > 1 {
        return Ok(base.clone());
    }
    let key = "cognito_user_pool_id";
    let pool = fields.required(&[key])?;
    let region = pool.split_once('_').map(|(region, _)| region).filter(|region| region.contains('-'));
    let region = region.ok_or_else(|| fields.error(key, format!("\"{pool}\" is not of the form region_id")))?;
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    WebAddress::parse(&format!("https://cognito-idp.{region}.{suffix}/{pool}"))
        .map_err(|problem| fields.error(key, problem))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    fn issuer(profile: &serde_json::Value) -> Result<(String, ProviderType), String> {
        let serde_json::Value::Object(values) = profile.clone() else { panic!("not an object") };
        Location::from_fields(&Fields::new(Path::new("c"), "P", values))
            .map(|location| (location.issuer.to_string(), location.provider))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn every_provider_has_its_own_form_of_issuer() {
        for (profile, expected, provider) in [
            (json!({"provider_domain": "dev-1.okta.com"}), "https://dev-1.okta.com", ProviderType::Okta),
            (
                json!({"provider_domain": "https://dev-1.okta.com/", "okta_auth_server_id": "default"}),
                "https://dev-1.okta.com/oauth2/default",
                ProviderType::Okta,
            ),
            (json!({"okta_domain": "sso.example.com"}), "https://sso.example.com", ProviderType::Okta),
            (json!({"provider_domain": "x.auth0.com"}), "https://x.auth0.com/", ProviderType::Auth0),
            (
                json!({"provider_domain": "login.microsoftonline.com/1-2/v2.0"}),
                "https://login.microsoftonline.com/1-2/v2.0",
                ProviderType::Azure,
            ),
            (
                json!({"provider_domain": "login.microsoftonline.com/1-2"}),
                "https://login.microsoftonline.com/1-2/v2.0",
                ProviderType::Azure,
            ),
            (
                json!({"provider_domain": "a.auth.us-east-1.amazoncognito.com",
                       "cognito_user_pool_id": "eu-west-1_Ab9", "aws_region": "us-east-1"}),
                "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab9",
                ProviderType::Cognito,
            ),
            (
                json!({"provider_domain": "cognito-idp.us-east-1.amazonaws.com/us-east-1_X"}),
                "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_X",
                ProviderType::Cognito,
            ),
            (json!({"provider_domain": "accounts.google.com"}), "https://accounts.google.com", ProviderType::Google),
            (
                json!({"provider_domain": "id.example.org", "provider_type": "generic",
                       "oidc_issuer_url": "https://id.example.org/realms/a"}),
                "https://id.example.org/realms/a",
                ProviderType::Generic,
            ),
            (json!({"provider_domain": "http://127.0.0.1:9400"}), "http://127.0.0.1:9400", ProviderType::Generic),
        ] {
            assert_eq!(issuer(&profile), Ok((expected.to_owned(), provider)), "{profile}");
        }
    }

    /// What people write for `provider_domain`, and the issuer that they mean.
    #[test]
    fn forty_ways_to_write_a_provider_are_one_issuer_each() {
        const POOL: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab9";
        const TENANT: &str = "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0";
        let table: &[(&[&str], &str)] = &[
            (
                &[
                    "company.okta.com",
                    "company.okta.com/",
                    "https://company.okta.com",
                    "https://company.okta.com/",
                    "https://company.okta.com//",
                    " company.okta.com ",
                    "Company.Okta.com",
                    "HTTPS://COMPANY.OKTA.COM",
                    "https://company.okta.com:443/",
                    "company-admin.okta.com",
                    "https://company-admin.okta.com/",
                    "https://company.okta.com/.well-known/openid-configuration",
                ],
                "https://company.okta.com",
            ),
            (
                &[
                    "company.okta.com/oauth2/default",
                    "https://company.okta.com/oauth2/default/",
                    "https://company-admin.okta.com/oauth2/default",
                    "https://company.okta.com/oauth2/default/.well-known/openid-configuration",
                ],
                "https://company.okta.com/oauth2/default",
            ),
            (&["company.oktapreview.com", "company-admin.oktapreview.com"], "https://company.oktapreview.com"),
            (&["agency.okta-gov.com", "agency-admin.okta-gov.com/"], "https://agency.okta-gov.com"),
            (
                &[
                    "company.eu.auth0.com",
                    "https://company.eu.auth0.com",
                    "https://company.eu.auth0.com/",
                    "Company.EU.auth0.com",
                    "https://company.eu.auth0.com/.well-known/openid-configuration",
                ],
                "https://company.eu.auth0.com/",
            ),
            (
                &[
                    "login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad",
                    "login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/",
                    "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
                    "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0/",
                    "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/oauth2/v2.0/authorize",
                    "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/oauth2/v2.0/token",
                    "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0/.well-known/openid-configuration",
                    "https://Login.MicrosoftOnline.com/9188040d-6c67-4c5b-b112-36a304b66dad",
                    "https://sts.windows.net/9188040d-6c67-4c5b-b112-36a304b66dad/",
                ],
                TENANT,
            ),
            (&["login.microsoftonline.us/tenant"], "https://login.microsoftonline.us/tenant/v2.0"),
            (&["login.partner.microsoftonline.cn/tenant/v2.0"], "https://login.partner.microsoftonline.cn/tenant/v2.0"),
            (
                &[
                    "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab9",
                    "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab9/",
                    "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab9/.well-known/openid-configuration",
                ],
                POOL,
            ),
            (&["accounts.google.com", "https://accounts.google.com/"], "https://accounts.google.com"),
            (
                &["id.example.org/realms/a", "https://id.example.org/realms/a/", "ID.example.org/realms/a"],
                "https://id.example.org/realms/a",
            ),
            (&["id.example.org:8443/realms/A"], "https://id.example.org:8443/realms/A"),
        ];
        assert!(table.iter().map(|(inputs, _)| inputs.len()).sum::<usize>() >= 40);
        for (inputs, expected) in table {
            for input in *inputs {
                let found = issuer(&json!({ "provider_domain": input })).map(|(issuer, _)| issuer);
                assert_eq!(found.as_deref(), Ok(*expected), "{input}");
            }
        }
        // The server's own key does no harm beside an address that holds it already.
        let both = json!({"provider_domain": "company.okta.com/oauth2/default", "okta_auth_server_id": "default"});
        assert_eq!(issuer(&both).unwrap().0, "https://company.okta.com/oauth2/default");
    }

    #[test]
    fn what_is_missing_is_named() {
        for (profile, key) in [
            (json!({}), "provider_domain: is missing"),
            (json!({"provider_domain": "a.auth.us-east-1.amazoncognito.com"}), "cognito_user_pool_id: is missing"),
            (
                json!({"provider_domain": "http://id.example.org"}),
                "provider_domain: \"http://id.example.org\" must start",
            ),
            (json!({"provider_domain": 7}), "provider_domain: must be a text, but is a number"),
            (json!({"provider_domain": "h", "oidc_issuer_url": "x"}), "oidc_issuer_url: \"x\" is not an address"),
        ] {
            let error = issuer(&profile).unwrap_err();
            assert!(error.contains(key), "{error}");
        }
    }
}
