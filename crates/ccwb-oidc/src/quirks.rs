//! What providers want differently, as a table.

use ccwb_config::ProviderType;

/// The differences of one provider in the authorization request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quirks {
    /// Scopes of the authorization request, if config.json sets none.
    pub(crate) scopes: &'static [&'static str],
    /// Parameters beside the standard ones.
    pub(crate) extra: &'static [(&'static str, &'static str)],
    /// `prompt` that lets the person choose another account: `select_account` where it is known, else `login`, which every
    /// provider must know (OpenID Connect Core 1.0, section 3.1.2.1).
    pub(crate) other_account: &'static str,
    /// The parameter that says whose sign-in page is meant.
    pub(crate) domain_hint: &'static str,
    /// Where a person ends the browser's session.
    pub(crate) sign_out: SignOut,
}

/// Where a person ends the browser's session at a provider.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SignOut {
    /// At the endpoint of `OpenID` Connect RP-Initiated Logout 1.0.
    EndSession,
    /// At a page of its own, by its path: the endpoint wants an ID token, which belongs into no address that is shown.
    Page(&'static str),
    /// Nowhere that could be linked to.
    Unknown,
}

/// A refresh token is asked for where the provider takes the question: by `offline_access` (OpenID Connect Core 1.0,
/// section 11), by Google's own parameter, or not at all (Cognito gives one always and refuses the scope).
pub(crate) fn of(provider: ProviderType) -> Quirks {
    const STANDARD: Quirks = Quirks {
        scopes: &["openid", "profile", "email", "offline_access"],
        extra: &[],
        other_account: "login",
        domain_hint: "domain_hint",
        sign_out: SignOut::EndSession,
    };
    const SELECT: &str = "select_account";
    match provider {
        ProviderType::Generic => STANDARD,
        ProviderType::Okta => Quirks { sign_out: SignOut::Page("/login/signout"), ..STANDARD },
        ProviderType::Auth0 => Quirks { other_account: SELECT, ..STANDARD },
        ProviderType::Azure => Quirks { extra: &[("response_mode", "query")], other_account: SELECT, ..STANDARD },
        ProviderType::Cognito => Quirks {
            scopes: &["openid", "email"],
            extra: &[],
            other_account: SELECT,
            domain_hint: "idp_identifier",
            // Its endpoint wants a registered address to go to afterwards.
            sign_out: SignOut::Unknown,
        },
        // Google gives a refresh token at the first consent only; the one that is stored is kept then.
        ProviderType::Google => Quirks {
            scopes: &["openid", "email", "profile"],
            extra: &[("access_type", "offline")],
            other_account: SELECT,
            domain_hint: "hd",
            sign_out: SignOut::Page("/Logout"),
        },
    }
}
