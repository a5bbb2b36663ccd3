//! Keys that last: an IAM user's, which nobody gets to see, and Bedrock's own, which one program gets at a time.

use std::fs;

use ccwb_tests::part::{Moto, SecretService, SecretServiceMode, js_client};
use ccwb_tests::{Credentials, ErrorReport, LIMIT, Output, run};
use serde_json::{Value, json};

use crate::support::Scene;
use crate::workload::SECOND_ROLE;

const ACCOUNT: &str = "123456789012";
const USER: &str = "claude";

/// A machine whose profile takes a key of this kind, with an open keyring.
fn with_keyring(auth_type: &str) -> Option<(Scene, SecretService)> {
    let mut scene = without_keyring(auth_type);
    let keyring = SecretService::start(&mut scene.home, SecretServiceMode::Unlocked)?;
    Some((scene, keyring))
}

fn without_keyring(auth_type: &str) -> Scene {
    let profile = json!({"auth_type": auth_type, "aws_region": "us-east-1", "credential_storage": "session"});
    Scene::with(|_| {}, |_| profile)
}

/// `key set` with this on its standard input.
#[track_caller]
fn set(scene: &Scene, given: &str) -> Output {
    let file = fs::File::open(scene.home.write("given", given)).expect("it was written");
    let mut command = scene.home.credential_process(&["key", "set"]);
    let output = run(command.stdin(file), LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"));
    fs::remove_file(scene.home.path().join("given")).expect("it was written");
    output
}

/// A user's key at AWS and in the keyring.
#[track_caller]
fn stored_key(scene: &Scene) -> (String, String) {
    let (id, secret) = scene.sandbox.control().put_access_key(ACCOUNT, USER).expect("it is the first");
    set(scene, &format!("{id}\n{secret}\n")).success();
    (id, secret)
}

/// In no file of the home, the keyring's own included: that is encrypted.
#[track_caller]
fn is_nowhere(scene: &Scene, secret: &str) {
    let mut folders = vec![scene.home.path()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = fs::read(&path) {
                let found = memchr::memmem::find(&bytes, secret.as_bytes());
                assert_eq!(found, None, "{}", path.display());
            }
        }
    }
}

#[test]
#[ignore = "needs gnome-keyring"]
fn a_users_key_stays_in_the_keyring_and_callers_get_sessions() {
    let Some((scene, _keyring)) = with_keyring("iam-user") else { return };
    scene.call(&[]).is_error(3, "key-missing");
    let (id, secret) = scene.sandbox.control().put_access_key(ACCOUNT, USER).expect("it is the first");
    let output =
        set(&scene, &json!({"AccessKey": {"AccessKeyId": id, "SecretAccessKey": secret}}).to_string()).success();
    assert!(output.stderr.contains("Better ways store none") && output.stdout.is_empty(), "{output}");
    assert!(output.stderr.contains(&format!("{id} of user/{USER}")), "{output}");

    let all: Vec<Credentials> = scene.all_at_once(5, &[]).iter().map(Credentials::of).collect();
    assert!(all.iter().all(|credentials| *credentials == all[0]));
    assert_eq!(scene.count("sts:GetSessionToken"), 1);
    let shown = scene.call(&["key", "show", "--json"]).success().json();
    assert_eq!(
        (&shown["access_key_id"], &shown["age_days"], &shown["age_is_known"]),
        (&json!(id), &json!(0), &json!(true))
    );
    for arguments in [&["key", "show"][..], &["status"], &["doctor"], &["explain"], &["export"]] {
        let output = scene.call(arguments);
        assert!(!format!("{output}").contains(&secret), "{output}");
    }
    assert!(scene.call(&["status"]).success().stdout.contains(&id));
    is_nowhere(&scene, &secret);

    scene.call(&["key", "remove"]).success();
    scene.call(&[]).is_error(3, "key-missing");
}

