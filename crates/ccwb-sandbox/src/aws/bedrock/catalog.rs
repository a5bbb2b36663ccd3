use serde_json::{Value, json};

use super::{ApiError, validation};
use crate::http::form::Form;
use crate::http::reply::Reply;
use crate::world::World;

/// A few Claude models: id and name.
const MODELS: &[(&str, &str)] = &[
    ("anthropic.claude-opus-4-1-20250805-v1:0", "Claude Opus 4.1"),
    ("anthropic.claude-sonnet-4-20250514-v1:0", "Claude Sonnet 4"),
    ("anthropic.claude-sonnet-4-5-20250929-v1:0", "Claude Sonnet 4.5"),
    ("anthropic.claude-haiku-4-5-20251001-v1:0", "Claude Haiku 4.5"),
];
const GEOGRAPHIES: &[&str] = &["us", "eu", "apac", "jp", "au", "us-gov", "global"];

/// Any Claude model, any geography's profile of one, or an ARN of either or of an application inference profile. New
/// models appear more often than this table is touched.
pub(super) fn check_model(id: &str) -> Result<(), ApiError> {
    let is_arn =
        id.starts_with("arn:aws") && ["foundation-model/", "inference-profile/"].iter().any(|kind| id.contains(kind));
    let bare = match id.split_once('.') {
        Some((geography, rest)) if GEOGRAPHIES.contains(&geography) => rest,
        _ => id,
    };
    if is_arn || bare.starts_with("anthropic.claude-") {
        Ok(())
    } else {
        Err(validation("The provided model identifier is invalid."))
    }
}

pub(super) fn foundation_models(world: &World) -> Reply {
    let summaries: Vec<Value> = MODELS
        .iter()
        .map(|(id, name)| {
            json!({
                "modelArn": model_arn(world, id), "modelId": id, "modelName": name, "providerName": "Anthropic",
                "inputModalities": ["TEXT", "IMAGE"], "outputModalities": ["TEXT"], "responseStreamingSupported": true,
                "customizationsSupported": [], "inferenceTypesSupported": ["INFERENCE_PROFILE"],
                "modelLifecycle": {"status": "ACTIVE"},
            })
        })
        .collect();
    Reply::json(200, &json!({"modelSummaries": summaries}))
}

pub(super) fn inference_profiles(world: &World, query: &Form) -> Result<Reply, ApiError> {
    let kind = query.get("type");
    let profiles = match kind {
        None | Some("SYSTEM_DEFINED") => system_profiles(world),
        Some("APPLICATION") => Vec::new(),
        Some(other) => {
            return Err(validation(format!(
                "1 validation error detected: Value '{other}' at 'typeEquals' failed to satisfy constraint: Member must \
                 satisfy enum value set: [SYSTEM_DEFINED, APPLICATION]"
            )));
        }
    };
    Ok(Reply::json(200, &json!({"inferenceProfileSummaries": profiles})).note_some("type", kind))
}

fn system_profiles(world: &World) -> Vec<Value> {
    let (partition, region, account) = (world.options.partition(), &world.options.region, &world.options.account_id);
    let geography = match region.split('-').next() {
        Some("ap") => "apac",
        Some(geography @ "eu") => geography,
        _ => "us",
    };
    let profile = |geography: &str, id: &str, name: &str| {
        json!({
            "inferenceProfileId": format!("{geography}.{id}"),
            "inferenceProfileArn": format!("arn:{partition}:bedrock:{region}:{account}:inference-profile/{geography}.{id}"),
            "inferenceProfileName": format!("{} {name}", geography.to_ascii_uppercase()),
            "models": [{"modelArn": model_arn(world, id)}],
            "status": "ACTIVE", "type": "SYSTEM_DEFINED",
            "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
        })
    };
    let of_all = |(id, name): &(&str, &str)| [profile(geography, id, name), profile("global", id, name)];
    MODELS.iter().flat_map(of_all).collect()
}

fn model_arn(world: &World, id: &str) -> String {
    format!("arn:{}:bedrock:{}::foundation-model/{id}", world.options.partition(), world.options.region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claude_models_profiles_and_arns_are_known_and_others_are_not() {
        for known in [
            "anthropic.claude-sonnet-4-20250514-v1:0",
            "us.anthropic.claude-opus-4-1-20250805-v1:0",
            "global.anthropic.claude-haiku-4-5-20251001-v1:0",
            "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123",
        ] {
            assert_eq!(check_model(known), Ok(()), "{known}");
        }
        for unknown in ["", "claude", "xx.anthropic.claude-1", "amazon.titan-text"] {
            assert!(check_model(unknown).is_err(), "{unknown}");
        }
    }
}
