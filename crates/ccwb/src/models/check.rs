//! `ccwb models check`: whether models can be called from a region.

use ccwb_bedrock::{Catalogue, InferenceProfile, Model, Reach};
use serde_json::{Value, json};

use super::arguments::CheckArguments;
use super::live::{self, Live, Standing};
use super::{has_ended, of_profile, today, unknown_model, warning};
use crate::failure::{Failure, exit};
use crate::screen::Screen;
use crate::surroundings::Surroundings;
use crate::{administrator, aws};

/// One model, as far as this release and AWS know it.
struct Checked<'a> {
    model: &'a Model,
    through: Vec<&'a InferenceProfile>,
    elsewhere: Vec<&'a InferenceProfile>,
    standing: Option<Standing>,
}

pub(super) async fn run(arguments: &CheckArguments, surroundings: &Surroundings) -> Result<(), Failure> {
    let (region, prefix) = place(arguments, surroundings)?;
    let prefix = prefix.as_deref();
    let catalogue = Catalogue::bundled();
    let mut checked = Vec::new();
    for model in wanted(arguments, &region, prefix)? {
        let (mut through, elsewhere) = match catalogue.reach(model, &region) {
            Reach::Through(through) => (through, Vec::new()),
            Reach::Elsewhere(elsewhere) => (Vec::new(), elsewhere),
        };
        through.retain(|profile| prefix.is_none_or(|prefix| profile.prefix == prefix));
        checked.push(Checked { model, through, elsewhere, standing: None });
    }
    let live = match arguments.live {
        true => Some(ask(arguments, surroundings, &region, &mut checked).await?),
        false => None,
    };
    let screen = Screen::of_process();
    let answer = json!({
        "region": region,
        "models": checked.iter().map(Checked::json).collect::<Vec<_>>(),
        "only_in_aws": live.as_ref().map(|live| &live.unknown_here),
    });
    screen.answer(arguments.json, &answer, || {
        screen.title(
            &format!("Calls from {region}"),
            if live.is_some() { "as AWS says" } else { "as this release knows it" },
        );
        for one in &checked {
            one.show(&screen, &region);
        }
        if let Some(live) = live.as_ref().filter(|live| !live.unknown_here.is_empty()) {
            screen.heading("In AWS, and not known to this release");
            for id in &live.unknown_here {
                screen.copyable(id);
            }
        }
    });
    match checked.iter().all(Checked::is_good) {
        true => Ok(()),
        false => Err(Failure::told(if arguments.live { exit::AWS } else { exit::CONFIG })),
    }
}

/// The region and the prefix: as named, else the profile's.
fn place(arguments: &CheckArguments, surroundings: &Surroundings) -> Result<(String, Option<String>), Failure> {
    if let (Some(region), None) = (&arguments.region, &arguments.profile) {
        return Ok((region.clone(), arguments.prefix.clone()));
    }
    let profile = administrator::profile(surroundings, arguments.profile.as_deref())?.profile()?;
    let of_profile = profile.models.source_region(&profile.aws_region).to_owned();
    let prefix = arguments.prefix.clone().or_else(|| profile.models.cross_region_profile.clone());
    Ok((arguments.region.clone().unwrap_or(of_profile), prefix))
}

fn wanted(arguments: &CheckArguments, region: &str, prefix: Option<&str>) -> Result<Vec<&'static Model>, Failure> {
    let catalogue = Catalogue::bundled();
    if !catalogue.knows_region(region) {
        let message = format!("no Claude model is known that can be called from {region}");
        return Err(Failure::new("region-unknown", exit::CONFIG, message, "ccwb models list --json has the regions"));
    }
    if arguments.models.is_empty() {
        let reachable = |model: &&Model| match catalogue.reach(model, region) {
            Reach::Through(through) => through.iter().any(|one| prefix.is_none_or(|prefix| one.prefix == prefix)),
            Reach::Elsewhere(_) => false,
        };
        return Ok(catalogue.models.iter().filter(reachable).filter(|model| !has_ended(model)).collect());
    }
    let named = arguments.models.iter().map(|name| {
        let here = catalogue.meant(name, prefix, Some(region)).or_else(|| catalogue.meant(name, None, None));
        here.ok_or_else(|| unknown_model(name))
    });
    named.collect()
}

async fn ask(
    arguments: &CheckArguments,
    surroundings: &Surroundings,
    region: &str,
    checked: &mut [Checked<'_>],
) -> Result<Live, Failure> {
    let config = aws::sdk_config(&arguments.aws, region, surroundings).await?;
    let live = live::ask(&config).await?;
    for one in checked.iter_mut() {
        let ids: Vec<&str> = one.through.iter().map(|profile| profile.id.as_str()).collect();
        one.standing = Some(live.standing(&config, &one.model.id, &ids).await?);
    }
    Ok(live)
}

impl Checked<'_> {
    fn is_good(&self) -> bool {
        !self.through.is_empty() && self.standing.as_ref().map_or(!has_ended(self.model), Standing::is_usable)
    }

    fn json(&self) -> Value {
        json!({
            "model": self.model.alias, "id": self.model.id, "callable": !self.through.is_empty(),
            "warning": warning(self.model, &today()),
            "through": self.through.iter().map(|profile| of_profile(profile)).collect::<Vec<_>>(),
            "elsewhere": self.elsewhere.iter().map(|profile| of_profile(profile)).collect::<Vec<_>>(),
            "live": self.standing.as_ref().map(Standing::json),
        })
    }

    fn show(&self, screen: &Screen, region: &str) {
        let label = &self.model.alias;
        let ids: Vec<&str> = self.through.iter().map(|profile| profile.id.as_str()).collect();
        match &self.standing {
            _ if self.through.is_empty() => {
                let others: Vec<&str> = self.elsewhere.iter().map(|profile| profile.id.as_str()).collect();
                screen.failed(label, &format!("cannot be called from {region} that way"));
                if !others.is_empty() {
                    screen.note(&format!("other regions have {}: ccwb models show {label}", others.join(", ")));
                }
            }
            None if has_ended(self.model) => screen.failed(label, &warning(self.model, &today()).unwrap_or_default()),
            None => screen.done(label, &format!("through {}", ids.join(", "))),
            Some(standing) if standing.is_usable() => {
                screen.done(label, &format!("through {}{}", standing.profiles.join(", "), standing.remark()));
            }
            Some(standing) => {
                screen.failed(label, "cannot be used by this account yet");
                for request in &standing.requests {
                    screen.ask(request);
                }
            }
        }
        if let Some(warning) = warning(self.model, &today()).filter(|_| self.is_good()) {
            screen.note(&warning);
        }
    }
}
