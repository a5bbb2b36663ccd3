use super::{CannotBeMade, cannot};
use crate::{Catalogue, InferenceProfile, Model, Partition, Reach};

/// Which models, called from which regions.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Names of models, or `opus`, `sonnet`, `haiku`, `fable` for the newest.
    pub models: Vec<String>,
    /// Source regions, all of one partition.
    pub regions: Vec<String>,
    /// Only profiles under this prefix. Without: for each model and region the one that keeps data closest.
    pub prefix: Option<String>,
    /// Only profiles of which every serving region is in the United States.
    pub us_only: bool,
}

/// One inference profile, called from one region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call<'a> {
    /// The profile.
    pub profile: &'a InferenceProfile,
    /// Where the caller is: one of the profile's sources.
    pub source: &'a str,
}

impl Selection {
    /// The calls that this comes to. Every model must be callable from one of the regions, and every region have a model.
    pub fn resolve<'a>(&'a self, catalogue: &'a Catalogue) -> Result<Vec<Call<'a>>, CannotBeMade> {
        let (Some(first), false) = (self.regions.first(), self.models.is_empty()) else {
            return Err(cannot(
                "no model or no region is named",
                "name both, such as --model sonnet --region us-east-1",
            ));
        };
        let partition = Partition::of_region(first);
        if let Some(foreign) = self.regions.iter().find(|region| Partition::of_region(region) != partition) {
            return Err(cannot(
                format!("{first} and {foreign} are in different partitions of AWS"),
                "make one policy for each",
            ));
        }
        if let Some(unknown) = self.regions.iter().find(|region| !catalogue.knows_region(region)) {
            return Err(cannot(
                format!("no Claude model is known that can be called from {unknown}"),
                "ccwb models list has the regions",
            ));
        }
        let mut calls = Vec::new();
        for name in &self.models {
            let model = self.model(catalogue, name)?;
            let before = calls.len();
            calls.extend(
                self.regions
                    .iter()
                    .filter_map(|source| Some(Call { profile: self.profile(catalogue, model, source)?, source })),
            );
            if calls.len() == before {
                return Err(self.unreachable(catalogue, model));
            }
        }
        if let Some(idle) = self.regions.iter().find(|region| !calls.iter().any(|call| call.source == *region)) {
            return Err(cannot(
                format!("none of these models can be called from {idle} that way"),
                "leave the region out, or name another model",
            ));
        }
        calls.sort_by(|a, b| (&a.profile.id, a.source).cmp(&(&b.profile.id, b.source)));
        calls.dedup();
        Ok(calls)
    }

    fn model<'a>(&self, catalogue: &'a Catalogue, name: &str) -> Result<&'a Model, CannotBeMade> {
        let meant = self.regions.iter().find_map(|region| catalogue.meant(name, self.prefix.as_deref(), Some(region)));
        meant.ok_or_else(|| {
            cannot(format!("no model {name} is known that can be called from there"), "ccwb models list has the names")
        })
    }

    fn profile<'a>(&self, catalogue: &'a Catalogue, model: &'a Model, source: &str) -> Option<&'a InferenceProfile> {
        let Reach::Through(profiles) = catalogue.reach(model, source) else { return None };
        profiles.into_iter().find(|profile| {
            profile.is_under(self.prefix.as_deref()) && (!self.us_only || stays_in_the_us(profile, source))
        })
    }

    fn unreachable(&self, catalogue: &Catalogue, model: &Model) -> CannotBeMade {
        let all: Vec<&InferenceProfile> = catalogue.profiles_of(model).collect();
        if self.us_only {
            let wider: Vec<String> = all
                .iter()
                .filter(|profile| profile.prefix == "us")
                .filter_map(|profile| {
                    Some(format!("{} may be served in {}", profile.id, profile.outside_the_us()?.join(", ")))
                })
                .collect();
            let wider =
                if wider.is_empty() { format!("{} has no profile there", model.name) } else { wider.join("; ") };
            // A model whose end is announced is no advice.
            let lasts =
                |model: &&Model| model.lifecycle.as_ref().is_none_or(|lifecycle| lifecycle.end_of_life.is_none());
            let fitting: Vec<&str> = catalogue
                .models
                .iter()
                .filter(lasts)
                .filter(|model| self.regions.iter().any(|region| self.profile(catalogue, model, region).is_some()))
                .map(|model| model.alias.as_str())
                .collect();
            let hint = match fitting.as_slice() {
                [] => "no model stays in the United States when called from these regions".to_owned(),
                fitting => format!("these stay in the United States: {}", fitting.join(", ")),
            };
            return cannot(format!("{wider}: not in the United States"), hint);
        }
        let ids: Vec<&str> = all.iter().map(|profile| profile.id.as_str()).collect();
        cannot(
            format!("{} cannot be called from {} that way", model.name, self.regions.join(", ")),
            format!("its profiles are {}: ccwb models show {}", ids.join(", "), model.alias),
        )
    }
}

