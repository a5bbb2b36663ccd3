//! Somebody looks for their phone while the sign-in waits. In real time: the limits are those of the client. The name makes this, the
//! longest test, begin first.

use ccwb_tests::FakeBrowser;
use ccwb_tests::part::ClaudeCodeVersion::{Newest, Uncached};

use crate::support::{Desk, Plan, Way, in_parallel};

/// The newest version gives up on a credential process after 60 s and starts another one; `awsAuthRefresh` has 180 s.
#[test]
#[ignore = "needs claude-code"]
fn a_sign_in_that_takes_75_or_150_seconds_still_ends_in_an_answer() {
    let cases = [(Newest, Way::Profile), (Newest, Way::Hooks), (Uncached, Way::Profile), (Uncached, Way::Hooks)];
    let cases = cases.into_iter().flat_map(|case| [75, 150].map(|seconds| (case, seconds)));
    in_parallel(cases, |((version, way), seconds)| {
        let plan = Plan::new(version, way).browser(FakeBrowser::SignsInAfter(seconds));
        let Some(desk) = Desk::new(plan) else { return };
        let answer = desk.say("hello").success();
        assert!(answer.stdout.starts_with("Hello alice@example.com!"), "{answer}");
        assert!(answer.elapsed.as_secs() >= u64::from(seconds), "{answer}");
        assert_eq!(desk.openings(), 1, "{:?}", desk.calls());
        assert_eq!(desk.sandbox.control().count("token:authorization_code"), 1);
    });
}
