//! ID tokens and the one way to trust one: OpenID Connect Core 1.0, section 3.1.3.7, step by step.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use jsonwebtoken::Algorithm;
use oauth2::CsrfToken;
use openidconnect::Nonce;
use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::error::IdTokenError;
use crate::jwks;
use crate::metadata::Metadata;
use crate::signature::verifies;
use ccwb_http::printable;

/// Claims of an ID token.
pub type Claims = Map<String, Value>;

/// How far `iat` and `nbf` may lie in the future, in seconds: clocks differ.
const CLOCK_TOLERANCE: i64 = 300;

/// Asymmetric algorithms. `none` and the HMAC family are not among them, whatever a provider announces: a client that
/// is public, or whose secret is in a package, has no secret that could make a MAC mean anything.
const ACCEPTED: &[(&str, Algorithm)] = &[
    ("RS256", Algorithm::RS256),
    ("RS384", Algorithm::RS384),
    ("RS512", Algorithm::RS512),
    ("PS256", Algorithm::PS256),
    ("PS384", Algorithm::PS384),
    ("PS512", Algorithm::PS512),
    ("ES256", Algorithm::ES256),
    ("ES384", Algorithm::ES384),
    ("EdDSA", Algorithm::EdDSA),
];

/// An ID token that was verified.
#[derive(Debug)]
pub struct IdToken {
    raw: SecretString,
    claims: Claims,
    expires: DateTime<Utc>,
}

/// What a token must be.
#[derive(Clone, Copy, Debug)]
pub struct Expectations<'a> {
    /// Our client id.
    pub client_id: &'a str,
    /// The nonce of the authorization request; `None` for a refreshed token, which need not hold one
    /// (section 12.2).
    pub nonce: Option<&'a Nonce>,
    /// The subject before a refresh, which must stay (section 12.2).
    pub subject: Option<&'a str>,
    /// The time.
    pub now: DateTime<Utc>,
}

impl IdToken {
    /// Whether the provider left the groups out because there are too many, and points to another place instead: Entra ID
    /// does above 200 (OpenID Connect Core 1.0, section 5.6.2, `_claim_names`; `hasgroups` in older answers).
    pub fn groups_left_out(&self) -> bool {
        let elsewhere = self.claims.get("_claim_names").is_some_and(|names| names.get("groups").is_some());
        elsewhere || self.claims.get("hasgroups").is_some_and(|value| value == true || value == "true")
    }

    /// Verifies a token with the keys at hand; [`crate::Provider::verify`] fetches newer ones where these do not fit. The
    /// steps are numbered as in OpenID Connect Core 1.0, section 3.1.3.7.
    pub fn verify(
        raw: &str,
        jwks: &Value,
        metadata: &Metadata,
        expected: &Expectations<'_>,
    ) -> Result<Self, IdTokenError> {
        // 1. Encrypted tokens (five parts) are not asked for at registration, so none is expected.
        let jwt = Jwt::parse(raw)?;
        // 6. to 8. come first: nothing in a token is worth a look before its signature is right. Algorithms are
        //    those that the provider announces, and never a MAC.
        let algorithm = algorithm(&jwt.header, metadata)?;
        check_signature(&jwt, jwks, algorithm)?;
        let claims = jwt.claims;
        // 2. `iss` is the issuer, exactly.
        let issuer = text(&claims, "iss").unwrap_or_default();
        if issuer != metadata.issuer {
            return Err(IdTokenError::Issuer { found: printable(issuer), expected: metadata.issuer.clone() });
        }
        // 3. to 5. `aud` holds our client; with other audiences, or where `azp` is there, `azp` is our client.
        check_audience(&claims, expected.client_id)?;
        // 9. The time is before `exp`; 10. `iat` is not in the future. `nbf` (RFC 7519, section 4.1.5) neither.
        let expires = check_times(&claims, expected.now)?;
        // 11. `nonce` is the one that was sent. Compared through digests, in constant time.
        if let Some(nonce) = expected.nonce
            && text(&claims, "nonce").map(|found| Nonce::new(found.to_owned())).as_ref() != Some(nonce)
        {
            return Err(IdTokenError::Nonce);
        }
        // 12. and 13. `acr` and `auth_time` are not asked for. `sub` is required (section 2) and stays the same
        // person over a refresh (section 12.2).
        match text(&claims, "sub") {
            Some(found) if !found.is_empty() && expected.subject.is_none_or(|subject| subject == found) => {}
            _ => return Err(IdTokenError::Subject),
        }
        Ok(Self { raw: raw.to_owned().into(), claims, expires })
    }

    /// A token that was verified before it was stored, and is read back from the store. Its times and its fit to the
    /// configuration are the store's business.
    pub fn from_store(raw: &SecretString) -> Option<Self> {
        let text = secrecy::ExposeSecret::expose_secret(raw);
        let claims = Jwt::parse(text).ok()?.claims;
        let expires = DateTime::from_timestamp(integer(&claims, "exp")?, 0)?;
        Some(Self { raw: raw.clone(), claims, expires })
    }

