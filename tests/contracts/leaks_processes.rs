//! Every program that is started during a day, with its arguments and its whole environment, as the kernel saw it.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use ccwb_sandbox::{AutoApprove, Behaviour, Federation, Rotation};
use ccwb_tests::leaks::{Place, Secret, assert_absent, held};
use ccwb_tests::part::{as_root, program_on_path};
use ccwb_tests::{LIMIT, Program, http, run, start};
use url::Url;

use crate::leaks::{CALLERS_KEY, CLIENT_SECRET, PROXY_PASSWORD, Planted};

/// A command with strace before it, which follows detached children to their end.
struct Trace {
    log: PathBuf,
    command: Command,
}

impl Trace {
    fn of(planted: &Planted, name: &str, program: Program, arguments: &[&str]) -> Self {
        let log = planted.desk.home.root().join(format!("{name}.trace"));
        let mut command = planted.desk.home.command("strace");
        command.args(["-f", "-v", "-s", "65535", "-e", "trace=execve,execveat", "-e", "signal=none", "-o"]);
        command.arg(&log).arg(program.path()).args(arguments);
        Self { log, command }
    }

    /// The log, which is no longer there when the home is searched.
    fn read(&self) -> String {
        let text = fs::read_to_string(&self.log).expect("strace wrote its log");
        fs::remove_file(&self.log).expect("an own file");
        text
    }

    fn run(mut self) -> String {
        run(&mut self.command, LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"));
        self.read()
    }
}

#[test]
#[ignore = "needs strace"]
fn no_program_is_started_with_a_secret_in_its_arguments_or_environment() {
    if program_on_path("strace").is_some() {
        as_root(a_traced_day);
    }
}

fn a_traced_day() {
    let mut planted = Planted::with(Federation::Direct, Rotation::Always);
    let mut traces = String::new();

    let mut browser = Trace::of(&planted, "browser", Program::CredentialProcess, &["login", "--force"]);
    let (code, output, _) = planted.sign_in_by_hand_with(&mut browser.command, |_| {});
    output.success();
    traces += &browser.read();
    planted.note("code", &code);
    planted.note_stored();

    planted.desk.lose_credentials_and_id_token();
    traces += &Trace::of(&planted, "renewal", Program::CredentialProcess, &["export"]).run();
    planted.note_stored();

    planted
        .desk
        .sandbox
        .control()
        .set_behaviour(&Behaviour { auto_approve: Some(AutoApprove::Off), ..Behaviour::default() });
    let mut device =
        Trace::of(&planted, "device", Program::CredentialProcess, &["login", "--force", "--method", "device"]);
    enter_the_code(&planted, &mut device.command);
    traces += &device.read();
    planted.note_stored();

    for (name, program, arguments) in [
        ("cached", Program::CredentialProcess, &[][..]),
        ("token", Program::CredentialProcess, &["token"]),
        ("doctor", Program::CredentialProcess, &["doctor", "--live"]),
        ("status", Program::CredentialProcess, &["status"]),
        ("install", Program::CredentialProcess, &["install-settings"]),
        ("headers", Program::OtelHelper, &["--profile", "ClaudeCode"]),
        ("logout", Program::CredentialProcess, &["logout"]),
    ] {
        traces += &Trace::of(&planted, name, program, arguments).run();
    }

    for started in ["__sign-in", "__renew", "fake-browser\"", "otel-helper\"", "\"doctor\""] {
        assert!(traces.contains(started), "{started} was not seen in {traces}");
    }
    // What the caller has in its environment goes on to children; that it is found proves that the search sees it.
    let callers = [Secret::new("proxy", PROXY_PASSWORD), Secret::new("key", CALLERS_KEY)];
    assert_eq!(held(&callers, traces.as_bytes()).len(), 2);
    let ours = planted.secrets(&["proxy password", "caller's own key"]);
    assert!(ours.len() > 15, "{}", ours.len());
    assert_absent(&ours, [Place::text("arguments and environment", &traces)]);
    assert_the_browser_gets_the_authorize_url_alone(&traces);
}

/// The person, on another device.
fn enter_the_code(planted: &Planted, login: &mut Command) {
    let login = start(login);
    let code = loop {
        let text = login.stderr_so_far();
        let rest = text.split("enter the code:\n\n").nth(1).and_then(|rest| Some(rest.split_once('\n')?.0.to_owned()));
        if let Some(code) = rest {
            break code.trim().to_owned();
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    let page = planted.desk.sandbox.idp_url().join("activate").expect("a URL");
    let _ = http::post_form(page.as_str(), &[("user_code", &*code), ("user", "alice"), ("sandbox_action", "sign-in")]);
    login.wait(LIMIT).unwrap_or_else(|overrun| panic!("{overrun}")).success();
}

/// `execve("/../fake-browser", ["/../fake-browser", "URL"], ["PATH=..."])`
fn assert_the_browser_gets_the_authorize_url_alone(traces: &str) {
    let line = traces.lines().find(|line| line.contains("fake-browser\", [\"")).expect("it was started");
    let arguments = line.split_once("\", [\"").and_then(|(_, rest)| rest.split_once("\"], [")).expect("arguments").0;
    let [_, address] = arguments.split("\", \"").collect::<Vec<_>>()[..] else { panic!("{arguments}") };
    let url = Url::parse(address).expect("a URL");
    let names: BTreeSet<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    let expected = [
        "client_id",
        "code_challenge",
        "code_challenge_method",
        "nonce",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
    ];
    assert!(names.iter().eq(&expected), "{names:?}");
}

/// The client secret is given in the environment of the one command that stores it, and goes no further.
#[test]
#[ignore = "needs strace"]
fn the_command_that_stores_the_client_secret_starts_nobody_with_it() {
    if program_on_path("strace").is_none() {
        return;
    }
    as_root(|| {
        let planted = Planted::new(Federation::Direct);
        let mut trace = Trace::of(&planted, "secret", Program::CredentialProcess, &["--set-client-secret"]);
        trace.command.env("CCWB_CLIENT_SECRET", CLIENT_SECRET);
        let traces = trace.run();
        let holding: Vec<_> = traces.lines().filter(|line| line.contains(CLIENT_SECRET)).collect();
        assert!(matches!(holding[..], [line] if line.contains("--set-client-secret")), "{holding:?}");
    });
}
