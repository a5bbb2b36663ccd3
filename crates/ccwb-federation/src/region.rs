//! Whether Bedrock answers in a region, and how fast.
//!
//! The question is `Converse` with an empty request: Bedrock looks at the signature and the permission, then refuses what
//! holds no message. No model is asked, so nothing is billed.

use std::time::{Duration, Instant};

use ccwb_http::{HttpClient, printable};
use http::StatusCode;
use serde_json::Value;

use crate::credentials::Signer;
use crate::signed::{self, Scope};

/// Who waits longer than this had better go elsewhere.
const LIMIT: Duration = Duration::from_secs(4);

/// What a region said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegionState {
    /// Bedrock takes requests.
    Up(Duration),
    /// Bedrock is there and does not take requests of this caller for this model.
    Refuses(String),
    /// No answer, or one that says that Bedrock cannot.
    Down(String),
}

/// Where Bedrock is asked.
#[derive(Clone, Copy, Debug)]
pub enum BedrockEndpoint<'a> {
    /// AWS's own.
    Usual,
    /// AWS's own with validated cryptography (`AWS_USE_FIPS_ENDPOINT`).
    Fips,
    /// Another one, for every region.
    At(&'a str),
}

/// Asks Bedrock in a region.
pub async fn ask_region(
    http: &HttpClient,
    region: &str,
    endpoint: BedrockEndpoint<'_>,
    model: &str,
    signer: Signer<'_>,
) -> RegionState {
    let uri = format!("{}/model/{}/converse", endpoint.address(region), path_segment(model));
    let scope = Scope { service: "bedrock", region };
    let Some(request) = signed::post(http, signer, scope, &uri, "application/json", b"{}".to_vec()) else {
        return RegionState::Refuses("these credentials cannot be sent".to_owned());
    };
    let began = Instant::now();
    match tokio::time::timeout(LIMIT, http.send(request)).await {
        Err(_) => RegionState::Down(format!("no answer within {} s", LIMIT.as_secs())),
        Ok(Err(error)) => RegionState::Down(error.to_string()),
        Ok(Ok(answer)) => state(&answer, began.elapsed()),
    }
}

fn state(answer: &http::Response<Vec<u8>>, took: Duration) -> RegionState {
    let status = answer.status();
    match status {
        _ if status.is_server_error() => RegionState::Down(words(answer)),
        // Whoever is told to slow down finds no more room in the next minute either.
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::TOO_MANY_REQUESTS => {
            RegionState::Refuses(words(answer))
        }
        _ => RegionState::Up(took),
    }
}

/// `503 ServiceUnavailableException: try later`.
fn words(answer: &http::Response<Vec<u8>>) -> String {
    let code = answer.headers().get("x-amzn-errortype").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let code = code.split(':').next().unwrap_or_default();
    let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let message = body["message"].as_str().or_else(|| body["Message"].as_str()).unwrap_or_default();
    let separator = if message.is_empty() { "" } else { ": " };
    printable(format!("{} {code}{separator}{message}", answer.status().as_u16()).trim())
}

impl BedrockEndpoint<'_> {
    /// AWS General Reference, "Amazon Bedrock endpoints and quotas".
    fn address(self, region: &str) -> String {
        let host = match self {
            Self::At(address) => return address.trim_end_matches('/').to_owned(),
            Self::Usual => "bedrock-runtime",
            Self::Fips => "bedrock-runtime-fips",
        };
        let suffix = match region {
            region if region.starts_with("cn-") => "amazonaws.com.cn",
            region if region.starts_with("eusc-") => "amazonaws.eu",
            _ => "amazonaws.com",
        };
        format!("https://{host}.{region}.{suffix}")
    }
}

/// A model's id or ARN as one segment of a path (RFC 3986, section 2.3).
fn path_segment(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut segment, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            segment.push(char::from(byte));
        } else {
            let _ = write!(segment, "%{byte:02X}");
        }
        segment
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, code: &str, body: &str) -> http::Response<Vec<u8>> {
        http::Response::builder().status(status).header("x-amzn-errortype", code).body(body.into()).unwrap()
    }

    #[test]
    fn a_region_is_up_where_bedrock_judges_the_request_and_down_where_it_cannot() {
        let took = Duration::from_millis(40);
        let validation = answer(400, "ValidationException", r#"{"message": "messages is missing"}"#);
        assert_eq!(state(&validation, took), RegionState::Up(took));
        let denied = answer(403, "AccessDeniedException:http://x/", r#"{"Message": "not allowed"}"#);
        assert_eq!(state(&denied, took), RegionState::Refuses("403 AccessDeniedException: not allowed".to_owned()));
        let busy = answer(429, "ThrottlingException", "");
        assert_eq!(state(&busy, took), RegionState::Refuses("429 ThrottlingException".to_owned()));
        let down = answer(503, "ServiceUnavailableException", "{}");
        assert_eq!(state(&down, took), RegionState::Down("503 ServiceUnavailableException".to_owned()));
    }

    #[test]
    fn a_region_is_asked_at_its_own_endpoint_in_every_part_of_aws() {
        for (endpoint, region, address) in [
            (BedrockEndpoint::Usual, "eu-west-1", "https://bedrock-runtime.eu-west-1.amazonaws.com"),
            (BedrockEndpoint::Fips, "us-gov-west-1", "https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com"),
            (BedrockEndpoint::Usual, "cn-north-1", "https://bedrock-runtime.cn-north-1.amazonaws.com.cn"),
            (BedrockEndpoint::Usual, "eusc-de-east-1", "https://bedrock-runtime.eusc-de-east-1.amazonaws.eu"),
            (BedrockEndpoint::At("http://127.0.0.1:9411/"), "eu-west-1", "http://127.0.0.1:9411"),
        ] {
            assert_eq!(endpoint.address(region), address);
        }
    }

    #[test]
    fn a_model_is_one_segment_of_the_path_whatever_it_holds() {
        assert_eq!(path_segment("us.anthropic.x-v1:0"), "us.anthropic.x-v1%3A0");
        assert_eq!(
            path_segment("arn:aws:bedrock:r:1:inference-profile/../x"),
            "arn%3Aaws%3Abedrock%3Ar%3A1%3Ainference-profile%2F..%2Fx"
        );
    }
}