    /// The token as it came.
    pub fn raw(&self) -> &SecretString {
        &self.raw
    }

    /// All claims.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// `exp`.
    pub fn expires(&self) -> DateTime<Utc> {
        self.expires
    }

    /// `sub`.
    pub fn subject(&self) -> &str {
        text(&self.claims, "sub").unwrap_or_default()
    }

    /// A name for the person, for pages and messages: e-mail, else preferred user name, else subject.
    pub fn person(&self) -> String {
        let names = ["email", "preferred_username", "upn", "sub"];
        printable(names.iter().find_map(|name| text(&self.claims, name)).unwrap_or_default())
    }
}

/// Compares `state` in constant time, through digests.
pub(crate) fn same_state(expected: &CsrfToken, found: &str) -> bool {
    *expected == CsrfToken::new(found.to_owned())
}

/// The three parts of a signed JWT (RFC 7515, section 7.1), not verified.
struct Jwt<'a> {
    header: Map<String, Value>,
    claims: Claims,
    signed: &'a str,
    signature: &'a str,
}

impl<'a> Jwt<'a> {
    fn parse(raw: &'a str) -> Result<Self, IdTokenError> {
        let (signed, signature) = raw.rsplit_once('.').ok_or(IdTokenError::Malformed("no signature part"))?;
        let (header, payload) = signed.split_once('.').ok_or(IdTokenError::Malformed("two parts"))?;
        if payload.contains('.') {
            return Err(IdTokenError::Malformed("not three parts; encrypted?"));
        }
        Ok(Self {
            header: object(header).ok_or(IdTokenError::Malformed("header"))?,
            claims: object(payload).ok_or(IdTokenError::Malformed("claims"))?,
            signed,
            signature,
        })
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn algorithm(header: &Map<String, Value>, metadata: &Metadata) -> Result<Algorithm, IdTokenError> {
    // An extension that must be understood is not (RFC 7515, section 4.1.11).
    if header.contains_key("crit") {
        return Err(IdTokenError::Malformed("critical header extensions"));
    }
    let announced = |name: &str| metadata.signing_algorithms.iter().any(|announced| announced == name);
    let allowed = |name: &str| metadata.signing_algorithms.is_empty() || announced(name);
    let found = text(header, "alg").unwrap_or_default();
    match ACCEPTED.iter().find(|(name, _)| *name == found && allowed(name)) {
        Some((_, algorithm)) => Ok(*algorithm),
        None => {
            let names: Vec<&str> = ACCEPTED.iter().map(|(name, _)| *name).filter(|name| allowed(name)).collect();
            Err(IdTokenError::Algorithm { found: printable(found), allowed: names.join(", ") })
        }
    }
}

fn check_signature(jwt: &Jwt<'_>, jwks: &Value, algorithm: Algorithm) -> Result<(), IdTokenError> {
    let key_id = text(&jwt.header, "kid");
    let keys = jwks::candidates(jwks, key_id, algorithm);
    if keys.is_empty() {
        return Err(IdTokenError::Key { key_id: printable(key_id.unwrap_or("none")) });
    }
    let verified = keys.iter().any(|key| verifies(jwt.signed.as_bytes(), jwt.signature, key, algorithm));
    if verified { Ok(()) } else { Err(IdTokenError::Signature) }
}

fn check_audience(claims: &Claims, client_id: &str) -> Result<(), IdTokenError> {
    let audiences: Vec<&str> = match claims.get("aud") {
        Some(Value::String(audience)) => vec![audience],
        Some(Value::Array(audiences)) => audiences.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !audiences.contains(&client_id) {
        return Err(IdTokenError::Audience { found: printable(&audiences.join(", ")), expected: client_id.to_owned() });
    }
    match text(claims, "azp") {
        Some(party) if party == client_id => Ok(()),
        None if audiences.len() == 1 && !claims.contains_key("azp") => Ok(()),
        party => Err(IdTokenError::AuthorizedParty {
            found: party.map_or_else(|| "missing".to_owned(), printable),
            expected: client_id.to_owned(),
        }),
    }
}

fn check_times(claims: &Claims, now: DateTime<Utc>) -> Result<DateTime<Utc>, IdTokenError> {
    let expires = integer(claims, "exp").and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let expires = expires.ok_or(IdTokenError::Malformed("no exp"))?;
    if now >= expires {
        return Err(IdTokenError::Expired { seconds_ago: (now - expires).num_seconds() });
    }
    for name in ["iat", "nbf"] {
        let ahead = integer(claims, name).map_or(0, |seconds| seconds.saturating_sub(now.timestamp()));
        if ahead > CLOCK_TOLERANCE {
            return Err(IdTokenError::NotYetValid { seconds: ahead });
        }
    }
    Ok(expires)
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}

/// A NumericDate (RFC 7519, section 2), which may have a fraction.
fn integer(claims: &Claims, name: &str) -> Option<i64> {
    let value = claims.get(name)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a fraction of a second is dropped; dates are far from the limits"
    )]
    value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))
}

#[cfg(test)]
mod tests;
