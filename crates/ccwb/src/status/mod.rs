//! `ccwb status`: what is deployed, whether it can be reached, and whether the newest package was made from it.

pub(crate) mod endpoints;
pub(crate) mod package;

use std::io::Write as _;
use std::path::PathBuf;

use ccwb_admin::{AdminProfile, Outputs};
use ccwb_cloudformation::{Drift, Resource, Stack as Deployed};
use clap::Args;
use serde_json::{Map, Value, json};

use self::endpoints::Endpoint;
use self::package::NewestPackage;
use crate::aws::{Account, AwsArguments};
use crate::failure::Failure;
use crate::screen::{Screen, Spinner};
use crate::surroundings::Surroundings;
use crate::{administrator, http};

/// Of a collector without HTTPS.
pub(crate) const CLAIMED: &str = "it believes what clients say about themselves: verified identity takes HTTPS \
                                  (monitoring_config.custom_domain) and OpenID Connect";

/// `ccwb status`.
#[derive(Args, Debug)]
pub(crate) struct StatusArguments {
    /// The administrator's profile [default: the active one]
    #[arg(short, long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Also every resource and every output
    #[arg(long)]
    pub(crate) detailed: bool,

    /// Have AWS look whether somebody changed what the stacks made
    #[arg(long)]
    pub(crate) drift: bool,

    /// Where packages are: PROFILE/TIME/ below it
    #[arg(short, long, value_name = "FOLDER", default_value = "dist")]
    pub(crate) output: PathBuf,

    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) aws: AwsArguments,
}

/// Everything that could be found out.
struct Report {
    profile: AdminProfile,
    account: Result<(String, String), Failure>,
    stacks: Vec<StackReport>,
    endpoints: Vec<Endpoint>,
    package: Option<NewestPackage>,
}

struct StackReport {
    key: &'static str,
    name: String,
    region: String,
    wanted: bool,
    deployed: Option<Deployed>,
    resources: Vec<Resource>,
    drift: Option<Drift>,
}

pub(crate) async fn run(arguments: &StatusArguments, surroundings: &Surroundings) -> Result<(), Failure> {
    let stored = administrator::profile(surroundings, arguments.profile.as_deref())?;
    let profile = stored.profile()?;
    let spinner = Spinner::start("asking AWS");
    let (account, stacks) = match Account::open(&arguments.aws, &profile, surroundings).await {
        Ok(account) => match stacks(arguments, &profile, &account).await {
            Ok(stacks) => (Ok((account.identity.account, account.identity.arn)), stacks),
            Err(failure) => (Err(failure), Vec::new()),
        },
        Err(failure) => (Err(failure), Vec::new()),
    };
    spinner.say("asking the identity provider");
    let endpoints = endpoints::reach(&profile, &http::patient_client(surroundings)?).await;
    drop(spinner);
    let package = package::newest(&arguments.output, &profile, &outputs(&stacks));
    let report = Report { profile, account, stacks, endpoints, package };
    if arguments.json {
        let _ = writeln!(std::io::stdout(), "{:#}", report.json());
    } else {
        report.show(&Screen::of_process(), arguments.detailed);
    }
    // What could be seen was shown; the exit code says that it was not all.
    report.account.map(drop)
}

/// Every stack that the profile wants, and every other one of it that exists: also those that the guidance deployed.
async fn stacks(
    arguments: &StatusArguments,
    profile: &AdminProfile,
    account: &Account,
) -> Result<Vec<StackReport>, Failure> {
    let wanted = crate::deploy::wanted::stacks(profile);
    let mut reports = Vec::new();
    for stack in ccwb_admin::Stack::ALL {
        let ours = ccwb_deploy::Stack::ALL.into_iter().find(|ours| crate::deploy::wanted::recorded(*ours) == stack);
        let region = ours.map_or(Ok(profile.aws_region.as_str()), |ours| ours.region(&profile.aws_region));
        // A stack that this partition does not have cannot be deployed either.
        let Ok(region) = region else { continue };
        let wanted = ours.is_some_and(|ours| wanted.contains(&ours));
        let name = profile.stack_name(stack);
        let deployed = account.cloud.stack(region, &name).await?;
        if deployed.is_none() && !wanted {
            continue;
        }
        let (mut resources, mut drift) = (Vec::new(), None);
        if let Some(deployed) = &deployed {
            if arguments.detailed {
                resources = account.cloud.resources(deployed).await?;
            }
            if arguments.drift {
                drift = Some(account.cloud.drift(deployed).await?);
            }
        }
        let key = ours.map_or_else(|| stack.key(), ccwb_deploy::Stack::name);
        reports.push(StackReport { key, name, region: region.to_owned(), wanted, deployed, resources, drift });
    }
    Ok(reports)
}

