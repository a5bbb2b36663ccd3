//! Regions, models and inference profiles.

use super::{Words, words};
use crate::refusal::{Asked, Cause, NamedModel};
use crate::{Catalogue, Partition};

pub(super) fn of(cause: Cause, asked: &Asked<'_>) -> Words {
    let region = asked.region;
    let named = NamedModel::of(asked.model.unwrap_or("MODEL"));
    let (id, short) = (named.id, named.short());
    match cause {
        Cause::RegionDisabled => words(
            match asked.is_known_elsewhere {
                true => format!("AWS knows the credentials elsewhere and not in {region}, an opt-in region"),
                false => format!("AWS says that {region} is not switched on here, for everything or for STS alone"),
            },
            format!(
                "enable it: aws account enable-region --region-name {region} (Account console, AWS Regions; takes minutes to hours), \
                 or call another region: ccwb models check --region REGION"
            ),
        ),
        Cause::RegionWithoutBedrock => words(
            match Catalogue::bundled().knows_region(region) {
                true => format!(
                    "the catalogue has {region}, and bedrock-runtime.{region}.{} has no address here: a DNS that only \
                                 knows VPC endpoints?",
                    Partition::of_region(region).url_suffix()
                ),
                false => format!(
                    "other names of AWS resolve, bedrock-runtime.{region}.{} does not",
                    Partition::of_region(region).url_suffix()
                ),
            },
            format!("check the region's name (AWS_REGION, region in ~/.aws/config); {}", near(&named)),
        ),
        Cause::ModelNotInRegion => words(
            format!("{id} is a model that Bedrock has, and not in {region}"),
            match named.profiles_from(region).iter().find(|profile| **profile != id) {
                Some(other) => format!(
                    "call it as {other}, which {region} has: ccwb models check {short} --region {region} --live"
                ),
                None => near(&named),
            },
        ),
        Cause::ModelUnknown => words(
            match named.model {
                Some(model) => format!("{id} is no inference profile of {}", model.name),
                None => format!("{id} is in no list: mistyped, newer than this release, or of another account"),
            },
            match named.profiles_from(region).as_slice() {
                [] => format!(
                    "ccwb models list --region {region} has the right names, ccwb models check --region {region} --live what AWS lists"
                ),
                profiles => format!("from {region} call {}", profiles.join(" or ")),
            },
        ),
        Cause::ModelEnded => words(
            match end_of_life(&named) {
                Some(day) => format!("Bedrock took {id} down on {day}"),
                None => format!("Bedrock took {id} down"),
            },
            successor(&named, region),
        ),
        Cause::ModelLegacy => words(
            match end_of_life(&named) {
                Some(day) => {
                    format!("{id} ends on {day}, and an account that has not called it lately is not let in any more")
                }
                None => format!("an account that has not called {id} lately is not let in any more"),
            },
            successor(&named, region),
        ),
        Cause::ProfileNeeded => words(
            format!("{id} is the bare model, which {region} does not serve on demand"),
            match named.profiles_from(region).as_slice() {
                [] => near(&named),
                profiles => format!(
                    "name the inference profile instead: {}; in Claude Code's settings that is ANTHROPIC_MODEL (ccwb package writes it)",
                    profiles.join(" or ")
                ),
            },
        ),
        _ => words(
            format!(
                "{id} is called from {}, and this call came from {region}",
                named.profile.map_or_else(|| "other regions".to_owned(), |profile| profile.sources.join(", "))
            ),
            match named.profiles_from(region).as_slice() {
                [] => near(&named),
                profiles => format!(
                    "from {region} call {}, or call {id} from {}",
                    profiles.join(" or "),
                    named.profile.map_or("its own region", |profile| &profile.default_source)
                ),
            },
        ),
    }
}

/// The regions that the model can be called from.
fn near(named: &NamedModel<'_>) -> String {
    let Some(model) = named.model else { return "ccwb models list --json has the regions of each model".to_owned() };
    let profiles = Catalogue::bundled().profiles_of(model);
    let places: Vec<String> = profiles.map(|profile| format!("{} ({})", profile.default_source, profile.id)).collect();
    format!("it can be called from {}; ccwb models show {} has every region", places.join(", "), model.alias)
}

fn end_of_life(named: &NamedModel<'_>) -> Option<&'static str> {
    named.model?.lifecycle.as_ref()?.end_of_life.as_deref()
}

/// The newest model of the same tier that can be called from there and has not been announced to end.
fn successor(named: &NamedModel<'_>, region: &str) -> String {
    let catalogue = Catalogue::bundled();
    let is_staying = |model: &&crate::Model| {
        model.id != named.id
            && model.lifecycle.as_ref().is_none_or(|life| life.legacy_since.is_none() && life.end_of_life.is_none())
    };
    let mut newer = named.model.into_iter().flat_map(|model| catalogue.newest(model.tier)).filter(is_staying);
    let next = newer.find_map(|model| NamedModel::of(&model.id).profiles_from(region).first().copied());
    match next {
        Some(profile) => format!("call {profile} instead; change the models with ccwb init, then ccwb package"),
        None => format!("ccwb models list --region {region} has those that stay"),
    }
}
