//! ID tokens that no client may accept (OpenID Connect Core 1.0, section 3.1.3.7): each is refused for its own reason, and
//! nothing of it is kept.

use ccwb_sandbox::{Federation, SigningAlgorithm};
use serde_json::{Value, json};

use crate::support::{Credentials, ErrorReport, Journey, each_case, now};

/// What is wrong, how the sandbox makes it, and the error that says so. `{client}` is our client id.
type Case = (&'static str, Value, &'static str);

fn wrong_claims() -> Vec<Case> {
    let now = now().timestamp();
    vec![
        ("issuer", json!({"set": {"iss": "https://evil.example"}}), "id-token-issuer"),
        ("no issuer", json!({"drop": ["iss"]}), "id-token-issuer"),
        ("audience", json!({"set": {"aud": "another-client"}}), "id-token-audience"),
        ("no audience", json!({"drop": ["aud"]}), "id-token-audience"),
        ("audiences without us", json!({"set": {"aud": ["a", "b"], "azp": "{client}"}}), "id-token-audience"),
        ("several audiences without azp", json!({"set": {"aud": ["{client}", "b"]}}), "id-token-authorized-party"),
        ("azp", json!({"set": {"azp": "another-client"}}), "id-token-authorized-party"),
        ("nonce", json!({"set": {"nonce": "of-another-sign-in"}}), "id-token-nonce"),
        ("no nonce", json!({"drop": ["nonce"]}), "id-token-nonce"),
        ("expired", json!({"set": {"exp": now - 60}}), "id-token-expired"),
        ("no expiry", json!({"drop": ["exp"]}), "id-token-malformed"),
        ("issued tomorrow", json!({"set": {"iat": now + 86_400}}), "id-token-not-yet-valid"),
        ("valid from tomorrow", json!({"set": {"nbf": now + 86_400}}), "id-token-not-yet-valid"),
        ("no subject", json!({"drop": ["sub"]}), "id-token-subject"),
        ("empty subject", json!({"set": {"sub": ""}}), "id-token-subject"),
    ]
}

fn forged_signatures() -> Vec<Case> {
    vec![
        ("foreign key under a known id", json!({"alg": "foreign-key"}), "id-token-signature"),
        ("unknown key", json!({"alg": "unknown-kid"}), "id-token-key"),
        ("one bit flipped", json!({"alg": "bad-signature"}), "id-token-signature"),
        ("alg none", json!({"alg": "none"}), "id-token-algorithm"),
        ("HMAC with the public key", json!({"alg": "HS256-with-public-key"}), "id-token-algorithm"),
    ]
}

/// Each case on a machine of its own.
fn all_refused(cases: Vec<Case>, machine: impl Fn() -> Journey + Sync) {
    let cases = cases.into_iter().map(|(what, mutation, code)| (what.to_owned(), (mutation, code)));
    each_case(cases, |(mutation, code)| refused(&machine(), &mutation, code));
}

fn refused(journey: &Journey, mutation: &Value, code: &str) {
    let mutation = mutation.to_string().replace("{client}", journey.sandbox.client_id());
    let control = journey.sandbox.control();
    control.set_mutation(serde_json::from_str(&mutation).expect("a mutation"));
    let output = journey.call(&[]);
    output.is_error(6, code);
    assert!(!output.stderr.contains("eyJ"), "a token is in the output: {output}");
    assert_eq!((journey.stored("tokens"), journey.stored("credentials")), (None, None));
    assert_eq!(control.count("cognito") + control.count("sts"), 0, "it went to AWS");
    assert_eq!(journey.call(&["status", "--json"]).json()["last_error"]["code"], code);

    // The same machine with a good token: nothing is left of the bad one.
    control.set_mutation(None);
    journey.call(&["login"]).success();
    Credentials::of(&journey.call(&[]));
}

#[test]
fn a_token_with_a_wrong_claim_is_refused_for_that_claim() {
    all_refused(wrong_claims(), Journey::new);
}

#[test]
fn a_token_with_a_forged_signature_is_refused() {
    all_refused(forged_signatures(), || Journey::with(Federation::Direct, |_| {}));
}

#[test]
fn a_token_with_a_forged_rsa_signature_is_refused_even_where_the_provider_announces_nothing() {
    all_refused(forged_signatures(), || {
        let mut journey =
            Journey::with(Federation::Cognito, |options| options.signing_algorithm = SigningAlgorithm::Rs256);
        // With explicit endpoints nothing is known of the provider's algorithms.
        let explicit = journey.sandbox.config(Federation::Cognito, "session")["ClaudeCode"].clone();
        journey.configure(|profile| *profile = explicit);
        journey
    });
}

#[test]
fn several_audiences_are_fine_where_azp_is_our_client() {
    let journey = Journey::new();
    let client = journey.sandbox.client_id().to_owned();
    let mutation = json!({"set": {"aud": [client, "another"], "azp": client}});
    journey.sandbox.control().set_mutation(serde_json::from_value(mutation).expect("a mutation"));
    Credentials::of(&journey.call(&[]));
}
