//! A provider that always fails. Each version has its own way of trying again.

use std::time::Duration;

use ccwb_tests::part::ClaudeCodeVersion::{self, Newest, Uncached};
use serde_json::json;

use crate::support::{Desk, Plan, Way, in_parallel};

/// Field reports, "tab storms": up to 3000 windows.
#[test]
#[ignore = "needs claude-code"]
fn a_provider_that_always_fails_gets_one_window_in_ten_minutes_however_often_it_is_tried() {
    in_parallel(ClaudeCodeVersion::ALL, |version| {
        let Some(desk) = Desk::new(Plan::new(version, Way::Profile)) else { return };
        desk.fault(json!({"endpoint": "token:authorization_code", "status": 400, "body": {"error": "invalid_client"}}));
        // The newest version gives up after ten calls, the other one has made 26 in its first second.
        let storm = match version {
            Newest => 10,
            Uncached => 26,
        };
        desk.say_until_calls("hello", storm);
        assert_eq!(desk.openings(), 1, "{:?}", desk.calls());
        assert_eq!(desk.sandbox.control().count("token"), 1, "{:?}", desk.requests());

        desk.wait(Duration::from_mins(9));
        desk.say_until_calls("hello", storm + 8);
        assert_eq!(desk.openings(), 1, "nine minutes later");

        desk.wait(Duration::from_mins(2));
        desk.say_until_calls("hello", storm + 16);
        assert_eq!(desk.openings(), 2, "eleven minutes later");
    });
}
