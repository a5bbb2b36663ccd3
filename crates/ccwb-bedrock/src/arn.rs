//! The ARNs that a call through an inference profile is authorised for.

use crate::{InferenceProfile, Partition};

/// What a caller in one source region needs to be allowed, to call one inference profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileArns {
    /// The profile in the caller's account and region.
    pub inference_profile: String,
    /// The model wherever it may be served, sorted and without repetition.
    pub foundation_models: Vec<String>,
}

impl InferenceProfile {
    /// The ARNs for callers in `source`.
    ///
    /// A geographic profile is authorised for the model in the source region and in each destination region. A global
    /// one is authorised for the model in the source region and for the model without a region.
    /// Source: Amazon Bedrock User Guide, "Geographic cross-Region inference" and "Global cross-Region inference", IAM
    /// policy requirements.
    pub fn arns(&self, partition: Partition, account: &str, source: &str) -> ProfileArns {
        let mut regions: Vec<&str> = match &self.destinations {
            Some(destinations) => destinations.iter().map(String::as_str).collect(),
            None => vec![""],
        };
        regions.push(source);
        regions.sort_unstable();
        regions.dedup();
        ProfileArns {
            inference_profile: inference_profile_arn(partition, source, account, &self.id),
            foundation_models: regions
                .into_iter()
                .map(|region| foundation_model_arn(partition, region, &self.model))
                .collect(),
        }
    }
}

/// `arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-...`; the region is empty for global inference.
pub fn foundation_model_arn(partition: Partition, region: &str, model: &str) -> String {
    format!("arn:{partition}:bedrock:{region}::foundation-model/{model}")
}

/// `arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-...`.
pub fn inference_profile_arn(partition: Partition, region: &str, account: &str, profile: &str) -> String {
    format!("arn:{partition}:bedrock:{region}:{account}:inference-profile/{profile}")
}

#[cfg(test)]
mod tests {
    use crate::Catalogue;

    use super::*;

    #[test]
    fn a_geographic_profile_needs_the_model_in_its_source_and_in_every_destination() {
        // us-west-1 is a source and no destination: a list of destinations alone would refuse every call from there.
        let catalogue = Catalogue::bundled();
        let arns = catalogue.profile("us.anthropic.claude-sonnet-4-6").unwrap().arns(
            Partition::Commercial,
            "123456789012",
            "us-west-1",
        );
        assert_eq!(
            arns.inference_profile,
            "arn:aws:bedrock:us-west-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6"
        );
        let regions: Vec<&str> = arns.foundation_models.iter().map(|arn| arn.split(':').nth(3).unwrap()).collect();
        assert_eq!(regions, ["ca-central-1", "ca-west-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2"]);
    }

    #[test]
    fn a_global_profile_needs_the_model_at_home_and_without_a_region() {
        let catalogue = Catalogue::bundled();
        let arns = catalogue.profile("global.anthropic.claude-opus-4-8").unwrap().arns(
            Partition::Commercial,
            "123456789012",
            "eu-west-1",
        );
        assert_eq!(
            arns.foundation_models,
            [
                "arn:aws:bedrock:::foundation-model/anthropic.claude-opus-4-8",
                "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-opus-4-8"
            ]
        );
    }
}
