//! Keys under AWS KMS, played by moto.

use std::fs;

use ccwb_tests::leaks::{Place, Secret, assert_absent};
use ccwb_tests::part::Moto;
use serde_json::{Value, json};

use crate::host::{API_KEY, Host, form, is_error};

const ONE: &str = "ABSKplanted-one-0123456789";
const OTHER: &str = "ABSKplanted-other-0123456789";

#[test]
#[ignore = "needs moto"]
fn a_key_under_kms_opens_its_customers_vault_and_no_other() {
    let Some(moto) = Moto::start() else { return };
    let mut host = Host::new();
    host.home.set_env("AWS_ENDPOINT_URL", moto.endpoint());
    host.home.set_env("AWS_ACCESS_KEY_ID", "testing").set_env("AWS_SECRET_ACCESS_KEY", "testing");
    let arn = key(&moto.endpoint());
    host.add(&form("acme", API_KEY), ONE, &["--kms-key", &arn]);
    host.add(&form("globex", API_KEY), OTHER, &["--kms-key", &arn]);
    assert_eq!(host.customer(&["secret", "acme"]).success().stdout, ONE);
    let home = host.home.path().join(".ccwb");
    assert_absent(&[Secret::new("one", ONE), Secret::new("other", OTHER)], [Place::folder(&home)]);
    let wrapped = fs::read(host.folder("acme").join("key.kms")).unwrap();
    assert!(!wrapped.windows(14).any(|part| part == b"AGE-SECRET-KEY"));

    // Both files of one customer in another's place: KMS refuses, since the encryption context is another.
    for file in ["secret.age", "key.kms"] {
        fs::copy(host.folder("acme").join(file), host.folder("globex").join(file)).unwrap();
    }
    let output = host.customer(&["secret", "globex"]);
    is_error(&output, 7, "vault-kms");
    assert!(output.stderr.contains("another customer's") && output.stdout.is_empty(), "{}", output.stderr);

    let removed = host.customer(&["remove", "acme", "--yes", "--json"]).success().json();
    assert_eq!(removed["left"], json!([]));
    assert!(removed["elsewhere"].to_string().contains(&arn), "{removed:#}");
    assert!(!host.folder("acme").exists());
}

pub(crate) fn key(endpoint: &str) -> String {
    let response = ureq::post(format!("{endpoint}/"))
        .header("X-Amz-Target", "TrentService.CreateKey")
        .header("Content-Type", "application/x-amz-json-1.1")
        .header("Authorization", "AWS4-HMAC-SHA256 Credential=testing/20260101/eu-west-1/kms/aws4_request")
        .send("{}");
    let text = response.expect("moto answers").body_mut().read_to_string().expect("text");
    let answer: Value = serde_json::from_str(&text).expect("JSON");
    answer["KeyMetadata"]["Arn"].as_str().expect("an ARN").to_owned()
}
