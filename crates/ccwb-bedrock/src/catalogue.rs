//! Models and inference profiles, from `data/models.json`. Every row there says where it comes from and of when it is.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::{Lifecycle, Limits, Partition};

/// All that is known about Claude on Bedrock.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Models, newest of the guidance's list first.
    pub models: Vec<Model>,
    /// System-defined inference profiles.
    pub inference_profiles: Vec<InferenceProfile>,
}

/// A foundation model.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The short name that administrators use, such as `sonnet-4-5`.
    pub alias: String,
    /// The name for people.
    pub name: String,
    /// Its place in the family.
    pub tier: Tier,
    /// Bedrock's id, without the prefix of an inference profile.
    pub id: String,
    /// How much it takes and gives; `None` if no source is known.
    #[serde(default)]
    pub limits: Option<Limits>,
    /// Since when and until when Bedrock has it; `None` if no source is known.
    #[serde(default)]
    pub lifecycle: Option<Lifecycle>,
    /// Where this row comes from.
    pub source: String,
    /// The day of that source, `YYYY-MM-DD`.
    pub as_of: String,
}

/// A model's place in the family, as in `ANTHROPIC_DEFAULT_SONNET_MODEL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "they are names")]
pub enum Tier {
    Haiku,
    Sonnet,
    Opus,
    Fable,
}

/// A system-defined inference profile: one model, reached from some regions, served by others.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InferenceProfile {
    /// What a caller names as the model, such as `eu.anthropic.claude-sonnet-4-6`.
    pub id: String,
    /// `us`, `eu`, `apac`, `jp`, `au`, `us-gov` or `global`.
    pub prefix: String,
    /// The model's id.
    pub model: String,
    /// The region that the guidance proposes.
    pub default_source: String,
    /// Regions in which it can be called.
    pub sources: Vec<String>,
    /// Regions that may serve a call; `None` means every commercial region (global).
    #[serde(default)]
    pub destinations: Option<Vec<String>>,
    /// Where this row comes from.
    pub source: String,
    /// The day of that source, `YYYY-MM-DD`.
    pub as_of: String,
}

static BUNDLED: LazyLock<Catalogue> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/models.json")).expect("the bundled catalogue is tested")
});

impl Catalogue {
    /// The catalogue of this release.
    pub fn bundled() -> &'static Self {
        &BUNDLED
    }

    /// A model by alias (`sonnet-4-5`), id (`anthropic.claude-...`) or the id of one of its profiles.
    pub fn model(&self, name: &str) -> Option<&Model> {
        let id = self.profile(name).map_or(name, |profile| &profile.model);
        self.models.iter().find(|model| model.alias == name || model.id == id)
    }

    /// A profile by its id.
    pub fn profile(&self, id: &str) -> Option<&InferenceProfile> {
        self.inference_profiles.iter().find(|profile| profile.id == id)
    }

    /// The profile of a model under a prefix. `europe` and `japan` are other names of `eu` and `jp`.
    pub fn inference_profile(&self, prefix: &str, model: &str) -> Option<&InferenceProfile> {
        let model = self.model(model)?;
        self.inference_profiles.iter().find(|profile| profile.is_under(Some(prefix)) && profile.model == model.id)
    }

    /// The profiles that can be called in a region.
    pub fn callable_in<'a>(&'a self, region: &'a str) -> impl Iterator<Item = &'a InferenceProfile> {
        self.inference_profiles.iter().filter(move |profile| profile.sources.iter().any(|source| source == region))
    }

    /// The prefixes that exist in a partition, in the order of the catalogue.
    pub fn prefixes(&self, partition: Partition) -> Vec<&str> {
        let mut prefixes = Vec::new();
        for profile in self.inference_profiles.iter().filter(|profile| profile.partition() == partition) {
            if !prefixes.contains(&profile.prefix.as_str()) {
                prefixes.push(profile.prefix.as_str());
            }
        }
        prefixes
    }
}

impl InferenceProfile {
    /// The partition in which it can be called.
    pub fn partition(&self) -> Partition {
        Partition::of_region(&self.default_source)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_bundled_catalogue_is_consistent() {
        let catalogue = Catalogue::bundled();
        let mut ids = HashSet::new();
        for model in &catalogue.models {
            assert!(ids.insert(model.id.as_str()) && ids.insert(model.alias.as_str()), "{} twice", model.id);
            assert!(model.id.starts_with("anthropic."), "{}", model.id);
            assert!(catalogue.inference_profiles.iter().any(|profile| profile.model == model.id), "{}", model.id);
        }
        for profile in &catalogue.inference_profiles {
            assert!(ids.insert(&profile.id), "{} twice", profile.id);
            assert_eq!(profile.id, format!("{}.{}", profile.prefix, profile.model));
            assert!(catalogue.models.iter().any(|model| model.id == profile.model), "{}", profile.id);
            assert!(profile.sources.contains(&profile.default_source), "{}", profile.id);
            assert_eq!(profile.destinations.is_none(), profile.prefix == "global", "{}", profile.id);
            let regions = profile.sources.iter().chain(profile.destinations.iter().flatten());
            assert!(regions.map(|region| Partition::of_region(region)).all(|p| p == profile.partition()));
            assert!(!profile.source.is_empty() && profile.as_of.len() == "2026-11-20".len(), "{}", profile.id);
        }
    }

    #[test]
    fn a_model_is_found_by_alias_by_id_and_by_profile() {
        let catalogue = Catalogue::bundled();
        for name in ["opus-4-8", "anthropic.claude-opus-4-8", "us.anthropic.claude-opus-4-8"] {
            assert_eq!(
                catalogue.model(name).map(|model| model.id.as_str()),
                Some("anthropic.claude-opus-4-8"),
                "{name}"
            );
        }
        assert_eq!(catalogue.model("opus-99"), None);
        assert!(catalogue.inference_profile("europe", "haiku-4-5").is_some());
        assert!(catalogue.inference_profile("jp", "opus-4-8").is_none(), "never another one than was asked for");
    }

    #[test]
    fn govcloud_sees_its_own_profiles_only() {
        let catalogue = Catalogue::bundled();
        assert_eq!(catalogue.prefixes(Partition::GovCloud), ["us-gov"]);
        assert!(!catalogue.prefixes(Partition::Commercial).contains(&"us-gov"));
        assert!(catalogue.callable_in("us-gov-west-1").all(|profile| profile.prefix == "us-gov"));
    }
}
