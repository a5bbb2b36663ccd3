//! What a call named as its model, and what the catalogue makes of it.

use super::{Asked, Cause};
use crate::{Catalogue, InferenceProfile, Model, Reach};

/// The model of a call.
#[derive(Clone, Copy, Debug)]
pub struct NamedModel<'a> {
    /// The ID, without the ARN around it.
    pub id: &'a str,
    /// The model that is meant, if the catalogue knows it.
    pub model: Option<&'static Model>,
    /// The inference profile, if it is one of the catalogue's.
    pub profile: Option<&'static InferenceProfile>,
}

impl<'a> NamedModel<'a> {
    /// Of an ID, an inference profile, or an ARN of one of them.
    pub fn of(name: &'a str) -> Self {
        let id = if name.starts_with("arn:") { name.rsplit('/').next().unwrap_or(name) } else { name };
        let catalogue = Catalogue::bundled();
        // eu.anthropic.claude-...: a profile that there is not is still of a model.
        let bare = id.find("anthropic.").map_or(id, |start| &id[start..]);
        Self { id, model: catalogue.model(id).or_else(|| catalogue.model(bare)), profile: catalogue.profile(id) }
    }

    /// The short name, for commands.
    pub fn short(&self) -> &'a str {
        self.model.map_or(self.id, |model| &model.alias)
    }

    /// The inference profiles through which the model can be called from a region, closest first.
    pub fn profiles_from(&self, region: &str) -> Vec<&'static str> {
        match self.model.map(|model| Catalogue::bundled().reach(model, region)) {
            Some(Reach::Through(profiles)) => profiles.iter().map(|profile| profile.id.as_str()).collect(),
            _ => Vec::new(),
        }
    }
}

/// AWS has no such model: what that means with what the catalogue knows.
pub fn cause(asked: &Asked<'_>) -> Cause {
    let Some(named) = asked.model.map(NamedModel::of) else { return Cause::ModelUnknown };
    match (named.profile, named.model) {
        (Some(profile), _) if profile.sources.iter().any(|source| source == asked.region) => Cause::ModelNotInRegion,
        (Some(_), _) => Cause::ProfileElsewhere,
        (None, Some(model)) if model.id == named.id && !named.profiles_from(asked.region).is_empty() => {
            Cause::ProfileNeeded
        }
        (None, Some(model)) if model.id == named.id => Cause::ModelNotInRegion,
        _ => Cause::ModelUnknown,
    }
}
