//! Step 5: how often the provider and AWS were asked, and for what.

use ccwb_sandbox::LoggedRequest;

use super::stage::Stage;
use crate::screen::Screen;

pub(crate) fn run(screen: &Screen, stage: &Stage) {
    show(screen, &stage.sandbox.control().requests());
    screen.note("The cached answers of step 3 asked nobody.");
}

/// One line for each endpoint, in the order in which they were first asked.
pub(crate) fn show(screen: &Screen, requests: &[LoggedRequest]) {
    for count in counts(requests) {
        let refused = if count.refused > 0 { format!(", {} refused", count.refused) } else { String::new() };
        screen.line(format!("  {:>3} × {:<41} {}{refused}", count.times, count.endpoint, meaning(&count.endpoint)));
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Count {
    endpoint: String,
    times: usize,
    refused: usize,
}

fn counts(requests: &[LoggedRequest]) -> Vec<Count> {
    let mut counts: Vec<Count> = Vec::new();
    // What the sandbox does not have is what browsers ask everyone for, icons above all.
    for request in requests.iter().filter(|request| request.endpoint != "other") {
        let refused = usize::from(request.status >= 400);
        match counts.iter_mut().find(|count| count.endpoint == request.endpoint) {
            Some(count) => {
                count.times += 1;
                count.refused += refused;
            }
            None => counts.push(Count { endpoint: request.endpoint.clone(), times: 1, refused }),
        }
    }
    counts
}

fn meaning(endpoint: &str) -> &'static str {
    match endpoint {
        "discovery" => "where the provider has what",
        "jwks" => "keys to verify its tokens",
        "authorize" => "the sign-in page",
        "token:authorization_code" => "tokens for the code",
        "token:refresh_token" => "new tokens, no person",
        "revoke" => "the refresh token ends",
        "cognito:GetId" => "the identity in the pool",
        "cognito:GetCredentialsForIdentity" | "sts:AssumeRoleWithWebIdentity" => "AWS credentials",
        "sts:GetCallerIdentity" => "who am I?",
        "bedrock:Converse" => "the model",
        "bedrock:ListInferenceProfiles" => "which models there are",
        "bedrock:InvokeModel" => "whether a model may be used",
        "bedrock:InvokeModelWithResponseStream" => "the model, word by word",
        "otlp:metrics" | "otlp:logs" | "otlp:traces" => "telemetry",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_in_the_order_of_their_first_and_refusals_show() {
        let request = |endpoint: &str, status| LoggedRequest {
            sequence: 0,
            time: String::new(),
            endpoint: endpoint.to_owned(),
            method: String::new(),
            path: String::new(),
            status,
            fault: false,
            parameters: std::collections::BTreeMap::new(),
        };
        let requests = [request("token", 200), request("other", 404), request("jwks", 200), request("token", 400)];
        let count = |endpoint: &str, times, refused| Count { endpoint: endpoint.to_owned(), times, refused };
        assert_eq!(counts(&requests), [count("token", 2, 1), count("jwks", 1, 0)]);
    }
}
