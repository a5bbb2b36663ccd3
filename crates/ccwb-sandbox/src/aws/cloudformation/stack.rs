use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::change_set::ChangeSet;
use super::desired::{Desired, DesiredResource};
use super::work::Step;
use crate::random;

/// Every stack of the account, deleted ones included.
#[derive(Debug)]
pub(crate) struct Stacks {
    pub(crate) all: Vec<Stack>,
    pub(crate) faults: Vec<StackFault>,
    /// Steps that one look carries an operation on.
    pub(crate) pace: usize,
    /// Logical names of resources that somebody changed by hand.
    pub(crate) drifted: Vec<String>,
}

impl Default for Stacks {
    fn default() -> Self {
        Self { all: Vec::new(), faults: Vec::new(), pace: 4, drifted: Vec::new() }
    }
}

/// A resource that fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StackFault {
    /// Its name in the template, or its type.
    pub resource: String,
    /// `create`, `update`, `delete`, or `rollback` (what undoes an update).
    pub operation: String,
    /// AWS's words.
    pub reason: String,
    /// How often; for ever if absent.
    #[serde(default)]
    pub times: Option<u32>,
}

/// What a test may know of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StackSummary {
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
    /// Its state.
    pub status: String,
    /// Its parameters.
    pub parameters: BTreeMap<String, String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its outputs.
    pub outputs: BTreeMap<String, String>,
    /// Physical names by logical ones.
    pub resources: BTreeMap<String, String>,
    /// Whether it is protected against deletion.
    pub protected: bool,
    /// Change sets that were made and neither carried out nor deleted.
    pub change_sets: usize,
}

#[derive(Debug)]
pub(crate) struct Stack {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) status: &'static str,
    pub(super) reason: Option<String>,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: Option<DateTime<Utc>>,
    pub(super) template: String,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) outputs: BTreeMap<String, String>,
    pub(super) resources: BTreeMap<String, Resource>,
    pub(super) protected: bool,
    pub(super) events: Vec<Event>,
    pub(super) change_sets: Vec<ChangeSet>,
    pub(super) work: VecDeque<Step>,
    /// What the running operation leads to, and what it leads back to.
    pub(super) target: Option<Desired>,
    pub(super) before: Option<Desired>,
}

#[derive(Debug, Clone)]
pub(super) struct Resource {
    pub(super) desired: DesiredResource,
    pub(super) status: &'static str,
}

#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) time: DateTime<Utc>,
    pub(super) logical: String,
    pub(super) physical: String,
    pub(super) kind: String,
    pub(super) status: &'static str,
    pub(super) reason: Option<String>,
}

pub(super) const STACK: &str = "AWS::CloudFormation::Stack";

impl Stack {
    pub(super) fn new(account: &str, region: &str, name: &str, now: DateTime<Utc>) -> Self {
        let id = format!("arn:aws:cloudformation:{region}:{account}:stack/{name}/{}", random::uuid());
        let mut stack = Self {
            id,
            name: name.to_owned(),
            region: region.to_owned(),
            status: "REVIEW_IN_PROGRESS",
            reason: None,
            created: now,
            updated: None,
            template: String::new(),
            parameters: BTreeMap::new(),
            tags: BTreeMap::new(),
            outputs: BTreeMap::new(),
            resources: BTreeMap::new(),
            protected: false,
            events: Vec::new(),
            change_sets: Vec::new(),
            work: VecDeque::new(),
            target: None,
            before: None,
        };
        stack.enter("REVIEW_IN_PROGRESS", Some("User Initiated".to_owned()), now);
        stack
    }

    /// To its name while it exists, to its ARN for ever.
    pub(super) fn answers_to(&self, region: &str, name: &str) -> bool {
        self.id == name || (self.name == name && self.region == region && self.status != "DELETE_COMPLETE")
    }

    /// A new state of the stack itself.
    pub(super) fn enter(&mut self, status: &'static str, reason: Option<String>, now: DateTime<Utc>) {
        self.status = status;
        self.reason.clone_from(&reason);
        let (name, id) = (self.name.clone(), self.id.clone());
        self.tell(&name, &id, STACK, status, reason, now);
    }

    pub(super) fn tell(
        &mut self,
        logical: &str,
        physical: &str,
        kind: &str,
        status: &'static str,
        reason: Option<String>,
        now: DateTime<Utc>,
    ) {
        self.events.push(Event {
            id: format!("{logical}-{}", random::uuid()),
            time: now,
            logical: logical.to_owned(),
            physical: physical.to_owned(),
            kind: kind.to_owned(),
            status,
            reason,
        });
    }

    pub(crate) fn summary(&self) -> StackSummary {
        let there = |(_, resource): &(&String, &Resource)| !resource.status.starts_with("DELETE_");
        let resources = self.resources.iter().filter(there);
        StackSummary {
            name: self.name.clone(),
            region: self.region.clone(),
            status: self.status.to_owned(),
            parameters: self.parameters.clone(),
            tags: self.tags.clone(),
            outputs: self.outputs.clone(),
            resources: resources.map(|(name, resource)| (name.clone(), resource.desired.physical.clone())).collect(),
            protected: self.protected,
            change_sets: self.change_sets.iter().filter(|change_set| change_set.is_waiting()).count(),
        }
    }
}

impl Stacks {
    pub(crate) fn find(&mut self, region: &str, name: &str) -> Option<&mut Stack> {
        self.all.iter_mut().rev().find(|stack| stack.answers_to(region, name))
    }
}

pub(super) fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
