//! `region`: the usual one, unless it is down.

use ccwb_sandbox::{Behaviour, Federation};
use serde_json::{Value, json};

use crate::support::{ErrorReport, Journey};

const FALLBACK: &str = "us-west-2";

/// Signed in, with us-east-1 and a fallback.
fn with_a_fallback() -> Journey {
    let mut journey = Journey::signed_in(Federation::Cognito, |_| {});
    journey.configure(|profile| profile["bedrock_fallback_region"] = json!(FALLBACK));
    journey
}

fn take_down(journey: &Journey, regions: &[&str]) {
    let regions_down = Some(regions.iter().map(|&region| region.to_owned()).collect());
    journey.sandbox.control().set_behaviour(&Behaviour { regions_down, ..Behaviour::default() });
}

#[test]
fn the_usual_region_is_named_while_it_answers_and_no_model_is_called_for_that() {
    let journey = with_a_fallback();
    let output = journey.call(&["region"]).success();
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("us-east-1\n", ""));
    let answers: Vec<u16> = journey.sandbox.control().requests().iter().map(|request| request.status).collect();
    assert_eq!(answers, [400, 400], "an empty request is refused, in each region");
}

#[test]
fn the_fallback_is_named_while_the_usual_region_is_down_and_stderr_says_why() {
    let journey = with_a_fallback();
    take_down(&journey, &["us-east-1"]);
    let output = journey.call(&["region"]).success();
    assert_eq!(output.stdout, "us-west-2\n");
    assert!(output.stderr.starts_with("note: us-east-1 is down (503 ServiceUnavailableException"), "{output}");
    let report: Value = serde_json::from_str(&journey.call(&["region", "--json"]).success().stdout).unwrap();
    assert_eq!((&report["region"], &report["regions"][0]["state"]), (&json!(FALLBACK), &json!("down")));
    assert!(report["regions"][1]["milliseconds"].is_u64(), "{report}");
}

#[test]
fn a_region_that_does_not_answer_at_all_is_down_within_seconds() {
    let mut journey = Journey::signed_in(Federation::Cognito, |_| {});
    journey.configure(|profile| profile["bedrock_fallback_region"] = json!(FALLBACK));
    // One request each: whichever comes first hangs.
    journey.fault(json!({"endpoint": "bedrock:Converse", "times": 1, "hang": true}));
    let report: Value = serde_json::from_str(&journey.call(&["region", "--json"]).success().stdout).unwrap();
    let states: Vec<&str> =
        report["regions"].as_array().unwrap().iter().filter_map(|region| region["state"].as_str()).collect();
    assert_eq!(states.iter().filter(|state| **state == "down").count(), 1, "{report}");
}

#[test]
fn where_no_region_answers_the_error_says_what_each_said() {
    let journey = with_a_fallback();
    take_down(&journey, &["us-east-1", FALLBACK]);
    let output = journey.call(&["region"]);
    output.is_error_at_once(8, "regions-down");
    assert!(output.stderr.contains("us-east-1 is down") && output.stderr.contains("us-west-2 is down"), "{output}");

    let alone = Journey::signed_in(Federation::Cognito, |_| {});
    take_down(&alone, &["us-east-1"]);
    let output = alone.call(&["region"]);
    output.is_error_at_once(8, "regions-down");
    assert!(output.stderr.contains("bedrock_fallback_region"), "{output}");
}

#[test]
fn nobody_is_asked_to_sign_in_for_a_region() {
    let journey = Journey::new();
    journey.call(&["region"]).is_error_at_once(4, "sign-in-needed");
    assert_eq!(journey.openings(), 0);
}

#[test]
fn claude_codes_settings_follow_there_and_back_and_come_out_as_they_were() {
    let journey = with_a_fallback();
    let settings = journey.home.path().join(".claude").join("settings.json");
    let before = "{\n  // mine\n  \"model\": \"opus\"\n}\n";
    std::fs::create_dir_all(settings.parent().unwrap()).unwrap();
    std::fs::write(&settings, before).unwrap();
    journey.call(&["region", "--apply"]).is_error_at_once(3, "no-settings");

    journey.call(&["install-settings"]).success();
    let installed = std::fs::read_to_string(&settings).unwrap();
    take_down(&journey, &["us-east-1"]);
    journey.call(&["region", "--apply"]).success();
    let elsewhere = std::fs::read_to_string(&settings).unwrap();
    assert_eq!(elsewhere, installed.replace("\"us-east-1\"", "\"us-west-2\""));
    assert_ne!(elsewhere, installed);
    take_down(&journey, &[]);
    journey.call(&["region", "--apply"]).success();
    assert_eq!(std::fs::read_to_string(&settings).unwrap(), installed);
    journey.call(&["uninstall-settings"]).success();
    assert_eq!(std::fs::read_to_string(&settings).unwrap(), before);
}

#[test]
fn a_region_that_somebody_chose_since_stays() {
    let journey = with_a_fallback();
    let settings = journey.home.path().join(".claude").join("settings.json");
    journey.call(&["install-settings"]).success();
    let chosen = std::fs::read_to_string(&settings).unwrap().replace("us-east-1", "eu-west-1");
    std::fs::write(&settings, &chosen).unwrap();
    take_down(&journey, &["us-east-1"]);
    journey.call(&["region", "--apply"]).is_error(3, "no-settings");
    assert_eq!(std::fs::read_to_string(&settings).unwrap(), chosen);
}
