//! The flags of the AWS guidance's binary, for installs that use them: its output, its exit codes, hidden from help.

use std::thread;
use std::time::Duration;

use ccwb_sandbox::{Federation, Lifetimes, User};
use ccwb_tests::{FakeBrowser, Home, Output};
use serde_json::{Value, json};

use crate::desk::{Desk, assert_credentials, finish, options};
use crate::failure::{assert_failure, exit};

const FLAGS: &[&str] = &[
    "--get-monitoring-token",
    "--get-mcp-auth-header",
    "--clear-cache",
    "--check-expiration",
    "--refresh-if-needed",
    "--show-tags",
    "--show-claims",
    "--get-tag",
    "--login",
    "--set-client-secret",
    "--explain",
];

const TAGS: &str = "https://aws.amazon.com/tags";

/// A desk whose person has principal tags.
fn tagged(lifetimes: Lifetimes) -> Desk {
    let claims = json!({TAGS: {"principal_tags": {"Project": ["apollo"], "Team": ["core", "other"]}, "transitive_tag_keys": ["Project"]}});
    let claims = claims.as_object().expect("an object").clone();
    let user = User {
        login: "tess".into(),
        given_name: "Tess".into(),
        email: Some("tess@example.com".into()),
        claims,
        ..User::default()
    };
    Desk::with(ccwb_sandbox::Options { users: vec![user], lifetimes, ..options() }, Federation::Cognito)
}

#[track_caller]
fn assert_silent(output: &Output, code: i32) {
    assert_eq!((output.code, &*output.stdout), (Some(code), ""), "{output}");
}

#[test]
fn none_of_them_is_in_the_help() {
    let home = Home::new();
    for flag in ["--help", "-h", "-help"] {
        let output = finish(&mut home.credential_process(&[flag])).success();
        assert!(output.stdout.contains("login") && output.stdout.contains("--profile"), "{output}");
        for hidden in FLAGS {
            assert!(!output.stdout.contains(hidden), "{hidden}: {output}");
        }
        assert!(!output.stdout.contains("__"), "{output}");
    }
}

#[test]
fn the_version_is_name_number_and_commit_without_any_configuration() {
    for flag in ["--version", "-v", "-version"] {
        let output = finish(&mut Home::new().credential_process(&[flag])).success();
        let line = output.stdout.strip_suffix('\n').expect("a line");
        let (version, commit) =
            line.strip_prefix("credential-process ").and_then(|rest| rest.split_once(" (")).expect("the form");
        assert!(version.split('.').count() == 3 && version.chars().all(|c| c.is_ascii_digit() || c == '.'), "{output}");
        assert!(commit.len() > 1 && commit.ends_with(')') && !commit.contains(' '), "{output}");
        assert_eq!(output.stderr, "");
    }
}

#[test]
fn long_flags_work_with_one_hyphen() {
    let desk = Desk::new().signed_in();
    desk.run(&["-check-expiration"]).success();
    desk.run(&["-show-claims", "-profile", "ClaudeCode"]).success();
    desk.run(&["-profile=ClaudeCode", "-get-mcp-auth-header"]).success();
    assert_eq!(desk.run(&["-get-tag=None"]).code, Some(2));
    assert_eq!(desk.run(&["-explain"]).success().json()["profile"], "ClaudeCode");
    desk.run(&["-clear-cache"]).success();
    assert_eq!(desk.run(&["-check-expiration"]).code, Some(1));
}

#[test]
fn get_monitoring_token_prints_the_id_token_and_signs_in_for_it() {
    let desk = Desk::new();
    let output = desk.run(&["--get-monitoring-token"]).success();
    assert_eq!(output.stdout, format!("{}\n", desk.stored_text("tokens", "id_token")));
    assert_eq!(desk.windows(), 1);
    assert_eq!(desk.run(&["--get-monitoring-token"]).success().stdout, output.stdout);
    assert_eq!(desk.windows(), 1);
}

/// Reference, section 1.2: used by every reader of the monitoring token if it has more than 60 s to live.
#[test]
fn a_monitoring_token_of_the_environment_is_the_answer() {
    let desk = Desk::new().signed_in();
    let token = desk.stored_text("tokens", "id_token");
    desk.run(&["--clear-cache"]).success();
    desk.home.write_config_value(&json!({"ClaudeCode": desk.profile()}));
    let output = desk
        .run_with(&["--get-monitoring-token"], &[("CLAUDE_CODE_MONITORING_TOKEN", &token), ("CCWB_NO_BROWSER", "1")]);
    assert_eq!(output.success().stdout, format!("{token}\n"));
}

#[test]
fn get_mcp_auth_header_is_one_line_of_json_and_never_opens_a_browser() {
    let desk = Desk::new();
    assert_failure(&desk.run(&["--get-mcp-auth-header"]), exit::UNEXPECTED, "sign-in-needed");
    assert_eq!(desk.windows(), 0);
    let desk = desk.signed_in();
    let expected = format!("{{\"Authorization\":\"Bearer {}\"}}\n", desk.stored_text("tokens", "id_token"));
    assert_eq!(desk.run(&["--get-mcp-auth-header"]).success().stdout, expected);
    assert_eq!(desk.windows(), 0);
}

