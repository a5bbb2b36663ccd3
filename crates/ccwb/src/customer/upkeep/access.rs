//! The way into a customer's account: its keys, its API key, or a role that trusts us.

use std::time::{Duration, Instant};

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{SharedCredentialsProvider, token::SharedTokenProvider};
use aws_sdk_bedrock::config::Token;
use aws_sdk_bedrock::error::SdkError;
use aws_smithy_runtime_api::client::auth::{AuthSchemeId, AuthSchemePreference};
use ccwb_customer::vault::Credential;
use ccwb_customer::{Customer, Method};
use secrecy::ExposeSecret as _;

use crate::failure::{Failure, exit};
use crate::refused;

/// No call of ours takes longer, and no answer is waited for longer.
const LIMIT: Duration = Duration::from_secs(30);

const SESSION: &str = "ccwb-customer";

/// Clients of a customer, from those of the hosting company.
#[derive(Clone, Debug)]
pub(super) struct Access {
    /// Signs as the customer, or bears its key.
    pub(super) config: SdkConfig,
    /// A Bedrock API key is known to Bedrock alone: nobody can be asked whose it is.
    pub(super) has_identity: bool,
}

impl Access {
    /// With a credential of the customer.
    pub(super) fn with(base: &SdkConfig, customer: &Customer, credential: &Credential) -> Self {
        let builder = in_region(base, &customer.region).to_builder();
        match credential {
            Credential::IamUserKeys { access_key_id, secret_access_key } => {
                let keys = Credentials::new(access_key_id, secret_access_key.expose_secret(), None, None, "vault");
                let provider = SharedCredentialsProvider::new(keys);
                Self { config: builder.credentials_provider(provider).build(), has_identity: true }
            }
            Credential::BedrockApiKey { key } => {
                let token = SharedTokenProvider::new(Token::new(key.expose_secret(), None));
                let bearer = AuthSchemePreference::from([AuthSchemeId::from("httpBearerAuth")]);
                let mut builder = builder.token_provider(token).auth_scheme_preference(bearer);
                // Nobody else's credentials, if the key is not taken.
                builder.set_credentials_provider(None);
                Self { config: builder.build(), has_identity: false }
            }
        }
    }

    /// By the role that trusts the hosting company, if it says this external id. The region's own STS: the customer may be
    /// in another partition.
    pub(super) async fn assume(base: &SdkConfig, customer: &Customer, external_id: &str) -> Result<Self, Failure> {
        let Method::CrossAccountRole { role_arn, .. } = &customer.method else {
            let message = format!("\"{}\" lets nobody in through a role", customer.id);
            return Err(Failure::new("customer-method", exit::CONFIG, message, "ccwb customer show tells its method"));
        };
        let here = in_region(base, &customer.region);
        let call = aws_sdk_sts::Client::new(&here).assume_role().role_arn(role_arn).role_session_name(SESSION);
        let answer = call.external_id(external_id).send().await.map_err(|error| {
            refused::failure(
                "sts:AssumeRole",
                &error,
                "ask the customer whether its role trusts you with this external id",
            )
        })?;
        let given = answer.credentials().ok_or_else(|| {
            Failure::new("aws-unexpected", exit::AWS, "sts:AssumeRole gave no credentials", "try again")
        })?;
        let keys = Credentials::new(
            given.access_key_id(),
            given.secret_access_key(),
            Some(given.session_token().to_owned()),
            None,
            "role",
        );
        let config = here.to_builder().credentials_provider(SharedCredentialsProvider::new(keys)).build();
        Ok(Self { config, has_identity: true })
    }

    /// Without retries, for what must not be done twice.
    pub(super) fn once(&self) -> SdkConfig {
        self.config.to_builder().retry_config(RetryConfig::disabled()).build()
    }

