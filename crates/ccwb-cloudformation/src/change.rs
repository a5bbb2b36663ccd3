use aws_sdk_cloudformation::types;

/// What a change set does to one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What happens.
    pub action: Action,
    /// The resource's name in the template.
    pub resource: String,
    /// Its type, such as `AWS::IAM::Role`.
    pub kind: String,
    /// Its name or ARN, if it exists.
    pub physical: Option<String>,
    /// Whether it is made anew, and the old one deleted.
    pub replacement: Replacement,
    /// What of it changes: properties, else attributes such as `Tags`.
    pub properties: Vec<String>,
}

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are words")]
pub enum Action {
    Add,
    Modify,
    Remove,
    Import,
}

/// Whether a resource is made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// It stays.
    No,
    /// It depends on what only AWS knows while it works.
    Maybe,
    /// The old one is deleted.
    Yes,
}

impl Change {
    pub(crate) fn read(change: types::Change) -> Option<Self> {
        let change = change.resource_change?;
        let action = match change.action.as_ref()?.as_str() {
            "Add" => Action::Add,
            "Remove" => Action::Remove,
            "Import" => Action::Import,
            // "Dynamic": modified or replaced, known only later.
            _ => Action::Modify,
        };
        let replacement = match change.replacement.as_ref().map(types::Replacement::as_str) {
            Some("True") => Replacement::Yes,
            Some("Conditional") => Replacement::Maybe,
            _ => Replacement::No,
        };
        let mut properties: Vec<String> = Vec::new();
        for target in change.details().iter().filter_map(types::ResourceChangeDetail::target) {
            let attribute = target.attribute().map_or("", types::ResourceAttribute::as_str);
            let name = target.name().unwrap_or(attribute).to_owned();
            if !name.is_empty() && !properties.contains(&name) {
                properties.push(name);
            }
        }
        Some(Self {
            action,
            resource: change.logical_resource_id.unwrap_or_default(),
            kind: change.resource_type.unwrap_or_default(),
            physical: change.physical_resource_id.filter(|id| !id.is_empty()),
            replacement,
            properties,
        })
    }

    /// The change of a resource that is created with its stack.
    pub(crate) fn addition(resource: &str, kind: &str) -> Self {
        Self {
            action: Action::Add,
            resource: resource.to_owned(),
            kind: kind.to_owned(),
            physical: None,
            replacement: Replacement::No,
            properties: Vec::new(),
        }
    }
}
