//! From a form to a customer.

use crate::host::{API_KEY, Host, ROLE, form, is_error};

#[test]
fn who_was_added_is_listed_shown_and_estimated() {
    let host = Host::new();
    let added = host.add(&form("acme", ROLE), "", &[]);
    assert!(added["method"]["external_id"].as_str().is_some_and(|id| id.len() >= 22), "{added:#}");
    assert_eq!(added["model"]["profile"], "eu.anthropic.claude-sonnet-4-5-20250929-v1:0");

    let listed = host.customer(&["list"]).success().stdout;
    assert!(listed.contains("acme") && listed.contains("cross-account-role") && listed.contains("gdpr"), "{listed}");
    assert_eq!(host.customer(&["list", "--json"]).success().json()["customers"][0], added);
    assert_eq!(host.customer(&["show", "acme", "--json"]).success().json(), added);
    let shown = host.customer(&["show", "acme"]).success().stdout;
    assert!(shown.contains("sts:ExternalId"), "{shown}");

    // 2M x $3.30 + 1M x $16.50: the prices of a regional endpoint.
    let estimate = host.customer(&["estimate", "acme", "--json"]).success().json();
    assert_eq!(estimate["month_usd"], "23.1", "{estimate:#}");
}

#[test]
fn the_printed_form_filled_in_is_taken() {
    let host = Host::new();
    let empty = host.customer(&["form"]).success().stdout;
    let mut filled = empty;
    for (key, value) in [
        ("\norganisation:", " Acme"),
        ("\n  name:", " Jo"),
        ("\n  email:", " jo@acme.example"),
        ("\naccount:", " 012345678901"),
        ("\nregion:", " us-east-1"),
        ("\nmodel:", " sonnet"),
        ("\n  role_arn:", " arn:aws:iam::012345678901:role/ccwb"),
        ("\n  input:", " 1.5M"),
        ("\n  output:", " 200K"),
    ] {
        filled = filled.replacen(key, &format!("{key}{value}"), 1);
    }
    assert_eq!(host.add(&filled, "", &[])["account"], "012345678901");
}

#[test]
fn every_mistake_is_told_and_nothing_is_kept() {
    let host = Host::new();
    let wrong = form("acme", ROLE).replace("eu-west-1", "eu-wst-1").replace("[gdpr]", "[gdrp]");
    let path = host.home.write("form.yaml", &wrong);
    let output = host.customer(&["add", "--form", &path.to_string_lossy()]);
    is_error(&output, 3, "form-invalid");
    for expected in ["2 mistakes", "line 5: region", "did you mean eu-west-1?", "line 10: compliance", "mean gdpr?"] {
        assert!(output.stderr.contains(expected), "{expected}: {}", output.stderr);
    }
    assert!(!host.folder("acme").exists());
}

#[test]
fn a_customer_is_added_once_and_found_by_its_name() {
    let host = Host::new();
    host.add(&form("acme", ROLE), "", &[]);
    let path = host.home.write("form.yaml", &form("acme", ROLE));
    is_error(&host.customer(&["add", "--form", &path.to_string_lossy()]), 3, "customer-exists");
    let output = host.customer(&["show", "acem"]);
    is_error(&output, 3, "customer-unknown");
    assert!(output.stderr.contains("did you mean acme?"), "{}", output.stderr);
}

#[test]
fn without_a_keyring_no_secret_is_taken_and_nothing_is_left() {
    let host = Host::new();
    let path = host.home.write("form.yaml", &form("acme", API_KEY));
    let output = host.customer_given(&["add", "--form", &path.to_string_lossy()], "ABSKplanted-0123456789");
    is_error(&output, 9, "no-keyring");
    assert!(output.stderr.contains("--kms-key"), "{}", output.stderr);
    assert!(!host.folder("acme").exists());
}
