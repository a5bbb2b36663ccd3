//! Reading claims: texts, numbers and lists of them; principal tags in both of AWS's forms; groups that were left out.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The claim that AWS STS turns into session tags (IAM User Guide, "Passing session tags using `AssumeRoleWithWebIdentity`").
const TAGS_CLAIM: &str = "https://aws.amazon.com/tags";

/// The values of a claim: one of a text or a number, several of a list. Empty texts count as none.
pub(crate) fn values(claims: &Map<String, Value>, name: &str) -> Vec<String> {
    match claims.get(name) {
        Some(Value::Array(list)) => list.iter().filter_map(scalar).collect(),
        Some(value) => scalar(value).into_iter().collect(),
        None => Vec::new(),
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Every principal tag: a flat claim `<tags>/principal_tags/<key>`, or nested under `<tags>`; a text, or the first of a
/// list. Where a key has both forms, the flat one counts.
pub fn principal_tags(claims: &Map<String, Value>) -> BTreeMap<String, String> {
    let nested = claims.get(TAGS_CLAIM).and_then(|tags| tags.get("principal_tags")).and_then(Value::as_object);
    let nested = nested.into_iter().flatten().map(|(key, value)| (key.as_str(), value));
    let prefix = format!("{TAGS_CLAIM}/principal_tags/");
    let flat = claims.iter().filter_map(|(name, value)| Some((name.strip_prefix(&prefix)?, value)));
    nested.chain(flat).filter_map(|(key, value)| Some((key.to_owned(), tag_value(value)?))).collect()
}

fn tag_value(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => list.first()?.as_str().map(str::to_owned),
        _ => None,
    }
}

/// The claims that the provider left out because they are too large for a token: Entra ID does so above 200 groups
/// (Microsoft identity platform, "Groups overage claim"), in the form of OpenID Connect Core 1.0, section 5.6.2, or with
/// `hasgroups`.
pub(crate) fn left_out(claims: &Map<String, Value>) -> Vec<String> {
    let elsewhere = claims.get("_claim_names").and_then(Value::as_object).into_iter().flatten();
    let mut names: Vec<String> = elsewhere.map(|(name, _)| name.clone()).collect();
    let has_groups = claims.get("hasgroups").is_some_and(|value| *value == Value::Bool(true) || value == "true");
    if has_groups && !names.iter().any(|name| name == "groups") {
        names.push("groups".to_owned());
    }
    names.retain(|name| !claims.contains_key(name));
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn tags_are_found_in_both_forms() {
        let tags = principal_tags(&claims(&json!({
            "https://aws.amazon.com/tags/principal_tags/Project": "flat",
            "https://aws.amazon.com/tags": {"principal_tags": {"Project": ["nested"], "Team": ["core", "other"], "No": 1}},
            "https://aws.amazon.com/tags/transitive_tag_keys": "Project",
        })));
        assert_eq!(tags, [("Project", "flat"), ("Team", "core")].map(|(k, v)| (k.to_owned(), v.to_owned())).into());
    }

    #[test]
    fn groups_that_a_provider_left_out_are_named() {
        assert_eq!(left_out(&claims(&json!({"_claim_names": {"groups": "src1"}, "hasgroups": true}))), ["groups"]);
        assert_eq!(left_out(&claims(&json!({"hasgroups": "true"}))), ["groups"]);
        assert_eq!(left_out(&claims(&json!({"groups": ["a"], "hasgroups": true}))), [""; 0]);
    }
}
