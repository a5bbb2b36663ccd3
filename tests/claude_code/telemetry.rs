//! Telemetry that arrives, and whom it says that it is of.

use std::collections::{BTreeMap, BTreeSet};

use ccwb_sandbox::{Export, ProviderShape, Signal};
use ccwb_tests::part::ClaudeCodeVersion::Newest;
use serde_json::{Value, json};

use crate::support::{Desk, Plan, Way, in_parallel};

#[derive(Clone, Copy, Debug)]
enum Provider {
    Okta,
    Entra,
    Auth0,
    Cognito,
    Google,
}

impl Provider {
    const ALL: [Self; 5] = [Self::Okta, Self::Entra, Self::Auth0, Self::Cognito, Self::Google];

    fn shape(self) -> ProviderShape {
        match self {
            Self::Okta => ProviderShape::OktaOrg,
            Self::Entra => ProviderShape::Entra("9122040d-6c67-4c5b-b112-36a304b66dad".to_owned()),
            Self::Auth0 => ProviderShape::Auth0,
            Self::Cognito => ProviderShape::Cognito("us-east-1_Sandbox01".to_owned()),
            Self::Google => ProviderShape::Google,
        }
    }
}

impl Provider {
    /// What the guidance's dashboards group by. The user id is a digest of the issuer's subject.
    fn expected(self) -> BTreeMap<String, String> {
        let (department, name, id) = match self {
            Self::Okta => ("platform", "alice@example.com", "2ee2e2d6-4a8e-0368-cd71-5fcd34df6e55"),
            Self::Entra => ("unspecified", "alice@example.com", "010c6db0-88d2-a767-bf15-0db6b4313ca6"),
            Self::Auth0 => ("unspecified", "alice", "93ca7d64-a7ff-4335-d6d1-227622786d1e"),
            Self::Cognito => ("platform", "alice", "c8162ea6-aa61-3ba6-e7a0-aabcf1d4eb91"),
            Self::Google => ("unspecified", "alice", "6cafc24d-1943-0f51-7f4e-092cbae9b190"),
        };
        let organization = match self {
            Self::Okta => "okta",
            Self::Entra => "azure",
            Self::Auth0 => "auth0",
            Self::Cognito => "cognito",
            Self::Google => "google",
        };
        let headers = [
            ("x-user-email", "alice@example.com"),
            ("x-user-id", id),
            ("x-user-name", name),
            ("x-department", department),
            ("x-team-id", "default-team"),
            ("x-cost-center", "general"),
            ("x-organization", organization),
            ("x-location", "remote"),
            ("x-role", "user"),
            ("x-manager", "unassigned"),
        ];
        headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }
}

/// One prompt, with telemetry on; what arrived of it.
fn exports(provider: Provider, rules: &Value) -> Option<Vec<Export>> {
    let plan = Plan::new(Newest, Way::Hooks).sandbox(move |options| options.shape = provider.shape());
    let plan = plan.profile(json!({"monitoring_enabled": true, "otel_logs": true, "telemetry_headers": rules}));
    let desk = Desk::new(plan)?;
    let answer = desk.say("hello").success();
    assert!(answer.stdout.starts_with("Hello "), "{answer}");
    Some(desk.sandbox.control().exports())
}

/// The headers that are ours, the same in every export.
fn headers(exports: &[Export]) -> BTreeMap<String, String> {
    let of = |export: &Export| -> BTreeMap<String, String> {
        let headers = export.headers.clone().into_iter();
        headers.filter(|(name, _)| name.starts_with("x-") || name == "authorization").collect()
    };
    let all: BTreeSet<_> = exports.iter().map(of).collect();
    let [headers] = all.into_iter().collect::<Vec<_>>().try_into().expect("all exports have the same headers");
    headers
}

fn names(exports: &[Export], signal: Signal) -> BTreeSet<&str> {
    let of_signal = exports.iter().filter(|export| export.signal == signal);
    of_signal.flat_map(|export| &export.telemetry).map(|item| item.name.as_str()).collect()
}

#[test]
#[ignore = "needs claude-code"]
fn telemetry_says_who_the_user_of_each_provider_is() {
    in_parallel(Provider::ALL, |provider| {
        let Some(exports) = exports(provider, &json!({})) else { return };
        assert_eq!(headers(&exports), provider.expected());
        let metrics = names(&exports, Signal::Metrics);
        for metric in ["claude_code.session.count", "claude_code.token.usage", "claude_code.cost.usage"] {
            assert!(metrics.contains(metric), "no {metric} in {metrics:?}");
        }
        let events = names(&exports, Signal::Logs);
        assert!(events.contains("user_prompt") && events.contains("api_request"), "{events:?}");
    });
}

#[test]
#[ignore = "needs claude-code"]
fn what_the_administrator_drops_or_hashes_arrives_so_or_not_at_all() {
    in_parallel(Provider::ALL, |provider| {
        let rules =
            json!({"x-user-email": "hash", "x-user-name": "drop", "x-user-id": "drop", "x-organization": "keep"});
        let Some(exports) = exports(provider, &rules) else { return };
        let mut headers = headers(&exports);
        let hash = headers.remove("x-user-email").expect("it is hashed");
        assert!(hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
        let mut expected = provider.expected();
        expected.retain(|name, _| !name.starts_with("x-user-"));
        assert_eq!(headers, expected);
        assert!(!json!(exports).to_string().contains("alice"), "the name is nowhere in what was sent");
    });
}
