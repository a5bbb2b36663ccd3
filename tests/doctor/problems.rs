//! The table: each problem is planted on a machine of its own, and is the only thing found.

use std::any::Any;
use std::fs::File;
use std::net::TcpListener;
use std::time::{Duration, SystemTime};

use ccwb_tests::{Program, free_port};
use serde_json::json;

use crate::machine::{Machine, PROFILE, set_mode};

/// What must live while `doctor` runs.
type Kept = Option<Box<dyn Any>>;

struct Problem {
    what: &'static str,
    /// `state name`, as in the report.
    found: &'static str,
    /// Something that its message or fix says.
    says: &'static str,
    plant: fn(&mut Machine) -> Kept,
}

/// A row whose planting leaves nothing alive.
macro_rules! problem {
    ($what:literal, $found:literal, $says:literal, |$machine:ident| $plant:expr) => {
        Problem {
            what: $what,
            found: $found,
            says: $says,
            plant: |$machine| {
                let _ = $plant;
                None
            },
        }
    };
}

fn problems() -> Vec<Problem> {
    let mut all = [configuration(), store_and_sign_in(), aws_profile(), shadows(), remains_and_network(), ports()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>();
    if cfg!(unix) {
        all.extend(permissions());
    }
    if cfg!(target_os = "linux") {
        all.extend([
            problem!("no display", "warning browser", "DISPLAY", |m| m.home.remove_env("BROWSER")),
            problem!("a remote session", "warning browser", "ssh -L", |m| m
                .home
                .remove_env("BROWSER")
                .set_env("SSH_CONNECTION", "192.0.2.1 5 192.0.2.2 22")),
        ]);
    }
    all
}

fn configuration() -> Vec<Problem> {
    vec![
        problem!("no config.json", "failed config", "install.sh", |m| std::fs::remove_file(
            m.home.path().join("claude-code-with-bedrock/config.json")
        )),
        problem!("config.json is broken", "failed config", "line 1", |m| m.home.write_config("{\"ClaudeCode\": {,}}")),
        problem!("a bad value", "failed config", "aws_region", |m| m.configure("aws_region", "nowhere")),
        problem!("an unknown profile", "failed config", "Nobody", |m| m.home.set_env("CCWB_PROFILE", "Nobody")),
        problem!("a bad REDIRECT_PORT", "failed config", "REDIRECT_PORT", |m| m.home.set_env("REDIRECT_PORT", "x")),
        problem!("a misspelt key", "warning config-keys", "client_idd", |m| m.configure("client_idd", "x")),
    ]
}

fn store_and_sign_in() -> Vec<Problem> {
    vec![
        problem!("a session file that is damaged", "warning session-file", "damaged", |m| m
            .write_state("ClaudeCode.session.json", "{\"credentials\": \"")),
        problem!("a keyring that is not there", "warning store", "D-Bus", |m| m
            .configure("credential_storage", "keyring")),
        problem!("nothing but a keyring that is not there", "failed store", "D-Bus", |m| m
            .configure("credential_storage", "keyring-only")),
        problem!("no client secret", "failed client-secret", "--set-client-secret", |m| m
            .configure("client_auth", "secret")),
        problem!("a missing certificate", "failed client-secret", "nowhere.pem", |m| {
            m.configure("client_certificate_path", "/nowhere.pem");
            m.configure("client_certificate_key_path", "/nowhere.key");
            m.configure("client_auth", "certificate");
        }),
        problem!("a failure that nobody saw", "warning last-error", "aws-refused", |m| m.write_state(
            "ClaudeCode.last-error.json",
            r#"{"code":"aws-refused","exit":7,"message":"AWS refused","hint":"ask","at":1767225600}"#
        )),
        problem!("a BROWSER that is not there", "warning browser", "BROWSER", |m| m
            .home
            .set_env("BROWSER", "/no/browser")),
        problem!("CCWB_NO_BROWSER", "warning browser", "CCWB_NO_BROWSER", |m| m.home.set_env("CCWB_NO_BROWSER", "1")),
    ]
}

fn aws_profile() -> Vec<Problem> {
    vec![
        problem!("no file of AWS profiles", "failed aws-config", "does not exist", |m| std::fs::remove_file(
            m.home.path().join(".aws/config")
        )),
        problem!("no AWS profile", "failed aws-config", "no [profile ClaudeCode]", |m| m
            .home
            .write_aws_profile("Other")),
        problem!("AWS_CONFIG_FILE elsewhere", "failed aws-config", "does not exist", |m| m
            .home
            .set_env("AWS_CONFIG_FILE", "/no/config")),
        problem!("an AWS profile of another kind", "failed aws-config", "no credential_process", |m| m
            .home
            .write(".aws/config", "[profile ClaudeCode]\nsso_session = x\n")),
        problem!("keys in the AWS profile", "failed aws-config", "static keys", |m| m
            .home
            .write(".aws/config", "[profile ClaudeCode]\naws_access_key_id = AKIAPLANTEDPLANTED12\n")),
        problem!("a program that is gone", "failed aws-config", "not there", |m| m
            .home
            .write_aws_profile_running(PROFILE, "/no/credential-process --profile ClaudeCode")),
        problem!("a tilde", "failed aws-config", "~", |m| m
            .home
            .write_aws_profile_running(PROFILE, "~/credential-process --profile ClaudeCode")),
        problem!("$HOME", "failed aws-config", "variable", |m| m
            .home
            .write_aws_profile_running(PROFILE, "$HOME/credential-process --profile ClaudeCode")),
        problem!("an unquoted space", "failed aws-config", "quotes", |m| {
            let program = m.home.write_script("my programs/credential-process", "#!/bin/sh\n");
            m.home.write_aws_profile_running(PROFILE, &format!("{} --profile ClaudeCode", program.display()))
        }),
        problem!("another copy", "warning aws-config", "older/credential-process", |m| {
            let program = m.home.write_script("older/credential-process", "#!/bin/sh\n");
            m.home.write_aws_profile_running(PROFILE, &format!("{} --profile ClaudeCode", program.display()))
        }),
        problem!("another program", "failed aws-config", "aws-vault", |m| {
            let program = m.home.write_script("aws-vault", "#!/bin/sh\n");
            m.home.write_aws_profile_running(PROFILE, &program.display().to_string())
        }),
        problem!("the profile of somebody else", "warning aws-config", "Other", |m| m.home.write_aws_profile_running(
            PROFILE,
            &format!("\"{}\" --profile Other", Program::CredentialProcess.path().display())
        )),
    ]
}

fn shadows() -> Vec<Problem> {
    vec![
        problem!("static keys", "failed static-keys", "static keys", |m| m
            .home
            .write(".aws/credentials", "[ClaudeCode]\naws_access_key_id = AKIAPLANTEDPLANTED12\n")),
        problem!("the guidance's placeholder", "failed static-keys", "EXPIRED", |m| m
            .home
            .write(".aws/credentials", "[ClaudeCode]\naws_access_key_id=EXPIRED\nx-expiration=2000-01-01T00:00:00Z\n")),
        problem!("the guidance's credentials", "failed static-keys", "older version", |m| m.home.write(
            ".aws/credentials",
            "[ClaudeCode]\naws_access_key_id=ASIAPLANTEDPLANTED12\nx-expiration=2026-01-01T00:00:00Z\n"
        )),
        problem!("static keys in another place", "failed static-keys", "~/elsewhere", |m| {
            let path = m.home.write("elsewhere", "[ClaudeCode]\naws_access_key_id = AKIAPLANTEDPLANTED12\n");
            m.home.set_env("AWS_SHARED_CREDENTIALS_FILE", path)
        }),
        problem!("keys in the environment", "failed environment-keys", "AWS_SECRET_ACCESS_KEY", |m| m
            .home
            .set_env("AWS_ACCESS_KEY_ID", "AKIAPLANTEDPLANTED12")
            .set_env("AWS_SECRET_ACCESS_KEY", "planted-secret")),
        problem!("a Bedrock key in the environment", "failed environment-keys", "AWS_BEARER_TOKEN_BEDROCK", |m| m
            .home
            .set_env("AWS_BEARER_TOKEN_BEDROCK", "planted-bearer")),
        problem!("half a key in the environment", "warning environment-keys", "AWS_SESSION_TOKEN", |m| m
            .home
            .set_env("AWS_SESSION_TOKEN", "planted-token")),
        problem!("AWS_PROFILE elsewhere", "warning profile-variable", "sandbox-admin", |m| m
            .home
            .set_env("AWS_PROFILE", "sandbox-admin")),
    ]
}

fn remains_and_network() -> Vec<Problem> {
    vec![
        problem!("a token over plain HTTP", "failed endpoint-variable", "AWS_ENDPOINT_URL", |m| m
            .home
            .set_env("AWS_ENDPOINT_URL", "http://aws.example")),
        problem!("a refresh token in clear text", "failed older-install", "ClaudeCode-refresh.json", |m| m
            .home
            .write(".claude-code-session/ClaudeCode-refresh.json", "{\"refresh_token\": \"planted\"}")),
        problem!("an ID token in clear text", "warning older-install", "ClaudeCode-monitoring.json", |m| m
            .home
            .write(".claude-code-session/ClaudeCode-monitoring.json", "{\"token\": \"planted\"}")),
        problem!("other remains", "warning older-install", "collector.pid", |m| m
            .home
            .write(".claude-code-session/collector.pid", "1")),
        problem!("a proxy that is none", "failed proxy", "HTTPS_PROXY", |m| m
            .home
            .set_env("HTTPS_PROXY", "gopher://person:planted-password@proxy")),
        problem!("a proxy for loopback", "warning proxy", "NO_PROXY", |m| m
            .home
            .set_env("HTTP_PROXY", "http://proxy.example:3128")),
        problem!("a missing bundle", "failed ca-bundle", "AWS_CA_BUNDLE", |m| m
            .home
            .set_env("AWS_CA_BUNDLE", "/no.pem")),
        problem!("an empty bundle", "failed ca-bundle", "no certificate", |m| {
            let path = m.home.write("empty.pem", "");
            m.home.set_env("NODE_EXTRA_CA_CERTS", path)
        }),
        problem!("a clock that went back", "warning clock", "future", |m| {
            let file = File::create(m.write_state("ClaudeCode.renewal", "")).expect("it can be written");
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000);
            file.set_modified(time)
        }),
    ]
}

