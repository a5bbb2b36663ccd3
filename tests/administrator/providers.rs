//! `--from` for every provider, against a provider that describes itself.

use ccwb_sandbox::{Options, ProviderShape, SigningAlgorithm};
use ccwb_tests::part::Sandbox;
use serde_json::Value;

use crate::desk::{Desk, is_error};

fn sandbox(shape: ProviderShape) -> Sandbox {
    Sandbox::start_with(Options { shape, signing_algorithm: SigningAlgorithm::Es256, ..Options::default() })
}

/// The address of a sandbox without its issuer's path.
fn base(sandbox: &Sandbox) -> String {
    let issuer = url::Url::parse(sandbox.issuer()).expect("an issuer is an address");
    issuer.origin().ascii_serialization()
}

fn init(desk: &Desk, answers: &str) -> Value {
    desk.home.write("answers.toml", answers);
    desk.json(&["init", "--from", "answers.toml", "--profile", "P", "--json"])
}

#[test]
fn every_provider_is_asked_to_describe_itself_under_its_own_issuer() {
    const TENANT: &str = "9122040d-6c67-4c5b-b112-36a304b66dad";
    const POOL: &str = "us-east-1_Sandbox01";
    for (shape, more, device) in [
        (ProviderShape::Generic, "provider_type = \"generic\"".to_owned(), true),
        (ProviderShape::OktaOrg, "provider_type = \"okta\"".to_owned(), true),
        (
            ProviderShape::OktaCustom("default".to_owned()),
            "provider_type = \"okta\"\nokta_auth_server = \"default\"".to_owned(),
            true,
        ),
        (ProviderShape::Auth0, "provider_type = \"auth0\"".to_owned(), true),
        (ProviderShape::Entra(TENANT.to_owned()), "provider_type = \"azure\"".to_owned(), true),
        (
            ProviderShape::Cognito(POOL.to_owned()),
            format!(
                "provider_type = \"cognito\"\ncognito_user_pool_id = \"{POOL}\"\noidc_issuer_url = \"BASE/{POOL}\""
            ),
            false,
        ),
        (ProviderShape::Google, "provider_type = \"google\"".to_owned(), true),
    ] {
        let sandbox = sandbox(shape.clone());
        let base = base(&sandbox);
        let path = if matches!(shape, ProviderShape::Entra(_)) { format!("/{TENANT}/v2.0") } else { String::new() };
        let mut desk = Desk::new();
        desk.home.set_env("CCWB_CLIENT_SECRET", "planted-client-secret");
        let client = "6731de76-14a6-49ae-97bc-6eba6914391e";
        let answers =
            format!("provider_domain = \"{base}{path}\"\nclient_id = \"{client}\"\n{}", more.replace("BASE", &base));
        let report = init(&desk, &answers);
        let provider = &report["provider"];
        assert_eq!(provider["matches"], true, "{shape:?}: {report}");
        assert_eq!(provider["found"]["issuer"], sandbox.issuer(), "{shape:?}");
        assert_eq!(provider["found"]["device_code"], device, "{shape:?}");
        let kept = desk.text("P").contains("planted-client-secret");
        assert_eq!(kept, shape == ProviderShape::Google, "{shape:?}: Google's is public, any other stays out of files");
    }
}

#[test]
fn a_provider_that_calls_itself_something_else_is_refused_with_the_value_to_set() {
    let sandbox = sandbox(ProviderShape::Auth0);
    let desk = Desk::new();
    let base = base(&sandbox);
    let output = desk.ccwb(&[
        "init",
        "--profile",
        "P",
        "--provider-domain",
        &base,
        "--provider-type",
        "generic",
        "--client-id",
        "abc",
    ]);
    is_error(&output, 3, "answers");
    assert!(output.stderr.contains(&format!("oidc_issuer_url: the provider at {base}")), "{}", output.stderr);
    let value = format!("set it to \"{base}/\"");
    assert!(output.stderr.contains(&value), "{}", output.stderr);
    let fixed = format!("oidc_issuer_url={base}/");
    let report = desk.json(&[
        "init",
        "--profile",
        "P",
        "--provider-domain",
        &base,
        "--provider-type",
        "generic",
        "--client-id",
        "abc",
        "--set",
        &fixed,
        "--json",
    ]);
    assert_eq!(report["provider"]["matches"], true);
}

#[test]
fn a_provider_that_cannot_be_reached_is_said_and_does_not_stop_anybody() {
    let desk = Desk::new();
    let report = init(&desk, "provider_domain = \"http://127.0.0.1:1\"\nclient_id = \"abc\"\n");
    assert_eq!((&report["saved"], &report["provider"]["reached"]), (&Value::Bool(true), &Value::Bool(false)));
}
