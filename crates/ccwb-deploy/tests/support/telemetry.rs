//! A deployment of telemetry, as the tests of its templates and those of what it collects have it.

use ccwb_deploy::{
    CollectorChoices, CollectorName, CollectorNetwork, CollectorSignIn, FieldPolicy, FieldRule, LogGroups,
};

const ACCOUNT: &str = "123456789012";

pub(crate) fn log_groups(region: &str) -> LogGroups {
    let partition = ccwb_bedrock::Partition::of_region(region);
    let arn = |name: &str| format!("arn:{partition}:logs:{region}:{ACCOUNT}:log-group:{name}:*");
    LogGroups {
        metrics_name: "acme-metrics-MetricsLogGroup-1".to_owned(),
        metrics_arn: arn("acme-metrics-MetricsLogGroup-1"),
        events_name: "acme-metrics-EventsLogGroup-1".to_owned(),
        events_arn: arn("acme-metrics-EventsLogGroup-1"),
        key_arn: format!("arn:{partition}:kms:{region}:{ACCOUNT}:key/00000000-0000-4000-8000-000000000000"),
    }
}

/// With a name, tokens and rules.
pub(crate) fn collector(region: &str) -> CollectorChoices {
    let rule = |field: &str, policy, claim: Option<&str>| FieldRule {
        field: field.to_owned(),
        policy,
        claim: claim.map(str::to_owned),
    };
    CollectorChoices {
        network: CollectorNetwork {
            vpc_id: "vpc-0123456789abcdef0".to_owned(),
            subnet_ids: vec!["subnet-0123456789abcdef0".to_owned(), "subnet-0123456789abcdef1".to_owned()],
            task_subnet_ids: vec!["subnet-0123456789abcdef2".to_owned(), "subnet-0123456789abcdef3".to_owned()],
            assign_public_ip: false,
        },
        internet_facing: true,
        allowed_cidr: None,
        name: Some(CollectorName {
            domain: "telemetry.company.com".to_owned(),
            hosted_zone_id: Some("Z0123456789ABC".to_owned()),
            certificate_arn: None,
        }),
        sign_in: Some(CollectorSignIn {
            issuer: "https://company.okta.com".to_owned(),
            jwks: Some("https://company.okta.com/oauth2/v1/keys".to_owned()),
            client_id: "0oa1b2c3d4e5f6g7h8i9".to_owned(),
            organization: "okta".to_owned(),
        }),
        rules: vec![
            rule("user_email", FieldPolicy::Hash, None),
            rule("manager", FieldPolicy::Drop, None),
            rule("team_id", FieldPolicy::Keep, Some("squad")),
        ],
        log_groups: log_groups(region),
        image: None,
        permissions_boundary: None,
    }
}
