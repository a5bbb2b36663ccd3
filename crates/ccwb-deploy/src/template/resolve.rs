//! What a template comes to for given parameters. What only exists after deployment (an ARN, a pool's id) is a stand-in of
//! the same form.

use std::collections::BTreeMap;

use ccwb_bedrock::Partition;
use serde_json::{Map, Value, json};

use super::{ParameterKind, Template, TemplateError, section};
use crate::Parameters;

/// Where a stack lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Twelve digits.
    pub account: String,
    /// Such as `us-east-1`.
    pub region: String,
}

/// A template, worked out: no functions, no conditions, only what will be there.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// Resources by logical name.
    pub resources: BTreeMap<String, ResolvedResource>,
    /// Outputs by name.
    pub outputs: BTreeMap<String, Value>,
}

/// A resource that will be there.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedResource {
    /// Such as `AWS::IAM::Role`.
    pub kind: String,
    /// Its properties. A policy that was written as a text is an object here, as IAM stores it.
    pub properties: Value,
}

impl Resolved {
    /// As JSON, in a stable order.
    pub fn to_json(&self) -> Value {
        let resources: Map<String, Value> = self
            .resources
            .iter()
            .map(|(name, resource)| (name.clone(), json!({"Type": resource.kind, "Properties": resource.properties})))
            .collect();
        json!({"Resources": resources, "Outputs": self.outputs})
    }

    /// The properties of resources of one type.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.resources.values().filter(move |resource| resource.kind == kind).map(|resource| &resource.properties)
    }
}

impl Template {
    /// Works the template out. The parameters are taken as they are: [`Template::check`] comes first.
    pub fn resolve(&self, parameters: &Parameters, environment: &Environment) -> Result<Resolved, TemplateError> {
        let worker = Worker { template: self, parameters, environment };
        let mut resources = BTreeMap::new();
        for (name, resource) in section(&self.document, "Resources") {
            if !worker.wanted(resource)? {
                continue;
            }
            let mut properties = worker.value(&resource["Properties"])?.unwrap_or_default();
            if properties.is_null() {
                properties = json!({});
            }
            policies_as_objects(&mut properties)?;
            let kind = resource["Type"].as_str().unwrap_or_default().to_owned();
            resources.insert(name.clone(), ResolvedResource { kind, properties });
        }
        let mut outputs = BTreeMap::new();
        for (name, output) in section(&self.document, "Outputs") {
            if worker.wanted(output)? {
                outputs.insert(name.clone(), worker.value(&output["Value"])?.unwrap_or(Value::Null));
            }
        }
        Ok(Resolved { resources, outputs })
    }
}

struct Worker<'a> {
    template: &'a Template,
    parameters: &'a Parameters,
    environment: &'a Environment,
}

