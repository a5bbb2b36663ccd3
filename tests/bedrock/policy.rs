//! `ccwb policy`: printed, told in words, and tried out, with allowed and denied cases.

use std::path::PathBuf;

use ccwb_tests::{Home, Output};
use serde_json::{Value, json};

use crate::{assert_failed, ccwb, line};

const WHO: &str = "--account 123456789012";
const PROFILE: &str = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-6";
const MODEL: &str = "arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-sonnet-4-6";

/// Prints a policy into a file.
fn made(home: &Home, arguments: &str) -> PathBuf {
    let printed = line(home, &format!("policy {arguments}")).success();
    home.write("policy.json", &printed.stdout)
}

/// Tries it out.
fn simulate(home: &Home, policy: &std::path::Path, arguments: &str) -> Output {
    line(home, &format!("policy simulate {} {arguments} --json", policy.display()))
}

#[track_caller]
fn decides(output: &Output, decision: &str, sid: Option<&str>) {
    let answer = output.json();
    let request = &answer["requests"][0];
    assert_eq!((&request["decision"], &request["statement"]["sid"]), (&json!(decision), &json!(sid)), "{output}");
    assert_eq!(output.code, Some(i32::from(decision != "allowed")), "{output}");
}

#[test]
fn a_printed_policy_allows_the_call_and_nothing_beside_it() {
    let home = Home::new();
    let policy = made(&home, &format!("print --model sonnet-4-6 --region eu-west-1 {WHO}"));
    let try_out = |arguments: &str| simulate(&home, &policy, arguments);
    decides(&try_out(&format!("--action bedrock:InvokeModel --resource {PROFILE}")), "allowed", Some("CallProfiles"));
    let served = format!("--action bedrock:InvokeModelWithResponseStream --resource {MODEL}");
    let through = format!("{served} --context bedrock:InferenceProfileArn={PROFILE}");
    decides(&try_out(&through), "allowed", Some("CallModelsThroughThem"));
    decides(&try_out("--action bedrock:ListFoundationModels"), "allowed", Some("Look"));
    for denied in [
        served.clone(),
        format!("--action bedrock:InvokeModel --resource {}", MODEL.replace("eu-central-1", "us-east-1")),
        format!("--action bedrock:InvokeModel --resource {}", PROFILE.replace("sonnet-4-6", "opus-4-8")),
        format!("--action bedrock:InvokeModel --resource {}", PROFILE.replace("123456789012", "999999999999")),
        format!("--action bedrock:DeleteInferenceProfile --resource {PROFILE}"),
    ] {
        decides(&try_out(&denied), "implicitDeny", None);
    }
    let near = try_out(&served).json();
    assert_eq!(
        near["requests"][0]["near"],
        json!([{"sid": "CallModelsThroughThem", "keys": ["bedrock:InferenceProfileArn"]}])
    );
}

#[test]
fn a_whole_call_is_tried_in_every_region_that_may_serve_it() {
    let home = Home::new();
    let policy = made(&home, &format!("print --level minimal --model opus,haiku --region us-east-1,eu-west-1 {WHO}"));
    let call = |model: &str, region: &str| simulate(&home, &policy, &format!("--call {model} --region {region} {WHO}"));
    let opus = call("opus", "us-east-1").success().json();
    assert_eq!(opus["requests"].as_array().map(Vec::len), Some(14), "two operations, one profile, six regions");
    call("haiku", "eu-west-1").success();
    assert_eq!(call("sonnet", "us-east-1").code, Some(1), "another model");
    assert_eq!(call("opus", "us-west-2").code, Some(1), "another region");
    let text = line(&home, &format!("policy simulate {} --call sonnet --region us-east-1 {WHO}", policy.display()));
    assert!(text.stdout.contains("implicitDeny: no statement allows it"), "{text}");
}

