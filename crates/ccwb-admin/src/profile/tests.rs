use std::path::PathBuf;

use serde_json::json;

use super::*;

fn name() -> ProfileName {
    ProfileName::parse("ClaudeCode").unwrap()
}

fn profile(values: &Value) -> Result<AdminProfile, AdminError> {
    AdminProfile::parse(&name(), &ProfileDocument::parse(std::path::Path::new("p"), &values.to_string()).unwrap())
}

fn okta() -> Value {
    json!({"provider_domain": "a.okta.com", "client_id": "0oa1", "credential_storage": "session",
           "aws_region": "us-east-1", "identity_pool_name": "x"})
}

fn with(key: &str, value: Value) -> Value {
    let mut values = okta();
    values[key] = value;
    values
}

/// The guidance's own profiles, of every version and kind.
fn fixtures() -> Vec<PathBuf> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_profile_of_the_guidance_is_read_and_gives_users_a_config() {
    let outputs = Outputs::stand_ins();
    for file in fixtures() {
        let text = std::fs::read_to_string(&file).unwrap();
        let document = ProfileDocument::parse(&file, &text).unwrap();
        let profile = AdminProfile::parse(&name(), &document).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let config = profile.user_config(&outputs).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let known =
            |key: &&String| ccwb_config::KEYS.iter().any(|known| known.name == *key) || key.starts_with("telemetry_");
        assert!(config.keys().all(|key| known(&key)), "{}: {config:?}", file.display());
        for key in document.written().keys() {
            assert!(crate::keys::find(key).is_some() || key.starts_with("house") || key.contains(' '), "{key}");
        }
    }
}

#[test]
fn what_is_legal_and_the_guidance_refused_is_accepted() {
    for values in [
        with("aws_region", json!("us-gov-west-1")),
        with("aws_region", json!("mx-central-1")),
        with("monthly_token_limit", json!(0)),
        with("federation_type", json!("direct")),
        json!({"auth_type": "idc", "sso_enabled": false, "provider_domain": "none", "client_id": "none",
               "idc_start_url": "https://x.awsapps.com/start", "idc_account_id": "123456789012",
               "idc_permission_set_name": "P", "aws_region": "us-east-1"}),
    ] {
        assert!(profile(&values).is_ok(), "{values}: {:?}", profile(&values).err());
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_key() {
    let mut values = with("aws_region", json!("moon"));
    values["client_id"] = json!(null);
    values["max_session_duration"] = json!(60);
    values["monitoring_config"] = json!({"create_vpc": false});
    values["tags"] = json!({"aws:x": "y"});
    values["budget_monthly_usd"] = json!(5);
    values["settings_target"] = json!("everybody");
    values["permissions_boundary_arn"] = json!("arn:aws:iam::1:policy/x");
    let AdminError::Invalid { problems, .. } = profile(&values).unwrap_err() else { panic!("another error") };
    let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
    for key in [
        "aws_region",
        "client_id",
        "monitoring_config.vpc_id",
        "tags",
        "budget_emails",
        "settings_target",
        "permissions_boundary_arn",
    ] {
        assert!(keys.contains(&key), "{key} in {keys:?}");
    }
}

#[test]
fn the_role_or_the_pool_comes_from_the_stack_else_from_the_profile() {
    let direct = |role: Value| {
        let mut values = with("federation_type", json!("direct"));
        values["federated_role_arn"] = role;
        profile(&values).unwrap()
    };
    let saved = direct(json!("arn:aws:iam::123456789012:role/Saved"));
    let config = saved.user_config(&Outputs::default()).unwrap();
    assert_eq!(config["federated_role_arn"], "arn:aws:iam::123456789012:role/Saved");
    let stack =
        Outputs { federated_role_arn: Some("arn:aws:iam::123456789012:role/Stack".to_owned()), ..Outputs::default() };
    assert_eq!(saved.user_config(&stack).unwrap()["federated_role_arn"], "arn:aws:iam::123456789012:role/Stack");
    let missing = direct(json!(null)).user_config(&Outputs::default()).unwrap_err();
    assert!(matches!(missing, AdminError::NotDeployed { .. }), "{missing}");
}

#[test]
fn names_that_differ_in_config_json_are_translated_both_ways() {
    let config = profile(&with("okta_auth_server", json!("default"))).unwrap();
    let config = config.user_config(&Outputs::stand_ins()).unwrap();
    assert_eq!(config["okta_auth_server_id"], "default");
    let wrong = profile(&with("okta_auth_server", json!(7))).unwrap_err().to_string();
    assert!(wrong.contains("okta_auth_server: must"), "{wrong}");
}

#[test]
fn switched_off_parts_stay_out_of_config_json() {
    let mut values = with("monitoring_enabled", json!(false));
    values["otel_collector_endpoint"] = json!("https://old.example");
    values["quota_api_endpoint"] = json!("https://quota.example");
    values["telemetry_hash_salt"] = json!("salt");
    let config = profile(&values).unwrap().user_config(&Outputs::stand_ins()).unwrap();
    assert_eq!(config["monitoring_enabled"], false);
    for key in ["otel_collector_endpoint", "quota_api_endpoint", "quota_fail_mode", "telemetry_hash_salt"] {
        assert!(!config.contains_key(key), "{key}");
    }
}

#[test]
fn users_get_what_the_collector_asks_for() {
    let config = |changes: &Value, endpoint: Option<&str>| {
        let mut values = okta();
        values.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let outputs = Outputs { otel_collector_endpoint: endpoint.map(str::to_owned), ..Outputs::stand_ins() };
        profile(&values).unwrap().user_config(&outputs).unwrap()
    };
    let named = json!({"monitoring_config": {"custom_domain": "t.example.com", "hosted_zone_id": "Z1"}});
    let verified = config(&named, Some("https://t.example.com"));
    assert_eq!((&verified["telemetry_bearer"], &verified["otel_logs"]), (&json!(true), &json!(true)));
    let plain = config(&json!({}), Some("http://internal.example"));
    assert!(!plain.contains_key("telemetry_bearer"), "no token over plain HTTP");
    let sidecar = config(&json!({"monitoring_mode": "sidecar", "otel_logs": false}), None);
    assert_eq!(sidecar["otel_collector_endpoint"], "http://localhost:4318");
    assert_eq!((sidecar.get("telemetry_bearer"), &sidecar["otel_logs"]), (None, &json!(false)));
    let mut own = named.clone();
    own["telemetry_bearer"] = json!(false);
    assert_eq!(config(&own, None)["telemetry_bearer"], false, "the administrator's word");
}
