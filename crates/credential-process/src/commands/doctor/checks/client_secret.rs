//! The client's own secret or certificate, where the configuration says it is.

use ccwb_config::{ClientAuth, OidcProfile};

use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;
use crate::context::Context;
use crate::exchange;

pub(super) const NAME: &str = "client-secret";

pub(super) fn check(_: &Case<'_>, context: &Context<'_>, oidc: &OidcProfile) -> Vec<Finding> {
    let found = match (&oidc.client_auth, exchange::client_credential(context)) {
        (_, Err(error)) => Finding::failed(NAME, &error.message, &error.hint),
        (ClientAuth::None, Ok(_)) => Finding::ok(NAME, "none is needed (a public client)"),
        (ClientAuth::Secret(_), Ok(_)) => Finding::ok(NAME, "in config.json"),
        (ClientAuth::KeyringSecret, Ok(_)) => Finding::ok(NAME, format!("in the {}", context.store.backend())),
        (ClientAuth::PrivateKeyJwt { .. }, Ok(_)) => Finding::ok(NAME, "certificate and key can be used"),
    };
    vec![found]
}
