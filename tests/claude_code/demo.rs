//! The end of `ccwb demo` where Claude Code is installed.

use ccwb_tests::part::ClaudeCodeVersion;

use crate::support::{Desk, Plan, Way, in_parallel};

#[test]
#[ignore = "needs claude-code"]
fn the_demo_ends_with_a_conversation_and_with_the_telemetry_that_came_of_it() {
    in_parallel(ClaudeCodeVersion::ALL, |version| {
        let Some(desk) = Desk::new(Plan::new(version, Way::Hooks)) else { return };
        let tour = desk.demo().success().stdout;
        for line in [
            "$ claude -p ",
            "Hello alice@example.com!",
            "1 × bedrock:InvokeModelWithResponseStream",
            "x-user-email        alice@example.com",
            "token.usage         ",
            "user_prompt",
            "the throw-away home with everything in it",
        ] {
            assert!(tour.contains(line), "{line:?} is missing in\n{tour}");
        }
    });
}
