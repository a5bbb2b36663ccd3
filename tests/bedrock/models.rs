//! `ccwb models`.

use ccwb_sandbox::Fault;
use ccwb_tests::Home;
use serde_json::{Value, json};

use crate::site::Site;
use crate::{assert_failed, line};

#[test]
fn what_no_source_tells_is_shown_as_unknown_and_every_figure_names_its_source() {
    let home = Home::new();
    let table = line(&home, "models list").success().stdout;
    let row = |alias: &str| {
        table.lines().find(|line| line.trim_start().starts_with(alias)).unwrap_or_else(|| panic!("{table}"))
    };
    assert!(row("opus-4-1 ").contains(" ? ") && row("opus-4-1 ").contains("legacy"), "{table}");
    assert!(row("sonnet-4-6 ").contains("1M") && row("sonnet-4-6 ").contains("$15.00"), "{table}");
    for model in line(&home, "models list --json").json().as_array().expect("a list") {
        for part in ["limits", "lifecycle"] {
            let part = &model[part];
            assert!(
                part.is_null() || part["source"].as_str().is_some_and(|source| source.contains("https://")),
                "{model:#}"
            );
        }
        for profile in model["inference_profiles"].as_array().expect("a list") {
            assert_eq!(profile["price"].is_null(), profile["prefix"] == "us-gov", "{profile:#}");
        }
    }
    assert!(!home.path().join(".ccwb").exists(), "it writes nothing");
}

#[test]
fn a_list_is_of_what_can_be_called_that_way() {
    let home = Home::new();
    let aliases = |arguments: &str| -> Vec<String> {
        let list = line(&home, arguments).success().json();
        list.as_array().expect("a list").iter().map(|model| model["alias"].as_str().expect("text").to_owned()).collect()
    };
    assert_eq!(aliases("models list --json --region us-gov-west-1"), ["opus-4-8", "sonnet-4-5", "sonnet-3-7"]);
    assert_eq!(aliases("models list --json --prefix jp"), ["sonnet-4-6", "sonnet-4-5", "haiku-4-5"]);
    assert_failed(&line(&home, "models list --region cn-north-1"), 3, "model-unknown", "that way");
}

#[test]
fn one_model_is_shown_whole_by_any_of_its_names() {
    let home = Home::new();
    let text = line(&home, "models show eu.anthropic.claude-haiku-4-5-20251001-v1:0").success().stdout;
    for part in [
        "Claude Haiku 4.5",
        "200000 tokens",
        "2026-10-01",
        "any commercial region",
        "eu-central-1",
        "$1.375",
        "model-card",
    ] {
        assert!(text.contains(part), "no {part}: {text}");
    }
    let newest = line(&home, "models show opus --json").success().json();
    assert_eq!(newest["id"], "anthropic.claude-opus-4-8");
    assert_failed(&line(&home, "models show sonett-5"), 3, "model-unknown", "sonnet-5");
}

#[test]
fn a_check_says_through_which_profile_and_ends_with_a_failure_if_there_is_none() {
    let home = Home::new();
    let good = line(&home, "models check sonnet haiku --region ap-southeast-2 --json").success().json();
    let first = |i: usize| good["models"][i]["through"][0]["id"].clone();
    assert_eq!(first(0), "apac.anthropic.claude-sonnet-5", "{good:#}");
    assert_eq!(first(1), "au.anthropic.claude-haiku-4-5-20251001-v1:0", "{good:#}");
    let one =
        line(&home, "models check global.anthropic.claude-haiku-4-5-20251001-v1:0 --region ap-southeast-2 --json");
    let through = &one.success().json()["models"][0]["through"];
    assert_eq!(
        (through[0]["prefix"].as_str(), through.as_array().map(Vec::len)),
        (Some("global"), Some(1)),
        "{through:#}"
    );
    let bad = line(&home, "models check opus-4-5 opus-4-8 --region ap-southeast-2 --prefix au");
    assert_eq!(bad.code, Some(3), "{bad}");
    assert!(bad.stdout.contains("cannot be called from ap-southeast-2 that way"), "{bad}");
    let ended = line(&home, "models check sonnet-3-7 --region us-east-1");
    assert!(ended.code == Some(3) && ended.stdout.contains("ended on Bedrock on 2026-04-28"), "{ended}");
    assert_failed(&line(&home, "models check --region mars-1"), 3, "region-unknown", "mars-1");
    assert_failed(&line(&home, "models check"), 3, "profile-unknown", "profile");
}

impl Site {
    fn says(&self, operation: &str, status: u16, body: Value) {
        let answer = Fault { status: Some(status), body: Some(body), ..Fault::default() };
        self.answers(&format!("bedrock:{operation}"), answer);
    }

    fn check(&self, model: &str) -> ccwb_tests::Output {
        line(&self.home, &format!("models check {model} --region us-east-1 --live --json"))
    }
}

