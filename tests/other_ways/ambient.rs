//! What the machine has anyway, from each place where it can be, and never from this program itself.

use std::time::Duration;

use ccwb_tests::{Credentials, ErrorReport, Program};
use serde_json::{Value, json};

use crate::support::{Neighbour, Scene};

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT"), ("AWS_SECRET_ACCESS_KEY", "hush")];

/// Where a service of AWS's answers for a role.
fn role_credentials() -> Value {
    json!({
        "Code": "Success", "Type": "AWS-HMAC", "LastUpdated": "2026-01-01T00:00:00Z", "AccessKeyId": "ASIANEIGHBOUR",
        "SecretAccessKey": "hush", "Token": "session", "Expiration": "2099-01-01T00:00:00Z",
    })
}

fn line_of_the_neighbour() -> &'static str {
    "{\"Version\":1,\"AccessKeyId\":\"ASIANEIGHBOUR\",\"SecretAccessKey\":\"hush\",\"SessionToken\":\"session\",\
     \"Expiration\":\"2099-01-01T00:00:00Z\"}\n"
}

/// Nothing that is not ours is kept.
#[track_caller]
fn assert_nothing_is_stored(scene: &Scene) {
    let files = std::fs::read_dir(scene.state()).into_iter().flatten().flatten();
    let names: Vec<_> = files.map(|entry| entry.file_name()).collect();
    assert!(names.is_empty(), "{names:?}");
}

#[test]
fn keys_of_the_environment_are_handed_on_as_they_are() {
    let mut scene = Scene::of_the_machine();
    scene.home.set_envs(KEYS);
    assert_eq!(
        scene.call(&[]).success().stdout,
        "{\"Version\":1,\"AccessKeyId\":\"AKIAENVIRONMENT\",\"SecretAccessKey\":\"hush\"}\n"
    );
    scene.home.set_env("AWS_SESSION_TOKEN", "session");
    assert_eq!(
        scene.call(&["export"]).success().stdout,
        "{\"Credentials\":{\"AccessKeyId\":\"AKIAENVIRONMENT\",\"SecretAccessKey\":\"hush\",\"SessionToken\":\"session\"}}\n"
    );
    assert_nothing_is_stored(&scene);
}

#[test]
fn keys_of_another_profile_are_handed_on_and_the_environment_comes_first() {
    let mut scene = Scene::of_the_machine();
    let keys = "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = a\n[work]\naws_access_key_id = \
                AKIAWORK\naws_secret_access_key = b\n";
    scene.home.write(".aws/credentials", keys);
    assert_eq!(scene.call(&[]).success().json()["AccessKeyId"], "AKIADEFAULT");
    scene.home.set_env("AWS_PROFILE", "work");
    assert_eq!(scene.call(&[]).success().json()["AccessKeyId"], "AKIAWORK");
    scene.home.set_envs(KEYS);
    assert_eq!(scene.call(&[]).success().json()["AccessKeyId"], "AKIAENVIRONMENT");
}

#[test]
fn another_program_of_a_profile_is_run() {
    let mut scene = Scene::of_the_machine();
    let line = r#"{"Version":1,"AccessKeyId":"ASIATHEIRS","SecretAccessKey":"s","SessionToken":"t"}"#;
    let program = scene.home.write_script("bin/theirs", &format!("#!/bin/sh\necho '{line}'\n"));
    scene.home.write_aws_profile_running("work", &program.display().to_string());
    scene.home.set_env("AWS_PROFILE", "work");
    assert_eq!(scene.call(&[]).success().stdout, format!("{line}\n"));
}

#[test]
fn a_profile_of_identity_center_uses_the_session_that_another_profile_began() {
    let mut scene = Scene::of_identity_center();
    scene.call(&["login"]).success();
    scene.write_portal_profile();
    scene.home.set_env("AWS_PROFILE", "portal");
    scene.configure(|profile| *profile = json!({"sso_enabled": false}));
    Credentials::of(&scene.call(&[]));
    assert_eq!(scene.count("sso:GetRoleCredentials"), 2);
}