/// What the stacks tell users' configuration.
fn outputs(stacks: &[StackReport]) -> Outputs {
    let output = |key: &str, name: &str| {
        let stack = stacks.iter().find(|stack| stack.key == key).and_then(|stack| stack.deployed.as_ref());
        stack.and_then(|stack| stack.outputs.get(name).cloned())
    };
    Outputs {
        identity_pool_id: output("auth", "IdentityPoolId"),
        federated_role_arn: output("auth", "DirectSTSRoleArn"),
        otel_collector_endpoint: output("collector", "CollectorEndpoint"),
        ..Outputs::default()
    }
}

impl Report {
    fn show(&self, screen: &Screen, detailed: bool) {
        screen.title(&format!("Profile {}", self.profile.name), "");
        screen.row("region", &self.profile.aws_region);
        if let Some(oidc) = self.profile.oidc() {
            screen.row("issuer", oidc.issuer.as_str());
        }
        match &self.account {
            Ok((account, arn)) => {
                screen.row("account", account);
                screen.row("as", arn);
            }
            Err(failure) => screen.failed("AWS", &failure.message),
        }
        screen.heading("Stacks");
        for stack in &self.stacks {
            stack.show(screen, detailed);
        }
        if self.stacks.is_empty() {
            screen.note(if self.account.is_ok() { "none" } else { "not known: AWS could not be asked" });
        }
        screen.heading("Reachable from here");
        for endpoint in &self.endpoints {
            match &endpoint.problem {
                None => screen.done(endpoint.what, &endpoint.address),
                Some(problem) => screen.failed(endpoint.what, &format!("{}: {problem}", endpoint.address)),
            }
        }
        if self.endpoints.is_empty() {
            screen.note("nothing to reach");
        }
        screen.heading("Package");
        match &self.package {
            None => screen.skipped("newest", "none yet: ccwb package makes one"),
            Some(package) => package.show(screen),
        }
    }

    fn json(&self) -> Value {
        json!({
            "profile": self.profile.name.as_str(),
            "region": self.profile.aws_region,
            "aws": match &self.account {
                Ok((account, arn)) => json!({"account": account, "identity": arn}),
                Err(failure) => json!({"error": failure.code, "message": failure.message}),
            },
            "stacks": self.stacks.iter().map(|stack| (stack.key.to_owned(), stack.json())).collect::<Map<_, _>>(),
            "endpoints": self.endpoints.iter().map(Endpoint::json).collect::<Vec<_>>(),
            "package": self.package.as_ref().map(NewestPackage::json),
        })
    }
}

impl StackReport {
    fn show(&self, screen: &Screen, detailed: bool) {
        let Some(deployed) = &self.deployed else {
            screen.skipped(self.key, &format!("not deployed ({}): ccwb deploy", self.name));
            return;
        };
        let changed = deployed.changed.as_deref().unwrap_or("-");
        let unwanted = if self.wanted { "" } else { ", not wanted by the profile" };
        let text = format!("{} since {changed} ({}, {}{unwanted})", deployed.status, self.name, self.region);
        if deployed.status.is_failure() {
            screen.failed(self.key, &text);
        } else {
            screen.done(self.key, &text);
        }
        if let Some(reason) = deployed.status_reason.as_ref().filter(|_| deployed.status.is_failure()) {
            screen.note(reason);
        }
        if deployed.outputs.get("Identity").is_some_and(|identity| identity == "claimed") {
            screen.note(CLAIMED);
        }
        if let Some(drift) = &self.drift {
            screen.note(&format!("drift: {}", drift.status));
            for resource in &drift.resources {
                let properties = resource.properties.join(", ");
                screen.note(&format!("{} ({}) {} {properties}", resource.resource, resource.kind, resource.status));
            }
        }
        if detailed {
            if deployed.protected {
                screen.note("protected against deletion");
            }
            for (name, value) in &deployed.outputs {
                screen.row(name, value);
            }
            for resource in &self.resources {
                screen.note(&format!(
                    "{} {} {} {}",
                    resource.status, resource.resource, resource.kind, resource.physical
                ));
            }
        }
    }

    fn json(&self) -> Value {
        let Some(deployed) = &self.deployed else {
            return json!({"name": self.name, "region": self.region, "status": "NOT_FOUND", "wanted": self.wanted});
        };
        let drifted = |drift: &Drift| {
            let resources = drift.resources.iter().map(|resource| {
                json!({"resource": resource.resource, "type": resource.kind, "status": resource.status,
                       "properties": resource.properties})
            });
            json!({"status": drift.status, "resources": resources.collect::<Vec<_>>()})
        };
        let resources = self.resources.iter().map(|resource| {
            json!({"resource": resource.resource, "type": resource.kind, "physical_id": resource.physical,
                   "status": resource.status.name()})
        });
        json!({
            "name": self.name,
            "region": self.region,
            "wanted": self.wanted,
            "status": deployed.status.name(),
            "reason": deployed.status_reason,
            "last_updated": deployed.changed,
            "termination_protection": deployed.protected,
            "outputs": deployed.outputs,
            "drift": self.drift.as_ref().map(drifted),
            "resources": resources.collect::<Vec<_>>(),
        })
    }
}
