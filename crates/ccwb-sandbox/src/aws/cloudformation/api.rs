use std::collections::BTreeMap;

use super::change_set::{ChangeSet, compare};
use super::desired::{Desired, Place};
use super::stack::{Stack, Stacks, time};
use crate::aws::query_xml::{QueryError, list, response};
use crate::aws::sts::parameters;
use crate::aws::sts::xml::{element, text};
use crate::aws::{Account, AwsState, administrator};
use crate::http::call::Call;
use crate::http::form::Form;
use crate::http::reply::Reply;
use crate::random;
use crate::world::World;

pub(crate) const VERSION: &str = "2010-05-15";
const NAMESPACE: &str = "http://cloudformation.amazonaws.com/doc/2010-05-15/";
/// Events of one page.
const PAGE: usize = 20;

pub(crate) fn handle(world: &World, call: &Call, action: &str) -> Reply {
    let form = parameters(call);
    let reply = match answer(world, call, &form, action) {
        Ok(result) => response(NAMESPACE, action, &result),
        Err(error) => error.reply(NAMESPACE),
    };
    ["StackName", "ChangeSetName", "ChangeSetType", "ClientRequestToken", "EnableTerminationProtection"]
        .into_iter()
        .fold(reply, |reply, name| reply.note_some(name, form.get(name)))
}

fn answer(world: &World, call: &Call, form: &Form, action: &str) -> Result<String, QueryError> {
    let region = administrator::authorize(world, call, "cloudformation", action)?;
    let now = world.clock.now();
    let mut aws = world.aws();
    let AwsState { stacks, roles, oidc_providers, buckets, pool_id, .. } = &mut *aws;
    let mut account = Account { roles, oidc_providers, buckets };
    let place = Place { account: &world.options.account_id, region: &region, pool_id };
    let name = form.get("StackName").unwrap_or_default();
    let Stacks { all, faults, pace, drifted } = stacks;
    let mut known = Known { all, region: &region };
    match action {
        "CreateChangeSet" => return create_change_set(&mut known, place, form, now),
        "DescribeStackDriftDetectionStatus" => {
            let status = if drifted.is_empty() { "IN_SYNC" } else { "DRIFTED" };
            return Ok([text("DetectionStatus", "DETECTION_COMPLETE"), text("StackDriftStatus", status)].concat());
        }
        _ => {}
    }
    let stack = known.find(name).ok_or_else(|| missing(action, name))?;
    match action {
        "DescribeStacks" => {
            // One look, some work: the answer shows how it was before.
            let answer = list("Stacks", [describe(stack)]);
            stack.advance(*pace, &mut account, faults, now);
            Ok(answer)
        }
        "DescribeStackEvents" => Ok(events(stack, form)),
        "ListStackResources" => Ok(resources(stack)),
        "GetTemplate" => Ok(text("TemplateBody", &stack.template)),
        "DescribeChangeSet" => describe_change_set(stack, form),
        "ExecuteChangeSet" => execute(stack, form, now),
        "DeleteChangeSet" => {
            let id = find_change_set(stack, form)?.id.clone();
            stack.change_sets.retain(|change_set| change_set.id != id);
            Ok(String::new())
        }
        "DeleteStack" => {
            delete(stack, form, now)?;
            if stack.resources.is_empty() {
                stack.advance(1, &mut account, faults, now);
            }
            Ok(String::new())
        }
        "UpdateTerminationProtection" => {
            stack.protected = form.get("EnableTerminationProtection") == Some("true");
            Ok(text("StackId", &stack.id))
        }
        "ContinueUpdateRollback" => continue_rollback(stack, now),
        "DetectStackDrift" => Ok(text("StackDriftDetectionId", &random::uuid())),
        "DescribeStackResourceDrifts" => Ok(drifts(stack, drifted, now)),
        _ => {
            let message = format!("Could not find operation {action} for version {VERSION}");
            Err(QueryError::new(400, "InvalidAction", message))
        }
    }
}

type Time = chrono::DateTime<chrono::Utc>;

fn execute(stack: &mut Stack, form: &Form, now: Time) -> Result<String, QueryError> {
    let change_set = find_change_set(stack, form)?;
    if change_set.executed || change_set.changes.is_empty() {
        let message = format!(
            "ChangeSet [{}] cannot be executed in its current status of [{}]",
            change_set.id,
            if change_set.executed { "EXECUTE_IN_PROGRESS" } else { "FAILED" }
        );
        return Err(QueryError::new(400, "InvalidChangeSetStatus", message));
    }
    change_set.executed = true;
    let (desired, creates) = (change_set.desired.clone(), change_set.creates);
    // The others were made for what the stack was before.
    stack.change_sets.retain(|change_set| change_set.executed);
    stack.begin(desired, creates, now);
    Ok(String::new())
}

fn continue_rollback(stack: &mut Stack, now: Time) -> Result<String, QueryError> {
    if stack.status != "UPDATE_ROLLBACK_FAILED" {
        return Err(state_error(stack, "rolled back"));
    }
    stack.begin_restoration(now);
    Ok(String::new())
}

