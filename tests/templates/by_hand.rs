//! Deployment by hand, as docs/guides/deployment.md has it: the AWS CLI against moto. What moto's CloudFormation makes is
//! looked at through IAM itself; it makes no identity pools, trails or budgets (it says "complete" all the same).

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use ccwb_tests::part::{Moto, aws_cli};
use ccwb_tests::{Home, run};
use serde_json::{Value, json};

use crate::agreed::Agreed;

const LIMIT: Duration = Duration::from_mins(3);

/// All of them, as their snapshots begin.
const TEMPLATES: [&str; 10] = [
    "vpc-endpoint",
    "cloudtrail",
    "budget",
    "auth",
    "metrics",
    "networking",
    "collector",
    "dashboard",
    "alarms",
    "analytics",
];

fn file_of(template: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist-templates/cloudformation");
    folder.join(format!("{template}.yaml")).display().to_string()
}

struct Account {
    home: Home,
}

impl Account {
    fn at(moto: &Moto, region: &str) -> Self {
        let mut home = Home::new();
        home.set_env("AWS_ENDPOINT_URL", moto.endpoint());
        home.set_env("AWS_ACCESS_KEY_ID", "testing");
        home.set_env("AWS_SECRET_ACCESS_KEY", "testing");
        home.set_env("AWS_DEFAULT_REGION", region);
        Self { home }
    }

    fn aws(&self, arguments: &[&str]) -> Option<Value> {
        let mut command: Command = aws_cli(&self.home, arguments)?;
        let output = run(&mut command, LIMIT).expect("the AWS CLI ends").success();
        Some(serde_json::from_str(&output.stdout).unwrap_or(Value::Null))
    }

    /// As the guide says.
    fn deploy(&self, template: &str, stack: &str, parameters: &[(String, String)]) -> Option<()> {
        let file = file_of(template);
        let mut arguments = vec!["cloudformation", "deploy", "--template-file", &file, "--stack-name", stack];
        arguments.extend([
            "--capabilities",
            "CAPABILITY_IAM",
            "--tags",
            "Project=claude-code",
            "--parameter-overrides",
        ]);
        let parameters: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        arguments.extend(parameters.iter().map(String::as_str));
        self.aws(&arguments).map(|_| ())
    }

    /// The same without a change set, whose waiters take a quarter of a minute.
    fn create(&self, template: &str, stack: &str, parameters: &[(String, String)]) -> Option<()> {
        self.send("create-stack", template, stack, parameters)
    }

    fn send(&self, command: &str, template: &str, stack: &str, parameters: &[(String, String)]) -> Option<()> {
        let body = format!("file://{}", file_of(template));
        let parameters: Value =
            parameters.iter().map(|(name, value)| json!({"ParameterKey": name, "ParameterValue": value})).collect();
        let parameters = parameters.to_string();
        let mut arguments = vec!["cloudformation", command, "--stack-name", stack, "--template-body", &body];
        arguments.extend(["--capabilities", "CAPABILITY_IAM", "--parameters", &parameters]);
        self.aws(&arguments).map(|_| ())
    }

    fn assert_complete(&self, stack: &str) {
        self.assert_status(stack, "CREATE_COMPLETE");
    }

    fn assert_status(&self, stack: &str, status: &str) {
        let described = self.aws(&["cloudformation", "describe-stacks", "--stack-name", stack]);
        let described = described.expect("the AWS CLI is there");
        assert_eq!(described["Stacks"][0]["StackStatus"], status, "{described}");
    }

    /// The network that every account has.
    fn network(&self) -> Option<[(String, String); 2]> {
        let found = self.aws(&["ec2", "describe-subnets"])?["Subnets"].clone();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let subnets: Vec<String> = found.as_array()?.iter().map(|subnet| text(&subnet["SubnetId"])).collect();
        Some([("VpcId".to_owned(), text(&found[0]["VpcId"])), ("SubnetIds".to_owned(), subnets.join(","))])
    }

    /// The role of a stack. moto's `describe-stack-resource` fails for a template with conditions.
    fn role(&self, stack: &str) -> String {
        let roles = self.aws(&["iam", "list-roles"]).expect("the AWS CLI is there")["Roles"].clone();
        let names = roles.as_array().expect("a list").iter().filter_map(|role| role["RoleName"].as_str());
        let mut ours = names.filter(|name| name.starts_with(&format!("{stack}-")));
        ours.next().expect("the stack has a role").to_owned()
    }
}

