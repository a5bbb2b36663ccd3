//! `ccwb doctor --bedrock`: whether these credentials can call Claude from this region; each refusal with its cause and the
//! next step. What the causes are is `ccwb_bedrock::refusal`'s knowledge; here AWS is asked.

mod place;

use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::{Region, SdkConfig};
use ccwb_bedrock::refusal::{
    Asked, Cause, Diagnosis, End, NamedModel, PolicyKind, Trouble, cause_of_absence, describe, diagnose, home_regions,
    misfit,
};
use ccwb_bedrock::{Catalogue, Tier};

use self::place::Place;
use super::Doctor;
use crate::aws::{self, AwsArguments};
use crate::failure::{Failure, exit};
use crate::models::live::{self, Live};
use crate::refused::Refused;
use crate::rehearsal::one_token;

/// Who else may know the credentials is asked no longer than this.
const ELSEWHERE: Duration = Duration::from_secs(8);
/// The tiers that Claude Code calls unless it is told otherwise.
const TIERS: [Tier; 3] = [Tier::Haiku, Tier::Sonnet, Tier::Opus];

/// A call that AWS is asked for: what it names, and the row's label.
struct Subject {
    id: String,
    label: String,
}

impl Doctor<'_> {
    /// Region, identity, what AWS lists, what the account may use, and, if asked for, one token of each model.
    pub(super) async fn examine_bedrock(&mut self) {
        let place = match Place::of(self.arguments, self.surroundings).await {
            Ok(place) => place,
            Err(failure) => return self.add("region", Err(failure)),
        };
        let subjects = self.subjects(&place);
        self.add("region", region(&place, &subjects));
        let config = match config(&place, self.surroundings).await {
            Ok(config) => config,
            Err(failure) => return self.add("network settings", Err(failure)),
        };
        let (goes_on, principal) = self.identity(&config, &place).await;
        if !goes_on {
            return self.skip("models", "nothing can be called with these credentials there");
        }
        let asked = Asked {
            region: &place.region,
            principal: principal.as_deref(),
            account: place.account.as_deref(),
            aws_profile: place.aws_profile.as_deref(),
            is_known_elsewhere: principal.is_some(),
            ..Asked::default()
        };
        let live = self.lists(&config, &asked).await;
        for subject in &subjects {
            let asked = Asked { model: Some(&subject.id), ..asked };
            self.standing(&config, live.as_ref(), subject, &asked).await;
            if self.arguments.api {
                self.call(&config, subject, &asked).await;
            }
        }
        if !self.arguments.api {
            self.skip("calls", "a call costs a token: --api makes one of each model");
        }
    }

    /// What is named, as it is named; else the newest of each tier, and what the profile selects.
    fn subjects(&self, place: &Place) -> Vec<Subject> {
        let catalogue = Catalogue::bundled();
        let through = |model: &str| {
            let profiles = NamedModel::of(model).profiles_from(&place.region);
            let is_wanted =
                |id: &&str| catalogue.profile(id).is_some_and(|profile| profile.is_under(place.prefix.as_deref()));
            profiles.iter().copied().find(is_wanted).or(profiles.first().copied()).map(str::to_owned)
        };
        let named: Vec<&str> = self.arguments.models.iter().map(String::as_str).collect();
        if named.is_empty() {
            let newest = TIERS.iter().filter_map(|tier| {
                catalogue.meant(tier.name(), place.prefix.as_deref(), Some(&place.region)).map(|model| &model.id)
            });
            let ids = place.selected.clone().into_iter().chain(newest.filter_map(|id| through(id)));
            let mut subjects: Vec<Subject> = Vec::new();
            for id in ids {
                if subjects.iter().all(|subject| subject.id != id) {
                    subjects.push(Subject { label: NamedModel::of(&id).short().to_owned(), id });
                }
            }
            return subjects;
        }
        let subject = |name: &str| {
            let is_short = Tier::named(name).is_some() || catalogue.models.iter().any(|model| model.alias == name);
            let meant = is_short.then(|| catalogue.meant(name, place.prefix.as_deref(), Some(&place.region))).flatten();
            let meant = meant.or_else(|| is_short.then(|| catalogue.meant(name, None, None)).flatten());
            // What cannot be called from there is asked for by its own name, so that the reason is told.
            let id = meant.map(|model| through(&model.id).unwrap_or_else(|| model.id.clone()));
            Subject { label: name.to_owned(), id: id.unwrap_or_else(|| name.to_owned()) }
        };
        named.into_iter().map(subject).collect()
    }

    /// Whether to go on, and who the caller is, as far as that can be told.
    async fn identity(&mut self, config: &SdkConfig, place: &Place) -> (bool, Option<String>) {
        const CHECK: &str = "identity";
        if self.surroundings.get("AWS_BEARER_TOKEN_BEDROCK").is_some() {
            self.skip(CHECK, "a Bedrock API key (AWS_BEARER_TOKEN_BEDROCK) does not say whose it is");
            return (true, None);
        }
        let asked = Asked {
            region: &place.region,
            account: place.account.as_deref(),
            aws_profile: place.aws_profile.as_deref().or(self.surroundings.text("AWS_PROFILE")),
            ..Asked::default()
        };
        match who(config).await {
            Ok((arn, account)) => match misfit(&arn, &account, &asked) {
                Some(diagnosis) => {
                    self.found(CHECK, diagnosis, None);
                    (false, Some(arn))
                }
                None => {
                    // A user's name is somebody's; a role's is not.
                    let role = arn.split_once(":assumed-role/").and_then(|(_, role)| role.split('/').next());
                    let role = role.map(|role| format!(", role {role}")).unwrap_or_default();
                    self.add(CHECK, Ok(format!("of account {account}{role}")));
                    (true, Some(arn))
                }
            },
            Err(trouble) => {
                let mut diagnosis = diagnose(&trouble, &asked);
                if diagnosis.cause == Cause::CredentialsInvalid
                    && let Some((arn, account)) = elsewhere(config, &place.region).await
                {
                    let known = Asked { is_known_elsewhere: true, principal: Some(&arn), ..asked };
                    // The right partition, and not this region of it; or another partition.
                    diagnosis = misfit(&arn, &account, &known)
                        .filter(|found| found.cause == Cause::PartitionWrong)
                        .unwrap_or_else(|| diagnose(&trouble, &known));
                }
                let goes_on = !diagnosis.cause.is_about_the_credentials();
                self.found(CHECK, diagnosis, Some(&trouble));
                (goes_on, None)
            }
        }
    }

    async fn lists(&mut self, config: &SdkConfig, asked: &Asked<'_>) -> Option<Live> {
        const CHECK: &str = "models listed";
        match live::ask(config).await {
            Ok(live) => {
                self.add(CHECK, Ok(live.summary()));
                Some(live)
            }
            Err(Refused { trouble, .. }) => {
                let diagnosis = diagnose(&trouble, asked);
                // Whoever may only call, and not look, is as well.
                if diagnosis.cause == Cause::NotAllowed(PolicyKind::Identity) {
                    self.skip(CHECK, &format!("{}: {}. {}", diagnosis.which, diagnosis.why, diagnosis.fix));
                } else {
                    self.found(CHECK, diagnosis, Some(&trouble));
                }
                None
            }
        }
    }

    /// What AWS lists of a model, and what the account may do with it.
    async fn standing(&mut self, config: &SdkConfig, live: Option<&Live>, subject: &Subject, asked: &Asked<'_>) {
        let check = format!("model {}", subject.label);
        let named = NamedModel::of(&subject.id);
        let is_called_here = named.profile.is_some_and(|profile| profile.sources.iter().any(|at| at == asked.region));
        let is_own = subject.id.starts_with("arn:") && named.model.is_none();
        let takes = live.map_or(is_called_here, |live| live.takes(named.id));
        if is_own {
            return self.skip(&check, "a profile of the account's own: --api calls it");
        }
        if !takes {
            let told = Trouble::refused("bedrock:ListInferenceProfiles", 200, "", "");
            return self.found(&check, describe(cause_of_absence(asked), &told, asked), None);
        }
        let (Some(live), Some(model)) = (live, named.model) else {
            return self.add(&check, Ok(format!("{} is known to be called from there", subject.id)));
        };
        let wanted: &[&str] = if named.profile.is_some() { &[named.id] } else { &[] };
        match live.standing(config, &model.id, wanted).await {
            Ok(standing) if standing.requests.is_empty() => {
                self.add(&check, Ok(format!("through {}{}", subject.id, standing.remark())));
            }
            Ok(standing) => {
                let told = Trouble::refused("bedrock:GetFoundationModelAvailability", 200, "", "");
                for (cause, request) in standing.requests {
                    self.found(&check, Diagnosis { fix: request, ..describe(cause, &told, asked) }, None);
                }
            }
            Err(Refused { trouble, .. }) => self.found(&check, diagnose(&trouble, asked), Some(&trouble)),
        }
    }

    async fn call(&mut self, config: &SdkConfig, subject: &Subject, asked: &Asked<'_>) {
        let check = format!("call {}", subject.label);
        match one_token(config, &subject.id).await {
            Ok(tokens) => self.add(&check, Ok(format!("{} answered, {tokens} tokens", subject.id))),
            Err(Refused { trouble, .. }) => self.found(&check, diagnose(&trouble, asked), Some(&trouble)),
        }
    }

    /// A cause as a row: which, why, AWS's own words, and the fix below.
    fn found(&mut self, check: &str, diagnosis: Diagnosis, trouble: Option<&Trouble>) {
        let Diagnosis { cause, which, why, fix } = diagnosis;
        let said = trouble.and_then(Trouble::quote).map(|said| format!(" ({said})")).unwrap_or_default();
        let exit = match trouble.map(|trouble| &trouble.end) {
            Some(End::Network { .. }) => exit::NETWORK,
            _ => exit::AWS,
        };
        self.add(check, Err(Failure::new(&cause.code(), exit, format!("{which}: {why}{said}"), fix)));
    }
}

