use std::collections::BTreeMap;

use ccwb_deploy::{Environment, Parameters, Template};
use serde_json::Value;

use super::stack::Stack;
use crate::random;

/// What a template comes to for given parameters.
#[derive(Debug, Clone)]
pub(crate) struct Desired {
    pub(crate) template: String,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(super) resources: BTreeMap<String, DesiredResource>,
    pub(super) outputs: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct DesiredResource {
    pub(super) kind: String,
    pub(super) physical: String,
    pub(super) properties: Value,
    pub(super) retained: bool,
}

/// Where a stack is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) pool_id: &'a str,
}

impl Desired {
    /// The error is AWS's message.
    pub(crate) fn work_out(
        place: Place<'_>,
        stack_id: &str,
        stack_name: &str,
        template: String,
        given: BTreeMap<String, String>,
        tags: BTreeMap<String, String>,
    ) -> Result<Self, String> {
        let parsed = Template::parse(&template).map_err(|error| format!("Template format error: {error}"))?;
        let mut parameters: BTreeMap<String, String> =
            parsed.parameters().iter().filter_map(|spec| Some((spec.name.clone(), spec.default.clone()?))).collect();
        let sent: Parameters = given.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        parsed.check(&sent).map_err(|error| format!("Parameters: {error}"))?;
        parameters.extend(given);
        let environment = Environment { account: place.account.to_owned(), region: place.region.to_owned() };
        let resolved = parsed.resolve(&sent, &environment).map_err(|error| format!("Template error: {error}"))?;
        let names: Vec<Name> = resolved
            .resources
            .iter()
            .map(|(logical, resource)| {
                Name::of(place, stack_id, stack_name, logical, &resource.kind, &resource.properties)
            })
            .collect();
        let mut resources = BTreeMap::new();
        for ((logical, resource), name) in resolved.resources.iter().zip(&names) {
            let properties = named(&resource.properties, &names);
            let retained = parsed.is_retained(logical);
            let physical = name.physical.clone();
            resources.insert(
                logical.clone(),
                DesiredResource { kind: resource.kind.clone(), physical, properties, retained },
            );
        }
        let output = |value: &Value| named(value, &names).as_str().unwrap_or_default().to_owned();
        let outputs = resolved.outputs.iter().map(|(name, value)| (name.clone(), output(value))).collect();
        Ok(Self { template, parameters, tags, resources, outputs })
    }

    /// `CAPABILITY_IAM` is asked for by these.
    pub(super) fn has_iam(&self) -> bool {
        self.resources.values().any(|resource| {
            ["Role", "ManagedPolicy", "Policy", "User", "Group"]
                .iter()
                .any(|name| resource.kind == format!("AWS::IAM::{name}"))
        })
    }

    /// What a stack is now.
    pub(super) fn of(stack: &Stack) -> Self {
        let resources = stack.resources.iter().map(|(name, resource)| (name.clone(), resource.desired.clone()));
        Self {
            template: stack.template.clone(),
            parameters: stack.parameters.clone(),
            tags: stack.tags.clone(),
            resources: resources.collect(),
            outputs: stack.outputs.clone(),
        }
    }
}

/// The name that CloudFormation makes, and the stand-in that stood for it while the template was worked out.
struct Name {
    logical: String,
    stand_in: Option<String>,
    replacement: String,
    physical: String,
}

impl Name {
    fn of(place: Place<'_>, stack_id: &str, stack: &str, logical: &str, kind: &str, properties: &Value) -> Self {
        let end = random::hex_of(&format!("{stack_id} {logical}"), 12).to_ascii_uppercase();
        let (account, region) = (place.account, place.region);
        // IAM's names have 64 characters at most.
        let head: String = format!("{stack}-{logical}").chars().take(51).collect();
        let made = format!("{head}-{end}");
        let (stand_in, physical) = match kind {
            "AWS::IAM::Role" => (Some(format!(":role/{logical}")), made),
            "AWS::IAM::ManagedPolicy" => {
                (Some(format!(":policy/{logical}")), format!("arn:aws:iam::{account}:policy/{made}"))
            }
            "AWS::IAM::OIDCProvider" => {
                let url = properties["Url"].as_str().unwrap_or_default().trim_start_matches("https://");
                (None, format!("arn:aws:iam::{account}:oidc-provider/{url}"))
            }
            "AWS::Cognito::IdentityPool" => {
                (Some(format!("{region}:00000000-0000-4000-8000-000000000000")), place.pool_id.to_owned())
            }
            "AWS::S3::Bucket" => (Some(format!(":s3:::{}", logical.to_lowercase())), made.to_lowercase()),
            "AWS::EC2::VPCEndpoint" => {
                (Some("vpce-0123456789abcdef0".to_owned()), format!("vpce-{}", end.to_ascii_lowercase()))
            }
            _ => (None, made),
        };
        let replacement = match kind {
            "AWS::IAM::Role" => format!(":role/{physical}"),
            "AWS::IAM::ManagedPolicy" => format!(":policy/{}", physical.rsplit('/').next().unwrap_or_default()),
            "AWS::S3::Bucket" => format!(":s3:::{physical}"),
            _ => physical.clone(),
        };
        Self { logical: logical.to_owned(), stand_in, replacement, physical }
    }
}

/// The value with every stand-in replaced.
fn named(value: &Value, names: &[Name]) -> Value {
    match value {
        Value::String(text) => {
            // A bucket's stand-in is in lower case.
            if let Some(name) = names.iter().find(|name| name.logical.eq_ignore_ascii_case(text)) {
                return Value::String(name.physical.clone());
            }
            let replace = |text: String, name: &Name| match &name.stand_in {
                Some(stand_in) if text.ends_with(stand_in) || text.contains(&format!("{stand_in}/")) => {
                    text.replace(stand_in, &name.replacement)
                }
                _ => text,
            };
            Value::String(names.iter().fold(text.clone(), replace))
        }
        Value::Array(items) => items.iter().map(|item| named(item, names)).collect(),
        Value::Object(object) => {
            Value::Object(object.iter().map(|(key, item)| (key.clone(), named(item, names))).collect())
        }
        other => other.clone(),
    }
}