fn delete(stack: &mut Stack, form: &Form, now: Time) -> Result<(), QueryError> {
    if stack.protected {
        return Err(QueryError::validation(format!(
            "Stack [{}] cannot be deleted while TerminationProtection is enabled",
            stack.name
        )));
    }
    let kept = members(form, "RetainResources", "");
    if !kept.is_empty() && stack.status != "DELETE_FAILED" {
        return Err(QueryError::validation(
            "Invalid operation on stack. RetainResources can be specified only when the stack is in the \
             DELETE_FAILED state",
        ));
    }
    if stack.status != "DELETE_COMPLETE" {
        let kept: Vec<String> = kept.into_iter().map(|(name, _)| name).collect();
        stack.begin_deletion(&kept, now);
    }
    Ok(())
}

fn drifts(stack: &Stack, drifted: &[String], now: Time) -> String {
    let drifts = stack.resources.iter().filter(|(name, _)| drifted.contains(name)).map(|(name, resource)| {
        let difference = element(
            "member",
            &[
                text("PropertyPath", "/Description"),
                text("ExpectedValue", "a"),
                text("ActualValue", "b"),
                text("DifferenceType", "NOT_EQUAL"),
            ],
        );
        [
            text("StackId", &stack.id),
            text("LogicalResourceId", name),
            text("PhysicalResourceId", &resource.desired.physical),
            text("ResourceType", &resource.desired.kind),
            text("StackResourceDriftStatus", "MODIFIED"),
            format!("<PropertyDifferences>{difference}</PropertyDifferences>"),
            text("Timestamp", &time(now)),
        ]
        .concat()
    });
    list("StackResourceDrifts", drifts)
}

struct Known<'a> {
    all: &'a mut Vec<Stack>,
    region: &'a str,
}

impl Known<'_> {
    fn find(&mut self, name: &str) -> Option<&mut Stack> {
        self.all.iter_mut().rev().find(|stack| stack.answers_to(self.region, name))
    }
}

fn missing(action: &str, name: &str) -> QueryError {
    QueryError::validation(match action {
        "DescribeStacks" => format!("Stack with id {name} does not exist"),
        _ => format!("Stack [{name}] does not exist"),
    })
}

fn state_error(stack: &Stack, what: &str) -> QueryError {
    QueryError::validation(format!("Stack:{} is in {} state and can not be {what}.", stack.id, stack.status))
}

/// `Name.member.1.Key` and `Name.member.1.Value`, as `suffixes` call them; without suffixes the plain members.
fn members(form: &Form, name: &str, suffixes: &str) -> Vec<(String, String)> {
    let (key, value) = suffixes.split_once(',').unwrap_or(("", ""));
    let full = |number: usize, suffix: &str| match suffix {
        "" => format!("{name}.member.{number}"),
        suffix => format!("{name}.member.{number}.{suffix}"),
    };
    (1..)
        .map_while(|number| {
            let key = form.get(&full(number, key))?.to_owned();
            Some((key, form.get(&full(number, value)).unwrap_or_default().to_owned()))
        })
        .collect()
}

fn create_change_set(known: &mut Known<'_>, place: Place<'_>, form: &Form, now: Time) -> Result<String, QueryError> {
    let name = form.get("StackName").unwrap_or_default();
    let set_name = form.get("ChangeSetName").unwrap_or_default();
    let creates = form.get("ChangeSetType") == Some("CREATE");
    let is_new = known.find(name).is_none();
    match known.find(name) {
        None if !creates => return Err(missing("", name)),
        Some(stack) if creates && stack.status != "REVIEW_IN_PROGRESS" => {
            let message =
                format!("Stack [{name}] already exists and cannot be created again with the changeSet [{set_name}].");
            return Err(QueryError::validation(message));
        }
        Some(stack) if !creates => {
            let updatable = ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"];
            if !updatable.contains(&stack.status) {
                return Err(state_error(stack, "updated"));
            }
        }
        _ => {}
    }
    let new = is_new.then(|| Stack::new(place.account, place.region, name, now));
    let stack = match &new {
        Some(stack) => stack,
        None => known.find(name).ok_or_else(|| missing("", name))?,
    };
    let parameters: BTreeMap<_, _> = members(form, "Parameters", "ParameterKey,ParameterValue").into_iter().collect();
    let tags: BTreeMap<_, _> = members(form, "Tags", "Key,Value").into_iter().collect();
    let template = form.get("TemplateBody").unwrap_or_default().to_owned();
    let desired =
        Desired::work_out(place, &stack.id, name, template, parameters, tags).map_err(QueryError::validation)?;
    let allowed = members(form, "Capabilities", "").iter().any(|(name, _)| name.starts_with("CAPABILITY_"));
    if desired.has_iam() && !allowed {
        let message = "Requires capabilities : [CAPABILITY_IAM]";
        return Err(QueryError::new(400, "InsufficientCapabilitiesException", message));
    }
    let changes = compare(&Desired::of(stack), &desired);
    let id =
        format!("arn:aws:cloudformation:{}:{}:changeSet/{set_name}/{}", place.region, place.account, random::uuid());
    let change_set =
        ChangeSet { id: id.clone(), name: set_name.to_owned(), creates, desired, changes, executed: false };
    if let Some(stack) = new {
        known.all.push(stack);
    }
    let stack = known.find(name).ok_or_else(|| missing("", name))?;
    stack.change_sets.push(change_set);
    Ok([text("Id", &id), text("StackId", &stack.id)].concat())
}

