//! The administrator's AWS account: which credentials, which account, and what its refusals mean.

use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use ccwb_admin::AdminProfile;
use ccwb_cloudformation::{Cloud, CloudError, Identity, Patience};
use clap::Args;

use crate::failure::{Failure, TELL_US, exit};
use crate::http;
use crate::surroundings::{Surroundings, unix_time};

/// Whose AWS credentials are used, and how long AWS is waited for.
#[derive(Args, Clone, Debug)]
pub(crate) struct AwsArguments {
    /// The AWS profile with your own (the administrator's) credentials [default: the AWS SDKs' usual chain]
    #[arg(long, value_name = "NAME")]
    pub(crate) aws_profile: Option<String>,

    /// How long to go on asking while AWS cannot be reached
    #[arg(long, value_name = "SECONDS", default_value_t = 180)]
    pub(crate) give_up_after: u64,
}

/// The account, and who we are in it.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) cloud: Cloud,
    pub(crate) identity: Identity,
    /// What the clients of `cloud` are made from.
    pub(crate) config: SdkConfig,
    /// Whether this is a stand-in for AWS on this computer, which can reach an identity provider here.
    pub(crate) is_local: bool,
}

impl Account {
    /// Finds credentials and asks AWS whose they are. An account that is not the profile's is refused.
    pub(crate) async fn open(
        arguments: &AwsArguments,
        profile: &AdminProfile,
        surroundings: &Surroundings,
    ) -> Result<Self, Failure> {
        let config = sdk_config(arguments, &profile.aws_region, surroundings).await?;
        let is_local = config.endpoint_url().is_some_and(is_loopback);
        let patience = Patience { unreachable: Duration::from_secs(arguments.give_up_after), ..Patience::default() };
        let cloud = Cloud::new(config.clone(), patience, format!("{:x}-{:x}", unix_time(), std::process::id()));
        let identity = cloud.identity().await?;
        match &profile.aws_account_id {
            Some(account) if *account != identity.account => Err(Failure::new(
                "aws-account",
                exit::CONFIG,
                format!(
                    "profile \"{}\" belongs to the account {account}, and these credentials ({}) to {}",
                    profile.name, identity.arn, identity.account
                ),
                "choose other credentials with --aws-profile, or change aws_account_id in the profile",
            )),
            _ => Ok(Self { cloud, identity, config, is_local }),
        }
    }
}

/// What clients of AWS are made from.
pub(crate) async fn sdk_config(
    arguments: &AwsArguments,
    region: &str,
    surroundings: &Surroundings,
) -> Result<SdkConfig, Failure> {
    let http = http::patient_client(surroundings)?.for_aws();
    let region = Region::new(region.to_owned());
    // Throttling and lost answers are asked again after a growing, random pause.
    let retries = RetryConfig::standard().with_max_attempts(6).with_initial_backoff(Duration::from_millis(500));
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http.clone())
        .region(region.clone())
        .retry_config(retries);
    if let Some(name) = &arguments.aws_profile {
        // Keys in the environment come first in the usual chain; whoever names a profile means that one.
        let provider = ProviderConfig::without_region().with_region(Some(region)).with_http_client(http);
        let credentials = ProfileFileCredentialsProvider::builder().configure(&provider).profile_name(name).build();
        loader = loader.profile_name(name).credentials_provider(credentials);
    }
    Ok(loader.load().await)
}

fn is_loopback(endpoint: &str) -> bool {
    url::Url::parse(endpoint).is_ok_and(|url| match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    })
}

impl From<CloudError> for Failure {
    fn from(error: CloudError) -> Self {
        if let Some(reason) = error.reason() {
            return Self::new(reason.code(), exit::AWS, error.to_string(), reason.advice());
        }
        let message = error.to_string();
        match error {
            CloudError::NoCredentials(_) => Self::new(
                "aws-credentials-missing",
                exit::AWS,
                message,
                "sign in to AWS as an administrator (aws sso login, or keys), or name a profile with --aws-profile",
            ),
            CloudError::Unreachable { .. } => Self::new(
                "network",
                exit::NETWORK,
                message,
                "check the network and the proxy, then run the same command again: it goes on where AWS is",
            ),
            CloudError::Failed(_) => {
                Self::new("stack-failed", exit::AWS, message, "mend what AWS says, then run the same command again")
            }
            CloudError::Refused(_) => {
                Self::new("aws-refused", exit::AWS, message, "mend what AWS says, then run the same command again")
            }
            CloudError::Unexpected(_) => Self::new("aws-unexpected", exit::UNEXPECTED, message, TELL_US),
        }
    }
}