impl Worker<'_> {
    fn wanted(&self, item: &Value) -> Result<bool, TemplateError> {
        item["Condition"].as_str().map_or(Ok(true), |name| self.condition(name))
    }

    /// `None` is `AWS::NoValue`: the property or item is left out.
    fn value(&self, value: &Value) -> Result<Option<Value>, TemplateError> {
        Ok(match value {
            Value::Array(items) => {
                let mut all = Vec::new();
                for item in items {
                    all.extend(self.value(item)?);
                }
                Some(Value::Array(all))
            }
            Value::Object(object) => match function(object) {
                Some((name, argument)) => self.call(name, argument)?,
                None => {
                    let mut all = Map::new();
                    for (key, value) in object {
                        if let Some(value) = self.value(value)? {
                            all.insert(key.clone(), value);
                        }
                    }
                    Some(Value::Object(all))
                }
            },
            plain => Some(plain.clone()),
        })
    }

    fn call(&self, name: &str, argument: &Value) -> Result<Option<Value>, TemplateError> {
        let bad = || TemplateError(format!("{name} cannot take {argument}"));
        let items = || argument.as_array().map(Vec::as_slice).ok_or_else(bad);
        Ok(Some(match name {
            "Ref" => return self.reference(argument.as_str().ok_or_else(bad)?),
            "Fn::GetAtt" => match items()? {
                [Value::String(resource), Value::String(attribute)] => self.attribute(resource, attribute)?,
                _ => return Err(bad()),
            },
            "Fn::If" => match items()? {
                [Value::String(condition), yes, no] => {
                    return self.value(if self.condition(condition)? { yes } else { no });
                }
                _ => return Err(bad()),
            },
            "Fn::Sub" => match argument {
                Value::String(text) => self.substitute(text, &Map::new())?,
                Value::Array(parts) => match parts.as_slice() {
                    [Value::String(text), Value::Object(own)] => self.substitute(text, own)?,
                    _ => return Err(bad()),
                },
                _ => return Err(bad()),
            },
            "Fn::Join" => match items()? {
                [Value::String(between), list] => {
                    let list = self.value(list)?.ok_or_else(bad)?;
                    let texts: Option<Vec<&str>> = list.as_array().ok_or_else(bad)?.iter().map(Value::as_str).collect();
                    Value::String(texts.ok_or_else(bad)?.join(between))
                }
                _ => return Err(bad()),
            },
            "Fn::Select" => match items()? {
                [index, list] => {
                    let position = index.as_u64().or_else(|| index.as_str()?.parse().ok()).ok_or_else(bad)?;
                    let list = self.value(list)?.ok_or_else(bad)?;
                    let items = list.as_array().ok_or_else(bad)?;
                    usize::try_from(position).ok().and_then(|position| items.get(position)).cloned().ok_or_else(bad)?
                }
                _ => return Err(bad()),
            },
            // Two zones: what every region has.
            "Fn::GetAZs" => ["a", "b"].map(|zone| format!("{}{zone}", self.environment.region)).into_iter().collect(),
            "Fn::Equals" | "Fn::Not" | "Fn::And" | "Fn::Or" | "Condition" => {
                Value::Bool(self.truth(&json!({name: argument}))?)
            }
            _ => return Err(TemplateError(format!("{name} is not known here"))),
        }))
    }

    fn reference(&self, name: &str) -> Result<Option<Value>, TemplateError> {
        let partition = Partition::of_region(&self.environment.region);
        Ok(Some(Value::String(match name {
            "AWS::NoValue" => return Ok(None),
            "AWS::AccountId" => self.environment.account.clone(),
            "AWS::Region" => self.environment.region.clone(),
            "AWS::Partition" => partition.name().to_owned(),
            "AWS::StackName" => "ccwb-stack".to_owned(),
            "AWS::URLSuffix" => partition.url_suffix().to_owned(),
            name => match self.template.parameters.iter().find(|spec| spec.name == name) {
                Some(spec) => {
                    let value = self.parameters.get(name).or(spec.default.as_deref());
                    let value = value.ok_or_else(|| TemplateError(format!("the parameter {name} is missing")))?;
                    if spec.kind == ParameterKind::List {
                        return Ok(Some(value.split(',').map(str::trim).collect()));
                    }
                    value.to_owned()
                }
                None => self.physical_id(name)?,
            },
        })))
    }

    /// `${Name}`, `${Name.Attribute}`, and `${!literal}`.
    fn substitute(&self, text: &str, own: &Map<String, Value>) -> Result<Value, TemplateError> {
        let (mut out, mut rest) = (String::new(), text);
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) =
                after.split_once('}').ok_or_else(|| TemplateError(format!("no end of ${{ in {text}")))?;
            out.push_str(before);
            rest = after;
            let value = match (name.strip_prefix('!'), own.get(name), name.split_once('.')) {
                (Some(literal), ..) => Value::String(format!("${{{literal}}}")),
                (_, Some(value), _) => self.value(value)?.unwrap_or_default(),
                (_, None, Some((resource, attribute))) => self.attribute(resource, attribute)?,
                (_, None, None) => self.reference(name)?.unwrap_or_default(),
            };
            match value {
                Value::String(text) => out.push_str(&text),
                Value::Number(number) => out.push_str(&number.to_string()),
                other => return Err(TemplateError(format!("${{{name}}} is {other} and no text"))),
            }
        }
        out.push_str(rest);
        Ok(Value::String(out))
    }

    fn condition(&self, name: &str) -> Result<bool, TemplateError> {
        let conditions = section(&self.template.document, "Conditions");
        self.truth(conditions.get(name).ok_or_else(|| TemplateError(format!("there is no condition {name}")))?)
    }

    fn truth(&self, value: &Value) -> Result<bool, TemplateError> {
        let bad = || TemplateError(format!("{value} is no condition"));
        let (name, argument) = value.as_object().and_then(function).ok_or_else(bad)?;
        let all =
            || argument.as_array().ok_or_else(bad)?.iter().map(|item| self.truth(item)).collect::<Result<Vec<_>, _>>();
        Ok(match (name, argument) {
            ("Condition", Value::String(name)) => self.condition(name)?,
            ("Fn::Equals", Value::Array(sides)) if sides.len() == 2 => {
                self.value(&sides[0])? == self.value(&sides[1])?
            }
            ("Fn::Not", _) => !all()?.first().copied().ok_or_else(bad)?,
            ("Fn::And", _) => all()?.into_iter().all(|truth| truth),
            ("Fn::Or", _) => all()?.into_iter().any(|truth| truth),
            _ => return Err(bad()),
        })
    }

    /// What `Ref` gives for a resource.
    fn physical_id(&self, name: &str) -> Result<String, TemplateError> {
        let resource = self.resource(name)?;
        let Environment { account, region } = self.environment;
        let partition = Partition::of_region(region);
        Ok(match resource["Type"].as_str().unwrap_or_default() {
            "AWS::IAM::OIDCProvider" => {
                let url = self.value(&resource["Properties"]["Url"])?.unwrap_or_default();
                let issuer = url.as_str().unwrap_or_default().trim_start_matches("https://").to_owned();
                format!("arn:{partition}:iam::{account}:oidc-provider/{issuer}")
            }
            "AWS::IAM::ManagedPolicy" => format!("arn:{partition}:iam::{account}:policy/{name}"),
            "AWS::Cognito::IdentityPool" => format!("{region}:00000000-0000-4000-8000-000000000000"),
            "AWS::EC2::VPCEndpoint" => "vpce-0123456789abcdef0".to_owned(),
            "AWS::EC2::SecurityGroup" => "sg-0123456789abcdef0".to_owned(),
            "AWS::EC2::VPC" => hexadecimal("vpc", name),
            "AWS::EC2::Subnet" => hexadecimal("subnet", name),
            "AWS::EC2::RouteTable" => hexadecimal("rtb", name),
            "AWS::EC2::InternetGateway" => hexadecimal("igw", name),
            "AWS::EC2::NatGateway" => hexadecimal("nat", name),
            "AWS::S3::Bucket" => name.to_lowercase(),
            "AWS::SNS::Topic" => format!("arn:{partition}:sns:{region}:{account}:{name}"),
            "AWS::SecretsManager::Secret" => format!("arn:{partition}:secretsmanager:{region}:{account}:secret:{name}"),
            "AWS::CertificateManager::Certificate" => {
                format!("arn:{partition}:acm:{region}:{account}:certificate/00000000-0000-4000-8000-000000000000")
            }
            "AWS::ElasticLoadBalancingV2::LoadBalancer" => {
                balancing(partition, self.environment, "loadbalancer/app", name)
            }
            "AWS::ElasticLoadBalancingV2::TargetGroup" => balancing(partition, self.environment, "targetgroup", name),
            "AWS::ElasticLoadBalancingV2::Listener" => balancing(partition, self.environment, "listener/app", name),
            "AWS::Glue::Database" => {
                let named = self.value(&resource["Properties"]["DatabaseInput"]["Name"])?;
                named.as_ref().and_then(Value::as_str).unwrap_or(name).to_owned()
            }
            "AWS::Glue::Table" => {
                let named = self.value(&resource["Properties"]["TableInput"]["Name"])?;
                named.as_ref().and_then(Value::as_str).unwrap_or(name).to_owned()
            }
            "AWS::Athena::WorkGroup" => {
                let named = self.value(&resource["Properties"]["Name"])?;
                named.as_ref().and_then(Value::as_str).unwrap_or(name).to_owned()
            }
            _ => name.to_owned(),
        })
    }

    fn attribute(&self, name: &str, attribute: &str) -> Result<Value, TemplateError> {
        let kind = self.resource(name)?["Type"].as_str().unwrap_or_default().to_owned();
        let Environment { account, region } = self.environment;
        let partition = Partition::of_region(region);
        Ok(Value::String(match (kind.as_str(), attribute) {
            ("AWS::IAM::Role", "Arn") => format!("arn:{partition}:iam::{account}:role/{name}"),
            ("AWS::S3::Bucket", "Arn") => format!("arn:{partition}:s3:::{}", name.to_lowercase()),
            ("AWS::KMS::Key", "Arn") => {
                format!("arn:{partition}:kms:{region}:{account}:key/00000000-0000-4000-8000-000000000000")
            }
            ("AWS::Logs::LogGroup", "Arn") => format!("arn:{partition}:logs:{region}:{account}:log-group:{name}:*"),
            ("AWS::KinesisFirehose::DeliveryStream", "Arn") => {
                format!("arn:{partition}:firehose:{region}:{account}:deliverystream/{name}")
            }
            ("AWS::EC2::EIP", "AllocationId") => "eipalloc-0123456789abcdef0".to_owned(),
            ("AWS::ECS::Service", "Name") => name.to_owned(),
            ("AWS::ElasticLoadBalancingV2::LoadBalancer", "DNSName") => {
                format!("{}.{region}.elb.{}", name.to_lowercase(), partition.url_suffix())
            }
            ("AWS::ElasticLoadBalancingV2::LoadBalancer", "CanonicalHostedZoneID") => "Z00000000000000".to_owned(),
            ("AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerFullName") => {
                format!("app/{name}/0123456789abcdef")
            }
            ("AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroupFullName") => {
                format!("targetgroup/{name}/0123456789abcdef")
            }
            ("AWS::CloudTrail::Trail", "Arn") => format!("arn:{partition}:cloudtrail:{region}:{account}:trail/{name}"),
            _ => return Err(TemplateError(format!("{name}.{attribute} is not known here"))),
        }))
    }

    /// A resource that will be there: a reference to any other would fail at deployment.
    fn resource(&self, name: &str) -> Result<&Value, TemplateError> {
        let resource = section(&self.template.document, "Resources").get(name);
        match resource {
            Some(resource) if self.wanted(resource)? => Ok(resource),
            Some(_) => Err(TemplateError(format!("{name} is referred to, but its condition is false"))),
            None => Err(TemplateError(format!("there is no {name}"))),
        }
    }
}

