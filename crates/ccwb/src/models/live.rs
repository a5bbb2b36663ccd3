//! What AWS says of models: which it lists in a region, and what an account may use.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::SdkConfig;
use aws_sdk_bedrock::Client;
use aws_sdk_bedrock::types::{FoundationModelSummary, InferenceProfileType, InferenceType};
use ccwb_bedrock::Catalogue;
use ccwb_bedrock::refusal::Cause;
use serde_json::{Value, json};

use crate::refused::Refused;

const POLICY: &str =
    "ask with credentials that may list models: ccwb policy print --level standard shows what that takes";

/// Models and profiles of one region.
#[derive(Debug)]
pub(crate) struct Live {
    /// Model and its state, such as `ACTIVE`.
    models: BTreeMap<String, String>,
    /// Models that can be called without a profile.
    on_demand: BTreeSet<String>,
    /// Profiles that are active.
    profiles: BTreeSet<String>,
    /// Profiles of Claude models that the catalogue does not have.
    pub(crate) unknown_here: Vec<String>,
}

/// What an account may do with one model.
#[derive(Debug)]
pub(crate) struct Standing {
    /// Those of the wanted profiles that AWS lists.
    pub(crate) profiles: Vec<String>,
    /// `ACTIVE` or `LEGACY`, if the model is listed.
    lifecycle: Option<String>,
    /// What AWS says of agreement, authorisation, entitlement and region; none if it may not be asked.
    availability: Option<[String; 4]>,
    /// What has to be done before a call can pass, and why.
    pub(crate) requests: Vec<(Cause, String)>,
}

/// Asks for everything that AWS lists.
pub(crate) async fn ask(config: &SdkConfig) -> Result<Live, Refused> {
    let bedrock = Client::new(config);
    let models = bedrock.list_foundation_models().by_provider("Anthropic").send().await;
    let models = models.map_err(|error| Refused::of("bedrock:ListFoundationModels", &error, POLICY))?;
    let models = models.model_summaries();
    let is_on_demand =
        |model: &&FoundationModelSummary| model.inference_types_supported().contains(&InferenceType::OnDemand);
    let on_demand = models.iter().filter(is_on_demand).map(|model| model.model_id().to_owned()).collect();
    let models = models.iter().map(|model| {
        let state = model.model_lifecycle().map_or("unknown", |lifecycle| lifecycle.status().as_str());
        (model.model_id().to_owned(), state.to_owned())
    });
    let models = models.collect();
    let mut pages =
        bedrock.list_inference_profiles().type_equals(InferenceProfileType::SystemDefined).into_paginator().send();
    let mut profiles = BTreeSet::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| Refused::of("bedrock:ListInferenceProfiles", &error, POLICY))?;
        let active = page.inference_profile_summaries().iter().filter(|profile| profile.status().as_str() == "ACTIVE");
        profiles.extend(active.map(|profile| profile.inference_profile_id().to_owned()));
    }
    let is_new = |id: &&String| id.contains(".anthropic.claude") && Catalogue::bundled().profile(id).is_none();
    let unknown_here = profiles.iter().filter(is_new).cloned().collect();
    Ok(Live { models, on_demand, profiles, unknown_here })
}

impl Live {
    /// How many there are.
    pub(crate) fn summary(&self) -> String {
        format!("{} of Anthropic, {} inference profiles", self.models.len(), self.profiles.len())
    }

    /// Whether a call may name this, a profile or a model.
    pub(crate) fn takes(&self, id: &str) -> bool {
        self.profiles.contains(id) || self.on_demand.contains(id)
    }

