//! IAM Identity Center, against the sandbox's.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use ccwb_sandbox::{AutoApprove, Behaviour, LoggedRequest};
use ccwb_tests::http::post_form;
use ccwb_tests::{Credentials, ErrorReport, LIMIT, device_code, eventually, run};
use chrono::{DateTime, Utc};
use serde_json::json;

use crate::support::Scene;

const ACCOUNT: &str = "123456789012";

fn answers(scene: &Scene, answer: AutoApprove) {
    scene.sandbox.control().set_behaviour(&Behaviour { auto_approve: Some(answer), ..Behaviour::default() });
}

/// Somebody has signed in, the role's credentials have expired, and the request log is empty.
fn signed_in_an_hour_ago() -> Scene {
    let scene = Scene::of_identity_center();
    Credentials::of(&scene.call(&[]));
    scene.stored().expire_credentials();
    scene.sandbox.control().clear_requests();
    scene
}

/// The person, on another device.
fn enter(scene: &Scene, code: &str) {
    let page = scene.sandbox.aws_url().join("device").expect("a URL");
    let _ = post_form(page.as_str(), &[("user_code", code), ("user", "bob"), ("sandbox_action", "sign-in")]);
}

fn pauses(scene: &Scene) -> Vec<i64> {
    let polls: Vec<DateTime<Utc>> = scene
        .sandbox
        .control()
        .requests()
        .iter()
        .filter(|request: &&LoggedRequest| request.endpoint == "sso-oidc:CreateToken")
        .map(|request| request.time.parse().expect("a time"))
        .collect();
    polls.windows(2).map(|pair| (pair[1] - pair[0]).num_milliseconds()).collect()
}

#[test]
fn the_first_call_opens_awss_page_with_the_code_and_the_second_asks_nobody() {
    let scene = Scene::of_identity_center();
    let first = Credentials::of(&scene.call(&[]));
    let openings = scene.home.openings();
    assert!(openings.len() == 1 && openings[0].contains("/device?user_code="), "{openings:?}");
    let caller = scene.caller();
    assert!(caller.contains(&format!("{ACCOUNT}:assumed-role/AWSReservedSSO_CcwbPermissionSet_")), "{caller}");
    assert!(caller.ends_with("/alice@example.com"), "{caller}");
    scene.sandbox.control().clear_requests();
    assert_eq!(Credentials::of(&scene.call(&[])), first);
    assert_eq!(scene.sandbox.control().requests(), []);
    let status = scene.call(&["status", "--json"]).json();
    assert_eq!(status["signed_in_as"], "alice@example.com");
    assert_eq!(status["role"], format!("permission set CcwbPermissionSet in account {ACCOUNT}"));
    assert_eq!(status["renews_without_sign_in"], true);
    let line = scene.call(&["statusline"]).stdout;
    assert!(line.starts_with("alice@example.com · CcwbPermissionSet · "), "{line}");
}

#[test]
fn the_session_is_where_and_as_every_sdk_keeps_it_and_nobody_else_can_read_it() {
    let scene = Scene::of_identity_center();
    scene.call(&[]).success();
    let session = scene.session();
    let keys: Vec<&str> = session.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "accessToken",
            "clientId",
            "clientSecret",
            "expiresAt",
            "refreshToken",
            "region",
            "registrationExpiresAt",
            "startUrl"
        ]
    );
    assert_eq!(session["region"], "us-east-1");
    let mode = scene.session_path().metadata().expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_session_that_is_still_good_gives_the_next_credentials_without_a_person() {
    let scene = signed_in_an_hour_ago();
    Credentials::of(&scene.call(&["--no-browser"]));
    assert_eq!(scene.count("sso:GetRoleCredentials"), 1);
    assert_eq!(scene.count("sso-oidc"), 0);
}

#[test]
fn a_session_of_the_aws_cli_is_as_good_as_ones_own() {
    let scene = signed_in_an_hour_ago();
    let bare = json!({
        "startUrl": scene.session()["startUrl"], "region": "us-east-1", "accessToken": scene.session()["accessToken"],
        "expiresAt": scene.session()["expiresAt"],
    });
    std::fs::write(scene.session_path(), bare.to_string()).expect("it can be written");
    Credentials::of_export(&scene.call(&["export"]));
}

