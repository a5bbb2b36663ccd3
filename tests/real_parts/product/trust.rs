//! A provider whose certificate no system trusts, as behind a company's own authority or a proxy that opens TLS.

use ccwb_tests::LIMIT;
use ccwb_tests::part::{Chromium, Tls};
use serde_json::json;

use super::credentials::{assert_failed, credentials};
use super::stage::Stage;

#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn an_untrusted_certificate_ends_it_before_a_browser_opens_and_the_error_says_certificate() {
    let (Some(mut stage), Some(chromium)) = (Stage::set_with(Tls::OwnAuthority), Chromium::find()) else { return };
    stage.configure(&json!({}));
    stage.use_browser(&chromium);
    let output = stage.run(&[]);
    assert_failed(&output, 8, "provider-unreachable");
    let first = output.stderr.lines().next().unwrap_or_default().to_lowercase();
    assert!(first.contains("certificate") && first.contains("localhost:"), "{output}");
    assert!(
        output.stderr.contains("AWS_CA_BUNDLE") || output.stderr.contains("SSL_CERT_FILE"),
        "the hint says what to do: {output}"
    );
    assert_eq!(chromium.log(), "");
}

#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn each_variable_that_names_a_bundle_makes_its_authority_trusted() {
    let Some(mut stage) = Stage::set_with(Tls::OwnAuthority) else { return };
    stage.configure(&json!({}));
    for variable in ["SSL_CERT_FILE", "AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] {
        let Some(chromium) = Chromium::find() else { return };
        stage.use_browser(&chromium);
        stage.home.set_env(variable, stage.provider.ca_bundle());
        stage.run(&["login", "--force"]).success();
        assert!(chromium.page_text(LIMIT).starts_with("You are signed in"), "{variable}");
        credentials(&stage.run(&["--no-browser"]));
        stage.home.remove_env(variable);
    }
    assert_eq!(stage.provider.token_requests("authorization_code").len(), 3);
}

#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn a_certificate_that_signs_itself_can_be_trusted() {
    let (Some(mut stage), Some(chromium)) = (Stage::set_with(Tls::SelfSigned), Chromium::find()) else { return };
    stage.configure(&json!({}));
    stage.use_browser(&chromium);
    stage.home.set_env("SSL_CERT_FILE", stage.provider.ca_bundle());
    credentials(&stage.run(&[]));
}

/// What `openssl req -x509` makes unless told otherwise. Node and curl take it, our TLS library does not (RFC 5280 has no
/// place for it): then the error has to say what is wrong with it.
#[test]
#[ignore = "needs oidc-provider, moto"]
fn a_servers_certificate_that_calls_itself_an_authority_is_refused_in_words() {
    let Some(mut stage) = Stage::set_with(Tls::SelfSignedAuthority) else { return };
    stage.configure(&json!({}));
    stage.home.set_env("SSL_CERT_FILE", stage.provider.ca_bundle());
    let output = stage.run(&[]);
    assert_failed(&output, 8, "provider-unreachable");
    assert!(!output.stderr.contains("Other("), "a person cannot read a debug form: {output}");
}

#[test]
#[ignore = "needs oidc-provider, moto"]
fn a_bundle_that_is_not_there_is_named() {
    let Some(mut stage) = Stage::set_with(Tls::SelfSigned) else { return };
    stage.configure(&json!({}));
    stage.home.set_env("AWS_CA_BUNDLE", "/nowhere/ca.pem");
    let output = stage.run(&[]);
    assert_failed(&output, 8, "network-setup");
    assert!(output.stderr.contains("/nowhere/ca.pem") && output.stderr.contains("AWS_CA_BUNDLE"), "{output}");
}
