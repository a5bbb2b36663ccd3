//! Choices about telemetry, what cannot be deployed, and that nobody can write or read there who should not.

use ccwb_bedrock::iam::Request;
use ccwb_deploy::{
    AlarmChoices, AnalyticsChoices, CollectorChoices, DashboardChoices, Environment, MetricsChoices, NetworkingChoices,
    Parameters, Resolved, Stack,
};
use serde_json::{Value, json};

use crate::choices::{ACCOUNT, access, choices, direct};
use crate::telemetry::{collector, log_groups};

/// In the company's network, without a name.
fn plain(region: &str) -> CollectorChoices {
    CollectorChoices { internet_facing: false, name: None, rules: Vec::new(), ..collector(region) }
}

/// Every stack of telemetry, with the name of its snapshot.
pub(crate) fn every(region: &str) -> Vec<(String, Stack, Parameters)> {
    let groups = || log_groups(region);
    let alarms = |central: bool| AlarmChoices {
        emails: vec!["ops@company.com".to_owned()],
        log_groups: groups(),
        collector: central.then(|| ("app/balancer/1".to_owned(), "targetgroup/targets/1".to_owned())),
        daily_cost_usd: if central { 200 } else { 0 },
    };
    let analytics = AnalyticsChoices {
        base_name: "Acme-1".to_owned(),
        log_groups: groups(),
        retention_days: 90,
        buffer_seconds: 0,
        permissions_boundary: Some(format!("arn:aws:iam::{ACCOUNT}:policy/boundary")),
    };
    let all = [
        ("metrics", Stack::Metrics, MetricsChoices { retention_days: 100 }.parameters()),
        ("networking", Stack::Networking, NetworkingChoices::default().parameters()),
        (
            "networking-two-ways-out",
            Stack::Networking,
            NetworkingChoices { nat_for_each_zone: true, ..Default::default() }.parameters(),
        ),
        ("collector", Stack::Collector, collector(region).parameters()),
        ("collector-plain", Stack::Collector, plain(region).parameters()),
        ("dashboard", Stack::Dashboard, DashboardChoices { log_groups: groups() }.parameters()),
        ("alarms", Stack::Alarms, alarms(true).parameters()),
        ("alarms-sidecar", Stack::Alarms, alarms(false).parameters()),
        ("analytics", Stack::Analytics, analytics.parameters()),
    ];
    all.map(|(name, stack, parameters)| (name.to_owned(), stack, parameters.expect("it can be deployed"))).into()
}

fn resolve(choices: &CollectorChoices) -> Resolved {
    let environment = Environment { account: ACCOUNT.to_owned(), region: "us-east-1".to_owned() };
    let parameters = choices.parameters().expect("it can be deployed");
    Stack::Collector.template().resolve(&parameters, &environment).expect("the template can be worked out")
}

#[test]
fn a_collector_that_everybody_could_write_into_is_not_deployed() {
    let refused = |change: fn(&mut CollectorChoices)| {
        let mut choices = collector("us-east-1");
        change(&mut choices);
        choices.parameters().err().map(|error| error.choice)
    };
    assert_eq!(refused(|_| {}), None);
    assert_eq!(refused(|choices| choices.name = None).as_deref(), Some("custom_domain"), "over plain HTTP");
    assert_eq!(refused(|choices| choices.sign_in = None).as_deref(), Some("alb_scheme"), "without tokens");
    assert_eq!(refused(|choices| (choices.name, choices.internet_facing) = (None, false)), None);
    assert_eq!(refused(|choices| (choices.sign_in, choices.internet_facing) = (None, false)), None);
    let no_zone = refused(|choices| choices.name.as_mut().unwrap().hosted_zone_id = None);
    assert_eq!(no_zone.as_deref(), Some("custom_domain"), "without a certificate");
    assert_eq!(refused(|choices| choices.network.subnet_ids.truncate(1)).as_deref(), Some("subnet_ids"));
    let odd = refused(|choices| choices.rules[0].claim = Some("a\"b".to_owned()));
    assert_eq!(odd.as_deref(), Some("user_email"), "a claim that would break the configuration");
}

