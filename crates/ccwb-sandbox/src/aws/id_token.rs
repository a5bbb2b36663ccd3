//! What both the identity pool and STS check in an ID token. They say it in different words, so the reasons are values.

use crate::idp::jwt::{BadSignature, UnverifiedJwt};
use crate::world::World;

/// A token that passed every check.
#[derive(Debug)]
pub(crate) struct VerifiedIdToken {
    pub(crate) subject: String,
    pub(crate) audience: String,
    /// `email`, else `sub`.
    pub(crate) person: String,
    pub(crate) kid: String,
}

/// The first check that failed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Rejected {
    NotAJwt,
    Issuer(String),
    Signature(BadSignature),
    MissingClaim(&'static str),
    Audience,
    /// Expired at this second.
    Expired(i64),
    NotYetValid,
}

/// Clocks of providers may be ahead of AWS's by this many seconds.
const LEEWAY: i64 = 300;

pub(crate) fn verify(world: &World, token: &str) -> Result<VerifiedIdToken, Rejected> {
    let jwt = UnverifiedJwt::parse(token).ok_or(Rejected::NotAJwt)?;
    let issuer = jwt.text("iss").ok_or(Rejected::MissingClaim("iss"))?;
    if issuer != world.issuer {
        return Err(Rejected::Issuer(issuer.to_owned()));
    }
    jwt.verify(&world.idp().keys).map_err(Rejected::Signature)?;
    let subject = jwt.text("sub").ok_or(Rejected::MissingClaim("sub"))?;
    if jwt.audiences().is_empty() {
        return Err(Rejected::MissingClaim("aud"));
    }
    let now = world.clock.epoch();
    let expires = jwt.number("exp").ok_or(Rejected::MissingClaim("exp"))?;
    let issued_at = jwt.number("iat").ok_or(Rejected::MissingClaim("iat"))?;
    if now >= expires {
        return Err(Rejected::Expired(expires));
    }
    if issued_at > now + LEEWAY || jwt.number("nbf").is_some_and(|not_before| not_before > now + LEEWAY) {
        return Err(Rejected::NotYetValid);
    }
    let audience = accepted_audience(world, &jwt).ok_or(Rejected::Audience)?;
    Ok(VerifiedIdToken {
        subject: subject.to_owned(),
        audience,
        person: jwt.text("email").unwrap_or(subject).to_owned(),
        kid: jwt.kid.clone().unwrap_or_default(),
    })
}

/// With several audiences `azp` says whom the token is for (OIDC Core section 2), and IAM compares that one.
fn accepted_audience(world: &World, jwt: &UnverifiedJwt<'_>) -> Option<String> {
    let audience = match jwt.audiences().as_slice() {
        [one] => (*one).to_owned(),
        _ => jwt.text("azp")?.to_owned(),
    };
    let idp = world.idp();
    let known = idp.clients.iter().any(|client| client.trusted_by_aws && client.id == audience);
    known.then_some(audience)
}
