//! TLS inspection: a proxy that presents certificates of its own authority, for the provider, STS and Cognito alike.

use ccwb_sandbox::Federation;
use ccwb_tests::{Gateway, Office};

use crate::desk::assert_credentials;
use crate::failure::{assert_failure, exit};

const VARIABLES: [&str; 4] = ["AWS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"];

fn office(federation: Federation) -> Office {
    let mut office = Office::new(federation);
    let proxy = office.gateway.proxy();
    office.home.set_env("HTTPS_PROXY", proxy);
    office
}

#[track_caller]
fn assert_names_the_issuer(output: &ccwb_tests::Output, code: &str, host: &str) {
    assert_failure(output, exit::NETWORK, code);
    let (name, organization) = Gateway::AUTHORITY;
    let (message, hint) = output.stderr.rsplit_once("\nhint: ").expect("there is a hint");
    for word in [name, organization, host, "certificate"] {
        assert!(message.contains(word), "{word} is not named: {output}");
    }
    for variable in VARIABLES {
        assert!(hint.contains(variable), "{variable} is not named: {output}");
    }
}

/// the untrusted issuer and the variable are named.
#[test]
fn an_untrusted_authority_is_named_before_a_browser_opens_and_its_bundle_mends_every_leg() {
    for (federation, host) in [
        (Federation::Cognito, "cognito-identity.us-east-1.amazonaws.com"),
        (Federation::Direct, "sts.us-east-1.amazonaws.com"),
    ] {
        let office = office(federation);
        let bundle = office.ca_bundle().to_string_lossy().into_owned();
        for arguments in [&[][..], &["login"]] {
            assert_names_the_issuer(&office.run(arguments), "provider-unreachable", Gateway::PROVIDER);
        }
        assert_eq!(office.home.openings().len(), 0);
        for variable in VARIABLES {
            assert_credentials(&office.run_with(&[], &[(variable, &bundle)]).success());
            office.lose_credentials();
            assert_names_the_issuer(&office.run(&["export"]), "aws-unreachable", host);
            office.lose_all_but_the_refresh_token();
            assert_names_the_issuer(&office.run(&["export"]), "provider-unreachable", Gateway::PROVIDER);
            office.run_with(&["export"], &[(variable, &bundle)]).success();
            office.forget();
        }
    }
}

/// an administrator can hand the company's authority out with config.json.
#[test]
fn a_bundle_that_config_json_names_is_trusted_too_and_may_lie_beside_it() {
    let mut office = office(Federation::Cognito);
    office.configure("ca_bundle", "company.pem");
    let folder = office.home.path().join("claude-code-with-bedrock");
    std::fs::copy(office.ca_bundle(), folder.join("company.pem")).expect("the home can be written");
    assert_credentials(&office.run(&[]).success());
}

#[test]
fn doctor_names_the_untrusted_issuer_of_both_sides() {
    let office = office(Federation::Direct);
    let output = office.run(&["doctor", "--live", "--json"]);
    for check in ["provider-discovery", "aws-endpoint"] {
        let report: serde_json::Value = serde_json::from_str(&output.stdout).expect("it is JSON");
        let text = report.to_string();
        assert!(text.contains(check), "{output}");
    }
    assert!(output.stdout.matches(Gateway::AUTHORITY.0).count() >= 2, "{output}");
    assert!(output.stdout.contains("AWS_CA_BUNDLE"), "{output}");
}

/// A company's bundle may hold an old or a strange certificate; OpenSSL takes what is good too.
#[test]
fn a_certificate_that_cannot_be_used_does_not_spoil_its_bundle() {
    let office = office(Federation::Cognito);
    let strange = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n";
    let bundle = office.home.write("bundle.pem", &format!("# Company\n{strange}{}", office.gateway.authority()));
    office.run_with(&["login"], &[("AWS_CA_BUNDLE", &bundle.to_string_lossy())]).success();
    let useless = office.home.write("useless.pem", strange);
    let output = office.run_with(&["login", "--force"], &[("AWS_CA_BUNDLE", &useless.to_string_lossy())]);
    assert_failure(&output, exit::NETWORK, "network-setup");
    assert!(output.stderr.contains("useless.pem"), "{output}");
}
