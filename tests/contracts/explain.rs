//! `explain`: the resolved configuration, with the keys of the guidance's `--explain` (reference, section 1.16).

use serde_json::{Value, json};

use crate::desk::{Desk, finish, plain_profile};

/// `a.b` in a JSON object.
fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, key| &value[key])
}

#[track_caller]
fn assert_has(explained: &Value, paths: &[&str]) {
    let missing: Vec<_> = paths.iter().filter(|path| at(explained, path).is_null()).collect();
    assert!(missing.is_empty(), "missing: {missing:?}\n{explained:#}");
}

fn explain(change: &Value, environment: &[(&str, &str)]) -> Value {
    let home = ccwb_tests::Home::new();
    let mut profile = plain_profile();
    profile.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
    home.write_config_value(&json!({"Work": profile}));
    finish(home.credential_process(&["explain"]).envs(environment.iter().copied())).success().json()
}

#[test]
fn it_has_the_keys_that_the_guidance_always_has() {
    let explained = explain(&json!({}), &[]);
    assert_has(
        &explained,
        &[
            "version",
            "commit",
            "profile",
            "platform.os",
            "platform.arch",
            "auth.mode",
            "auth.reason",
            "auth.federation_type",
            "provider.type",
            "provider.domain",
            "monitoring.enabled",
            "monitoring.mode",
            "monitoring.config_delivery",
            "quota.enabled",
            "storage.mode",
            "session.redirect_port",
            "env.debug_enabled",
            "env.no_browser_notification",
            "env.is_ssh",
            "env.is_headless",
            "env.has_monitoring_token",
            "paths.config_dir",
            "paths.config_file",
            "paths.install_dir",
        ],
    );
    assert_eq!(at(&explained, "auth.mode"), "oidc");
    assert_eq!(at(&explained, "auth.federation_type"), "cognito");
    assert_eq!(at(&explained, "storage.mode"), "session");
}

#[test]
fn monitoring_and_quota_are_shown_as_configured() {
    let explained = explain(
        &json!({
            "monitoring_enabled": true, "monitoring_mode": "central", "otel_collector_endpoint": "https://otel.example.test",
            "bootstrap_endpoint": "https://boot.example.test", "config_delivery_mode": "bootstrap",
            "quota_api_endpoint": "https://quota.example.test", "quota_fail_mode": "closed", "quota_check_interval": 10,
            "quota_check_timeout": 3, "daily_enforcement_mode": "alert", "monthly_enforcement_mode": "block",
            "enable_finegrained_quotas": true,
        }),
        &[],
    );
    let expected = [
        ("monitoring.enabled", json!(true)),
        ("monitoring.mode", json!("central")),
        ("monitoring.endpoint", json!("https://otel.example.test")),
        ("monitoring.bootstrap_endpoint", json!("https://boot.example.test")),
        ("monitoring.config_delivery", json!("bootstrap")),
        ("quota.enabled", json!(true)),
        ("quota.endpoint", json!("https://quota.example.test")),
        ("quota.fail_mode", json!("closed")),
        ("quota.auth_method", json!("bearer")),
        ("quota.check_interval_min", json!(10)),
        ("quota.check_timeout_sec", json!(3)),
        ("quota.daily_enforcement", json!("alert")),
        ("quota.monthly_enforcement", json!("block")),
        ("quota.fine_grained", json!(true)),
    ];
    let wrong: Vec<_> = expected.iter().filter(|(path, value)| at(&explained, path) != value).collect();
    assert!(wrong.is_empty(), "expected {wrong:?}\n{explained:#}");
}

#[test]
fn the_environment_is_shown_as_it_counts() {
    let explained = explain(
        &json!({"redirect_port": 8401}),
        &[
            ("CCWB_PROFILE", "Work"),
            ("AWS_PROFILE", "other"),
            ("REDIRECT_PORT", "8409"),
            ("COGNITO_AUTH_DEBUG", "1"),
            ("SSH_TTY", "/dev/pts/1"),
            ("BROWSER", "w3m"),
        ],
    );
    assert_eq!(at(&explained, "session.redirect_port"), &json!(8409));
    assert_eq!(at(&explained, "env.ccwb_profile"), "Work");
    assert_eq!(at(&explained, "env.aws_profile"), "other");
    assert_eq!(at(&explained, "env.redirect_port"), "8409");
    assert_eq!(at(&explained, "env.debug_enabled"), &json!(true));
    assert_eq!(at(&explained, "env.is_ssh"), &json!(true));
    assert_eq!(at(&explained, "env.browser_override"), "w3m");
}

#[test]
fn sts_federation_and_other_modes_are_told_apart() {
    let role = "arn:aws:iam::123456789012:role/Name";
    let direct =
        explain(&json!({"federated_role_arn": role, "identity_pool_id": null, "max_session_duration": 7200}), &[]);
    assert_eq!(at(&direct, "auth.federation_type"), "direct_sts");
    assert_eq!(at(&direct, "session.max_duration_sec"), &json!(7200));
    assert_eq!(at(&explain(&json!({"sso_enabled": false}), &[]), "auth.mode"), "passthrough");
    let idc = json!({
        "auth_type": "idc", "idc_start_url": "https://d-1.awsapps.com/start", "idc_account_id": "123456789012",
        "idc_permission_set_name": "Developer",
    });
    assert_eq!(at(&explain(&idc, &[]), "auth.mode"), "idc");
}

#[test]
fn a_client_secret_is_shown_as_being_there() {
    let mut desk = Desk::new();
    desk.configure("client_secret", "GOCSPX-not-to-be-shown");
    let output = desk
        .run_with(&["explain"], &[("COGNITO_AUTH_DEBUG", "1"), ("CCWB_CLIENT_SECRET", "not-to-be-shown-either")])
        .success();
    assert!(!output.to_string().contains("not-to-be-shown"), "{output}");
    assert!(
        at(&output.json(), "provider.client_auth").as_str().is_some_and(|auth| auth.starts_with("secret")),
        "{output}"
    );
}
