//! Identity policies: for users, roles, groups and permission sets.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{CALL, Call, CannotBeMade, MAX_MANAGED, cannot, document, size};
use crate::{Partition, ProfileArns};

/// How much is allowed besides calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Calls, and nothing else.
    Minimal,
    /// Also what Claude Code looks up: the same as the auth stack allows.
    Standard,
    /// As minimal, and whatever else a principal is allowed elsewhere: only these regions and TLS, and the restrictions.
    Restrictive,
}

/// Ways in which a call is denied although the model is allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restrictions {
    /// Addresses or networks that calls must come from.
    pub source_ips: Vec<String>,
    /// VPC endpoints that calls must come through. With addresses too, either will do.
    pub vpc_endpoints: Vec<String>,
    /// Nothing before this moment (ISO 8601, UTC).
    pub not_before: Option<String>,
    /// Nothing after this moment.
    pub not_after: Option<String>,
    /// Nothing over plain HTTP.
    pub tls: bool,
    /// No region but those of the calls.
    pub regions: bool,
}

/// What somebody may do.
#[derive(Clone, Debug)]
pub struct Permissions<'a> {
    /// The account of the callers.
    pub account: &'a str,
    /// What they may call.
    pub calls: Vec<Call<'a>>,
    /// How much is allowed besides.
    pub level: Level,
    /// What is denied.
    pub restrictions: Restrictions,
    /// Only for principals with this tag and value.
    pub principal_tag: Option<(String, String)>,
}

impl Permissions<'_> {
    /// Documents of at most [`MAX_MANAGED`] characters. A profile and its models stay in one, denials are in the first.
    pub fn documents(&self) -> Result<Vec<Value>, CannotBeMade> {
        let mut all: Vec<ProfileArns> = self.calls.iter().map(|call| call.arns(self.account)).collect();
        all.sort_by(|a, b| a.inference_profile.cmp(&b.inference_profile));
        let mut parts: Vec<Vec<ProfileArns>> = Vec::new();
        for arns in all {
            let first = parts.len() == 1;
            let fitting = parts.last_mut().filter(|part| {
                let more: Vec<ProfileArns> = part.iter().cloned().chain([arns.clone()]).collect();
                size(&self.document(&more, first)) <= MAX_MANAGED
            });
            match fitting {
                Some(part) => part.push(arns),
                None => parts.push(vec![arns]),
            }
        }
        let documents: Vec<Value> = parts.iter().enumerate().map(|(i, part)| self.document(part, i == 0)).collect();
        match documents.iter().map(size).max() {
            Some(most) if most > MAX_MANAGED => Err(cannot(
                format!("a managed policy holds {MAX_MANAGED} characters, and this would be {most}"),
                "name fewer addresses or endpoints",
            )),
            _ => Ok(documents),
        }
    }

    fn document(&self, part: &[ProfileArns], with_rest: bool) -> Value {
        let look = with_rest && self.level == Level::Standard;
        let profiles: BTreeSet<&String> = part.iter().map(|arns| &arns.inference_profile).collect();
        let models: BTreeSet<&String> = part.iter().flat_map(|arns| &arns.foundation_models).collect();
        let mut actions = CALL.to_vec();
        if self.level == Level::Standard {
            actions.push("bedrock:GetInferenceProfile");
        }
        let mut statements = vec![
            json!({"Sid": "CallProfiles", "Effect": "Allow", "Action": actions, "Resource": profiles}),
            // A call through a profile is authorised again for the model in the region that serves it.
            json!({
                "Sid": "CallModelsThroughThem", "Effect": "Allow", "Action": CALL, "Resource": models,
                "Condition": {"ArnEquals": {"bedrock:InferenceProfileArn": profiles}},
            }),
        ];
        if look {
            let actions = ["bedrock:ListInferenceProfiles", "bedrock:ListFoundationModels"];
            statements.push(json!({"Sid": "Look", "Effect": "Allow", "Action": actions, "Resource": "*"}));
        }
        if let Some((tag, value)) = &self.principal_tag {
            for statement in &mut statements {
                statement["Condition"]["StringEquals"] = json!({format!("aws:PrincipalTag/{tag}"): value});
            }
        }
        if with_rest {
            let mut restrictions = self.restrictions.clone();
            restrictions.tls |= self.level == Level::Restrictive;
            restrictions.regions |= self.level == Level::Restrictive;
            statements.extend(restrictions.statements(&self.calls));
        }
        document(&statements)
    }
}

