//! Claude Code's settings for the package: the profile's, with placeholders for what only the user's machine knows.

use ccwb_admin::{AdminProfile, Models, SettingsCredentials, SettingsTarget};
use ccwb_bedrock::{Catalogue, Partition, Tier};
use ccwb_config::Profile;
use ccwb_install::{ClaudeSettings, Identity, Programs, System};
use serde_json::{Map, Value};

use crate::failure::{Failure, TELL_US, exit};

/// The file's text.
pub(super) fn text(profile: &AdminProfile, checked: &Profile) -> Result<String, Failure> {
    let programs = Programs {
        system: System::Unix,
        credential_process: "__CREDENTIAL_PROCESS_PATH__".to_owned(),
        otel_helper: profile.monitoring.enabled.then(|| "__OTEL_HELPER_PATH__".to_owned()),
    };
    let identity = match profile.packaging.credentials {
        SettingsCredentials::Export => Identity::Hooks,
        SettingsCredentials::Profile => Identity::Profile,
    };
    let is_managed = profile.packaging.settings_target == SettingsTarget::Managed;
    let models = models(Catalogue::bundled(), &profile.models, &profile.aws_region);
    let mut settings = Map::new();
    for entry in ClaudeSettings::of(checked, &programs, models, identity).entries(is_managed) {
        let Some(value) = entry.value else { continue };
        put(&mut settings, &entry.key, value)?;
    }
    Ok(format!("{:#}\n", Value::Object(settings)))
}

fn put(object: &mut Map<String, Value>, key: &[String], value: Value) -> Result<(), Failure> {
    match key {
        [name] => drop(object.insert(name.clone(), value)),
        [name, rest @ ..] => match object.entry(name.clone()).or_insert_with(|| Value::Object(Map::new())) {
            Value::Object(inner) => put(inner, rest, value)?,
            _ => return Err(Failure::new("unexpected", exit::UNEXPECTED, format!("{name} is twice there"), TELL_US)),
        },
        [] => {}
    }
    Ok(())
}

/// What Claude Code calls: the administrator's model where there is one, else the newest of each tier that the prefix has
/// and the profile allows. An application inference profile comes before all of them.
fn models(catalogue: &Catalogue, models: &Models, region: &str) -> ccwb_install::Models {
    let prefix = models.cross_region_profile.as_deref().unwrap_or_else(|| default_prefix(catalogue, region));
    let id = |model: &str| catalogue.inference_profile(prefix, model).map(|profile| profile.id.clone());
    let selected = models.selected.as_deref();
    let is_allowed = |alias: &str, model_id: &str| {
        models.allowed.is_empty() || models.allowed.iter().any(|name| name == alias || name == model_id)
    };
    let newest = |tier: Tier, name: &str| {
        if let Some(arn) = models.inference_profiles.get(name) {
            return Some(arn.clone());
        }
        let chosen = selected.and_then(|selected| catalogue.model(selected)).filter(|model| model.tier == tier);
        let mut of_tier =
            catalogue.models.iter().filter(|model| model.tier == tier && is_allowed(&model.alias, &model.id));
        chosen.and_then(|model| id(&model.id)).or_else(|| of_tier.find_map(|model| id(&model.id)))
    };
    let (opus, sonnet, haiku) =
        (newest(Tier::Opus, "opus"), newest(Tier::Sonnet, "sonnet"), newest(Tier::Haiku, "haiku"));
    let of_tier = |tier| match tier {
        Tier::Opus => opus.clone(),
        Tier::Sonnet => sonnet.clone(),
        Tier::Haiku => haiku.clone(),
        Tier::Fable => None,
    };
    // A model that the catalogue does not know is the administrator's own affair: it is taken as it is.
    let model = selected.map(|selected| {
        let known = catalogue.model(selected);
        known.and_then(|model| of_tier(model.tier).or_else(|| id(&model.id))).unwrap_or_else(|| selected.to_owned())
    });
    ccwb_install::Models { model, small_fast: haiku.clone(), opus, sonnet, haiku }
}

/// The first prefix that can be called from the region.
fn default_prefix<'a>(catalogue: &'a Catalogue, region: &str) -> &'a str {
    let callable = catalogue.inference_profiles.iter().find(|profile| profile.sources.iter().any(|at| at == region));
    let any = || catalogue.prefixes(Partition::of_region(region)).first().copied();
    callable.map(|profile| profile.prefix.as_str()).or_else(any).unwrap_or("us")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(models: &Models, region: &str) -> ccwb_install::Models {
        super::models(Catalogue::bundled(), models, region)
    }

    #[test]
    fn the_administrators_model_is_what_its_tier_means() {
        let chosen = Models {
            selected: Some("anthropic.claude-sonnet-4-20250514-v1:0".to_owned()),
            cross_region_profile: Some("eu".to_owned()),
            ..Models::default()
        };
        let found = of(&chosen, "eu-west-1");
        let sonnet = "eu.anthropic.claude-sonnet-4-20250514-v1:0";
        assert_eq!((found.model.as_deref(), found.sonnet.as_deref()), (Some(sonnet), Some(sonnet)));
        assert!(found.haiku.as_deref().is_some_and(|id| id.starts_with("eu.anthropic.claude-haiku")), "{found:?}");
    }

    #[test]
    fn only_models_that_the_profile_allows_are_named() {
        let allowed = Models { allowed: vec!["sonnet-4-5".to_owned()], ..Models::default() };
        let found = of(&allowed, "us-east-1");
        assert_eq!(found.sonnet.as_deref(), Some("us.anthropic.claude-sonnet-4-5-20250929-v1:0"));
        assert_eq!((found.opus, found.haiku, found.model), (None, None, None));
    }

    #[test]
    fn an_application_inference_profile_comes_first_and_an_unknown_model_is_taken_as_it_is() {
        let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";
        let chosen = Models {
            selected: Some("us.anthropic.claude-next-9".to_owned()),
            inference_profiles: [("opus".to_owned(), arn.to_owned())].into(),
            ..Models::default()
        };
        let found = of(&chosen, "us-east-1");
        assert_eq!(found.opus.as_deref(), Some(arn));
        assert_eq!(found.model.as_deref(), Some("us.anthropic.claude-next-9"));
    }
}
