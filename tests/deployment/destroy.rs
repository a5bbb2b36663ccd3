//! Back to nothing.

use serde_json::json;

use crate::site::{AUTH, Site, assert_failed};

#[test]
fn destroying_leaves_no_stack_and_no_output_and_everything_can_be_deployed_again() {
    let site = Site::with(&json!({"budget_monthly_usd": 5, "budget_emails": ["a@b.example"]}));
    let before = site.profile();
    site.deploy().success();
    assert_failed(&site.ccwb(&["destroy"]), 2, "consent-needed");
    let output = site.ccwb(&["destroy", "--yes"]).success();
    assert!(output.stdout.contains("acme-stack is gone"), "{output}");
    assert_eq!(site.sandbox.control().stacks(), [""; 0]);
    assert!(site.sandbox.control().oidc_providers().is_empty());
    let mut expected = before;
    expected.as_object_mut().expect("an object").remove("federated_role_arn");
    assert_eq!(site.profile(), expected);

    let again = site.ccwb(&["destroy", "--yes"]).success();
    assert!(again.stdout.contains("There is no stack of this profile"), "{again}");
    site.deploy().success();
    assert_eq!(site.stack(AUTH).status, "CREATE_COMPLETE");
}

#[test]
fn what_stays_is_listed_with_its_arn_and_the_commands_that_remove_it() {
    let site = Site::with(&json!({"cloudtrail_enabled": true}));
    site.deploy().success();
    let bucket = site.stack("acme-audit").resources["TrailBucket"].clone();
    site.sandbox.control().put_objects(&bucket, &["log-1", "log-2"]);
    let output = site.ccwb(&["destroy", "--yes", "--json"]);
    assert_failed(&output, 1, "something-left");
    let report = output.json();
    let trail = report["stacks"].as_array().expect("a list").iter().find(|stack| stack["stack"] == "cloudtrail");
    let left = trail.expect("the trail's stack")["left"].as_array().expect("a list").clone();
    let kept = left.iter().find(|left| left["resource"] == "TrailBucket").expect("the bucket is listed");
    assert_eq!(kept["arn"], format!("arn:aws:s3:::{bucket}"));
    assert!(kept["commands"].to_string().contains("delete-bucket"), "{kept:#}");
    assert!(left.iter().any(|left| left["arn"].as_str().is_some_and(|arn| arn.contains(":kms:"))), "{left:#?}");
    assert_eq!(site.sandbox.control().buckets()[&bucket].len(), 2, "records are not touched");
    assert_eq!(site.sandbox.control().stacks(), [""; 0]);
    site.deploy().success();
}

#[test]
fn buckets_that_go_are_emptied_first_also_those_of_the_guidance() {
    let site = Site::new();
    let template = "Resources:\n  CfnArtifactsBucket:\n    Type: AWS::S3::Bucket\n";
    site.sandbox.control().put_stack("acme-s3bucket", template, [].into()).expect("a stack");
    let bucket = site.stack("acme-s3bucket").resources["CfnArtifactsBucket"].clone();
    site.sandbox.control().put_objects(&bucket, &["a", "b", "c", "d", "e"]);
    site.ccwb(&["destroy", "--yes"]).success();
    assert!(site.sandbox.control().buckets().is_empty());
    assert_eq!(site.sandbox.control().stacks(), [""; 0]);
}

#[test]
fn protection_is_taken_off_only_by_name() {
    let site = Site::with(&json!({"termination_protection": true}));
    site.deploy().success();
    let output = site.ccwb(&["destroy", "--yes"]);
    assert_failed(&output, 7, "aws-termination-protection");
    assert_eq!(site.stack(AUTH).status, "CREATE_COMPLETE");
    site.ccwb(&["destroy", "--yes", "--remove-protection"]).success();
    assert_eq!(site.sandbox.control().stacks(), [""; 0]);
}

#[test]
fn a_stack_that_cannot_be_deleted_is_told_and_what_is_left_of_it() {
    let site = Site::new();
    site.deploy().success();
    let role = site.stack(AUTH).resources["BedrockRole"].clone();
    site.fail("delete", "BedrockRole", "Cannot delete entity, must detach all policies first.");
    let output = site.ccwb(&["destroy", "--yes"]);
    assert_failed(&output, 7, "stack-failed");
    assert!(output.stdout.contains("is still there") && output.stdout.contains(&role), "{output}");
    assert!(site.profile()["federated_role_arn"].is_string(), "it is still there");
    // The next run takes it up.
    site.ccwb(&["destroy", "--yes"]).success();
    assert_eq!(site.sandbox.control().stacks(), [""; 0]);
}

#[test]
fn what_a_person_wants_to_keep_is_kept() {
    let site = Site::new();
    site.deploy().success();
    let provider = site.stack(AUTH).resources["OidcProvider"].clone();
    assert_failed(&site.ccwb(&["destroy", "--yes", "--retain", "Nonsense"]), 2, "usage");
    let output = site.ccwb(&["destroy", "--yes", "--retain", "OidcProvider"]);
    assert_failed(&output, 1, "something-left");
    assert!(output.stdout.contains(&provider), "{output}");
    assert!(site.sandbox.control().oidc_providers().contains_key(&provider));
    assert_eq!(site.sandbox.control().stacks(), [""; 0]);
    site.deploy().success();
    assert_eq!(site.stack(AUTH).parameters["ExistingOidcProviderArn"], provider, "it is somebody else's now");
}

#[test]
fn deploying_over_a_half_deleted_stack_touches_no_record() {
    let site = Site::with(&json!({"cloudtrail_enabled": true}));
    site.deploy().success();
    let bucket = site.stack("acme-audit").resources["TrailBucket"].clone();
    site.sandbox.control().put_objects(&bucket, &["log-1", "log-2"]);
    site.fail("delete", "Trail", "Internal Failure");
    assert_failed(&site.ccwb(&["destroy", "cloudtrail", "--yes"]), 7, "stack-failed");
    assert_eq!(site.stack("acme-audit").status, "DELETE_FAILED");
    site.deploy().success();
    assert_eq!(site.stack("acme-audit").status, "CREATE_COMPLETE");
    assert_eq!(site.sandbox.control().buckets()[&bucket], ["log-1", "log-2"]);
}
