//! What is measured of one build, and the C programs that it is compared with.

use ccwb_tests::Program;
use ccwb_tests::bench::{Figures, Measure};

use crate::build::Build;
use crate::stage::{PROFILE, Stage};
use crate::tools::{Call, Tools};
use crate::waiters;

pub(crate) const HELLO: &str = "C hello-world";
pub(crate) const HELLO_STATIC: &str = "C hello-world, static";
pub(crate) const SESSION: &str = "cached credentials, session file";
pub(crate) const SECRET_SERVICE: &str = "cached credentials, Secret Service";
pub(crate) const RENEWAL: &str = "silent renewal";

/// Whole processes, with the program and its arguments. The keyring's is apart: it needs a machine with one.
const PROCESSES: [(&str, Program, &[&str]); 6] = [
    (SESSION, Program::CredentialProcess, &["--profile", PROFILE]),
    ("otel-helper", Program::OtelHelper, &["--profile", PROFILE]),
    ("credential-process --version", Program::CredentialProcess, &["--version"]),
    ("credential-process explain", Program::CredentialProcess, &["explain"]),
    ("credential-process status", Program::CredentialProcess, &["status"]),
    ("otel-helper --version", Program::OtelHelper, &["--version"]),
];

/// In the order of a report.
pub(crate) fn processes() -> Vec<&'static str> {
    let mut names: Vec<_> = PROCESSES.iter().map(|(name, ..)| *name).collect();
    names.splice(..0, [HELLO, HELLO_STATIC]);
    names.insert(3, SECRET_SERVICE);
    names.push(RENEWAL);
    names
}

/// Everything of one build; times only if `runs` are wanted.
pub(crate) fn measure(tools: &Tools, build: &Build, runs: Option<usize>, progress: &dyn Fn(&str)) -> Figures {
    let mut figures = Figures::default();
    for program in [Program::CredentialProcess, Program::OtelHelper] {
        figures.set(&program.to_string(), Measure::Size, build.size(program));
    }
    let mut process = |stage: &Stage, subject: &str, call: &Call| {
        progress(subject);
        tools.exact(&stage.home, subject, call, &mut figures);
        if let Some(runs) = runs {
            tools.time(&stage.home, subject, call, runs, &mut figures);
        }
    };
    let stage = Stage::new(build).signed_in();
    process(&stage, HELLO, &tools.hello_dynamic());
    process(&stage, HELLO_STATIC, &tools.hello_static());
    for (subject, program, arguments) in PROCESSES {
        process(&stage, subject, &stage.call(program, arguments));
    }
    // A busy machine may not let the keyring answer in its time: what was measured then was something else.
    for is_last in [false, false, true] {
        let Some(stage) = Stage::with_secret_service(build).map(Stage::signed_in) else { break };
        process(&stage, SECRET_SERVICE, &stage.credentials());
        if !stage.has_given_its_keyring_up() {
            break;
        }
        assert!(!is_last, "the keyring did not answer in time: the machine is too busy");
    }
    progress(RENEWAL);
    renewal(&stage, tools, runs, &mut figures);
    if runs.is_some() {
        waiters::measure(tools, build, &mut figures, progress);
    }
    figures
}

/// Everything has expired but the refresh token.
fn renewal(stage: &Stage, tools: &Tools, runs: Option<usize>, figures: &mut Figures) {
    let call = stage.credentials();
    stage.expire_all_but_the_refresh_token();
    let calls = tools.kernel_calls(&stage.home, &call);
    let (provider, aws) = stage.requests();
    let count = |count: usize| f64::from(u32::try_from(count).expect("a few"));
    for (measure, figure) in [
        (Measure::ProviderRequests, count(provider)),
        (Measure::AwsRequests, count(aws)),
        (Measure::Connections, calls.connections.into()),
        (Measure::SystemCalls, calls.all.into()),
        (Measure::Threads, calls.threads.into()),
        (Measure::Children, calls.children.into()),
        (Measure::Sockets, calls.sockets.into()),
    ] {
        figures.set(RENEWAL, measure, figure);
    }
    if runs.is_some() {
        let times = (0..9).map(|_| {
            stage.expire_all_but_the_refresh_token();
            tools.crowd(&stage.home, &call, 1)[0].took
        });
        figures.set(RENEWAL, Measure::Time, ccwb_tests::bench::median(times.collect()));
    }
}
