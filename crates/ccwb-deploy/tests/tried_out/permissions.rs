//! What people may call: every model in every region, with and without a profile.

use std::collections::BTreeSet;

use ccwb_bedrock::iam::{Decision, Policy, Request};
use ccwb_bedrock::policy::{Call, Level, Permissions, Restrictions};
use ccwb_bedrock::{Catalogue, Partition, foundation_model_arn, inference_profile_arn};
use ccwb_deploy::{Access, ApplicationProfile, AuthChoices, MAX_POLICIES};
use proptest::prelude::*;

use crate::choices::{ACCOUNT, access, choices, direct, environment, every, resolve};

const ACTIONS: [&str; 2] = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];

/// Whether a call through a profile passes: AWS asks for the profile, and for the model in the region that serves it.
fn passes(access: &Access, partition: Partition, source: &str, profile: &str, model: &str, serving: &str) -> bool {
    let profile = inference_profile_arn(partition, source, ACCOUNT, profile);
    let model = foundation_model_arn(partition, serving, model);
    ACTIONS.iter().all(|action| {
        access.decide(&Request::new(*action, &profile)).is_allowed()
            && access.decide(&Request::new(*action, &model).with("bedrock:InferenceProfileArn", &profile)).is_allowed()
    })
}

#[test]
fn exactly_the_chosen_models_pass_in_exactly_the_chosen_regions() {
    let catalogue = Catalogue::bundled();
    // Permissions do not depend on the provider; that they are the same for all is what the snapshots show.
    for (name, choices) in
        every().into_iter().filter(|(name, _)| name.starts_with("okta-direct") || name.starts_with("entra-cognito"))
    {
        let (access, partition) = (access(&choices), Partition::of_region(&choices.target.region));
        let mut asked = 0;
        for profile in &catalogue.inference_profiles {
            let chosen = choices.inference_profiles.contains(profile);
            let everywhere = profile.sources.iter().chain(profile.destinations.iter().flatten());
            let everywhere: BTreeSet<&String> = everywhere.collect();
            for source in &profile.sources {
                for serving in everywhere.iter().map(|region| region.as_str()).chain(["", "antarctica-1"]) {
                    let serves = serving == source
                        || match &profile.destinations {
                            Some(destinations) => destinations.iter().any(|destination| destination == serving),
                            None => serving.is_empty(),
                        };
                    let expected = chosen && choices.source_regions.contains(source) && serves;
                    let passed = passes(&access, partition, source, &profile.id, &profile.model, serving);
                    assert_eq!(passed, expected, "{name}: {} from {source}, served by \"{serving}\"", profile.id);
                    asked += 1;
                }
            }
        }
        assert!(asked > 1_000, "{name}: {asked}");
    }
}

#[test]
fn a_model_passes_only_through_a_profile_and_only_through_its_own() {
    let choices = choices("okta", direct(), "us-east-1", "us");
    let access = access(&choices);
    let profile = &choices.inference_profiles[0];
    let model = foundation_model_arn(Partition::Commercial, "us-west-2", &profile.model);
    let foreign = "arn:aws:bedrock:us-east-1:999999999999:application-inference-profile/abc";
    for action in ACTIONS {
        assert_eq!(access.decide(&Request::new(action, &model)), Decision::ImplicitlyDenied, "without a profile");
        let through = Request::new(action, &model).with("bedrock:InferenceProfileArn", foreign);
        assert_eq!(access.decide(&through), Decision::ImplicitlyDenied, "through somebody else's");
        for other in ["amazon.nova-pro-v1:0", "anthropic.claude-v2"] {
            let other = foundation_model_arn(Partition::Commercial, "us-east-1", other);
            assert_eq!(access.decide(&Request::new(action, other)), Decision::ImplicitlyDenied);
        }
    }
}

#[test]
fn claude_code_may_look_and_nobody_may_do_anything_else() {
    for (name, choices) in every() {
        let access = access(&choices);
        for action in ["bedrock:ListInferenceProfiles", "bedrock:ListFoundationModels"] {
            assert!(access.decide(&Request::new(action, "*")).is_allowed(), "{name}: {action}");
        }
        let partition = Partition::of_region(&choices.target.region);
        let (region, profile) = (&choices.source_regions[0], &choices.inference_profiles[0].id);
        let profile = inference_profile_arn(partition, region, ACCOUNT, profile);
        assert!(access.decide(&Request::new("bedrock:GetInferenceProfile", &profile)).is_allowed(), "{name}");
        for action in [
            "bedrock:CreateInferenceProfile",
            "bedrock:DeleteInferenceProfile",
            "bedrock:PutModelInvocationLoggingConfiguration",
            "bedrock:CallWithBearerToken",
            "iam:CreateUser",
            "sts:AssumeRole",
            "s3:GetObject",
            "cloudwatch:PutMetricData",
        ] {
            for resource in ["*", &profile] {
                assert!(!access.decide(&Request::new(action, resource)).is_allowed(), "{name}: {action} {resource}");
            }
        }
    }
}

