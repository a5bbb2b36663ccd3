//! Who gets in: evaluated, not read.

use ccwb_config::ProviderType;
use ccwb_deploy::{Access, AuthChoices, FederationChoice, GroupChoice, OidcProviderChoice, Stack, Template};
use serde_json::{Value, json};

use crate::choices::{access, alice, but, choices, direct, environment, every, pool, resolve, token};

fn is_direct(choices: &AuthChoices) -> bool {
    matches!(choices.federation, FederationChoice::Direct { .. })
}

fn with_groups(choices: AuthChoices) -> AuthChoices {
    let groups =
        GroupChoice { tag: "Groups".to_owned(), patterns: vec!["engineering".to_owned(), "data-*".to_owned()] };
    AuthChoices { groups: Some(groups), ..choices }
}

fn tags(group: &Value) -> Value {
    json!({"principal_tags": {"Groups": [group], "UserEmail": ["alice@company.com"]}})
}

#[test]
fn a_token_of_this_client_gets_in_everywhere() {
    for (name, choices) in every() {
        assert!(access(&choices).admits(&token(&alice(&choices))), "{name}");
    }
}

#[test]
fn a_token_of_another_client_of_another_issuer_or_without_its_claims_is_refused() {
    for (name, choices) in every() {
        let (access, alice) = (access(&choices), alice(&choices));
        let issuer = choices.issuer.as_str();
        for (claim, value) in [
            ("aud", json!("another-client")),
            ("aud", json!([])),
            ("aud", json!([choices.client_id, "another-client"])),
            ("aud", json!("*")),
            ("aud", Value::Null),
            ("sub", if is_direct(&choices) { Value::Null } else { json!("alice-1") }),
            ("iss", Value::Null),
            ("iss", json!("https://evil.example")),
            ("iss", json!(format!("{issuer}x"))),
            ("iss", json!(issuer.strip_suffix('/').map_or(format!("{issuer}/"), str::to_owned))),
        ] {
            let refused = !access.admits(&but(&alice, claim, value.clone()));
            // The control: an untouched subject gets in.
            assert_eq!(refused, claim != "sub" || is_direct(&choices), "{name}: {claim} {value}");
        }
        let azp = but(&alice, "aud", json!([choices.client_id, "another-client"]));
        let azp = but(&Value::Object(azp.0), "azp", json!(choices.client_id));
        assert!(access.admits(&azp), "{name}: several audiences, but issued to this client");
    }
}

#[test]
fn another_client_is_refused_even_where_the_reused_provider_knows_it() {
    // The guidance's roles have no condition on aud: every client that is later added to the provider can assume them.
    for (name, choices) in every().into_iter().filter(|(_, choices)| choices.needs_oidc_provider()) {
        let reuse = OidcProviderChoice::Reuse { arn: choices.oidc_provider_arn() };
        let choices = AuthChoices { oidc_provider: reuse, ..choices };
        let (stack, access) = (resolve(&choices), access(&choices));
        assert_eq!(stack.of_kind("AWS::IAM::OIDCProvider").count(), 0, "{name}: a reused provider is not in the stack");
        assert_eq!(stack.outputs["OIDCProviderArn"], choices.oidc_provider_arn());
        assert!(access.admits(&token(&alice(&choices))), "{name}");
        if is_direct(&choices) {
            assert!(!access.admits(&but(&alice(&choices), "aud", json!("another-client"))), "{name}");
        }
    }
}

