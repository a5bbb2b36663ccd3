//! An operation on a stack, step by step.

use chrono::{DateTime, Utc};

use super::desired::Desired;
use super::effects;
use super::stack::{Resource, Stack, StackFault};
use crate::aws::Account;

/// What happens next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Begin(Act, String),
    Finish(Act, String),
    End(&'static str),
}

/// What happens to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Create,
    Update,
    Delete,
    /// Back to what it was before an update.
    Restore,
}

impl Act {
    fn states(self) -> [&'static str; 3] {
        match self {
            Self::Create => ["CREATE_IN_PROGRESS", "CREATE_COMPLETE", "CREATE_FAILED"],
            Self::Update | Self::Restore => ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_FAILED"],
            Self::Delete => ["DELETE_IN_PROGRESS", "DELETE_COMPLETE", "DELETE_FAILED"],
        }
    }

    fn operation(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Restore => "rollback",
        }
    }
}

/// The order in which resources are made; backwards they are deleted. What others refer to comes first.
const FIRST: &[&str] = &[
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::IAM::OIDCProvider",
    "AWS::IAM::ManagedPolicy",
    "AWS::EC2::SecurityGroup",
    "AWS::Cognito::IdentityPool",
    "AWS::IAM::Role",
];

fn ordered(desired: &Desired) -> Vec<String> {
    let rank = |kind: &str| FIRST.iter().position(|first| *first == kind).unwrap_or(FIRST.len());
    let mut names: Vec<_> = desired.resources.iter().map(|(name, resource)| (rank(&resource.kind), name)).collect();
    names.sort();
    names.into_iter().map(|(_, name)| name.clone()).collect()
}

impl Stack {
    /// Starts to create or to update.
    pub(super) fn begin(&mut self, desired: Desired, creates: bool, now: DateTime<Utc>) {
        let user = Some("User Initiated".to_owned());
        let before = Desired::of(self);
        self.work.clear();
        if creates {
            self.enter("CREATE_IN_PROGRESS", user, now);
        } else {
            self.updated = Some(now);
            self.enter("UPDATE_IN_PROGRESS", user, now);
        }
        for name in ordered(&desired) {
            let act = match before.resources.get(&name) {
                None => Act::Create,
                Some(old) if *old != desired.resources[&name] || before.tags != desired.tags => Act::Update,
                Some(_) => continue,
            };
            self.work.extend([Step::Begin(act, name.clone()), Step::Finish(act, name)]);
        }
        if !creates {
            for name in ordered(&before).into_iter().rev().filter(|name| !desired.resources.contains_key(name)) {
                self.work.extend([Step::Begin(Act::Delete, name.clone()), Step::Finish(Act::Delete, name)]);
            }
        }
        self.work.push_back(Step::End(if creates { "CREATE_COMPLETE" } else { "UPDATE_COMPLETE" }));
        self.target = Some(desired);
        self.before = (!creates).then_some(before);
    }

    /// Starts to delete; `kept` are left alone.
    pub(super) fn begin_deletion(&mut self, kept: &[String], now: DateTime<Utc>) {
        self.work.clear();
        self.enter("DELETE_IN_PROGRESS", Some("User Initiated".to_owned()), now);
        for name in ordered(&Desired::of(self)).into_iter().rev() {
            let resource = &self.resources[&name];
            if resource.status.starts_with("DELETE_COMPLETE") || resource.status == "DELETE_SKIPPED" {
                continue;
            }
            if resource.desired.retained || kept.contains(&name) {
                self.set(&name, "DELETE_SKIPPED", None, now);
                continue;
            }
            self.work.extend([Step::Begin(Act::Delete, name.clone()), Step::Finish(Act::Delete, name)]);
        }
        self.work.push_back(Step::End("DELETE_COMPLETE"));
        self.target = None;
        self.before = None;
    }

    /// Starts again to undo an update.
    pub(super) fn begin_restoration(&mut self, now: DateTime<Utc>) {
        self.enter("UPDATE_ROLLBACK_IN_PROGRESS", Some("User Initiated".to_owned()), now);
        self.restore();
    }

    /// Carries the operation on by some steps.
    pub(super) fn advance(
        &mut self,
        steps: usize,
        account: &mut Account<'_>,
        faults: &mut Vec<StackFault>,
        now: DateTime<Utc>,
    ) {
        for _ in 0..steps {
            match self.work.pop_front() {
                Some(Step::Begin(act, name)) => self.start(act, &name, now),
                Some(Step::Finish(act, name)) => self.finish(act, &name, account, faults, now),
                Some(Step::End(status)) => self.end(status, now),
                None => return,
            }
        }
    }

    fn start(&mut self, act: Act, name: &str, now: DateTime<Utc>) {
        if act == Act::Create
            && let Some(desired) = self.target.as_ref().and_then(|target| target.resources.get(name)).cloned()
        {
            self.resources.insert(name.to_owned(), Resource { desired, status: "CREATE_IN_PROGRESS" });
        }
        self.set(name, act.states()[0], None, now);
    }

