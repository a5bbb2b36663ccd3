//! `ccwb customer validate`, `rotate` and `health` against the sandbox; the key of the vault is under moto's KMS.

use std::collections::BTreeSet;
use std::process::Stdio;

use ccwb_sandbox::Fault;
use ccwb_tests::eventually;
use ccwb_tests::leaks::{Place, Secret, assert_absent};
use ccwb_tests::part::{Moto, Sandbox};
use serde_json::json;

use crate::host::{Host, form};
use crate::kms::key;

const ACCOUNT: &str = "123456789012";

/// A customer with the keys of a user of the sandbox.
struct Site {
    sandbox: Sandbox,
    host: Host,
    _moto: Moto,
}

impl Site {
    fn new() -> Option<Self> {
        let moto = Moto::start()?;
        let (sandbox, mut host) = (Sandbox::start(), Host::new());
        host.home.set_envs(sandbox.administrator_environment());
        host.home.set_env("AWS_ENDPOINT_URL_KMS", moto.endpoint()).set_env("AWS_EC2_METADATA_DISABLED", "true");
        let arn = key(&moto.endpoint());
        let (id, secret) = sandbox.control().put_access_key(ACCOUNT, "claude").expect("it is the first one");
        let method = format!("{{kind: iam-user-keys, access_key_id: {id}}}");
        host.add(&form("acme", &method), &secret, &["--kms-key", &arn]);
        Some(Self { sandbox, host, _moto: moto })
    }

    /// The id and the secret that a container gets now.
    fn given_to_containers(&self) -> (String, String) {
        let text = self.host.customer(&["secret", "acme"]).success().stdout;
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
            line.unwrap_or_else(|| panic!("no {name}")).to_owned()
        };
        (value("aws_access_key_id"), value("aws_secret_access_key"))
    }

    fn active_keys(&self) -> Vec<String> {
        let keys = self.sandbox.control().access_keys(ACCOUNT, "claude");
        assert!(keys.len() <= 2);
        keys.into_iter().filter(|key| key.active).map(|key| key.id).collect()
    }

    /// Starts a rotation, and kills it while AWS does not answer the nth call of this kind.
    fn kill_at(&self, endpoint: &str, nth: u32, hangs: &Fault) {
        let control = self.sandbox.control();
        control.clear_faults();
        control.clear_requests();
        let passed = Fault { endpoint: endpoint.to_owned(), times: Some(1), ..Fault::default() };
        for _ in 1..nth {
            control.add_fault(passed.clone()).expect("it is there");
        }
        control.add_fault(Fault { endpoint: endpoint.to_owned(), ..hangs.clone() }).expect("it is there");
        let mut command = self.host.home.ccwb(&["customer", "rotate", "acme"]);
        let mut process =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        let hung = || control.requests().iter().any(|request| request.fault && request.status == 0);
        eventually("the call hangs", hung);
        process.kill().expect("it waits for AWS");
        process.wait().expect("it is dead");
        control.clear_faults();
    }
}

/// The calls of a rotation, in their order, and which of its kind each is.
const CALLS: [(&str, u32); 8] = [
    ("iam:ListAccessKeys", 1),
    ("iam:CreateAccessKey", 1),
    ("sts:GetCallerIdentity", 1),
    ("bedrock:ListInferenceProfiles", 1),
    ("iam:UpdateAccessKey", 1),
    ("sts:GetCallerIdentity", 2),
    ("bedrock:ListInferenceProfiles", 2),
    ("iam:DeleteAccessKey", 1),
];

