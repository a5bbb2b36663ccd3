//! Rules that a customer is bound by, and what each means for where its prompts may go.

use ccwb_bedrock::InferenceProfile;
use serde::{Deserialize, Serialize};

/// A set of rules. Three of them name no place: they are recorded and shown, and ask something of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compliance {
    /// Health data of the United States: nothing leaves the country.
    Hipaa,
    /// Personal data of the European Union: nothing leaves Bedrock's European regions.
    Gdpr,
    /// SOC 2.
    Soc2,
    /// ISO/IEC 27001.
    Iso27001,
    /// Payment cards.
    PciDss,
}

impl Compliance {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Hipaa, Self::Gdpr, Self::Soc2, Self::Iso27001, Self::PciDss];

    /// By its name in a form; `eu` is another name of `gdpr`.
    pub fn named(name: &str) -> Option<Self> {
        if name == "eu" {
            return Some(Self::Gdpr);
        }
        Self::ALL.into_iter().find(|rules| rules.name() == name)
    }

    /// The name in a form.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hipaa => "hipaa",
            Self::Gdpr => "gdpr",
            Self::Soc2 => "soc2",
            Self::Iso27001 => "iso27001",
            Self::PciDss => "pci-dss",
        }
    }

    /// Where data must stay, in words; `None`: these rules name no place.
    pub fn place(self) -> Option<&'static str> {
        match self {
            Self::Hipaa => Some("the United States"),
            Self::Gdpr => Some("Europe"),
            Self::Soc2 | Self::Iso27001 | Self::PciDss => None,
        }
    }

    /// Whether a region lies where data must stay.
    pub fn allows_region(self, region: &str) -> bool {
        match self {
            Self::Hipaa => region.starts_with("us-"),
            Self::Gdpr => region.starts_with("eu-") || region.starts_with("eusc-"),
            Self::Soc2 | Self::Iso27001 | Self::PciDss => true,
        }
    }

    /// Whether every region that may serve a call through a profile lies there. The profile's name proves nothing: some
    /// under `us` are also served in Canada.
    pub fn allows_profile(self, profile: &InferenceProfile) -> bool {
        self.place().is_none()
            || profile.destinations.as_ref().is_some_and(|all| all.iter().all(|region| self.allows_region(region)))
    }

    /// What this program cannot do for it.
    pub fn remains(self) -> &'static str {
        match self {
            Self::Hipaa => "the customer accepts AWS's Business Associate Addendum for its account (AWS Artifact)",
            Self::Gdpr => "the customer's data processing agreement names you as a processor",
            Self::Soc2 => "your own report covers this host; AWS's covers Bedrock",
            Self::Iso27001 => "your own certificate covers this host; AWS's covers Bedrock",
            Self::PciDss => "no card numbers in prompts: no region makes that right",
        }
    }
}

#[cfg(test)]
mod tests {
    use ccwb_bedrock::Catalogue;

    use super::*;

    #[test]
    fn a_profiles_destinations_count_and_not_its_name() {
        let profile = |id| Catalogue::bundled().profile(id).unwrap();
        assert!(Compliance::Hipaa.allows_profile(profile("us.anthropic.claude-sonnet-4-5-20250929-v1:0")));
        assert!(!Compliance::Hipaa.allows_profile(profile("us.anthropic.claude-sonnet-5")), "served in Canada too");
        for rules in [Compliance::Hipaa, Compliance::Gdpr] {
            assert!(!rules.allows_profile(profile("global.anthropic.claude-sonnet-5")), "{}", rules.name());
        }
        assert!(Compliance::Soc2.allows_profile(profile("global.anthropic.claude-sonnet-5")));
    }

    #[test]
    fn every_european_profile_stays_in_europe() {
        let catalogue = Catalogue::bundled();
        let mut european = catalogue.inference_profiles.iter().filter(|profile| profile.prefix == "eu").peekable();
        assert!(european.peek().is_some());
        for profile in european {
            assert!(Compliance::Gdpr.allows_profile(profile), "{}", profile.id);
        }
    }

    #[test]
    fn every_name_is_found_again() {
        for rules in Compliance::ALL {
            assert_eq!(Compliance::named(rules.name()), Some(rules));
            assert_eq!(serde_json::to_value(rules).unwrap(), rules.name());
        }
    }
}
