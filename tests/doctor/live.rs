//! `--live`: what the provider and AWS have to say.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ccwb_sandbox::{Fault, Federation, Role, Trust};
use ccwb_tests::free_port;
use serde_json::{Value, json};

use crate::machine::Machine;
use crate::report::Report;

struct Problem {
    what: &'static str,
    found: &'static [&'static str],
    says: &'static str,
    plant: fn(&mut Machine),
}

fn fault(machine: &Machine, fault: Fault) {
    machine.sandbox().control().add_fault(fault).expect("there is such an endpoint");
}

fn answers(machine: &Machine, endpoint: &str, status: u16, body: Value) {
    let fault_ = Fault { endpoint: endpoint.into(), status: Some(status), body: Some(body), ..Fault::default() };
    fault(machine, fault_);
}

/// The provider's metadata with one member changed.
fn announces(machine: &Machine, name: &str, value: Value) {
    let address = format!("{}.well-known/openid-configuration", machine.sandbox().idp_url());
    let (_, mut metadata) = ccwb_tests::http::get_json(&address);
    metadata[name] = value;
    answers(machine, "discovery", 200, metadata);
}

/// The provider's answers carry a time that is so many seconds ahead.
#[expect(clippy::disallowed_methods, reason = "the time that the provider says it is")]
fn clock_ahead(machine: &Machine, seconds: u64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is right").as_secs() + seconds;
    let date = chrono::DateTime::from_timestamp(now.cast_signed(), 0).expect("a time");
    let headers = BTreeMap::from([("date".to_owned(), date.format("%a, %d %b %Y %H:%M:%S GMT").to_string())]);
    fault(machine, Fault { endpoint: "discovery".into(), headers, ..Fault::default() });
}

const PROVIDER: &[Problem] = &[
    Problem {
        what: "nobody answers",
        found: &["failed provider-discovery"],
        says: "127.0.0.1",
        plant: |m| fault(m, Fault { endpoint: "discovery".into(), drop: true, ..Fault::default() }),
    },
    Problem {
        what: "a captive portal",
        found: &["failed provider-discovery"],
        says: "captive portal",
        plant: |m| answers(m, "discovery", 200, "<html>Welcome to the hotel</html>".into()),
    },
    Problem {
        what: "no discovery",
        found: &["failed provider-discovery"],
        says: "404",
        plant: |m| answers(m, "discovery", 404, json!({})),
    },
    Problem {
        what: "another issuer",
        found: &["failed provider-issuer"],
        says: "https://other.example",
        plant: |m| announces(m, "issuer", "https://other.example".into()),
    },
    Problem {
        what: "PKCE without S256",
        found: &["warning provider-pkce"],
        says: "S256",
        plant: |m| announces(m, "code_challenge_methods_supported", json!(["plain"])),
    },
    Problem {
        what: "a MAC",
        found: &["failed provider-keys"],
        says: "HS256",
        plant: |m| announces(m, "id_token_signing_alg_values_supported", json!(["HS256"])),
    },
    Problem {
        what: "no keys",
        found: &["failed provider-keys"],
        says: "0 keys",
        plant: |m| answers(m, "jwks", 200, json!({"keys": []})),
    },
    Problem {
        what: "keys that cannot be had",
        found: &["failed provider-keys"],
        says: "403",
        plant: |m| answers(m, "jwks", 403, json!({})),
    },
    Problem {
        what: "a token endpoint in trouble",
        found: &["failed provider-token"],
        says: "500",
        plant: |m| answers(m, "token", 500, json!({})),
    },
    Problem {
        what: "a redirect address that is not registered",
        found: &["failed provider-redirect"],
        says: "/callback",
        plant: |m| m.configure("redirect_port", free_port()),
    },
    Problem {
        what: "an unknown client",
        found: &["failed provider-redirect"],
        says: "client_id",
        plant: |m| m.configure("client_id", "nobody-knows-me"),
    },
    Problem {
        what: "a clock that is two minutes behind",
        found: &["warning clock"],
        says: "behind the provider's",
        plant: |m| clock_ahead(m, 125),
    },
    Problem {
        what: "a clock that is twenty minutes behind",
        found: &["failed clock"],
        says: "20 min behind",
        plant: |m| clock_ahead(m, 1_210),
    },
    Problem {
        what: "an identity pool that is not there",
        found: &["failed aws-endpoint"],
        says: "identity_pool_id",
        plant: |m| m.configure("identity_pool_id", "us-east-1:99999999-2222-3333-4444-555555555555"),
    },
    Problem {
        what: "a pool that does not know the login",
        found: &["failed aws-endpoint"],
        says: "login_provider",
        plant: |m| m.configure("login_provider", "login.example"),
    },
    Problem {
        what: "AWS that does not answer",
        found: &["failed aws-endpoint"],
        says: "AWS_ENDPOINT_URL",
        plant: |m| {
            m.home.set_env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
        },
    },
    Problem {
        what: "something else in AWS's place",
        found: &["failed aws-endpoint"],
        says: "in AWS's place",
        plant: |m| answers(m, "cognito", 403, "<html>Blocked</html>".into()),
    },
];

