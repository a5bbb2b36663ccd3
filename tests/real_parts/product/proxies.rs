//! Behind real proxies: one that wants a password, and one that opens TLS. Behind those is the gateway, so that the names of
//! the provider and of AWS are the real ones and nothing leaves this machine.

use ccwb_sandbox::Federation;
use ccwb_tests::leaks::{Place, Secret, assert_absent};
use ccwb_tests::part::{Mitmproxy, Tinyproxy};
use ccwb_tests::{Gateway, Office};

use super::credentials::{assert_failed, credentials};

const FEDERATIONS: [(Federation, &str); 2] = [
    (Federation::Cognito, "cognito-identity.us-east-1.amazonaws.com"),
    (Federation::Direct, "sts.us-east-1.amazonaws.com"),
];

#[test]
#[ignore = "needs tinyproxy"]
fn a_proxy_with_a_password_leads_to_the_provider_to_sts_and_to_cognito() {
    for (federation, aws) in FEDERATIONS {
        let mut office = Office::new(federation);
        let Some(tinyproxy) = Tinyproxy::start(&office.gateway) else { return };
        let bundle = office.ca_bundle();
        office.home.set_env("AWS_CA_BUNDLE", bundle);
        let good = tinyproxy.address(Tinyproxy::PASSWORD);
        for variable in ["HTTPS_PROXY", "https_proxy"] {
            credentials(&office.run_with(&[], &[(variable, &good)]));
            office.lose_all_but_the_refresh_token();
            office.run_with(&["export"], &[(variable, &good)]).success();
            let ways = office.gateway.take_connections();
            for host in [Gateway::PROVIDER, aws] {
                assert!(ways.contains(&format!("{host}:443")), "{host}: {ways:?}");
            }
            office.forget();
        }
    }
}

#[test]
#[ignore = "needs tinyproxy"]
fn a_wrong_password_and_a_host_that_the_proxy_does_not_reach_are_told_apart() {
    let mut office = Office::new(Federation::Cognito);
    let Some(tinyproxy) = Tinyproxy::start(&office.gateway) else { return };
    let bundle = office.ca_bundle();
    office.home.set_env("AWS_CA_BUNDLE", bundle);
    let wrong = "planted-wrong-password-77";
    let output = office.run_with(&["login"], &[("https_proxy", &tinyproxy.address(wrong))]);
    assert_failed(&output, 8, "provider-unreachable");
    assert!(output.stderr.contains("password"), "{output}");
    assert!(output.stderr.lines().last().is_some_and(|hint| hint.contains("https_proxy")), "{output}");
    let secrets = [Secret::new("password", wrong), Secret::new("the right one", Tinyproxy::PASSWORD)];
    assert_absent(&secrets, Place::output(&output).into_iter().chain([Place::folder(office.home.root())]));
    assert_eq!(office.gateway.connections(), Vec::<String>::new(), "nobody came through");

    office.gateway.refuse_with("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    let good = tinyproxy.address(Tinyproxy::PASSWORD);
    let output = office.run_with(&["login"], &[("HTTPS_PROXY", &good)]);
    assert_failed(&output, 8, "provider-unreachable");
    assert!(output.stderr.contains("HTTPS_PROXY") && output.stderr.contains("NO_PROXY"), "{output}");
    assert_absent(&secrets, Place::output(&output));
    assert!(office.home.openings().is_empty());
}

///
#[test]
#[ignore = "needs mitmproxy"]
fn a_proxy_that_opens_tls_is_named_until_its_authority_is_trusted_and_works_from_then_on() {
    for (federation, aws) in FEDERATIONS {
        let mut office = Office::new(federation);
        let Some(mitmproxy) = Mitmproxy::start(&office.gateway) else { return };
        office.home.set_env("HTTPS_PROXY", mitmproxy.address());
        let untrusted = |arguments: &[&str], code: &str, host: &str| {
            let output = office.run(arguments);
            assert_failed(&output, 8, code);
            let (message, hint) = output.stderr.rsplit_once("\nhint: ").expect("there is a hint");
            assert!(message.contains(&format!("but by \"{}\"", Mitmproxy::AUTHORITY)), "{output}");
            assert!(message.contains(host) && hint.contains("AWS_CA_BUNDLE"), "{output}");
        };
        untrusted(&[], "provider-unreachable", Gateway::PROVIDER);
        untrusted(&["login"], "provider-unreachable", Gateway::PROVIDER);
        assert!(office.home.openings().is_empty(), "no browser before that");
        let bundle = mitmproxy.ca_bundle().to_string_lossy().into_owned();
        for variable in ["AWS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"] {
            credentials(&office.run_with(&[], &[(variable, &bundle)]));
            office.lose_credentials();
            untrusted(&["export"], "aws-unreachable", aws);
            office.lose_all_but_the_refresh_token();
            untrusted(&["export"], "provider-unreachable", Gateway::PROVIDER);
            office.run_with(&["export"], &[(variable, &bundle)]).success();
            office.forget();
        }
        let report = office.run(&["doctor", "--live", "--json"]);
        assert!(report.stdout.matches(&format!("but by \\\"{}\\\"", Mitmproxy::AUTHORITY)).count() == 2, "{report}");
    }
}