    /// Whose the credentials are, if that can be told: checks the account.
    pub(super) async fn identity(&self, customer: &Customer) -> Result<Option<String>, Failure> {
        if !self.has_identity {
            return Ok(None);
        }
        let answer = aws_sdk_sts::Client::new(&self.config).get_caller_identity().send().await;
        let answer = answer.map_err(|error| {
            refused::failure(
                "sts:GetCallerIdentity",
                &error,
                "ask the customer for new credentials: ccwb customer rotate",
            )
        })?;
        let (arn, account) = (answer.arn().unwrap_or_default(), answer.account().unwrap_or_default());
        if account != customer.account {
            let message = format!("the credentials are of {arn}, and the account should be {}", customer.account);
            return Err(Failure::new(
                "identity-differs",
                exit::AWS,
                message,
                "ask the customer for its own credentials",
            ));
        }
        Ok(Some(arn.to_owned()))
    }

    /// Whether the region has Claude models for the account.
    pub(super) async fn region(&self, customer: &Customer) -> Result<String, Failure> {
        let answer =
            aws_sdk_bedrock::Client::new(&self.config).list_foundation_models().by_provider("Anthropic").send().await;
        let answer = answer.map_err(|error| refused::failure("bedrock:ListFoundationModels", &error, PERMISSION))?;
        match answer.model_summaries().len() {
            0 => {
                let message = format!("Bedrock has no model of Anthropic in {}", customer.region);
                Err(Failure::new("models-none", exit::AWS, message, OTHER))
            }
            count => Ok(format!("{}, {count} models of Anthropic", customer.region)),
        }
    }

    /// Whether Bedrock lists the customer's inference profile in its region.
    pub(super) async fn profile(&self, customer: &Customer) -> Result<String, Failure> {
        let bedrock = aws_sdk_bedrock::Client::new(&self.config);
        let wanted = customer.model.profile.as_str();
        let mut pages = bedrock.list_inference_profiles().into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| refused::failure("bedrock:ListInferenceProfiles", &error, PERMISSION))?;
            let mut listed = page.inference_profile_summaries().iter();
            if let Some(profile) = listed.find(|profile| profile.inference_profile_id() == wanted) {
                return match profile.status().as_str() {
                    "ACTIVE" => Ok(wanted.to_owned()),
                    status => Err(Failure::new("profile-inactive", exit::AWS, format!("{wanted} is {status}"), OTHER)),
                };
            }
        }
        let message = format!("AWS lists no {wanted} in {}", customer.region);
        Err(Failure::new("profile-missing", exit::AWS, message, OTHER))
    }

    /// Has the model say one token.
    pub(super) async fn call(&self, customer: &Customer) -> Result<String, Failure> {
        crate::rehearsal::model_call(&self.config, &customer.model.profile).await
    }
}

const PERMISSION: &str = "let the customer allow it: ccwb policy print --level standard";
const OTHER: &str = "choose another model for this customer: ccwb models check";

/// Whether AWS said that the caller may not do this, which is not to say that the key is bad.
pub(super) fn is_denied(failure: &Failure) -> bool {
    failure.code == "aws-refused" && failure.message.contains("AccessDenied")
}

/// Whether an answer says that nothing was done. A lost one and an inner error of AWS say nothing.
pub(super) fn did_nothing<E>(error: &SdkError<E>) -> bool {
    match error {
        SdkError::ConstructionFailure(_) => true,
        SdkError::ServiceError(answer) => answer.raw().status().as_u16() < 500,
        _ => false,
    }
}

/// The hosting company's settings for calls into customers' accounts: each is short, and tried again a few times.
pub(super) fn for_customers(base: &SdkConfig) -> SdkConfig {
    let limits = TimeoutConfig::builder().operation_attempt_timeout(LIMIT).build();
    let retries = RetryConfig::standard().with_max_attempts(3);
    base.to_builder().timeout_config(limits).retry_config(retries).build()
}

fn in_region(base: &SdkConfig, region: &str) -> SdkConfig {
    base.to_builder().region(Region::new(region.to_owned())).build()
}

/// A result, and how many milliseconds it took.
pub(super) async fn timed<T>(work: impl Future<Output = T>) -> (T, u64) {
    let start = Instant::now();
    let result = work.await;
    (result, u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX))
}