#[test]
fn restrictions_name_themselves_when_they_deny() {
    let home = Home::new();
    let policy = made(
        &home,
        &format!(
            "print --level restrictive --model sonnet-4-6 --region eu-west-1 {WHO} --source-ip 198.51.100.0/24 \
             --vpc-endpoint vpce-0a1b2c3d --not-before 2026-12-01T00:00:00Z --not-after 2026-12-31T00:00:00Z"
        ),
    );
    let call = format!("--action bedrock:InvokeModel --resource {PROFILE}");
    let at = |region: &str, more: &str| simulate(&home, &policy, &format!("{call} --region {region} {more}"));
    let day = "--context aws:CurrentTime=2026-12-24T12:00:00Z";
    let office = "--context aws:SourceIp=198.51.100.7";
    decides(&at("eu-west-1", &format!("{day} {office}")), "allowed", Some("CallProfiles"));
    decides(
        &at("eu-west-1", &format!("{day} --context aws:SourceVpce=vpce-0a1b2c3d")),
        "allowed",
        Some("CallProfiles"),
    );
    for (region, more, sid) in [
        ("eu-west-1", format!("{day} --context aws:SourceIp=203.0.113.9"), "FromTheseNetworksOnly"),
        ("eu-west-1", format!("{office} --context aws:CurrentTime=2026-11-30T12:00:00Z"), "NotBefore"),
        ("eu-west-1", format!("{office} --context aws:CurrentTime=2027-01-01T12:00:00Z"), "NotAfter"),
        ("us-east-1", format!("{day} {office}"), "InTheseRegionsOnly"),
        ("eu-west-1", format!("{day} {office} --context aws:SecureTransport=false"), "OverTlsOnly"),
    ] {
        decides(&at(region, &more), "explicitDeny", Some(sid));
    }
}

#[test]
fn teams_get_what_is_theirs_by_file_and_by_tag() {
    let home = Home::new();
    let rows = "backend: {models: [sonnet-4-6, opus-4-8], regions: [eu-west-1]}\n  data: {models: [haiku-4-5], regions: [eu-west-1, us-east-1]}";
    let file = home.write("teams.yaml", &format!("teams:\n  {rows}\n"));
    let print = format!("print --teams {} {WHO} --principal-tag Team", file.display());
    let all = line(&home, &format!("policy {print}")).success().json();
    assert_eq!(
        all.as_object().map(|all| all.keys().cloned().collect()),
        Some(vec!["claude-code-backend".to_owned(), "claude-code-data".to_owned()])
    );
    let policy = made(&home, &format!("{print} --only claude-code-backend"));
    let call = |model: &str, team: &str| {
        let tag = format!("--context aws:PrincipalTag/Team={team}");
        simulate(&home, &policy, &format!("--call {model} --region eu-west-1 {WHO} {tag}")).code
    };
    assert_eq!((call("sonnet-4-6", "backend"), call("opus", "backend")), (Some(0), Some(0)));
    assert_eq!((call("haiku", "backend"), call("sonnet-4-6", "data")), (Some(1), Some(1)));

    let toml = home
        .write("teams.toml", "[teams.backend]\nmodels = [\"sonnet-4-6\", \"opus-4-8\"]\nregions = [\"eu-west-1\"]\n");
    let same =
        line(&home, &format!("policy print --teams {} {WHO} --principal-tag Team", toml.display())).success().json();
    assert_eq!(same, all["claude-code-backend"]);
    let flag =
        line(&home, &format!("policy print --team backend=sonnet-4-6,opus-4-8@eu-west-1 {WHO} --principal-tag Team"))
            .success();
    assert_eq!(flag.json(), same);
    let wrong = home.write("wrong.yaml", "teams:\n  a: {models: [opus], region: us-east-1}\n");
    assert_failed(
        &line(&home, &format!("policy print --teams {} {WHO}", wrong.display())),
        3,
        "file-malformed",
        "region",
    );
    let none = format!("policy print --team a=opus-4-1@eu-west-1 {WHO}");
    assert_failed(&line(&home, &none), 3, "policy-impossible", "team a: ");
}

