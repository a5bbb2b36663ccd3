//! The refresh token is gone too: a person must sign in, once, and is told once if that fails.

use std::thread;
use std::time::Duration;

use ccwb_sandbox::{AutoApprove, Behaviour};
use ccwb_tests::part::ClaudeCodeVersion;

use crate::support::{Desk, Plan, Way, in_parallel};

/// Far longer than either version takes for several attempts.
const A_WHILE: Duration = Duration::from_secs(10);

#[test]
#[ignore = "needs claude-code"]
fn without_a_refresh_token_one_sign_in_opens_and_a_refused_one_is_told_once_and_not_repeated() {
    in_parallel(ClaudeCodeVersion::ALL, |version| {
        let Some(desk) = Desk::new(Plan::new(version, Way::Hooks)) else { return };
        let session = desk.session();
        session.ask("first");

        desk.end_everything();
        let screen = session.ask("after the end of everything");
        assert!(!screen.contains("rror"), "{screen}");
        assert_eq!((desk.openings(), desk.logins()), (2, 2));

        desk.end_everything();
        desk.approve(AutoApprove::Deny);
        session.enter("refused");
        session.wait_for("error[sign-in-cancelled]");
        thread::sleep(A_WHILE);
        let screen = session.screen();
        assert_eq!(screen.matches("error[").count(), 1, "{screen}");
        assert!(screen.contains("hint: run ") && screen.contains(" login"), "{screen}");
        assert_eq!((desk.openings(), desk.logins()), (3, 3), "{:?}", desk.calls());

        // The person changes their mind.
        desk.approve(AutoApprove::Approve);
        session.press("Escape");
        let login = desk.credential_process(&["login"]).success();
        assert!(login.stderr.contains("Signed in as alice@example.com"), "{login}");
        session.ask("and now");
        assert_eq!(desk.openings(), 4);
    });
}

impl Desk {
    /// Nothing is left that could be used.
    fn end_everything(&self) {
        assert_eq!(self.sandbox.control().revoke_all_refresh_tokens(), 1);
        self.wait(Duration::from_hours(2));
    }

    fn approve(&self, auto_approve: AutoApprove) {
        let behaviour = Behaviour { auto_approve: Some(auto_approve), ..Behaviour::default() };
        self.sandbox.control().set_behaviour(&behaviour);
    }

    /// How often Claude Code ran `awsAuthRefresh`.
    fn logins(&self) -> usize {
        self.calls().iter().filter(|call| call.starts_with("login")).count()
    }
}