#[test]
#[ignore = "needs moto and the AWS CLI"]
fn the_auth_stack_makes_the_role_and_the_policies_that_were_tried_out() {
    let Some(moto) = Moto::start() else { return };
    for provider in ["okta", "auth0"] {
        let agreed = Agreed::named(&format!("auth-{provider}-direct-aws"));
        let account = Account::at(&moto, "us-east-1");
        // moto makes the IAM provider through IAM only: so here it is one that exists already, and is reused.
        let issuer = agreed.document["Parameters"]["Issuer"].as_str().expect("a text");
        let client = agreed.document["Parameters"]["ClientId"].as_str().expect("a text");
        let url = format!("https://{issuer}");
        let Some(made) =
            account.aws(&["iam", "create-open-id-connect-provider", "--url", &url, "--client-id-list", client])
        else {
            return;
        };
        let arn = made["OpenIDConnectProviderArn"].as_str().expect("an ARN").to_owned();
        assert_eq!(arn, format!("arn:aws:iam::123456789012:oidc-provider/{issuer}"), "as ccwb-deploy expects it");

        let mut parameters = agreed.parameters();
        parameters.retain(|(name, _)| name != "ExistingOidcProviderArn");
        parameters.push(("ExistingOidcProviderArn".to_owned(), arn));
        let stack = format!("ccwb-{provider}-auth");
        if provider == "okta" {
            account.deploy("auth", &stack, &parameters);
        } else {
            account.create("auth", &stack, &parameters);
        }
        account.assert_complete(&stack);

        let role = account.role(&stack);
        assert!(role.len() <= 64, "{role}");
        let made = account.aws(&["iam", "get-role", "--role-name", &role]).expect("the AWS CLI is there");
        let (_, expected) = agreed.of_kind("AWS::IAM::Role")[0];
        assert_eq!(made["Role"]["AssumeRolePolicyDocument"], expected["AssumeRolePolicyDocument"], "{provider}");
        assert_eq!(made["Role"]["MaxSessionDuration"], 43_200);

        // Nor does moto attach managed policies by a role's own list.
        let policies = account.aws(&["iam", "list-policies", "--scope", "Local"]).expect("the AWS CLI is there");
        let ours = policies["Policies"].as_array().expect("a list").iter();
        let ours = ours.filter_map(|policy| policy["Arn"].as_str()).filter(|arn| arn.contains(&format!("/{stack}-")));
        let expected = agreed.of_kind("AWS::IAM::ManagedPolicy");
        let ours: Vec<&str> = ours.collect();
        assert_eq!(ours.len(), expected.len(), "{ours:?}");
        let version = account.aws(&["iam", "get-policy-version", "--policy-arn", ours[0], "--version-id", "v1"]);
        let document = version.expect("the AWS CLI is there")["PolicyVersion"]["Document"].clone();
        assert_eq!(document, expected[0].1["PolicyDocument"], "{provider}");

        let Some(left) = account.aws(&["cloudformation", "delete-stack", "--stack-name", &stack]) else { return };
        assert_eq!(left, Value::Null);
        let providers = account.aws(&["iam", "list-open-id-connect-providers"]).expect("the AWS CLI is there");
        assert!(providers.to_string().contains(issuer), "a provider that was there before is there afterwards");
    }
}

#[test]
#[ignore = "needs moto and the AWS CLI"]
fn every_template_is_taken_in_both_partitions() {
    let Some(moto) = Moto::start() else { return };
    let differ = ["auth-okta-direct", "auth-cognito-cognito", "auth-google-cognito"];
    let differ: Vec<&str> = differ.into_iter().chain(TEMPLATES.into_iter().filter(|name| *name != "auth")).collect();
    let all = Agreed::all().into_iter().filter(|agreed| differ.iter().any(|name| agreed.name.starts_with(name)));
    for agreed in all {
        let template = TEMPLATES.into_iter().find(|name| agreed.name.starts_with(name));
        let template = template.expect("a stack begins the name");
        let account = Account::at(&moto, agreed.region());
        let mut parameters = agreed.parameters();
        if template == "vpc-endpoint" {
            let Some(network) = account.network() else { return };
            parameters.retain(|(name, _)| name != "VpcId" && name != "SubnetIds");
            parameters.extend(network);
        }
        if template == "collector" {
            let Some([vpc, (_, subnets)]) = account.network() else { return };
            parameters.retain(|(name, _)| !["VpcId", "SubnetIds", "TaskSubnetIds"].contains(&name.as_str()));
            parameters.push(vpc);
            let two: Vec<&str> = subnets.split(',').take(2).collect();
            parameters.extend(["SubnetIds", "TaskSubnetIds"].map(|name| (name.to_owned(), two.join(","))));
        }
        let stack = format!("ccwb-{}", agreed.name);
        if account.create(template, &stack, &parameters).is_none() {
            return;
        }
        account.assert_complete(&stack);
    }
}

/// moto trips over itself where a log group or a task definition is changed, and over a network that is deleted.
#[test]
#[ignore = "needs moto and the AWS CLI"]
fn stacks_of_telemetry_are_changed_and_deleted() {
    let Some(moto) = Moto::start() else { return };
    let account = Account::at(&moto, "us-east-1");
    for (template, changed) in [
        ("dashboard", Some(("EventsLogGroupName", "another"))),
        ("alarms", Some(("DailyCostUsd", "0"))),
        ("analytics", Some(("RetentionDays", "30"))),
        ("metrics", None),
    ] {
        let mut parameters = Agreed::named(&format!("{template}-aws")).parameters();
        if account.create(template, template, &parameters).is_none() {
            return;
        }
        account.assert_status(template, "CREATE_COMPLETE");
        if let Some((name, value)) = changed {
            parameters.retain(|(held, _)| held != name);
            parameters.push((name.to_owned(), value.to_owned()));
            account.send("update-stack", template, template, &parameters);
            account.assert_status(template, "UPDATE_COMPLETE");
        }
        account.aws(&["cloudformation", "delete-stack", "--stack-name", template]);
        let left = account.aws(&["cloudformation", "list-stacks", "--stack-status-filter", "DELETE_COMPLETE"]);
        assert!(left.expect("the AWS CLI is there").to_string().contains(&format!("stack/{template}/")), "{template}");
    }
}
