//! Callers that give up and start again, in their own time. The quick suite has the same at a twentieth of it.

use std::collections::BTreeSet;
use std::time::Duration;

use ccwb_tests::{FakeBrowser, Impatience};

use super::credentials::credentials;
use super::machine::Machine;

const SECOND: Duration = Duration::from_secs(1);

/// 20 s: the AWS SDK for Rust. 60 s: Claude Code, which kills nobody and starts a second process after 60 s and a third after
/// 120 s. 180 s: its `awsAuthRefresh`.
#[test]
#[ignore = "needs three minutes"]
fn callers_that_give_up_after_20_60_and_180_seconds_have_one_window_and_one_result() {
    let callers: [(Impatience, &[&str]); 3] = [
        (Impatience::Kills(20 * SECOND), &[]),
        (Impatience::StartsAnother(60 * SECOND), &[]),
        (Impatience::Kills(180 * SECOND), &["login"]),
    ];
    std::thread::scope(|scope| {
        for (impatience, arguments) in callers {
            for signs_in_after in [75, 150] {
                let name = format!("{impatience:?}, signed in after {signs_in_after} s");
                let case = move || check(impatience, arguments, signs_in_after);
                std::thread::Builder::new().name(name).spawn_scoped(scope, case).expect("a thread can be started");
            }
        }
    });
}

fn check(impatience: Impatience, arguments: &[&str], signs_in_after: u32) {
    let mut machine = Machine::new("ClaudeCode", "session");
    machine.home.use_browser(FakeBrowser::SignsInAfter(signs_in_after));
    let outputs = impatience.call(|| machine.home.credential_process(arguments), 200 * SECOND);
    let after = machine.run(&["--no-browser"]);
    credentials(&after);
    if arguments.is_empty() {
        let results: BTreeSet<_> = outputs.iter().map(|output| output.stdout.clone()).collect();
        assert_eq!(results, [after.stdout].into());
    }
    if matches!(impatience, Impatience::StartsAnother(_)) {
        assert_eq!(outputs.len(), if signs_in_after == 75 { 2 } else { 3 });
    }
    assert_eq!(machine.home.openings().len(), 1);
    assert_eq!(machine.sandbox.control().count("token"), 1);
}
