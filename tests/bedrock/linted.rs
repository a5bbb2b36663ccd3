//! parliament for every permission policy that is printed, cfn-lint for every template.

use ccwb_tests::Home;
use ccwb_tests::part::{cfn_lint, parliament};
use ccwb_tests::run;
use serde_json::Value;

use crate::{LIMIT, line};

/// Every kind of policy, at every level, in both partitions that have Claude.
const PRINTED: &[&str] = &[
    "print --level minimal --model sonnet --region us-east-1 --account 123456789012",
    "print --model sonnet,opus,haiku --region us-east-1,eu-west-1 --account 123456789012",
    "print --model haiku --region mx-central-1 --prefix global --account 123456789012",
    "print --model opus --region us-gov-west-1 --account 123456789012",
    "print --level restrictive --model sonnet --region eu-west-1 --account 123456789012 --source-ip 198.51.100.0/24 \
     --vpc-endpoint vpce-0a1b2c3d --not-before 2026-12-01T00:00:00Z --not-after 2026-12-31T00:00:00Z",
    "print --hipaa --model sonnet-4-5 --region us-east-1,us-west-2 --account 123456789012",
    "print --team data=haiku@us-east-1 --principal-tag Team --account 123456789012",
    "scp --model sonnet,haiku --region eu-west-1",
];

/// parliament knows policies with resources only.
const TRUST: &[&str] = &[
    "trust --github acme/app --branch main --account 123456789012",
    "trust --issuer https://acme.okta.com --client-id 0oa1 --account 123456789012",
];

#[test]
#[ignore = "needs parliament"]
fn every_policy_that_is_printed_is_clean() {
    let home = Home::new();
    for arguments in PRINTED {
        let printed = line(&home, &format!("policy {arguments}")).success();
        let file = home.write("policy.json", &printed.stdout);
        let Some(mut command) = parliament(&home, &file) else { return };
        let output = run(&mut command, LIMIT).expect("parliament ends");
        for finding in output.stdout.lines() {
            let parsed: Value = serde_json::from_str(finding).unwrap_or_else(|_| panic!("{output}"));
            // It reads the types of resources that InvokeModel can name as if one policy had to name them all.
            let types = parsed["issue"] == "RESOURCE_MISMATCH" && finding.contains("bedrock:InvokeModel");
            // It does not know this global key: IAM User Guide, "AWS global condition context keys".
            let key = parsed["issue"] == "UNKNOWN_CONDITION_FOR_ACTION" && finding.contains("aws:ViaAWSService");
            assert!(types || key, "{arguments}: {parsed}");
        }
    }
}

#[test]
#[ignore = "needs cfn-lint"]
fn every_template_that_is_printed_is_clean() {
    let home = Home::new();
    for arguments in PRINTED.iter().chain(TRUST) {
        let printed = line(&home, &format!("policy {arguments} --format cloudformation")).success();
        let file = home.write("template.json", &printed.stdout).display().to_string();
        let region = if arguments.contains("us-gov") { "us-gov-west-1" } else { "us-east-1" };
        let Some(mut command) = cfn_lint(&home, &["-r", region, "--", &file]) else { return };
        let output = run(&mut command, LIMIT).expect("cfn-lint ends");
        assert_eq!(output.stdout.trim(), "[]", "{arguments}: {output}");
    }
}
