//! Regions and models as choices.

use ccwb_bedrock::{Catalogue, InferenceProfile, Partition, Tier};
use serde_json::Value;

use super::{Choice, Draft};

/// Where AWS's regions are. A region that is not here can be typed all the same.
const PLACES: &[(&str, &str)] = &[
    ("us-east-1", "N. Virginia"),
    ("us-east-2", "Ohio"),
    ("us-west-1", "N. California"),
    ("us-west-2", "Oregon"),
    ("ca-central-1", "Montreal"),
    ("ca-west-1", "Calgary"),
    ("mx-central-1", "Mexico"),
    ("sa-east-1", "São Paulo"),
    ("eu-central-1", "Frankfurt"),
    ("eu-central-2", "Zurich"),
    ("eu-west-1", "Ireland"),
    ("eu-west-2", "London"),
    ("eu-west-3", "Paris"),
    ("eu-north-1", "Stockholm"),
    ("eu-south-1", "Milan"),
    ("eu-south-2", "Spain"),
    ("il-central-1", "Tel Aviv"),
    ("me-central-1", "UAE"),
    ("me-south-1", "Bahrain"),
    ("af-south-1", "Cape Town"),
    ("ap-south-1", "Mumbai"),
    ("ap-south-2", "Hyderabad"),
    ("ap-southeast-1", "Singapore"),
    ("ap-southeast-2", "Sydney"),
    ("ap-southeast-3", "Jakarta"),
    ("ap-southeast-4", "Melbourne"),
    ("ap-southeast-5", "Malaysia"),
    ("ap-southeast-7", "Thailand"),
    ("ap-east-1", "Hong Kong"),
    ("ap-east-2", "Taipei"),
    ("ap-northeast-1", "Tokyo"),
    ("ap-northeast-2", "Seoul"),
    ("ap-northeast-3", "Osaka"),
    ("us-gov-west-1", "GovCloud, US-West"),
    ("us-gov-east-1", "GovCloud, US-East"),
];

fn choice(value: &str, label: String, about: &str) -> Choice {
    Choice { value: value.into(), label, about: about.to_owned() }
}

pub(super) fn regions(_: &Draft) -> Vec<Choice> {
    PLACES.iter().map(|(region, place)| choice(region, (*region).to_owned(), place)).collect()
}

/// Prefixes that can be called from the infrastructure's partition.
pub(super) fn prefixes(draft: &Draft) -> Vec<Choice> {
    let partition = Partition::of_region(&region(draft));
    let catalogue = Catalogue::bundled();
    let mut prefixes = catalogue.prefixes(partition);
    // The one nearest to the infrastructure first.
    prefixes.sort_by_key(|prefix| {
        let near = catalogue.callable_in(&region(draft)).any(|profile| profile.prefix == **prefix);
        (!near, *prefix == "global")
    });
    prefixes
        .into_iter()
        .map(|prefix| {
            let (label, about) = match prefix {
                "us" => ("United States and Canada", "requests stay there"),
                "eu" => ("Europe", "requests stay in the EU and Switzerland"),
                "jp" => ("Japan", "requests stay in Japan"),
                "au" => ("Australia", "requests stay in Australia"),
                "apac" => ("Asia Pacific", "requests stay there; fewer models"),
                "us-gov" => ("AWS GovCloud", "requests stay there"),
                "global" => ("Anywhere", "most capacity, no promise where a request is answered"),
                other => (other, ""),
            };
            choice(prefix, format!("{label} ({prefix})"), about)
        })
        .collect()
}

pub(super) fn nearest_prefix(draft: &Draft) -> Value {
    prefixes(draft).into_iter().next().map_or(Value::Null, |choice| choice.value)
}

/// The models of the chosen prefix.
pub(super) fn models(draft: &Draft) -> Vec<Choice> {
    profiles(draft)
        .map(|profile| {
            let model = Catalogue::bundled().model(&profile.model);
            let label = model.map_or_else(|| profile.id.clone(), |model| model.name.clone());
            let about = match model.map(|model| model.tier) {
                Some(Tier::Haiku) => "fast and cheap",
                Some(Tier::Sonnet) => "for every day",
                Some(Tier::Opus) => "for hard problems",
                _ => "",
            };
            choice(&profile.id, label, about)
        })
        .collect()
}

/// A model for every day.
pub(super) fn everyday_model(draft: &Draft) -> Value {
    let tier = |profile: &&InferenceProfile| Catalogue::bundled().model(&profile.model).map(|model| model.tier);
    let all: Vec<_> = profiles(draft).collect();
    let chosen = all.iter().find(|profile| tier(profile) == Some(Tier::Sonnet)).or(all.first());
    chosen.map_or(Value::Null, |profile| profile.id.clone().into())
}

/// Regions in which the chosen model can be called.
pub(super) fn sources(draft: &Draft) -> Vec<Choice> {
    let Some(profile) = draft.text("selected_model").and_then(|id| Catalogue::bundled().profile(&id)) else {
        return regions(draft);
    };
    let place = |region: &str| PLACES.iter().find(|(known, _)| *known == region).map_or("", |(_, place)| place);
    profile.sources.iter().map(|region| choice(region, region.clone(), place(region))).collect()
}

/// Where requests are sent: beside the infrastructure if the model can be called there.
pub(super) fn nearest_source(draft: &Draft) -> Value {
    let near = region(draft);
    let profile = draft.text("selected_model").and_then(|id| Catalogue::bundled().profile(&id));
    match profile {
        Some(profile) if !profile.sources.contains(&near) => profile.default_source.clone().into(),
        _ => near.into(),
    }
}

pub(super) fn region(draft: &Draft) -> String {
    draft.text("aws_region").unwrap_or_else(|| "us-east-1".to_owned())
}

fn profiles(draft: &Draft) -> impl Iterator<Item = &'static InferenceProfile> + use<> {
    let prefix = draft.text("cross_region_profile").unwrap_or_default();
    let prefix = match prefix.as_str() {
        "europe" => "eu".to_owned(),
        "japan" => "jp".to_owned(),
        _ => prefix,
    };
    Catalogue::bundled().inference_profiles.iter().filter(move |profile| profile.prefix == prefix)
}
