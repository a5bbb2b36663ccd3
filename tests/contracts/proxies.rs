//! Proxies: which variables lead through one, what a broken one looks like, and what is never sent through one.
//!
//! The gateway is the only way to the provider and to AWS: a sign-in that works went through it.

use ccwb_sandbox::Federation;
use ccwb_tests::leaks::{Place, Secret, assert_absent};
use ccwb_tests::{Gateway, Office, Output, free_port};

use crate::desk::assert_credentials;
use crate::failure::{assert_failure, exit, from_the_error};

const FEDERATIONS: [(Federation, &str); 2] = [
    (Federation::Cognito, "cognito-identity.us-east-1.amazonaws.com:443"),
    (Federation::Direct, "sts.us-east-1.amazonaws.com:443"),
];

fn provider() -> String {
    format!("{}:443", Gateway::PROVIDER)
}

/// A machine that trusts the gateway's certificates, and knows no proxy yet.
fn office(federation: Federation) -> Office {
    let mut office = Office::new(federation);
    let bundle = office.ca_bundle();
    office.home.set_env("AWS_CA_BUNDLE", bundle);
    office
}

#[test]
fn each_variable_leads_the_sign_in_and_every_renewal_through_the_proxy_with_its_password() {
    for (federation, aws) in FEDERATIONS {
        let office = office(federation);
        // What has to be percent-encoded in an address.
        office.gateway.demand("jo.doe@corp:p@ss:w/rd %");
        let proxy = format!("http://jo.doe%40corp:p%40ss%3Aw%2Frd%20%25@127.0.0.1:{}", office.gateway.port());
        for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            let proxy = [(variable, proxy.as_str())];
            assert_credentials(&office.run_with(&[], &proxy).success());
            let ways = office.gateway.take_connections();
            assert!(ways.contains(&provider()) && ways.contains(&aws.to_owned()), "{variable}: {ways:?}");
            office.lose_all_but_the_refresh_token();
            office.run_with(&["export"], &proxy).success();
            assert!(!office.gateway.take_connections().is_empty());
            office.forget();
        }
    }
}

#[test]
fn an_address_without_a_scheme_is_one_and_upper_case_comes_first() {
    let office = office(Federation::Cognito);
    let proxy = office.gateway.proxy();
    office.run_with(&["login"], &[("HTTPS_PROXY", proxy.strip_prefix("http://").expect("it is http"))]).success();
    office.forget();
    let nobody = format!("http://127.0.0.1:{}", free_port());
    office.run_with(&["login"], &[("HTTPS_PROXY", &proxy), ("https_proxy", &nobody), ("ALL_PROXY", &nobody)]).success();
}

const PASSWORD: &str = "planted-proxy-password-93ab";

/// Every way in which a proxy can fail, for the first leg and, after a sign-in, for the others: exit code 8, the variable in
/// the hint, the proxy in the message, and the password nowhere.
#[test]
fn a_proxy_that_fails_is_told_with_its_variable_and_without_its_password() {
    let secrets = [Secret::new("password", PASSWORD)];
    for (federation, _) in FEDERATIONS {
        let office = office(federation);
        office.gateway.demand(&format!("jo:{PASSWORD}"));
        let good = format!("http://jo:{PASSWORD}@127.0.0.1:{}", office.gateway.port());
        let wrong = format!("http://jo:{PASSWORD}x@127.0.0.1:{}", office.gateway.port());
        let dead = format!("http://jo:{PASSWORD}@127.0.0.1:{}", free_port());
        let broken = [
            (&wrong, "password"),
            (&dead, "refused"),
            (&"http://proxy..invalid:3128".to_owned(), "the proxy's name could not be resolved"),
        ];
        let check = |output: &Output, code: &str, variable: &str, says: &str| {
            let error = from_the_error(output);
            assert_failure(&error, exit::NETWORK, code);
            let (message, hint) = error.stderr.rsplit_once("\nhint: ").expect("there is a hint");
            assert!(hint.contains(variable), "the hint names {variable}: {error}");
            assert!(message.to_lowercase().contains(says) && message.contains("the proxy"), "{says}: {error}");
            assert_absent(&secrets, Place::output(output).into_iter().chain([Place::folder(office.home.root())]));
        };
        for ((proxy, says), variable) in broken.into_iter().zip(["HTTPS_PROXY", "https_proxy", "ALL_PROXY"]) {
            check(&office.run_with(&["login"], &[(variable, proxy)]), "provider-unreachable", variable, says);
            assert_eq!(office.home.openings().len(), 0, "no window before the provider is reached");
        }
        office.run_with(&["login"], &[("HTTPS_PROXY", &good)]).success();
        for ((proxy, says), arguments) in broken.into_iter().zip([&["export"][..], &[], &["login"]]) {
            office.run_with(&["export"], &[("HTTPS_PROXY", &good)]).success();
            office.lose_credentials();
            check(&office.run_with(arguments, &[("https_proxy", proxy)]), "aws-unreachable", "https_proxy", says);
            office.lose_all_but_the_refresh_token();
            check(&office.run_with(arguments, &[("https_proxy", proxy)]), "provider-unreachable", "https_proxy", says);
        }
        office.run_with(&["export"], &[("HTTPS_PROXY", &good)]).success();
        assert_eq!(office.home.openings().len(), 1, "nothing was lost");
    }
}

/// The forms of curl, Go, Node and wget. Directly, the names lead nowhere.
#[test]
fn hosts_of_no_proxy_are_not_asked_for_at_the_proxy() {
    let mut office = Office::new(Federation::Cognito);
    office.set_up();
    // A name that no resolver is asked about: its label is too long (RFC 1035, section 2.3.4).
    let host = format!("{}.example.test", "a".repeat(64));
    office.configure("oidc_issuer_url", format!("https://{host}")).configure("provider_domain", host.clone());
    let expect = |no_proxy: (&str, &str), direct: bool| {
        let output = office.run_with(&["login"], &[no_proxy]);
        let asked = office.gateway.take_connections();
        assert_eq!(asked.is_empty(), direct, "{no_proxy:?}: {asked:?} {output}");
        assert_eq!(output.stderr.contains("the proxy"), !direct, "{no_proxy:?}: {output}");
    };
    for variable in ["NO_PROXY", "no_proxy"] {
        for direct in
            [&*host, "example.test", ".example.test", "*.example.test", "x.test,EXAMPLE.TEST", "a b example.test", "*"]
        {
            expect((variable, direct), true);
        }
        expect((variable, "ample.test,10.0.0.0/8"), false);
    }
    expect(("NO_PROXY", &format!("{host}:443")), true);
    expect(("NO_PROXY", &format!("{host}:8443")), false);
}

/// Everything on loopback, and a proxy that leads nowhere: in variables that Claude Code's telemetry needs, say.
#[test]
fn loopback_is_never_reached_through_a_proxy() {
    let desk = crate::desk::Desk::new();
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    let environment = names.map(|name| (name, nobody.as_str()));
    assert_credentials(&desk.run_with(&[], &environment).success());
    desk.lose_credentials_and_id_token();
    desk.run_with(&["export"], &environment).success();
}
