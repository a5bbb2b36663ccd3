//! The collector: one export without a single measurement, with the headers that `otel-helper` would give.

use ccwb_http::HttpClient;
use secrecy::ExposeSecret;

use super::Live;
use crate::commands::doctor::finding::Finding;
use crate::commands::doctor::safe::foreign;
use crate::network_hint::network_hint;
use crate::telemetry;

const NAME: &str = "collector";

pub(super) async fn check(live: &Live<'_>, client: &HttpClient, found: &mut Vec<Finding>) {
    let monitoring = &live.context.profile.monitoring;
    if let Some(endpoint) = monitoring.endpoint.as_deref().filter(|_| monitoring.enabled) {
        found.push(export(live, client, endpoint).await);
    }
}

async fn export(live: &Live<'_>, client: &HttpClient, endpoint: &str) -> Finding {
    let headers = match telemetry::headers_for(live.context, endpoint) {
        Ok(headers) => headers,
        Err(reason) => return Finding::skipped(NAME, format!("there are no headers to send: {reason}")),
    };
    let with_token = headers.iter().any(|(name, _)| name == "authorization");
    let mut request = ::http::Request::post(format!("{}/v1/metrics", endpoint.trim_end_matches('/')))
        .header(::http::header::CONTENT_TYPE, "application/json");
    for (name, value) in &headers {
        request = request.header(name, value.expose_secret());
    }
    let address = "check otel_collector_endpoint in config.json: it is the collector's address, without /v1/metrics";
    let Ok(request) = request.body(br#"{"resourceMetrics":[]}"#.to_vec()) else {
        return Finding::failed(NAME, "its address or a header cannot be sent".to_owned(), address);
    };
    let sent =
        format!("{} headers{}", headers.len(), if with_token { ", the ID token among them" } else { ", no ID token" });
    match client.send(request).await {
        Ok(answer) if answer.status().is_success() => Finding::ok(NAME, format!("takes telemetry ({sent})")),
        Ok(answer) if [401, 403].contains(&answer.status().as_u16()) => {
            let fix = match with_token {
                true => {
                    "have the collector's issuer and audience compared with this profile's (credential-process explain)"
                }
                false => "the collector asks for a token: set telemetry_bearer to true in config.json",
            };
            Finding::failed(NAME, format!("it refuses: HTTP {} ({sent})", answer.status().as_u16()), fix)
        }
        Ok(answer) => Finding::failed(NAME, format!("it answers HTTP {}", answer.status().as_u16()), address),
        Err(error) => Finding::failed(NAME, foreign(&error.to_string()), network_hint(Some(&error))),
    }
}
