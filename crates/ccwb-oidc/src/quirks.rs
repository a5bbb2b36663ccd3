//! What providers want differently, as a table.

use ccwb_config::ProviderType;

/// The differences of one provider in the authorization request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quirks {
    /// Scopes of the authorization request, if config.json sets none.
    pub(crate) scopes: &'static [&'static str],
    /// Parameters beside the standard ones.
    pub(crate) extra: &'static [(&'static str, &'static str)],
}

/// A refresh token is asked for where the provider takes the question: by `offline_access` (OpenID Connect Core 1.0,
/// section 11), by Google's own parameter, or not at all (Cognito gives one always and refuses the scope).
pub(crate) fn of(provider: ProviderType) -> Quirks {
    const WITH_OFFLINE_ACCESS: &[&str] = &["openid", "profile", "email", "offline_access"];
    match provider {
        ProviderType::Okta | ProviderType::Auth0 | ProviderType::Generic => {
            Quirks { scopes: WITH_OFFLINE_ACCESS, extra: &[] }
        }
        ProviderType::Azure => Quirks { scopes: WITH_OFFLINE_ACCESS, extra: &[("response_mode", "query")] },
        ProviderType::Cognito => Quirks { scopes: &["openid", "email"], extra: &[] },
        // Google gives a refresh token at the first consent only; the one that is stored is kept then.
        ProviderType::Google => {
            Quirks { scopes: &["openid", "email", "profile"], extra: &[("access_type", "offline")] }
        }
    }
}