#[test]
fn an_expired_session_is_refreshed_once_however_many_ask() {
    let scene = signed_in_an_hour_ago();
    let before = scene.session();
    scene.expire_session("expiresAt");
    let outputs = scene.all_at_once(10, &["--no-browser"]);
    let first = Credentials::of(&outputs[0]);
    assert!(outputs.iter().all(|output| Credentials::of(output) == first));
    assert_eq!(scene.count("sso-oidc:CreateToken"), 1);
    assert_eq!(scene.count("sso:GetRoleCredentials"), 1);
    let after = scene.session();
    assert_ne!(before["refreshToken"], after["refreshToken"], "it is good once");
    assert_eq!((&before["clientId"], &before["startUrl"]), (&after["clientId"], &after["startUrl"]));
}

/// Each profile has a lock of its own, and the session belongs to all of them, and to the AWS CLI.
#[test]
fn profiles_of_one_portal_share_its_session_however_they_race_for_the_refresh() {
    let scene = Scene::of_identity_center();
    let profile = scene.sandbox.identity_center_json("session")["ClaudeCode"].clone();
    let names: Vec<String> = (0..4).map(|number| format!("P{number}")).collect();
    let profiles: serde_json::Map<_, _> = names.iter().map(|name| (name.clone(), profile.clone())).collect();
    scene.home.write_config_value(&profiles.into());
    scene.call(&["--profile", "P0"]).success();
    scene.expire_session("expiresAt");
    scene.call(&["--profile", "P1", "--no-browser"]).success();
    assert_eq!(scene.home.openings().len(), 1);
    scene.expire_session("expiresAt");
    let started: Vec<_> = names[2..].iter().map(|name| scene.start(&["--profile", name, "--no-browser"])).collect();
    for running in started {
        Credentials::of(&running.wait(LIMIT).expect("it ends"));
    }
}

#[test]
fn ten_programs_at_once_open_one_sign_in() {
    let scene = Scene::of_identity_center();
    let outputs = scene.all_at_once(10, &[]);
    let first = Credentials::of(&outputs[0]);
    assert!(outputs.iter().all(|output| Credentials::of(output) == first));
    assert_eq!(scene.count("sso-oidc:StartDeviceAuthorization"), 1);
    assert_eq!(scene.home.openings().len(), 1);
}

#[test]
fn who_may_not_ask_is_told_at_once_what_to_run() {
    let scene = Scene::of_identity_center();
    for arguments in [&["--no-browser"][..], &["export"], &["login", "--no-browser"]] {
        let output = scene.call(arguments);
        output.is_error(4, "sign-in-needed");
        assert!(output.stderr.contains("--profile ClaudeCode login"), "{output}");
        assert!(output.elapsed < Duration::from_secs(5), "{output}");
    }
    assert_eq!(scene.sandbox.control().requests(), []);
}

#[test]
fn a_person_elsewhere_is_shown_the_code_and_asked_for_at_the_services_pace() {
    let scene = Scene::of_identity_center();
    answers(&scene, AutoApprove::Off);
    let login = scene.start(&["login", "--method", "device"]);
    let code = device_code(&login);
    eventually("it was polled for twice", || scene.count("sso-oidc:CreateToken") >= 2);
    enter(&scene, &code);
    let output = login.wait(LIMIT).expect("it ends").success();
    assert!(output.stderr.contains("Signed in as bob@example.com (profile ClaudeCode)."), "{output}");
    assert_eq!((output.stdout.as_str(), scene.home.openings().len()), ("", 0));
    assert!(pauses(&scene).iter().all(|pause| *pause >= 900), "{:?}", pauses(&scene));
}

#[test]
fn slow_down_makes_every_later_pause_five_seconds_longer() {
    let scene = Scene::of_identity_center();
    answers(&scene, AutoApprove::Off);
    scene.fault(json!({
        "endpoint": "sso-oidc:CreateToken", "times": 1, "status": 400, "body": {"error": "slow_down"},
        "headers": {"x-amzn-errortype": "SlowDownException"},
    }));
    let login = scene.start(&["login", "--method", "device"]);
    let code = device_code(&login);
    eventually("it was polled for after the slow_down", || scene.count("sso-oidc:CreateToken") >= 2);
    enter(&scene, &code);
    login.wait(LIMIT).expect("it ends").success();
    assert!(pauses(&scene).iter().all(|pause| *pause >= 5_900), "{:?}", pauses(&scene));
}

