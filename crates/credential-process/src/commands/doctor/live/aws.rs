//! AWS: the endpoint, and one exchange of a cached ID token if there is one. What it yields is thrown away.

use ccwb_config::FederationTarget;
use ccwb_federation::{Federated, FederationError, Federator, Person};
use ccwb_http::{HttpClient, HttpError, HttpErrorKind};
use secrecy::SecretString;

use super::Live;
use super::refusal::{self, Facts};
use crate::commands::doctor::checks::span;
use crate::commands::doctor::finding::Finding;
use crate::commands::doctor::safe::foreign;
use crate::http;
use crate::network_hint::network_hint;
use crate::world::World;

const ENDPOINT: &str = "aws-endpoint";
const FEDERATION: &str = "federation";
const IDENTITY: &str = "identity";

pub(super) async fn check(live: &Live<'_>, client: &HttpClient, found: &mut Vec<Finding>) {
    let mut settings = match http::aws_settings(live.context.world) {
        Ok(settings) => settings,
        Err(error) => return found.push(Finding::failed(ENDPOINT, error.message, error.hint)),
    };
    settings.attempts = 1;
    let federator =
        Federator { http: client, settings: &settings, profile: live.oidc, region: &live.context.profile.aws_region };
    let Some(token) = live.tokens.usable_id_token(World::now()) else {
        let nobody = Person { email: None, subject: "doctor" };
        // Not a token at all: AWS's refusal of it proves the way to AWS, and that the identity pool exists.
        let answer = federator.exchange(&SecretString::from("doctor"), nobody, None).await;
        found.push(endpoint(live, answer));
        let login = live.context.command_line(&["login"]);
        found.push(Finding::skipped(FEDERATION, format!("there is no cached ID token to try; run {login} first")));
        return;
    };
    let email = token.claims().get("email").and_then(serde_json::Value::as_str);
    let person = Person { email, subject: token.subject() };
    match federator.exchange(token.raw(), person, live.tokens.identity_id.as_deref()).await {
        Ok(federated) => {
            found.push(Finding::ok(ENDPOINT, place(live)));
            found.push(success(live, &federated));
            found.push(identity(live, &federator, &federated).await);
        }
        Err(FederationError::Refused(refusal)) => {
            found.push(Finding::ok(ENDPOINT, place(live)));
            let (what, fix) = refusal::explain(&refusal, &Facts::of(live, Some(&token), World::now()));
            found.push(Finding::failed(FEDERATION, what, fix));
        }
        Err(error) => {
            found.push(unreachable(&error));
            found.push(Finding::skipped(FEDERATION, format!("needs {ENDPOINT}, which failed")));
        }
    }
}

fn endpoint(live: &Live<'_>, answer: Result<Federated, FederationError>) -> Finding {
    match answer {
        Err(FederationError::Refused(refusal)) if refusal::is_about_the_pool(&refusal) => {
            let (what, fix) = refusal::explain(&refusal, &Facts::of(live, None, World::now()));
            Finding::failed(ENDPOINT, what, fix)
        }
        Err(FederationError::Refused(_)) | Ok(_) => Finding::ok(ENDPOINT, place(live)),
        Err(error) => unreachable(&error),
    }
}

fn place(live: &Live<'_>) -> String {
    match &live.oidc.federation.target {
        FederationTarget::IdentityPool { region, .. } => format!("Cognito in {region} answers"),
        FederationTarget::WebIdentityRole { .. } => format!("STS in {} answers", live.context.profile.aws_region),
    }
}

fn unreachable(error: &FederationError) -> Finding {
    let fix = match error {
        FederationError::Network { source: Some(error), .. } if !is_a_way_that_leads_nowhere(error) => {
            network_hint(Some(error))
        }
        FederationError::Network { .. } => "check the network connection (VPN, proxy), aws_region in config.json, and \
                                            AWS_ENDPOINT_URL if it is set"
            .to_owned(),
        _ => "a proxy may answer in AWS's place; check AWS_ENDPOINT_URL and HTTPS_PROXY".to_owned(),
    };
    Finding::failed(ENDPOINT, foreign(&error.to_string()), fix)
}

