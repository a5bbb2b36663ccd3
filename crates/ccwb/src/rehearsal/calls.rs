//! `ccwb __test-calls`: what a user's AWS program does, for `ccwb test` to start in its throw-away home.
//!
//! A process of its own, because that is how to be sure that the SDK finds nothing but what the package installed: it reads
//! `AWS_PROFILE` and `~/.aws/config`, and runs the `credential_process` in it.

use std::error::Error;
use std::io::Write as _;
use std::time::{Duration, Instant};

use aws_config::identity::IdentityCache;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_bedrockruntime::types::{ContentBlock, ConversationRole, InferenceConfiguration, Message, TokenUsage};
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, TELL_US, exit};
use crate::http;
use crate::refused::Refused;
use crate::row::Row;
use crate::surroundings::Surroundings;

/// What is asked for, as JSON in one argument. Nothing in it is secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// The account that the credentials must belong to.
    pub(crate) account: Option<String>,
    /// The name of the role that they must be of.
    pub(crate) role: Option<String>,
    /// Inference profiles that must be there, by id or ARN.
    pub(crate) models: Vec<String>,
    /// Regions that people call from.
    pub(crate) regions: Vec<String>,
    /// Regions that the profile allows besides, where a missing inference profile means nothing.
    pub(crate) other_regions: Vec<String>,
    /// The model to ask for one token; none: no model is called.
    pub(crate) call: Option<String>,
}

/// Prints the rows as JSON.
pub(crate) async fn run(wanted: &str, surroundings: &Surroundings) -> Result<(), Failure> {
    let unexpected = |error: &dyn Error| Failure::new("test-calls", exit::UNEXPECTED, error.to_string(), TELL_US);
    let wanted: Wanted = serde_json::from_str(wanted).map_err(|error| unexpected(&error))?;
    let http = http::patient_client(surroundings)?.for_aws();
    // A person may have to sign in meanwhile.
    let patient = IdentityCache::lazy().load_timeout(Duration::from_mins(5)).build();
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http).identity_cache(patient).load().await;
    let rows = rows(&config, &wanted).await;
    let json = serde_json::to_string(&rows).map_err(|error| unexpected(&error))?;
    writeln!(std::io::stdout(), "{json}").map_err(|error| unexpected(&error))
}

/// How a call went, and how long it took.
async fn timed(check: &str, call: impl Future<Output = Result<String, Failure>>) -> Row {
    let began = Instant::now();
    let result = call.await;
    Row::of(check, result.map(|found| format!("{found}, {} ms", began.elapsed().as_millis())))
}

async fn rows(config: &SdkConfig, wanted: &Wanted) -> Vec<Row> {
    let mut rows = vec![Row::of("identity (STS)", identity(config, wanted).await)];
    for region in &wanted.regions {
        let here = in_region(config, region);
        rows.push(timed(&format!("models, {region}"), models(&here)).await);
        rows.push(timed(&format!("profiles, {region}"), inference_profiles(&here, &wanted.models)).await);
        let name = format!("model call, {region}");
        rows.push(match &wanted.call {
            Some(model) => timed(&name, model_call(&here, model)).await,
            None => Row::skipped(&name, "a call costs a token: --api makes it"),
        });
    }
    for region in &wanted.other_regions {
        let name = format!("profiles, {region}");
        rows.push(match inference_profiles(&in_region(config, region), &wanted.models).await {
            Ok(found) => Row::of(&name, Ok(found)),
            Err(failure) if failure.exit == exit::NETWORK => Row::of(&name, Err(failure)),
            Err(_) => Row::skipped(&name, "it serves calls and takes none: people call from another region"),
        });
    }
    rows
}

fn in_region(config: &SdkConfig, region: &str) -> SdkConfig {
    config.to_builder().region(Region::new(region.to_owned())).build()
}

async fn identity(config: &SdkConfig, wanted: &Wanted) -> Result<String, Failure> {
    let answer = aws_sdk_sts::Client::new(config).get_caller_identity().send().await;
    let answer = answer
        .map_err(|error| Refused::of("sts:GetCallerIdentity", &error, "run ccwb status: is the auth stack there?"))?;
    let (arn, account) = (answer.arn().unwrap_or_default(), answer.account().unwrap_or_default());
    check_identity(arn, account, wanted)
}