#[test]
#[ignore = "needs gnome-keyring"]
fn a_users_key_leads_to_a_role_of_another_account() {
    let Some((mut scene, _keyring)) = with_keyring("iam-user") else { return };
    stored_key(&scene);
    scene.configure(|profile| profile["assume_role"] = json!({"role_arn": SECOND_ROLE, "external_id": "wrong"}));
    scene.call(&[]).is_error(7, "aws-refused");
    scene.configure(|profile| profile["assume_role"]["external_id"] = "ccwb-external-id".into());
    let credentials = Credentials::of(&scene.call(&[]));
    let issued = scene.sandbox.control().issued(&credentials.access_key_id).expect("AWS gave it");
    assert_eq!(issued.role, "CcwbCrossAccountRole");
    assert_eq!(scene.count("sts:GetSessionToken"), 0);
}

#[test]
#[ignore = "needs gnome-keyring"]
fn an_old_key_is_told_and_rotated() {
    let Some((scene, _keyring)) = with_keyring("iam-user") else { return };
    // It was made a hundred days ago, as IAM says.
    scene.sandbox.control().advance_clock(-100 * 86_400);
    let (id, secret) = scene.sandbox.control().put_access_key(ACCOUNT, USER).expect("it is the first");
    scene.sandbox.control().advance_clock(100 * 86_400);
    let output = set(&scene, &format!("{id} {secret}")).success();
    assert!(output.stderr.contains("It is old: run "), "{output}");
    let doctor = scene.call(&["doctor", "--json"]).json();
    let finding =
        doctor["checks"].as_array().expect("checks").iter().find(|check| check["name"] == "stored-key").cloned();
    assert_eq!(finding.expect("a check")["state"], "warning", "{doctor}");

    let before = Credentials::of(&scene.call(&[]));
    let output = scene.call(&["key", "rotate"]).success();
    assert!(output.stderr.contains(&format!("{id} is deleted")), "{output}");
    let keys = scene.sandbox.control().access_keys(ACCOUNT, USER);
    assert!(matches!(keys.as_slice(), [key] if key.active && key.id != id), "{keys:?}");
    let after = Credentials::of(&scene.call(&[]));
    assert_ne!(after.access_key_id, before.access_key_id);
    let shown = scene.call(&["key", "show", "--json"]).success().json();
    assert_eq!((&shown["access_key_id"], &shown["rotation_unfinished"]), (&json!(keys[0].id), &json!(false)));
}

#[test]
#[ignore = "needs gnome-keyring"]
fn a_rotation_that_is_killed_at_any_call_leaves_a_key_that_works_and_is_finished_by_the_next() {
    let Some((scene, _keyring)) = with_keyring("iam-user") else { return };
    stored_key(&scene);
    for endpoint in [
        "iam:ListAccessKeys",
        "iam:CreateAccessKey",
        "sts:GetSessionToken",
        "iam:UpdateAccessKey",
        "iam:DeleteAccessKey",
    ] {
        scene.sandbox.control().clear_requests();
        scene.fault(json!({"endpoint": endpoint, "hang": true}));
        let running = scene.start(&["key", "rotate"]);
        ccwb_tests::eventually("it comes that far", || scene.count(endpoint) > 0);
        kill(running.id());
        drop(running);
        scene.sandbox.control().clear_faults();
        Credentials::of(&scene.call(&[]));
        scene.call(&["key", "rotate"]).success();
        Credentials::of(&scene.call(&[]));
        let keys = scene.sandbox.control().access_keys(ACCOUNT, USER);
        let shown = scene.call(&["key", "show", "--json"]).success().json();
        assert!(
            matches!(keys.as_slice(), [key] if key.active && shown["access_key_id"] == *key.id),
            "{endpoint}: {keys:?} {shown}"
        );
    }
}

fn kill(id: u32) {
    let id = rustix::process::Pid::from_raw(i32::try_from(id).expect("a process id")).expect("not 0");
    rustix::process::kill_process(id, rustix::process::Signal::KILL).expect("it runs");
}

