//! An answer with nothing else to know.

use ccwb_sandbox::ToolUse;
use ccwb_tests::part::ClaudeCodeVersion;
use serde_json::json;

use crate::support::{Desk, Plan, Way};

#[test]
#[ignore = "needs claude-code"]
fn a_first_prompt_is_answered_after_one_window_with_either_version_and_either_way() {
    for version in ClaudeCodeVersion::ALL {
        for way in Way::ALL {
            let Some(desk) = Desk::new(Plan::new(version, way)) else { return };
            let answer = desk.say("hello").success();
            println!("{version:?} {way:?}: {answer}\n{:?}\n{:?}", desk.calls(), desk.requests());
            assert!(answer.stdout.starts_with("Hello alice@example.com!"), "{version:?} {way:?}: {answer}");
            assert_eq!(desk.openings(), 1);
        }
    }
}