#[test]
#[ignore = "needs moto"]
fn a_rotation_that_is_killed_at_any_call_loses_no_working_key_and_the_next_one_ends_it() {
    let Some(site) = Site::new() else { return };
    let before = Fault { hang: true, times: Some(1), ..Fault::default() };
    let after = Fault { hang_when_done: true, times: Some(1), ..Fault::default() };
    for (endpoint, nth) in CALLS {
        for hangs in [&before, &after] {
            let case = format!("{endpoint} {nth}, done: {}", hangs.hang_when_done);
            site.kill_at(endpoint, nth, hangs);
            let (current, secret) = site.given_to_containers();
            assert!(site.active_keys().contains(&current), "{case}: {current} works");
            let output = site.host.customer(&["rotate", "acme", "--json"]).success();
            assert_eq!(output.json()[0]["outcome"], "rotated", "{case}: {output}");
            let (new, _) = site.given_to_containers();
            assert_eq!(site.active_keys(), [new], "{case}");
            assert_eq!(site.sandbox.control().access_keys(ACCOUNT, "claude").len(), 1, "{case}");
            let home = site.host.home.path();
            let places = Place::output(&output).into_iter().chain([Place::folder(&home)]);
            assert_absent(&[Secret::new("the secret key", &secret)], places);
        }
    }
    let log = std::fs::read_to_string(site.host.folder("acme").join("rotation.jsonl")).expect("there is a log");
    let removed = site.host.customer(&["remove", "acme", "--yes", "--json"]).success().json();
    assert!(removed["left"] == json!([]) && !site.host.folder("acme").exists(), "{removed:#}");
    assert!(log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{log}");
}

#[test]
#[ignore = "needs moto"]
fn health_shows_everybody_and_asks_only_who_we_are_and_which_models_there_are() {
    let Some(site) = Site::new() else { return };
    // Somebody whose role is not there.
    let role = format!("{{kind: cross-account-role, role_arn: 'arn:aws:iam::{ACCOUNT}:role/Gone'}}");
    site.host.add(&form("globex", &role), "", &[]);
    site.sandbox.control().clear_requests();
    let output = site.host.customer(&["health", "--json"]);
    assert_eq!(output.code, Some(7), "{output}");
    let customers = &output.json()["customers"];
    assert_eq!((&customers[0]["customer"], &customers[0]["failures"]), (&json!("acme"), &json!([])), "{output}");
    assert_eq!(customers[1]["failures"], json!(["aws-refused"]), "{output}");
    assert_eq!((&customers[0]["rotation_due"], &customers[0]["compliance"]), (&json!(false), &json!([])));
    let asked: BTreeSet<String> =
        site.sandbox.control().requests().into_iter().map(|request| request.endpoint).collect();
    let allowed =
        ["bedrock:ListFoundationModels", "bedrock:ListInferenceProfiles", "sts:AssumeRole", "sts:GetCallerIdentity"];
    assert_eq!(asked.into_iter().collect::<Vec<_>>(), allowed);

    site.sandbox.control().clear_requests();
    let table = site.host.customer(&["health", "--offline"]).stdout;
    assert!(site.sandbox.control().requests().is_empty());
    let line = table.lines().find(|line| line.trim_start().starts_with("acme")).unwrap_or_else(|| panic!("{table}"));
    assert!(line.contains("iam-user-keys") && line.contains("good") && line.contains("kept"), "{table}");
}

#[test]
#[ignore = "needs moto"]
fn a_validation_with_a_call_has_a_time_for_each_row() {
    let Some(site) = Site::new() else { return };
    let output = site.host.customer(&["validate", "acme", "--call", "--json"]).success();
    let checks = output.json()[0]["checks"].as_array().cloned().expect("a list");
    for check in ["access", "identity", "region", "model", "model call"] {
        let row = checks.iter().find(|row| row["check"] == check).unwrap_or_else(|| panic!("{output}"));
        assert!(row["outcome"] == "passed" && row["milliseconds"].is_u64(), "{row:#}");
    }
    assert_eq!(site.sandbox.control().count("bedrock:Converse"), 1);
    let shown = site.host.customer(&["validate", "acme"]).success().stdout;
    assert!(shown.contains(" ms  arn:aws:iam::123456789012:user/claude"), "{shown}");
}
