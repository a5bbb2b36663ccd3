//! Runs that are cut off while AWS works.

use ccwb_sandbox::Fault;
use ccwb_tests::{LIMIT, start};
use serde_json::json;

use crate::site::{AUTH, Site, assert_failed};

/// Starts a deployment that stands still after AWS has begun.
fn standing_still(site: &Site, arguments: &[&str]) -> ccwb_tests::Running {
    site.sandbox.control().set_stack_pace(0);
    let running = start(&mut site.home.ccwb(arguments));
    site.wait_for("cloudformation:ExecuteChangeSet");
    running
}

#[test]
fn a_run_that_was_ended_is_taken_up_by_the_next_one() {
    let site = Site::new();
    drop(standing_still(&site, &["deploy", "--yes"])); // Killed.
    assert_eq!(site.stack(AUTH).status, "CREATE_IN_PROGRESS");
    site.sandbox.control().set_stack_pace(2);
    site.sandbox.control().clear_requests();
    let output = site.deploy().success();
    assert!(output.stderr.contains("AWS works on it already (CREATE_IN_PROGRESS), following"), "{output}");
    assert!(output.stderr.contains("BedrockRole"), "what happens meanwhile is shown: {output}");
    assert_eq!(site.writes(), ["CreateChangeSet", "DeleteChangeSet"], "nothing is begun anew");
    assert_eq!(site.profile()["federated_role_arn"], site.stack(AUTH).outputs["DirectSTSRoleArn"].as_str());
}

#[test]
fn a_failure_of_the_operation_that_is_followed_is_told_too() {
    let site = Site::new();
    site.fail("create", "BedrockRole", "Cannot exceed quota for RolesPerAccount: 1000");
    drop(standing_still(&site, &["deploy", "--yes"]));
    site.sandbox.control().set_stack_pace(2);
    assert_failed(&site.deploy(), 7, "aws-limit");
    site.deploy().success();
}

#[test]
fn a_connection_that_is_lost_for_a_while_costs_nothing() {
    let site = Site::new();
    let running = standing_still(&site, &["deploy", "--yes"]);
    let lost = Fault { endpoint: "cloudformation".to_owned(), times: Some(8), drop: true, ..Fault::default() };
    site.sandbox.control().add_fault(lost).expect("the endpoint is known");
    site.sandbox.control().set_stack_pace(4);
    let output = running.wait(LIMIT * 2).unwrap_or_else(|overrun| panic!("{overrun}")).success();
    assert!(site.sandbox.control().faults().is_empty(), "it was lost: {output}");
    assert_eq!(site.stack(AUTH).status, "CREATE_COMPLETE");
}

#[test]
fn a_connection_that_stays_lost_ends_the_run_and_the_next_one_goes_on() {
    let site = Site::new();
    let running = standing_still(&site, &["deploy", "--yes", "--give-up-after", "0"]);
    let lost = Fault { endpoint: "cloudformation".to_owned(), drop: true, ..Fault::default() };
    site.sandbox.control().add_fault(lost).expect("the endpoint is known");
    let output = running.wait(LIMIT * 2).unwrap_or_else(|overrun| panic!("{overrun}"));
    assert_failed(&output, 8, "network");
    assert!(output.stderr.contains("it goes on where AWS is"), "{output}");
    site.sandbox.control().clear_faults();
    site.sandbox.control().set_stack_pace(4);
    site.deploy().success();
    assert_eq!(site.stack(AUTH).status, "CREATE_COMPLETE");
}

#[test]
fn credentials_that_expire_meanwhile_are_named_and_new_ones_go_on() {
    let mut site = Site::new();
    let running = standing_still(&site, &["deploy", "--yes"]);
    site.sandbox.control().expire_aws_credentials();
    let output = running.wait(LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"));
    assert_failed(&output, 7, "aws-credentials-expired");
    site.sandbox.control().set_stack_pace(4);
    site.home.set_envs(site.sandbox.administrator_environment());
    site.deploy().success();
    assert_eq!(site.stack(AUTH).status, "CREATE_COMPLETE");
}

#[test]
fn a_slow_aws_is_waited_for() {
    let site = Site::new();
    site.sandbox.control().set_stack_pace(1);
    site.deploy().success();
    assert!(site.sandbox.control().count("cloudformation:DescribeStacks") > 6);
}

#[test]
fn a_deletion_that_was_cut_off_still_tells_what_is_left() {
    let site = Site::with(&json!({"cloudtrail_enabled": true}));
    site.deploy().success();
    site.sandbox.control().set_stack_pace(0);
    let running = start(&mut site.home.ccwb(&["destroy", "cloudtrail", "--yes"]));
    site.wait_for("cloudformation:DeleteStack");
    drop(running); // Killed.
    assert_eq!(site.stack("acme-audit").status, "DELETE_IN_PROGRESS");
    site.sandbox.control().set_stack_pace(4);
    let output = site.ccwb(&["destroy", "cloudtrail", "--yes"]);
    assert_failed(&output, 1, "something-left");
    assert!(output.stdout.contains("TrailBucket"), "{output}");
    assert_eq!(site.sandbox.control().count("cloudformation:DeleteStack"), 1, "it is followed, not begun anew");
    assert_eq!(site.sandbox.control().stacks(), [AUTH]);
}
