//! cfn-lint for every template in every region that it knows, and for what each stack comes to; parliament for every
//! permission policy.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use ccwb_deploy::Stack;
use ccwb_tests::part::{cfn_lint, parliament};
use ccwb_tests::{Home, run};
use serde_json::Value;

use crate::agreed::Agreed;

/// Every region with every template takes its time.
const LIMIT: Duration = Duration::from_mins(5);

/// Rule, message, region of a finding.
#[derive(Debug, PartialEq, Eq)]
struct Finding(String, String);

fn findings(command: &mut Command) -> Vec<Finding> {
    let output = run(command, LIMIT).expect("cfn-lint ends");
    let found: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{output}"));
    let found = found.as_array().expect("cfn-lint prints a list").iter();
    found.map(|finding| Finding(text(&finding["Rule"]["Id"]), text(&finding["Message"]))).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn file_of(stack: Stack) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist-templates/cloudformation");
    folder.join(format!("{}.yaml", stack.name())).display().to_string()
}

#[test]
#[ignore = "needs cfn-lint"]
fn every_template_is_clean_in_every_region_in_which_it_can_be() {
    let home = Home::new();
    for stack in Stack::ALL {
        let file = file_of(stack);
        let Some(mut command) = cfn_lint(&home, &["-r", "ALL_REGIONS", "--", &file]) else { return };
        for Finding(rule, message) in findings(&mut command) {
            // A service that is not in a region: nothing of ours is ever deployed there.
            let (kind, region) = missing(&message).unwrap_or_else(|| panic!("{}: {rule} {message}", stack.name()));
            match stack {
                Stack::Budget => assert_ne!(stack.region(region), Ok(region), "{message}"),
                Stack::Auth => {
                    assert!(kind.starts_with("AWS::Cognito::") && region == "cn-northwest-1", "{message}");
                }
                _ => panic!("{message}"),
            }
        }
    }
}

/// `Resource type 'X' does not exist in 'region'`.
fn missing(message: &str) -> Option<(&str, &str)> {
    let (kind, region) = message.strip_prefix("Resource type '")?.split_once("' does not exist in '")?;
    Some((kind, region.strip_suffix('\'')?))
}

#[test]
#[ignore = "needs cfn-lint"]
fn a_template_with_a_mistake_is_found() {
    let home = Home::new();
    let broken = Stack::Auth.template_text().replace("!Ref PermissionsBoundary,", "!Ref PermissionBoundary,");
    let file = home.write("broken.yaml", &broken).display().to_string();
    let Some(mut command) = cfn_lint(&home, &["--", &file]) else { return };
    assert!(findings(&mut command).iter().any(|Finding(_, message)| message.contains("PermissionBoundary")));
}

#[test]
#[ignore = "needs cfn-lint"]
fn what_every_stack_comes_to_is_clean_in_its_partition() {
    // The trust policy is a text in the template: only worked out is it seen by the rules for policies.
    let home = Home::new();
    for region in ["us-east-1", "us-gov-west-1", "cn-north-1"] {
        let ours = Agreed::all().into_iter().filter(|agreed| agreed.region() == region);
        let files =
            ours.map(|agreed| home.write(format!("{}.json", agreed.name), &agreed.template()).display().to_string());
        let files: Vec<String> = files.collect();
        let mut arguments = vec!["-r", region, "--"];
        arguments.extend(files.iter().map(String::as_str));
        let Some(mut command) = cfn_lint(&home, &arguments) else { return };
        let mut found = findings(&mut command);
        // A worked-out network lies in zones with names.
        found.retain(|Finding(rule, _)| rule != "W3010");
        assert_eq!(found, [], "{region}");
    }
}

#[test]
#[ignore = "needs parliament"]
fn every_permission_policy_is_clean() {
    let home = Home::new();
    for agreed in Agreed::all() {
        for (name, policy) in agreed.of_kind("AWS::IAM::ManagedPolicy") {
            let file = home.write("policy.json", &policy["PolicyDocument"].to_string());
            let Some(mut command) = parliament(&home, &file) else { return };
            let output = run(&mut command, LIMIT).expect("parliament ends");
            for line in output.stdout.lines() {
                let finding: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{output}"));
                // It reads the types of resources that InvokeModel can name as if one policy had to name them all.
                let types = text(&finding["issue"]) == "RESOURCE_MISMATCH" && line.contains("bedrock:InvokeModel");
                assert!(types, "{}, {name}: {finding}", agreed.name);
            }
        }
    }
}

#[test]
#[ignore = "needs parliament"]
fn every_policy_of_a_role_of_telemetry_is_clean() {
    let home = Home::new();
    for agreed in Agreed::all() {
        let inline = agreed.of_kind("AWS::IAM::Role").into_iter().flat_map(|(name, role)| {
            let policies = role["Policies"].as_array().cloned().unwrap_or_default();
            policies.into_iter().map(move |policy| (name, policy))
        });
        let own = agreed.of_kind("AWS::IAM::RolePolicy").into_iter().map(|(name, policy)| (name, policy.clone()));
        for (name, policy) in inline.chain(own) {
            let file = home.write("policy.json", &policy["PolicyDocument"].to_string());
            let Some(mut command) = parliament(&home, &file) else { return };
            let output = run(&mut command, LIMIT).expect("parliament ends");
            for line in output.stdout.lines() {
                let finding: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{output}"));
                // It knows a secret by a name with six more characters, which only AWS adds; and a log group without its
                // streams.
                let types = text(&finding["issue"]) == "RESOURCE_MISMATCH";
                assert!(types, "{}, {name}: {finding}", agreed.name);
            }
        }
    }
}

#[test]
#[ignore = "needs parliament"]
fn an_action_that_does_not_exist_is_found() {
    let home = Home::new();
    let policy =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"bedrock:InvokeModle","Resource":"*"}}"#;
    let file = home.write("policy.json", policy);
    let Some(mut command) = parliament(&home, &file) else { return };
    let output = run(&mut command, LIMIT).expect("parliament ends");
    assert!(output.stdout.contains("UNKNOWN_ACTION"), "{output}");
}