#[test]
#[ignore = "needs gnome-keyring"]
fn a_second_key_that_somebody_uses_is_not_touched() {
    let Some((scene, _keyring)) = with_keyring("iam-user") else { return };
    let (id, _) = stored_key(&scene);
    let (other, _) = scene.sandbox.control().put_access_key(ACCOUNT, USER).expect("it is the second");
    let output = scene.call(&["key", "rotate"]);
    output.is_error(7, "aws-refused");
    assert!(output.stderr.contains(&other) && output.stderr.contains("AWS allows two"), "{output}");
    let ids: Vec<String> = scene.sandbox.control().access_keys(ACCOUNT, USER).into_iter().map(|key| key.id).collect();
    assert_eq!(ids, [id, other]);
}

#[test]
fn without_a_keyring_a_key_is_refused_and_nothing_is_written() {
    let scene = without_keyring("iam-user");
    let (id, secret) = scene.sandbox.control().put_access_key(ACCOUNT, USER).expect("it is the first");
    let output = set(&scene, &format!("{id}\n{secret}\n"));
    output.is_error(9, "store-unavailable");
    assert!(output.stderr.contains("kept nowhere else, least of all in a file"), "{output}");
    is_nowhere(&scene, &secret);
}

#[test]
fn what_is_no_key_is_not_stored() {
    let scene = without_keyring("iam-user");
    for given in ["", "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE 0123456789012345678901234567890123456789", "{}"] {
        set(&scene, given).is_error(2, "key-form");
    }
    let bedrock = without_keyring("bedrock-api-key");
    for given in ["", "short", "AKIAIOSFODNN7EXAMPLE", "ABSK with a space in it"] {
        set(&bedrock, given).is_error(2, "key-form");
    }
    assert!(scene.sandbox.control().requests().is_empty());
}

#[test]
fn a_bedrock_profile_explains_that_it_has_no_credentials() {
    let scene = without_keyring("bedrock-api-key");
    for arguments in [&[][..], &["export"]] {
        let output = scene.call(arguments);
        output.is_error(3, "bearer-only");
        assert!(output.stderr.contains("run -- claude"), "{output}");
    }
    let other = without_keyring("none");
    other.call(&["key", "show"]).is_error(3, "mode-unsupported");
    other.call(&["run", "--", "true"]).is_error(3, "mode-unsupported");
}

