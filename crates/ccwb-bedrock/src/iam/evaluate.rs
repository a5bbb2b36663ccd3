//! The decision.

use super::pattern::matches;
use super::policy::{Effect, Policy, Principals, Statement, Targets};
use super::request::{Principal, Request};

/// What a principal has.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policies<'a> {
    /// Managed and inline policies of the role.
    pub identity: &'a [Policy],
    /// Its permissions boundary.
    pub boundary: Option<&'a Policy>,
    /// Service control policies: each must allow, an empty list restricts nothing.
    pub service_control: &'a [Policy],
}

/// What AWS would answer, and which statement is the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Allowed by this statement.
    Allowed(Reason),
    /// A statement denies it; nothing can allow it.
    ExplicitlyDenied(Reason),
    /// Nothing allows it.
    ImplicitlyDenied,
}

/// The statement behind a decision: its `Sid`, if it has one.
pub type Reason = Option<String>;

impl Decision {
    /// Whether the request passes.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed(_))
    }
}

/// Where a policy is attached, and which of several it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attached {
    /// To the principal.
    Identity(usize),
    /// As its permissions boundary.
    Boundary,
    /// To the account or above it.
    ServiceControl(usize),
}

/// A decision with everything that explains it.
#[derive(Clone, Debug)]
pub struct Verdict<'a> {
    /// What AWS would answer.
    pub decision: Decision,
    /// The statement that decides, where it is attached and its place in that policy; `None` if nothing allows.
    pub statement: Option<(Attached, usize, &'a Statement)>,
    /// The boundary or service control policy that does not allow, though the principal's own policies do.
    pub missing: Option<Attached>,
    /// Statements that would allow it if a condition held.
    pub near: Vec<Near<'a>>,
}

/// A statement for this action and resource, and the keys of its conditions that do not hold.
#[derive(Clone, Debug)]
pub struct Near<'a> {
    /// Where it is attached.
    pub attached: Attached,
    /// The statement.
    pub statement: &'a Statement,
    /// Keys, as the policy writes them.
    pub keys: Vec<&'a str>,
}

/// Decides about a request of a principal in its own account.
pub fn evaluate(policies: &Policies<'_>, request: &Request) -> Decision {
    decide(policies, request).decision
}

/// The same, with the reasons.
pub fn decide<'a>(policies: &Policies<'a>, request: &Request) -> Verdict<'a> {
    let identity = || policies.identity.iter().enumerate().map(|(i, policy)| (Attached::Identity(i), policy));
    let limits = || {
        let control = policies.service_control.iter().enumerate();
        let control = control.map(|(i, policy)| (Attached::ServiceControl(i), policy));
        policies.boundary.map(|policy| (Attached::Boundary, policy)).into_iter().chain(control)
    };
    let in_one = |(attached, policy): (Attached, &'a Policy), effect| {
        find(policy, effect, request).map(|(place, statement)| (attached, place, statement))
    };
    if let Some(found) = identity().chain(limits()).find_map(|one| in_one(one, Effect::Deny)) {
        let decision = Decision::ExplicitlyDenied(found.2.sid.clone());
        return Verdict { decision, statement: Some(found), missing: None, near: Vec::new() };
    }
    let allows = identity().find_map(|one| in_one(one, Effect::Allow));
    let missing = limits().find(|one| in_one(*one, Effect::Allow).is_none()).map(|(attached, _)| attached);
    match (allows, missing) {
        (Some(found), None) => Verdict {
            decision: Decision::Allowed(found.2.sid.clone()),
            statement: Some(found),
            missing: None,
            near: Vec::new(),
        },
        (allows, missing) => Verdict {
            decision: Decision::ImplicitlyDenied,
            statement: None,
            missing: missing.filter(|_| allows.is_some()),
            near: identity().flat_map(|(attached, policy)| near(attached, policy, request)).collect(),
        },
    }
}

fn near<'a>(attached: Attached, policy: &'a Policy, request: &Request) -> impl Iterator<Item = Near<'a>> {
    let allows = policy.statements.iter().filter(|statement| statement.effect == Effect::Allow);
    allows
        .filter(|statement| statement.is_about(request))
        .map(move |statement| {
            let failed = statement.conditions.iter().filter(|condition| !condition.holds(request));
            Near { attached, statement, keys: failed.map(|condition| condition.key.as_str()).collect() }
        })
        .filter(|near| !near.keys.is_empty())
}