#[test]
fn who_says_no_on_awss_page_is_told_so_and_programs_ask_no_more_for_a_while() {
    let scene = Scene::of_identity_center();
    answers(&scene, AutoApprove::Deny);
    scene.call(&[]).is_error(5, "sign-in-cancelled");
    assert!(scene.session_files().is_empty());
    scene.call(&[]).is_error(4, "sign-in-paused");
    assert_eq!(scene.count("sso-oidc:StartDeviceAuthorization"), 1);
    // A person may.
    answers(&scene, AutoApprove::Approve);
    scene.call(&["login"]).success();
}

#[test]
fn a_code_that_nobody_enters_in_time_is_a_sign_in_that_timed_out() {
    let scene = Scene::with(
        |options| options.lifetimes.device_code = Duration::from_secs(2),
        |sandbox| sandbox.identity_center_json("session")["ClaudeCode"].clone(),
    );
    answers(&scene, AutoApprove::Off);
    let output = scene.call(&["login", "--method", "device"]);
    output.is_error(5, "sign-in-timed-out");
    assert!(output.stderr.contains("the code expired before anybody entered it"), "{output}");
}

#[test]
fn a_permission_set_that_is_not_assigned_is_named_with_what_to_do() {
    let mut scene = Scene::of_identity_center();
    scene.configure(|profile| profile["idc_permission_set_name"] = json!("Administrator"));
    let output = scene.call(&["login"]);
    output.is_error(7, "not-assigned");
    let said = format!("you are signed in, but have no permission set \"Administrator\" in account {ACCOUNT}");
    assert!(output.stderr.contains(&said) && output.stderr.contains("ForbiddenException: No access"), "{output}");
    assert!(output.stderr.contains("have the permission set assigned to you"), "{output}");
    // Signing in again would not help, so nobody is asked to.
    scene.call(&[]).is_error(7, "not-assigned");
    assert_eq!(scene.count("sso-oidc:StartDeviceAuthorization"), 1);
}

#[test]
fn another_portals_start_url_is_refused_with_both_keys_to_check() {
    let mut scene = Scene::of_identity_center();
    scene.configure(|profile| profile["idc_start_url"] = json!("https://other.awsapps.com/start"));
    let output = scene.call(&["login"]);
    output.is_error(7, "aws-refused");
    assert!(output.stderr.contains("does not know https://other.awsapps.com/start"), "{output}");
    assert!(output.stderr.contains("check idc_start_url and idc_region"), "{output}");
}

#[test]
fn a_registration_that_has_expired_refreshes_nothing() {
    let scene = signed_in_an_hour_ago();
    scene.expire_session("expiresAt");
    scene.expire_session("registrationExpiresAt");
    scene.call(&["--no-browser"]).is_error(4, "sign-in-needed");
    assert_eq!(scene.sandbox.control().requests(), []);
    Credentials::of(&scene.call(&[]));
    assert_eq!((scene.count("sso-oidc:RegisterClient"), scene.count("sso-oidc:StartDeviceAuthorization")), (1, 1));
}

#[test]
fn a_session_that_an_administrator_ended_is_begun_anew() {
    let scene = signed_in_an_hour_ago();
    assert_eq!(scene.sandbox.control().end_portal_sessions(), 1);
    Credentials::of(&scene.call(&[]));
    // The access token was tried, then the refresh token, then the person.
    assert_eq!(scene.count("sso:GetRoleCredentials"), 2);
    assert_eq!(scene.count("sso-oidc:StartDeviceAuthorization"), 1);
}

#[test]
fn an_outage_is_no_reason_to_sign_in_again() {
    let scene = signed_in_an_hour_ago();
    scene.fault(json!({"endpoint": "sso:GetRoleCredentials", "status": 503, "body": "<h1>later</h1>"}));
    let output = scene.call(&[]);
    assert!([7, 8].contains(&output.code.expect("an exit code")), "{output}");
    assert_eq!(scene.count("sso-oidc"), 0);
}

