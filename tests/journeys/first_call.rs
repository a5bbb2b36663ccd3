//! Cold, then warm: what everybody sees on the first day.

use ccwb_sandbox::Federation;

use crate::support::{Credentials, Journey, caller_arn};

/// The first call signs in, the second is a hit.
#[track_caller]
fn cold_then_warm(journey: &Journey) -> Credentials {
    let first = Credentials::of(&journey.call(&[]));
    assert_eq!(journey.openings(), 1);
    assert_eq!(journey.sandbox.control().count("token:authorization_code"), 1);

    journey.forget_requests();
    let hit = journey.call(&[]);
    assert_eq!(Credentials::of(&hit), first);
    assert_eq!(hit.stderr, "");
    assert_eq!(journey.requests(), [""; 0]);
    assert_eq!(journey.openings(), 1);
    first
}

#[test]
fn through_an_identity_pool_the_browser_opens_once_and_the_second_call_asks_nobody() {
    let journey = Journey::new();
    let credentials = cold_then_warm(&journey);
    assert!(caller_arn(&journey, &credentials).contains(":assumed-role/CcwbCognitoRole/"));
}

#[test]
fn through_sts_the_browser_opens_once_and_the_second_call_asks_nobody() {
    let journey = Journey::with(Federation::Direct, |_| {});
    let credentials = cold_then_warm(&journey);
    assert!(caller_arn(&journey, &credentials).ends_with(":assumed-role/CcwbFederatedRole/alice@example.com"));
}

#[test]
fn the_layout_with_profiles_does_the_same_through_an_identity_pool() {
    let journey = Journey::new();
    journey.write_nested_config();
    cold_then_warm(&journey);
}

#[test]
fn the_layout_with_profiles_does_the_same_through_sts() {
    let journey = Journey::with(Federation::Direct, |_| {});
    journey.write_nested_config();
    cold_then_warm(&journey);
}

#[test]
fn a_sign_in_asks_for_exactly_what_it_needs() {
    let journey = Journey::new();
    Credentials::of(&journey.call(&[]));
    let expected = [
        "discovery",
        "jwks",
        "authorize",
        "token:authorization_code",
        "cognito:GetId",
        "cognito:GetCredentialsForIdentity",
    ];
    assert_eq!(journey.requests(), expected);

    let journey = Journey::with(Federation::Direct, |_| {});
    Credentials::of(&journey.call(&[]));
    let expected = ["discovery", "jwks", "authorize", "token:authorization_code", "sts:AssumeRoleWithWebIdentity"];
    assert_eq!(journey.requests(), expected);
}

#[test]
fn the_authorization_request_has_pkce_state_and_nonce_and_the_configured_port() {
    let journey = Journey::new();
    Credentials::of(&journey.call(&[]));
    let [address] = journey.home.openings().try_into().expect("one opening");
    let request = url::Url::parse(&address).expect("a URL");
    let parameter = |wanted: &str| request.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value);
    assert_eq!(parameter("response_type").as_deref(), Some("code"));
    assert_eq!(parameter("code_challenge_method").as_deref(), Some("S256"));
    assert!(parameter("code_challenge").is_some_and(|challenge| challenge.len() == 43));
    for random in ["state", "nonce"] {
        assert!(parameter(random).is_some_and(|value| value.len() >= 22), "{random}");
    }
    let redirect = format!("http://localhost:{}/callback", journey.sandbox.redirect_port());
    assert_eq!(parameter("redirect_uri").as_deref(), Some(&*redirect));
}

#[test]
fn explicit_endpoints_need_no_discovery() {
    let mut journey = Journey::new();
    let provider = journey.sandbox.idp_url().clone();
    journey.configure(|profile| {
        let names = ["authorization_endpoint", "token_endpoint", "jwks_uri"];
        for (name, path) in names.into_iter().zip(["authorize", "token", "jwks"]) {
            profile[format!("oidc_{name}")] = provider.join(path).expect("a URL").as_str().into();
        }
    });
    cold_then_warm(&journey);
    assert_eq!(journey.sandbox.control().count("discovery"), 0);
}

#[test]
fn a_redirect_port_that_somebody_else_uses_is_skipped_for_the_next_one() {
    let mut journey = Journey::new();
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    let ports = [taken.local_addr().expect("it is bound").port(), journey.sandbox.redirect_port()];
    journey.configure(|profile| profile["redirect_port"] = ports.as_slice().into());
    cold_then_warm(&journey);
}
