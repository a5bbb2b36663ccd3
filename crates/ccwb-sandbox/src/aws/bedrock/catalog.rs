use ccwb_bedrock::{Catalogue, InferenceProfile};
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

/// Those that can be called in a region.
pub(super) fn inference_profiles(world: &World, region: &str, query: &Form) -> Result<Reply, ApiError> {
    let kind = query.get("type");
    let profiles = match kind {
        None | Some("SYSTEM_DEFINED") => {
            Catalogue::bundled().callable_in(region).map(|profile| summary(world, region, profile)).collect()
        }
        Some("APPLICATION") => Vec::<Value>::new(),
        Some(other) => {
            return Err(validation(format!(
                "1 validation error detected: Value '{other}' at 'typeEquals' failed to satisfy constraint: Member must \
                 satisfy enum value set: [SYSTEM_DEFINED, APPLICATION]"
            )));
        }
    };
    Ok(Reply::json(200, &json!({"inferenceProfileSummaries": profiles})).note_some("type", kind))
}

/// One of them, by its id or its ARN.
pub(super) fn inference_profile(world: &World, region: &str, name: &str) -> Result<Reply, ApiError> {
    let id = name.rsplit_once(":inference-profile/").map_or(name, |(_, id)| id);
    let known = Catalogue::bundled().callable_in(region).find(|profile| profile.id == id);
    known.map(|profile| Reply::json(200, &summary(world, region, profile))).ok_or_else(|| ApiError {
        status: 404,
        code: "ResourceNotFoundException",
        message: format!("The provided inference profile {name} could not be found in {region}."),
    })
}

/// Whoever asks may use it: what an account lacks is a fault of the sandbox.
pub(super) fn availability(model: &str) -> Reply {
    Reply::json(
        200,
        &json!({
            "modelId": model, "agreementAvailability": {"status": "AVAILABLE"}, "authorizationStatus": "AUTHORIZED",
            "entitlementAvailability": "AVAILABLE", "regionAvailability": "AVAILABLE",
        }),
    )
}

fn summary(world: &World, region: &str, profile: &InferenceProfile) -> Value {
    let (partition, account, id) = (world.options.partition(), &world.options.account_id, &profile.id);
    let name = Catalogue::bundled().model(&profile.model).map_or(profile.model.as_str(), |model| &model.name);
    let serving = profile.destinations.as_deref().unwrap_or_default().iter().map(String::as_str);
    let models = serving.chain(profile.destinations.is_none().then_some(region));
    let models = models
        .map(|at| json!({"modelArn": format!("arn:{partition}:bedrock:{at}::foundation-model/{}", profile.model)}));
    json!({
        "inferenceProfileId": id,
        "inferenceProfileArn": format!("arn:{partition}:bedrock:{region}:{account}:inference-profile/{id}"),
        "inferenceProfileName": format!("{} {name}", profile.prefix.to_ascii_uppercase()),
        "models": models.collect::<Vec<Value>>(),
        "status": "ACTIVE", "type": "SYSTEM_DEFINED",
        "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
    })
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
