//! Two customers on one computer: neither is read with what the other has.

use std::fs;

use ccwb_tests::LIMIT;
use ccwb_tests::leaks::{Place, Secret, assert_absent};
use ccwb_tests::part::{SecretService, SecretServiceMode};
use ccwb_tests::run;

use crate::host::{API_KEY, Host, ROLE, USER, form, is_error};

const ONE: &str = "wJalrXUtnFEMI/planted-one/bPxRfiCYEXAMPLE";
const OTHER: &str = "ABSKplanted-other-0123456789";

#[test]
#[ignore = "needs gnome-keyring"]
fn each_customers_secret_opens_with_its_own_key_alone() {
    let mut host = Host::new();
    let Some(_session) = SecretService::start(&mut host.home, SecretServiceMode::Unlocked) else { return };
    host.add(&form("acme", USER), ONE, &[]);
    host.add(&form("globex", API_KEY), OTHER, &[]);
    let secret = |id: &str| host.customer(&["secret", id]);
    assert!(secret("acme").success().stdout.ends_with(&format!("aws_secret_access_key = {ONE}\n")));
    assert_eq!(secret("globex").success().stdout, OTHER);

    // Neither secret is in a file, in the answer of a command, or in an argument.
    let home = host.home.path().join(".ccwb");
    let outputs: Vec<_> =
        [["show", "acme"], ["show", "globex"], ["list", "--json"]].iter().map(|ask| host.customer(ask)).collect();
    let places = outputs.iter().flat_map(Place::output).chain([Place::folder(&home)]);
    assert_absent(&[Secret::new("one", ONE), Secret::new("other", OTHER)], places);

    // The vaults swapped; then the vault and the key too.
    let (acme, globex) = (host.folder("acme").join("secret.age"), host.folder("globex").join("secret.age"));
    let (of_acme, of_globex) = (fs::read(&acme).unwrap(), fs::read(&globex).unwrap());
    fs::write(&acme, &of_globex).unwrap();
    fs::write(&globex, &of_acme).unwrap();
    for id in ["acme", "globex"] {
        let output = secret(id);
        is_error(&output, 9, "vault-foreign");
        assert_eq!(output.stdout, "");
    }
    let key = lookup(&host, "globex-customer-key");
    assert!(key.starts_with("AGE-SECRET-KEY-1") && key != lookup(&host, "acme-customer-key"));
    store(&host, "acme-customer-key", &key);
    let output = secret("acme");
    is_error(&output, 9, "vault-foreign");
    assert!(output.stderr.contains("is the vault of \"globex\""), "{}", output.stderr);
}

#[test]
fn credential_process_with_one_customers_files_sees_nothing_of_another() {
    let host = Host::new();
    let ids = ["acme", "globex"].map(|id| {
        let added = host.add(&form(id, ROLE), "", &[]);
        host.customer(&["compose", id]).success();
        added["method"]["external_id"].as_str().expect("one was made").to_owned()
    });
    let container = host.folder("acme").join("container");
    let mut explain = host.home.credential_process(&["--profile", "acme", "explain"]);
    explain.env("CCWB_CONFIG", container.join("config.json")).env("CCWB_STATE_DIR", host.home.path().join("state"));
    let explained = run(&mut explain, LIMIT).expect("it ends").success().stdout;
    assert!(!explained.contains("globex") && !explained.contains(&ids[1]), "{explained}");
    let mut other = host.home.credential_process(&["--profile", "globex", "explain"]);
    other.env("CCWB_CONFIG", container.join("config.json"));
    assert_eq!(run(&mut other, LIMIT).expect("it ends").code, Some(3), "there is no such profile in it");
    for entry in fs::read_dir(&container).unwrap().flatten() {
        let text = fs::read_to_string(entry.path()).unwrap();
        assert!(!text.contains("globex") && !text.contains(&ids[1]), "{}", entry.path().display());
    }
}

fn lookup(host: &Host, name: &str) -> String {
    let mut command = host.home.command("secret-tool");
    command.args(["lookup", "service", "claude-code-with-bedrock", "username", name]);
    run(&mut command, LIMIT).expect("secret-tool ends").stdout
}

fn store(host: &Host, name: &str, value: &str) {
    let file = host.home.write("value", value);
    let mut command = host.home.command("secret-tool");
    command.args(["store", "--label", "x", "service", "claude-code-with-bedrock", "username", name]);
    command.stdin(fs::File::open(file).expect("it was just written"));
    run(&mut command, LIMIT).expect("secret-tool ends").success();
}
