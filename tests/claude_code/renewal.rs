//! Time passes in a session.

use std::time::Duration;

use ccwb_tests::part::ClaudeCodeVersion;

use crate::support::{Desk, Plan, Way, in_parallel};

/// The provider's ID tokens end sooner than the credentials, so a renewal redeems the refresh token.
#[test]
#[ignore = "needs claude-code"]
fn credentials_of_the_minimum_life_expire_in_a_session_and_the_user_sees_nothing() {
    let cases = ClaudeCodeVersion::ALL.into_iter().flat_map(|version| Way::ALL.map(|way| (version, way)));
    in_parallel(cases, |(version, way)| {
        let plan = Plan::new(version, way).sandbox(|options| {
            options.lifetimes.aws_credentials = Duration::from_mins(15);
            options.lifetimes.id_token = Duration::from_mins(10);
        });
        let Some(desk) = Desk::new(plan) else { return };
        let session = desk.session();
        session.ask("first");
        for minutes in [16, 60] {
            let control = desk.sandbox.control();
            control.clear_requests();
            desk.wait(Duration::from_mins(minutes));
            let screen = session.ask(&format!("after {minutes} minutes"));
            for alarm in ["rror", "Sign-in", "Cloud authentication", "Retrying"] {
                assert!(!screen.contains(alarm), "{alarm:?} on the screen:\n{screen}");
            }
            assert_eq!((desk.openings(), control.count("authorize")), (1, 0), "no window");
            assert_eq!(control.count("token:refresh_token"), 1, "{:?}", desk.requests());
            assert_eq!(control.count("cognito:GetCredentialsForIdentity"), 1, "{:?}", desk.requests());
        }
    });
}

/// The newest version asks for credentials once and keeps them. Three minutes before their end it uses them still, and asks
/// in the background.
#[test]
#[ignore = "needs claude-code"]
fn the_newest_version_asks_once_and_credentials_near_their_end_still_serve() {
    let Some(desk) = Desk::new(Plan::new(ClaudeCodeVersion::Newest, Way::Profile)) else { return };
    let session = desk.session();
    session.ask("first");
    session.ask("second");
    assert_eq!(desk.calls().len(), 1, "the client's own cache");
    desk.wait(Duration::from_mins(57));
    session.ask("near the end");
    assert_eq!((desk.refused(), desk.openings()), (vec![], 1), "{:?} {:?}", desk.requests(), desk.calls());
}
