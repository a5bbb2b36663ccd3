//! Plans that work.

use ccwb_sandbox::Federation;
use serde_json::{Value, json};

use crate::site::{AUTH, Site, assert_failed};

#[test]
fn a_deployment_makes_the_role_and_writes_it_back_and_the_second_one_changes_nothing() {
    let site = Site::new();
    let before = site.profile();
    let first = site.deploy().success();
    assert!(first.stdout.contains("+ BedrockRole"), "the plan comes first: {first}");
    assert!(first.stderr.contains("BedrockRole") && first.stderr.contains("created"), "progress: {first}");
    let stack = site.stack(AUTH);
    assert_eq!((stack.status.as_str(), stack.tags["Team"].as_str()), ("CREATE_COMPLETE", "platform"));
    assert_eq!(site.writes(), ["CreateChangeSet", "ExecuteChangeSet"]);
    let role = &stack.outputs["DirectSTSRoleArn"];
    assert!(role.ends_with(&stack.resources["BedrockRole"]), "{role}");
    let mut expected = before;
    expected["federated_role_arn"] = role.as_str().into();
    assert_eq!(site.profile(), expected, "the role is written back, and nothing else");

    let text = site.profile_text();
    site.sandbox.control().clear_requests();
    let second = site.deploy().success();
    assert!(second.stdout.contains("nothing had to be changed"), "{second}");
    assert_eq!(site.writes(), ["CreateChangeSet", "DeleteChangeSet"], "AWS compares, and nothing is carried out");
    assert_eq!((site.profile_text(), site.stack(AUTH).change_sets), (text, 0));
}

#[test]
fn a_change_is_shown_before_it_is_made() {
    let site = Site::new();
    site.deploy().success();
    site.set("max_session_duration", 3600.into());
    site.set("tags", json!({"Team": "security"}));
    let output = site.deploy().success();
    assert!(output.stdout.contains("~ BedrockRole") && output.stdout.contains("MaxSessionDuration"), "{output}");
    assert!(output.stdout.contains("\"43200\" → \"3600\"") && output.stdout.contains("tags change"), "{output}");
    let stack = site.stack(AUTH);
    assert_eq!((stack.status.as_str(), stack.tags["Team"].as_str()), ("UPDATE_COMPLETE", "security"));
    assert_eq!(stack.parameters["MaxSessionDuration"], "3600");

    // Another issuer needs another provider, and that is made anew.
    site.set("oidc_issuer_url", "http://127.0.0.1:1".into());
    let plan = site.ccwb(&["deploy", "--dry-run"]).success();
    assert!(plan.stdout.contains("is replaced: deleted and made anew"), "{plan}");
}

#[test]
fn looking_leaves_no_trace() {
    let site = Site::new();
    let output = site.ccwb(&["deploy", "--dry-run", "--json"]).success();
    let report = output.json();
    assert_eq!(report["stacks"][0]["action"], "create", "{report:#}");
    assert!(report["stacks"][0]["changes"].as_array().is_some_and(|changes| changes.len() >= 3), "{report:#}");
    assert_eq!(site.sandbox.control().stacks(), [""; 0]);

    let template = site.ccwb(&["deploy", "auth", "--show-template"]).success();
    assert!(template.stdout.starts_with("AWSTemplateFormatVersion"), "{template}");
}

#[test]
fn without_an_answer_nothing_is_done() {
    let site = Site::new();
    assert_failed(&site.ccwb(&["deploy"]), 2, "consent-needed");
    assert_failed(&site.ccwb(&["deploy", "--json"]), 2, "consent-needed");
    assert_eq!(site.sandbox.control().stacks(), [""; 0], "the change set is taken back");
}

#[test]
fn what_stands_on_another_stack_comes_after_it_and_takes_its_outputs() {
    let site = Site::with(&json!({
        "vpc_endpoint_enabled": true, "vpc_endpoint_vpc_id": "vpc-0a1b2c3d", "vpc_endpoint_required": true,
        "vpc_endpoint_subnet_ids": ["subnet-0a1b2c3d", "subnet-0a1b2c3e"],
        "cloudtrail_enabled": true, "budget_monthly_usd": 100, "budget_emails": ["ops@acme.example"],
        "termination_protection": true,
    }));
    assert_failed(&site.ccwb(&["deploy", "auth", "--yes"]), 3, "stack-missing");
    let output = site.ccwb(&["deploy", "--yes", "--json"]).success();
    let order: Vec<Value> =
        output.json()["stacks"].as_array().expect("a list").iter().map(|stack| stack["stack"].clone()).collect();
    assert_eq!(order, ["vpc-endpoint", "auth", "cloudtrail", "budget"]);
    let endpoint = &site.stack("acme-vpc-endpoint").outputs["BedrockRuntimeEndpointId"];
    assert_eq!(&site.stack(AUTH).parameters["AllowedVpcEndpoints"], endpoint);
    assert!(site.stack("acme-budget").protected && site.stack(AUTH).protected);
    let again = site.ccwb(&["deploy", "--yes", "--json"]).success().json();
    assert_eq!(again["changed"], false, "{again:#}");

    site.set("budget_monthly_usd", 0.into());
    let left = site.deploy().success();
    assert!(left.stdout.contains("acme-budget") && left.stdout.contains("ccwb destroy budget"), "{left}");
}

