//! From the moment that the winner has stored its result to the last answer of a hundred that waited for it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use ccwb_tests::FakeBrowser;
use ccwb_tests::bench::{Figures, Measure, median};
use serde_json::json;

use crate::build::Build;
use crate::stage::Stage;
use crate::tools::Tools;

pub(crate) const SIGN_IN: &str = "last of 100 waiters after a sign-in";
pub(crate) const RENEWAL: &str = "last of 100 waiters after a renewal";

const CROWD: usize = 100;
const ROUNDS: usize = 5;

pub(crate) fn measure(tools: &Tools, build: &Build, figures: &mut Figures, progress: &dyn Fn(&str)) {
    progress(SIGN_IN);
    let rounds = (0..ROUNDS).map(|_| {
        let mut stage = Stage::new(build);
        // Everybody has come by then.
        stage.home.use_browser(FakeBrowser::SignsInAfter(2));
        last_answer(tools, &stage)
    });
    figures.set(SIGN_IN, Measure::Time, median(rounds.collect()));
    progress(RENEWAL);
    let stage = Stage::new(build).signed_in();
    let rounds = (0..ROUNDS).map(|_| {
        stage.expire_all_but_the_refresh_token();
        let late = json!({"endpoint": "token:refresh_token", "delay_ms": 2_000, "times": 1});
        let late = serde_json::from_value(late).expect("it has a fault's form");
        stage.sandbox.control().add_fault(late).expect("there is such an endpoint");
        last_answer(tools, &stage)
    });
    figures.set(RENEWAL, Measure::Time, median(rounds.collect()));
}

/// Milliseconds. A file's status changes when it gets its name; nothing is written after the credentials.
fn last_answer(tools: &Tools, stage: &Stage) -> f64 {
    let members = tools.crowd(&stage.home, &stage.credentials(), CROWD);
    let stored = fs::metadata(stage.session_file()).expect("a sign-in");
    let stored = Duration::new(stored.ctime().unsigned_abs(), u32::try_from(stored.ctime_nsec()).expect("below 1e9"));
    (members.iter().map(|member| member.end).fold(0.0, f64::max) - stored.as_secs_f64()) * 1e3
}
