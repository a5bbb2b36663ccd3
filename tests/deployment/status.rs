//! What can be known.

use serde_json::json;

use crate::site::{AUTH, Site, assert_failed};

#[test]
fn status_tells_what_is_deployed_reachable_and_packaged() {
    let site = Site::with(&json!({"budget_monthly_usd": 5, "budget_emails": ["a@b.example"]}));
    site.ccwb(&["deploy", "auth", "--yes"]).success();
    let role = site.stack(AUTH).outputs["DirectSTSRoleArn"].clone();
    let report = site.ccwb(&["status", "--json"]).success().json();
    assert_eq!(report["aws"]["account"], "123456789012");
    assert_eq!(report["stacks"]["auth"]["status"], "CREATE_COMPLETE");
    assert_eq!(report["stacks"]["auth"]["outputs"]["DirectSTSRoleArn"], role);
    assert_eq!(report["stacks"]["budget"]["status"], "NOT_FOUND");
    assert_eq!(report["endpoints"][0]["reachable"], true, "{report:#}");
    assert!(report["package"].is_null());
    assert_eq!(site.writes(), ["CreateChangeSet", "ExecuteChangeSet"], "status changes nothing");

    site.home.write("dist/Acme/2026-01-01-000000/config.json", r#"{"Acme": {"provider_domain": "old.example"}}"#);
    let report = site.ccwb(&["status", "--json"]).success().json();
    assert_eq!(report["package"]["current"], false, "{report:#}");

    site.sandbox.control().drift("BedrockRole");
    let detailed = site.ccwb(&["status", "--detailed", "--drift"]).success();
    for words in ["CREATE_COMPLETE", "DRIFTED", "BedrockRole (AWS::IAM::Role) MODIFIED", &role, "out of date"] {
        assert!(detailed.stdout.contains(words), "{words} in {detailed}");
    }
}

#[test]
fn without_credentials_status_shows_the_rest() {
    let mut site = Site::new();
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        site.home.remove_env(name);
    }
    let output = site.ccwb(&["status"]);
    assert_failed(&output, 7, "aws-credentials-missing");
    assert!(output.stdout.contains(site.sandbox.issuer()) && output.stdout.contains("identity provider"), "{output}");
    let output = site.ccwb(&["status", "--json"]);
    assert_eq!(output.json()["aws"]["error"], "aws-credentials-missing");
}
