//! The container of a customer.

use std::fs;

use ccwb_tests::part::{SecretService, SecretServiceMode};
use serde_json::{Value, json};

use crate::host::{API_KEY, Host, ROLE, USER, form};

fn compose(host: &Host, id: &str) -> Value {
    let text = fs::read_to_string(host.folder(id).join("container/compose.yaml")).expect("it was written");
    serde_json::from_str(&text).expect("JSON, which is YAML")
}

#[test]
fn a_role_needs_no_secret_and_its_container_mounts_its_own_files_alone() {
    let host = Host::new();
    host.add(&form("acme", ROLE), "", &[]);
    host.customer(&["compose", "acme"]).success();
    let file = compose(&host, "acme");
    assert_eq!(file["secrets"], Value::Null);
    let service = &file["services"]["claude"];
    let sources: Vec<&str> =
        service["volumes"].as_array().unwrap().iter().filter_map(|v| v["source"].as_str()).collect();
    assert_eq!(sources, ["./config.json", "./aws-config", "./managed-settings.json", "home", "work"]);
    assert_ne!(service["user"].as_str().unwrap().split(':').next(), Some("0"));
    let config = fs::read_to_string(host.folder("acme").join("container/config.json")).unwrap();
    let config: Value = serde_json::from_str(&config).unwrap();
    assert_eq!(config["profiles"]["acme"]["assume_role"]["role_arn"], "arn:aws:iam::123456789012:role/ccwb");
}

#[test]
#[ignore = "needs gnome-keyring"]
fn a_secret_is_a_file_in_the_container_and_in_no_environment() {
    let mut host = Host::new();
    let Some(_session) = SecretService::start(&mut host.home, SecretServiceMode::Unlocked) else { return };
    for (id, method, secret) in [("acme", USER, "wJalr-planted-secret"), ("globex", API_KEY, "ABSK-planted-secret")] {
        host.add(&form(id, method), secret, &[]);
        host.customer(&["compose", id]).success();
        assert_eq!(compose(&host, id)["secrets"]["customer-secret"]["external"], true);
        assert!(!host.folder(id).join("container/customer-secret").exists());

        let output = host.customer(&["compose", id, "--with-secret"]).success();
        assert!(!output.stdout.contains("planted") && !output.stderr.contains("planted"));
        assert_eq!(compose(&host, id)["secrets"], json!({"customer-secret": {"file": "./customer-secret"}}));
        assert!(!compose(&host, id).to_string().contains("planted"));
        let written = host.folder(id).join("container/customer-secret");
        assert!(fs::read_to_string(&written).unwrap().contains(secret));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&written).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
