//! `ccwb models check`: whether models can be called from a region.

use aws_config::Region;
use ccwb_admin::AdminProfile;
use ccwb_bedrock::{Catalogue, InferenceProfile, Model, Reach};
use serde_json::{Value, json};

use super::arguments::CheckArguments;
use super::live::{self, Live, Standing};
use super::{has_ended, of_profile, today, unknown_model, warning};
use crate::aws::{Account, AwsArguments};
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
    let Place { region, prefix, profile } = place(arguments, surroundings)?;
    let prefix = prefix.as_deref();
    let catalogue = Catalogue::bundled();
    let mut checked = Vec::new();
    for (model, only) in wanted(arguments, &region, prefix)? {
        let (mut through, elsewhere) = match catalogue.reach(model, &region) {
            Reach::Through(through) => (through, Vec::new()),
            Reach::Elsewhere(elsewhere) => (Vec::new(), elsewhere),
        };
        through.retain(|profile| profile.is_under(prefix) && only.is_none_or(|only| only == *profile));
        checked.push(Checked { model, through, elsewhere, standing: None });
    }
    let live = match arguments.live {
        true => Some(ask(arguments, surroundings, &region, profile.as_ref(), &mut checked).await?),
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

/// Where calls come from: as named, else as the profile says.
struct Place {
    region: String,
    prefix: Option<String>,
    profile: Option<AdminProfile>,
}

fn place(arguments: &CheckArguments, surroundings: &Surroundings) -> Result<Place, Failure> {
    if let (Some(region), None) = (&arguments.region, &arguments.profile) {
        return Ok(Place { region: region.clone(), prefix: arguments.prefix.clone(), profile: None });
    }
    let profile = administrator::profile(surroundings, arguments.profile.as_deref())?.profile()?;
    let of_profile = profile.models.source_region(&profile.aws_region).to_owned();
    let prefix = arguments.prefix.clone().or_else(|| profile.models.cross_region_profile.clone());
    Ok(Place { region: arguments.region.clone().unwrap_or(of_profile), prefix, profile: Some(profile) })
}

/// A model, and the only profile of it that is asked for.
type Wanted = (&'static Model, Option<&'static InferenceProfile>);

fn wanted(arguments: &CheckArguments, region: &str, prefix: Option<&str>) -> Result<Vec<Wanted>, Failure> {
    let catalogue = Catalogue::bundled();
    if !catalogue.knows_region(region) {
        let message = format!("no Claude model is known that can be called from {region}");
        return Err(Failure::new("region-unknown", exit::CONFIG, message, "ccwb models list --json has the regions"));
    }
    if arguments.models.is_empty() {
        let reachable = |model: &&Model| match catalogue.reach(model, region) {
            Reach::Through(through) => through.iter().any(|one| one.is_under(prefix)),
            Reach::Elsewhere(_) => false,
        };
        let models = catalogue.models.iter().filter(reachable).filter(|model| !has_ended(model));
        return Ok(models.map(|model| (model, None)).collect());
    }
    let named = arguments.models.iter().map(|name| {
        let here = catalogue.meant(name, prefix, Some(region)).or_else(|| catalogue.meant(name, None, None));
        here.map(|model| (model, catalogue.profile(name))).ok_or_else(|| unknown_model(name))
    });
    named.collect()
}

async fn ask(
    arguments: &CheckArguments,
    surroundings: &Surroundings,
    region: &str,
    profile: Option<&AdminProfile>,
    checked: &mut [Checked<'_>],
) -> Result<Live, Failure> {
    let credentials = AwsArguments { aws_profile: arguments.aws_profile.clone(), give_up_after: 15 };
    let config = match profile {
        // Another account may use other models.
        Some(profile) => Account::open(&credentials, profile, surroundings).await?.config,
        None => aws::sdk_config(&credentials, region, surroundings).await?,
    };
    let config = config.to_builder().region(Region::new(region.to_owned())).build();
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
                for (_, request) in &standing.requests {
                    screen.ask(request);
                }
            }
        }
        if let Some(warning) = warning(self.model, &today()).filter(|_| self.is_good()) {
            screen.note(&warning);
        }
    }
}