fn find_change_set<'a>(stack: &'a mut Stack, form: &Form) -> Result<&'a mut ChangeSet, QueryError> {
    let name = form.get("ChangeSetName").unwrap_or_default();
    let found = stack.change_sets.iter_mut().rev().find(|set| set.id == name || set.name == name);
    found.ok_or_else(|| QueryError::new(404, "ChangeSetNotFound", format!("ChangeSet [{name}] does not exist")))
}

fn describe_change_set(stack: &mut Stack, form: &Form) -> Result<String, QueryError> {
    let (id, name) = (stack.id.clone(), stack.name.clone());
    let change_set = find_change_set(stack, form)?;
    let (status, reason) = change_set.status();
    let mut fields = vec![
        text("ChangeSetId", &change_set.id),
        text("ChangeSetName", &change_set.name),
        text("StackId", &id),
        text("StackName", &name),
        text("Status", status),
        text("ExecutionStatus", if reason.is_none() { "AVAILABLE" } else { "UNAVAILABLE" }),
        list("Changes", change_set.changes.iter().map(super::change_set::Change::xml)),
    ];
    fields.extend(reason.map(|reason| text("StatusReason", reason)));
    Ok(fields.concat())
}

fn describe(stack: &Stack) -> String {
    let pair =
        |key: &'static str, value: &'static str| move |(k, v): (&String, &String)| text(key, k) + &text(value, v);
    let mut fields = vec![
        text("StackId", &stack.id),
        text("StackName", &stack.name),
        text("StackStatus", stack.status),
        text("CreationTime", &time(stack.created)),
        text("EnableTerminationProtection", if stack.protected { "true" } else { "false" }),
        list("Parameters", stack.parameters.iter().map(pair("ParameterKey", "ParameterValue"))),
        list("Outputs", stack.outputs.iter().map(pair("OutputKey", "OutputValue"))),
        list("Tags", stack.tags.iter().map(pair("Key", "Value"))),
    ];
    fields.extend(stack.updated.map(|updated| text("LastUpdatedTime", &time(updated))));
    fields.extend(stack.reason.as_ref().map(|reason| text("StackStatusReason", reason)));
    fields.concat()
}

/// Newest first, page by page.
fn events(stack: &Stack, form: &Form) -> String {
    let start: usize = form.get("NextToken").and_then(|token| token.parse().ok()).unwrap_or(0);
    let page = stack.events.iter().rev().skip(start).take(PAGE).map(|event| {
        let mut fields = vec![
            text("StackId", &stack.id),
            text("StackName", &stack.name),
            text("EventId", &event.id),
            text("LogicalResourceId", &event.logical),
            text("PhysicalResourceId", &event.physical),
            text("ResourceType", &event.kind),
            text("Timestamp", &time(event.time)),
            text("ResourceStatus", event.status),
        ];
        fields.extend(event.reason.as_ref().map(|reason| text("ResourceStatusReason", reason)));
        fields.concat()
    });
    let page = list("StackEvents", page);
    if start + PAGE < stack.events.len() { page + &text("NextToken", &(start + PAGE).to_string()) } else { page }
}

fn resources(stack: &Stack) -> String {
    list(
        "StackResourceSummaries",
        stack.resources.iter().map(|(name, resource)| {
            [
                text("LogicalResourceId", name),
                text("PhysicalResourceId", &resource.desired.physical),
                text("ResourceType", &resource.desired.kind),
                text("ResourceStatus", resource.status),
                text("LastUpdatedTimestamp", &time(stack.updated.unwrap_or(stack.created))),
            ]
            .concat()
        }),
    )
}

impl Stacks {
    /// A stack that somebody else made, complete at once.
    pub(crate) fn adopt(
        &mut self,
        place: Place<'_>,
        account: &mut Account<'_>,
        name: &str,
        template: &str,
        parameters: BTreeMap<String, String>,
        now: Time,
    ) -> Result<(), String> {
        let mut stack = Stack::new(place.account, place.region, name, now);
        let tags = BTreeMap::new();
        let desired = Desired::work_out(place, &stack.id, name, template.to_owned(), parameters, tags)?;
        stack.begin(desired, true, now);
        stack.advance(usize::MAX, account, &mut Vec::new(), now);
        self.all.push(stack);
        Ok(())
    }
}