    fn finish(
        &mut self,
        act: Act,
        name: &str,
        account: &mut Account<'_>,
        faults: &mut Vec<StackFault>,
        now: DateTime<Utc>,
    ) {
        let Some(resource) = self.resources.get(name) else { return };
        let current = resource.desired.clone();
        let wanted = match act {
            Act::Update => self.target.as_ref().and_then(|target| target.resources.get(name)).cloned(),
            Act::Restore => self.before.as_ref().and_then(|before| before.resources.get(name)).cloned(),
            Act::Create | Act::Delete => None,
        };
        let done = match take(faults, act.operation(), name, &current.kind) {
            Some(reason) => Err(reason),
            None => match act {
                Act::Create => effects::make(account, &current),
                Act::Delete => effects::delete(account, &current),
                Act::Update | Act::Restore => wanted.as_ref().map_or(Ok(()), |wanted| {
                    if wanted.physical == current.physical { Ok(()) } else { effects::delete(account, &current) }
                        .and_then(|()| {
                            if wanted.kind == "AWS::IAM::OIDCProvider" && wanted.physical == current.physical {
                                Ok(())
                            } else {
                                effects::make(account, wanted)
                            }
                        })
                }),
            },
        };
        match done {
            Ok(()) => {
                if let (Some(wanted), Some(resource)) = (wanted, self.resources.get_mut(name)) {
                    resource.desired = wanted;
                }
                self.set(name, act.states()[1], None, now);
            }
            Err(reason) => {
                self.set(name, act.states()[2], Some(reason), now);
                self.fail(act, name, now);
            }
        }
    }

    /// What AWS does after a failure.
    fn fail(&mut self, act: Act, name: &str, now: DateTime<Utc>) {
        // Whatever had begun beside it is given up.
        let begun: Vec<String> = self
            .resources
            .iter()
            .filter(|(_, resource)| resource.status == "CREATE_IN_PROGRESS")
            .map(|(name, _)| name.clone())
            .collect();
        for other in begun {
            self.set(&other, "CREATE_FAILED", Some("Resource creation cancelled".to_owned()), now);
        }
        let failed = |verb: &str| Some(format!("The following resource(s) failed to {verb}: [{name}]. "));
        match (self.status, act) {
            ("CREATE_IN_PROGRESS", _) => {
                self.work.clear();
                let reason = failed("create").map(|reason| reason + "Rollback requested by user.");
                self.enter("ROLLBACK_IN_PROGRESS", reason, now);
                for name in ordered(&Desired::of(self)).into_iter().rev() {
                    self.work.extend([Step::Begin(Act::Delete, name.clone()), Step::Finish(Act::Delete, name)]);
                }
                self.work.push_back(Step::End("ROLLBACK_COMPLETE"));
            }
            ("UPDATE_IN_PROGRESS", _) => {
                self.enter("UPDATE_ROLLBACK_IN_PROGRESS", failed("update"), now);
                self.restore();
            }
            ("ROLLBACK_IN_PROGRESS", _) => self.give_up("ROLLBACK_FAILED", failed("delete"), now),
            ("UPDATE_ROLLBACK_IN_PROGRESS", _) => self.give_up("UPDATE_ROLLBACK_FAILED", failed("update"), now),
            // The others are still tried.
            _ => {
                if let Some(end) = self.work.back_mut() {
                    *end = Step::End("DELETE_FAILED");
                }
            }
        }
    }

    fn give_up(&mut self, status: &'static str, reason: Option<String>, now: DateTime<Utc>) {
        self.work.clear();
        self.enter(status, reason, now);
    }

    /// Back to what was before the update.
    fn restore(&mut self) {
        self.work.clear();
        let before = self.before.clone().unwrap_or_else(|| Desired::of(self));
        for name in ordered(&before) {
            let unchanged = self.resources.get(&name).is_some_and(|resource| {
                resource.desired == before.resources[&name] && !resource.status.ends_with("_FAILED")
            });
            if !unchanged {
                self.work.extend([Step::Begin(Act::Restore, name.clone()), Step::Finish(Act::Restore, name)]);
            }
        }
        for name in ordered(&Desired::of(self)).into_iter().rev().filter(|name| !before.resources.contains_key(name)) {
            self.work.extend([Step::Begin(Act::Delete, name.clone()), Step::Finish(Act::Delete, name)]);
        }
        self.work.push_back(Step::End("UPDATE_ROLLBACK_COMPLETE"));
    }

    fn end(&mut self, status: &'static str, now: DateTime<Utc>) {
        let mut reason = None;
        match status {
            "CREATE_COMPLETE" | "UPDATE_COMPLETE" => {
                if let Some(target) = self.target.take() {
                    self.resources.retain(|name, _| target.resources.contains_key(name));
                    (self.template, self.parameters) = (target.template, target.parameters);
                    (self.tags, self.outputs) = (target.tags, target.outputs);
                }
            }
            "UPDATE_ROLLBACK_COMPLETE" => {
                if let Some(before) = self.before.take() {
                    self.resources.retain(|name, _| before.resources.contains_key(name));
                }
            }
            "DELETE_FAILED" => {
                let left: Vec<&str> = self
                    .resources
                    .iter()
                    .filter(|(_, resource)| resource.status == "DELETE_FAILED")
                    .map(|(name, _)| name.as_str())
                    .collect();
                reason = Some(format!("The following resource(s) failed to delete: [{}]. ", left.join(", ")));
            }
            "DELETE_COMPLETE" => self.outputs.clear(),
            _ => {}
        }
        self.enter(status, reason, now);
    }

    fn set(&mut self, name: &str, status: &'static str, reason: Option<String>, now: DateTime<Utc>) {
        let Some(resource) = self.resources.get_mut(name) else { return };
        resource.status = status;
        let (physical, kind) = (resource.desired.physical.clone(), resource.desired.kind.clone());
        self.tell(name, &physical, &kind, status, reason, now);
    }
}

fn take(faults: &mut Vec<StackFault>, operation: &str, name: &str, kind: &str) -> Option<String> {
    let matches =
        |fault: &StackFault| fault.operation == operation && (fault.resource == name || fault.resource == kind);
    let index = faults.iter().position(matches)?;
    let reason = faults[index].reason.clone();
    match &mut faults[index].times {
        Some(1) => drop(faults.remove(index)),
        Some(left) => *left -= 1,
        None => {}
    }
    Some(reason)
}