#[test]
fn a_provider_that_the_account_has_is_used_and_outlives_the_stack() {
    let site = Site::new();
    let issuer = site.sandbox.issuer().trim_start_matches("http://").to_owned();
    let arn = format!("arn:aws:iam::123456789012:oidc-provider/{issuer}");
    site.sandbox.control().put_oidc_provider(&arn, &["somebody-else"]);
    let output = site.deploy().success();
    assert!(output.stdout.contains("is there already"), "{output}");
    let client = site.sandbox.client_id().to_owned();
    assert_eq!(site.sandbox.control().oidc_providers()[&arn], ["somebody-else".to_owned(), client]);
    assert_eq!(site.stack(AUTH).parameters["ExistingOidcProviderArn"], arn);
    assert!(!site.stack(AUTH).resources.contains_key("OidcProvider"));
    assert!(site.deploy().success().stdout.contains("nothing had to be changed"));

    site.ccwb(&["destroy", "--yes"]).success();
    assert!(site.sandbox.control().oidc_providers().contains_key(&arn), "it was not ours to delete");
}

#[test]
fn a_provider_that_the_stack_made_stays_the_stack_s() {
    let site = Site::new();
    site.deploy().success();
    site.set("max_session_duration", 3600.into());
    site.deploy().success();
    assert!(site.stack(AUTH).resources.contains_key("OidcProvider"), "an update does not take it for somebody else's");
    assert_eq!(site.sandbox.control().oidc_providers().len(), 1);
}

#[test]
fn a_stack_of_the_guidance_that_owns_the_provider_is_not_updated_over_it() {
    let site = Site::new();
    let issuer = site.sandbox.issuer().replace("http://", "https://");
    let template = format!(
        "Resources:\n  GenericOIDCProvider:\n    Type: AWS::IAM::OIDCProvider\n    Properties: {{Url: '{issuer}', \
         ClientIdList: [x]}}\n"
    );
    site.sandbox.control().put_stack(AUTH, &template, [].into()).expect("a stack");
    let output = site.deploy();
    assert_failed(&output, 3, "stack-of-another-template");
    assert_eq!(site.sandbox.control().oidc_providers().len(), 1);
    site.ccwb(&["destroy", "auth", "--yes"]).success();
    site.deploy().success();
}

#[test]
fn an_account_that_is_not_the_profile_s_is_refused() {
    let site = Site::with(&json!({"aws_account_id": "999999999999"}));
    let output = site.deploy();
    assert_failed(&output, 3, "aws-account");
    assert!(output.stderr.contains("999999999999") && output.stderr.contains("123456789012"), "{output}");
    assert_eq!(site.writes(), [""; 0]);
}

#[test]
fn a_named_aws_profile_wins_over_keys_in_the_environment() {
    let mut site = Site::new();
    let admin = site.sandbox.administrator_environment();
    site.home.write(
        ".aws/credentials",
        &format!(
            "[boss]\naws_access_key_id = {}\naws_secret_access_key = {}\naws_session_token = {}\n",
            admin["AWS_ACCESS_KEY_ID"], admin["AWS_SECRET_ACCESS_KEY"], admin["AWS_SESSION_TOKEN"]
        ),
    );
    site.home.set_env("AWS_ACCESS_KEY_ID", "ASIASTALE").set_env("AWS_SESSION_TOKEN", "stale");
    assert_failed(&site.deploy(), 7, "aws-credentials-unknown");
    site.ccwb(&["deploy", "--yes", "--aws-profile", "boss"]).success();
}

#[test]
fn what_was_deployed_lets_people_in_and_does_not_let_them_deploy() {
    for (federation, key) in [(Federation::Direct, "federated_role_arn"), (Federation::Cognito, "identity_pool_id")] {
        let mut config = json!({});
        if federation == Federation::Cognito {
            config["federation_type"] = "cognito".into();
        }
        let site = Site::with(&config);
        site.deploy().success();
        let mut users = site.sandbox.config(federation, "session");
        users["ClaudeCode"][key] = site.profile()[key].clone();
        assert!(users["ClaudeCode"][key].is_string(), "{users:#}");
        site.home.write_config_value(&users);
        site.home.write_aws_profile("ClaudeCode");
        let output = site.ccwb(&["deploy", "--yes", "--aws-profile", "ClaudeCode"]);
        assert_failed(&output, 7, "aws-access-denied");
        let role = &site.stack(AUTH).resources["BedrockRole"];
        assert!(output.stderr.contains(role), "the role that was deployed is the one that people get: {output}");
    }
}
