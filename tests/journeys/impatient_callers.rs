//! Callers that give up and start again, as measured, at a twentieth of their time. In their own time: `real_parts`.

use std::collections::BTreeSet;
use std::time::Duration;

use ccwb_tests::{FakeBrowser, Impatience, LIMIT};

use crate::support::{Credentials, Journey, each_case};

const fn scaled(seconds: u64) -> Duration {
    Duration::from_millis(seconds * 50)
}

/// Sign-ins of 80 s and 160 s: the fake browser counts in whole seconds.
#[test]
fn callers_that_give_up_and_start_again_have_one_window_and_one_result() {
    let callers: [(&str, Impatience, &[&str]); 3] = [
        ("killed after 20 s", Impatience::Kills(scaled(20)), &[]),
        ("another after 60 s", Impatience::StartsAnother(scaled(60)), &[]),
        ("login, killed after 180 s", Impatience::Kills(scaled(180)), &["login"]),
    ];
    let cases = callers.into_iter().flat_map(|(name, impatience, arguments)| {
        [4, 8].map(|seconds| (format!("{name}, signed in after {seconds} s"), (impatience, arguments, seconds)))
    });
    each_case(cases, |(impatience, arguments, seconds)| {
        let mut journey = Journey::new();
        journey.home.use_browser(FakeBrowser::SignsInAfter(seconds));
        let outputs = impatience.call(|| journey.home.credential_process(arguments), LIMIT);
        let credentials = Credentials::of(&journey.call(&["--no-browser"]));
        if arguments.is_empty() {
            let results: BTreeSet<_> = outputs.iter().map(|output| output.stdout.clone()).collect();
            assert_eq!(results.len(), 1, "{outputs:?}");
            assert_eq!(Credentials::of(&outputs[0]), credentials);
        }
        if matches!(impatience, Impatience::StartsAnother(_)) {
            let begun = usize::try_from(seconds / 3 + 1).expect("a small number");
            assert_eq!(outputs.len(), begun, "nobody was left behind");
        }
        assert_eq!(journey.openings(), 1);
        assert_eq!(journey.sandbox.control().count("token"), 1);
    });
}
