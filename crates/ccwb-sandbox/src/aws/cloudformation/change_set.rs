use std::collections::BTreeSet;

use super::desired::{Desired, DesiredResource};
use crate::aws::query_xml::list;
use crate::aws::sts::xml::{element, text};

/// A change set.
#[derive(Debug, Clone)]
pub(super) struct ChangeSet {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) creates: bool,
    pub(super) desired: Desired,
    pub(super) changes: Vec<Change>,
    pub(super) executed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) action: &'static str,
    pub(super) logical: String,
    kind: String,
    physical: Option<String>,
    replaces: bool,
    /// Attribute and name.
    targets: Vec<(&'static str, String)>,
}

/// AWS's words for a change set that changes nothing.
pub(super) const NOTHING: &str =
    "The submitted information didn't contain changes. Submit different information to create a change set.";

impl ChangeSet {
    pub(super) fn is_waiting(&self) -> bool {
        !self.executed && !self.changes.is_empty()
    }

    pub(super) fn status(&self) -> (&'static str, Option<&'static str>) {
        if self.changes.is_empty() { ("FAILED", Some(NOTHING)) } else { ("CREATE_COMPLETE", None) }
    }
}

/// What leads from one to the other.
pub(super) fn compare(now: &Desired, then: &Desired) -> Vec<Change> {
    let names: BTreeSet<&String> = now.resources.keys().chain(then.resources.keys()).collect();
    let retagged = now.tags != then.tags;
    let changes = names.into_iter().filter_map(|name| {
        let (old, new) = (now.resources.get(name), then.resources.get(name));
        let (action, targets) = match (old, new) {
            (None, Some(_)) => ("Add", Vec::new()),
            (Some(_), None) => ("Remove", Vec::new()),
            (Some(old), Some(new)) => ("Modify", differences(old, new, retagged)),
            (None, None) => return None,
        };
        if action == "Modify" && targets.is_empty() {
            return None;
        }
        let resource = new.or(old)?;
        Some(Change {
            action,
            logical: name.clone(),
            kind: resource.kind.clone(),
            physical: old.map(|old| old.physical.clone()),
            replaces: matches!((old, new), (Some(old), Some(new)) if old.kind != new.kind || old.physical != new.physical),
            targets,
        })
    });
    changes.collect()
}

fn differences(old: &DesiredResource, new: &DesiredResource, retagged: bool) -> Vec<(&'static str, String)> {
    let keys = |resource: &DesiredResource| -> Vec<String> {
        resource.properties.as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default()
    };
    let names: BTreeSet<String> = keys(old).into_iter().chain(keys(new)).collect();
    let differs = |name: &String| old.properties.get(name) != new.properties.get(name);
    let mut targets: Vec<_> = names.into_iter().filter(differs).map(|name| ("Properties", name)).collect();
    if retagged {
        targets.push(("Tags", String::new()));
    }
    if old.retained != new.retained {
        // CloudFormation sees a change of DeletionPolicy with a change of metadata only; whoever sends one sends both.
        targets.push(("Metadata", String::new()));
    }
    targets
}

impl Change {
    pub(super) fn xml(&self) -> String {
        let details = self.targets.iter().map(|(attribute, name)| {
            let mut target = vec![text("Attribute", attribute)];
            if !name.is_empty() {
                target.push(text("Name", name));
            }
            element("Target", &target) + &text("Evaluation", "Static")
        });
        let mut change = vec![
            text("Action", self.action),
            text("LogicalResourceId", &self.logical),
            text("ResourceType", &self.kind),
            list("Details", details),
        ];
        if let Some(physical) = &self.physical {
            change.push(text("PhysicalResourceId", physical));
        }
        if self.action == "Modify" {
            change.push(text("Replacement", if self.replaces { "True" } else { "False" }));
        }
        text("Type", "Resource") + &element("ResourceChange", &change)
    }
}