fn stays_in_the_us(profile: &InferenceProfile, source: &str) -> bool {
    source.starts_with("us-") && profile.outside_the_us().is_some_and(|outside| outside.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(models: &[&str], regions: &[&str]) -> Selection {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Selection { models: owned(models), regions: owned(regions), ..Selection::default() }
    }

    fn ids(selection: &Selection) -> Vec<String> {
        let calls = selection.resolve(Catalogue::bundled()).unwrap();
        calls.iter().map(|call| format!("{} from {}", call.profile.id, call.source)).collect()
    }

    #[test]
    fn each_pair_gets_the_profile_that_keeps_data_closest() {
        assert_eq!(
            ids(&selection(&["haiku", "opus-4-8"], &["eu-west-1", "us-east-1"])),
            [
                "eu.anthropic.claude-haiku-4-5-20251001-v1:0 from eu-west-1",
                "eu.anthropic.claude-opus-4-8 from eu-west-1",
                "us.anthropic.claude-haiku-4-5-20251001-v1:0 from us-east-1",
                "us.anthropic.claude-opus-4-8 from us-east-1",
            ]
        );
        let global = Selection { prefix: Some("global".to_owned()), ..selection(&["sonnet"], &["mx-central-1"]) };
        assert_eq!(ids(&global), ["global.anthropic.claude-sonnet-5 from mx-central-1"]);
    }

    #[test]
    fn what_is_named_us_and_may_be_served_in_canada_is_not_us_only() {
        let only = |model| Selection { us_only: true, ..selection(&[model], &["us-east-1"]) };
        let refused = only("sonnet-5").resolve(Catalogue::bundled()).unwrap_err();
        assert!(refused.problem.contains("ca-central-1"), "{refused}");
        assert!(refused.hint.contains("sonnet-4-5") && !refused.hint.contains("sonnet-5"), "{}", refused.hint);
        assert_eq!(ids(&only("sonnet-4-5")), ["us.anthropic.claude-sonnet-4-5-20250929-v1:0 from us-east-1"]);
        let europe = Selection { us_only: true, ..selection(&["sonnet-4-5"], &["eu-west-1"]) };
        assert!(europe.resolve(Catalogue::bundled()).is_err());
    }

    #[test]
    fn what_cannot_be_called_is_refused_in_words() {
        for (models, regions, says) in [
            (&["opus-4-1"][..], &["eu-west-1"][..], "cannot be called from eu-west-1"),
            (&["gpt"], &["us-east-1"], "no model gpt"),
            (&["sonnet"], &["us-east-1", "us-gov-west-1"], "different partitions"),
            (&["sonnet"], &["antarctica-1"], "antarctica-1"),
            (&["opus-4-1"], &["us-east-1", "eu-west-1"], "from eu-west-1"),
            (&[], &["us-east-1"], "no model"),
        ] {
            let error = selection(models, regions).resolve(Catalogue::bundled()).unwrap_err();
            assert!(error.problem.contains(says) && !error.hint.is_empty(), "{error}");
        }
    }
}