impl Call<'_> {
    /// What has to be allowed for it.
    pub fn arns(&self, account: &str) -> ProfileArns {
        self.profile.arns(Partition::of_region(self.source), account, self.source)
    }

    /// The values of `aws:RequestedRegion` when it is authorised. Of global inference AWS says no region.
    /// Source: Amazon Bedrock User Guide, "Global cross-Region inference".
    fn requested_regions(&self) -> impl Iterator<Item = &str> {
        let serving = self.profile.destinations.as_deref();
        let serving = serving.map_or(vec!["unspecified"], |regions| regions.iter().map(String::as_str).collect());
        serving.into_iter().chain([self.source])
    }
}

impl Restrictions {
    pub(super) fn statements(&self, calls: &[Call<'_>]) -> Vec<Value> {
        let deny = |sid: &str, actions: Value, condition: Value| json!({"Sid": sid, "Effect": "Deny", "Action": actions, "Resource": "*", "Condition": condition});
        let mut statements = Vec::new();
        if self.tls {
            statements.push(deny("OverTlsOnly", json!("bedrock:*"), json!({"Bool": {"aws:SecureTransport": "false"}})));
        }
        if self.regions {
            let regions: BTreeSet<&str> = calls.iter().flat_map(Call::requested_regions).collect();
            let condition = json!({"StringNotEquals": {"aws:RequestedRegion": regions}});
            statements.push(deny("InTheseRegionsOnly", json!(CALL), condition));
        }
        if let Some(condition) = self.other_networks() {
            let sid = if self.source_ips.is_empty() { "ThroughTheseEndpointsOnly" } else { "FromTheseNetworksOnly" };
            statements.push(deny(sid, json!(CALL), condition));
        }
        if let Some(moment) = &self.not_before {
            statements.push(deny(
                "NotBefore",
                json!("bedrock:*"),
                json!({"DateLessThan": {"aws:CurrentTime": moment}}),
            ));
        }
        if let Some(moment) = &self.not_after {
            statements.push(deny(
                "NotAfter",
                json!("bedrock:*"),
                json!({"DateGreaterThan": {"aws:CurrentTime": moment}}),
            ));
        }
        statements
    }

    /// All of a condition must hold: a call is from elsewhere if it is from none of the networks and none of the endpoints.
    fn other_networks(&self) -> Option<Value> {
        let mut condition = Map::new();
        if !self.source_ips.is_empty() {
            condition.insert("NotIpAddress".to_owned(), json!({"aws:SourceIp": self.source_ips}));
        }
        if !self.vpc_endpoints.is_empty() {
            condition.insert("StringNotEquals".to_owned(), json!({"aws:SourceVpce": self.vpc_endpoints}));
        }
        if condition.is_empty() {
            return None;
        }
        condition.insert("BoolIfExists".to_owned(), json!({"aws:ViaAWSService": "false"}));
        Some(Value::Object(condition))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::iam::{Decision, Policies, Policy, Request, evaluate};
    use crate::{Catalogue, foundation_model_arn, inference_profile_arn};

    const ACCOUNT: &str = "123456789012";

    fn permissions(calls: Vec<Call<'_>>, level: Level) -> Permissions<'_> {
        Permissions { account: ACCOUNT, calls, level, restrictions: Restrictions::default(), principal_tag: None }
    }

    fn parsed(permissions: &Permissions<'_>) -> Vec<Policy> {
        permissions.documents().unwrap().iter().map(|document| Policy::from_json(document).unwrap()).collect()
    }

    fn decide(policies: &[Policy], request: &Request) -> Decision {
        evaluate(&Policies { identity: policies, ..Policies::default() }, request)
    }

    fn allows(policies: &[Policy], request: &Request) -> bool {
        CALL.iter().all(|action| decide(policies, &request.for_action(*action)).is_allowed())
    }

    /// The call in both of its parts: the profile, and the model where it is served.
    fn passes(policies: &[Policy], profile: &str, source: &str, model: &str, serving: &str) -> bool {
        let partition = Partition::of_region(source);
        let profile = inference_profile_arn(partition, source, ACCOUNT, profile);
        let region = if serving.is_empty() { "unspecified" } else { serving };
        let at_home =
            Request::new("", &profile).with("aws:RequestedRegion", source).with("aws:SecureTransport", "true");
        let served = Request::new("", foundation_model_arn(partition, serving, model))
            .with("bedrock:InferenceProfileArn", &profile)
            .with("aws:RequestedRegion", region)
            .with("aws:SecureTransport", "true");
        allows(policies, &at_home) && allows(policies, &served)
    }

    /// For each model and region, at each level: exactly the profile's destinations.
    #[test]
    fn every_model_in_every_region_gets_exactly_the_arns_of_its_profile() {
        let catalogue = Catalogue::bundled();
        let everywhere: BTreeSet<&str> = catalogue
            .inference_profiles
            .iter()
            .flat_map(|profile| profile.sources.iter().chain(profile.destinations.iter().flatten()))
            .map(String::as_str)
            .chain(["", "antarctica-1"])
            .collect();
        let mut asked = 0;
        for profile in &catalogue.inference_profiles {
            for source in &profile.sources {
                let expected = profile.arns(profile.partition(), ACCOUNT, source);
                for level in [Level::Minimal, Level::Standard, Level::Restrictive] {
                    let policies = parsed(&permissions(vec![Call { profile, source }], level));
                    for serving in &everywhere {
                        let arn = foundation_model_arn(profile.partition(), serving, &profile.model);
                        let passed = passes(&policies, &profile.id, source, &profile.model, serving);
                        assert_eq!(passed, expected.foundation_models.contains(&arn), "{} {source} {arn}", profile.id);
                        asked += 1;
                    }
                }
            }
        }
        assert!(asked > 40_000, "{asked}");
    }

    proptest! {
        #[test]
        fn no_other_profile_model_region_or_account_passes(
            ours in 0..Catalogue::bundled().inference_profiles.len(),
            theirs in 0..Catalogue::bundled().inference_profiles.len(),
            at in 0usize..40, from in 0usize..40, served in 0usize..40,
            level in prop_oneof![Just(Level::Minimal), Just(Level::Standard), Just(Level::Restrictive)],
        ) {
            let all = &Catalogue::bundled().inference_profiles;
            let (profile, other) = (&all[ours], &all[theirs]);
            let source = &profile.sources[at % profile.sources.len()];
            let from = &other.sources[from % other.sources.len()];
            let serving = other.destinations.as_ref().unwrap_or(&other.sources);
            let serving = &serving[served % serving.len()];
            let policies = parsed(&permissions(vec![Call { profile, source }], level));
            let granted = profile.arns(profile.partition(), ACCOUNT, source);
            let arn = foundation_model_arn(other.partition(), serving, &other.model);
            let expected = other == profile && from == source && granted.foundation_models.contains(&arn);
            prop_assert_eq!(passes(&policies, &other.id, from, &other.model, serving), expected);
            // Without a profile, through a foreign one, and other operations: never.
            for arn in &granted.foundation_models {
                let direct = Request::new(CALL[0], arn).with("aws:RequestedRegion", serving.as_str()).with("aws:SecureTransport", "true");
                prop_assert!(!decide(&policies, &direct).is_allowed());
                let foreign = inference_profile_arn(profile.partition(), source, "999999999999", &profile.id);
                prop_assert!(!decide(&policies, &direct.with("bedrock:InferenceProfileArn", foreign)).is_allowed());
            }
            for action in ["bedrock:CreateInferenceProfile", "bedrock:PutModelInvocationLoggingConfiguration", "iam:CreateUser"] {
                prop_assert!(!decide(&policies, &Request::new(action, &granted.inference_profile)).is_allowed());
            }
        }
    }

    fn sonnet() -> Call<'static> {
        let profile = Catalogue::bundled().profile("us.anthropic.claude-sonnet-4-5-20250929-v1:0").unwrap();
        Call { profile, source: "us-east-1" }
    }

    fn call_of(call: Call<'_>) -> Request {
        let request = Request::new(CALL[0], call.arns(ACCOUNT).inference_profile);
        request.with("aws:RequestedRegion", call.source).with("aws:SecureTransport", "true")
    }

    #[test]
    fn only_standard_may_look() {
        for (level, may) in [(Level::Minimal, false), (Level::Standard, true), (Level::Restrictive, false)] {
            let policies = parsed(&permissions(vec![sonnet()], level));
            let list = Request::new("bedrock:ListInferenceProfiles", "*").with("aws:SecureTransport", "true");
            assert_eq!(decide(&policies, &list).is_allowed(), may, "{level:?}");
        }
    }

    #[test]
    fn restrictions_deny_what_is_allowed() {
        let restrictions = Restrictions {
            source_ips: vec!["198.51.100.0/24".to_owned()],
            vpc_endpoints: vec!["vpce-0a1b2c3d".to_owned()],
            not_before: Some("2026-12-01T00:00:00Z".to_owned()),
            not_after: Some("2026-12-31T00:00:00Z".to_owned()),
            ..Restrictions::default()
        };
        let policies = parsed(&Permissions { restrictions, ..permissions(vec![sonnet()], Level::Restrictive) });
        let at = |moment| call_of(sonnet()).with("aws:CurrentTime", moment);
        let office = |moment| at(moment).with("aws:SourceIp", "198.51.100.9");
        assert!(decide(&policies, &office("2026-12-24T18:00:00Z")).is_allowed());
        assert!(
            decide(&policies, &at("2026-12-24T18:00:00Z").with("aws:SourceVpce", "vpce-0a1b2c3d")).is_allowed(),
            "either will do"
        );
        for (denied, by) in [
            (office("2026-11-30T23:59:59Z"), "NotBefore"),
            (office("2027-01-01T00:00:00Z"), "NotAfter"),
            (at("2026-12-24T18:00:00Z").with("aws:SourceIp", "203.0.113.1"), "FromTheseNetworksOnly"),
            (at("2026-12-24T18:00:00Z").with("aws:SourceVpce", "vpce-99999999"), "FromTheseNetworksOnly"),
            (at("2026-12-24T18:00:00Z"), "FromTheseNetworksOnly"),
            (office("2026-12-24T18:00:00Z").with("aws:SecureTransport", "false"), "OverTlsOnly"),
            (office("2026-12-24T18:00:00Z").with("aws:RequestedRegion", "eu-west-1"), "InTheseRegionsOnly"),
        ] {
            assert_eq!(decide(&policies, &denied), Decision::ExplicitlyDenied(Some(by.to_owned())));
        }
    }

    #[test]
    fn many_models_become_several_policies_that_fit() {
        let catalogue = Catalogue::bundled();
        let all = catalogue.inference_profiles.iter().filter(|profile| profile.prefix == "us");
        let calls: Vec<Call<'_>> =
            all.flat_map(|profile| profile.sources.iter().map(move |source| Call { profile, source })).collect();
        let many = permissions(calls.clone(), Level::Standard);
        let documents = many.documents().unwrap();
        assert!(documents.len() > 1 && documents.iter().all(|document| size(document) <= MAX_MANAGED));
        let policies = parsed(&many);
        assert!(calls.iter().all(|call| passes(
            &policies,
            &call.profile.id,
            call.source,
            &call.profile.model,
            call.source
        )));
    }
}
