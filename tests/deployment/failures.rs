//! Deployments that fail: named, non-zero, and the next run goes on.

use crate::site::{AUTH, Site, assert_failed};

/// The stack is mended by running the same command again.
fn assert_resumable(site: &Site) {
    site.deploy().success();
    assert!(site.stack(AUTH).status.ends_with("_COMPLETE"));
    assert!(site.profile()["federated_role_arn"].is_string());
}

#[test]
fn the_first_real_failure_is_named_with_its_resource_its_reason_and_what_to_do() {
    for (resource, reason, code) in [
        (
            "BedrockRole",
            "Resource handler returned message: \"User: arn:aws:sts::123456789012:assumed-role/Dev/me is not authorized to \
             perform: iam:CreateRole on resource: x because no identity-based policy allows the iam:CreateRole action\"",
            "aws-access-denied",
        ),
        ("OidcProvider", "Provider with url https://x already exists. (Service: Iam)", "aws-already-exists"),
        ("BedrockPolicy1", "Cannot exceed quota for PoliciesPerAccount: 1500", "aws-limit"),
        ("BedrockRole", "Invalid principal in policy: \"AWS\":\"arn:aws:iam::1:role/x\"", "aws-invalid-principal"),
        ("BedrockRole", "Something that nobody has heard of", "stack-failed"),
    ] {
        let site = Site::new();
        site.fail("create", resource, reason);
        let output = site.deploy();
        assert_failed(&output, 7, code);
        assert!(output.stderr.contains(resource) && output.stderr.contains(&reason[..30]), "{output}");
        assert_eq!(site.stack(AUTH).status, "ROLLBACK_COMPLETE");
        assert!(site.profile()["federated_role_arn"].is_null(), "what does not exist is not written down");
        assert_resumable(&site);
    }
}

#[test]
fn who_may_not_do_what_is_said() {
    let site = Site::new();
    let who = "arn:aws:iam::123456789012:user/me";
    let message = format!("User: {who} is not authorized to perform: cloudformation:CreateChangeSet on resource: x");
    site.refuse("cloudformation:CreateChangeSet", Some(1), "AccessDenied", &message);
    let output = site.deploy();
    assert_failed(&output, 7, "aws-access-denied");
    assert!(
        output.stderr.contains(&format!("hint: have cloudformation:CreateChangeSet for {who} allowed")),
        "{output}"
    );
    assert_resumable(&site);
}

#[test]
fn an_update_that_fails_is_undone_and_can_be_tried_again() {
    let site = Site::new();
    site.deploy().success();
    let text = site.profile_text();
    site.set("max_session_duration", 3600.into());
    site.fail("update", "BedrockRole", "Rate exceeded (Service: Iam)");
    let output = site.deploy();
    assert_failed(&output, 7, "aws-throttled");
    let stack = site.stack(AUTH);
    assert_eq!(
        (stack.status.as_str(), stack.parameters["MaxSessionDuration"].as_str()),
        ("UPDATE_ROLLBACK_COMPLETE", "43200")
    );
    assert_resumable(&site);
    assert_ne!(site.profile_text(), text);
}

#[test]
fn an_undoing_that_got_stuck_is_finished_first() {
    let site = Site::new();
    site.deploy().success();
    site.set("max_session_duration", 3600.into());
    site.fail("update", "BedrockRole", "Internal Failure");
    site.fail("rollback", "BedrockRole", "Internal Failure");
    assert_failed(&site.deploy(), 7, "stack-failed");
    assert_eq!(site.stack(AUTH).status, "UPDATE_ROLLBACK_FAILED");
    assert_failed(&site.ccwb(&["deploy"]), 2, "consent-needed");
    site.sandbox.control().clear_requests();
    assert_resumable(&site);
    assert_eq!(site.writes(), ["ContinueUpdateRollback", "CreateChangeSet", "ExecuteChangeSet"]);
    assert_eq!(site.stack(AUTH).parameters["MaxSessionDuration"], "3600");
}

#[test]
fn a_busy_aws_is_asked_again() {
    let site = Site::new();
    for endpoint in ["cloudformation:CreateChangeSet", "cloudformation:DescribeStackEvents"] {
        site.refuse(endpoint, Some(2), "Throttling", "Rate exceeded");
    }
    site.deploy().success();
    assert_eq!(site.sandbox.control().count("cloudformation:CreateChangeSet"), 3);
}

#[test]
fn without_credentials_it_says_what_to_do() {
    let mut site = Site::new();
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        site.home.remove_env(name);
    }
    let output = site.deploy();
    assert_failed(&output, 7, "aws-credentials-missing");
    assert!(output.stderr.contains("aws sso login"), "{output}");
}

#[test]
fn keys_that_have_expired_are_named() {
    let site = Site::new();
    site.sandbox.control().expire_aws_credentials();
    assert_failed(&site.deploy(), 7, "aws-credentials-expired");
}
