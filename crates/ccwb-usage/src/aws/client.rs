//! AWS's JSON protocols (awsJson1.0 and 1.1): a `POST` whose header names the operation, signed with Signature Version 4.

use std::time::Duration;

use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use ccwb_bedrock::Partition;
use ccwb_http::{HttpClient, HttpError, HttpErrorKind};
use serde_json::Value;

/// A service that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Amazon Athena.
    Athena,
    /// Amazon `CloudWatch`.
    CloudWatch,
    /// AWS Cost Explorer: one endpoint for all regions of a partition.
    CostExplorer,
    /// AWS Key Management Service.
    Kms,
}

impl Service {
    /// The variable that names another endpoint, as the SDKs have it.
    pub fn endpoint_variable(self) -> &'static str {
        match self {
            Self::Athena => "AWS_ENDPOINT_URL_ATHENA",
            Self::CloudWatch => "AWS_ENDPOINT_URL_CLOUDWATCH",
            Self::CostExplorer => "AWS_ENDPOINT_URL_COST_EXPLORER",
            Self::Kms => "AWS_ENDPOINT_URL_KMS",
        }
    }

    fn signing_name(self) -> &'static str {
        match self {
            Self::Athena => "athena",
            Self::CloudWatch => "monitoring",
            Self::CostExplorer => "ce",
            Self::Kms => "kms",
        }
    }

    /// What is before the dot in `X-Amz-Target`.
    fn target(self) -> &'static str {
        match self {
            Self::Athena => "AmazonAthena",
            Self::CloudWatch => "GraniteServiceVersion20100801",
            Self::CostExplorer => "AWSInsightsIndexService",
            Self::Kms => "TrentService",
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Athena | Self::CostExplorer | Self::Kms => "application/x-amz-json-1.1",
            Self::CloudWatch => "application/x-amz-json-1.0",
        }
    }

    /// The region that a request is signed for.
    fn region(self, region: &str) -> String {
        match (self, Partition::of_region(region)) {
            (Self::CostExplorer, Partition::China) => "cn-northwest-1".to_owned(),
            (Self::CostExplorer, Partition::Commercial) => "us-east-1".to_owned(),
            _ => region.to_owned(),
        }
    }
}

