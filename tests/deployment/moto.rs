//! Another CloudFormation than our own: moto's. It tells no events, makes no OIDC provider and gives no outputs to stacks that
//! were made through a change set; what it does make is looked at.

use std::time::Duration;

use ccwb_tests::part::Moto;
use ccwb_tests::{Home, Output, run};
use serde_json::json;

const LIMIT: Duration = Duration::from_mins(3);

fn ccwb(home: &Home, arguments: &[&str]) -> Output {
    run(&mut home.ccwb(arguments), LIMIT).unwrap_or_else(|overrun| panic!("{arguments:?}: {overrun}"))
}

#[test]
#[ignore = "needs moto"]
fn a_stack_is_made_left_alone_and_deleted_at_moto_s() {
    let Some(moto) = Moto::start() else { return };
    let mut home = Home::new();
    home.set_env("AWS_ENDPOINT_URL", moto.endpoint());
    home.set_env("AWS_ACCESS_KEY_ID", "testing").set_env("AWS_SECRET_ACCESS_KEY", "testing");
    let profile = json!({
        "name": "Acme", "provider_domain": "acme.okta.com", "provider_type": "okta", "client_id": "0oa1b2c3d4E5f6G7h8i9",
        "credential_storage": "session", "aws_region": "us-east-1", "identity_pool_name": "acme",
        "federation_type": "direct", "monitoring_enabled": false, "cross_region_profile": "us",
    });
    home.write(".ccwb/profiles/Acme.json", &profile.to_string());

    ccwb(&home, &["deploy", "--yes"]).success();
    let status = ccwb(&home, &["status", "--json"]).json();
    assert_eq!(status["stacks"]["auth"]["status"], "CREATE_COMPLETE", "{status:#}");
    assert!(!moto.requests_for("CreateRole").is_empty() || !moto.requests_for("ExecuteChangeSet").is_empty());

    let executed = moto.requests_for("ExecuteChangeSet").len();
    let second = ccwb(&home, &["deploy", "--yes"]).success();
    assert!(second.stdout.contains("nothing had to be changed"), "{second}");
    assert_eq!(moto.requests_for("ExecuteChangeSet").len(), executed);

    ccwb(&home, &["destroy", "--yes"]).success();
    let status = ccwb(&home, &["status", "--json"]).json();
    assert_eq!(status["stacks"]["auth"]["status"], "NOT_FOUND", "{status:#}");
    assert!(moto.requests().iter().filter(|request| !request.operation.is_empty()).all(|request| request.signed));
}