#[test]
fn logout_ends_the_session_for_everybody_and_leaves_nothing() {
    let scene = Scene::of_identity_center();
    scene.call(&[]).success();
    let session = scene.session();
    let output = scene.call(&["logout"]).success();
    assert!(output.stderr.contains("ended, for the AWS CLI and SDKs too"), "{output}");
    assert!(scene.session_files().is_empty() && scene.stored().stored("credentials").is_none());
    assert_eq!(scene.count("sso:Logout"), 1);
    assert_eq!(scene.sandbox.control().end_portal_sessions(), 0, "{session}");
    scene.call(&["--no-browser"]).is_error(4, "sign-in-needed");
}

#[test]
fn a_session_that_cannot_be_ended_is_forgotten_all_the_same() {
    let scene = Scene::of_identity_center();
    scene.call(&[]).success();
    scene.fault(json!({"endpoint": "sso:Logout", "status": 500, "body": {}}));
    let output = scene.call(&["logout"]).success();
    assert!(output.stderr.contains("could not be ended"), "{output}");
    assert!(scene.session_files().is_empty());
}

#[test]
fn the_role_of_another_account_takes_its_external_id_and_knows_the_person() {
    let mut scene = Scene::of_identity_center();
    let role = format!("arn:aws:iam::{ACCOUNT}:role/CcwbCrossAccountRole");
    scene.configure(|profile| profile["assume_role"] = json!({"role_arn": role, "external_id": "ccwb-external-id"}));
    Credentials::of(&scene.call(&[]));
    let requests = scene.sandbox.control().requests();
    let assumed = requests.iter().find(|request| request.endpoint == "sts:AssumeRole").expect("it was assumed");
    assert_eq!(assumed.parameters["RoleSessionName"], "alice@example.com");
    scene.configure(|profile| profile["assume_role"] = json!({"role_arn": role, "external_id": "another"}));
    let output = scene.call(&["login"]);
    output.is_error(7, "aws-refused");
    assert!(output.stderr.contains("CcwbCrossAccountRole with an external ID"), "{output}");
}

#[test]
fn the_flags_of_the_guidance_work_here_too() {
    let scene = Scene::of_identity_center();
    assert_eq!(scene.call(&["--check-expiration"]).code, Some(1));
    let output = scene.call(&["--login"]).success();
    assert!(output.stdout.is_empty() && output.stderr.contains("Signed in as alice@example.com"), "{output}");
    assert!(output.stderr.contains("Go on there only if it shows this code"), "{output}");
    assert_eq!(scene.call(&["--check-expiration"]).code, Some(0));
    assert_eq!(scene.call(&["--login"]).success().stderr, "");
    scene.call(&["--clear-cache"]).success();
    assert!(scene.session_files().is_empty());
    let explained = scene.call(&["--explain"]).json();
    assert_eq!(explained["auth"]["mode"], "idc");
    assert_eq!(explained["way"]["permission_set"], "CcwbPermissionSet");
    scene.call(&["token"]).is_error(3, "mode-unsupported");
}

#[test]
fn claude_code_gets_the_export_and_the_sign_in_as_hooks_and_the_aws_cli_its_profile() {
    let scene = Scene::of_identity_center();
    scene.call(&["install-settings", "--aws-config"]).success();
    let settings = std::fs::read_to_string(scene.home.path().join(".claude/settings.json")).expect("settings");
    let settings: serde_json::Value = serde_json::from_str(&settings).expect("JSON");
    let ends = |key: &str, end: &str| settings[key].as_str().is_some_and(|command| command.ends_with(end));
    assert!(ends("awsCredentialExport", "export --profile ClaudeCode"), "{settings}");
    assert!(ends("awsAuthRefresh", "login --profile ClaudeCode"), "{settings}");
    let config = std::fs::read_to_string(scene.home.path().join(".aws/config")).expect("AWS's configuration");
    assert!(config.contains("[profile ClaudeCode]") && config.contains("credential_process"), "{config}");
}

