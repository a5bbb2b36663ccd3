use chrono::{DateTime, Utc};

use super::grant::SignIn;
use crate::clock::span;
use crate::random;
use crate::world::World;

/// An authorization code with all that it is bound to (RFC 6749 section 4.1.2, RFC 7636 section 4.4, OIDC Core 3.1.2.1).
#[expect(clippy::struct_field_names, reason = "the name of the RFC 7636 parameter")]
#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) sign_in: SignIn,
    pub(crate) redirect_uri: String,
    /// Always S256.
    pub(crate) code_challenge: String,
    pub(crate) nonce: Option<String>,
    pub(crate) expires: DateTime<Utc>,
    /// The grant that came from it, once it is used.
    pub(crate) used_for: Option<u64>,
}

pub(crate) fn issue(
    world: &World,
    sign_in: SignIn,
    redirect_uri: &str,
    challenge: &str,
    nonce: Option<&str>,
) -> String {
    let value = random::token();
    let code = Code {
        sign_in,
        redirect_uri: redirect_uri.to_owned(),
        code_challenge: challenge.to_owned(),
        nonce: nonce.map(str::to_owned),
        expires: world.clock.now() + span(world.options.lifetimes.code),
        used_for: None,
    };
    world.idp().codes.insert(value.clone(), code);
    value
}
