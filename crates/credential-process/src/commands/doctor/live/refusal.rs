//! Why AWS refuses a token, in words: what it said, what the token says, what was expected, and what is usually wrong.

use std::fmt::Write as _;

use ccwb_config::FederationTarget;
use ccwb_federation::AwsRefusal;
use ccwb_http::printable;
use ccwb_oidc::{Claims, IdToken};
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Live;
use crate::commands::doctor::checks::span;
use crate::commands::doctor::safe::foreign;

/// The claim that becomes session tags (AWS STS, "Passing session tags in AWS STS").
const TAGS: &str = "https://aws.amazon.com/tags";

/// What a refusal is compared with.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// `iss`, `aud`, `azp` and `exp` of the token.
    token: Option<String>,
    expected: String,
    has_tags: bool,
}

impl Facts {
    pub(super) fn of(live: &Live<'_>, token: Option<&IdToken>, now: DateTime<Utc>) -> Self {
        let oidc = live.oidc;
        let target = match &oidc.federation.target {
            FederationTarget::IdentityPool { id, .. } => format!("pool {id}, login {}", oidc.login_key()),
            FederationTarget::WebIdentityRole { role_arn, .. } => format!("role {role_arn}"),
        };
        Self {
            token: token.map(|token| described(token.claims(), (token.expires() - now).num_seconds())),
            expected: format!("iss {}, aud {}, {target}", oidc.issuer, oidc.client_id),
            has_tags: token.is_some_and(|token| token.claims().keys().any(|claim| claim.starts_with(TAGS))),
        }
    }
}

fn described(claims: &Claims, left: i64) -> String {
    let text = |name: &str| match claims.get(name) {
        None => "missing".to_owned(),
        Some(Value::String(text)) => printable(text),
        Some(other) => printable(&other.to_string()),
    };
    let expires = if left > 0 { format!("expires in {}", span(left)) } else { format!("expired {} ago", span(-left)) };
    format!("iss {}, aud {}, azp {}, {expires}", text("iss"), text("aud"), text("azp"))
}

