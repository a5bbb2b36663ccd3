//! Every parameter that the code passes exists in the template, and the reverse.

use std::collections::BTreeSet;

use ccwb_deploy::{BudgetChoices, CloudTrailChoices, Parameters, Stack, VpcEndpointChoices};

use crate::choices::every;
use crate::monitoring;

pub(crate) fn vpc_endpoint() -> VpcEndpointChoices {
    VpcEndpointChoices {
        vpc_id: "vpc-0123456789abcdef0".to_owned(),
        subnet_ids: vec!["subnet-0123456789abcdef0".to_owned(), "subnet-0123456789abcdef1".to_owned()],
        client_cidr: "10.0.0.0/16".to_owned(),
        bedrock_control: true,
        sts: true,
        cognito_identity: true,
        private_dns: true,
    }
}

pub(crate) fn cloudtrail() -> CloudTrailChoices {
    CloudTrailChoices { retention_days: 365, all_regions: true, bedrock_data_events: true }
}

pub(crate) fn budget() -> BudgetChoices {
    BudgetChoices {
        monthly_limit_usd: 5_000,
        emails: vec!["finance@company.com".to_owned(), "cloud@company.com".to_owned()],
        actual_percent: 80,
        forecast_percent: 100,
        services: BudgetChoices::services_of(&ccwb_bedrock::Catalogue::bundled().models[..2]),
        cost_tag: Some(("Project".to_owned(), "claude-code".to_owned())),
    }
}

fn assert_complete(stack: Stack, parameters: &Parameters) {
    let passed: BTreeSet<&str> = parameters.iter().map(|(name, _)| name).collect();
    let taken: BTreeSet<&str> = stack.template().parameters().iter().map(|spec| spec.name.as_str()).collect();
    assert_eq!(passed, taken, "{}", stack.name());
}

#[test]
fn every_parameter_that_is_passed_exists_and_every_one_that_exists_is_passed() {
    for (_, choices) in every() {
        assert_complete(Stack::Auth, &choices.parameters().unwrap());
    }
    assert_complete(Stack::VpcEndpoint, &vpc_endpoint().parameters().unwrap());
    assert_complete(Stack::CloudTrail, &cloudtrail().parameters().unwrap());
    assert_complete(Stack::Budget, &budget().parameters().unwrap());
    for (_, stack, parameters) in monitoring::every("us-east-1") {
        assert_complete(stack, &parameters);
    }
}

#[test]
fn every_parameter_says_what_it_is_for() {
    for stack in Stack::ALL {
        for spec in stack.template().parameters() {
            assert!(
                spec.description.len() > 10 && spec.description.ends_with('.'),
                "{}: {}",
                spec.name,
                spec.description
            );
        }
    }
}

#[test]
fn a_parameter_that_the_template_does_not_know_is_refused() {
    let mut parameters = cloudtrail().parameters().unwrap();
    parameters.set("RetentionDay", "1");
    assert_eq!(Stack::CloudTrail.template().check(&parameters).unwrap_err().choice, "RetentionDay");
    let missing = Parameters::from_iter([("Email", "a@b.example")]);
    assert_eq!(Stack::Budget.template().check(&missing).unwrap_err().choice, "MonthlyLimitUsd");
}

#[test]
fn outputs_that_config_json_needs_have_the_guidances_names() {
    let outputs = Stack::Auth.template().outputs();
    for name in [
        "FederationType",
        "FederatedRoleArn",
        "DirectSTSRoleArn",
        "BedrockRoleArn",
        "IdentityPoolId",
        "OIDCProviderArn",
        "BedrockPolicyArn",
    ] {
        assert!(outputs.contains(&name), "{name}");
    }
}

#[test]
fn choices_that_cannot_be_deployed_are_named() {
    let named = |error: ccwb_deploy::ChoiceError| error.choice;
    let vpc = vpc_endpoint();
    assert_eq!(named(VpcEndpointChoices { vpc_id: "vpc-".into(), ..vpc.clone() }.parameters().unwrap_err()), "vpc_id");
    assert_eq!(named(VpcEndpointChoices { subnet_ids: vec![], ..vpc.clone() }.parameters().unwrap_err()), "subnet_ids");
    assert_eq!(named(VpcEndpointChoices { client_cidr: "all".into(), ..vpc }.parameters().unwrap_err()), "ClientCidr");
    assert_eq!(
        named(CloudTrailChoices { retention_days: 0, ..cloudtrail() }.parameters().unwrap_err()),
        "RetentionDays"
    );
    assert_eq!(named(BudgetChoices { emails: vec![], ..budget() }.parameters().unwrap_err()), "emails");
    assert_eq!(named(BudgetChoices { emails: vec!["nobody".into()], ..budget() }.parameters().unwrap_err()), "Email");
    assert_eq!(named(BudgetChoices { monthly_limit_usd: 0, ..budget() }.parameters().unwrap_err()), "MonthlyLimitUsd");
}