/// Nobody is there, without a proxy to blame: then the address may be wrong.
fn is_a_way_that_leads_nowhere(error: &HttpError) -> bool {
    let kind = error.kind();
    let nowhere = [HttpErrorKind::Dns, HttpErrorKind::Connect, HttpErrorKind::Timeout, HttpErrorKind::Broken];
    error.proxy().is_none() && kind.is_none_or(|kind| nowhere.contains(&kind))
}

/// Whether AWS takes us for the role that the configuration names (field report R-22). Which role an identity pool gives is
/// the pool's own affair.
async fn identity(live: &Live<'_>, federator: &Federator<'_>, federated: &Federated) -> Finding {
    let arn = match federator.caller_arn(&federated.credentials).await {
        Ok(arn) => foreign(&arn),
        Err(error) => {
            return Finding::skipped(IDENTITY, format!("STS does not say: {}", foreign(&error.to_string())));
        }
    };
    let federation = &live.oidc.federation;
    let expected = match (&federation.assume_role, &federation.target) {
        (Some(role), _) => Some(&role.role_arn),
        (None, FederationTarget::WebIdentityRole { role_arn, .. }) => Some(role_arn),
        (None, FederationTarget::IdentityPool { .. }) => None,
    };
    match expected {
        Some(role) if !is_session_of(&arn, role) => Finding::failed(
            IDENTITY,
            format!("AWS takes you for {arn}, and config.json names {role}"),
            "have the endpoints (AWS_ENDPOINT_URL) and the role in config.json checked",
        ),
        _ => Finding::ok(IDENTITY, format!("AWS takes you for {arn}")),
    }
}

/// `arn:aws:sts::<account>:assumed-role/<name>/<session>` of `arn:aws:iam::<account>:role/<path>/<name>`.
fn is_session_of(arn: &str, role: &str) -> bool {
    let parts = |arn: &str| arn.splitn(6, ':').map(str::to_owned).collect::<Vec<_>>();
    match (parts(arn).as_slice(), parts(role).as_slice()) {
        ([_, partition, _, _, account, session], [_, role_partition, _, _, role_account, role]) => {
            let name = role.rsplit('/').next().unwrap_or_default();
            let is_of_the_role = session.split('/').nth(1) == Some(name) && session.starts_with("assumed-role/");
            (partition, account) == (role_partition, role_account) && is_of_the_role
        }
        _ => false,
    }
}

fn success(live: &Live<'_>, federated: &Federated) -> Finding {
    let left = span(federated.credentials.expiration - World::now().timestamp());
    if federated.shortened {
        return Finding::warning(
            FEDERATION,
            format!("AWS gives credentials for {left} only: the role allows less than max_session_duration asks for"),
            "raise the role's maximum session duration, or lower max_session_duration in config.json",
        );
    }
    let through = live.oidc.federation.assume_role.as_ref().map_or("", |_| " in the second account");
    Finding::ok(FEDERATION, format!("AWS gives credentials{through} for {left}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_belongs_to_the_role_of_its_name_account_and_partition() {
        let session = "arn:aws:sts::123456789012:assumed-role/Claude/alice@example.com";
        for (role, expected) in [
            ("arn:aws:iam::123456789012:role/Claude", true),
            ("arn:aws:iam::123456789012:role/teams/a/Claude", true),
            ("arn:aws:iam::123456789012:role/Clau", false),
            ("arn:aws:iam::210987654321:role/Claude", false),
            ("arn:aws-us-gov:iam::123456789012:role/Claude", false),
        ] {
            assert_eq!(is_session_of(session, role), expected, "{role}");
        }
        assert!(!is_session_of("arn:aws:iam::123456789012:user/Claude", "arn:aws:iam::123456789012:role/Claude"));
    }
}