#[test]
fn a_token_of_another_group_is_refused() {
    for (name, choices) in every() {
        if choices.provider == ProviderType::Google && is_direct(&choices) {
            assert_eq!(with_groups(choices).parameters().unwrap_err().choice, "groups", "{name}");
            continue;
        }
        let choices = with_groups(choices);
        let (access, alice) = (access(&choices), alice(&choices));
        let claim = if is_direct(&choices) { "https://aws.amazon.com/tags" } else { "groups" };
        let group = |group: Value| if is_direct(&choices) { tags(&group) } else { group };
        for (value, expected) in [
            (group(json!("engineering")), true),
            (group(json!("data-science")), true),
            (group(json!("sales")), false),
            (group(json!("engineering2")), false),
            (group(json!("xengineering")), false),
            (group(json!("ENGINEERING")), false),
            (group(json!("")), false),
            (Value::Null, false),
        ] {
            assert_eq!(access.admits(&but(&alice, claim, value.clone())), expected, "{name}: {value}");
        }
    }
}

#[test]
fn a_flat_claim_for_a_session_tag_is_read_too() {
    let choices = with_groups(choices("okta-custom", direct(), "us-east-1", "us"));
    let without = but(&alice(&choices), "https://aws.amazon.com/tags", Value::Null);
    assert!(!access(&choices).admits(&without));
    let flat =
        but(&Value::Object(without.0), "https://aws.amazon.com/tags/principal_tags/Groups", json!("engineering"));
    assert!(access(&choices).admits(&flat));
}

#[test]
fn a_wrong_subject_is_refused() {
    for (name, choices) in every() {
        let choices = AuthChoices { subjects: vec!["alice-*".to_owned(), "bob".to_owned()], ..choices };
        if choices.provider == ProviderType::Auth0 && !is_direct(&choices) {
            assert_eq!(choices.parameters().unwrap_err().choice, "subjects", "{name}: there is no tag for it");
            continue;
        }
        let (access, alice) = (access(&choices), alice(&choices));
        for (subject, expected) in [
            (json!("alice-1"), true),
            (json!("bob"), true),
            (json!("bobby"), false),
            (json!("mallory"), false),
            (Value::Null, false),
        ] {
            assert_eq!(access.admits(&but(&alice, "sub", subject.clone())), expected, "{name}: {subject}");
        }
    }
}

#[test]
fn a_person_of_another_e_mail_domain_is_refused() {
    for (name, choices) in every() {
        let choices =
            AuthChoices { email_domains: vec!["company.com".to_owned(), "subsidiary.example".to_owned()], ..choices };
        let google = choices.provider == ProviderType::Google;
        let (access, alice) = (access(&choices), alice(&choices));
        for (domain, expected) in [
            ("company.com", true),
            ("subsidiary.example", true),
            ("evilcompany.com", false),
            ("company.com.evil.example", false),
        ] {
            let token = match (is_direct(&choices), google) {
                (true, true) => but(&alice, "hd", json!(domain)),
                (true, false) => {
                    let tags = json!({"principal_tags": {"UserEmail": [format!("alice@{domain}")]}});
                    but(&alice, "https://aws.amazon.com/tags", tags)
                }
                (false, _) => but(&alice, "email", json!(format!("alice@{domain}"))),
            };
            assert_eq!(access.admits(&token), expected, "{name}: {domain}");
        }
        let claim = match (is_direct(&choices), google) {
            (true, true) => "hd",
            (true, false) => "https://aws.amazon.com/tags",
            (false, _) => "email",
        };
        assert!(!access.admits(&but(&alice, claim, Value::Null)), "{name}: nothing is said about the domain");
    }
}

#[test]
fn conditions_add_up() {
    let choices = with_groups(choices("entra", pool(ProviderType::Azure), "us-gov-west-1", "us-gov"));
    let choices =
        AuthChoices { subjects: vec!["alice-1".to_owned()], email_domains: vec!["company.com".to_owned()], ..choices };
    let (access, alice) = (access(&choices), alice(&choices));
    assert!(access.admits(&token(&alice)));
    for (claim, value) in [("sub", "bob"), ("email", "alice@other.example"), ("groups", "sales"), ("aud", "other")] {
        assert!(!access.admits(&but(&alice, claim, json!(value))), "{claim}");
    }
}

