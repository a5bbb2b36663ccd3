//! A CloudFormation template: read, compared with parameters, and worked out.

mod parameter;
mod resolve;
mod yaml;

use serde_json::{Map, Value};
use thiserror::Error;

pub use parameter::{ParameterKind, ParameterSpec};
pub use resolve::{Environment, Resolved, ResolvedResource};

use crate::{ChoiceError, Parameters};

/// A parsed template.
#[derive(Clone, Debug)]
pub struct Template {
    document: Value,
    parameters: Vec<ParameterSpec>,
}

/// A template that cannot be read or worked out.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("template: {0}")]
pub struct TemplateError(pub(crate) String);

impl Template {
    /// Parses YAML with CloudFormation's short forms.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let document = yaml::to_json(text)?;
        let parameters = section(&document, "Parameters")
            .iter()
            .map(|(name, spec)| ParameterSpec::from_json(name, spec))
            .collect::<Result<_, _>>()?;
        Ok(Self { document, parameters })
    }

    /// The parameters that it takes, in the order of the template.
    pub fn parameters(&self) -> &[ParameterSpec] {
        &self.parameters
    }

    /// Names of outputs.
    pub fn outputs(&self) -> Vec<&str> {
        section(&self.document, "Outputs").keys().map(String::as_str).collect()
    }

    /// Logical names and types of resources.
    pub fn resources(&self) -> Vec<(String, String)> {
        let kind = |resource: &Value| resource["Type"].as_str().unwrap_or_default().to_owned();
        section(&self.document, "Resources").iter().map(|(name, resource)| (name.clone(), kind(resource))).collect()
    }

    /// Whether a resource outlives its stack.
    pub fn is_retained(&self, resource: &str) -> bool {
        let resource = section(&self.document, "Resources").get(resource);
        resource.is_some_and(|resource| {
            let policy = &resource["DeletionPolicy"];
            policy == "Retain" || policy == "RetainExceptOnCreate"
        })
    }

    /// Whether the template sets a property of a resource.
    #[cfg(test)]
    pub(crate) fn sets(&self, resource: &str, property: &str) -> bool {
        section(&self.document, "Resources")[resource]["Properties"].get(property).is_some()
    }

    /// The template as JSON, with these resources told to outlive their stack. Each gets a line of metadata too: AWS does not
    /// take a change of `DeletionPolicy` alone (CloudFormation User Guide, "`DeletionPolicy` attribute").
    pub fn retaining(&self, resources: &[String]) -> String {
        let mut document = self.document.clone();
        for name in resources {
            if let Some(resource) = document["Resources"].get_mut(name) {
                resource["DeletionPolicy"] = "Retain".into();
                resource["Metadata"]["Retained"] = "by ccwb destroy --retain".into();
            }
        }
        document.to_string()
    }

    /// Compares parameters with what the template takes: unknown ones, missing ones, values that it refuses.
    pub fn check(&self, parameters: &Parameters) -> Result<(), ChoiceError> {
        for (name, _) in parameters.iter() {
            if !self.parameters.iter().any(|spec| spec.name == name) {
                return Err(ChoiceError::new(name, "is no parameter of the template"));
            }
        }
        for spec in &self.parameters {
            match parameters.get(&spec.name).or(spec.default.as_deref()) {
                Some(value) => spec.check(value)?,
                None => return Err(ChoiceError::new(&spec.name, "is missing, and the template has no default for it")),
            }
        }
        Ok(())
    }
}

fn section<'a>(document: &'a Value, name: &str) -> &'a Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    document[name].as_object().unwrap_or(&NONE)
}