#[test]
fn a_web_identity_token_is_exchanged() {
    let mut scene = Scene::with(
        |_| {},
        |sandbox| sandbox.config(ccwb_sandbox::Federation::Direct, "session")["ClaudeCode"].clone(),
    );
    let token = scene.call(&["token"]).success().stdout;
    let file = scene.home.write("token", token.trim());
    scene.configure(|profile| *profile = json!({"sso_enabled": false}));
    scene.home.set_env("AWS_WEB_IDENTITY_TOKEN_FILE", file);
    scene.home.set_env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/CcwbFederatedRole");
    scene.home.set_env("AWS_ROLE_SESSION_NAME", "pod");
    Credentials::of(&scene.call(&[]));
    let requests = scene.sandbox.control().requests();
    let last = requests.iter().rfind(|request| request.endpoint == "sts:AssumeRoleWithWebIdentity").expect("asked");
    assert_eq!(last.parameters["RoleSessionName"], "pod");
}

#[test]
fn a_containers_agent_is_asked_with_its_token_and_past_every_proxy() {
    let mut scene = Scene::of_the_machine();
    let agent = Neighbour::start(|request, headers| match request {
        "GET /role" if headers.contains(&"authorization: agent-token".to_owned()) => {
            (200, role_credentials().to_string())
        }
        _ => (404, String::new()),
    });
    let token = scene.home.write("agent-token", "agent-token");
    scene.home.set_env("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.url("/role"));
    scene.home.set_env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token);
    scene.home.set_env("HTTP_PROXY", "http://127.0.0.1:1").set_env("http_proxy", "http://127.0.0.1:1");
    assert_eq!(scene.call(&[]).success().stdout, line_of_the_neighbour());
}