#[test]
#[ignore = "needs gnome-keyring and claude-code"]
fn a_bedrock_key_reaches_the_program_that_is_run_and_no_file() {
    let Some((mut scene, _keyring)) = with_keyring("bedrock-api-key") else { return };
    scene.call(&["run", "--", "true"]).is_error(3, "key-missing");
    let key = scene.sandbox.control().put_bedrock_api_key(USER);
    let output = set(&scene, &key).success();
    assert!(output.stderr.contains("long-term") && !output.stderr.contains(&key), "{output}");
    let shown: Value = scene.call(&["key", "show", "--json"]).success().json();
    assert_eq!((&shown["kind"], &shown["begins"]), (&json!("bedrock-api-key"), &json!(format!("{}…", &key[..8]))));
    let child = scene.call(&["run", "--", "sh", "-c", "printf %s \"$AWS_BEARER_TOKEN_BEDROCK\"; exit 7"]);
    assert_eq!((child.code, child.stdout.as_str()), (Some(7), key.as_str()));
    scene.call(&["run", "--", "no-such-program"]).is_error(3, "program-missing");
    is_nowhere(&scene, &key);

    let Some(claude) = ccwb_tests::part::ClaudeCode::find(ccwb_tests::part::ClaudeCodeVersion::Newest) else { return };
    for (name, value) in [
        ("CLAUDE_CODE_USE_BEDROCK", "1"),
        ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
        ("CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL", "1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ] {
        scene.home.set_env(name, value);
    }
    let answer = scene.call(&["run", "--", &claude.program().to_string_lossy(), "-p", "hello"]).success();
    assert!(answer.stdout.contains(&format!("Hello {USER}!")), "{answer}");
    is_nowhere(&scene, &key);
}

#[test]
#[ignore = "needs gnome-keyring and the JavaScript SDK"]
fn an_sdk_takes_the_bedrock_key_from_its_environment() {
    let Some((mut scene, _keyring)) = with_keyring("bedrock-api-key") else { return };
    set(&scene, &scene.sandbox.control().put_bedrock_api_key(USER)).success();
    scene.home.set_env("CALLS", "bedrock");
    let Some(sdk) = js_client(&scene.home) else { return };
    let mut command = scene.home.credential_process(&["run", "--"]);
    command.arg(sdk.get_program()).args(sdk.get_args());
    command.envs(sdk.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let answer = run(&mut command, LIMIT).unwrap_or_else(|overrun| panic!("{overrun}")).success();
    // One token is asked for.
    assert!(answer.stdout.contains("\"text\":\"Hello \""), "{answer}");
    let header = scene.call(&["token", "--format", "header"]).success().json();
    assert!(header["Authorization"].as_str().is_some_and(|header| header.starts_with("Bearer ABSK")));
}

/// IAM's answers in the words of another implementation.
#[test]
#[ignore = "needs gnome-keyring and moto"]
fn a_key_is_rotated_at_moto_too() {
    let Some(moto) = Moto::start() else { return };
    let Some((mut scene, _keyring)) = with_keyring("iam-user") else { return };
    scene.home.set_env("AWS_ENDPOINT_URL", moto.endpoint());
    let iam = |parameters: &[(&str, &str)]| {
        let scope = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0";
        let form: Vec<_> = [("Version", "2010-05-08")].iter().chain(parameters).copied().collect();
        let headers = [("authorization".to_owned(), scope.to_owned())];
        let (status, answer) = ccwb_tests::http::post_form_with_headers(&moto.endpoint(), &form, &headers);
        assert_eq!(status, 200, "{answer}");
        answer.as_str().expect("XML").to_owned()
    };
    let part = |xml: &str, name: &str| {
        let (_, rest) = xml.split_once(&format!("<{name}>")).expect("it is there");
        rest.split('<').next().unwrap_or_default().to_owned()
    };
    iam(&[("Action", "CreateUser"), ("UserName", USER)]);
    let made = iam(&[("Action", "CreateAccessKey"), ("UserName", USER)]);
    let id = part(&made, "AccessKeyId");
    let output = set(&scene, &format!("{id} {}", part(&made, "SecretAccessKey"))).success();
    assert!(output.stderr.contains(&format!("{id} of user/{USER}")), "{output}");
    let rotated = scene.call(&["key", "rotate"]).success();
    assert!(rotated.stderr.contains(&format!("{id} is deleted")), "{rotated}");
    let listed = iam(&[("Action", "ListAccessKeys"), ("UserName", USER)]);
    let shown = scene.call(&["key", "show", "--json"]).success().json();
    assert!(
        listed.matches("<AccessKeyId>").count() == 1 && shown["access_key_id"] == part(&listed, "AccessKeyId"),
        "{listed}"
    );
    scene.call(&[]).success();
}

#[test]
#[ignore = "needs gnome-keyring"]
fn a_short_term_key_that_has_expired_is_not_handed_out() {
    use base64::Engine as _;
    let Some((scene, _keyring)) = with_keyring("bedrock-api-key") else { return };
    let url = "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Date=20260101T000000Z&X-Amz-Expires=3600";
    let key = format!("bedrock-api-key-{}", base64::engine::general_purpose::STANDARD.encode(url));
    set(&scene, &key).success();
    scene.call(&["run", "--", "true"]).is_error(3, "key-expired");
    assert!(scene.call(&["status"]).success().stdout.contains("it has expired"));
}