fn ports() -> Vec<Problem> {
    vec![
        Problem {
            what: "a port that is taken",
            found: "failed callback-port",
            says: "process ",
            plant: |machine| Some(Box::new(listen(machine.redirect_port()))),
        },
        Problem {
            what: "the first of two ports is taken",
            found: "warning callback-port",
            says: "another one is used",
            plant: |machine| {
                let listener = listen(machine.redirect_port());
                machine.configure("redirect_port", json!([machine.redirect_port(), free_port()]));
                Some(Box::new(listener))
            },
        },
    ]
}

fn permissions() -> Vec<Problem> {
    let mut all = vec![
        problem!("config.json that everybody can change", "failed config-file", "chmod o-w", |m| set_mode(
            &m.home.path().join("claude-code-with-bedrock/config.json"),
            0o646
        )),
        problem!("a folder that everybody can change", "failed config-file", "chmod o-w", |m| set_mode(
            &m.home.path().join("claude-code-with-bedrock"),
            0o777
        )),
        problem!("a state folder that is open", "warning state-folder", "mode 755", |m| {
            std::fs::create_dir_all(m.state()).expect("it can be made");
            set_mode(&m.state(), 0o755);
        }),
        problem!("a file in place of the state folder", "failed state-folder", "in its place", |m| m
            .home
            .write(".local/state/claude-code-with-bedrock", "")),
        problem!("a session file that others can read", "failed session-file", "mode 644", |m| {
            let path = m.write_state("ClaudeCode.session.json", "{}");
            set_mode(&path, 0o644);
        }),
    ];
    #[cfg(unix)]
    if rustix::process::geteuid().is_root() {
        all.push(problem!("somebody else's state folder", "failed state-folder", "another user", |m| {
            std::fs::create_dir_all(m.state()).expect("it can be made");
            std::os::unix::fs::chown(m.state(), Some(12_345), None)
        }));
    }
    all
}

