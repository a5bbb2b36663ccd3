//! What each stack comes to, for each provider and partition, as files: a change of a template or of the code shows as a
//! change of what would be deployed. `BLESS=1 cargo test -p ccwb-deploy` writes them anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use ccwb_deploy::{Environment, Parameters, Stack};
use serde_json::{Value, json};

use crate::choices::{ACCOUNT, every};
use crate::monitoring;
use crate::parameters::{budget, cloudtrail, vpc_endpoint};

fn snapshot(stack: Stack, parameters: &Parameters, region: &str) -> String {
    let environment = Environment { account: ACCOUNT.to_owned(), region: region.to_owned() };
    let resolved = stack.template().resolve(parameters, &environment).expect("the template can be worked out");
    let passed: Value = parameters.iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    let mut whole = resolved.to_json();
    whole["Parameters"] = passed;
    format!("{whole:#}\n")
}

#[test]
fn what_would_be_deployed_is_what_was_agreed() {
    let mut all: Vec<(String, String)> = every()
        .into_iter()
        .map(|(name, choices)| {
            let parameters = choices.parameters().unwrap();
            (format!("auth-{name}"), snapshot(Stack::Auth, &parameters, &choices.target.region))
        })
        .collect();
    for (partition, region) in [("aws", "eu-central-1"), ("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1")] {
        for (stack, parameters) in [
            (Stack::VpcEndpoint, vpc_endpoint().parameters().unwrap()),
            (Stack::CloudTrail, cloudtrail().parameters().unwrap()),
            (Stack::Budget, budget().parameters().unwrap()),
        ] {
            if let Ok(region) = stack.region(region) {
                all.push((format!("{}-{partition}", stack.name()), snapshot(stack, &parameters, region)));
            }
        }
        for (name, stack, parameters) in monitoring::every(region) {
            all.push((format!("{name}-{partition}"), snapshot(stack, &parameters, region)));
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    #[expect(clippy::disallowed_methods, reason = "the switch for writing them anew")]
    if std::env::var_os("BLESS").is_some() {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in &all {
            fs::write(folder.join(format!("{name}.json")), text).unwrap();
        }
    }
    let files: BTreeSet<String> =
        fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    let expected: BTreeSet<String> = all.iter().map(|(name, _)| format!("{name}.json")).collect();
    assert_eq!(files, expected, "run BLESS=1 cargo test -p ccwb-deploy");
    for (name, text) in all {
        let agreed = fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        assert!(
            agreed == text,
            "{name} has changed; look at the difference with BLESS=1 cargo test -p ccwb-deploy and git diff"
        );
    }
}
