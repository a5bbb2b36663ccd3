//! A value that is missing or malformed: exit code 3, and the message names file, profile and key.

use ccwb_tests::Home;
use serde_json::{Value, json};

use crate::desk::{finish, plain_profile};
use crate::failure::{exit, problem};

/// A profile with these keys replaced (null removes) is wrong because of `key`.
struct Wrong {
    key: &'static str,
    change: Value,
}

fn wrong(key: &'static str, change: Value) -> Wrong {
    Wrong { key, change }
}

/// One key with this value.
fn value(key: &'static str, value: impl Into<Value>) -> Wrong {
    wrong(key, json!({key: value.into()}))
}

const ROLE: &str = "arn:aws:iam::123456789012:role/Name";

fn direct(key: &'static str, mut change: Value) -> Wrong {
    change["federation_type"] = json!("direct");
    wrong(key, change)
}

fn cases() -> Vec<Wrong> {
    [types(), identity(), addresses(), aws(), sign_in(), other()].into_iter().flatten().collect()
}

/// Every key of section 3 that is a text is none of the other types.
fn types() -> Vec<Wrong> {
    const TEXTS: &[&str] = &[
        "provider_domain",
        "client_id",
        "provider_type",
        "aws_region",
        "credential_storage",
        "federation_type",
        "federated_role_arn",
        "identity_pool_id",
        "oidc_issuer_url",
        "oidc_authorization_endpoint",
        "oidc_token_endpoint",
        "oidc_jwks_uri",
        "oidc_prompt",
        "azure_auth_mode",
        "client_secret",
        "quota_api_endpoint",
        "auth_type",
        "selected_model",
        "cross_region_profile",
        "cost_attribution_tag_key",
        "otel_collector_endpoint",
        "monitoring_mode",
    ];
    const FLAGS: &[&str] = &["sso_enabled", "monitoring_enabled"];
    let texts =
        TEXTS.iter().flat_map(|key| [json!(12), json!(true), json!(["a"]), json!({"a": 1})].map(|bad| value(key, bad)));
    let flags = FLAGS.iter().flat_map(|key| [json!("true"), json!(1), json!([])].map(|bad| value(key, bad)));
    texts.chain(flags).collect()
}

fn identity() -> Vec<Wrong> {
    vec![
        wrong("provider_domain", json!({"provider_domain": null})),
        wrong("provider_domain", json!({"provider_domain": "  "})),
        wrong("client_id", json!({"client_id": null})),
        wrong("client_id", json!({"client_id": ""})),
        wrong("okta_domain", json!({"provider_domain": null, "okta_domain": 5})),
        wrong("okta_client_id", json!({"client_id": null, "okta_client_id": 5})),
        wrong("cognito_user_pool_id", json!({"provider_type": "cognito"})),
        wrong("cognito_user_pool_id", json!({"provider_type": "cognito", "cognito_user_pool_id": "no region"})),
        wrong("okta_auth_server_id", json!({"provider_type": "okta", "okta_auth_server_id": 5})),
    ]
}

fn addresses() -> Vec<Wrong> {
    let keys = ["oidc_issuer_url", "oidc_authorization_endpoint", "oidc_token_endpoint", "oidc_jwks_uri"];
    let bad = [
        "http://idp.example.test",
        "idp.example.test",
        "ftp://idp.example.test",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://user:pass@idp.example.test",
        "https://idp.example.test/#x",
        "https://",
        "http://127.0.0.1.example.test",
    ];
    let explicit = keys.into_iter().flat_map(|key| bad.map(|address| value(key, json!(address))));
    let domains =
        ["http://idp.example.test", "idp example", "idp.example.test:port", "user:pass@idp.example.test", "a/b?c=d"];
    let domains = domains.map(|domain| value("provider_domain", json!(domain)));
    let quota = ["http://quota.example.test", "quota"].map(|address| value("quota_api_endpoint", json!(address)));
    explicit.chain(domains).chain(quota).collect()
}

fn aws() -> Vec<Wrong> {
    let regions = ["us-east", "us east 1", "US-EAST-1", "us-east-1.evil.example", "us-east-1/", "-", "us--1"];
    let pools = ["no-colon", "us-east-1:", "useast1:1111", "us-east-1:not hex", "us-east-1.evil.example:1111", ":1111"];
    let roles = [
        "Name",
        "arn:aws:iam::123456789012:user/Name",
        "arn:aws:iam::12345:role/Name",
        "arn:aws:iam::123456789012:role/",
        "arn:aws:s3:::bucket",
        "arn:gcp:iam::123456789012:role/Name",
    ];
    let durations = [json!(899), json!(43_201), json!(-1), json!(3600.5), json!("3600"), json!(1e12)];
    let mut cases: Vec<Wrong> = regions.into_iter().map(|region| value("aws_region", json!(region))).collect();
    cases.extend(pools.map(|pool| value("identity_pool_id", json!(pool))));
    cases.extend(
        pools.map(|pool| wrong("identity_pool_name", json!({"identity_pool_id": null, "identity_pool_name": pool}))),
    );
    cases.extend(roles.map(|role| direct("federated_role_arn", json!({"federated_role_arn": role}))));
    cases.extend(durations.map(|seconds| {
        direct("max_session_duration", json!({"federated_role_arn": ROLE, "max_session_duration": seconds}))
    }));
    cases.extend([
        value("federation_type", json!("saml")),
        wrong("federated_role_arn", json!({"federation_type": "direct"})),
        wrong("identity_pool_id", json!({"identity_pool_id": null})),
        wrong(
            "identity_pool_id",
            json!({"identity_pool_id": null, "federation_type": "cognito", "federated_role_arn": ROLE}),
        ),
        value("assume_role", json!("Name")),
        value("assume_role", json!(["a"])),
        wrong("external_id", json!({"assume_role": ROLE, "external_id": 5})),
        wrong("assume_role.role_arn", json!({"assume_role": {"external_id": "x"}})),
        wrong("assume_role.duration_seconds", json!({"assume_role": {"role_arn": ROLE, "duration_seconds": 7_200}})),
        // A trust policy with an external id refuses the call: an external id must not be dropped in silence.
        wrong("assume_role.external_id", json!({"assume_role": {"role_arn": ROLE, "external_id": 5}})),
        wrong("assume_role.duration_seconds", json!({"assume_role": {"role_arn": ROLE, "duration_seconds": "3600"}})),
    ]);
    cases
}

