use std::path::Path;

use ccwb_config::Config;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::to_json;
use secrecy::ExposeSecret as _;

fn profile(changes: &Value) -> Profile {
    let mut values = json!({
        "provider_domain": "a.okta.com", "client_id": "c", "identity_pool_id": "us-east-1:aa",
    });
    for (key, value) in changes.as_object().unwrap() {
        values[key] = value.clone();
    }
    Config::from_text(Path::new("c"), json!({ "P": values }).to_string()).profile("P").unwrap()
}

fn headers(claims: &Value, changes: &Value) -> Headers {
    Headers::from_claims(claims.as_object().unwrap(), &profile(changes))
}

fn row<'h>(headers: &'h Headers, name: &str) -> &'h Row<'static> {
    headers.rows.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("no {name} in {headers:#?}"))
}

fn value<'h>(headers: &'h Headers, name: &str) -> Option<&'h str> {
    headers.rows.iter().find(|row| row.name == name)?.value.as_deref()
}

#[test]
fn without_any_claim_the_guidances_defaults_are_sent() {
    let headers = headers(&json!({}), &json!({"provider_type": "generic"}));
    let sent: Vec<(&str, &str)> =
        headers.rows.iter().filter_map(|row| Some((&*row.name, row.value.as_deref()?))).collect();
    assert_eq!(
        sent,
        [
            ("x-user-email", "unknown@example.com"),
            ("x-department", "unspecified"),
            ("x-team-id", "default-team"),
            ("x-cost-center", "general"),
            ("x-organization", "amazon-internal"),
            ("x-location", "remote"),
            ("x-role", "user"),
            ("x-manager", "unassigned"),
        ]
    );
    assert_eq!(row(&headers, "x-team-id").missing.as_deref(), Some("team, team_id, group or custom:..."));
}

#[test]
fn the_first_claim_with_a_value_counts_and_is_named() {
    let claims = json!({
        "sub": "alice", "email": "", "preferred_username": "Alice@Example.com", "dept": "platform", "division": "x",
        "costCenter": 4711, "role": ["lead", "second"],
    });
    let headers = headers(&claims, &json!({}));
    for (name, expected, from) in [
        ("x-user-email", "Alice@Example.com", "preferred_username"),
        ("x-user-id", "2bd806c9-7f0e-00af-1a1f-c3328fa763a9", "sub"),
        ("x-user-name", "Alice@Example.com", "preferred_username"),
        ("x-department", "platform", "dept"),
        ("x-cost-center", "4711", "costCenter"),
        ("x-organization", "okta", "iss"),
        ("x-role", "lead,second", "role"),
    ] {
        let row = row(&headers, name);
        assert_eq!((row.value.as_deref(), row.from.as_deref()), (Some(expected), Some(from)), "{name}");
    }
}

#[test]
fn a_custom_attribute_of_a_user_pool_comes_before_the_plain_name_but_never_for_who_somebody_is() {
    let claims = json!({
        "custom:department": "pool", "department": "plain", "custom:email": "forged@example.com", "email": "a@example.com",
        "cognito:username": "alice",
    });
    let headers = headers(&claims, &json!({}));
    assert_eq!(row(&headers, "x-department").from.as_deref(), Some("custom:department"));
    assert_eq!(value(&headers, "x-user-email"), Some("a@example.com"));
    assert_eq!(value(&headers, "x-user-name"), Some("alice"));
}

#[test]
fn the_name_may_be_the_local_part_of_the_address() {
    let headers = headers(&json!({"email": "bob@example.com"}), &json!({}));
    let row = row(&headers, "x-user-name");
    assert_eq!((row.value.as_deref(), row.from.as_deref()), (Some("bob"), Some("email, before the @")));
}

#[test]
fn values_are_kept_dropped_or_hashed_as_the_rules_say() {
    let claims = json!({"sub": "alice", "email": "Alice@Example.com", "manager": "bob", "groups": ["a", "b"]});
    let rules = json!({"telemetry_hash_salt": "pepper", "telemetry_headers": {
        "x-user-email": "hash", "x-manager": "drop", "x-team-id": {"claims": ["groups"], "policy": "hash"},
        "x-groups": {"claims": "groups"}, "x-environment": {"default": "prod"}, "x-location": {"default": ""},
    }});
    let hashed = headers(&claims, &rules);
    assert_eq!(value(&hashed, "x-manager"), None);
    assert_eq!((value(&hashed, "x-groups"), value(&hashed, "x-environment")), (Some("a,b"), Some("prod")));
    assert_eq!(value(&hashed, "x-location"), None);
    let email = value(&hashed, "x-user-email").unwrap().to_owned();
    assert!(email.len() == 32 && email.bytes().all(|byte| byte.is_ascii_hexdigit()), "{email}");
    let team = value(&hashed, "x-team-id").unwrap();
    assert_eq!(team.split(',').map(str::len).collect::<Vec<_>>(), [32, 32]);
    // The same person under another spelling is the same; under another salt, or without one, nobody is.
    let other_spelling = headers(&json!({"sub": "alice", "email": "alice@example.com"}), &rules);
    assert_eq!(value(&other_spelling, "x-user-email"), Some(&*email));
    let mut other_salt = rules.clone();
    other_salt["telemetry_hash_salt"] = "salt".into();
    let mut no_salt = rules.clone();
    no_salt["telemetry_hash_salt"] = Value::Null;
    for rules in [other_salt, no_salt] {
        assert_ne!(value(&headers(&claims, &rules), "x-user-email"), Some(&*email));
    }
    // What was dropped or hashed is not in the rows at all, so it never comes to the disk.
    let rows = serde_json::to_string(&hashed.rows).unwrap();
    assert!(!rows.contains("bob") && !rows.to_lowercase().contains("alice@example"), "{rows}");
}

