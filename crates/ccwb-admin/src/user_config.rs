//! The part of a profile that users get as config.json.

use std::path::Path;

use ccwb_config::Config;
use serde_json::{Map, Value};

use crate::error::{AdminError, Problem};
use crate::profile::{AdminProfile, FederationKind, SignIn};

/// What deployed stacks tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outputs {
    /// `IdentityPoolId` of the auth stack.
    pub identity_pool_id: Option<String>,
    /// `DirectSTSRoleArn` of the auth stack.
    pub federated_role_arn: Option<String>,
    /// The collector's address.
    pub otel_collector_endpoint: Option<String>,
    /// The quota service's address.
    pub quota_api_endpoint: Option<String>,
}

impl Outputs {
    /// These, and the others where there is none.
    #[must_use]
    pub fn or(&self, others: &Self) -> Self {
        let either = |one: &Option<String>, other: &Option<String>| one.clone().or_else(|| other.clone());
        Self {
            identity_pool_id: either(&self.identity_pool_id, &others.identity_pool_id),
            federated_role_arn: either(&self.federated_role_arn, &others.federated_role_arn),
            otel_collector_endpoint: either(&self.otel_collector_endpoint, &others.otel_collector_endpoint),
            quota_api_endpoint: either(&self.quota_api_endpoint, &others.quota_api_endpoint),
        }
    }

    /// Well-formed values to check the rest of a profile with before anything is deployed.
    pub(crate) fn stand_ins() -> Self {
        Self {
            identity_pool_id: Some("us-east-1:00000000-0000-0000-0000-000000000000".to_owned()),
            federated_role_arn: Some("arn:aws:iam::000000000000:role/not-deployed-yet".to_owned()),
            ..Self::default()
        }
    }
}

/// Keys that have the same name and meaning in both files.
const SAME: &[&str] = &[
    "provider_domain",
    "client_id",
    "provider_type",
    "aws_region",
    "bedrock_fallback_region",
    "credential_storage",
    "cross_region_profile",
    "sso_enabled",
    "auth_type",
    "idc_start_url",
    "idc_account_id",
    "idc_permission_set_name",
    "federation_type",
    "cognito_user_pool_id",
    "selected_model",
    "client_secret",
    "client_auth",
    "azure_auth_mode",
    "client_certificate_path",
    "client_certificate_key_path",
    "oidc_issuer_url",
    "oidc_authorization_endpoint",
    "oidc_token_endpoint",
    "oidc_jwks_uri",
    "oidc_prompt",
    "oidc_scopes",
    "redirect_port",
    "ca_bundle",
    "login_provider",
    "assume_role",
    "external_id",
    "cost_attribution_tag_key",
    "monitoring_enabled",
    "include_coauthored_by",
    "model_alias",
    "settings_credentials",
];

const MONITORING: &[&str] = &[
    "otel_resource_attributes",
    "monitoring_mode",
    "telemetry_headers",
    "telemetry_hash_salt",
    "telemetry_bearer",
    "otel_logs",
];

const QUOTA: &[&str] = &[
    "quota_fail_mode",
    "quota_check_interval",
    "quota_check_timeout",
    "daily_enforcement_mode",
    "monthly_enforcement_mode",
    "enable_finegrained_quotas",
];

/// Keys whose name differs: the profile's, config.json's.
const RENAMED: &[(&str, &str)] = &[
    ("okta_auth_server", "okta_auth_server_id"),
    ("sso_region", "idc_region"),
    ("selected_source_region", "bedrock_region"),
];

