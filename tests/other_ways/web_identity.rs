//! Tokens of CI and Kubernetes: where they come from, who shares what they bring, and what is said where they do not do.

use std::fs;

use ccwb_tests::{Credentials, ErrorReport};
use serde_json::json;

use crate::support::Scene;
use crate::workload::{ROLE, RUN, SECOND_ROLE, machine, session_of, token_file, token_service, write_token};

const EXCHANGE: &str = "sts:AssumeRoleWithWebIdentity";
const POD: &str = "system:serviceaccount:ci:claude";

/// As Kubernetes sets a pod up.
fn pod() -> Scene {
    let mut scene = machine();
    write_token(&scene, POD);
    let file = token_file(&scene);
    scene.home.set_env("AWS_WEB_IDENTITY_TOKEN_FILE", file);
    scene
}

#[test]
fn a_pod_gets_credentials_with_the_variables_that_sdks_read() {
    let mut scene = pod();
    scene.configure(|profile| _ = profile.as_object_mut().expect("an object").remove("federated_role_arn"));
    scene.call(&[]).is_error(3, "web-identity-missing");
    scene.home.set_env("AWS_ROLE_ARN", ROLE);
    let credentials = Credentials::of(&scene.call(&[]));
    let (role, session) = session_of(&scene, &credentials);
    assert_eq!(role, "CcwbFederatedRole");
    // `:` is not for session names: a hash tells who it was.
    assert!(session.starts_with("system-serviceaccount-ci-claude-"), "{session}");
    assert_eq!(Credentials::of_export(&scene.call(&["export"])), credentials);
    assert_eq!(scene.count(EXCHANGE), 1);
    assert!(scene.home.openings().is_empty());
}

#[test]
fn a_session_is_named_as_the_environment_says() {
    let mut scene = pod();
    scene.home.set_env("AWS_ROLE_SESSION_NAME", "nightly-0123456789abcdef");
    let credentials = Credentials::of(&scene.call(&[]));
    assert_eq!(session_of(&scene, &credentials).1, "nightly-0123456789abcdef");
}

#[test]
fn the_second_role_is_assumed_with_its_external_id() {
    let mut scene = pod();
    scene.configure(|profile| profile["assume_role"] = json!({"role_arn": SECOND_ROLE, "external_id": "wrong"}));
    let output = scene.call(&[]);
    output.is_error(7, "aws-refused");
    assert!(output.stderr.contains(&format!("{SECOND_ROLE} with an external id, from {ROLE}")), "{output}");
    scene.configure(|profile| profile["assume_role"]["external_id"] = "ccwb-external-id".into());
    let credentials = Credentials::of(&scene.call(&[]));
    assert_eq!(session_of(&scene, &credentials).0, "CcwbCrossAccountRole");
}

#[test]
fn the_file_is_read_anew_at_each_exchange() {
    let scene = pod();
    Credentials::of(&scene.call(&[]));
    scene.sandbox.control().rotate_keys(false);
    scene.stored().expire_credentials();
    scene.call(&[]).is_error(7, "aws-refused");
    write_token(&scene, POD);
    Credentials::of(&scene.call(&[]));
}

#[test]
fn a_crowd_exchanges_once_and_a_refusal_is_everybodys() {
    let scene = pod();
    let all: Vec<Credentials> = scene.all_at_once(12, &[]).iter().map(Credentials::of).collect();
    assert!(all.iter().all(|credentials| *credentials == all[0]));
    assert_eq!(scene.count(EXCHANGE), 1);

    scene.stored().expire_credentials();
    scene.sandbox.control().clear_requests();
    scene.fault(json!({"endpoint": EXCHANGE, "status": 403, "delay_ms": 1500, "content_type": "text/xml",
        "body": "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"}));
    for output in scene.all_at_once(6, &[]) {
        output.is_error(7, "aws-refused");
    }
    assert!(scene.count(EXCHANGE) < 6, "{}", scene.count(EXCHANGE));
}

#[test]
fn a_job_of_github_asks_for_its_token_and_shares_with_nobody() {
    let mut scene = machine();
    let first = token_service(&mut scene, RUN, "secret-of-the-first-job");
    let credentials = Credentials::of(&scene.call(&[]));
    assert_eq!(first.requests(), ["GET /token/1?api-version=2.0&audience=sts.amazonaws.com"]);
    assert_eq!(Credentials::of(&scene.call(&[])), credentials);
    // The next job on the same runner, in the same home.
    let second = token_service(&mut scene, "repo:acme/other:ref:refs/heads/main", "secret-of-the-second-job");
    let others = Credentials::of(&scene.call(&[]));
    assert_ne!(others.access_key_id, credentials.access_key_id);
    assert_eq!((first.requests().len(), second.requests().len(), scene.count(EXCHANGE)), (1, 1, 2));
    assert!(scene.home.openings().is_empty());
    // What the job proves itself with is kept nowhere.
    for file in fs::read_dir(scene.state()).expect("a folder").flatten() {
        let text = fs::read(file.path()).expect("a file");
        assert!(!String::from_utf8_lossy(&text).contains("secret-of-the"), "{:?}", file.path());
    }
}

