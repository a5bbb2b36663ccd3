//! The ways without OpenID Connect: one try, whose yield is thrown away.

use ccwb_config::{AuthMode, IdentityCenterProfile};

use crate::commands::doctor::checks::span;
use crate::commands::doctor::finding::Finding;
use crate::commands::doctor::safe::foreign;
use crate::context::Context;
use crate::error::Error;
use crate::http;
use crate::other_ways::{ambient, identity_center};
use crate::world::World;

const PORTAL: &str = "access-portal";
const IDENTITY: &str = "identity";

/// `None` where there is nothing to try.
pub(super) fn ask(context: &Context<'_>) -> Option<Vec<Finding>> {
    Some(match &context.profile.auth {
        AuthMode::IdentityCenter(center) => {
            vec![portal(context, center).unwrap_or_else(|error| failed(PORTAL, &error))]
        }
        AuthMode::Ambient(_) => vec![match ambient::identity(context) {
            Ok((source, arn)) => Finding::ok(IDENTITY, format!("AWS takes you for {} (by {source})", foreign(&arn))),
            Err(error) => failed(IDENTITY, &error),
        }],
        AuthMode::Oidc(_) | AuthMode::WebIdentity(_) | AuthMode::IamUser(_) | AuthMode::BedrockApiKey => return None,
    })
}

fn portal(context: &Context<'_>, center: &IdentityCenterProfile) -> Result<Finding, Error> {
    let now = World::now().timestamp();
    let Some(session) = identity_center::session(context, center).filter(|session| session.is_usable(now)) else {
        let login = context.command_line(&["login"]);
        return Ok(Finding::skipped(PORTAL, format!("there is no session to try; run {login} first")));
    };
    let portal = identity_center::Portal::new(context, center)?;
    let given = http::runtime()?.block_on(portal.role_credentials(&session))?;
    let left = span(given.credentials.expiration - now);
    let person = foreign(&given.person);
    Ok(Finding::ok(PORTAL, format!("Identity Center gives credentials to {person} for {left}")))
}

fn failed(name: &'static str, error: &Error) -> Finding {
    Finding::failed(name, foreign(&error.message), &error.hint)
}
