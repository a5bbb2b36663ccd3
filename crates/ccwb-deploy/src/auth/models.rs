//! Which ARNs may be called, spread over the managed policies of the template.

use std::collections::BTreeSet;

use ccwb_bedrock::{InferenceProfile, ProfileArns};

use super::AuthChoices;
use crate::parameters::MAX_PARAMETER_BYTES;
use crate::{ChoiceError, Parameters};

/// How many managed policies the template has for permissions. A role takes ten.
pub const MAX_POLICIES: usize = 4;

/// What the lists may take of a managed policy's 6,144 characters; the rest is its statements.
const MAX_ARN_CHARACTERS: usize = 5_400;

/// An application inference profile of the company's own, made from a system-defined one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationProfile {
    /// Its ARN, in its own region.
    pub arn: String,
    /// What it was made from: this decides which models in which regions serve it.
    pub made_from: InferenceProfile,
}

pub(super) fn add(choices: &AuthChoices, parameters: &mut Parameters) -> Result<(), ChoiceError> {
    let policies = pack(arns(choices)?)?;
    for number in 1..=MAX_POLICIES {
        let none = Lists::default();
        let lists = policies.get(number - 1).unwrap_or(&none);
        parameters.set_list(&format!("InferenceProfiles{number}"), &lists.profiles.iter().collect::<Vec<_>>());
        parameters.set_list(&format!("FoundationModels{number}"), &lists.models.iter().collect::<Vec<_>>());
    }
    Ok(())
}

/// One entry for each profile and source region in which it can be called.
fn arns(choices: &AuthChoices) -> Result<Vec<ProfileArns>, ChoiceError> {
    let partition = choices.partition();
    let profiles = &choices.inference_profiles;
    if profiles.is_empty() && choices.application_profiles.is_empty() {
        return Err(ChoiceError::new("models", "there is none"));
    }
    let made_from = choices.application_profiles.iter().map(|own| &own.made_from);
    if let Some(foreign) = profiles.iter().chain(made_from).find(|profile| profile.partition() != partition) {
        let problem = format!("{} is not in the partition of {}", foreign.id, choices.target.region);
        return Err(ChoiceError::new("models", problem));
    }
    let callable = |profile: &InferenceProfile, region: &String| profile.sources.contains(region);
    let mut all = Vec::new();
    for profile in profiles {
        let sources: Vec<_> = choices.source_regions.iter().filter(|region| callable(profile, region)).collect();
        if sources.is_empty() {
            let problem = format!("{} can be called in none of the chosen regions", profile.id);
            return Err(ChoiceError::new("models", problem));
        }
        all.extend(sources.into_iter().map(|source| profile.arns(partition, &choices.target.account, source)));
    }
    if let Some(idle) = choices.source_regions.iter().find(|region| !profiles.iter().any(|p| callable(p, region)))
        && !profiles.is_empty()
    {
        return Err(ChoiceError::new("regions", format!("none of the chosen models can be called in {idle}")));
    }
    for own in &choices.application_profiles {
        let region = own.arn.split(':').nth(3).unwrap_or_default();
        if !callable(&own.made_from, &region.to_owned()) {
            let problem = format!("{} is in a region where {} cannot be called", own.arn, own.made_from.id);
            return Err(ChoiceError::new("application_profiles", problem));
        }
        let arns = own.made_from.arns(partition, &choices.target.account, region);
        all.push(ProfileArns { inference_profile: own.arn.clone(), ..arns });
    }
    // The order of the choices is no difference between two deployments.
    all.sort_by(|a, b| a.inference_profile.cmp(&b.inference_profile));
    Ok(all)
}

#[derive(Clone, Default)]
struct Lists {
    profiles: BTreeSet<String>,
    models: BTreeSet<String>,
}

impl Lists {
    fn with(&self, arns: &ProfileArns) -> Self {
        let mut more = self.clone();
        more.profiles.insert(arns.inference_profile.clone());
        more.models.extend(arns.foundation_models.iter().cloned());
        more
    }

    fn fits(&self) -> bool {
        // Two quotes and a comma each. A profile stands in the policy twice: as a resource and in a condition.
        let size = |arns: &BTreeSet<String>| arns.iter().map(|arn| arn.len() + 3).sum::<usize>();
        let (profiles, models) = (size(&self.profiles), size(&self.models));
        profiles <= MAX_PARAMETER_BYTES && models <= MAX_PARAMETER_BYTES && 2 * profiles + models <= MAX_ARN_CHARACTERS
    }
}

/// A profile and its models stay in one policy: its condition names the profiles of the same policy.
fn pack(all: Vec<ProfileArns>) -> Result<Vec<Lists>, ChoiceError> {
    let count = all.len();
    let mut policies: Vec<Lists> = Vec::new();
    for arns in all {
        match policies.iter_mut().map(|lists| (lists.with(&arns), lists)).find(|(more, _)| more.fits()) {
            Some((more, lists)) => *lists = more,
            None => policies.push(Lists::default().with(&arns)),
        }
    }
    if policies.len() > MAX_POLICIES || !policies.iter().all(Lists::fits) {
        let problem = format!(
            "{count} pairs of model and region need {} policies, and there is room for {MAX_POLICIES}: choose fewer",
            policies.len()
        );
        return Err(ChoiceError::new("models", problem));
    }
    Ok(policies)
}