#[test]
fn every_principal_tag_is_a_header_and_one_of_them_is_the_project() {
    let claims = json!({"https://aws.amazon.com/tags": {"principal_tags": {
        "Project": ["apollo"], "Team": "core", "Cost Center": "7", "cost-center": "8", "Empty": "",
    }}});
    let all = headers(&claims, &json!({}));
    assert_eq!(value(&all, "x-project"), Some("apollo"));
    assert_eq!((value(&all, "x-tag-project"), value(&all, "x-tag-team")), (Some("apollo"), Some("core")));
    assert_eq!((value(&all, "x-tag-cost-center"), value(&all, "x-tag-empty")), (Some("7"), None));
    let rules =
        json!({"cost_attribution_tag_key": "Team", "telemetry_headers": {"x-tag-*": "drop", "x-tag-team": "keep"}});
    let some = headers(&claims, &rules);
    assert_eq!(value(&some, "x-project"), Some("core"));
    assert_eq!((value(&some, "x-tag-project"), value(&some, "x-tag-team")), (None, Some("core")));
}

///
#[test]
fn groups_that_entra_left_out_are_reported_and_the_configured_default_stands_in() {
    let claims = json!({"sub": "a", "_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {}}});
    let rules = json!({"telemetry_headers": {"x-team-id": {"claims": ["groups"], "default": "unassigned-team"}}});
    let headers = headers(&claims, &rules);
    assert_eq!(headers.left_out, ["groups"]);
    let row = row(&headers, "x-team-id");
    assert_eq!(row.value.as_deref(), Some("unassigned-team"));
    assert!(row.missing.as_deref().unwrap().starts_with("groups, team"), "{row:?}");
}

///
#[test]
fn hundreds_of_groups_and_tags_stay_within_the_limits_and_what_was_cut_is_named() {
    let groups: Vec<String> = (0..500).map(|n| format!("CN=group-{n:04},OU=Groups")).collect();
    let tags: Map<String, Value> = (0..50).map(|n| (format!("Tag{n:02}"), json!("v".repeat(200)))).collect();
    let claims = json!({"sub": "a", "groups": groups, "https://aws.amazon.com/tags": {"principal_tags": tags}});
    let rules = json!({"telemetry_headers": {"x-team-id": {"claims": ["groups"]}}});
    let first = headers(&claims, &rules);
    assert_eq!(first.rows, headers(&claims, &rules).rows);
    let total: usize = first.rows.iter().filter_map(|row| Some(row.name.len() + row.value.as_ref()?.len())).sum();
    assert!(total <= TOTAL, "{total}");
    let team = row(&first, "x-team-id");
    assert!(
        team.cut && team.value.as_ref().is_some_and(|team| team.starts_with("CN=group-0000%2COU=Groups,CN=group-0001"))
    );
    let marker = value(&first, "x-truncated").unwrap();
    assert!(marker.starts_with("x-team-id,x-tag-"), "{marker}");
    assert!(value(&first, "x-tag-tag00").is_some() && value(&first, "x-tag-tag49").is_none());
}

fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![any::<String>(), Just("é東🎉\r\nx: y\u{0}\u{7f}\u{100}".to_owned()), "[ -~]{0,600}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 16, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_the_claims_are_claude_code_takes_what_comes_of_them(
        mut claims in proptest::collection::btree_map("[ -~]{0,20}|email|sub|team|custom:role|groups", any_json(), 0..12),
        tags in proptest::collection::btree_map(any::<String>(), any_json(), 0..6),
        hash in any::<bool>(),
    ) {
        claims.insert("https://aws.amazon.com/tags".to_owned(), json!({ "principal_tags": tags }));
        claims.insert(format!("https://aws.amazon.com/tags/principal_tags/{}", "ß \u{1}"), json!("x\ny"));
        let policy = if hash { "hash" } else { "keep" };
        let rules = json!({"telemetry_headers": {"x-team-id": {"claims": ["groups"], "policy": policy}, "x-tag-*": policy}});
        let headers = headers(&json!(claims), &rules);
        let sent: Vec<&Row<'_>> = headers.rows.iter().filter(|row| row.value.is_some()).collect();
        let total: usize = sent.iter().map(|row| row.name.len() + row.value.as_ref().unwrap().len()).sum();
        prop_assert!(total <= TOTAL);
        for row in &sent {
            let value = row.value.as_deref().unwrap();
            prop_assert!(row.sent() == Some(value) && (1..=256).contains(&value.len()), "{row:?}");
        }
        let json = to_json(&headers.rows, None);
        let object: Map<String, Value> = serde_json::from_str(json.expose_secret()).unwrap();
        prop_assert_eq!(object.len(), sent.len());
        for row in sent {
            prop_assert_eq!(object[&*row.name].as_str(), row.value.as_deref());
        }
    }
}
