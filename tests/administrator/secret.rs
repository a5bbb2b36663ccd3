//! Where a client secret goes: into the keyring, or nowhere.

use ccwb_tests::leaks::{Place, Secret, assert_absent};
use ccwb_tests::part::{SecretService, SecretServiceMode};
use ccwb_tests::{LIMIT, run};

use crate::desk::{Desk, is_error};

const SECRET: &str = "planted-confidential-client-secret";

const ARGUMENTS: &[&str] = &[
    "init",
    "--profile",
    "P",
    "--provider-domain",
    "company.okta.com",
    "--client-id",
    "0oa1b2c3",
    "--set",
    "client_auth=secret",
    "--offline",
    "--json",
];

#[test]
fn without_a_keyring_the_profile_is_saved_and_the_secret_is_nowhere() {
    let mut desk = Desk::new();
    desk.home.set_env("CCWB_CLIENT_SECRET", SECRET);
    let output = desk.ccwb(ARGUMENTS);
    is_error(&output, 9, "secret-not-kept");
    assert!(output.stdout.contains("\"client_secret\": \"not kept\""), "{}", output.stdout);
    assert_eq!(desk.profile("P")["client_auth"], "secret");
    let home = desk.home.path();
    let places = Place::output(&output).into_iter().chain([Place::folder(&home)]);
    assert_absent(&[Secret::new("client secret", SECRET)], places);
}

#[test]
#[ignore = "needs gnome-keyring"]
fn with_a_keyring_the_secret_is_under_the_name_that_credential_process_looks_for() {
    let mut desk = Desk::new();
    let Some(_session) = SecretService::start(&mut desk.home, SecretServiceMode::Unlocked) else { return };
    desk.home.set_env("CCWB_CLIENT_SECRET", SECRET);
    assert_eq!(desk.json(ARGUMENTS)["client_secret"], "keyring");
    let mut lookup = desk.home.command("secret-tool");
    lookup.args(["lookup", "service", "claude-code-with-bedrock", "username", "P-client-secret"]);
    let found = run(&mut lookup, LIMIT).expect("secret-tool ends");
    assert_eq!(found.stdout, SECRET);
    assert!(!desk.text("P").contains(SECRET));
}
