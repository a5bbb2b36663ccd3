//! The ways to credentials without OpenID Connect: what can be seen of them without the network.

use ccwb_config::AuthMode;

use super::span;
use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;
use crate::context::Context;
use crate::other_ways::identity_center;
use crate::world::World;

pub(super) const NAME: &str = "way-in";

pub(super) fn check(_: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let mut found = seen(context);
    if context.profile.quota.is_some() && context.profile.oidc().is_none() {
        found.push(Finding::warning(
            NAME,
            "quota_api_endpoint is set, and is asked for ID tokens only: this profile has none, so nobody is asked",
            "do not rely on it for this profile; the role's own policy is what limits it",
        ));
    }
    found
}

fn seen(context: &Context<'_>) -> Vec<Finding> {
    match &context.profile.auth {
        AuthMode::IdentityCenter(center) => {
            let now = World::now().timestamp();
            let session = identity_center::session(context, center);
            let renews = session.as_ref().is_some_and(|session| session.renewable(now).is_some());
            vec![match session {
                Some(session) if session.is_usable(now) => {
                    let after = if renews { ", and is then made longer" } else { "; then somebody signs in" };
                    Finding::ok(
                        NAME,
                        format!("the session at Identity Center lasts for {}{after}", span(session.expires - now)),
                    )
                }
                Some(_) if renews => {
                    Finding::ok(NAME, "the session at Identity Center has ended and will be made longer")
                }
                Some(_) => {
                    Finding::ok(NAME, "the session at Identity Center has ended; the next call opens the browser")
                }
                None => Finding::ok(NAME, "nobody is signed in at Identity Center; the next call opens the browser"),
            }]
        }
        AuthMode::Ambient(_) => vec![Finding::ok(NAME, "what the machine has is handed on; --live asks for it")],
        AuthMode::Oidc(_) | AuthMode::WebIdentity(_) | AuthMode::IamUser(_) | AuthMode::BedrockApiKey => Vec::new(),
    }
}