#[test]
fn an_instances_metadata_is_asked_by_its_second_version() {
    let mut scene = Scene::of_the_machine();
    let metadata = Neighbour::start(|request, headers| {
        let knows_the_token = headers.contains(&"x-aws-ec2-metadata-token: imds-token".to_owned());
        match request {
            "PUT /latest/api/token" => (200, "imds-token".to_owned()),
            _ if !knows_the_token => (401, String::new()),
            path if path.ends_with("/security-credentials/") => (200, "InstanceRole".to_owned()),
            path if path.ends_with("/security-credentials/InstanceRole") => (200, role_credentials().to_string()),
            _ => (404, String::new()),
        }
    });
    scene.home.remove_env("AWS_EC2_METADATA_DISABLED");
    scene.home.set_env("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.url(""));
    assert_eq!(scene.call(&[]).success().stdout, line_of_the_neighbour(), "{:?}", metadata.requests());
    assert_eq!(metadata.requests()[0], "PUT /latest/api/token");
}

#[test]
fn a_machine_that_has_nothing_says_where_it_was_looked_for_and_remembers_it() {
    let mut scene = Scene::of_the_machine();
    let output = scene.call(&[]);
    output.is_error(3, "machine-has-none");
    for place in ["the environment", "profile \"default\"", "AWS_WEB_IDENTITY_TOKEN_FILE", "the container", "metadata"]
    {
        assert!(output.stderr.contains(place), "{output}");
    }
    let status = scene.call(&["status", "--json"]).json();
    assert_eq!(status["last_error"]["code"], "machine-has-none", "{status}");
    scene.home.set_envs(KEYS);
    scene.call(&[]).success();
    assert_eq!(scene.call(&["status", "--json"]).json()["last_error"], Value::Null);
}

/// A port on which nobody listens stands for the address of the metadata service on a laptop.
#[test]
fn a_machine_that_is_no_instance_is_found_out_soon() {
    let mut scene = Scene::of_the_machine();
    scene.home.remove_env("AWS_EC2_METADATA_DISABLED");
    scene.home.set_env("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1");
    let output = scene.call(&[]);
    output.is_error(3, "machine-has-none");
    assert!(output.elapsed < Duration::from_secs(12), "{output}");
}

#[test]
fn a_step_that_is_there_and_broken_ends_the_chain_and_is_named() {
    let mut scene = Scene::of_the_machine();
    let agent = Neighbour::start(|_, _| (200, role_credentials().to_string()));
    scene.home.set_env("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.url("/role"));
    let program = scene.home.write_script("bin/theirs", "#!/bin/sh\necho secret >&2\nexit 1\n");
    scene.home.write_aws_profile_running("work", &program.display().to_string());
    scene.home.set_env("AWS_PROFILE", "work");
    let output = scene.call(&[]);
    output.is_error(3, "machine-broken");
    assert!(output.stderr.contains("profile \"work\""), "{output}");
    assert_eq!(agent.requests(), [] as [String; 0], "it would be another identity");
}

#[test]
fn a_profile_that_runs_this_program_gives_way_to_the_default_one() {
    let mut scene = Scene::of_the_machine();
    scene.home.write_aws_profile("ClaudeCode");
    scene.home.set_env("AWS_PROFILE", "ClaudeCode");
    let output = scene.call(&[]);
    output.is_error(1, "recursive-call");
    assert!(output.stderr.contains("profile \"ClaudeCode\" runs this program"), "{output}");
    assert!(output.elapsed < Duration::from_secs(5), "{output}");
    scene.home.write(".aws/credentials", "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = a\n");
    assert_eq!(scene.call(&[]).success().json()["AccessKeyId"], "AKIADEFAULT");
}

#[test]
fn a_wrapper_around_this_program_is_found_out_too() {
    let mut scene = Scene::of_the_machine();
    let program = Program::CredentialProcess.path();
    let script = format!("#!/bin/sh\necho once >> \"$HOME/runs\"\nexec \"{}\"\n", program.display());
    let wrapper = scene.home.write_script("bin/wrapper", &script);
    scene.home.write_aws_profile_running("work", &wrapper.display().to_string());
    scene.home.set_env("AWS_PROFILE", "work");
    let output = scene.call(&[]);
    output.is_error(1, "recursive-call");
    let runs = std::fs::read_to_string(scene.home.path().join("runs")).expect("it was run");
    assert_eq!(runs.lines().count(), 1, "{output}");
}

#[test]
fn the_machines_credentials_assume_a_role_of_another_account_with_its_external_id() {
    let mut scene = Scene::of_the_machine();
    scene.home.set_envs(scene.sandbox.administrator_environment());
    let role = "arn:aws:iam::123456789012:role/CcwbCrossAccountRole";
    scene.configure(|profile| profile["assume_role"] = json!({"role_arn": role, "external_id": "ccwb-external-id"}));
    let first = Credentials::of(&scene.call(&[]));
    assert_nothing_is_stored(&scene);
    assert_ne!(Credentials::of(&scene.call(&[])), first, "it is asked for each time");
    scene.configure(|profile| profile["assume_role"] = json!(role));
    let output = scene.call(&[]);
    output.is_error(7, "aws-refused");
    assert!(output.stderr.contains("CcwbCrossAccountRole without an external ID"), "{output}");
    assert!(output.stderr.contains("trust policy"), "{output}");
}

#[test]
fn nobody_is_asked_to_sign_in_and_every_command_says_so() {
    let mut scene = Scene::of_the_machine();
    assert_eq!(scene.call(&["--check-expiration"]).code, Some(1));
    scene.call(&["login"]).is_error(3, "machine-has-none");
    scene.home.set_envs(KEYS);
    assert_eq!(scene.call(&["--check-expiration"]).code, Some(0));
    let output = scene.call(&["login"]).success();
    assert!(output.stderr.contains("Profile ClaudeCode needs no sign-in"), "{output}");
    let status = scene.call(&["status"]).success().stdout;
    assert!(status.contains("the machine's own credentials") && status.contains("never (nobody signs in)"), "{status}");
    let line = scene.call(&["statusline"]).stdout;
    assert_eq!(line, "the machine's own credentials\n");
    let output = scene.call(&["logout"]).success();
    assert!(
        output.stderr.contains("Nobody signs in to profile ClaudeCode") && !output.stderr.contains("browser"),
        "{output}"
    );
    assert_eq!(scene.home.openings().len(), 0);
    assert_eq!(scene.call(&["explain"]).json()["auth"]["mode"], "passthrough");
}

#[test]
fn doctor_says_whose_the_machines_credentials_are() {
    let mut scene = Scene::of_the_machine();
    let doctor = |scene: &Scene| scene.call(&["doctor", "--live"]).stdout;
    assert!(doctor(&scene).contains("this machine has no AWS credentials of its own"), "{}", doctor(&scene));
    scene.home.set_envs(scene.sandbox.administrator_environment());
    let text = doctor(&scene);
    assert!(text.contains("AWS takes you for") && text.contains("(by the environment)"), "{text}");
    assert!(text.contains("set, which is what is handed on"), "{text}");
}