#[test]
fn hipaa_takes_no_profile_that_may_leave_the_united_states() {
    let home = Home::new();
    let refused = line(&home, &format!("policy print --hipaa --model sonnet-5 --region us-east-1 {WHO}"));
    assert_failed(&refused, 3, "policy-impossible", "ca-central-1");
    assert!(refused.stderr.contains("stay in the United States: sonnet-4-5\n"), "{refused}");
    let policy = made(&home, &format!("print --hipaa --model sonnet-4-5 --region us-east-1 {WHO}"));
    let document: Value = serde_json::from_str(&std::fs::read_to_string(&policy).expect("it is there")).expect("JSON");
    let resources = document["Statement"][1]["Resource"].as_array().expect("models").clone();
    assert!(
        resources.iter().all(|arn| arn.as_str().is_some_and(|arn| arn.starts_with("arn:aws:bedrock:us-"))),
        "{document:#}"
    );
    let call = |more: &str| simulate(&home, &policy, &format!("--call sonnet-4-5 --region us-east-1 {WHO} {more}"));
    assert_eq!((call("").code, call("--context aws:SecureTransport=false").code), (Some(0), Some(1)));
    assert_eq!(
        simulate(&home, &policy, &format!("--call sonnet-4-5 --prefix global --region us-east-1 {WHO}")).code,
        Some(1)
    );
}

#[test]
fn an_organisation_s_policy_limits_an_administrator() {
    let home = Home::new();
    let scp = line(&home, "policy scp --model sonnet-4-6 --region eu-west-1").success().stdout;
    let scp = home.write("scp.json", &scp).display().to_string();
    let all =
        r#"{"Version": "2012-10-17", "Statement": {"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    let own = home.write("admin.json", all);
    let call = |model: &str| simulate(&home, &own, &format!("--scp {scp} --call {model} --region eu-west-1 {WHO}"));
    call("sonnet-4-6").success();
    decides(&call("opus"), "explicitDeny", Some("OnlyTheseModels"));
    let boundary = line(&home, &format!("policy print --model haiku --region eu-west-1 {WHO}")).success().stdout;
    let boundary = home.write("boundary.json", &boundary);
    let limited =
        simulate(&home, &own, &format!("--boundary {} --call opus --region eu-west-1 {WHO}", boundary.display()));
    assert_eq!(limited.json()["requests"][0]["missing"], "the permissions boundary", "{limited}");
}

#[test]
fn a_role_lets_in_whom_it_names() {
    let home = Home::new();
    let github = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
    let trust = made(&home, &format!("trust --github acme/app --environment production {WHO}"));
    let run = |subject: &str| {
        simulate(
            &home,
            &trust,
            &format!(
                "--trust --action sts:AssumeRoleWithWebIdentity --principal federated={github} \
                 --context token.actions.githubusercontent.com:aud=sts.amazonaws.com \
                 --context token.actions.githubusercontent.com:sub={subject}"
            ),
        )
    };
    let inside = run("repo:acme/app:environment:production");
    assert_eq!((inside.code, &inside.json()["statement"]), (Some(0), &json!("RunsOfThisRepository")), "{inside}");
    for outside in ["repo:acme/app:pull_request", "repo:evil/app:environment:production"] {
        assert_eq!(run(outside).code, Some(1), "{outside}");
    }
    let open = line(&home, &format!("policy trust --github acme/app {WHO}"));
    assert_failed(&open, 2, "usage", "pull requests");
    let corporate = line(
        &home,
        &format!("policy trust --issuer https://acme.okta.com --client-id 0oa1 --subject *@acme.com {WHO}"),
    );
    let document = corporate.success().json();
    assert_eq!(
        document["Statement"][0]["Principal"]["Federated"],
        "arn:aws:iam::123456789012:oidc-provider/acme.okta.com"
    );
    let gov = line(
        &home,
        &format!("policy trust --issuer https://acme.okta.com --client-id 0oa1 --region us-gov-west-1 {WHO}"),
    );
    assert!(gov.success().stdout.contains("arn:aws-us-gov:iam::"));
}