#[test]
fn only_authenticated_identities_of_this_pool_get_the_pools_role() {
    use ccwb_bedrock::iam::{Principal, Request, evaluate_trust};

    for (region, service) in [
        ("us-east-1", "cognito-identity.amazonaws.com"),
        ("us-gov-west-1", "cognito-identity-us-gov.amazonaws.com"),
        ("us-gov-east-1", "cognito-identity.us-gov-east-1.amazonaws.com"),
    ] {
        let prefix = if region.starts_with("us-gov") { "us-gov" } else { "us" };
        let choices = choices("okta", pool(ProviderType::Okta), region, prefix);
        let (stack, access) = (resolve(&choices), access(&choices));
        let ours = stack.outputs["IdentityPoolId"].as_str().unwrap();
        let asks = |service: &str, pool: &str, how: &str| {
            let request = Request::new("sts:AssumeRoleWithWebIdentity", "*")
                .by(Principal::Federated(service.to_owned()))
                .with(&format!("{service}:aud"), pool)
                .with(&format!("{service}:sub"), "id")
                .with_all(&format!("{service}:amr"), [how, "company.okta.com"]);
            evaluate_trust(access.trust(), &request).is_allowed()
        };
        assert!(asks(service, ours, "authenticated"), "{region}");
        assert!(!asks(service, ours, "unauthenticated"), "{region}");
        assert!(!asks(service, "us-east-1:somebody-elses", "authenticated"), "{region}");
        assert!(!asks("cognito-identity.eu-west-9.amazonaws.com", ours, "authenticated"), "{region}");
    }
}

/// The control: what the tests above refuse is refused by the conditions, not by the way they are tried.
#[test]
fn without_its_conditions_the_same_trust_policy_lets_others_in() {
    let choices = choices("okta-custom", direct(), "us-east-1", "us");
    let reuse = OidcProviderChoice::Reuse { arn: choices.oidc_provider_arn() };
    let choices = with_groups(AuthChoices { oidc_provider: reuse, subjects: vec!["alice-1".to_owned()], ..choices });
    let alice = alice(&choices);
    for (condition, instead, token) in [
        (
            r#""${Issuer}:aud": "${ClientId}"${Workspace}"#,
            r#""${Issuer}:sub": "alice-1""#,
            but(&alice, "aud", json!("other")),
        ),
        (r#"["${Subject}"]"#, r#"["*"]"#, but(&alice, "sub", json!("mallory"))),
        ("${Group}", "", but(&alice, "https://aws.amazon.com/tags", Value::Null)),
    ] {
        assert!(!access(&choices).admits(&token), "{condition}");
        let text = Stack::Auth.template_text();
        assert!(text.contains(condition), "{condition}");
        let template = Template::parse(&text.replace(condition, instead)).unwrap();
        let stack = template.resolve(&choices.parameters().unwrap(), &environment(&choices)).unwrap();
        assert!(Access::of(&stack, &environment(&choices)).unwrap().admits(&token), "{condition}");
    }
}

#[test]
fn a_condition_cannot_be_smuggled_into_the_trust_policy() {
    let attack = r#"*"], "x": [""#;
    for (name, choices) in every() {
        let groups = GroupChoice { tag: "Groups".to_owned(), patterns: vec![attack.to_owned()] };
        for bad in [
            AuthChoices { subjects: vec![attack.to_owned()], ..choices.clone() },
            AuthChoices { groups: Some(groups), ..choices.clone() },
            AuthChoices { email_domains: vec!["*".to_owned()], ..choices.clone() },
            AuthChoices { client_id: attack.to_owned(), ..choices.clone() },
            AuthChoices { client_id: "*".to_owned(), ..choices.clone() },
            AuthChoices { subjects: vec!["${aws:username}".to_owned()], ..choices.clone() },
            AuthChoices { subjects: vec![String::new()], ..choices.clone() },
        ] {
            assert!(bad.parameters().is_err(), "{name}");
        }
    }
}