#[test]
fn a_variable_of_gitlab_or_circleci_does_too() {
    let mut scene = machine();
    let token =
        scene.sandbox.control().workload_token("project_path:acme/app:ref_type:branch:ref:main", "sts.amazonaws.com");
    scene.home.set_env("CIRCLE_OIDC_TOKEN_V2", &token);
    Credentials::of(&scene.call(&[]));
    scene.configure(|profile| profile["web_identity_token_variable"] = "GITLAB_OIDC_TOKEN".into());
    let output = scene.call(&[]);
    output.is_error(3, "web-identity-missing");
    assert!(output.stderr.contains("id_tokens: {GITLAB_OIDC_TOKEN: {aud: sts.amazonaws.com}}"), "{output}");
    scene.home.set_env("GITLAB_OIDC_TOKEN", &token);
    Credentials::of(&scene.call(&[]));
}

#[test]
fn without_a_token_it_says_what_to_set_where_this_runs() {
    let mut scene = machine();
    for (variable, words) in [
        ("CI", "set AWS_WEB_IDENTITY_TOKEN_FILE to a file with the token"),
        ("GITLAB_CI", "declare id_tokens: for the job"),
        ("GITHUB_ACTIONS", "give the job \"permissions: id-token: write\""),
    ] {
        scene.home.set_env(variable, "true");
        for arguments in [&[][..], &["export"], &["login"]] {
            let output = scene.call(arguments);
            output.is_error(3, "web-identity-missing");
            assert!(output.stderr.contains(words), "{output}");
        }
    }
    assert!(scene.home.openings().is_empty());
}

#[test]
fn a_file_that_holds_no_token_is_named() {
    let scene = pod();
    let file = token_file(&scene);
    for (content, words) in [
        (String::new(), "it is empty"),
        ("x".repeat(30_000), "longer than the 20000 bytes"),
        ("not a token".to_owned(), "is not a JWT with sub and exp"),
    ] {
        fs::write(&file, content).expect("it can be written");
        let output = scene.call(&[]);
        output.is_error(6, "id-token-malformed");
        assert!(output.stderr.contains(words) && output.stderr.contains(&*file.to_string_lossy()), "{output}");
    }
    fs::remove_file(&file).expect("it is there");
    let output = scene.call(&[]);
    output.is_error(3, "web-identity-missing");
    assert!(output.stderr.contains("have AWS_WEB_IDENTITY_TOKEN_FILE name the file"), "{output}");
    assert!(scene.sandbox.control().requests().is_empty());
}

#[test]
fn a_token_that_has_expired_is_told_from_one_that_is_refused() {
    let scene = pod();
    scene.sandbox.control().advance_clock(2 * 3600);
    let output = scene.call(&[]);
    output.is_error(6, "id-token-expired");
    assert!(output.stderr.contains("have whatever wrote it write a new one"), "{output}");
}

#[test]
fn a_refusal_names_the_claims_and_the_command_that_prints_the_trust_policy() {
    let scene = {
        let mut scene = pod();
        scene.configure(|profile| {
            profile["federated_role_arn"] = "arn:aws:iam::123456789012:role/Nobody".into();
        });
        scene
    };
    let output = scene.call(&[]);
    output.is_error(7, "aws-refused");
    let issuer = scene.sandbox.issuer();
    let claims = format!("with iss {issuer}, aud sts.amazonaws.com, sub {POD}");
    let command = format!(
        "ccwb policy trust --issuer {issuer} --client-id sts.amazonaws.com --subject {POD} --account 123456789012"
    );
    assert!(output.stderr.contains(&claims) && output.stderr.contains(&command), "{output}");
    let token = fs::read_to_string(token_file(&scene)).expect("it is there");
    assert!(!output.stderr.contains(token.trim()), "{output}");
}

#[test]
fn a_token_service_that_says_no_or_nothing_is_named() {
    let mut scene = machine();
    let _service = token_service(&mut scene, RUN, "one");
    scene.home.set_env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "another");
    let output = scene.call(&[]);
    output.is_error(6, "provider-answer");
    assert!(
        output.stderr.contains("GitHub's token service answered 401") && !output.stderr.contains("another"),
        "{output}"
    );
    scene.home.set_env("ACTIONS_ID_TOKEN_REQUEST_URL", "http://127.0.0.1:1/token");
    scene.call(&[]).is_error(8, "provider-unreachable");
    scene.home.set_env("ACTIONS_ID_TOKEN_REQUEST_URL", "http://192.0.2.1/token");
    scene.call(&[]).is_error(3, "config-value");
}
