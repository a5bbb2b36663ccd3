//! Policies that are printed.

use std::collections::BTreeSet;

use ccwb_admin::AdminProfile;
use ccwb_bedrock::iam::Policy;
use ccwb_bedrock::policy::{
    Call, GitHub, Level, Matrix, Permissions, Printed, Purpose, Restrictions, Selection, ServiceControl, Trust, render,
};
use ccwb_bedrock::{Catalogue, Partition};
use serde_json::Value;

use super::arguments::{self, CallArguments, PrintArguments, RestrictionArguments, ScpArguments, TrustArguments};
use super::unusable;
use crate::failure::{Failure, exit};
use crate::screen::{Screen, remark};
use crate::surroundings::Surroundings;
use crate::{administrator, document, models};

pub(super) fn permissions(arguments: &PrintArguments, surroundings: &Surroundings) -> Result<(), Failure> {
    check_names(arguments)?;
    let matrix = matrix(arguments)?;
    let mut policies = Vec::new();
    if matrix.teams.is_empty() {
        let asked = Asked::of(&arguments.calls, arguments.restrictions.hipaa, surroundings)?;
        let calls = asked.selection.resolve(Catalogue::bundled())?;
        add(&mut policies, arguments, &arguments.name, &asked.account, calls, None)?;
    } else {
        let account = account(&arguments.calls, surroundings)?;
        for (name, team) in &matrix.teams {
            let selection = team.selection(arguments.restrictions.hipaa);
            let calls = selection.resolve(Catalogue::bundled()).map_err(|mut error| {
                error.problem = format!("team {name}: {}", error.problem);
                error
            })?;
            let tag = arguments.principal_tag.clone().map(|tag| (tag, name.clone()));
            add(&mut policies, arguments, &format!("{}-{name}", arguments.name), &account, calls, tag)?;
        }
    }
    if let Some(only) = &arguments.only {
        let names: Vec<String> = policies.iter().map(|policy| policy.name.clone()).collect();
        policies.retain(|policy| policy.name == *only);
        if policies.is_empty() {
            let hint = format!("there are {}", names.join(", "));
            return Err(Failure::new("usage", exit::USAGE, format!("no policy is called {only}"), hint));
        }
    }
    write(&policies, arguments.format)
}

pub(super) fn trust(arguments: &TrustArguments) -> Result<(), Failure> {
    check_account(&arguments.account)?;
    let trust = match (&arguments.github, &arguments.issuer, &arguments.client_id) {
        (Some(repository), ..) => {
            let runs = match (&arguments.branch, &arguments.tag, &arguments.environment) {
                (Some(branch), ..) => GitHub::Branch(branch.clone()),
                (_, Some(tag), _) => GitHub::Tag(tag.clone()),
                (_, _, Some(environment)) => GitHub::Environment(environment.clone()),
                (None, None, None) => {
                    let message = "every workflow of the repository would get in, also those of pull requests";
                    return Err(Failure::new("usage", exit::USAGE, message, "add --branch, --tag or --environment"));
                }
            };
            Trust::GitHub { repository: repository.clone(), runs }
        }
        (None, Some(issuer), Some(client_id)) => Trust::Corporate {
            issuer: issuer.strip_prefix("https://").unwrap_or(issuer).to_owned(),
            audience: client_id.clone(),
            subjects: arguments.subjects.clone(),
        },
        _ => {
            return Err(Failure::new(
                "usage",
                exit::USAGE,
                "nobody is named",
                "give --issuer and --client-id, or --github",
            ));
        }
    };
    let document = trust.document(Partition::of_region(&arguments.region), &arguments.account)?;
    let description = "Calls of Claude on Amazon Bedrock".to_owned();
    write(&[Printed { name: arguments.name.clone(), description, purpose: Purpose::Trust, document }], arguments.format)
}

pub(super) fn service_control(arguments: &ScpArguments, surroundings: &Surroundings) -> Result<(), Failure> {
    let selection = selection(&arguments.calls, arguments.restrictions.hipaa, surroundings)?;
    let calls = selection.resolve(Catalogue::bundled())?;
    warn(&calls);
    let document = ServiceControl { calls, restrictions: restrictions(&arguments.restrictions)? }.document()?;
    let description = "Only these Claude models in only these regions".to_owned();
    let policy = Printed { name: arguments.name.clone(), description, purpose: Purpose::ServiceControl, document };
    write(&[policy], arguments.format)
}

/// Which calls, and whose.
struct Asked {
    selection: Selection,
    account: String,
}

impl Asked {
    fn of(arguments: &CallArguments, us_only: bool, surroundings: &Surroundings) -> Result<Self, Failure> {
        Ok(Self { selection: selection(arguments, us_only, surroundings)?, account: account(arguments, surroundings)? })
    }
}

/// What was not said comes from the profile.
fn selection(arguments: &CallArguments, us_only: bool, surroundings: &Surroundings) -> Result<Selection, Failure> {
    let mut selection = Selection {
        models: arguments.models.clone(),
        regions: arguments.regions.clone(),
        prefix: arguments.prefix.clone(),
        us_only,
    };
    if selection.models.is_empty() || selection.regions.is_empty() {
        let profile = profile(arguments, surroundings, "--model and --region")?;
        if selection.regions.is_empty() {
            let regions = profile.models.source_regions(&profile.aws_region);
            selection.regions.extend(regions.into_iter().map(str::to_owned));
            selection.prefix = selection.prefix.or_else(|| profile.models.cross_region_profile.clone());
        }
        if selection.models.is_empty() {
            selection.models = profile.models.allowed.iter().chain(profile.models.selected.as_ref()).cloned().collect();
        }
    }
    Ok(selection)
}

