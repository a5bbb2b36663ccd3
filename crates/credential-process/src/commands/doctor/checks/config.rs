//! config.json: found, read, and every value of its form.

use ccwb_config::{AuthMode, FederationTarget};

use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;
use crate::commands::doctor::safe::foreign;
use crate::context::Context;

pub(super) const CONFIG: &str = "config";
pub(super) const KEYS: &str = "config-keys";

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let found = match &case.context {
        Ok(context) => Finding::ok(CONFIG, format!("{}, {}", context.config.path().display(), described(context))),
        Err(error) => Finding::failed(CONFIG, &error.message, &error.hint),
    };
    vec![found]
}

fn described(context: &Context<'_>) -> String {
    match &context.profile.auth {
        AuthMode::Oidc(oidc) => {
            let target = match oidc.federation.target {
                FederationTarget::IdentityPool { .. } => "identity pool",
                FederationTarget::WebIdentityRole { .. } => "role",
            };
            format!("{} through {target}", oidc.issuer)
        }
        AuthMode::IdentityCenter(_) => "IAM Identity Center".to_owned(),
        AuthMode::WebIdentity(token) => {
            let role = token.role_arn.as_deref().unwrap_or("named by AWS_ROLE_ARN");
            format!("a token of CI or Kubernetes, through role {role}")
        }
        AuthMode::IamUser(_) => "stored keys of an IAM user".to_owned(),
        AuthMode::BedrockApiKey => "a stored Bedrock API key".to_owned(),
        AuthMode::Ambient(_) => "the machine's own credentials".to_owned(),
    }
}

/// Keys that are ignored may be misspelt ones.
pub(super) fn check_keys(_: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let unknown = context.config.unknown_keys(&context.profile.name).unwrap_or_default();
    let found = if unknown.is_empty() {
        Finding::ok(KEYS, "all are known")
    } else {
        let names: Vec<String> = unknown.iter().map(|name| foreign(name)).collect();
        Finding::warning(
            KEYS,
            format!("not known, so ignored: {}", super::listed(&names)),
            "check their spelling, or ask your administrator for a newer package",
        )
    };
    vec![found]
}