/// Decides whether a role's trust policy lets a principal in. The role itself is the resource, so a statement names none.
pub fn evaluate_trust(trust: &Policy, request: &Request) -> Decision {
    if let Some((_, denies)) = find(trust, Effect::Deny, request) {
        return Decision::ExplicitlyDenied(denies.sid.clone());
    }
    match find(trust, Effect::Allow, request).filter(|(_, statement)| statement.principals.is_some()) {
        Some((_, statement)) => Decision::Allowed(statement.sid.clone()),
        None => Decision::ImplicitlyDenied,
    }
}

fn find<'a>(policy: &'a Policy, effect: Effect, request: &Request) -> Option<(usize, &'a Statement)> {
    let mut statements = policy.statements.iter().enumerate();
    statements.find(|(_, statement)| statement.effect == effect && statement.applies_to(request))
}

impl Statement {
    /// Whether the statement is about this request.
    pub fn applies_to(&self, request: &Request) -> bool {
        self.is_about(request) && self.conditions.iter().all(|condition| condition.holds(request))
    }

    /// Whether it allows this operation on something, under some condition.
    pub fn allows_action(&self, action: &str) -> bool {
        let action = action.to_ascii_lowercase();
        self.effect == Effect::Allow && self.actions.hold(|pattern| matches(&pattern.to_ascii_lowercase(), &action))
    }

    /// Whether its action, resource and principal are those of the request, whatever its conditions say.
    fn is_about(&self, request: &Request) -> bool {
        // Operations are compared without letter case, ARNs with it.
        let action = request.action.to_ascii_lowercase();
        self.actions.hold(|pattern| matches(&pattern.to_ascii_lowercase(), &action))
            && self.resources.as_ref().is_none_or(|targets| targets.hold(|pattern| matches(pattern, &request.resource)))
            && self.principals.as_ref().is_none_or(|principals| principals.hold(request.principal.as_ref()))
    }
}

impl Targets {
    fn hold(&self, matches: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::In(patterns) => patterns.iter().any(|pattern| matches(pattern)),
            Self::NotIn(patterns) => !patterns.iter().any(|pattern| matches(pattern)),
        }
    }
}

impl Principals {
    fn hold(&self, actual: Option<&Principal>) -> bool {
        match self {
            Self::Everybody => true,
            Self::These(these) => actual.is_some_and(|actual| these.iter().any(|named| names(named, actual))),
            Self::NotThese(these) => actual.is_some_and(|actual| !these.iter().any(|named| names(named, actual))),
        }
    }
}

