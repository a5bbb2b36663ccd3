//! The other stacks, and what no stack may do.

use ccwb_bedrock::iam::{Policies, Policy, Principal, Request, evaluate, evaluate_trust};
use ccwb_config::ProviderType;
use ccwb_deploy::{AuthChoices, Environment, FederationChoice, OidcProviderChoice, Resolved, Stack};
use serde_json::{Value, json};

use crate::choices::{ACCOUNT, choices, direct, every, pool, resolve};
use crate::parameters::{cloudtrail, vpc_endpoint};

fn environment(region: &str) -> Environment {
    Environment { account: ACCOUNT.to_owned(), region: region.to_owned() }
}

fn endpoints() -> Resolved {
    let parameters = vpc_endpoint().parameters().expect("the choices can be deployed");
    let template = Stack::VpcEndpoint.template();
    template.resolve(&parameters, &environment("us-east-1")).expect("the template can be worked out")
}

fn endpoint_policy(resource: &str) -> Policy {
    Policy::from_json(&endpoints().resources[resource].properties["PolicyDocument"])
        .expect("the policy can be evaluated")
}

#[test]
fn the_bedrock_endpoint_serves_this_account_only() {
    let policy = endpoint_policy("BedrockRuntimeEndpoint");
    let call = |account: &str, action: &str| {
        let request = Request::new(action, "arn:aws:bedrock:us-east-1:1:inference-profile/x")
            .by(Principal::Aws(format!("arn:aws:sts::{account}:assumed-role/R/alice")))
            .with("aws:PrincipalAccount", account);
        evaluate(&Policies { identity: std::slice::from_ref(&policy), ..Policies::default() }, &request).is_allowed()
    };
    assert!(call(ACCOUNT, "bedrock:InvokeModelWithResponseStream"));
    assert!(!call("999999999999", "bedrock:InvokeModel"), "somebody else's keys on our network");
    assert!(!call(ACCOUNT, "bedrock:CreateModelCustomizationJob"));
}

#[test]
fn the_sts_endpoint_takes_unsigned_tokens_for_roles_of_this_account() {
    let policy = endpoint_policy("StsEndpoint");
    let ask = |action: &str, role: &str| evaluate_trust(&policy, &Request::new(action, role)).is_allowed();
    assert!(ask("sts:AssumeRoleWithWebIdentity", &format!("arn:aws:iam::{ACCOUNT}:role/R")));
    assert!(ask("sts:GetCallerIdentity", "*"));
    assert!(!ask("sts:AssumeRoleWithWebIdentity", "arn:aws:iam::999999999999:role/R"));
    assert!(!ask("sts:AssumeRole", &format!("arn:aws:iam::{ACCOUNT}:role/R")));
}

#[test]
fn only_what_was_asked_for_is_made() {
    let parameters = ccwb_deploy::VpcEndpointChoices {
        sts: false,
        cognito_identity: false,
        bedrock_control: false,
        ..vpc_endpoint()
    };
    let stack =
        Stack::VpcEndpoint.template().resolve(&parameters.parameters().unwrap(), &environment("eu-west-1")).unwrap();
    assert_eq!(stack.of_kind("AWS::EC2::VPCEndpoint").count(), 1);
    assert_eq!(stack.outputs.keys().collect::<Vec<_>>(), ["BedrockRuntimeEndpointId"]);
}

#[test]
fn the_trails_bucket_takes_records_from_cloudtrail_for_this_account_over_tls() {
    let parameters = cloudtrail().parameters().unwrap();
    let stack = Stack::CloudTrail.template().resolve(&parameters, &environment("eu-central-1")).unwrap();
    let bucket = Policy::from_json(&stack.resources["TrailBucketPolicy"].properties["PolicyDocument"]).unwrap();
    let put = |account: &str, key: &str, tls: &str| {
        let request = Request::new("s3:PutObject", format!("arn:aws:s3:::trailbucket/{key}"))
            .by(Principal::Service("cloudtrail.amazonaws.com".to_owned()))
            .with("aws:SourceAccount", account)
            .with("aws:SecureTransport", tls);
        evaluate_trust(&bucket, &request).is_allowed()
    };
    assert!(put(ACCOUNT, &format!("AWSLogs/{ACCOUNT}/CloudTrail/x.json.gz"), "true"));
    assert!(!put("999999999999", &format!("AWSLogs/{ACCOUNT}/x"), "true"), "another account's trail");
    assert!(!put(ACCOUNT, "AWSLogs/999999999999/x", "true"));
    assert!(!put(ACCOUNT, &format!("AWSLogs/{ACCOUNT}/x"), "false"));
}