fn region(place: &Place, subjects: &[Subject]) -> Result<String, Failure> {
    let Place { region, because, .. } = place;
    if subjects.is_empty() {
        let message = format!("no Claude model is known that can be called from {region} ({because})");
        let hint = "name another region with --region: ccwb models list --json has the regions of each model";
        return Err(Failure::new("region-unsupported", exit::CONFIG, message, hint));
    }
    Ok(format!("{region} ({because})"))
}

async fn config(place: &Place, surroundings: &crate::surroundings::Surroundings) -> Result<SdkConfig, Failure> {
    let arguments = AwsArguments { aws_profile: place.aws_profile.clone(), give_up_after: 15 };
    let config = aws::sdk_config(&arguments, &place.region, surroundings).await?;
    // What passes at the second attempt is not what a person looks for; a person may have to sign in meanwhile.
    let retries = RetryConfig::standard().with_max_attempts(2).with_initial_backoff(Duration::from_millis(200));
    let patient = IdentityCache::lazy().load_timeout(Duration::from_mins(5)).build();
    Ok(config.to_builder().retry_config(retries).identity_cache(patient).build())
}

/// The caller's ARN and account.
async fn who(config: &SdkConfig) -> Result<(String, String), Trouble> {
    let answer = aws_sdk_sts::Client::new(config).get_caller_identity().send().await;
    let answer = answer.map_err(|error| *Refused::of("sts:GetCallerIdentity", &error, "").trouble)?;
    Ok((answer.arn().unwrap_or_default().to_owned(), answer.account().unwrap_or_default().to_owned()))
}

/// Who the caller is to STS of another region, if any knows the credentials.
async fn elsewhere(config: &SdkConfig, region: &str) -> Option<(String, String)> {
    for home in home_regions(region) {
        let there = config.to_builder().region(Region::new(home)).build();
        if let Ok(Ok(found)) = tokio::time::timeout(ELSEWHERE, who(&there)).await {
            return Some(found);
        }
    }
    None
}
