//! Machines of every kind, from outside: which way to sign in is chosen there, and what opens a browser.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use ccwb_sandbox::{Federation, ProviderShape};
use ccwb_tests::{LIMIT, Program, Running};

use crate::support::{Credentials, ErrorReport, Journey, each_case, eventually};

type Environment = &'static [(&'static str, &'static str)];

const SSH: (&str, &str) = ("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 2222");

/// A machine with these variables and no `BROWSER`.
fn machine(environment: &[(&str, &str)]) -> Journey {
    on(Journey::new(), environment)
}

fn on(mut journey: Journey, environment: &[(&str, &str)]) -> Journey {
    journey.home.remove_env("BROWSER").set_envs(environment.iter().copied());
    journey
}

/// A program that writes down its arguments, one a line, and then does something else.
fn writes_its_arguments(journey: &Journey, name: &str, then: &str) -> PathBuf {
    let log = arguments_of(journey, name);
    let script = format!("#!/bin/sh\nprintf '%s\\n' \"$@\" >'{}'\n{then}\n", log.display());
    journey.home.write_script(format!("bin/{name}"), &script)
}

fn arguments_of(journey: &Journey, name: &str) -> PathBuf {
    journey.home.path().join(format!("arguments-of-{name}"))
}

fn arguments(journey: &Journey, name: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    eventually("it was started", || {
        let text = fs::read_to_string(arguments_of(journey, name)).unwrap_or_default();
        arguments = text.lines().map(str::to_owned).collect();
        !arguments.is_empty()
    });
    arguments
}

/// `~/bin` comes first.
fn with_bin(journey: &mut Journey) {
    let path = format!("{}:/usr/bin:/bin", journey.home.path().join("bin").display());
    journey.home.set_env("PATH", path);
}

/// The address of the sign-in that waits.
fn address(journey: &Journey) -> String {
    let mut address = None;
    eventually("a sign-in waits", || {
        address = journey.sign_ins().first().and_then(|record| record["authorization_url"].as_str().map(str::to_owned));
        address.is_some()
    });
    address.expect("it waits")
}

fn wait_for(login: &Running, text: &str) -> String {
    eventually(text, || login.stderr_so_far().contains(text));
    login.stderr_so_far()
}

#[test]
fn without_a_browser_a_code_is_shown_where_the_provider_has_codes() {
    let cases: [(&str, Environment); 7] = [
        ("SSH", &[SSH]),
        ("SSH with X11", &[SSH, ("DISPLAY", "localhost:10.0")]),
        ("dev container", &[("REMOTE_CONTAINERS", "true")]),
        ("Codespace", &[("CODESPACES", "true")]),
        ("Gitpod", &[("GITPOD_WORKSPACE_ID", "a-b-c")]),
        ("VS Code Remote", &[SSH, ("VSCODE_IPC_HOOK_CLI", "/run/vscode.sock")]),
        ("no display", &[]),
    ];
    each_case(cases.map(|(name, environment)| (name.to_owned(), environment)), |environment| {
        let journey = machine(environment);
        let output = journey.call(&["login"]).success();
        assert!(output.stderr.contains("enter the code:"), "{output}");
        assert_eq!(journey.sandbox.control().count("token:device_code"), 1);
    });
}

#[test]
fn where_it_has_none_an_address_is_shown_with_the_way_back_to_this_machine() {
    let cases: [(&str, Environment, &str); 5] = [
        ("SSH", &[SSH, ("USER", "alice")], "ssh -p 2222 -L PORT:127.0.0.1:PORT alice@192.0.2.2"),
        ("SSH without its addresses", &[("SSH_TTY", "/dev/pts/0")], "forward port PORT of this machine"),
        ("VS Code Remote", &[SSH, ("TERM_PROGRAM", "vscode")], "PORT must be forwarded to PORT"),
        ("dev container", &[("REMOTE_CONTAINERS", "true")], "forward port PORT of this machine"),
        ("BROWSER=none", &[("BROWSER", "none"), ("DISPLAY", ":0")], "forward port PORT of this machine"),
    ];
    each_case(cases.map(|(name, environment, says)| (name.to_owned(), (environment, says))), |(environment, says)| {
        let journey = Journey::with(Federation::Cognito, |options| {
            options.shape = ProviderShape::Cognito("us-east-1_Sandbox01".to_owned());
        });
        let mut journey = on(journey, environment);
        let issuer = journey.sandbox.issuer().to_owned();
        journey.configure(|profile| profile["oidc_issuer_url"] = issuer.into());
        let login = journey.start(&["login"]);
        let says = says.replace("PORT", &journey.sandbox.redirect_port().to_string());
        let said = wait_for(&login, &says);
        assert!(said.contains(&address(&journey)), "{said}");
        assert_eq!(journey.sandbox.control().count("device"), 0);
    });
}

