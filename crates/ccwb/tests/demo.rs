//! `ccwb demo` and `ccwb sandbox` as a person starts them.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "helpers of tests are tests too")]
#![expect(clippy::disallowed_methods, reason = "a test reads its own environment")]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const CCWB: &str = env!("CARGO_BIN_EXE_ccwb");

/// Only what a person's shell always has; above all nothing by which ccwb would take itself for started by cargo.
fn ccwb(arguments: &[&str]) -> Command {
    let mut command = Command::new(CCWB);
    command.env_clear().envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "TMPDIR"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// `cargo test -p ccwb` does not build credential-process; continuous integration does.
fn credential_process_is_built() -> bool {
    let built = Path::new(CCWB).with_file_name(format!("credential-process{}", std::env::consts::EXE_SUFFIX)).is_file();
    let in_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    assert!(built || !in_ci, "credential-process must be built for this test: cargo build --workspace");
    if !built {
        eprintln!("skipped: credential-process is not built; run cargo build -p credential-process first");
    }
    built
}

fn demo(arguments: &[&str]) -> String {
    let arguments = [&["demo", "--no-browser"], arguments].concat();
    let Output { status, stdout, stderr } = ccwb(&arguments).output().unwrap();
    let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8_lossy(&stderr).into_owned());
    assert!(status.success(), "{status}\n{stdout}\n{stderr}");
    stdout
}

fn assert_is_complete(tour: &str) {
    for line in [
        "Signed in as alice@example.com",
        "1 × authorize",
        "1 × token:authorization_code",
        "1 × bedrock:Converse",
        "1 × token:refresh_token",
        "7 Claude Code, and the telemetry that comes of it",
        "the throw-away home with everything in it",
    ] {
        assert!(tour.contains(line), "{line} is missing in\n{tour}");
    }
    assert!(!tour.contains('\u{1b}'), "colours in a pipe");
}

#[test]
fn the_demo_goes_through_an_identity_pool() {
    if credential_process_is_built() {
        let tour = demo(&["--federation", "cognito"]);
        assert_is_complete(&tour);
        assert!(tour.contains("1 × cognito:GetId") && tour.contains("CcwbCognitoRole"), "{tour}");
    }
}

#[test]
fn the_demo_goes_straight_through_sts() {
    if credential_process_is_built() {
        let tour = demo(&["--federation", "direct"]);
        assert_is_complete(&tour);
        assert!(tour.contains("1 × sts:AssumeRoleWithWebIdentity") && tour.contains("CcwbFederatedRole"), "{tour}");
    }
}

#[cfg(unix)]
#[test]
fn without_claude_code_one_line_says_what_would_be_shown() {
    if credential_process_is_built() && !is_managed() {
        let path = path_with_a_shell();
        let output = ccwb(&["demo", "--no-browser"]).env("PATH", path.path()).output().unwrap();
        let tour = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{tour}");
        assert!(tour.contains("Claude Code is not installed here; with it, the demo would end with"), "{tour}");
    }
}

/// Whatever is called `claude` on somebody's path: the demo is not about it.
#[cfg(unix)]
#[test]
fn a_claude_that_does_not_work_here_does_not_spoil_the_demo() {
    use std::os::unix::fs::PermissionsExt;
    if credential_process_is_built() && !is_managed() {
        let path = path_with_a_shell();
        let claude = path.path().join("claude");
        std::fs::write(&claude, "#!/bin/sh\necho 'no node here' >&2; exit 3\n").unwrap();
        std::fs::set_permissions(&claude, std::fs::Permissions::from_mode(0o755)).unwrap();
        let output = ccwb(&["demo", "--no-browser"]).env("PATH", path.path()).output().unwrap();
        let tour = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{tour}");
        assert!(tour.contains("does not run in this home: no node here"), "{tour}");
    }
}

/// A folder with nothing but what SDKs run a `credential_process` with.
#[cfg(unix)]
fn path_with_a_shell() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/bin/sh", folder.path().join("sh")).unwrap();
    folder
}

/// A machine whose Claude Code a company manages is left alone.
#[cfg(unix)]
fn is_managed() -> bool {
    ["/etc/claude-code", "/Library/Application Support/ClaudeCode"].iter().any(|folder| Path::new(folder).exists())
}

#[test]
fn nothing_stays_behind() {
    if credential_process_is_built() {
        let temporary = tempfile::tempdir().unwrap();
        let output = ccwb(&["demo", "--no-browser"]).env("TMPDIR", temporary.path()).output().unwrap();
        assert!(output.status.success());
        assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0);
    }
}

#[test]
fn a_bad_choice_is_an_error_with_a_code_a_hint_and_exit_code_2() {
    let output = ccwb(&["demo", "--provider", "myspace"]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr.starts_with("error[usage]: invalid value 'myspace'"), "{stderr}");
    assert!(stderr.lines().last().unwrap().starts_with("hint: "), "{stderr}");
}

#[cfg(unix)]
#[test]
fn a_sandbox_announces_itself_as_json_and_logs_requests_until_it_is_ended() {
    let mut sandbox = Running(
        ccwb(&["sandbox", "--idp-port", "0", "--aws-port", "0", "--otlp-port", "0", "--json"]).spawn().unwrap(),
    );
    let mut lines = BufReader::new(sandbox.0.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<serde_json::Value>(&lines.next().unwrap().unwrap()).unwrap();
    let announced = next();
    let config = std::fs::read(announced["config"].as_str().unwrap()).unwrap();
    assert!(serde_json::from_slice::<serde_json::Value>(&config).unwrap()["ClaudeCode"].is_object());
    assert_eq!(
        announced["environment"]["AWS_ENDPOINT_URL"],
        announced["aws_url"].as_str().unwrap().trim_end_matches('/')
    );

    let issuer = url::Url::parse(announced["issuer"].as_str().unwrap()).unwrap();
    get(&issuer, "/.well-known/openid-configuration");
    let request = next();
    assert_eq!((request["endpoint"].as_str(), request["status"].as_u64()), (Some("discovery"), Some(200)));

    assert!(Command::new("kill").arg(sandbox.0.id().to_string()).status().unwrap().success());
    assert!(sandbox.0.wait().unwrap().success());
    assert!(!Path::new(announced["config"].as_str().unwrap()).exists());
}

fn get(server: &url::Url, path: &str) {
    use std::io::Write;
    let address = server.socket_addrs(|| None).unwrap()[0];
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    stream.read_to_string(&mut String::new()).unwrap();
}

/// Ended when a test fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