#[test]
fn each_problem_of_provider_and_aws_is_found_and_no_more() {
    let mut complaints = Vec::new();
    for Problem { what, found, says, plant } in PROVIDER {
        let mut machine = Machine::with_sandbox(Federation::Cognito);
        plant(&mut machine);
        complaints.extend(complaint(what, found, says, &machine.doctor(&["--live"])));
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

fn complaint(what: &str, found: &[&str], says: &str, report: &Report) -> Option<String> {
    let wrong: Vec<_> = report.checks.iter().filter(|check| check.fix.is_some()).collect();
    let said = wrong.iter().any(|check| format!("{} {:?}", check.message, check.fix).contains(says));
    (report.problems() != found || !said)
        .then(|| format!("{what}: expected {found:?} saying {says:?}, found {wrong:#?}"))
}

const REFUSALS: &[Problem] = &[
    Problem {
        what: "a role that does not trust the provider",
        found: &["failed federation"],
        says: "trust policy",
        plant: |m| m.sandbox().control().put_role(role("CcwbFederatedRole", Trust::Roles, 43_200)),
    },
    Problem {
        what: "keys that were replaced",
        found: &["warning id-token", "failed federation"],
        says: "AWS cannot fetch the provider's keys",
        plant: |m| m.sandbox().control().rotate_keys(false),
    },
    Problem {
        what: "an audience that the account does not know",
        found: &["failed federation"],
        says: "add the client id",
        plant: |m| sts_refuses(m, "InvalidIdentityToken", "Incorrect token audience"),
    },
    Problem {
        what: "a role that allows an hour only",
        found: &["warning federation"],
        says: "max_session_duration",
        plant: |m| m.sandbox().control().put_role(role("CcwbFederatedRole", Trust::WebIdentity, 3_600)),
    },
];

fn role(name: &str, trust: Trust, max_session_duration: u32) -> Role {
    Role { name: name.to_owned(), trust, max_session_duration, external_id: None }
}

fn sts_refuses(machine: &Machine, code: &str, message: &str) {
    let body = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    );
    let content_type = Some("text/xml".to_owned());
    let endpoint = "sts:AssumeRoleWithWebIdentity".to_owned();
    fault(machine, Fault { endpoint, status: Some(400), body: Some(body.into()), content_type, ..Fault::default() });
}

#[test]
fn a_refusal_of_sts_is_explained_with_what_the_token_says_and_what_was_expected() {
    let mut complaints = Vec::new();
    for Problem { what, found, says, plant } in REFUSALS {
        let mut machine = Machine::signed_in(Federation::Direct);
        plant(&mut machine);
        let report = machine.doctor(&["--live"]);
        complaints.extend(complaint(what, found, says, &report));
        let federation = report.check("federation");
        if federation.state == "failed" {
            let client = machine.sandbox().client_id();
            for part in ["the token: iss ", &format!("aud {client}"), "azp ", "expires in", "config.json: iss "] {
                assert!(federation.message.contains(part), "{part}: {federation:#?}");
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_provider_that_never_answers_does_not_hold_the_report_up_for_longer_than_its_limit() {
    let machine = Machine::with_sandbox(Federation::Cognito);
    for endpoint in ["discovery", "cognito"] {
        fault(&machine, Fault { endpoint: endpoint.into(), hang: true, ..Fault::default() });
    }
    let report = machine.doctor(&["--live"]);
    assert_eq!(report.problems(), ["failed provider-discovery", "failed aws-endpoint"], "{report:#?}");
    assert!(report.output.elapsed < Duration::from_secs(30), "{:?}", report.output.elapsed);
}

#[test]
fn what_config_lacks_is_skipped_and_not_asked() {
    let machine = Machine::with_sandbox(Federation::Cognito);
    machine.home.write_config("{}");
    let report = machine.doctor(&["--live"]);
    assert_eq!(report.problems(), ["failed config"], "{report:#?}");
    assert_eq!(machine.sandbox().control().requests().len(), 0);
}

/// Field report R-22: a session of another role is found, not used in silence.
#[test]
fn whom_aws_takes_the_person_for_is_compared_with_the_configured_role() {
    let machine = Machine::signed_in(Federation::Direct);
    let report = machine.doctor(&["--live"]);
    assert!(report.check("identity").message.contains("assumed-role/CcwbFederatedRole/"), "{report:#?}");

    let other = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
        <Arn>arn:aws:sts::123456789012:assumed-role/Instance/i-1</Arn><UserId>AROA:i-1</UserId><Account>123456789012</Account>\
        </GetCallerIdentityResult></GetCallerIdentityResponse>";
    let content_type = Some("text/xml".to_owned());
    let endpoint = "sts:GetCallerIdentity".to_owned();
    fault(&machine, Fault { endpoint, status: Some(200), body: Some(other.into()), content_type, ..Fault::default() });
    let report = machine.doctor(&["--live"]);
    assert_eq!(report.problems(), ["failed identity"], "{report:#?}");
    assert!(report.check("identity").message.contains("assumed-role/Instance"), "{report:#?}");
}
