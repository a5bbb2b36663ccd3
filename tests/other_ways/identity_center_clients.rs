//! Identity Center with real parts: a browser on AWS's page, and the AWS CLI with the session that this program began.

use ccwb_sandbox::{AutoApprove, Behaviour};
use ccwb_tests::part::{Chromium, aws_cli};
use ccwb_tests::{Credentials, LIMIT, run};
use serde_json::Value;

use crate::support::Scene;

#[test]
#[ignore = "needs chromium"]
fn a_person_signs_in_on_the_page_that_the_first_call_opens() {
    let Some(chromium) = Chromium::find() else { return };
    let mut scene = Scene::of_identity_center();
    let by_hand = Behaviour { auto_approve: Some(AutoApprove::Off), ..Behaviour::default() };
    scene.sandbox.control().set_behaviour(&by_hand);
    scene.home.set_envs(chromium.as_browser_env());
    Credentials::of(&scene.call(&[]));
    assert!(scene.caller().ends_with("/alice@example.com"), "{}", scene.caller());
}

#[test]
#[ignore = "needs awscli"]
fn the_aws_cli_uses_the_session_that_this_program_began() {
    let scene = Scene::of_identity_center();
    let call = ["sts", "get-caller-identity", "--profile", "portal", "--region", "us-east-1"];
    let Some(mut command) = aws_cli(&scene.home, &call) else { return };
    scene.call(&["login"]).success();
    scene.write_portal_profile();
    let answer: Value = run(&mut command, LIMIT).expect("it answers in time").success().json();
    let arn = answer["Arn"].as_str().unwrap_or_default();
    assert!(arn.contains("AWSReservedSSO_CcwbPermissionSet_") && arn.ends_with("/alice@example.com"), "{answer}");
}