/// The object for config.json, unchecked.
pub(crate) fn draft(values: &Map<String, Value>, outputs: &Outputs) -> Map<String, Value> {
    let mut user = Map::new();
    let mut copy = |from: &str, to: &str| {
        if let Some(value) = values.get(from).filter(|value| says_something(from, value)) {
            user.insert(to.to_owned(), value.clone());
        }
    };
    for (from, to) in RENAMED {
        copy(from, to);
    }
    let monitoring = flag(values, "monitoring_enabled", true);
    let quota = outputs.quota_api_endpoint.as_ref().filter(|_| flag(values, "quota_monitoring_enabled", false));
    let groups = [(true, SAME), (monitoring, MONITORING), (quota.is_some(), QUOTA)];
    for key in groups.into_iter().filter(|(wanted, _)| *wanted).flat_map(|(_, keys)| keys) {
        copy(key, key);
    }
    if let Some(quota) = quota {
        user.insert("quota_api_endpoint".to_owned(), quota.clone().into());
    }
    if monitoring {
        telemetry(values, outputs, &mut user);
    }
    let mut put = |key: &str, value: &Option<String>| {
        if let Some(value) = value {
            user.insert(key.to_owned(), value.clone().into());
        }
    };
    if values.get("auth_type").and_then(Value::as_str) == Some("oidc") {
        let direct = values.get("federation_type").and_then(Value::as_str) == Some("direct");
        if direct {
            put("federated_role_arn", &outputs.federated_role_arn);
            if let Some(seconds) = values.get("max_session_duration").filter(|value| !value.is_null()) {
                user.insert("max_session_duration".to_owned(), seconds.clone());
            }
        } else {
            put("identity_pool_id", &outputs.identity_pool_id);
            user.insert("federation_type".to_owned(), "cognito".into());
        }
    }
    if !user.contains_key("monitoring_enabled") {
        // The profile's default is the other one.
        user.insert("monitoring_enabled".to_owned(), true.into());
    }
    user
}

/// Where telemetry goes, and what has to go along for the collector that is deployed.
fn telemetry(values: &Map<String, Value>, outputs: &Outputs, user: &mut Map<String, Value>) {
    let is = |key: &str, word: &str| values.get(key).and_then(Value::as_str) == Some(word);
    let sidecar = is("monitoring_mode", "sidecar");
    let endpoint = match sidecar {
        true => Some(SIDECAR.to_owned()),
        false => outputs.otel_collector_endpoint.clone(),
    };
    let is_plain = endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http://"));
    if let Some(endpoint) = endpoint {
        user.insert("otel_collector_endpoint".to_owned(), endpoint.into());
    }
    // Requests, errors and tools are events.
    user.entry("otel_logs").or_insert_with(|| true.into());
    // A collector with a name of its own hears nobody without a token.
    let name = values.get("monitoring_config").and_then(|network| network.get("custom_domain")).and_then(Value::as_str);
    if is("auth_type", "oidc") && !sidecar && !is_plain && name.is_some_and(|name| !name.is_empty()) {
        user.entry("telemetry_bearer").or_insert_with(|| true.into());
    }
}

/// A collector on the person's own machine.
const SIDECAR: &str = "http://localhost:4318";

/// The object for config.json, as config.json's own reader accepts it.
pub(crate) fn make(profile: &AdminProfile, outputs: &Outputs) -> Result<Map<String, Value>, AdminError> {
    let not_deployed = |what| AdminError::NotDeployed { profile: profile.name.to_string(), what };
    if let SignIn::Oidc(oidc) = &profile.sign_in {
        match oidc.federation {
            FederationKind::Direct if outputs.federated_role_arn.is_none() => {
                return Err(not_deployed("the role's ARN (federated_role_arn)"));
            }
            FederationKind::Cognito if outputs.identity_pool_id.is_none() => {
                return Err(not_deployed("the identity pool (identity_pool_id)"));
            }
            _ => {}
        }
    }
    let user = draft(&profile.values, outputs);
    let name = profile.name.to_string();
    let file = Value::from(Map::from_iter([(name.clone(), user.clone().into())])).to_string();
    match Config::from_text(Path::new("config.json"), file).profile(&name) {
        Ok(_) => Ok(user),
        Err(error) => {
            let problem = Problem { key: "config.json".to_owned(), problem: error.to_string() };
            Err(AdminError::Invalid { profile: name, problems: vec![problem] })
        }
    }
}

/// The profile's name of a key of config.json.
pub(crate) fn own_name(key: &str, values: &Map<String, Value>) -> String {
    let renamed = RENAMED.iter().find(|(_, theirs)| *theirs == key).map(|(ours, _)| *ours);
    match renamed {
        Some(ours) if values.contains_key(ours) || key != "idc_region" => ours.to_owned(),
        _ => key.to_owned(),
    }
}

/// Null and empty say nothing, except where empty means "send none"; so does 0 for "no port of its own".
fn says_something(key: &str, value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty() || key == "oidc_prompt",
        Value::Number(number) => key != "redirect_port" || number.as_u64() != Some(0),
        _ => true,
    }
}

fn flag(values: &Map<String, Value>, key: &str, default: bool) -> bool {
    values.get(key).and_then(Value::as_bool).unwrap_or(default)
}
