//! A stack as it should be, compared with what is there.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{Capability, ChangeSetStatus, ChangeSetType, Parameter, Tag};

use crate::{Change, Cloud, CloudError, Phase, Stack};

/// A stack as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
    /// Its template.
    pub template: String,
    /// The resources that the template comes to, name and type: what is shown while there is no stack to compare with.
    pub resources: Vec<(String, String)>,
    /// Values of parameters.
    pub parameters: BTreeMap<String, String>,
    /// What is acknowledged, as the API names it.
    pub capabilities: Vec<String>,
    /// Tags of the stack and of everything in it.
    pub tags: BTreeMap<String, String>,
    /// Whether it is to be protected against deletion.
    pub protected: bool,
}

/// How a stack gets to what is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What is wanted.
    pub wanted: Wanted,
    /// What is there.
    pub stack: Option<Stack>,
    /// What has to be done first and last.
    pub step: Step,
    /// Resources that change.
    pub changes: Vec<Change>,
    /// Parameters that change.
    pub parameters: Vec<ParameterChange>,
    /// Whether tags change.
    pub tags_change: bool,
    /// Whether the protection against deletion is to be switched on (`true`) or off.
    pub protection: Option<bool>,
    pub(crate) change_set: Option<String>,
}

/// What has to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Nothing,
    /// There is no stack yet.
    Create,
    /// The stack is changed.
    Update,
    /// What is there failed to be created or to be deleted: it is deleted, then created.
    Recreate,
    /// An update failed and undoing it failed: that has to be finished first ([`Cloud::finish_rollback`]). What would
    /// change is known only then.
    Unblock,
    /// AWS works on the stack: that has to end first ([`Cloud::follow`]). What would change is known only then.
    Wait,
}

/// A parameter whose value changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterChange {
    /// Its name.
    pub name: String,
    /// The value now; `None` if the stack has no such parameter.
    pub before: Option<String>,
    /// The value then; `None` if the template has no such parameter any more.
    pub after: Option<String>,
}

impl Plan {
    /// Whether everything is as it should be.
    pub fn is_nothing(&self) -> bool {
        self.step == Step::Nothing && self.protection.is_none()
    }
}

impl Cloud {
    /// Compares. Where there is something to compare with, AWS itself does it: with a change set, which costs nothing and
    /// changes nothing.
    pub async fn plan(&self, wanted: Wanted) -> Result<Plan, CloudError> {
        let stack = self.stack(&wanted.region, &wanted.name).await?;
        let step = match stack.as_ref().map(|stack| stack.status.phase()) {
            None | Some(Phase::Gone | Phase::Review) => Step::Create,
            Some(Phase::Ready) => Step::Update,
            Some(Phase::StillBorn | Phase::HalfDeleted) => Step::Recreate,
            Some(Phase::Stuck) => Step::Unblock,
            Some(Phase::Working) => Step::Wait,
        };
        let mut plan = Plan {
            parameters: parameter_changes(&wanted, stack.as_ref().filter(|_| step == Step::Update)),
            tags_change: step == Step::Update && stack.as_ref().is_some_and(|stack| stack.tags != wanted.tags),
            protection: stack.as_ref().map_or(wanted.protected.then_some(true), |stack| {
                (stack.protected != wanted.protected).then_some(wanted.protected)
            }),
            changes: Vec::new(),
            change_set: None,
            wanted,
            stack,
            step,
        };
        match step {
            Step::Create | Step::Update => self.compare(&mut plan).await?,
            Step::Recreate => plan.preview(),
            Step::Nothing | Step::Unblock | Step::Wait => {}
        }
        Ok(plan)
    }

    /// Takes back what a plan left in AWS: its change set, and the name of a stack that was never created.
    pub async fn discard(&self, plan: &Plan) -> Result<(), CloudError> {
        let Some(change_set) = &plan.change_set else { return Ok(()) };
        let stacks = self.stacks_in(&plan.wanted.region);
        let request = stacks.delete_change_set().stack_name(&plan.wanted.name).change_set_name(change_set);
        request.send().await.map_err(|error| CloudError::sdk("cloudformation:DeleteChangeSet", error))?;
        let was_there = plan.stack.as_ref().is_some_and(|stack| stack.status.phase() == Phase::Review);
        if plan.step == Step::Create && !was_there {
            let request = stacks.delete_stack().stack_name(&plan.wanted.name);
            request.send().await.map_err(|error| CloudError::sdk("cloudformation:DeleteStack", error))?;
        }
        Ok(())
    }