#[test]
fn over_https_tokens_are_verified_twice_and_nothing_else_is_answered() {
    let stack = resolve(&collector("us-east-1"));
    let listeners: Vec<&Value> = stack.of_kind("AWS::ElasticLoadBalancingV2::Listener").collect();
    let [listener] = listeners.as_slice() else { panic!("one listener, none on port 80: {listeners:?}") };
    assert_eq!((&listener["Port"], &listener["Protocol"]), (&json!(443), &json!("HTTPS")));
    assert_eq!(listener["DefaultActions"][0]["Type"], "fixed-response");
    let rule = stack.of_kind("AWS::ElasticLoadBalancingV2::ListenerRule").next().unwrap();
    assert_eq!(
        rule["Actions"][0],
        json!({"Type": "jwt-validation", "Order": 1, "JwtValidationConfig": {
            "Issuer": "https://company.okta.com", "JwksEndpoint": "https://company.okta.com/oauth2/v1/keys",
            "AdditionalClaims": [{"Name": "aud", "Format": "single-string", "Values": ["0oa1b2c3d4e5f6g7h8i9"]}],
        }})
    );
    assert_eq!(rule["Actions"][1]["Type"], "forward");
    assert_eq!(rule["Conditions"][1]["PathPatternConfig"]["Values"], json!(["/v1/metrics", "/v1/logs"]));
    assert_eq!(stack.outputs["CollectorEndpoint"], "https://telemetry.company.com");
    assert_eq!(stack.outputs["Identity"], "verified");
    let groups: Vec<&Value> = stack.of_kind("AWS::EC2::SecurityGroup").collect();
    let open = groups.iter().flat_map(|group| group["SecurityGroupIngress"].as_array().unwrap());
    let open: Vec<&Value> = open.filter(|rule| rule["CidrIp"] == "0.0.0.0/0").collect();
    assert!(open.len() == 1 && open[0]["FromPort"] == 443 && open[0]["ToPort"] == 443, "{open:?}");

    // A provider whose signatures the load balancer does not know: the collector verifies alone.
    let mut alone = collector("us-east-1");
    alone.sign_in.as_mut().unwrap().jwks = None;
    let rule = resolve(&alone).of_kind("AWS::ElasticLoadBalancingV2::ListenerRule").next().unwrap().clone();
    assert_eq!((rule["Actions"].as_array().unwrap().len(), &rule["Actions"][0]["Type"]), (1, &json!("forward")));
}

#[test]
fn without_https_it_is_inside_the_company_and_says_so() {
    let stack = resolve(&plain("us-east-1"));
    let balancer = stack.of_kind("AWS::ElasticLoadBalancingV2::LoadBalancer").next().unwrap();
    assert_eq!(balancer["Scheme"], "internal");
    let group =
        stack.of_kind("AWS::EC2::SecurityGroup").find(|group| group["SecurityGroupIngress"][0]["CidrIp"].is_string());
    assert_eq!(group.unwrap()["SecurityGroupIngress"][0]["CidrIp"], "10.0.0.0/8");
    assert_eq!(stack.outputs["Identity"], "claimed");
    assert!(stack.outputs["CollectorEndpoint"].as_str().unwrap().starts_with("http://"));
}

#[test]
fn people_write_telemetry_with_a_collector_of_their_own_and_read_none() {
    let groups = log_groups("us-east-1");
    let mut with = choices("okta", direct(), "us-east-1", "us");
    let without = access(&with);
    with.telemetry_log_groups = vec![groups.metrics_arn.clone(), groups.events_arn.clone()];
    let with = access(&with);
    for group in [&groups.metrics_arn, &groups.events_arn] {
        let stream = group.replace(":*", ":log-stream:sidecar");
        for action in ["logs:PutLogEvents", "logs:CreateLogStream"] {
            let request = Request::new(action, &stream);
            assert!(with.decide(&request).is_allowed(), "{action} {stream}");
            assert!(!without.decide(&request).is_allowed(), "{action} {stream}");
        }
        for action in ["logs:GetLogEvents", "logs:FilterLogEvents", "logs:StartQuery", "logs:DeleteLogStream"] {
            assert!(!with.decide(&Request::new(action, &stream)).is_allowed(), "{action}");
        }
    }
    let other = "arn:aws:logs:us-east-1:123456789012:log-group:payroll:log-stream:x";
    assert!(!with.decide(&Request::new("logs:PutLogEvents", other)).is_allowed());
}
