//! How the AWS SDK clients are set up: one HTTP client, few retries, no credential chain.

use std::time::Duration;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use ccwb_http::HttpClient;

/// What a binary read from the environment and hands in.
#[derive(Clone, Debug)]
pub struct AwsSettings {
    /// `AWS_ENDPOINT_URL_STS`, else `AWS_ENDPOINT_URL`.
    pub sts_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_COGNITO_IDENTITY`, else `AWS_ENDPOINT_URL`.
    pub cognito_identity_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_SSO_OIDC`, else `AWS_ENDPOINT_URL`.
    pub sso_oidc_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_SSO`, else `AWS_ENDPOINT_URL`.
    pub sso_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_IAM`, else `AWS_ENDPOINT_URL`.
    pub iam_endpoint: Option<String>,
    /// `AWS_USE_FIPS_ENDPOINT`.
    pub use_fips: bool,
    /// Time limit of one operation, retries included.
    pub operation_timeout: Duration,
    /// Attempts of one operation.
    pub attempts: u32,
}

/// The services have the same builder methods and no common trait.
macro_rules! client {
    ($service:ident, $http:expr, $settings:expr, $endpoint:expr, $region:expr) => {{
        let mut config = $service::Config::builder()
            .behavior_version($service::config::BehaviorVersion::latest())
            .region($service::config::Region::new($region.to_owned()))
            .http_client($http.for_aws())
            .time_source($http.time_for_aws())
            .sleep_impl(TokioSleep::new())
            .retry_config(retries($settings))
            .timeout_config(time_limits($settings))
            .use_fips($settings.use_fips);
        config.set_endpoint_url($endpoint.clone());
        config
    }};
}

pub(crate) fn cognito(http: &HttpClient, settings: &AwsSettings, region: &str) -> aws_sdk_cognitoidentity::Client {
    let config = client!(aws_sdk_cognitoidentity, http, settings, settings.cognito_identity_endpoint, region);
    aws_sdk_cognitoidentity::Client::from_conf(config.build())
}

pub(crate) fn sts(http: &HttpClient, settings: &AwsSettings, region: &str) -> aws_sdk_sts::config::Builder {
    client!(aws_sdk_sts, http, settings, settings.sts_endpoint, region)
}

pub(crate) fn sso_oidc(http: &HttpClient, settings: &AwsSettings, region: &str) -> aws_sdk_ssooidc::Client {
    let config = client!(aws_sdk_ssooidc, http, settings, settings.sso_oidc_endpoint, region);
    aws_sdk_ssooidc::Client::from_conf(config.build())
}

pub(crate) fn sso(http: &HttpClient, settings: &AwsSettings, region: &str) -> aws_sdk_sso::Client {
    let config = client!(aws_sdk_sso, http, settings, settings.sso_endpoint, region);
    aws_sdk_sso::Client::from_conf(config.build())
}

fn retries(settings: &AwsSettings) -> RetryConfig {
    RetryConfig::standard().with_max_attempts(settings.attempts).with_max_backoff(Duration::from_secs(2))
}

fn time_limits(settings: &AwsSettings) -> TimeoutConfig {
    TimeoutConfig::builder().operation_timeout(settings.operation_timeout).build()
}