/// A principal is named in full: wildcards inside an ARN are not allowed there. An account's number and its root ARN stand
/// for everybody in the account.
fn names((kind, value): &(String, String), actual: &Principal) -> bool {
    let (actual_kind, actual) = match actual {
        Principal::Aws(actual) => ("AWS", actual),
        Principal::Federated(actual) => ("Federated", actual),
        Principal::Service(actual) => ("Service", actual),
    };
    if kind != actual_kind {
        return false;
    }
    if kind != "AWS" {
        return value == "*" || value == actual;
    }
    let account = |text: &str| text.split(':').nth(4).map(str::to_owned);
    let whole_account = match value.strip_suffix(":root") {
        Some(_) => account(value),
        None => (value.len() == 12 && value.bytes().all(|b| b.is_ascii_digit())).then(|| value.clone()),
    };
    value == "*" || value == actual || (whole_account.is_some() && whole_account == account(actual))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_verdict_names_the_statement_and_the_condition_that_was_missing() {
        let own = [policy(&json!([
            {"Sid": "Look", "Effect": "Allow", "Action": "a:List*", "Resource": "*"},
            {"Sid": "Call", "Effect": "Allow", "Action": "a:Call", "Resource": "*", "Condition": {"StringEquals": {"k": "v"}}}
        ]))];
        let limit = policy(&json!([{"Effect": "Allow", "Action": "a:Call", "Resource": "*"}]));
        let policies = Policies { identity: &own, boundary: Some(&limit), service_control: &[] };
        let call = Request::new("a:Call", "x");
        let allowed = super::decide(&policies, &call.clone().with("k", "v"));
        assert!(
            matches!(allowed.statement, Some((Attached::Identity(0), 1, statement)) if statement.sid.as_deref() == Some("Call"))
        );
        let refused = super::decide(&policies, &call);
        assert_eq!((refused.decision, refused.near[0].keys.as_slice()), (Decision::ImplicitlyDenied, ["k"].as_slice()));
        let limited = super::decide(&policies, &Request::new("a:ListAll", "*"));
        assert_eq!((limited.decision, limited.missing), (Decision::ImplicitlyDenied, Some(Attached::Boundary)));
    }

    fn policy(statements: &serde_json::Value) -> Policy {
        Policy::from_json(&json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
    }

    fn decide(statements: &serde_json::Value, request: &Request) -> Decision {
        evaluate(&Policies { identity: &[policy(statements)], ..Policies::default() }, request)
    }

    #[test]
    fn nothing_is_allowed_unless_something_allows_it() {
        let request = Request::new("s3:GetObject", "arn:aws:s3:::b/k");
        assert_eq!(evaluate(&Policies::default(), &request), Decision::ImplicitlyDenied);
        assert_eq!(
            decide(
                &json!([{"Sid": "Read", "Effect": "Allow", "Action": "S3:get*", "Resource": "arn:aws:s3:::b/*"}]),
                &request
            ),
            Decision::Allowed(Some("Read".to_owned()))
        );
        assert_eq!(
            decide(&json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::B/*"}]), &request),
            Decision::ImplicitlyDenied,
            "letter case of a resource counts"
        );
    }

    #[test]
    fn a_deny_wins_wherever_it_stands() {
        let request = Request::new("s3:GetObject", "arn:aws:s3:::b/k");
        let statements = json!([
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Sid": "No", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}
        ]);
        let denied = Decision::ExplicitlyDenied(Some("No".to_owned()));
        assert_eq!(decide(&statements, &request), denied);
        let (all, no) = (policy(&json!([statements[0]])), policy(&json!([statements[1]])));
        for policies in [
            Policies { identity: &[no.clone(), all.clone()], ..Policies::default() },
            Policies { identity: std::slice::from_ref(&all), boundary: Some(&no), ..Policies::default() },
            Policies {
                identity: std::slice::from_ref(&all),
                service_control: std::slice::from_ref(&no),
                ..Policies::default()
            },
        ] {
            assert_eq!(evaluate(&policies, &request), denied);
        }
    }

    #[test]
    fn a_boundary_and_a_service_control_policy_limit_and_never_grant() {
        let bedrock = policy(&json!([{"Effect": "Allow", "Action": "bedrock:*", "Resource": "*"}]));
        let s3 = policy(&json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]));
        let request = Request::new("bedrock:InvokeModel", "*");
        let only = |identity, boundary, service_control| {
            evaluate(&Policies { identity, boundary, service_control }, &request).is_allowed()
        };
        let (bedrocks, s3s) = (std::slice::from_ref(&bedrock), std::slice::from_ref(&s3));
        assert!(only(bedrocks, Some(&bedrock), bedrocks));
        assert!(!only(bedrocks, Some(&s3), &[]));
        assert!(!only(bedrocks, None, s3s));
        assert!(!only(s3s, Some(&bedrock), bedrocks));
    }

    #[test]
    fn not_action_and_not_resource_mean_all_others() {
        let statements = json!([{"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::secret/*"}]);
        assert!(decide(&statements, &Request::new("s3:GetObject", "arn:aws:s3:::b/k")).is_allowed());
        assert!(!decide(&statements, &Request::new("iam:GetRole", "arn:aws:s3:::b/k")).is_allowed());
        assert!(!decide(&statements, &Request::new("s3:GetObject", "arn:aws:s3:::secret/k")).is_allowed());
    }

    #[test]
    fn a_trust_policy_is_for_those_it_names() {
        let trust =
            |principal| policy(&json!([{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]));
        let request = Request::new("sts:AssumeRole", "arn:aws:iam::111111111111:role/R");
        let person = request.clone().by(Principal::Aws("arn:aws:iam::222222222222:user/U".to_owned()));
        let service = request.clone().by(Principal::Service("ec2.amazonaws.com".to_owned()));
        for (principal, person_in, service_in) in [
            (json!("*"), true, true),
            (json!({"AWS": "*"}), true, false),
            (json!({"AWS": "222222222222"}), true, false),
            (json!({"AWS": "arn:aws:iam::222222222222:root"}), true, false),
            (json!({"AWS": "arn:aws:iam::222222222222:user/*"}), false, false),
            (json!({"AWS": "333333333333", "Service": ["ec2.amazonaws.com"]}), false, true),
            (json!({"Federated": "arn:aws:iam::222222222222:user/U"}), false, false),
        ] {
            assert_eq!(evaluate_trust(&trust(principal.clone()), &person).is_allowed(), person_in, "{principal}");
            assert_eq!(evaluate_trust(&trust(principal.clone()), &service).is_allowed(), service_in, "{principal}");
            assert!(!evaluate_trust(&trust(json!({"AWS": "222222222222"})), &request).is_allowed());
        }
        let nobody = policy(&json!([{"Effect": "Allow", "Action": "sts:AssumeRole"}]));
        assert!(!evaluate_trust(&nobody, &person).is_allowed(), "a trust policy without a principal trusts nobody");
    }
}