fn sign_in() -> Vec<Wrong> {
    let ports = [
        json!(-1),
        json!(65_536),
        json!("8400"),
        json!(1.5),
        json!([]),
        json!([8400, 0]),
        json!([8400, "x"]),
        json!({}),
    ];
    let mut cases: Vec<Wrong> = ports.into_iter().map(|port| value("redirect_port", port)).collect();
    cases.extend([
        value("azure_auth_mode", json!("password")),
        value("client_auth", json!("password")),
        wrong("client_certificate_path", json!({"azure_auth_mode": "certificate"})),
        wrong(
            "client_certificate_key_path",
            json!({"azure_auth_mode": "certificate", "client_certificate_path": "/c.pem"}),
        ),
        value("oidc_scopes", json!("email profile")),
        value("oidc_scopes", json!(["openid"])),
    ]);
    cases
}

fn other() -> Vec<Wrong> {
    let idc = |change: Value| {
        let mut whole = json!({
            "auth_type": "idc", "idc_start_url": "https://d-1.awsapps.com/start", "idc_account_id": "123456789012",
            "idc_permission_set_name": "Developer",
        });
        whole.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        whole
    };
    let quota = |key: &'static str, bad: Value| {
        wrong(key, json!({"quota_api_endpoint": "https://quota.example.test", key: bad}))
    };
    vec![
        value("credential_storage", json!("disk")),
        value("credential_storage", json!("Keyring ")),
        wrong("idc_start_url", idc(json!({"idc_start_url": null}))),
        wrong("idc_start_url", idc(json!({"idc_start_url": "http://d-1.awsapps.com/start"}))),
        wrong("idc_account_id", idc(json!({"idc_account_id": "12345"}))),
        wrong("idc_account_id", idc(json!({"idc_account_id": 123_456_789_012_u64}))),
        wrong("idc_permission_set_name", idc(json!({"idc_permission_set_name": null}))),
        wrong("idc_region", idc(json!({"idc_region": "nowhere"}))),
        quota("quota_fail_mode", json!("maybe")),
        quota("quota_fail_mode", json!(true)),
        quota("quota_check_interval", json!("30")),
        quota("quota_check_interval", json!(-1)),
        quota("quota_check_timeout", json!("5")),
    ]
}

#[test]
fn every_wrong_value_is_an_error_that_names_file_profile_and_key() {
    let home = Home::new();
    let mut complaints = Vec::new();
    for Wrong { key, change } in cases() {
        let mut profile = plain_profile();
        profile.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        let file = home.write_config_value(&json!({"Work": profile}));
        let output = finish(&mut home.credential_process(&["explain"]));
        let first = output.stderr.lines().next().unwrap_or_default().to_owned();
        if let Some(problem) = problem(&output, exit::CONFIG, &["config-value"]) {
            complaints.push(format!("{key} in {change}: {problem}"));
            continue;
        }
        for word in [&*file.display().to_string(), "profile \"Work\"", &format!("{key}: ")] {
            if !first.contains(word) {
                complaints.push(format!("{key} in {change}: {word:?} is not named in {first:?}"));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn the_other_profiles_of_the_file_are_not_touched_by_one_wrong_value() {
    let home = Home::new();
    home.write_config_value(&json!({"Good": plain_profile(), "Bad": {"client_id": 5}}));
    finish(&mut home.credential_process(&["-p", "Good", "explain"])).success();
    assert_eq!(finish(&mut home.credential_process(&["-p", "Bad", "explain"])).code, Some(exit::CONFIG));
}

#[test]
fn unknown_keys_are_ignored_with_a_debug_line() {
    let home = Home::new();
    let mut profile = plain_profile();
    profile["colour"] = json!("blue-value");
    home.write_config_value(&json!({"Work": profile}));
    let quiet = finish(&mut home.credential_process(&["explain"])).success();
    assert_eq!(quiet.stderr, "");
    let output = finish(home.credential_process(&["explain"]).env("COGNITO_AUTH_DEBUG", "1")).success();
    assert!(output.stderr.starts_with("Debug: ") && output.stderr.contains("colour"), "{output}");
    assert!(!output.stderr.contains("blue-value"), "{output}");
}

#[test]
fn a_redirect_port_of_the_environment_that_is_no_port_is_an_error_that_names_it() {
    let home = Home::new();
    home.write_config_value(&json!({"Work": plain_profile()}));
    for junk in ["http", "0", "-1", "65536", "8400 ", "84 00", "1e3"] {
        for command in [&[][..], &["explain"], &["login"], &["status"]] {
            let output = finish(home.credential_process(command).env("REDIRECT_PORT", junk));
            assert_eq!(problem(&output, exit::CONFIG, &["config-value"]), None, "{junk:?}: {output}");
            assert!(output.stderr.contains("REDIRECT_PORT"), "{output}");
        }
    }
    finish(home.credential_process(&["explain"]).env("REDIRECT_PORT", "")).success();
}
