use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{CALL, Call, CannotBeMade, MAX_SERVICE_CONTROL, Restrictions, cannot, document, size};

/// A service control policy: in every account below it, nobody may call anything but these. It allows nothing by itself and
/// stands beside `FullAWSAccess`.
#[derive(Clone, Debug)]
pub struct ServiceControl<'a> {
    /// What may be called, by whom an account allows it.
    pub calls: Vec<Call<'a>>,
    /// What is denied besides.
    pub restrictions: Restrictions,
}

impl ServiceControl<'_> {
    /// The document. It cannot be split: one half would deny what the other leaves.
    pub fn document(&self) -> Result<Value, CannotBeMade> {
        let mut arns: BTreeSet<String> = BTreeSet::new();
        for call in &self.calls {
            let of_call = call.arns("*");
            arns.insert(of_call.inference_profile);
            arns.extend(of_call.foundation_models);
        }
        let mut statements =
            vec![json!({"Sid": "OnlyTheseModels", "Effect": "Deny", "Action": CALL, "NotResource": arns})];
        statements.extend(self.restrictions.statements(&self.calls));
        let document = document(&statements);
        match size(&document) {
            most if most > MAX_SERVICE_CONTROL => Err(cannot(
                format!("a service control policy holds {MAX_SERVICE_CONTROL} characters, and this would be {most}"),
                "name fewer models or regions",
            )),
            _ => Ok(document),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalogue;
    use crate::iam::{Decision, Policies, Policy, Request, evaluate};

    #[test]
    fn an_administrator_may_call_only_what_the_organisation_leaves() {
        let everything = |action| {
            Policy::from_json(&document(&[json!({"Effect": "Allow", "Action": action, "Resource": "*"})])).unwrap()
        };
        let profile = Catalogue::bundled().profile("eu.anthropic.claude-sonnet-4-6").unwrap();
        let control = ServiceControl {
            calls: vec![Call { profile, source: "eu-west-1" }],
            restrictions: Restrictions::default(),
        };
        let own = [everything("*")];
        let Value::Object(mut merged) = control.document().unwrap() else { panic!("an object") };
        merged["Statement"].as_array_mut().unwrap().push(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
        let control = [Policy::from_json(&Value::Object(merged)).unwrap()];
        let policies = Policies { identity: &own, boundary: None, service_control: &control };
        let may = |resource: &str| evaluate(&policies, &Request::new(CALL[0], resource));
        let arns = profile.arns(profile.partition(), "999999999999", "eu-west-1");
        assert!(may(&arns.inference_profile).is_allowed(), "whatever the account");
        assert!(arns.foundation_models.iter().all(|arn| may(arn).is_allowed()));
        for denied in [
            "arn:aws:bedrock:eu-west-1:999999999999:inference-profile/eu.anthropic.claude-opus-4-8",
            "arn:aws:bedrock:us-east-1:999999999999:inference-profile/us.anthropic.claude-sonnet-4-6",
            "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-6",
            "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0",
        ] {
            assert_eq!(may(denied), Decision::ExplicitlyDenied(Some("OnlyTheseModels".to_owned())), "{denied}");
        }
        assert!(evaluate(&policies, &Request::new("s3:GetObject", "*")).is_allowed(), "other services are left alone");
    }

    #[test]
    fn what_does_not_fit_is_refused_and_not_cut() {
        let all = Catalogue::bundled().inference_profiles.iter().filter(|profile| profile.prefix == "us");
        let calls =
            all.flat_map(|profile| profile.sources.iter().map(move |source| Call { profile, source })).collect();
        let error = ServiceControl { calls, restrictions: Restrictions::default() }.document().unwrap_err();
        assert!(error.problem.contains("5120"), "{error}");
    }
}
