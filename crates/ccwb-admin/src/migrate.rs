//! What older files mean, as the guidance's own migrations had it. The file itself is not touched: these are the values
//! that hold where it is read.

use ccwb_config::ProviderType;
use serde_json::{Map, Value};

/// The values that hold, from those in the file.
pub fn effective(mut values: Map<String, Value>) -> Map<String, Value> {
    rename(&mut values, "okta_domain", "provider_domain");
    rename(&mut values, "okta_client_id", "client_id");
    sign_in(&mut values);
    if absent(&values, "provider_type") && text(&values, "auth_type") == Some("oidc") {
        let host = text(&values, "provider_domain").map(host_of);
        // A host that gives nothing away is left for somebody to say.
        if let Some(provider) =
            host.map(|host| ProviderType::from_host(&host)).filter(|found| *found != ProviderType::Generic)
        {
            values.insert("provider_type".to_owned(), provider.name().into());
        }
    }
    distribution(&mut values);
    for key in ["codebuild_region", "distribution_hosted_zone_id"] {
        // The guidance's menus once stored "us-east-1 (N. Virginia)".
        if text(&values, key).is_some_and(|value| value.contains(' ')) {
            values.insert(key.to_owned(), Value::Null);
        }
    }
    if absent(&values, "monitoring_mode") {
        values.insert("monitoring_mode".to_owned(), "central".into());
    }
    let regions = values.get("allowed_bedrock_regions").and_then(Value::as_array);
    let in_the_us = regions.is_some_and(|regions| {
        regions
            .iter()
            .filter_map(Value::as_str)
            .any(|region| region.starts_with("us-") && !region.starts_with("us-gov-"))
    });
    if absent(&values, "cross_region_profile") && in_the_us {
        values.insert("cross_region_profile".to_owned(), "us".into());
    }
    values
}

/// `auth_type` and `sso_enabled` say the same; each follows from the other, and both from the domain `none`.
fn sign_in(values: &mut Map<String, Value>) {
    let no_domain = text(values, "provider_domain") == Some("none");
    let sso = values.get("sso_enabled").and_then(Value::as_bool);
    if absent(values, "auth_type") {
        let with_sso = sso.unwrap_or(!no_domain);
        let auth_type = match with_sso {
            true => "oidc",
            false if !absent(values, "idc_start_url") => "idc",
            false => "none",
        };
        values.insert("auth_type".to_owned(), auth_type.into());
    }
    if sso.is_none() {
        let oidc = text(values, "auth_type") == Some("oidc");
        values.insert("sso_enabled".to_owned(), oidc.into());
    }
}

fn distribution(values: &mut Map<String, Value>) {
    let enabled = values.get("enable_distribution").and_then(Value::as_bool).unwrap_or(false);
    match text(values, "distribution_type") {
        Some("presigned-s3" | "landing-page") => {}
        Some(_) => {
            values.insert("distribution_type".to_owned(), Value::Null);
            values.insert("enable_distribution".to_owned(), false.into());
        }
        None if enabled => {
            values.insert("distribution_type".to_owned(), "presigned-s3".into());
        }
        None => {}
    }
}

fn rename(values: &mut Map<String, Value>, old: &str, new: &str) {
    if let Some(value) = values.remove(old)
        && absent(values, new)
    {
        values.insert(new.to_owned(), value);
    }
}

/// Absent, null and empty are the same.
fn absent(values: &Map<String, Value>, key: &str) -> bool {
    match values.get(key) {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(_) => false,
    }
}

fn text<'a>(values: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    values.get(key)?.as_str().filter(|text| !text.trim().is_empty())
}

fn host_of(domain: &str) -> String {
    let domain = domain.split_once("://").map_or(domain, |(_, rest)| rest);
    domain.split(['/', ':']).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn migrated(values: &Value) -> Value {
        let Value::Object(values) = values.clone() else { panic!("not an object") };
        Value::Object(effective(values))
    }

    #[test]
    fn older_files_mean_what_the_guidance_made_of_them() {
        for (file, key, expected) in [
            (json!({"okta_domain": "a.okta.com"}), "provider_domain", json!("a.okta.com")),
            (json!({"okta_domain": "a.okta.com"}), "provider_type", json!("okta")),
            (json!({"okta_client_id": "x"}), "client_id", json!("x")),
            (json!({"okta_domain": "old", "provider_domain": "new.example"}), "provider_domain", json!("new.example")),
            (json!({}), "auth_type", json!("oidc")),
            (json!({"sso_enabled": false}), "auth_type", json!("none")),
            (json!({"sso_enabled": false, "idc_start_url": "https://x"}), "auth_type", json!("idc")),
            (json!({"provider_domain": "none"}), "auth_type", json!("none")),
            (json!({"provider_domain": "none"}), "sso_enabled", json!(false)),
            (json!({"auth_type": "idc"}), "sso_enabled", json!(false)),
            (json!({"provider_domain": "https://x.auth0.com/"}), "provider_type", json!("auth0")),
            (json!({"provider_domain": "sso.example.com"}), "provider_type", json!(null)),
            (json!({"provider_domain": "a.okta.com", "provider_type": "generic"}), "provider_type", json!("generic")),
            (json!({"enable_distribution": true}), "distribution_type", json!("presigned-s3")),
            (json!({"enable_distribution": true, "distribution_type": "x"}), "enable_distribution", json!(false)),
            (json!({"codebuild_region": "us-east-1 (Virginia)"}), "codebuild_region", json!(null)),
            (json!({}), "monitoring_mode", json!("central")),
            (json!({"allowed_bedrock_regions": ["eu-west-1", "us-east-1"]}), "cross_region_profile", json!("us")),
            (json!({"allowed_bedrock_regions": ["us-gov-west-1"]}), "cross_region_profile", json!(null)),
        ] {
            assert_eq!(migrated(&file)[key], expected, "{key} of {file}");
        }
    }

    #[test]
    fn migrating_twice_changes_nothing_more() {
        let once = migrated(&json!({"okta_domain": "a.okta.com", "enable_distribution": true}));
        assert_eq!(migrated(&once), once);
    }
}