#[test]
fn cloudformation_and_terraform_get_the_same_document() {
    let home = Home::new();
    let print = format!("policy print --model haiku --region us-east-1 {WHO} --user alice --role ci");
    let document = line(&home, &print).success().json();
    let template = line(&home, &format!("{print} --format cloudformation")).success().json();
    let resource = &template["Resources"]["ClaudeCode"]["Properties"];
    assert_eq!(
        (&resource["PolicyDocument"], &resource["Users"], &resource["Roles"]),
        (&document, &json!(["alice"]), &json!(["ci"]))
    );
    let hcl = line(&home, &format!("{print} --format terraform")).success().stdout;
    let (_, rest) = hcl.split_once("jsonencode(").expect("an expression");
    let (expression, _) = rest.split_once(")\n}").expect("its end");
    assert_eq!(serde_json::from_str::<Value>(expression).expect("JSON"), document);
    assert!(hcl.contains("aws_iam_user_policy_attachment") && hcl.contains("aws_iam_role_policy_attachment"), "{hcl}");
}

#[test]
fn a_policy_is_told_in_words_from_a_file_and_from_a_pipe() {
    let home = Home::new();
    let policy = made(&home, &format!("print --model sonnet-4-6 --region eu-west-1 {WHO}"));
    let told = line(&home, &format!("policy explain {}", policy.display())).success();
    assert!(told.stdout.contains("(Claude Sonnet 4.6) of account 123456789012 in eu-west-1"), "{told}");
    assert!(!told.stdout.contains("Look at this"), "{told}");
    let wide = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "bedrock:*", "Resource": "*"}}"#;
    let mut command = home.ccwb(&["policy", "explain", "--json"]);
    command.stdin(std::fs::File::open(home.write("wide.json", wide)).expect("it was written"));
    let told = ccwb_tests::run(&mut command, crate::LIMIT).expect("it ends").success().json();
    let findings = told["findings"].to_string();
    assert!(findings.contains("every operation") && findings.contains("does not name"), "{told:#}");
}

#[test]
fn what_is_no_policy_is_refused_and_never_guessed() {
    let home = Home::new();
    for text in [
        "",
        "{}",
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a","Resource":"*","Condition":{"Magic":{"k":"v"}}}}"#,
    ] {
        let file = home.write("wrong.json", text).display().to_string();
        assert_failed(
            &ccwb(&home, &["policy", "simulate", &file, "--action", "a:B"]),
            3,
            "policy-malformed",
            "wrong.json",
        );
        assert_failed(&ccwb(&home, &["policy", "explain", &file]), 3, "policy-malformed", "wrong.json");
    }
    for (more, code, says) in [
        ("--source-ip 198.51.100.0/33", 3, "198.51.100.0/33"),
        ("--not-before tomorrow", 3, "tomorrow"),
        ("--vpc-endpoint eni-1", 2, "eni-1"),
        ("--role a/b", 2, "a/b"),
        ("--principal-tag Team", 2, "--principal-tag"),
        ("--only other", 2, "other"),
        ("--prefix xx", 3, "opus"),
    ] {
        let output = line(&home, &format!("policy print --model opus --region us-east-1 {WHO} {more}"));
        assert_eq!(output.code, Some(code), "{more}: {output}");
        assert!(output.stderr.contains(says) && output.stdout.is_empty(), "{more}: {output}");
    }
    assert_failed(&line(&home, "policy print --model opus --region us-east-1 --account 1"), 2, "usage", "12 digits");
}

#[test]
fn what_is_not_said_comes_from_the_profile() {
    let home = Home::new();
    let missing = line(&home, "policy print --model haiku --region eu-west-1");
    assert_failed(&missing, 3, "profile-unknown", "say it with --account");
    let profile = json!({
        "name": "Acme", "provider_domain": "acme.okta.com", "provider_type": "okta", "client_id": "0oa1b2c3d4E5f6G7h8i9",
        "credential_storage": "session", "aws_region": "eu-west-1", "identity_pool_name": "acme", "aws_account_id": "123456789012",
        "federation_type": "direct", "monitoring_enabled": false, "cross_region_profile": "eu", "allowed_models": ["haiku-4-5"],
    });
    home.write(".ccwb/profiles/Acme.json", &profile.to_string());
    let document = line(&home, "policy print").success().json();
    let expected =
        "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-haiku-4-5-20251001-v1:0";
    assert_eq!(document["Statement"][0]["Resource"], json!([expected]), "{document:#}");
    assert_eq!(line(&home, "models check --json").success().json()["region"], "eu-west-1");
}