    /// Has AWS make a change set, and reads it.
    pub(crate) async fn compare(&self, plan: &mut Plan) -> Result<(), CloudError> {
        let kind = if plan.step == Step::Update { ChangeSetType::Update } else { ChangeSetType::Create };
        let Some(change_set) = self.create_change_set(&plan.wanted, kind).await? else {
            plan.step = Step::Nothing;
            return Ok(());
        };
        plan.change_set = Some(change_set.clone());
        match self.read_change_set(&plan.wanted, &change_set).await? {
            Some(changes) => plan.changes = changes,
            None => {
                self.discard(plan).await?;
                (plan.step, plan.change_set) = (Step::Nothing, None);
            }
        }
        Ok(())
    }

    /// `None`: AWS says at once that nothing would change.
    async fn create_change_set(&self, wanted: &Wanted, kind: ChangeSetType) -> Result<Option<String>, CloudError> {
        let name = self.token();
        let mut request = self
            .stacks_in(&wanted.region)
            .create_change_set()
            .stack_name(&wanted.name)
            .change_set_name(&name)
            .change_set_type(kind)
            .client_token(&name)
            .template_body(&wanted.template)
            .set_capabilities(Some(wanted.capabilities.iter().map(|name| Capability::from(name.as_str())).collect()));
        for (key, value) in &wanted.parameters {
            request = request.parameters(Parameter::builder().parameter_key(key).parameter_value(value).build());
        }
        for (key, value) in &wanted.tags {
            request = request.tags(Tag::builder().key(key).value(value).build());
        }
        match request.send().await.map_err(|error| CloudError::sdk("cloudformation:CreateChangeSet", error)) {
            Ok(answer) => Ok(Some(answer.id.unwrap_or(name))),
            Err(CloudError::Refused(refusal)) if says_nothing_changes(&refusal.message) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// `None`: nothing would change.
    async fn read_change_set(&self, wanted: &Wanted, change_set: &str) -> Result<Option<Vec<Change>>, CloudError> {
        let mut changes = Vec::new();
        let mut page = None;
        loop {
            let request = self.stacks_in(&wanted.region).describe_change_set().stack_name(&wanted.name);
            let answer = request.change_set_name(change_set).set_next_token(page.clone()).send().await;
            let answer = answer.map_err(|error| CloudError::sdk("cloudformation:DescribeChangeSet", error))?;
            match answer.status() {
                Some(ChangeSetStatus::CreatePending | ChangeSetStatus::CreateInProgress) => {
                    tokio::time::sleep(self.patience.pause.0).await;
                    continue;
                }
                Some(ChangeSetStatus::Failed) => {
                    let reason = answer.status_reason().unwrap_or("AWS gave no reason");
                    if says_nothing_changes(reason) {
                        return Ok(None);
                    }
                    return Err(CloudError::refused("cloudformation:CreateChangeSet", "FAILED", reason));
                }
                _ => {}
            }
            page = answer.next_token;
            changes.extend(answer.changes.unwrap_or_default().into_iter().filter_map(Change::read));
            if page.is_none() {
                return Ok(Some(changes));
            }
        }
    }
}

impl Plan {
    fn preview(&mut self) {
        self.changes = self.wanted.resources.iter().map(|(name, kind)| Change::addition(name, kind)).collect();
    }
}

/// AWS's two ways to say so.
fn says_nothing_changes(reason: &str) -> bool {
    reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
}

fn parameter_changes(wanted: &Wanted, stack: Option<&Stack>) -> Vec<ParameterChange> {
    let Some(stack) = stack else { return Vec::new() };
    let names: std::collections::BTreeSet<&String> = wanted.parameters.keys().chain(stack.parameters.keys()).collect();
    let change = |name: &String| ParameterChange {
        name: name.clone(),
        before: stack.parameters.get(name).cloned(),
        after: wanted.parameters.get(name).cloned(),
    };
    // A parameter that is not sent takes its default, which is what the stack shows after it was deployed without it.
    let differs = |change: &ParameterChange| change.before != change.after;
    names.into_iter().map(change).filter(differs).collect()
}
