//! What stands below the prompt.

use std::time::Duration;

use ccwb_tests::part::ClaudeCodeVersion;
use serde_json::json;

use crate::support::{Desk, Plan, Way, eventually, in_parallel};

/// Claude Code shows nothing of what a credential process writes: this is where its reason is read.
#[test]
#[ignore = "needs claude-code"]
fn the_status_line_says_who_and_how_long_and_then_why_a_sign_in_failed() {
    in_parallel(ClaudeCodeVersion::ALL, |version| {
        let Some(desk) = Desk::new(Plan::new(version, Way::Profile)) else { return };
        let session = desk.session();
        session.ask("first");
        session.wait_for("alice@example.com · identity pool · ");
        session.wait_for(" min left");

        desk.sandbox.control().revoke_all_refresh_tokens();
        desk.fault(json!({"endpoint": "token:authorization_code", "status": 400, "body": {"error": "invalid_client"}}));
        desk.wait(Duration::from_hours(2));
        session.enter("second");
        eventually("the sign-in fails", || desk.sandbox.control().count("token:authorization_code") == 2);
        // It is drawn anew every ten seconds; what was drawn before the failure was known does not name it.
        let screen = session.wait_for("[provider-refused]");
        assert!(screen.contains("credential-process login · [provider-refused]"), "{screen}");
        assert_eq!(desk.openings(), 2, "{:?}", desk.calls());
    });
}