/// The profile, for what could have been said instead.
fn profile(arguments: &CallArguments, surroundings: &Surroundings, instead: &str) -> Result<AdminProfile, Failure> {
    let stored = administrator::profile(surroundings, arguments.profile.as_deref());
    let stored = stored.map_err(|mut failure| {
        failure.hint = format!("say it with {instead}, or {}", failure.hint);
        failure
    });
    Ok(stored?.profile()?)
}

fn account(arguments: &CallArguments, surroundings: &Surroundings) -> Result<String, Failure> {
    let account = match &arguments.account {
        Some(account) => Some(account.clone()),
        None => profile(arguments, surroundings, "--account")?.aws_account_id,
    };
    let account = account.ok_or_else(|| {
        let message = "the profile does not say which account it is for";
        Failure::new("account-unknown", exit::CONFIG, message, "name it with --account")
    })?;
    check_account(&account).map(|()| account)
}

fn check_account(account: &str) -> Result<(), Failure> {
    match account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(()),
        false => {
            Err(Failure::new("usage", exit::USAGE, format!("\"{account}\" is no account"), "an account has 12 digits"))
        }
    }
}

fn matrix(arguments: &PrintArguments) -> Result<Matrix, Failure> {
    let mut matrix: Matrix = match &arguments.teams {
        Some(path) => document::read(path)?,
        None => Matrix::default(),
    };
    for team in &arguments.team {
        matrix.add(team)?;
    }
    if arguments.teams.is_some() || !arguments.team.is_empty() {
        matrix.check()?;
    } else if arguments.principal_tag.is_some() {
        let hint = "name teams with --teams or --team";
        return Err(Failure::new("usage", exit::USAGE, "--principal-tag is for teams, and there is none", hint));
    }
    Ok(matrix)
}

fn restrictions(arguments: &RestrictionArguments) -> Result<Restrictions, Failure> {
    let is_endpoint =
        |id: &&String| id.strip_prefix("vpce-").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_alphanumeric()));
    if let Some(wrong) = arguments.vpc_endpoints.iter().find(|id| !is_endpoint(id)) {
        return Err(Failure::new(
            "usage",
            exit::USAGE,
            format!("\"{wrong}\" is no VPC endpoint"),
            "an ID begins with vpce-",
        ));
    }
    Ok(Restrictions {
        source_ips: arguments.source_ips.clone(),
        vpc_endpoints: arguments.vpc_endpoints.clone(),
        not_before: arguments.not_before.clone(),
        not_after: arguments.not_after.clone(),
        tls: arguments.tls || arguments.hipaa,
        regions: arguments.hipaa,
    })
}

fn add(
    policies: &mut Vec<Printed>,
    arguments: &PrintArguments,
    name: &str,
    account: &str,
    calls: Vec<Call<'_>>,
    principal_tag: Option<(String, String)>,
) -> Result<(), Failure> {
    let level = match arguments.level {
        arguments::Level::Minimal => Level::Minimal,
        arguments::Level::Standard => Level::Standard,
        arguments::Level::Restrictive => Level::Restrictive,
    };
    let restrictions = restrictions(&arguments.restrictions)?;
    warn(&calls);
    let documents = Permissions { account, calls, level, restrictions, principal_tag }.documents()?;
    let several = documents.len() > 1;
    policies.extend(documents.into_iter().enumerate().map(|(i, document)| Printed {
        name: if several { format!("{name}-{}", i + 1) } else { name.to_owned() },
        description: "Calls of Claude models through their inference profiles".to_owned(),
        purpose: Purpose::Permissions { users: arguments.users.clone(), roles: arguments.roles.clone() },
        document,
    }));
    Ok(())
}

/// Beside the policy, which is data.
fn warn(calls: &[Call<'_>]) {
    let models: BTreeSet<&str> = calls.iter().map(|call| call.profile.model.as_str()).collect();
    let models = models.into_iter().filter_map(|id| Catalogue::bundled().model(id));
    for warning in models.filter_map(|model| models::warning(model, &models::today())) {
        remark(&warning);
    }
}

fn check_names(arguments: &PrintArguments) -> Result<(), Failure> {
    let is_name = |name: &&String| {
        (1..=128).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b))
    };
    let names = arguments.users.iter().chain(&arguments.roles).chain([&arguments.name]).chain(&arguments.principal_tag);
    match names.into_iter().find(|name| !is_name(name)) {
        Some(wrong) => Err(Failure::new(
            "usage",
            exit::USAGE,
            format!("IAM takes no name like \"{wrong}\""),
            "use letters, digits and _+=,.@-",
        )),
        None => Ok(()),
    }
}

/// What is printed has been parsed by the evaluator: an address or a date that is none does not get out.
fn write(policies: &[Printed], format: arguments::Format) -> Result<(), Failure> {
    for policy in policies {
        let check = |document: &Value| Policy::from_json(document).map_err(|error| unusable(&policy.name, &error));
        check(&policy.document)?;
    }
    Screen::of_process().raw(&render(policies, format.format()));
    Ok(())
}