/// VS Code sets `BROWSER` in its terminals to a helper that opens the browser of the person's own machine.
#[test]
fn the_helper_of_vs_code_gets_the_address_letter_by_letter() {
    let mut journey = machine(&[SSH, ("TERM_PROGRAM", "vscode"), ("VSCODE_IPC_HOOK_CLI", "/run/vscode.sock")]);
    let then = format!("exec '{}' \"$1\"", Program::FakeBrowser.path().display());
    let helper = writes_its_arguments(&journey, "browser.sh", &then);
    journey.home.set_env("BROWSER", helper);
    journey.call(&["login"]).success();
    assert_eq!(arguments(&journey, "browser.sh"), [journey.home.openings()[0].clone()]);
}

#[test]
fn browser_may_hold_arguments_a_placeholder_and_alternatives() {
    let mut journey = machine(&[]);
    let then = format!("exec '{}' \"$3\"", Program::FakeBrowser.path().display());
    let browser = writes_its_arguments(&journey, "firefox", &then);
    journey.home.set_env("BROWSER", format!("/no/such/browser:{} -P 'at work' %s", browser.display()));
    journey.call(&["login"]).success();
    assert_eq!(arguments(&journey, "firefox"), ["-P", "at work", &journey.home.openings()[0]]);
}

#[test]
fn in_wsl_wslview_comes_first_and_then_powershell_and_the_address_arrives_intact() {
    let wsl = [("WSL_DISTRO_NAME", "Ubuntu"), ("DISPLAY", ":0")];
    let mut journey = machine(&wsl);
    with_bin(&mut journey);
    writes_its_arguments(&journey, "wslview", "exit 0");
    writes_its_arguments(&journey, "xdg-open", "exit 0");
    let login = journey.start(&["login"]);
    let shown = address(&journey);
    assert!(shown.contains('&') && shown.contains('=') && shown.contains('%'), "{shown}");
    assert_eq!(arguments(&journey, "wslview"), [shown]);
    drop(login);

    let mut journey = machine(&wsl);
    with_bin(&mut journey);
    writes_its_arguments(&journey, "wslview", "exit 1");
    writes_its_arguments(&journey, "powershell.exe", "exit 0");
    let login = journey.start(&["login"]);
    let shown = address(&journey);
    let script = format!("Start-Process '{shown}'");
    assert_eq!(arguments(&journey, "powershell.exe"), ["-NoProfile", "-NonInteractive", "-Command", &script]);
    drop(login);

    let mut journey = machine(&wsl);
    with_bin(&mut journey);
    writes_its_arguments(&journey, "xdg-open", "exit 0");
    let login = journey.start(&["login"]);
    let said = wait_for(&login, "No browser could be opened");
    assert!(said.contains(&address(&journey)), "{said}");
    assert!(!arguments_of(&journey, "xdg-open").exists(), "a browser of Linux is not the person's");
}

/// Field report R-16: openers print to the pipe of whoever waits for one line of JSON.
#[test]
fn an_opener_that_floods_its_output_spoils_nothing() {
    let mut journey = Journey::new();
    let flood = format!(
        "#!/bin/sh\nyes 'Opening in existing browser session.' | head -c 3000000\n\
         yes '[1:1:ERROR] libva' | head -c 3000000 >&2\nexec '{}' \"$1\"\n",
        Program::FakeBrowser.path().display()
    );
    let flooding = journey.home.write_script("flooding-browser", &flood);
    journey.home.set_env("BROWSER", flooding);
    let output = journey.call(&[]);
    Credentials::of(&output);
    assert_eq!(output.stderr, "");
    journey.call(&["logout"]).success();
    let output = journey.call(&["login"]).success();
    assert!(output.stdout.is_empty() && output.stderr.len() < 2_000, "{output}");
}

