//! The claims of each provider, through a real sign-in.

use ccwb_sandbox::{Federation, ProviderShape};
use serde_json::json;

use super::Told;
use crate::support::Journey;

/// Signs alice in at a provider of this shape.
fn at(shape: ProviderShape, claims: &[(&str, serde_json::Value)]) -> Told {
    let journey = Journey::signed_in(Federation::Cognito, |options| {
        options.shape = shape;
        for (name, value) in claims {
            options.users[0].claims.insert((*name).to_owned(), value.clone());
        }
    });
    Told::by(&journey)
}

#[track_caller]
fn assert_tells(told: &Told, expected: &[(&str, &str)]) {
    for (name, value) in expected {
        assert_eq!(told.get(name), Some(*value), "{name} in {told:?}");
    }
    let id = told.get("x-user-id").expect("everybody has a subject");
    assert_eq!(id.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{id}");
}

#[test]
fn okta() {
    for shape in [ProviderShape::OktaOrg, ProviderShape::OktaCustom("default".to_owned())] {
        let told = at(shape, &[("cost_center", json!("cc-1")), ("title", json!("Engineer"))]);
        assert_tells(
            &told,
            &[
                ("x-user-email", "alice@example.com"),
                ("x-user-name", "alice@example.com"),
                ("x-department", "platform"),
                ("x-team-id", "default-team"),
                ("x-cost-center", "cc-1"),
                ("x-role", "Engineer"),
                ("x-organization", "okta"),
                ("x-manager", "unassigned"),
            ],
        );
    }
}

#[test]
fn entra_id_has_no_email_but_a_preferred_user_name() {
    let told = at(ProviderShape::Entra("9122040d-6c67-4c5b-b112-36a304b66dad".to_owned()), &[]);
    assert_tells(
        &told,
        &[("x-user-email", "alice@example.com"), ("x-organization", "azure"), ("x-department", "unspecified")],
    );
}

#[test]
fn auth0_names_its_custom_claims_after_an_address_which_a_rule_can_name() {
    let mut journey = Journey::with(Federation::Cognito, |options| options.shape = ProviderShape::Auth0);
    journey.configure(|profile| {
        profile["telemetry_headers"] = json!({
            "x-department": {"claims": ["https://claude-code.example.com/department"]},
            "x-team-id": {"claims": "https://claude-code.example.com/groups"},
        });
    });
    journey.sign_in();
    assert_tells(
        &Told::by(&journey),
        &[
            ("x-user-email", "alice@example.com"),
            ("x-user-name", "alice"),
            ("x-department", "platform"),
            ("x-team-id", "engineering,claude-code-users"),
            ("x-organization", "auth0"),
        ],
    );
}

#[test]
fn a_cognito_user_pool_has_custom_attributes() {
    let told = at(ProviderShape::Cognito("us-east-1_Sandbox01".to_owned()), &[("custom:team", json!("core"))]);
    assert_tells(
        &told,
        &[
            ("x-user-email", "alice@example.com"),
            ("x-user-name", "alice"),
            ("x-department", "platform"),
            ("x-team-id", "core"),
            ("x-organization", "cognito"),
        ],
    );
}

#[test]
fn google_says_little_and_the_rest_are_the_guidances_defaults() {
    let told = at(ProviderShape::Google, &[]);
    assert_tells(
        &told,
        &[
            ("x-user-email", "alice@example.com"),
            ("x-user-name", "alice"),
            ("x-organization", "google"),
            ("x-location", "remote"),
            ("x-cost-center", "general"),
        ],
    );
}

#[test]
fn principal_tags_and_names_of_any_script_arrive_as_ascii() {
    let told = at(
        ProviderShape::Generic,
        &[
            ("department", json!("研究")),
            ("manager", json!("José\r\nx-evil: 1")),
            ("https://aws.amazon.com/tags", json!({"principal_tags": {"Project": ["apollo"], "Team": "core"}})),
        ],
    );
    assert_tells(
        &told,
        &[
            ("x-department", "%E7%A0%94%E7%A9%B6"),
            ("x-manager", "Jos%C3%A9%0D%0Ax-evil: 1"),
            ("x-project", "apollo"),
            ("x-tag-team", "core"),
        ],
    );
}