    /// What the account may do with a model through any of these profiles.
    pub(crate) async fn standing(&self, config: &SdkConfig, model: &str, wanted: &[&str]) -> Result<Standing, Refused> {
        let listed = wanted.iter().filter(|id| self.profiles.contains(**id)).map(|id| (*id).to_owned());
        let mut standing = Standing {
            profiles: listed.collect(),
            lifecycle: self.models.get(model).cloned(),
            availability: None,
            requests: Vec::new(),
        };
        if standing.profiles.is_empty() && !wanted.is_empty() {
            let request = format!("AWS lists none of {} here: choose another region or model", wanted.join(", "));
            standing.requests.push((Cause::ModelNotInRegion, request));
            return Ok(standing);
        }
        let answer = Client::new(config).get_foundation_model_availability().model_id(model).send().await;
        let answer = match answer {
            Ok(answer) => answer,
            // It takes a permission of its own, and not to have it does not mean that the model cannot be called.
            Err(error) if error.as_service_error().is_some() => return Ok(standing),
            Err(error) => return Err(Refused::of("bedrock:GetFoundationModelAvailability", &error, POLICY)),
        };
        let agreement = answer.agreement_availability().map_or("unknown", |agreement| agreement.status().as_str());
        let said = [
            agreement,
            answer.authorization_status().as_str(),
            answer.entitlement_availability().as_str(),
            answer.region_availability().as_str(),
        ];
        standing.requests = requests(model, said);
        standing.availability = Some(said.map(str::to_owned));
        Ok(standing)
    }
}

/// Source: Amazon Bedrock User Guide, "Request access to models", as of 2026-11-26.
fn requests(model: &str, [agreement, authorization, entitlement, region]: [&str; 4]) -> Vec<(Cause, String)> {
    let mut requests = Vec::new();
    if region == "NOT_AVAILABLE" {
        let request = "AWS does not have the model in this region: choose another one";
        requests.push((Cause::ModelNotInRegion, request.to_owned()));
    }
    if authorization == "NOT_AUTHORIZED" {
        let request = "the account is not authorised: its organisation or AWS has to let it use the model";
        requests.push((Cause::ModelAccess, request.to_owned()));
    }
    if entitlement == "NOT_AVAILABLE" {
        let request = "submit Anthropic's first-time-use form, once for the account or for its organisation: Bedrock console, Model \
                       catalog, the model, or bedrock:PutUseCaseForModelAccess";
        requests.push((Cause::UseCaseForm, request.to_owned()));
    }
    if agreement != "AVAILABLE" {
        let request = format!(
            "subscribe: call {model} once with aws-marketplace:Subscribe and ViewSubscriptions allowed and a valid payment method; \
             it takes up to 15 minutes (agreement: {agreement})"
        );
        requests.push((Cause::MarketplaceSubscription, request));
    }
    requests
}

impl Standing {
    pub(crate) fn is_usable(&self) -> bool {
        self.requests.is_empty()
    }

    pub(crate) fn remark(&self) -> String {
        let legacy = self.lifecycle.as_deref().filter(|state| *state != "ACTIVE").map(|state| format!("; {state}"));
        let unknown = self.availability.is_none().then_some("; whether the account may use it could not be asked");
        format!("{}{}", legacy.unwrap_or_default(), unknown.unwrap_or_default())
    }

    pub(crate) fn json(&self) -> Value {
        let availability = self.availability.as_ref().map(|[agreement, authorization, entitlement, region]| {
            json!({"agreement": agreement, "authorization": authorization, "entitlement": entitlement, "region": region})
        });
        json!({
            "usable": self.is_usable(), "profiles": self.profiles, "lifecycle": self.lifecycle, "availability": availability,
            "requests": self.requests.iter().map(|(_, request)| request).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_that_is_missing_is_asked_for_and_nothing_else() {
        let good = ["AVAILABLE", "AUTHORIZED", "AVAILABLE", "AVAILABLE"];
        assert_eq!(requests("m", good), []);
        for (place, value, says) in [
            (0, "NOT_AVAILABLE", "aws-marketplace:Subscribe"),
            (0, "PENDING", "PENDING"),
            (1, "NOT_AUTHORIZED", "not authorised"),
            (2, "NOT_AVAILABLE", "first-time-use form"),
            (3, "NOT_AVAILABLE", "another one"),
        ] {
            let mut said = good;
            said[place] = value;
            let requests = requests("m", said);
            assert!(requests.len() == 1 && requests[0].1.contains(says), "{requests:?}");
        }
    }
}