/// An id as EC2 gives them, of its own for each name (FNV-1a).
fn hexadecimal(prefix: &str, name: &str) -> String {
    let digest = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{prefix}-0{digest:016x}")
}

fn balancing(partition: Partition, environment: &Environment, kind: &str, name: &str) -> String {
    let Environment { account, region } = environment;
    format!("arn:{partition}:elasticloadbalancing:{region}:{account}:{kind}/{name}/0123456789abcdef")
}

fn function(object: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = object.iter().next().filter(|_| object.len() == 1)?;
    let known = name == "Ref" || name == "Condition" && argument.is_string() || name.starts_with("Fn::");
    known.then_some((name.as_str(), argument))
}

fn policies_as_objects(properties: &mut Value) -> Result<(), TemplateError> {
    for key in ["AssumeRolePolicyDocument", "PolicyDocument", "KeyPolicy"] {
        if let Some(Value::String(text)) = properties.get(key) {
            properties[key] =
                serde_json::from_str(text).map_err(|error| TemplateError(format!("{key}: {error}: {text}")))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str) -> Result<Resolved, TemplateError> {
        let environment = Environment { account: "123456789012".into(), region: "cn-north-1".into() };
        Template::parse(text)?.resolve(&Parameters::from_iter([("P", "p"), ("L", "a, b")]), &environment)
    }

    const HEAD: &str = "Parameters:\n  P: {Type: String}\n  L: {Type: CommaDelimitedList}\n  D: {Type: Number, Default: 7}\n\
        Conditions:\n  Yes: !Equals [!Ref P, p]\n  No: !Not [!Condition Yes]\n  Both: !And [!Condition Yes, !Condition No]\n\
        Resources:\n  R: {Type: 'AWS::IAM::Role'}\n  Gone: {Type: X, Condition: No}\nOutputs:\n  O: {Value: ";

    #[test]
    fn functions_come_to_what_cloudformation_makes_of_them() {
        for (text, expected) in [
            ("!Ref P", json!("p")),
            ("!Ref L", json!(["a", "b"])),
            ("!Ref D", json!("7")),
            ("!Join ['-', !Ref L]", json!("a-b")),
            ("!If [Yes, [1, !Ref AWS::NoValue], 2]", json!([1])),
            ("!If [Both, 1, {a: !Ref AWS::NoValue, b: !Ref AWS::URLSuffix}]", json!({"b": "amazonaws.com.cn"})),
            ("!Sub 'arn:${AWS::Partition}:${P}:${!x}:${D}'", json!("arn:aws-cn:p:${x}:7")),
            ("!Select [1, !Ref L]", json!("b")),
            ("!Select [0, !GetAZs '']", json!("cn-north-1a")),
            ("!Sub ['${A}/${R.Arn}', {A: !Join [',', !Ref L]}]", json!("a,b/arn:aws-cn:iam::123456789012:role/R")),
        ] {
            let resolved = resolve(&format!("{HEAD}{text}}}")).unwrap();
            assert_eq!(resolved.outputs["O"], expected, "{text}");
            assert!(!resolved.resources.contains_key("Gone"));
        }
    }

    #[test]
    fn what_would_fail_at_deployment_fails_here() {
        for text in [
            "!Ref Gone",
            "!Ref Nothing",
            "!Select [2, !Ref L]",
            "!If [Nothing, 1, 2]",
            "!Sub '${L}'",
            "!Sub '${R.Colour}'",
            "!Cidr [a]",
        ] {
            assert!(resolve(&format!("{HEAD}{text}}}")).is_err(), "{text}");
        }
    }
}