/// AWS's error code, what its message holds, and what is usually behind it. The first row that fits counts.
///
/// Sources: AWS STS and Amazon Cognito Federated Identities API References ("Errors"); IAM User Guide, "Troubleshoot
/// OIDC federation"; aws-guidance-contract.md, section 8.
const CAUSES: &[(&str, &str, &str)] = &[
    (
        "InvalidIdentityToken",
        "No OpenIDConnect provider",
        "the account has no IAM identity provider with this issuer: create it with exactly the token's iss (a slash at the end counts), in the role's account",
    ),
    (
        "InvalidIdentityToken",
        "audience",
        "the IAM identity provider does not list the token's aud: add the client id to its audiences",
    ),
    (
        "InvalidIdentityToken",
        "thumbprint",
        "the provider's certificate does not fit the thumbprint of the IAM identity provider: update the thumbprint",
    ),
    (
        "InvalidIdentityToken",
        "verification key",
        "AWS cannot fetch the provider's keys: its discovery and key addresses must be reachable from the Internet, with a public certificate",
    ),
    (
        "InvalidIdentityToken",
        "signature",
        "the token was not signed with a key that the provider publishes now: sign in again; if it stays, AWS may still cache older keys",
    ),
    (
        "InvalidIdentityToken",
        "algorithm",
        "AWS takes RS256, RS384, RS512, ES256, ES384 and ES512 only: have the provider sign with one of them",
    ),
    (
        "InvalidIdentityToken",
        "required claim",
        "the token lacks a claim that AWS needs (sub, aud, iat, exp): mend the application's claims at the provider",
    ),
    (
        "InvalidIdentityToken",
        "",
        "AWS does not take this as a token of a provider that the account knows: compare iss and aud above with the IAM identity provider",
    ),
    (
        "IDPRejectedClaim",
        "",
        "a claim was refused: the token has expired or is not valid yet (check this machine's and the provider's clock), or the sign-in was revoked",
    ),
    (
        "IDPCommunicationError",
        "",
        "AWS could not reach the provider: its discovery and key addresses must be reachable from the Internet; try again in a minute",
    ),
    (
        "ExpiredTokenException",
        "",
        "the token has expired: sign in again; if that does not help, this machine's clock is wrong",
    ),
    ("ExpiredToken", "", "the token has expired: sign in again; if that does not help, this machine's clock is wrong"),
    (
        "ValidationError",
        "DurationSeconds",
        "max_session_duration in config.json is above the role's maximum session duration",
    ),
    (
        "ValidationError",
        "roleSessionName",
        "the session name is refused: the token's email holds characters that AWS does not take",
    ),
    ("ValidationError", "", "a value of config.json is refused: check federated_role_arn and max_session_duration"),
    ("PackedPolicyTooLarge", "", "the token's session tags are too large: send fewer of them"),
    (
        "RegionDisabledException",
        "",
        "STS is not switched on in this region: have an administrator activate it, or change aws_region",
    ),
    (
        "NotAuthorizedException",
        "supported provider",
        "the identity pool does not know this login: its IAM identity provider must be attached to the pool, and be named as login above (set login_provider if it differs)",
    ),
    (
        "NotAuthorizedException",
        "Issuer",
        "the token's iss is not the login's name: compare both above (a slash at the end counts; set login_provider)",
    ),
    (
        "NotAuthorizedException",
        "expired",
        "the token has expired: sign in again; if that does not help, this machine's clock is wrong",
    ),
    (
        "NotAuthorizedException",
        "audience",
        "the IAM identity provider of the pool does not list the token's aud: add the client id to its audiences",
    ),
    (
        "NotAuthorizedException",
        "ignature",
        "the token was not signed with a key that AWS knows: sign in again; if it stays, check the provider's keys and the thumbprint of the IAM identity provider",
    ),
    (
        "NotAuthorizedException",
        "verify signed token",
        "AWS cannot check the signature: the provider's keys must be reachable from the Internet, and the thumbprint of the IAM identity provider right",
    ),
    ("NotAuthorizedException", "Unauthenticated", "the pool got no login: check login_provider in config.json"),
    (
        "NotAuthorizedException",
        "forbidden",
        "the remembered identity belongs to another person or pool: sign out and sign in again",
    ),
    (
        "NotAuthorizedException",
        "",
        "the identity pool refuses this login: compare iss, aud and login above with the pool's identity providers",
    ),
    (
        "ResourceNotFoundException",
        "",
        "there is no such identity pool: check identity_pool_id in config.json, its region included",
    ),
    (
        "InvalidIdentityPoolConfigurationException",
        "",
        "the pool has no role for signed-in users, or the role's trust policy does not name the pool, or it lacks sts:TagSession while the pool maps attributes to tags",
    ),
    (
        "InvalidParameterException",
        "",
        "the pool does not understand the login's name: check login_provider and provider_domain in config.json",
    ),
    ("ExternalServiceException", "", "AWS could not reach the provider: try again in a minute"),
    ("TooManyRequestsException", "", "AWS limits how often this may be asked: try again in a minute"),
    ("Throttling", "", "AWS limits how often this may be asked: try again in a minute"),
];

const TAG_SESSION: &str = "the token carries session tags, and the role's trust policy must allow sts:TagSession beside \
                           sts:AssumeRoleWithWebIdentity: add it, or stop sending tags. If it is there already: ";
const TRUST: &str = "the role does not exist, or its trust policy does not fit: its principal must be the IAM identity \
                     provider of this iss, and its conditions (<issuer>:aud, <issuer>:sub) must fit the token";
const CHAINED: &str = "the first role was given; the second one (assume_role) refuses it: the first role needs \
                       sts:AssumeRole for it, the second role's trust policy must name the first, and external_id must fit";
const UNKNOWN: &str = "show this to your administrator: the role or identity pool does not accept this sign-in";

