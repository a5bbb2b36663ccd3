//! The same policies for those who deploy by hand, with CloudFormation and with Terraform.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

/// How policies are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// As IAM takes it.
    Json,
    /// A template, in JSON.
    CloudFormation,
    /// HCL.
    Terraform,
}

/// A policy with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    /// Letters, digits, `-`, `_` and `.`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it is.
    pub purpose: Purpose,
    /// The document.
    pub document: Value,
}

/// What a policy is, and whom it is attached to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Permissions.
    Permissions {
        /// Names of users who get it.
        users: Vec<String>,
        /// Names of roles that get it.
        roles: Vec<String>,
    },
    /// The trust policy of a role of that name.
    Trust,
    /// A service control policy.
    ServiceControl,
}

/// Writes them. Several as JSON become one object, each document under its name.
pub fn render(policies: &[Printed], format: Format) -> String {
    match (format, policies) {
        (Format::Json, [one]) => format!("{:#}\n", one.document),
        (Format::Json, all) => {
            let all: Map<String, Value> = all.iter().map(|one| (one.name.clone(), one.document.clone())).collect();
            format!("{:#}\n", Value::Object(all))
        }
        (Format::CloudFormation, all) => {
            let resources: Map<String, Value> =
                all.iter().map(|one| (logical_name(&one.name), resource(one))).collect();
            let template = json!({
                "AWSTemplateFormatVersion": "2010-09-09",
                "Description": "Claude on Amazon Bedrock: who may call which models",
                "Resources": resources,
            });
            format!("{template:#}\n")
        }
        (Format::Terraform, all) => all.iter().map(hcl).collect::<Vec<_>>().join("\n"),
    }
}

fn resource(one: &Printed) -> Value {
    match &one.purpose {
        Purpose::Permissions { users, roles } => {
            let mut properties = json!({"Description": one.description, "PolicyDocument": one.document});
            for (key, names) in [("Users", users), ("Roles", roles)] {
                if !names.is_empty() {
                    properties[key] = json!(names);
                }
            }
            json!({"Type": "AWS::IAM::ManagedPolicy", "Properties": properties})
        }
        Purpose::Trust => json!({
            "Type": "AWS::IAM::Role",
            "Properties": {"Description": one.description, "RoleName": one.name, "AssumeRolePolicyDocument": one.document},
        }),
        Purpose::ServiceControl => json!({
            "Type": "AWS::Organizations::Policy",
            "Properties": {
                "Name": one.name, "Description": one.description, "Type": "SERVICE_CONTROL_POLICY", "Content": one.document,
            },
        }),
    }
}

fn hcl(one: &Printed) -> String {
    let name = one.name.replace('.', "_");
    let label = if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name };
    let document = format!("jsonencode({})", indented(&one.document));
    let (kind, key, more) = match &one.purpose {
        Purpose::Permissions { .. } => ("aws_iam_policy", "policy", ""),
        Purpose::Trust => ("aws_iam_role", "assume_role_policy", ""),
        Purpose::ServiceControl => {
            ("aws_organizations_policy", "content", "  type        = \"SERVICE_CONTROL_POLICY\"\n")
        }
    };
    let mut text = format!(
        "resource \"{kind}\" \"{label}\" {{\n  name        = {}\n  description = {}\n{more}  {key} = {document}\n}}\n",
        quoted(&one.name),
        quoted(&one.description),
    );
    if let Purpose::Permissions { users, roles } = &one.purpose {
        for (what, names) in [("user", users), ("role", roles)] {
            for (i, attached) in names.iter().enumerate() {
                let _ = write!(
                    text,
                    "\nresource \"aws_iam_{what}_policy_attachment\" \"{label}_{what}_{}\" {{\n  {what}       = {}\n  \
                     policy_arn = {kind}.{label}.arn\n}}\n",
                    i + 1,
                    quoted(attached),
                );
            }
        }
    }
    text
}

/// JSON is an expression of HCL too, but for the start of a template in a text.
fn indented(document: &Value) -> String {
    escaped(&format!("{document:#}")).replace('\n', "\n  ")
}

fn quoted(text: &str) -> String {
    escaped(&Value::from(text).to_string())
}

fn escaped(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

/// Letters and digits only.
fn logical_name(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(purpose: Purpose) -> Printed {
        Printed {
            name: "claude-code-2".to_owned(),
            description: "Calls of ${models}".to_owned(),
            purpose,
            document: json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "a:B", "Resource": "*"}]}),
        }
    }

    #[test]
    fn terraform_gets_the_document_as_an_expression_and_no_templates() {
        let one = printed(Purpose::Permissions { users: vec!["alice".to_owned()], roles: vec!["ci".to_owned()] });
        let text = render(std::slice::from_ref(&one), Format::Terraform);
        assert!(text.contains("description = \"Calls of $${models}\""), "{text}");
        let (_, rest) = text.split_once("jsonencode(").unwrap();
        let (json, _) = rest.split_once(")\n}").unwrap();
        assert_eq!(serde_json::from_str::<Value>(json).unwrap(), one.document);
        assert!(text.contains("resource \"aws_iam_user_policy_attachment\" \"claude-code-2_user_1\""), "{text}");
        assert!(text.contains("policy_arn = aws_iam_policy.claude-code-2.arn"), "{text}");
    }

    #[test]
    fn cloudformation_gets_a_template() {
        for (purpose, kind, place) in [
            (
                Purpose::Permissions { users: Vec::new(), roles: vec!["ci".to_owned()] },
                "AWS::IAM::ManagedPolicy",
                "PolicyDocument",
            ),
            (Purpose::Trust, "AWS::IAM::Role", "AssumeRolePolicyDocument"),
            (Purpose::ServiceControl, "AWS::Organizations::Policy", "Content"),
        ] {
            let one = printed(purpose);
            let template: Value =
                serde_json::from_str(&render(std::slice::from_ref(&one), Format::CloudFormation)).unwrap();
            let resource = &template["Resources"]["ClaudeCode2"];
            assert_eq!(resource["Type"], kind);
            assert_eq!(resource["Properties"][place], one.document);
            assert!(resource["Properties"].get("Users").is_none());
        }
    }

    #[test]
    fn one_document_is_printed_as_iam_takes_it_and_several_under_their_names() {
        let one = printed(Purpose::Trust);
        let two = Printed { name: "other".to_owned(), ..one.clone() };
        let parse = |text: String| serde_json::from_str::<Value>(&text).unwrap();
        assert_eq!(parse(render(std::slice::from_ref(&one), Format::Json)), one.document);
        assert_eq!(parse(render(&[one.clone(), two], Format::Json))["other"], one.document);
    }
}