#[test]
fn an_sso_session_of_the_aws_cli_and_this_program_share_one_session() {
    let scene = Scene::of_identity_center();
    let start_url = scene.sandbox.identity_center_json("session")["ClaudeCode"]["idc_start_url"].clone();
    let start_url = start_url.as_str().expect("a text");
    scene
        .home
        .write(".aws/config", &format!("[sso-session work]\nsso_start_url = {start_url}\nsso_region = us-east-1\n"));
    scene.call(&[]).success();
    let named = scene.home.path().join(".aws/sso/cache").join(format!("{}.json", sha1_of_work()));
    assert!(named.is_file(), "{:?}", scene.session_files());
    // The AWS CLI has refreshed it since: what this program had under the start URL is spent.
    for file in scene.session_files().iter().filter(|file| **file != named) {
        let mut spent: serde_json::Value = serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("JSON");
        spent["expiresAt"] = json!("2026-01-01T00:00:00Z");
        spent["accessToken"] = json!("spent");
        std::fs::write(file, spent.to_string()).expect("it can be written");
    }
    scene.stored().expire_credentials();
    Credentials::of(&scene.call(&["--no-browser"]));
    scene.call(&["logout"]).success();
    assert!(scene.session_files().is_empty());
}

#[test]
fn doctor_knows_the_session_and_tries_it() {
    let scene = Scene::of_identity_center();
    let found = |arguments: &[&str], check: &str| {
        let report = scene.call(arguments);
        let report: serde_json::Value = serde_json::from_str(&report.stdout).unwrap_or_else(|_| panic!("{report}"));
        let one = report["checks"].as_array().expect("a list").iter().find(|finding| finding["name"] == check);
        one.unwrap_or_else(|| panic!("no {check}: {report}")).to_string()
    };
    assert!(found(&["doctor", "--json"], "way-in").contains("nobody is signed in"));
    assert!(found(&["doctor", "--json", "--live"], "access-portal").contains("no session to try"));
    scene.call(&["login"]).success();
    assert!(found(&["doctor", "--json"], "way-in").contains(" h, and is then made longer"));
    assert!(found(&["doctor", "--json", "--live"], "access-portal").contains("gives credentials to"));
}

#[test]
fn telemetry_says_who_it_is_and_hands_out_no_token() {
    let mut scene = Scene::of_identity_center();
    scene.configure(|profile| profile["monitoring_enabled"] = json!(true));
    scene.call(&["login"]).success();
    let output = run(&mut scene.home.otel_helper(&[]), LIMIT).expect("it answers in time").success();
    let headers = output.json();
    assert_eq!(headers["x-user-email"], "alice@example.com", "{headers}");
    let session = scene.session();
    assert!(!output.stdout.contains(session["accessToken"].as_str().expect("a text")), "{headers}");
    assert!(headers.get("authorization").is_none(), "{headers}");
}

#[test]
fn no_secret_of_the_session_is_said_or_stored_elsewhere() {
    let mut scene = Scene::of_identity_center();
    scene.home.set_env("COGNITO_AUTH_DEBUG", "1");
    let first = scene.call(&["login"]).success();
    let mut secrets: Vec<String> = Vec::new();
    let keep = |scene: &Scene, secrets: &mut Vec<String>| {
        let session = scene.session();
        secrets.extend(
            ["accessToken", "refreshToken", "clientSecret"]
                .map(|key| session[key].as_str().expect("a text").to_owned()),
        );
    };
    keep(&scene, &mut secrets);
    scene.stored().expire_credentials();
    scene.expire_session("expiresAt");
    let second = scene.call(&["login"]).success();
    keep(&scene, &mut secrets);
    let third = scene.call(&["logout"]).success();
    let said = [first, second, third].map(|output| output.stdout + &output.stderr).concat();
    assert!(secrets.iter().all(|secret| !said.contains(secret)), "{said}");
    let mut folders = vec![scene.home.root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if let Ok(bytes) = std::fs::read(&entry) {
                let text = String::from_utf8_lossy(&bytes);
                assert!(secrets.iter().all(|secret| !text.contains(secret)), "{}", entry.display());
            }
        }
    }
}

/// `printf %s work | sha1sum`
fn sha1_of_work() -> &'static str {
    "e274eeff768c6396088ec6eb091f4bf4d47ab1e0"
}
