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
