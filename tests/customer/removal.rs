//! A customer who goes leaves nothing.

use std::fs;

use ccwb_tests::part::{SecretService, SecretServiceMode};

use crate::host::{Host, ROLE, USER, form, is_error};

#[test]
fn who_was_removed_is_nowhere_and_others_stay() {
    let host = Host::new();
    let added = host.add(&form("acme", ROLE), "", &[]);
    let other = host.add(&form("globex", ROLE), "", &[]);
    host.customer(&["compose", "acme"]).success();
    is_error(&host.customer(&["remove", "acme"]), 2, "consent-needed");
    assert!(host.folder("acme").exists(), "nobody agreed");

    let removed = host.customer(&["remove", "acme", "--yes"]).success().stdout;
    assert!(removed.contains("arn:aws:iam::123456789012:role/ccwb") && removed.contains("searched"), "{removed}");
    assert_eq!(host.customer(&["list", "--json"]).success().json()["customers"], serde_json::json!([other]));
    let external_id = added["method"]["external_id"].as_str().unwrap();
    let mut open = vec![host.home.path()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            assert!(!entry.file_name().to_string_lossy().contains("acme"), "{}", entry.path().display());
            match entry.file_type().unwrap().is_dir() {
                true => open.push(entry.path()),
                false => assert!(!String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).contains(external_id)),
            }
        }
    }
    is_error(&host.customer(&["remove", "acme", "--yes"]), 3, "customer-unknown");
}

#[test]
fn a_file_of_the_customer_elsewhere_is_told_and_fails_the_removal() {
    let host = Host::new();
    let added = host.add(&form("acme", ROLE), "", &[]);
    let note = host.home.write(".ccwb/note.txt", added["method"]["external_id"].as_str().unwrap());
    let output = host.customer(&["remove", "acme", "--yes"]);
    is_error(&output, 1, "customer-left");
    assert!(output.stdout.contains("note.txt"), "{}", output.stdout);
    assert!(note.exists(), "it is not ours to delete");
}

#[test]
fn what_a_killed_add_or_remove_left_is_listed_and_removed() {
    let host = Host::new();
    host.add(&form("acme", ROLE), "", &[]);
    fs::write(host.folder("acme").join("secret.age"), "x").unwrap();
    fs::remove_file(host.folder("acme").join("customer.json")).unwrap();
    let listing = host.customer(&["list", "--json"]).success().json();
    assert_eq!(listing["broken"][0]["folder"], "acme", "{listing:#}");
    host.customer(&["remove", "acme", "--yes"]).success();
    assert!(!host.folder("acme").exists());
}

#[test]
#[ignore = "needs gnome-keyring"]
fn the_key_leaves_the_keyring_and_the_access_key_is_named() {
    let mut host = Host::new();
    let Some(_session) = SecretService::start(&mut host.home, SecretServiceMode::Unlocked) else { return };
    host.add(&form("acme", USER), "wJalrXUtnFEMI/planted", &[]);
    host.customer(&["compose", "acme", "--with-secret"]).success();
    let removed = host.customer(&["remove", "acme", "--yes", "--json"]).success().json();
    assert!(removed["elsewhere"][0].as_str().unwrap().contains("AKIA0123456789ABCDEF"), "{removed:#}");
    assert_eq!(removed["key_in_keyring"], false);
    let mut lookup = host.home.command("secret-tool");
    lookup.args(["lookup", "service", "claude-code-with-bedrock", "username", "acme-customer-key"]);
    assert_eq!(ccwb_tests::run(&mut lookup, ccwb_tests::LIMIT).expect("it ends").stdout, "");
}