/// Somebody who may ask.
#[derive(Clone, Debug)]
pub struct Client {
    http: HttpClient,
    credentials: SharedCredentialsProvider,
    region: String,
    endpoints: Vec<(Service, String)>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// There are no credentials.
    #[error("no AWS credentials: {0}")]
    NoCredentials(String),
    /// AWS said no.
    #[error("{operation}: {code}: {message}")]
    Refused {
        /// `StartQueryExecution`.
        operation: String,
        /// `AccessDeniedException`.
        code: String,
        /// AWS's words.
        message: String,
    },
    /// A query failed or was stopped.
    #[error("the query ended as {state}: {reason}")]
    Query {
        /// `FAILED` or `CANCELLED`.
        state: String,
        /// Athena's words.
        reason: String,
    },
    /// A query took longer than is waited for.
    #[error("the query {id} still runs after {seconds} s")]
    Slow {
        /// Its id, to look for it.
        id: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// AWS cannot be reached.
    #[error(transparent)]
    Network(#[from] HttpError),
    /// An answer that is none.
    #[error("{0}")]
    Unexpected(String),
}

/// Attempts of one request.
const ATTEMPTS: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(400);

impl Client {
    /// Asks in a region, each service at its own endpoint unless another is named.
    pub fn new(
        http: HttpClient,
        credentials: SharedCredentialsProvider,
        region: &str,
        endpoints: Vec<(Service, String)>,
    ) -> Self {
        Self { http, credentials, region: region.to_owned(), endpoints }
    }

    fn usual_endpoint(&self, service: Service) -> String {
        let region = service.region(&self.region);
        let suffix = Partition::of_region(&region).url_suffix();
        format!("https://{}.{region}.{suffix}", service.signing_name())
    }

    /// Asks once, and again after throttling and passing failures. Every operation that is used only reads, or carries a
    /// token that makes it happen once, or may happen twice (KMS `Encrypt`).
    pub async fn call(&self, service: Service, operation: &str, body: &Value) -> Result<Value, AwsError> {
        let mut attempt = 1;
        loop {
            let outcome = self.attempt(service, operation, body).await;
            let passes = match &outcome {
                Err(AwsError::Refused { code, .. }) => is_passing(code),
                Err(AwsError::Network(error)) => {
                    matches!(
                        error.kind(),
                        Some(HttpErrorKind::Broken | HttpErrorKind::Timeout | HttpErrorKind::Connect)
                    )
                }
                _ => false,
            };
            if !passes || attempt >= ATTEMPTS {
                return outcome;
            }
            tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(attempt - 1)).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, service: Service, operation: &str, body: &Value) -> Result<Value, AwsError> {
        let named = self.endpoints.iter().find(|(named, _)| *named == service).map(|(_, url)| url.clone());
        let endpoint = named.unwrap_or_else(|| self.usual_endpoint(service));
        let uri = format!("{}/", endpoint.trim_end_matches('/'));
        let unexpected = |error: &dyn std::error::Error| AwsError::Unexpected(format!("{operation}: {error}"));
        let body = serde_json::to_vec(body).map_err(|error| unexpected(&error))?;
        let headers = [
            ("content-type", service.content_type().to_owned()),
            ("x-amz-target", format!("{}.{operation}", service.target())),
        ];
        let mut request = http::Request::post(&uri);
        for (name, value) in &headers {
            request = request.header(*name, value);
        }
        let mut request = request.body(body).map_err(|error| unexpected(&error))?;

        let credentials = self.credentials.provide_credentials().await;
        let credentials = credentials.map_err(|error| AwsError::NoCredentials(with_causes(&error)))?;
        let identity: Identity = credentials.into();
        let region = service.region(&self.region);
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&region)
            .name(service.signing_name())
            .time(self.http.time_for_aws().now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| unexpected(&error))?
            .into();
        let signed_headers = headers.iter().map(|(name, value)| (*name, value.as_str()));
        let signable = SignableRequest::new("POST", &uri, signed_headers, SignableBody::Bytes(request.body()))
            .map_err(|error| unexpected(&error))?;
        let (instructions, _) = sign(signable, &parameters).map_err(|error| unexpected(&error))?.into_parts();
        instructions.apply_to_request_http1x(&mut request);

        let response = self.http.send(request).await?;
        if response.status().is_success() {
            return serde_json::from_slice(response.body()).map_err(|error| unexpected(&error));
        }
        Err(refusal(operation, &response))
    }
}

/// The code is in the body as `__type`, sometimes with a namespace before and an address behind it, or in a header.
fn refusal(operation: &str, response: &http::Response<Vec<u8>>) -> AwsError {
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let header = response.headers().get("x-amzn-errortype").and_then(|value| value.to_str().ok());
    let code = body.get("__type").or_else(|| body.get("code")).and_then(Value::as_str).or(header).unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or(code);
    let code = ccwb_http::printable(code.split(':').next().unwrap_or(code));
    let code = if code.is_empty() { format!("HTTP {}", response.status().as_u16()) } else { code };
    let message = ["message", "Message", "errorMessage"].into_iter().find_map(|name| body.get(name)?.as_str());
    let message = ccwb_http::printable(message.unwrap_or("AWS did not say why"));
    AwsError::Refused { operation: operation.to_owned(), code, message }
}

fn is_passing(code: &str) -> bool {
    const PASSING: [&str; 9] = [
        "ThrottlingException",
        "Throttling",
        "TooManyRequestsException",
        "LimitExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "InternalServerException",
        "InternalServiceFault",
        "RequestTimeout",
    ];
    PASSING.contains(&code) || code.starts_with("HTTP 5") || code == "HTTP 429"
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
