//! The model that a customer asks for, and the inference profile through which it is called.

use ccwb_bedrock::{Catalogue, InferenceProfile, Model, Tier};
use serde::{Deserialize, Serialize};

use crate::compliance::Compliance;

/// A model and the profile that fits the region and the rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChosenModel {
    /// The model's short name, such as `sonnet-4-5`.
    pub alias: String,
    /// What is called from the region.
    pub profile: String,
    /// What is called from the fallback region, if there is one; mostly the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback_profile: Option<String>,
}

/// The model that is meant by a tier, an alias, an id or a profile's id, with the profile that keeps data closest among those
/// that the rules allow. The error is a sentence.
pub(crate) fn choose(
    name: &str,
    region: &str,
    fallback: Option<&str>,
    rules: &[Compliance],
) -> Result<ChosenModel, String> {
    let catalogue = Catalogue::bundled();
    let candidates: Vec<&Model> = match Tier::named(name) {
        Some(tier) => catalogue.newest(tier),
        None => catalogue.model(name).into_iter().collect(),
    };
    let Some(first) = candidates.first() else { return Err(unknown(name)) };
    // Who names a profile means that one.
    let only = catalogue.profile(name).map(|profile| profile.id.as_str());
    let chosen = candidates.iter().find_map(|model| {
        let profile = fitting(model, region, rules, only)?;
        let other = fallback.map(|fallback| {
            // The same profile, if the other region has it.
            fitting(model, fallback, rules, Some(&profile.id)).or_else(|| fitting(model, fallback, rules, only))
        });
        let fallback_profile = match other {
            Some(other) => Some(other?.id.clone()),
            None => None,
        };
        Some(ChosenModel { alias: model.alias.clone(), profile: profile.id.clone(), fallback_profile })
    });
    chosen.ok_or_else(|| unfit(name, first, region, fallback, rules))
}

fn fitting<'a>(
    model: &'a Model,
    region: &'a str,
    rules: &[Compliance],
    only: Option<&str>,
) -> Option<&'a InferenceProfile> {
    let ccwb_bedrock::Reach::Through(profiles) = Catalogue::bundled().reach(model, region) else { return None };
    profiles.into_iter().find(|profile| {
        only.is_none_or(|only| only == profile.id) && rules.iter().all(|rules| rules.allows_profile(profile))
    })
}

fn unknown(name: &str) -> String {
    let catalogue = Catalogue::bundled();
    let known = catalogue.models.iter().map(|model| model.alias.as_str()).chain(Tier::ALL.map(Tier::name));
    match nearest(name, known) {
        Some(near) => format!("no model is called \"{name}\"; did you mean {near}?"),
        None => format!("no model is called \"{name}\": ccwb models list has all of them"),
    }
}

/// Why no profile fits: none from there, or none that stays where it must.
fn unfit(name: &str, model: &Model, region: &str, fallback: Option<&str>, rules: &[Compliance]) -> String {
    let regions = std::iter::once(region).chain(fallback);
    for region in regions {
        let callable: Vec<&InferenceProfile> = Catalogue::bundled()
            .profiles_of(model)
            .filter(|profile| profile.sources.iter().any(|source| source == region))
            .collect();
        if callable.is_empty() {
            return format!(
                "{} cannot be called from {region}: ccwb models show {} says from where",
                name, model.alias
            );
        }
        let broken = rules.iter().find(|rules| !callable.iter().any(|profile| rules.allows_profile(profile)));
        if let Some(rules) = broken {
            let place = rules.place().unwrap_or_default();
            let ids: Vec<&str> = callable.iter().map(|profile| profile.id.as_str()).collect();
            return format!(
                "{} must stay in {place}, and what calls {name} from {region} may be served elsewhere ({}): \
                 ccwb models recommend --region {region} proposes others",
                rules.name(),
                ids.join(", ")
            );
        }
    }
    format!("no inference profile of {name} fits these regions and rules together")
}

/// The known name that somebody probably meant.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let best = known.map(|known| (strsim::normalized_damerau_levenshtein(name, known), known));
    let best = best.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (best.0 >= 0.6).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_decide_which_profile_and_which_model_of_a_tier() {
        let chosen = |name, region, rules: &[Compliance]| choose(name, region, None, rules).map(|model| model.profile);
        assert_eq!(chosen("sonnet-4-5", "eu-west-1", &[]).unwrap(), "eu.anthropic.claude-sonnet-4-5-20250929-v1:0");
        let hipaa = chosen("sonnet", "us-east-1", &[Compliance::Hipaa]).unwrap();
        let profile = Catalogue::bundled().profile(&hipaa).unwrap();
        assert_eq!(profile.outside_the_us(), Some(vec![]));
    }

    #[test]
    fn what_does_not_fit_is_told_in_words() {
        let told = |name, region, rules: &[Compliance]| choose(name, region, None, rules).unwrap_err();
        assert!(told("sonet-4-5", "us-east-1", &[]).contains("did you mean sonnet-4-5?"));
        let elsewhere = told("us.anthropic.claude-sonnet-5", "us-east-1", &[Compliance::Hipaa]);
        assert!(elsewhere.contains("hipaa must stay in the United States"), "{elsewhere}");
        assert!(told("sonnet-4-5", "eu-isoe-west-1", &[]).contains("cannot be called from"));
    }
}