/// What happened and what to do.
pub(super) fn explain(refusal: &AwsRefusal, facts: &Facts) -> (String, String) {
    let mut what = format!("{} answered {}: {}", refusal.operation, foreign(&refusal.code), foreign(&refusal.message));
    if let Some(token) = &facts.token {
        let _ = write!(what, "\nthe token: {token}");
    }
    let _ = write!(what, "\nconfig.json: {}", facts.expected);
    (what, cause(refusal, facts.has_tags))
}

fn cause(refusal: &AwsRefusal, has_tags: bool) -> String {
    if refusal.code.starts_with("AccessDenied") {
        return match (refusal.operation, has_tags) {
            ("AssumeRole", _) => CHAINED.to_owned(),
            (_, true) => format!("{TAG_SESSION}{TRUST}"),
            (_, false) => TRUST.to_owned(),
        };
    }
    let fits = |(code, fragment, _): &&(&str, &str, &str)| *code == refusal.code && refusal.message.contains(fragment);
    CAUSES.iter().find(fits).map_or(UNKNOWN, |(_, _, cause)| cause).to_owned()
}

/// Whether something that is no token was refused for the pool's reasons and not for its own.
pub(super) fn is_about_the_pool(refusal: &AwsRefusal) -> bool {
    ["ResourceNotFoundException", "InvalidParameterException"].contains(&refusal.code.as_str())
        || refusal.message.contains("supported provider")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(operation: &'static str, code: &str, message: &str) -> AwsRefusal {
        AwsRefusal { operation, code: code.to_owned(), message: message.to_owned() }
    }

    #[test]
    fn each_refusal_has_a_cause_of_its_own() {
        for (operation, code, message, word) in [
            (
                "AssumeRoleWithWebIdentity",
                "InvalidIdentityToken",
                "No OpenIDConnect provider found in your account for https://i",
                "create it",
            ),
            ("AssumeRoleWithWebIdentity", "InvalidIdentityToken", "Incorrect token audience", "add the client id"),
            (
                "AssumeRoleWithWebIdentity",
                "AccessDenied",
                "Not authorized to perform sts:AssumeRoleWithWebIdentity",
                "trust policy",
            ),
            ("AssumeRole", "AccessDenied", "User: x is not authorized to perform: sts:AssumeRole", "external_id"),
            (
                "AssumeRoleWithWebIdentity",
                "ValidationError",
                "The requested DurationSeconds exceeds the MaxSessionDuration",
                "max_session_duration",
            ),
            (
                "GetId",
                "NotAuthorizedException",
                "Token is not from a supported provider of this identity pool.",
                "login_provider",
            ),
            ("GetId", "NotAuthorizedException", "Invalid login token. Token expired: 2 >= 1", "clock"),
            ("GetId", "NotAuthorizedException", "Invalid login token. Token signature invalid.", "signed"),
            ("GetId", "ResourceNotFoundException", "IdentityPool 'x' not found.", "identity_pool_id"),
            ("GetId", "SomethingNew", "", "administrator"),
        ] {
            let cause = cause(&refusal(operation, code, message), false);
            assert!(cause.contains(word), "{code} {message}: {cause}");
        }
    }

    #[test]
    fn a_token_with_tags_needs_a_trust_policy_that_allows_them() {
        let denied = refusal("AssumeRoleWithWebIdentity", "AccessDenied", "Not authorized");
        assert!(cause(&denied, true).starts_with("the token carries session tags"));
        assert!(!cause(&denied, false).contains("TagSession"));
    }

    #[test]
    fn every_row_can_be_reached() {
        for (index, (code, fragment, _)) in CAUSES.iter().enumerate() {
            let hides = |(other, found, _): &(&str, &str, &str)| other == code && fragment.contains(found);
            assert!(!CAUSES[..index].iter().any(hides), "{code} {fragment}");
        }
    }

    #[test]
    fn the_token_is_described_and_never_shown() {
        let claims = serde_json::json!({"iss": "https://i", "aud": ["a", "b"], "sub": "alice", "email": "a@b.c"});
        let text = described(claims.as_object().expect("an object"), 90);
        assert_eq!(text, "iss https://i, aud [\"a\",\"b\"], azp missing, expires in 90 s");
    }
}