#[test]
fn a_browser_that_refuses_to_run_as_root_is_told_of_within_seconds() {
    let mut journey = Journey::new();
    let chrome = journey.home.write_script(
        "chrome",
        "#!/bin/sh\nsleep 0.3\necho 'Running as root without --no-sandbox is not supported.' >&2\nexit 1\n",
    );
    journey.home.set_env("BROWSER", chrome);
    let login = journey.start(&["login"]);
    let said = wait_for(&login, "No browser could be opened");
    assert!(said.contains("exit status: 1") && said.contains(&address(&journey)), "{said}");
    assert_eq!(said.contains("refuse to run as root"), rustix::process::geteuid().is_root(), "{said}");
}

/// `sudo` may leave `HOME` as it was. A folder of root's in there would lock the person out for good.
#[test]
fn root_by_sudo_makes_nothing_in_the_home_of_a_person() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let journey = on(Journey::new(), &[("SUDO_USER", "alice"), ("SUDO_UID", "12345")]);
    std::os::unix::fs::chown(journey.home.path(), Some(12_345), None).expect("root may");
    for arguments in [&[] as &[&str], &["login"], &["export"]] {
        let output = journey.call(arguments);
        output.is_error_at_once(9, "store-foreign");
        assert!(output.stderr.contains("belongs to alice") && output.stderr.contains("without sudo"), "{output}");
    }
    assert!(!journey.home.path().join(".local").exists());
    assert_eq!(journey.openings(), 0);

    // In a home of root's own there is nothing to fear.
    std::os::unix::fs::chown(journey.home.path(), Some(0), None).expect("root may");
    journey.call(&["login"]).success();
}

/// Field report R-43: the command that opens the browser needs credentials, and would wait for the sign-in for ever.
#[test]
fn a_browser_command_that_calls_this_program_is_refused_at_once() {
    let mut journey = Journey::new();
    let script = format!(
        "#!/bin/sh\nlog='{}'\n'{}' >\"$log.out\" 2>\"$log\"\necho \"exit code $?\" >>\"$log\"\nexec '{}' \"$1\"\n",
        journey.home.path().join("inner").display(),
        Program::CredentialProcess.path().display(),
        Program::FakeBrowser.path().display()
    );
    let browser = journey.home.write_script("calls-us", &script);
    journey.home.set_env("BROWSER", browser);
    let output = journey.call(&[]);
    Credentials::of(&output);
    assert!(output.elapsed < Duration::from_secs(10), "nobody waited for anybody: {output}");
    let inner = fs::read_to_string(journey.home.path().join("inner")).expect("it ran");
    assert!(inner.starts_with("error[recursive-call]: ") && inner.ends_with("exit code 1\n"), "{inner}");
    assert_eq!(fs::read_to_string(journey.home.path().join("inner.out")).expect("it ran"), "");
    assert_eq!(journey.openings(), 1);
}

/// Editors are started from browsers, and live longer than the sign-in.
#[test]
fn what_was_started_from_that_browser_is_served_once_the_sign_in_is_over() {
    let mut journey = Journey::new();
    journey.sign_in();
    let id = journey.sign_ins()[0]["pid"].as_i64().expect("a process");
    journey.home.set_env("CCWB_OPENED_BY", id.to_string());
    journey.expire_all_but_the_refresh_token();
    journey.sandbox.control().revoke_all_refresh_tokens();
    Credentials::of(&journey.call(&[]));
    assert_eq!(journey.openings(), 2);
}

/// A program asks, and nobody could read an answer: that is an error at once and not a wait of minutes.
#[test]
fn a_program_without_browser_and_terminal_is_told_at_once_that_a_person_is_needed() {
    let journey = machine(&[SSH]);
    let mut command = journey.home.command("setsid");
    command.arg("--wait").arg(Program::CredentialProcess.path());
    let output = ccwb_tests::run(&mut command, LIMIT).expect("it ends");
    output.is_error_at_once(4, "sign-in-needed");
    assert_eq!(journey.requests(), [""; 0]);
}