#[test]
fn a_global_profile_passes_at_home_and_without_a_region_only() {
    let catalogue = Catalogue::bundled();
    let profile = catalogue.profile("global.anthropic.claude-sonnet-4-6").unwrap();
    let choices = AuthChoices {
        inference_profiles: vec![profile.clone()],
        // Both were missing from the guidance's list of regions, so every call from there was denied.
        source_regions: vec!["mx-central-1".to_owned(), "ap-southeast-5".to_owned()],
        ..choices("okta", direct(), "us-east-1", "us")
    };
    let access = access(&choices);
    let from = |source, serving| passes(&access, Partition::Commercial, source, &profile.id, &profile.model, serving);
    for source in ["mx-central-1", "ap-southeast-5"] {
        assert!(from(source, source) && from(source, ""), "{source}");
        assert!(!from(source, "us-east-1"), "{source}");
    }
    assert!(!from("us-east-1", "us-east-1"));
}

#[test]
fn an_application_profile_needs_nothing_but_itself_and_its_models() {
    let own = "arn:aws:bedrock:us-west-2:123456789012:application-inference-profile/a1b2c3d4e5f6";
    let made_from = Catalogue::bundled().profile("us.anthropic.claude-opus-4-8").unwrap().clone();
    let choices = AuthChoices {
        inference_profiles: Vec::new(),
        source_regions: Vec::new(),
        application_profiles: vec![ApplicationProfile { arn: own.to_owned(), made_from: made_from.clone() }],
        ..choices("okta", direct(), "us-west-2", "us")
    };
    let access = access(&choices);
    let model = foundation_model_arn(Partition::Commercial, "us-east-2", &made_from.model);
    let through = |profile: &str| Request::new(ACTIONS[0], &model).with("bedrock:InferenceProfileArn", profile);
    assert!(access.decide(&Request::new(ACTIONS[0], own)).is_allowed());
    assert!(access.decide(&through(own)).is_allowed());
    let system = inference_profile_arn(Partition::Commercial, "us-west-2", ACCOUNT, &made_from.id);
    assert!(!access.decide(&Request::new(ACTIONS[0], &system)).is_allowed());
    assert!(!access.decide(&through(&system)).is_allowed(), "costs cannot be moved to nobody");
}

#[test]
fn calls_that_came_another_way_are_denied_where_that_was_asked_for() {
    let choices = AuthChoices {
        require_tls: true,
        allowed_vpc_endpoints: vec!["vpce-0a1b2c3d".to_owned(), "vpce-4e5f6a7b".to_owned()],
        ..choices("okta", direct(), "us-east-1", "us")
    };
    let access = access(&choices);
    let profile = inference_profile_arn(Partition::Commercial, "us-east-1", ACCOUNT, &choices.inference_profiles[0].id);
    let call =
        || Request::new(ACTIONS[0], &profile).with("aws:SecureTransport", "true").with("aws:ViaAWSService", "false");
    assert!(access.decide(&call().with("aws:SourceVpce", "vpce-4e5f6a7b")).is_allowed());
    for denied in [
        call(),
        call().with("aws:SourceVpce", "vpce-99999999"),
        call().with("aws:SourceVpce", "vpce-0a1b2c3d").with("aws:SecureTransport", "false"),
    ] {
        assert!(matches!(access.decide(&denied), Decision::ExplicitlyDenied(Some(_))), "{denied:?}");
    }
}

#[test]
fn every_policy_fits_into_what_iam_takes() {
    // IAM counts the characters of a managed policy without white space: at most 6,144.
    let everything = Catalogue::bundled().inference_profiles.iter();
    let commercial: Vec<_> = everything.filter(|profile| profile.prefix == "us").cloned().collect();
    let choices = AuthChoices {
        inference_profiles: commercial,
        source_regions: ["us-east-1", "us-east-2", "us-west-2"].map(str::to_owned).to_vec(),
        ..choices("okta", direct(), "us-east-1", "us")
    };
    let stack = resolve(&choices);
    let sizes: Vec<usize> =
        stack.of_kind("AWS::IAM::ManagedPolicy").map(|policy| policy["PolicyDocument"].to_string().len()).collect();
    assert!(sizes.len() > 1 && sizes.len() <= MAX_POLICIES && sizes.iter().all(|size| *size <= 6_144), "{sizes:?}");
    let attached = stack.of_kind("AWS::IAM::Role").next().unwrap()["ManagedPolicyArns"].as_array().unwrap().len();
    assert_eq!(attached, sizes.len());
}

