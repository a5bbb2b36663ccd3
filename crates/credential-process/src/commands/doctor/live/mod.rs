//! `--live`: the provider and AWS, asked. No browser, no refresh token, and one exchange of a cached ID token at most.

mod aws;
mod collector;
mod provider;
mod refusal;
mod way_in;

use std::time::Duration;

use ccwb_config::OidcProfile;
use ccwb_http::{HttpClient, HttpError};

use super::case::Case;
use super::checks::{CA_BUNDLE, ENDPOINTS, PROXY, clock, has_failed};
use super::finding::{Finding, State};
use crate::cache::{self, Tokens};
use crate::context::Context;
use crate::error::Error;
use crate::http;

const NAME: &str = "live";

/// For each of the two sides; `doctor` as a whole has 30 s.
const LIMIT: Duration = Duration::from_secs(22);

/// What both sides work with.
struct Live<'a> {
    context: &'a Context<'a>,
    oidc: &'a OidcProfile,
    tokens: Tokens,
}

pub(super) fn run(case: &Case<'_>, wanted: bool, findings: &mut Vec<Finding>) {
    let found = match subject(case, wanted, findings) {
        Err(reason) => vec![Finding::skipped(NAME, reason)],
        Ok(context) => way_in::ask(context).unwrap_or_else(|| by_openid_connect(context)),
    };
    if found.iter().any(|finding| finding.check == clock::NAME) {
        // A clock that was compared needs no guess.
        findings.retain(|finding| finding.check != clock::NAME || finding.state != State::Ok);
    }
    findings.extend(found);
}

/// What is asked about, or why nobody is asked.
fn subject<'a>(case: &'a Case<'_>, wanted: bool, findings: &[Finding]) -> Result<&'a Context<'a>, String> {
    if !wanted {
        return Err("the provider and AWS were not asked; --live asks them".to_owned());
    }
    if let Some(cause) = [PROXY, CA_BUNDLE, ENDPOINTS].iter().find(|cause| has_failed(findings, cause)) {
        return Err(format!("needs {cause}, which failed"));
    }
    case.context.as_ref().map_err(|_| "needs config, which failed".to_owned())
}

fn by_openid_connect(context: &Context<'_>) -> Vec<Finding> {
    let Some(oidc) = context.profile.oidc() else {
        return vec![Finding::skipped(NAME, "the profile does not sign in with OpenID Connect")];
    };
    let tokens = cache::tokens(context).unwrap_or_default();
    ask(&Live { context, oidc, tokens }).unwrap_or_else(|error| vec![Finding::failed(NAME, error.message, error.hint)])
}

fn ask(live: &Live<'_>) -> Result<Vec<Finding>, Error> {
    // A client for each, because each measures the clock by whom it asked last.
    let (for_provider, for_aws) = (http::client(live.context)?, http::client(live.context)?);
    let for_collector = http::client(live.context)?;
    let (mut provider, mut aws, mut collector) = (Vec::new(), Vec::new(), Vec::new());
    let runtime = http::runtime()?;
    runtime.block_on(async {
        tokio::join!(
            in_time("provider-discovery", &mut provider, async |found| provider::check(live, &for_provider, found)
                .await),
            in_time("aws-endpoint", &mut aws, async |found| aws::check(live, &for_aws, found).await),
            in_time("collector", &mut collector, async |found| collector::check(live, &for_collector, found).await),
        );
    });
    // A look-up that never answers is left behind.
    runtime.shutdown_background();
    provider.append(&mut aws);
    provider.append(&mut collector);
    Ok(provider)
}

/// Keeps what was found until the time was over.
async fn in_time(name: &'static str, found: &mut Vec<Finding>, check: impl AsyncFnOnce(&mut Vec<Finding>)) {
    if tokio::time::timeout(LIMIT, check(found)).await.is_err() {
        let what = format!("no end within {} s", LIMIT.as_secs());
        found.push(Finding::failed(name, what, "check the network connection (VPN, proxy) and try again"));
    }
}

async fn post_form(client: &HttpClient, address: &str, body: &str) -> Result<::http::Response<Vec<u8>>, HttpError> {
    let request = ::http::Request::post(address)
        .header(::http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(::http::header::ACCEPT, "application/json")
        .body(body.as_bytes().to_vec())
        .map_err(|error| HttpError::Setup(error.to_string()))?;
    client.send(request).await
}
