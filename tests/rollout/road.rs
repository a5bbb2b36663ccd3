//! The whole road, each step by the program that a person would type.

use std::fs;

use ccwb_sandbox::Federation;
use ccwb_tests::part::{Moto, aws_cli};

use crate::office::{Office, PROFILE, User, assert_failed, end, names, text, tree};

/// Who plays CloudFormation. The identity provider, STS, Cognito and Bedrock are always the sandbox.
enum Cloud {
    Sandbox,
    /// It makes roles and no OIDC provider, and tells no outputs.
    Moto,
}

#[test]
fn from_nothing_to_a_users_credentials_and_back_straight_through_sts() {
    walk(&Office::new(), &Cloud::Sandbox, Federation::Direct, |_, _| {});
}

#[test]
fn from_nothing_to_a_users_credentials_and_back_through_an_identity_pool() {
    walk(&Office::new(), &Cloud::Sandbox, Federation::Cognito, |_, _| {});
}

#[test]
#[ignore = "needs awscli"]
fn the_users_aws_cli_works_with_what_was_rolled_out() {
    if aws_cli(&ccwb_tests::Home::new(), &[]).is_none() {
        return;
    }
    walk(&Office::new(), &Cloud::Sandbox, Federation::Direct, use_the_aws_cli);
}

#[test]
#[ignore = "needs moto"]
fn the_same_road_with_the_stacks_at_moto() {
    let Some(moto) = Moto::start() else { return };
    let mut office = Office::new();
    office.home.set_env("AWS_ENDPOINT_URL", moto.endpoint());
    office.home.set_env("AWS_ACCESS_KEY_ID", "testing").set_env("AWS_SECRET_ACCESS_KEY", "testing");
    office.home.remove_env("AWS_SESSION_TOKEN");
    walk(&office, &Cloud::Moto, Federation::Direct, use_the_aws_cli);
}

fn use_the_aws_cli(office: &Office, user: &User) {
    let call = ["sts", "get-caller-identity", "--profile", PROFILE];
    let Some(mut command) = aws_cli(&user.home, &call) else { return };
    let answer = end(&mut command).success().json();
    assert_eq!(answer["Account"], "123456789012", "{answer}");
    assert_eq!(user.home.openings().len(), 1, "the sign-in before was enough");
    assert!(office.sandbox.control().count("sts:GetCallerIdentity") > 0);
}

fn walk(office: &Office, cloud: &Cloud, federation: Federation, work: impl Fn(&Office, &User)) {
    let start = tree(&office.home.path());

    // init
    // moto cannot protect a stack.
    let protected = matches!(cloud, Cloud::Sandbox);
    let answers = format!("termination_protection = {protected}\n{}", answers(office, federation));
    let file = office.home.root().join("answers.toml");
    fs::write(&file, answers).expect("a temporary folder can be written");
    let made = office.json(&["init", "--from", text(&file), "--profile", PROFILE, "--json"]);
    assert_eq!(made["saved"], true, "{made:#}");

    // deploy
    office.ccwb(&["deploy", "--yes"]).success();
    let output = match federation {
        Federation::Direct => "federated_role_arn",
        Federation::Cognito => "identity_pool_id",
    };
    if let Cloud::Moto = cloud {
        let role = office.sandbox.config_json(federation, "session")["ClaudeCode"][output].take();
        office.set(output, role);
    }
    let deployed = office.profile()[output].clone();
    assert!(deployed.is_string(), "{deployed}");

    // package
    let package = office.package();

    // install.sh in a fresh home
    let user = office.user();
    let fresh = tree(&user.home.path());
    user.install(&package).success();

    // sign-in, and the work that it is for
    let credentials = user.credential_process().success().json();
    assert_eq!(credentials["Version"], 1, "{credentials}");
    let again = user.credential_process().success().json();
    assert_eq!(again, credentials, "the second caller gets what is there");
    assert_eq!(user.home.openings().len(), 1);
    if let (Cloud::Sandbox, Federation::Direct) = (cloud, federation) {
        let assumed = office
            .sandbox
            .control()
            .requests()
            .iter()
            .any(|request| request.endpoint == "sts:AssumeRoleWithWebIdentity" && request.status == 200);
        assert!(assumed, "the role that the stack made lets people in");
        let role = deployed.as_str().and_then(|arn| arn.rsplit('/').next()).expect("an ARN").to_owned();
        assert!(role.contains("BedrockRole"), "{role}");
    }
    work(office, &user);

    // status
    let status = office.json(&["status", "--json"]);
    assert_eq!(status["stacks"]["auth"]["status"], "CREATE_COMPLETE", "{status:#}");
    assert_eq!(status["package"]["current"], true, "{status:#}");

    // a second deploy is a no-op
    let before = office.profile();
    let second = office.ccwb(&["deploy", "--yes"]).success();
    assert!(second.stdout.contains("nothing had to be changed"), "{second}");
    if let Cloud::Sandbox = cloud {
        assert_eq!(office.profile(), before);
    }

    // uninstall.sh leaves the home as it was
    user.uninstall().success();
    assert_eq!(names(&user.home.path()), Vec::<String>::new());
    assert_eq!(tree(&user.home.path()), fresh);

    // destroy leaves no stack
    let refused = office.ccwb(&["destroy", "--yes"]);
    if protected {
        assert_failed(&refused, 7, "aws-termination-protection");
        office.ccwb(&["destroy", "--yes", "--remove-protection"]).success();
    }
    match cloud {
        Cloud::Sandbox => assert_eq!(office.sandbox.control().stacks(), [""; 0]),
        Cloud::Moto => {
            let status = office.json(&["status", "--json"]);
            assert_eq!(status["stacks"]["auth"]["status"], "NOT_FOUND", "{status:#}");
        }
    }

    // cleanup leaves no file
    office.ccwb(&["cleanup", "--packages", "--administrator", "--yes"]).success();
    assert_eq!(tree(&office.home.path()), start, "{:?}", names(&office.home.path()));
}

/// What somebody would write who has registered the client of the sandbox.
fn answers(office: &Office, federation: Federation) -> String {
    let config = office.sandbox.config(federation, "session")["ClaudeCode"].take();
    let text = |key: &str| config[key].as_str().map(str::to_owned).unwrap_or_default();
    let federation = match federation {
        Federation::Direct => "direct",
        Federation::Cognito => "cognito",
    };
    let port = config["redirect_port"].as_u64().unwrap_or_default();
    format!(
        "provider_domain = \"{}\"\nprovider_type = \"{}\"\noidc_issuer_url = \"{}\"\nclient_id = \"{}\"\n\
         aws_region = \"us-east-1\"\nidentity_pool_name = \"acme\"\nfederation_type = \"{federation}\"\n\
         cross_region_profile = \"us\"\ncredential_storage = \"session\"\nredirect_port = {port}\n\
         monitoring_enabled = false\n\n[tags]\nTeam = \"platform\"\n",
        text("provider_domain"),
        text("provider_type"),
        text("oidc_issuer_url"),
        text("client_id"),
    )
}