#[test]
fn clear_cache_says_so_on_stderr_and_needs_no_network() {
    let mut desk = Desk::new().signed_in();
    desk.sandbox.shut_down();
    let output = desk.run(&["--clear-cache"]).success();
    assert_silent(&output, 0);
    assert!(output.stderr.contains("ClaudeCode"), "{output}");
    assert_silent(&desk.run(&["--clear-cache"]), 0);
    assert_silent(&desk.run(&["--check-expiration"]), 1);
    assert_failure(&desk.run(&["export"]), exit::SIGN_IN_NEEDED, "sign-in-needed");
}

#[test]
fn check_expiration_is_0_for_good_credentials_and_1_for_none_or_expired_ones() {
    let desk = Desk::new();
    let missing = desk.run(&["--check-expiration"]);
    assert_silent(&missing, 1);
    assert!(!missing.stderr.is_empty());
    let desk = desk.signed_in();
    let good = desk.run(&["--check-expiration"]);
    assert_silent(&good, 0);
    assert!(!good.stderr.is_empty());

    desk.set_expiration("2000-01-01T00:00:00Z");
    assert_silent(&desk.run(&["--check-expiration"]), 1);
}

#[test]
fn refresh_if_needed_is_silent_with_good_credentials_and_else_the_main_path() {
    let desk = Desk::new();
    assert_credentials(&desk.run(&["--refresh-if-needed"]).success());
    let again = desk.run(&["--refresh-if-needed"]);
    assert_eq!((again.code, &*again.stdout, &*again.stderr), (Some(0), "", ""));
    desk.lose_credentials();
    assert_credentials(&desk.run(&["--refresh-if-needed"]).success());
    assert_eq!(desk.windows(), 1);
}

#[test]
fn refresh_if_needed_is_for_session_storage_only() {
    let mut desk = Desk::new();
    desk.configure("credential_storage", "keyring");
    let output = desk.run(&["--refresh-if-needed"]);
    assert_failure(&output, exit::UNEXPECTED, "usage");
    assert_eq!(desk.windows(), 0);
}

#[test]
fn show_claims_and_show_tags_print_indented_json_and_sign_in_for_it() {
    let desk = tagged(Lifetimes::default());
    let claims = desk.run(&["--show-claims"]).success();
    assert_eq!(claims.json()["email"], "tess@example.com");
    assert!(claims.stdout.starts_with("{\n  \""), "{claims}");
    assert_eq!(desk.windows(), 1);
    let tags = desk.run(&["--show-tags"]).success();
    assert_eq!(tags.json()[TAGS]["principal_tags"]["Project"], json!(["apollo"]));
    assert!(tags.json()["email"].is_null() && tags.stdout.starts_with("{\n  \""), "{tags}");
}

#[test]
fn show_tags_is_1_where_there_are_none() {
    let desk = Desk::new().signed_in();
    assert_silent(&desk.run(&["--show-tags"]), 1);
}

#[test]
fn get_tag_is_0_with_the_value_2_without_and_4_when_the_token_has_expired() {
    let desk = tagged(Lifetimes { id_token: Duration::from_secs(3), ..Lifetimes::default() });
    assert_silent(&desk.run(&["--get-tag", "Project"]), 2);
    desk.run(&["login"]).success();
    let signed_in = std::time::Instant::now();
    desk.forget_traffic();
    assert_eq!(desk.run(&["--get-tag", "Project"]).success().stdout, "apollo\n");
    assert_eq!(desk.run(&["--get-tag", "Team"]).success().stdout, "core\n");
    assert_silent(&desk.run(&["--get-tag", "Nothing"]), 2);
    thread::sleep(Duration::from_secs(4).saturating_sub(signed_in.elapsed()));
    assert_silent(&desk.run(&["--get-tag", "Project"]), 4);
    assert_eq!((desk.windows(), desk.sandbox.control().requests().len()), (0, 0));
}

#[test]
fn login_prints_no_credentials() {
    let desk = Desk::new();
    assert_silent(&desk.run(&["--login"]), 0);
    assert_eq!(desk.windows(), 1);
    let again = desk.run(&["--login"]);
    assert_eq!((again.code, &*again.stdout, &*again.stderr), (Some(0), "", ""));
}

#[test]
fn failures_of_the_flags_are_exit_code_1() {
    let mut desk = Desk::new();
    desk.home.use_browser(FakeBrowser::Cancels);
    for flag in ["--get-monitoring-token", "--show-claims", "--show-tags", "--login", "--refresh-if-needed"] {
        let output = desk.run(&[flag]);
        assert_silent(&output, 1);
        assert!(output.stderr.contains("error["), "{output}");
    }
    desk.home.write_config("{");
    for flag in FLAGS {
        let arguments = if *flag == "--get-tag" { vec![*flag, "x"] } else { vec![*flag] };
        assert_failure(&desk.run(&arguments), exit::UNEXPECTED, "config-malformed");
    }
}

#[test]
fn explain_is_the_command_of_that_name() {
    let desk = Desk::new();
    let (flag, command) = (desk.run(&["--explain"]).success(), desk.run(&["explain"]).success());
    assert_eq!(flag.json(), command.json());
    assert!(flag.stdout.starts_with("{\n  \""), "{flag}");
    assert_ne!(flag.json(), Value::Null);
}