fn check_identity(arn: &str, account: &str, wanted: &Wanted) -> Result<String, Failure> {
    let differs = |what: &str, expected: &str| {
        let message = format!("the credentials are of {arn}, and the {what} should be {expected}");
        Failure::new("identity-differs", exit::AWS, message, "run ccwb deploy, then ccwb package")
    };
    // arn:aws:sts::123456789012:assumed-role/Role/session
    let role = arn.split('/').nth(1).unwrap_or_default();
    match (&wanted.account, &wanted.role) {
        (Some(expected), _) if expected != account => Err(differs("account", expected)),
        (_, Some(expected)) if expected != role => Err(differs("role", expected)),
        _ => Ok(arn.to_owned()),
    }
}

async fn models(config: &SdkConfig) -> Result<String, Failure> {
    let answer = aws_sdk_bedrock::Client::new(config).list_foundation_models().by_provider("Anthropic").send().await;
    let answer = answer.map_err(|error| Refused::of("bedrock:ListFoundationModels", &error, POLICY))?;
    match answer.model_summaries().len() {
        0 => Err(Failure::new(
            "models-none",
            exit::AWS,
            "Bedrock offers no model of Anthropic here",
            "choose a region that has them: ccwb init",
        )),
        count => Ok(format!("{count} of Anthropic")),
    }
}

async fn inference_profiles(config: &SdkConfig, models: &[String]) -> Result<String, Failure> {
    let bedrock = aws_sdk_bedrock::Client::new(config);
    for model in models {
        let answer = bedrock.get_inference_profile().inference_profile_identifier(model).send().await;
        let answer =
            answer.map_err(|error| Refused::of(&format!("bedrock:GetInferenceProfile of {model}"), &error, POLICY))?;
        if answer.status().as_str() != "ACTIVE" {
            let message = format!("{model} is {}", answer.status().as_str());
            return Err(Failure::new("profile-inactive", exit::AWS, message, "choose another model: ccwb init"));
        }
    }
    match models {
        [] => Ok("none is named in Claude Code's settings".to_owned()),
        [one] => Ok(one.clone()),
        all => Ok(format!("all {} of Claude Code's settings", all.len())),
    }
}

/// Has a model say one token.
pub(crate) async fn model_call(config: &SdkConfig, model: &str) -> Result<String, Failure> {
    let tokens = one_token(config, model).await?;
    Ok(format!("{model} answered, {tokens} tokens"))
}

/// Asks a model for one token; how many the call cost.
pub(crate) async fn one_token(config: &SdkConfig, model: &str) -> Result<i32, Refused> {
    let message = Message::builder().role(ConversationRole::User).content(ContentBlock::Text("Hi".to_owned()));
    let message = message.build().expect("it has a role and a content");
    let call = aws_sdk_bedrockruntime::Client::new(config).converse().model_id(model).messages(message);
    let answer = call.inference_config(InferenceConfiguration::builder().max_tokens(1).build()).send().await;
    let answer = answer.map_err(|error| Refused::of(&format!("bedrock:Converse with {model}"), &error, ACCESS))?;
    Ok(answer.usage().map_or(0, TokenUsage::total_tokens))
}

const POLICY: &str = "let the role call these models: ccwb deploy; or choose others: ccwb init";
const ACCESS: &str = "open the model in the Bedrock console once, to accept Anthropic's terms for the account";

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:sts::123456789012:assumed-role/acme-BedrockRole/alice@example.com";

    fn check(account: Option<&str>, role: Option<&str>) -> Result<String, Failure> {
        let wanted = Wanted { account: account.map(str::to_owned), role: role.map(str::to_owned), ..Wanted::default() };
        check_identity(ARN, "123456789012", &wanted)
    }

    #[test]
    fn the_account_and_the_role_must_be_the_deployed_ones() {
        assert_eq!(check(None, None).as_deref(), Ok(ARN));
        assert_eq!(check(Some("123456789012"), Some("acme-BedrockRole")).as_deref(), Ok(ARN));
        for (account, role) in [(Some("999999999999"), None), (None, Some("acme"))] {
            let failure = check(account, role).unwrap_err();
            assert_eq!((failure.code.as_str(), failure.exit), ("identity-differs", exit::AWS));
        }
    }
}