#[test]
fn an_iam_provider_is_made_where_one_is_needed_and_nowhere_else() {
    for (name, choices) in every() {
        let stack = resolve(&choices);
        let made: Vec<&Value> = stack.of_kind("AWS::IAM::OIDCProvider").collect();
        assert_eq!(made.len(), usize::from(choices.needs_oidc_provider()), "{name}");
        for provider in made {
            assert_eq!(provider["Url"], choices.issuer.as_str(), "{name}: letter by letter");
            assert_eq!(provider["ClientIdList"], json!([choices.client_id]));
            assert!(provider.get("ThumbprintList").is_none(), "AWS trusts public authorities by itself");
        }
    }
}

#[test]
fn a_reused_provider_must_be_that_of_the_issuer() {
    for arn in [
        "arn:aws:iam::123456789012:oidc-provider/other.okta.com",
        "arn:aws:iam::999999999999:oidc-provider/company.okta.com",
        "arn:aws-us-gov:iam::123456789012:oidc-provider/company.okta.com",
        "company.okta.com",
    ] {
        let reuse = OidcProviderChoice::Reuse { arn: arn.to_owned() };
        let choices = AuthChoices { oidc_provider: reuse, ..choices("okta", direct(), "us-east-1", "us") };
        assert_eq!(choices.parameters().unwrap_err().choice, "oidc_provider", "{arn}");
    }
}

#[test]
fn the_pool_knows_one_login_and_no_guests() {
    for (name, choices) in every() {
        let stack = resolve(&choices);
        let pool = stack.of_kind("AWS::Cognito::IdentityPool").next();
        assert_eq!(pool.is_some(), !matches!(choices.federation, FederationChoice::Direct { .. }), "{name}");
        let Some(pool) = pool else { continue };
        assert_eq!(pool["AllowUnauthenticatedIdentities"], false);
        assert_eq!(pool["AllowClassicFlow"], false);
        let logins = ["CognitoIdentityProviders", "SupportedLoginProviders", "OpenIdConnectProviderARNs"];
        assert_eq!(logins.iter().filter(|login| pool.get(**login).is_some()).count(), 1, "{name}");
        let roles = stack.of_kind("AWS::Cognito::IdentityPoolRoleAttachment").next().unwrap();
        assert_eq!(
            roles["Roles"],
            json!({"authenticated": "arn:aws:iam::123456789012:role/BedrockRole"
            .replace("arn:aws:", if name.ends_with("us-gov") { "arn:aws-us-gov:" } else { "arn:aws:" })})
        );
        let tags = stack.of_kind("AWS::Cognito::IdentityPoolPrincipalTag").next().unwrap();
        assert_eq!(tags["IdentityProviderName"], choices.issuer.without_scheme());
        assert_eq!(tags["PrincipalTags"]["UserEmail"], "email");
        assert_eq!(tags["PrincipalTags"].get("UserId").is_none(), choices.provider == ProviderType::Auth0, "{name}");
    }
}

#[test]
fn a_boundary_and_a_duration_reach_the_role() {
    let boundary = "arn:aws:iam::123456789012:policy/Boundary";
    let choices = AuthChoices {
        federation: FederationChoice::Direct { max_session_duration: 7_200 },
        permissions_boundary: Some(boundary.to_owned()),
        ..choices("auth0", direct(), "us-east-1", "us")
    };
    let stack = resolve(&choices);
    let role = stack.of_kind("AWS::IAM::Role").next().unwrap();
    assert_eq!((&role["PermissionsBoundary"], &role["MaxSessionDuration"]), (&json!(boundary), &json!("7200")));
    let too_long = AuthChoices { federation: FederationChoice::Direct { max_session_duration: 43_201 }, ..choices };
    assert_eq!(too_long.parameters().unwrap_err().choice, "MaxSessionDuration");
}

#[test]
fn there_is_no_identity_pool_where_the_service_is_not() {
    let choices = choices("okta", pool(ProviderType::Okta), "cn-northwest-1", "us");
    assert_eq!(choices.parameters().unwrap_err().choice, "federation");
}