#[test]
fn too_much_is_refused_in_words() {
    let choices = AuthChoices {
        inference_profiles: Catalogue::bundled()
            .inference_profiles
            .iter()
            .filter(|p| p.prefix == "global")
            .cloned()
            .collect(),
        source_regions: Catalogue::bundled().profile("global.anthropic.claude-opus-4-8").unwrap().sources.clone(),
        ..choices("okta", direct(), "us-east-1", "us")
    };
    let error = choices.parameters().unwrap_err();
    assert!(error.choice == "models" && error.problem.contains("choose fewer"), "{error}");
}

#[test]
fn models_that_cannot_be_called_are_refused_in_words() {
    let good = choices("okta", direct(), "us-east-1", "us");
    let eu = Catalogue::bundled().inference_profile("eu", "haiku-4-5").unwrap().clone();
    let gov = Catalogue::bundled().inference_profile("us-gov", "opus-4-8").unwrap().clone();
    for (choices, problem) in [
        (AuthChoices { inference_profiles: Vec::new(), ..good.clone() }, "there is none"),
        (AuthChoices { inference_profiles: vec![eu], ..good.clone() }, "can be called in none of the chosen regions"),
        (AuthChoices { inference_profiles: vec![gov], ..good.clone() }, "is not in the partition"),
        (
            AuthChoices { source_regions: vec!["us-east-1".to_owned(), "eu-west-1".to_owned()], ..good.clone() },
            "none of the chosen models can be called in eu-west-1",
        ),
    ] {
        let error = choices.parameters().unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is chosen: it is refused as too much, or all of it passes and every policy fits.
    #[test]
    fn any_choice_of_models_and_regions_passes_and_fits(
        picks in prop::collection::btree_set(0usize..47, 1..12),
        regions in prop::collection::btree_set(0usize..33, 1..6),
    ) {
        let catalogue = Catalogue::bundled();
        let all: BTreeSet<&String> = catalogue.inference_profiles.iter().filter(|p| p.partition() == Partition::Commercial).flat_map(|p| &p.sources).collect();
        let regions: Vec<String> = regions.into_iter().filter_map(|i| all.iter().nth(i)).map(|region| (*region).clone()).collect();
        let profiles: Vec<_> = picks.into_iter().filter_map(|i| catalogue.inference_profiles.get(i)).filter(|p| p.partition() == Partition::Commercial).cloned().collect();
        let choices = AuthChoices { inference_profiles: profiles, source_regions: regions, ..choices("okta", direct(), "us-east-1", "us") };
        let Ok(parameters) = choices.parameters() else { return Ok(()) };
        let stack = ccwb_deploy::Stack::Auth.template().resolve(&parameters, &environment(&choices)).unwrap();
        for policy in stack.of_kind("AWS::IAM::ManagedPolicy") {
            prop_assert!(policy["PolicyDocument"].to_string().len() <= 6_144);
        }
        let access = Access::of(&stack, &environment(&choices)).unwrap();
        for profile in &choices.inference_profiles {
            for source in choices.source_regions.iter().filter(|region| profile.sources.contains(region)) {
                for serving in profile.destinations.iter().flatten().chain([source]) {
                    prop_assert!(passes(&access, Partition::Commercial, source, &profile.id, &profile.model, serving));
                }
            }
        }
    }
}

/// `ccwb policy` and the auth stack allow and deny in the same words.
#[test]
fn the_policies_for_other_roles_are_the_stack_s_own() {
    for region in ["us-east-1", "us-gov-west-1"] {
        let prefix = if region == "us-east-1" { "us" } else { "us-gov" };
        let choices = AuthChoices {
            require_tls: true,
            allowed_vpc_endpoints: vec!["vpce-0a1b2c3d".to_owned()],
            source_regions: vec![region.to_owned()],
            ..choices("okta", direct(), region, prefix)
        };
        let calls = choices.inference_profiles.iter().map(|profile| Call { profile, source: region }).collect();
        let vpc_endpoints = choices.allowed_vpc_endpoints.clone();
        let restrictions = Restrictions { tls: true, vpc_endpoints, ..Restrictions::default() };
        let permissions =
            Permissions { account: ACCOUNT, calls, level: Level::Standard, restrictions, principal_tag: None };
        let ours: Vec<Policy> =
            permissions.documents().unwrap().iter().map(|document| Policy::from_json(document).unwrap()).collect();
        let sorted = |policies: &[Policy]| {
            let mut statements: Vec<String> =
                policies.iter().flat_map(|policy| &policy.statements).map(|s| format!("{s:?}")).collect();
            statements.sort();
            statements
        };
        assert_eq!(sorted(&ours), sorted(access(&choices).permissions()), "{region}");
    }
}
