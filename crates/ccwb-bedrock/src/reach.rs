//! Whether a model can be called from a region, and through which inference profile.

use crate::{Catalogue, InferenceProfile, Model, Tier};

/// The answer for one model and one region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach<'a> {
    /// Through these, that which keeps data closest first.
    Through(Vec<&'a InferenceProfile>),
    /// Not from there; these are the profiles that other regions have.
    Elsewhere(Vec<&'a InferenceProfile>),
}

impl Catalogue {
    /// What people mean by a name: a model's own name, or `opus`, `sonnet`, `haiku`, `fable` for the newest of its tier
    /// that can be called in `region` (if one is given) through a profile under `prefix` (if one is given).
    pub fn meant(&self, name: &str, prefix: Option<&str>, region: Option<&str>) -> Option<&Model> {
        let Some(tier) = Tier::named(name) else { return self.model(name) };
        self.newest(tier).into_iter().find(|model| {
            self.profiles_of(model).any(|profile| {
                profile.is_under(prefix)
                    && region.is_none_or(|region| profile.sources.iter().any(|source| source == region))
            })
        })
    }

    /// The models of a tier, newest first.
    pub fn newest(&self, tier: Tier) -> Vec<&Model> {
        let mut models: Vec<&Model> = self.models.iter().filter(|model| model.tier == tier).collect();
        models.sort_by_key(|model| std::cmp::Reverse(model.version()));
        models
    }

    /// Every profile of a model.
    pub fn profiles_of<'a>(&'a self, model: &'a Model) -> impl Iterator<Item = &'a InferenceProfile> {
        self.inference_profiles.iter().filter(|profile| profile.model == model.id)
    }

    /// Whether a model can be called from a region.
    pub fn reach<'a>(&'a self, model: &'a Model, region: &str) -> Reach<'a> {
        let (mut here, elsewhere): (Vec<_>, Vec<_>) =
            self.profiles_of(model).partition(|profile| profile.sources.iter().any(|source| source == region));
        if here.is_empty() {
            return Reach::Elsewhere(elsewhere);
        }
        here.sort_by_key(|profile| profile.destinations.as_ref().map_or(usize::MAX, Vec::len));
        Reach::Through(here)
    }

    /// Whether any profile knows this region, as source or as destination.
    pub fn knows_region(&self, region: &str) -> bool {
        self.inference_profiles.iter().any(|profile| {
            profile.sources.iter().chain(profile.destinations.iter().flatten()).any(|known| known == region)
        })
    }
}

impl Model {
    /// The numbers in its alias: `opus-4-8` is 4, 8.
    pub fn version(&self) -> Vec<u32> {
        self.alias.split('-').filter_map(|part| part.parse().ok()).collect()
    }
}

impl Tier {
    /// All of them, the cheapest first.
    pub const ALL: [Self; 4] = [Self::Haiku, Self::Sonnet, Self::Opus, Self::Fable];

    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.name() == name)
    }

    /// Its name in aliases.
    pub fn name(self) -> &'static str {
        match self {
            Self::Haiku => "haiku",
            Self::Sonnet => "sonnet",
            Self::Opus => "opus",
            Self::Fable => "fable",
        }
    }
}

impl InferenceProfile {
    /// Whether this is its prefix; without one, always. `europe` and `japan` are other names of `eu` and `jp`.
    pub fn is_under(&self, prefix: Option<&str>) -> bool {
        prefix.is_none_or(|prefix| {
            self.prefix
                == match prefix {
                    "europe" => "eu",
                    "japan" => "jp",
                    other => other,
                }
        })
    }

    /// The regions that may serve a call and are not in the United States; `None` if any region of the world may.
    pub fn outside_the_us(&self) -> Option<Vec<&str>> {
        let destinations = self.destinations.as_ref()?;
        let all = destinations.iter().map(String::as_str);
        Some(all.filter(|region| !region.starts_with("us-")).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_means_its_newest_model_that_can_be_called_there() {
        let catalogue = Catalogue::bundled();
        let meant = |name, prefix, region| catalogue.meant(name, prefix, region).map(|model| model.alias.as_str());
        assert_eq!(meant("sonnet", None, None), Some("sonnet-5"));
        assert_eq!(meant("sonnet", Some("au"), None), Some("sonnet-4-6"));
        assert_eq!(meant("opus", Some("japan"), None), None);
        assert_eq!(meant("opus", None, Some("us-gov-west-1")), Some("opus-4-8"));
        assert_eq!(meant("opus-4-1", Some("eu"), None), Some("opus-4-1"), "a model's own name is taken as it is");
        assert_eq!(meant("gemini", None, None), None);
    }

    #[test]
    fn the_profile_that_keeps_data_closest_comes_first() {
        let catalogue = Catalogue::bundled();
        let sonnet = catalogue.model("sonnet-4-6").unwrap();
        let Reach::Through(through) = catalogue.reach(sonnet, "ap-southeast-2") else { panic!("it can be called") };
        let prefixes: Vec<&str> = through.iter().map(|profile| profile.prefix.as_str()).collect();
        assert_eq!(prefixes, ["au", "global"]);
        assert!(matches!(catalogue.reach(sonnet, "us-gov-west-1"), Reach::Elsewhere(others) if others.len() == 5));
    }

    #[test]
    fn a_profile_named_us_may_be_served_in_canada() {
        let catalogue = Catalogue::bundled();
        let outside = |id| catalogue.profile(id).and_then(InferenceProfile::outside_the_us);
        assert_eq!(outside("us.anthropic.claude-sonnet-5"), Some(vec!["ca-central-1", "ca-west-1"]));
        assert_eq!(outside("us.anthropic.claude-sonnet-4-5-20250929-v1:0"), Some(vec![]));
        assert_eq!(outside("global.anthropic.claude-sonnet-5"), None);
    }
}