fn listen(port: u16) -> TcpListener {
    TcpListener::bind(("127.0.0.1", port)).expect("the port is free")
}

#[test]
fn each_planted_problem_is_found_and_no_more() {
    let mut complaints = Vec::new();
    let problems = problems();
    assert!(problems.len() >= 40, "{}", problems.len());
    for Problem { what, found, says, plant } in problems {
        let mut machine = Machine::new();
        let kept = plant(&mut machine);
        let report = machine.doctor(&[]);
        drop(kept);
        let said = report.checks.iter().any(|check| {
            format!("{} {}", check.state, check.name) == found
                && (check.message.contains(says) || check.fix.as_ref().is_some_and(|fix| fix.contains(says)))
        });
        if report.problems() != [found] || !said {
            let wrong: Vec<_> = report.checks.iter().filter(|check| check.fix.is_some()).collect();
            complaints.push(format!("{what}: expected {found} saying {says:?}, found {wrong:#?}"));
        }
        assert_eq!(machine.home.openings(), [""; 0], "{what}");
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_program_in_a_folder_that_everybody_can_change_is_found() {
    let machine = Machine::new();
    let program = machine.home.path().join("bin/credential-process");
    std::fs::create_dir(machine.home.path().join("bin")).expect("HOME can be written");
    std::fs::copy(Program::CredentialProcess.path(), &program).expect("HOME can be written");
    set_mode(&machine.home.path().join("bin"), 0o777);
    let mut command = machine.home.command(&program);
    let output = ccwb_tests::run(command.args(["doctor", "--json"]), ccwb_tests::LIMIT).expect("it ends");
    let report = crate::report::Report::read(output);
    assert_eq!(report.problems(), ["failed program-file"], "{report:#?}");
}

/// In a mount of its own, where the system allows one.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_found() {
    let machine = Machine::new();
    std::fs::create_dir_all(machine.state()).expect("HOME can be written");
    let script = "mount -t tmpfs -o size=16k,mode=700 tmpfs \"$1\" || exit 99; exec \"$2\" doctor --json";
    let mut command = machine.home.command("unshare");
    command.args(["-Urm", "sh", "-c", script, "sh"]).arg(machine.state()).arg(Program::CredentialProcess.path());
    let output = ccwb_tests::run(&mut command, ccwb_tests::LIMIT).expect("it ends");
    if output.stdout.is_empty() {
        return;
    }
    let report = crate::report::Report::read(output);
    assert_eq!(report.problems(), ["failed state-folder"], "{report:#?}");
    let fix = report.check("state-folder").fix.clone().unwrap_or_default();
    assert!(fix.contains("free some space"), "{fix}");
}
