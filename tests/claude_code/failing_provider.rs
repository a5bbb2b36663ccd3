//! A provider that always fails. Each version has its own way of trying again.

use std::time::Duration;

use ccwb_tests::part::ClaudeCodeVersion::{self, Newest, Uncached};
use serde_json::json;

use crate::support::{Desk, Plan, Way, eventually, in_parallel};

/// Field reports, "tab storms": up to 3000 windows.
#[test]
#[ignore = "needs claude-code"]
fn a_provider_that_always_fails_gets_one_window_in_ten_minutes_however_often_it_is_tried() {
    in_parallel(ClaudeCodeVersion::ALL, |version| {
        let Some(desk) = Desk::new(Plan::new(version, Way::Profile)) else { return };
        desk.fault(json!({"endpoint": "token:authorization_code", "status": 400, "body": {"error": "invalid_client"}}));
        // The newest version tries ten times and gives up; the other one has tried 26 times after a second, and goes on.
        let storm = match version {
            Newest => 5,
            Uncached => 26,
        };
        let running = desk.start("hello");
        desk.wait_for_calls(0, storm);
        drop(running);
        assert_eq!(desk.openings(), 1, "{:?}", desk.calls());
        assert_eq!(desk.sandbox.control().count("token"), 1, "{:?}", desk.requests());

        desk.wait(Duration::from_mins(9));
        let before = desk.calls().len();
        let running = desk.start("hello, nine minutes later");
        desk.wait_for_calls(before, 5);
        drop(running);
        assert_eq!(desk.openings(), 1, "nine minutes later");

        // The second one asks the person first whether to go to the provider.
        desk.wait(Duration::from_mins(2));
        let _running = desk.start("hello, eleven minutes later");
        eventually("a second window", || desk.openings() == 2);
        assert_eq!(desk.sandbox.control().count("authorize"), 1, "{:?}", desk.requests());
    });
}