#[test]
fn aws_is_asked_what_the_account_may_use() {
    let site = Site::new();
    let output = site.check("sonnet-4-5");
    let live = &output.json()["models"][0]["live"];
    assert_eq!(
        (output.code, &live["usable"], &live["lifecycle"]),
        (Some(0), &json!(true), &json!("ACTIVE")),
        "{output}"
    );
    assert_eq!(live["profiles"][0], "us.anthropic.claude-sonnet-4-5-20250929-v1:0");
    for operation in ["ListFoundationModels", "ListInferenceProfiles", "GetFoundationModelAvailability"] {
        assert!(site.sandbox.control().count(&format!("bedrock:{operation}")) > 0, "{operation}");
    }
}

#[test]
fn what_is_missing_is_told_as_something_to_request() {
    let site = Site::new();
    let body = json!({
        "modelId": "m", "agreementAvailability": {"status": "NOT_AVAILABLE"}, "authorizationStatus": "AUTHORIZED",
        "entitlementAvailability": "NOT_AVAILABLE", "regionAvailability": "AVAILABLE",
    });
    site.says("GetFoundationModelAvailability", 200, body);
    let output = site.check("haiku");
    let requests = output.json()["models"][0]["live"]["requests"].to_string();
    assert_eq!(output.code, Some(7), "{output}");
    assert!(requests.contains("first-time-use form") && requests.contains("aws-marketplace:Subscribe"), "{requests}");
}

#[test]
fn who_may_not_ask_for_availability_is_told_what_the_lists_say() {
    let site = Site::new();
    site.says(
        "GetFoundationModelAvailability",
        403,
        json!({"__type": "AccessDeniedException", "message": "not authorized"}),
    );
    let live = site.check("haiku").success().json()["models"][0]["live"].clone();
    assert_eq!((&live["usable"], &live["availability"]), (&json!(true), &Value::Null));
}

#[test]
fn a_profile_that_only_one_side_has_is_named() {
    let site = Site::new();
    let profile = json!({
        "inferenceProfileId": "us.anthropic.claude-opus-9", "inferenceProfileName": "US Claude Opus 9", "status": "ACTIVE",
        "inferenceProfileArn": "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-9",
        "models": [{"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-9"}], "type": "SYSTEM_DEFINED",
    });
    site.says("ListInferenceProfiles", 200, json!({"inferenceProfileSummaries": [profile]}));
    let output = site.check("haiku");
    let answer = output.json();
    assert_eq!((output.code, &answer["only_in_aws"]), (Some(7), &json!(["us.anthropic.claude-opus-9"])), "{output}");
    assert!(
        answer["models"][0]["live"]["requests"][0].as_str().is_some_and(|text| text.contains("lists none")),
        "{output}"
    );
}

#[test]
fn credentials_of_another_account_than_the_profile_s_are_not_asked() {
    let site = Site::new();
    let mut profile = site.sandbox.config_json(ccwb_sandbox::Federation::Direct, "session")["ClaudeCode"].clone();
    profile["name"] = "Acme".into();
    profile["federated_role_arn"] = Value::Null;
    profile["identity_pool_name"] = "acme".into();
    profile["monitoring_enabled"] = false.into();
    profile["cross_region_profile"] = "us".into();
    site.home.write(".ccwb/profiles/Acme.json", &profile.to_string());
    line(&site.home, "models check haiku --live").success();
    profile["aws_account_id"] = "999999999999".into();
    site.home.write(".ccwb/profiles/Acme.json", &profile.to_string());
    assert_failed(&line(&site.home, "models check haiku --live"), 3, "aws-account", "999999999999");
}

#[test]
fn a_refusal_of_aws_is_a_failure_in_its_words() {
    let site = Site::new();
    site.says(
        "ListFoundationModels",
        403,
        json!({"__type": "AccessDeniedException", "message": "User is not authorized to list"}),
    );
    assert_failed(&site.check("haiku"), 7, "aws-refused", "not authorized to list");
}

#[test]
fn a_recommendation_keeps_to_the_budget_and_says_why() {
    let home = Home::new();
    let asked = "models recommend --task planning --region us-east-1 --budget 500 --input 100M --output 10M";
    let proposals = line(&home, &format!("{asked} --json")).success().json();
    assert_eq!(
        (&proposals[0]["model"], &proposals[0]["month_usd"]),
        (&json!("sonnet-5"), &json!("330")),
        "{proposals:#}"
    );
    assert_eq!((&proposals[1]["model"], &proposals[1]["over_budget"]), (&json!("opus-4-8"), &json!(true)));
    assert!(line(&home, asked).success().stdout.contains("$825.00 in a month is more than $500.00"));
    assert_failed(
        &line(&home, "models recommend --task coding --region cn-north-1"),
        3,
        "model-unreachable",
        "cn-north-1",
    );
    assert_failed(&line(&home, "models recommend --task coding --region us-east-1 --budget 5"), 2, "usage", "--input");
}
