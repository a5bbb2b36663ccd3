//! Quotas and load.

use super::{Words, short, words};
use crate::refusal::{Asked, Cause, NamedModel};

/// Source: Amazon Bedrock User Guide, "Quotas for Amazon Bedrock" and "How tokens are counted".
pub(super) fn of(cause: Cause, asked: &Asked<'_>) -> Words {
    let (model, region) = (short(asked), asked.region);
    let raise = format!(
        "see and raise the account's quota: Service Quotas console in {region}, Amazon Bedrock, \"{}\" (aws service-quotas \
         list-service-quotas --service-code bedrock --region {region})",
        quota(cause, asked)
    );
    match cause {
        Cause::RequestsPerMinute => words(
            format!("everybody in this account who calls {model} from {region} shares one number of requests a minute"),
            format!("wait a minute and try again; if it stays, {raise}; {}", spread(asked)),
        ),
        Cause::TokensPerMinute => words(
            "everybody in this account shares one number of tokens a minute, and a call reserves its whole max_tokens at the start",
            format!(
                "wait a minute; ask for fewer tokens (CLAUDE_CODE_MAX_OUTPUT_TOKENS); if it stays, \
                 {raise}; {}",
                spread(asked)
            ),
        ),
        Cause::TokensPerDay => words(
            "new accounts begin with a low number of tokens a day, often below AWS's published default",
            format!(
                "{raise}: ask for at least AWS's default, through AWS Support if the console does not take it; {}",
                spread(asked)
            ),
        ),
        Cause::Quota => words("the account has reached a limit that no waiting mends", raise),
        Cause::ModelNotReady => words(
            "Bedrock is still bringing the model up; SDKs try again by themselves",
            "try again in a minute; for an imported or provisioned model look at its state in the Bedrock console",
        ),
        Cause::ServiceUnavailable => words(
            format!("Bedrock has too much to do in {region}, for all accounts: this is no quota of yours"),
            format!("try again in some minutes, see https://health.aws.amazon.com, and {}", spread(asked)),
        ),
        Cause::ModelTimeout => words(
            "the answer took longer than Bedrock waits, mostly with long prompts or under load",
            "try again; use streaming (Claude Code does), shorter prompts or a smaller model: ccwb models recommend",
        ),
        _ => words(
            "AWS says that the fault is its own, or the model's",
            "try again in a minute; if it stays, see https://health.aws.amazon.com and ask AWS Support with the request's time",
        ),
    }
}

/// The beginning of the quota's name in Service Quotas.
fn quota(cause: Cause, asked: &Asked<'_>) -> String {
    let named = asked.model.map(NamedModel::of);
    let profile = named.as_ref().and_then(|named| named.profile);
    let scope = match profile.map(|profile| profile.prefix.as_str()) {
        Some("global") => "Global cross-region",
        Some(_) => "Cross-region",
        None => "On-demand",
    };
    let model = named.and_then(|named| named.model).map_or("the model", |model| &model.name);
    match cause {
        Cause::RequestsPerMinute => format!("{scope} model inference requests per minute for Anthropic {model}"),
        Cause::TokensPerMinute => format!("{scope} model inference tokens per minute for Anthropic {model}"),
        Cause::TokensPerDay if profile.is_some_and(|profile| profile.prefix == "global") => {
            format!("{scope} model inference tokens per day for Anthropic {model}")
        }
        Cause::TokensPerDay => format!("Model invocation max tokens per day for Anthropic {model}"),
        _ => "the one that AWS's sentence names".to_owned(),
    }
}

/// Another profile of the same model has a quota of its own.
fn spread(asked: &Asked<'_>) -> String {
    let named = asked.model.map(NamedModel::of);
    let other =
        named.and_then(|named| named.profiles_from(asked.region).into_iter().find(|profile| *profile != named.id));
    match other {
        Some(profile) => format!("{profile} has quotas of its own"),
        None => "another region or model has quotas of its own".to_owned(),
    }
}
