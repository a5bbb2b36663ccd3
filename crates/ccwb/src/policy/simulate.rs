//! `ccwb policy simulate`.

use std::collections::BTreeMap;

use ccwb_bedrock::Catalogue;
use ccwb_bedrock::iam::{
    Attached, Decision, Policies, Policy, Principal, Request, Statement, Verdict, decide, evaluate_trust,
};
use ccwb_bedrock::policy::Selection;
use serde_json::{Value, json};

use super::arguments::SimulateArguments;
use super::read;
use crate::failure::{Failure, exit};
use crate::screen::Screen;
use crate::surroundings::unix_time;

/// Everything that decides.
struct World {
    identity: Vec<Policy>,
    boundary: Option<Policy>,
    service_control: Vec<Policy>,
}

pub(super) fn run(arguments: &SimulateArguments) -> Result<(), Failure> {
    let screen = Screen::of_process();
    let requests = requests(arguments)?;
    if arguments.trust {
        let [file] = arguments.files.as_slice() else {
            return Err(Failure::new("usage", exit::USAGE, "a role has one trust policy", "name one file"));
        };
        let decision = evaluate_trust(&read(file)?, &requests[0]);
        let answer =
            json!({"allowed": decision.is_allowed(), "decision": name(&decision), "statement": reason(&decision)});
        screen.answer(arguments.json, &answer, || {
            let by = reason(&decision).map(|sid| format!(" by {sid}")).unwrap_or_default();
            show(&screen, decision.is_allowed(), &requests[0], &format!("{}{by}", name(&decision)));
        });
        return end(decision.is_allowed());
    }
    let world = World {
        identity: arguments.files.iter().map(|file| read(file)).collect::<Result<_, _>>()?,
        boundary: arguments.boundary.as_ref().map(|file| read(file)).transpose()?,
        service_control: service_control(arguments)?,
    };
    let policies = Policies {
        identity: &world.identity,
        boundary: world.boundary.as_ref(),
        service_control: &world.service_control,
    };
    let verdicts: Vec<(&Request, Verdict<'_>)> =
        requests.iter().map(|request| (request, decide(&policies, request))).collect();
    let allowed = verdicts.iter().all(|(_, verdict)| verdict.decision.is_allowed());
    let answer = json!({
        "allowed": allowed,
        "requests": verdicts.iter().map(|(request, verdict)| of_verdict(request, verdict, arguments)).collect::<Vec<_>>(),
    });
    screen.answer(arguments.json, &answer, || {
        for (request, verdict) in &verdicts {
            show(&screen, verdict.decision.is_allowed(), request, &in_words(verdict, arguments));
        }
    });
    end(allowed)
}

fn end(allowed: bool) -> Result<(), Failure> {
    if allowed { Ok(()) } else { Err(Failure::told(exit::UNEXPECTED)) }
}

/// Several policies at one place are one: what any of them allows is allowed, and AWS puts `FullAWSAccess` beside each.
fn service_control(arguments: &SimulateArguments) -> Result<Vec<Policy>, Failure> {
    if arguments.scp.is_empty() {
        return Ok(Vec::new());
    }
    let everything = r#"{"Version": "2012-10-17", "Statement": {"Sid": "FullAWSAccess", "Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    let mut all = Policy { statements: Vec::new() };
    for file in &arguments.scp {
        all.statements.extend(read(file)?.statements);
    }
    all.statements
        .extend(Policy::parse(everything).map_err(|error| super::unusable("FullAWSAccess", &error))?.statements);
    Ok(vec![all])
}

/// The request that was described, or those that a whole call is authorised by.
fn requests(arguments: &SimulateArguments) -> Result<Vec<Request>, Failure> {
    let Some(model) = &arguments.call else {
        let request = Request::new(arguments.action.clone().unwrap_or_default(), &arguments.resource);
        return Ok(vec![known(request, arguments.region.as_deref(), arguments)?]);
    };
    let (region, account) =
        (arguments.region.clone().unwrap_or_default(), arguments.account.clone().unwrap_or_default());
    let selection = Selection {
        models: vec![model.clone()],
        regions: vec![region.clone()],
        prefix: arguments.prefix.clone(),
        us_only: false,
    };
    let calls = selection.resolve(Catalogue::bundled())?;
    let mut requests = Vec::new();
    for call in calls {
        let arns = call.arns(&account);
        for action in ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"] {
            requests.push(known(Request::new(action, &arns.inference_profile), Some(&region), arguments)?);
            for model in &arns.foundation_models {
                // Of global inference AWS names no region.
                let serving = model.split(':').nth(3).filter(|serving| !serving.is_empty()).unwrap_or("unspecified");
                let request = Request::new(action, model).with("bedrock:InferenceProfileArn", &arns.inference_profile);
                requests.push(known(request, Some(serving), arguments)?);
            }
        }
    }
    Ok(requests)
}

