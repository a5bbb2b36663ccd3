//! The stacks of telemetry.

use serde_json::{Value, json};

use crate::site::{AUTH, Site, assert_failed};

/// A collector for everybody, with a name of its own.
fn central() -> Value {
    json!({
        "monitoring_enabled": true, "monitoring_mode": "central", "budget_monthly_usd": 3000,
        "budget_emails": ["ops@acme.example"],
        "monitoring_config": {"custom_domain": "telemetry.acme.example", "hosted_zone_id": "Z0123456789ABC"},
        "telemetry_headers": {"x-user-email": "hash", "x-manager": "drop", "x-team-id": {"claims": ["squad"]}},
    })
}

fn stacks(report: &Value) -> Vec<String> {
    let stacks = report["stacks"].as_array().expect("a list").iter();
    stacks.map(|stack| stack["stack"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn a_central_collector_is_deployed_in_order_and_its_address_reaches_the_profile() {
    let site = Site::with(&central());
    let report = site.ccwb(&["deploy", "--yes", "--json"]).success().json();
    let order = ["metrics", "auth", "networking", "collector", "dashboard", "alarms", "analytics", "budget"];
    assert_eq!(stacks(&report), order);

    let (metrics, network) = (site.stack("acme-metrics"), site.stack("acme-networking"));
    let collector = site.stack("acme-otel-collector");
    let parameters = &collector.parameters;
    assert_eq!(parameters["VpcId"], network.outputs["VpcId"]);
    assert_eq!(parameters["SubnetIds"], network.outputs["PublicSubnetIds"]);
    assert_eq!(parameters["TaskSubnetIds"], network.outputs["PrivateSubnetIds"]);
    assert_eq!(parameters["MetricsLogGroupName"], metrics.outputs["MetricsLogGroupName"]);
    let secure = |address: &str| address.replacen("http://", "https://", 1);
    assert_eq!(parameters["Issuer"], secure(site.sandbox.issuer()));
    assert!(parameters["JwksEndpoint"].starts_with("https://"), "the provider says where its keys are: {parameters:?}");
    assert_eq!((parameters["HashedFields"].as_str(), parameters["DroppedFields"].as_str()), ("user_email", "manager"));
    assert!(parameters["OwnClaims"].contains(",squad,"), "{parameters:?}");
    assert_eq!(site.stack(AUTH).parameters["TelemetryLogGroups"], "", "people write through the collector only");
    let alarms = site.stack("acme-alarms");
    assert_eq!(alarms.parameters["LoadBalancerFullName"], collector.outputs["LoadBalancerFullName"]);
    assert_eq!(
        (alarms.parameters["Email"].as_str(), alarms.parameters["DailyCostUsd"].as_str()),
        ("ops@acme.example", "200")
    );
    assert_eq!(site.stack("acme-analytics").parameters["DatabaseName"], "claude_code_acme");
    assert_eq!(site.profile()["otel_collector_endpoint"], "https://telemetry.acme.example");

    let again = site.ccwb(&["deploy", "--yes", "--json"]).success().json();
    assert_eq!(again["changed"], false, "{again:#}");
    let status = site.ccwb(&["status", "--json"]).success().json();
    assert_eq!(status["stacks"]["collector"]["outputs"]["Identity"], "verified", "{status:#}");
}

#[test]
fn what_was_collected_outlives_its_stacks_and_is_named() {
    let site = Site::with(&central());
    site.deploy().success();
    let output = site.ccwb(&["destroy", "--yes", "--json"]);
    assert_failed(&output, 1, "something-left");
    let report: Value = serde_json::from_str(&output.stdout).expect("a report");
    assert_eq!(
        stacks(&report),
        ["budget", "analytics", "alarms", "dashboard", "collector", "networking", "auth", "metrics"]
    );
    let left: Vec<&str> = report["stacks"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|stack| stack["left"].as_array().unwrap())
        .filter_map(|left| left["resource"].as_str())
        .collect();
    for kept in ["Bucket", "MetricsLogGroup", "EventsLogGroup", "TelemetryKey"] {
        assert!(left.contains(&kept), "{kept} in {left:?}");
    }
    assert!(site.profile()["otel_collector_endpoint"].is_null());
}

#[test]
fn collectors_on_each_computer_write_with_the_persons_own_role() {
    let site = Site::with(&json!({"monitoring_enabled": true, "monitoring_mode": "sidecar"}));
    let report = site.ccwb(&["deploy", "--yes", "--json"]).success().json();
    assert_eq!(stacks(&report), ["metrics", "auth", "dashboard", "alarms"]);
    let metrics = site.stack("acme-metrics").outputs;
    let expected = format!("{},{}", metrics["MetricsLogGroupArn"], metrics["EventsLogGroupArn"]);
    assert_eq!(site.stack(AUTH).parameters["TelemetryLogGroups"], expected);
    assert!(site.stack(AUTH).resources.contains_key("TelemetryPolicy"));
    assert_eq!(site.stack("acme-alarms").parameters["LoadBalancerFullName"], "");

    // One collector for everybody instead: people's own may not write any more.
    site.set("monitoring_mode", "central".into());
    site.set("monitoring_config", central()["monitoring_config"].clone());
    site.deploy().success();
    assert!(!site.stack(AUTH).resources.contains_key("TelemetryPolicy"));
}

#[test]
fn a_collector_that_everybody_could_write_into_is_refused_with_the_ways_out() {
    let site = Site::with(&json!({"monitoring_enabled": true, "monitoring_mode": "central"}));
    let output = site.deploy();
    assert_eq!(output.code, Some(3), "{output}");
    for word in ["custom_domain", "alb_scheme", "sidecar"] {
        assert!(output.stderr.contains(word), "{word}: {output}");
    }
    site.set("monitoring_config", json!({"alb_scheme": "internal"}));
    site.deploy().success();
    let collector = site.stack("acme-otel-collector");
    assert_eq!((collector.outputs["Identity"].as_str(), collector.parameters["Issuer"].as_str()), ("claimed", ""));
    assert!(collector.outputs["CollectorEndpoint"].starts_with("http://"));
    let shown = site.ccwb(&["status"]).success();
    assert!(shown.stdout.contains("what clients say about themselves"), "{shown}");
}

#[test]
fn a_network_of_the_company_is_used_and_none_is_made() {
    let mut keys = central();
    keys["monitoring_config"]["vpc_id"] = "vpc-0a1b2c3d".into();
    keys["monitoring_config"]["subnet_ids"] = json!(["subnet-0a1b2c3d", "subnet-0a1b2c3e"]);
    let site = Site::with(&keys);
    let report = site.ccwb(&["deploy", "--yes", "--json"]).success().json();
    assert!(!stacks(&report).contains(&"networking".to_owned()));
    let collector = site.stack("acme-otel-collector");
    assert_eq!(collector.parameters["TaskSubnetIds"], "subnet-0a1b2c3d,subnet-0a1b2c3e");
    assert_eq!(collector.parameters["AssignPublicIp"], "ENABLED", "public subnets have no other way out");
}

#[test]
fn a_collector_of_the_guidance_is_not_updated_over() {
    let site = Site::with(&central());
    let template = "Resources:\n  ECSCluster:\n    Type: AWS::ECS::Cluster\n";
    site.sandbox.control().put_stack("acme-otel-collector", template, [].into()).expect("a stack");
    let output = site.deploy();
    assert_failed(&output, 3, "stack-of-another-template");
    site.ccwb(&["destroy", "collector", "--yes"]).success();
    site.deploy().success();
}

#[test]
fn a_stack_that_takes_what_another_tells_says_which_is_missing() {
    let site = Site::with(&central());
    let output = site.ccwb(&["deploy", "collector", "--yes"]);
    assert_failed(&output, 3, "stack-missing");
    assert!(output.stderr.contains("ccwb deploy metrics"), "{output}");
}
