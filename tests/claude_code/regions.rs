//! Bedrock is down in the person's region.

use ccwb_sandbox::Behaviour;
use ccwb_tests::part::ClaudeCodeVersion::Newest;
use serde_json::json;

use crate::support::{Desk, Plan, Way};

#[test]
#[ignore = "needs claude-code"]
fn the_next_session_is_in_the_other_region_after_region_apply() {
    let plan = Plan::new(Newest, Way::Hooks).profile(json!({"bedrock_fallback_region": "us-west-2"}));
    let Some(desk) = Desk::new(plan) else { return };
    desk.say("hello").success();
    let down = Behaviour { regions_down: Some(vec!["us-east-1".to_owned()]), ..Behaviour::default() };
    desk.sandbox.control().set_behaviour(&down);
    let advice = desk.credential_process(&["region", "--apply"]).success();
    assert_eq!(advice.stdout, "us-west-2\n");
    desk.sandbox.control().clear_requests();
    let answer = desk.say("hello again").success();
    assert!(answer.stdout.starts_with("Hello alice@example.com!"), "{answer}");
    assert_eq!((desk.openings(), desk.refused()), (1, vec![]), "{:?}", desk.requests());
}