/// With what AWS would know about it.
fn known(request: Request, region: Option<&str>, arguments: &SimulateArguments) -> Result<Request, Failure> {
    let now =
        chrono::DateTime::from_timestamp(unix_time(), 0).unwrap_or_default().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut request =
        request.with("aws:SecureTransport", "true").with("aws:ViaAWSService", "false").with("aws:CurrentTime", now);
    if let Some(region) = region {
        request = request.with("aws:RequestedRegion", region);
    }
    let mut context: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for pair in &arguments.context {
        let (key, value) = pair.split_once('=').ok_or_else(|| {
            Failure::new(
                "usage",
                exit::USAGE,
                format!("--context {pair}: there is no ="),
                "write --context aws:SourceIp=198.51.100.7",
            )
        })?;
        context.entry(key).or_default().push(value);
    }
    for (key, values) in context {
        request = request.with_all(key, values);
    }
    Ok(match &arguments.principal {
        Some(principal) => request.by(named(principal)?),
        None => request,
    })
}

fn named(principal: &str) -> Result<Principal, Failure> {
    match principal.split_once('=') {
        Some(("federated", name)) => Ok(Principal::Federated(name.to_owned())),
        Some(("aws", name)) => Ok(Principal::Aws(name.to_owned())),
        Some(("service", name)) => Ok(Principal::Service(name.to_owned())),
        _ => {
            let message = format!("--principal {principal} names nobody");
            Err(Failure::new("usage", exit::USAGE, message, "write federated=ARN, aws=ARN or service=HOST"))
        }
    }
}

fn show(screen: &Screen, allowed: bool, request: &Request, why: &str) {
    let label = request.action.strip_prefix("bedrock:").unwrap_or(&request.action);
    screen.line(format!(
        "  {} {label} {}",
        if allowed { console::style("✓").green() } else { console::style("✗").red() },
        request.resource
    ));
    screen.note(why);
}

fn in_words(verdict: &Verdict<'_>, arguments: &SimulateArguments) -> String {
    let named = name(&verdict.decision);
    if let Some((attached, place, statement)) = verdict.statement {
        return format!("{named} by {} of {}", title(place, statement), holder(attached, arguments));
    }
    if let Some(missing) = verdict.missing {
        return format!("{named}: {} does not allow it", holder(missing, arguments));
    }
    let near = verdict.near.iter().map(|near| {
        let sid = near.statement.sid.as_deref().unwrap_or("a statement");
        format!("{sid} of {} would, but for {}", holder(near.attached, arguments), near.keys.join(", "))
    });
    let near: Vec<String> = near.collect();
    if near.is_empty() { format!("{named}: no statement allows it") } else { format!("{named}: {}", near.join("; ")) }
}

fn title(place: usize, statement: &Statement) -> String {
    let number = place + 1;
    statement.sid.as_ref().map_or_else(|| format!("statement {number}"), |sid| format!("{sid} (statement {number})"))
}

fn holder(attached: Attached, arguments: &SimulateArguments) -> String {
    match attached {
        Attached::Identity(i) => arguments.files.get(i).map_or_else(String::new, |file| file.display().to_string()),
        Attached::Boundary => "the permissions boundary".to_owned(),
        Attached::ServiceControl(_) => "the service control policies".to_owned(),
    }
}

fn of_verdict(request: &Request, verdict: &Verdict<'_>, arguments: &SimulateArguments) -> Value {
    json!({
        "action": request.action, "resource": request.resource, "decision": name(&verdict.decision),
        "statement": verdict.statement.map(|(attached, place, statement)| json!({
            "sid": statement.sid, "number": place + 1, "of": holder(attached, arguments),
        })),
        "missing": verdict.missing.map(|missing| holder(missing, arguments)),
        "near": verdict.near.iter().map(|near| json!({"sid": near.statement.sid, "keys": near.keys})).collect::<Vec<_>>(),
    })
}

/// As IAM's own simulator calls them.
fn name(decision: &Decision) -> &'static str {
    match decision {
        Decision::Allowed(_) => "allowed",
        Decision::ExplicitlyDenied(_) => "explicitDeny",
        Decision::ImplicitlyDenied => "implicitDeny",
    }
}

fn reason(decision: &Decision) -> Option<&str> {
    match decision {
        Decision::Allowed(reason) | Decision::ExplicitlyDenied(reason) => reason.as_deref(),
        Decision::ImplicitlyDenied => None,
    }
}
