//! The guidance's quota service: `GET <endpoint>/check` with the ID token, before credentials are made and, while they
//! are cached, every `quota_check_interval` minutes.

use ccwb_config::{Quota, QuotaFailMode};
use ccwb_http::{HttpClient, printable_without};
use ccwb_oidc::IdToken;
use ccwb_store::private_file;
use secrecy::ExposeSecret;
use serde::Deserialize;

use crate::context::Context;
use crate::error::Error;
use crate::world::World;
use crate::{cache, codes, http, output};

/// From this share of a limit on, the person is told.
const WARN_AT_PERCENT: f64 = 80.0;

#[derive(Debug, Deserialize)]
struct Answer {
    allowed: bool,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    usage: Usage,
}

#[derive(Debug, Default, Deserialize)]
struct Usage {
    #[serde(default)]
    monthly_percent: f64,
    #[serde(default)]
    daily_percent: f64,
}

/// Asks before credentials are made; no quota in the configuration is no question.
pub(crate) async fn check(context: &Context<'_>, client: &HttpClient, id_token: &IdToken) -> Result<(), Error> {
    let Some(quota) = &context.profile.quota else { return Ok(()) };
    let verdict = match (ask(quota, client, id_token).await, quota.fail_mode) {
        (Ok(answer), _) => verdict(&answer, id_token),
        (Err(problem), QuotaFailMode::Open) => {
            context.debug(|| format!("the quota service did not answer, which counts as allowed: {problem}"));
            Ok(())
        }
        (Err(problem), QuotaFailMode::Closed) => Err(denied(&format!("the quota service did not answer ({problem})"))),
    };
    let now = World::now().timestamp().to_string();
    let _ = private_file::write(&context.state.quota_check(&context.profile.name), now.as_bytes());
    verdict
}

/// Asks again while credentials are cached. Without a usable ID token there is nobody to ask for.
pub(crate) fn check_again(context: &Context<'_>) -> Result<(), Error> {
    let Some(quota) = &context.profile.quota else { return Ok(()) };
    if !is_due(context, quota) {
        return Ok(());
    }
    let Some(id_token) = cache::tokens(context)?.usable_id_token(World::now()) else { return Ok(()) };
    let client = http::client(context)?;
    http::runtime()?.block_on(check(context, &client, &id_token))
}

fn is_due(context: &Context<'_>, quota: &Quota) -> bool {
    let last = private_file::read(&context.state.quota_check(&context.profile.name)).ok().flatten();
    let last = last.and_then(|bytes| std::str::from_utf8(&bytes).ok()?.trim().parse::<i64>().ok());
    let interval = i64::try_from(quota.check_interval_minutes).unwrap_or(i64::MAX).saturating_mul(60);
    // A time in the future is nobody's leave to skip the check.
    last.is_none_or(|last| !(0..interval).contains(&(World::now().timestamp() - last)))
}

async fn ask(quota: &Quota, client: &HttpClient, id_token: &IdToken) -> Result<Answer, String> {
    let request = ::http::Request::get(format!("{}/check", quota.endpoint))
        .header(::http::header::AUTHORIZATION, format!("Bearer {}", id_token.raw().expose_secret()))
        .body(Vec::new())
        .map_err(|error| error.to_string())?;
    let limit = std::time::Duration::from_secs(quota.check_timeout_seconds);
    let response = tokio::time::timeout(limit, client.send(request)).await;
    let response = response.map_err(|_| "no answer in time".to_owned())?.map_err(|error| error.to_string())?;
    if response.status() != ::http::StatusCode::OK {
        return Err(format!("it answered {}", response.status()));
    }
    serde_json::from_slice(response.body()).map_err(|_| "its answer is not understood".to_owned())
}

fn verdict(answer: &Answer, id_token: &IdToken) -> Result<(), Error> {
    if !answer.allowed {
        let why = answer.message.as_deref().or(answer.reason.as_deref()).unwrap_or("no reason given");
        return Err(denied(&printable_without(why, &[id_token.raw().expose_secret()])));
    }
    let percent = answer.usage.monthly_percent.max(answer.usage.daily_percent);
    if percent >= WARN_AT_PERCENT {
        output::note(&format!("note: {percent:.0} % of your quota is used"));
    }
    Ok(())
}

fn denied(why: &str) -> Error {
    let message = format!("access was denied by the quota: {why}");
    Error::new(codes::QUOTA_EXCEEDED, message, "ask your administrator for a higher limit, or wait until it resets")
}
