//! A policy in plain words.

use std::collections::BTreeMap;

use crate::iam::{Condition, Effect, Operator, Policy, Principals, Quantifier, Statement, Targets};
use crate::{Catalogue, policy::CALL};

/// What a policy does, and what is striking about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// A sentence for each statement, denials last, as they come on top.
    pub sentences: Vec<String>,
    /// What somebody should look at.
    pub findings: Vec<String>,
}

/// Explains a policy. Models that the catalogue knows are called by their names.
pub fn explain(policy: &Policy, catalogue: &Catalogue) -> Explanation {
    // What has no name is called by its place.
    let statements = policy.statements.iter().enumerate();
    let named: Vec<Statement> = statements
        .map(|(i, statement)| Statement {
            sid: statement.sid.clone().or_else(|| Some(format!("Statement {}", i + 1))),
            ..statement.clone()
        })
        .collect();
    let (allows, denies): (Vec<&Statement>, Vec<&Statement>) =
        named.iter().partition(|statement| statement.effect == Effect::Allow);
    let mut sentences: Vec<String> =
        allows.iter().chain(&denies).map(|statement| sentence(statement, catalogue)).collect();
    if allows.is_empty() {
        sentences.push("It allows nothing by itself.".to_owned());
    }
    Explanation { sentences, findings: findings(&allows) }
}

fn sentence(statement: &Statement, catalogue: &Catalogue) -> String {
    let verb = if statement.effect == Effect::Allow { "Allows" } else { "Denies" };
    let who = statement.principals.as_ref().map(|who| format!(" {}:", principals(who))).unwrap_or_default();
    let resources =
        statement.resources.as_ref().map(|targets| format!(" {}", resources(targets, catalogue))).unwrap_or_default();
    let conditions: Vec<String> = statement.conditions.iter().map(condition).collect();
    let when = match (conditions.as_slice(), statement.effect) {
        ([], _) => String::new(),
        (all, Effect::Allow) => format!(", only if {}", all.join(" and ")),
        (all, Effect::Deny) => format!(" if {}", all.join(" and ")),
    };
    let sid = statement.sid.as_deref().unwrap_or_default();
    format!("{sid}: {verb}{who} {}{resources}{when}.", actions(&statement.actions))
}

fn principals(principals: &Principals) -> String {
    let list = |these: &[(String, String)]| {
        let these: Vec<String> = these
            .iter()
            .map(|(kind, value)| match kind.as_str() {
                "Federated" => {
                    format!("whoever signs in at {}", value.rsplit("oidc-provider/").next().unwrap_or(value))
                }
                "Service" => format!("the service {value}"),
                _ => value.clone(),
            })
            .collect();
        these.join(", ")
    };
    match principals {
        Principals::Everybody => "everybody".to_owned(),
        Principals::These(these) => list(these),
        Principals::NotThese(these) => format!("everybody but {}", list(these)),
    }
}

fn actions(actions: &Targets) -> String {
    let words = |list: &[String]| {
        let words: Vec<String> = list
            .iter()
            .map(|action| match action.as_str() {
                "*" => "everything".to_owned(),
                "bedrock:InvokeModel" | "bedrock:InvokeModel*" => "calling models".to_owned(),
                "bedrock:InvokeModelWithResponseStream" => "calling models with streamed answers".to_owned(),
                "bedrock:GetInferenceProfile" => "looking at an inference profile".to_owned(),
                "bedrock:ListInferenceProfiles" => "listing inference profiles".to_owned(),
                "bedrock:ListFoundationModels" => "listing models".to_owned(),
                "sts:AssumeRoleWithWebIdentity" => "taking the role with a token".to_owned(),
                "sts:TagSession" => "bringing session tags".to_owned(),
                other => other
                    .strip_suffix(":*")
                    .map_or_else(|| other.to_owned(), |service| format!("everything of {service}")),
            })
            .collect();
        enumeration(&words)
    };
    match actions {
        Targets::In(list) => words(list),
        Targets::NotIn(list) => format!("all operations but {}", words(list)),
    }
}

fn resources(resources: &Targets, catalogue: &Catalogue) -> String {
    match resources {
        Targets::In(list) if list.iter().any(|one| one == "*") => "on anything".to_owned(),
        Targets::In(list) => format!("on {}", named(list, catalogue)),
        Targets::NotIn(list) => format!("on anything but {}", named(list, catalogue)),
    }
}

/// ARNs of Bedrock by what they stand for, each with its regions; others as they are.
fn named(arns: &[String], catalogue: &Catalogue) -> String {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for arn in arns {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", _, "bedrock", region, account, resource] = parts.as_slice() else {
            places.entry(arn.clone()).or_default();
            continue;
        };
        let (kind, id) = resource.split_once('/').unwrap_or((resource, ""));
        let name = catalogue.model(id).map(|model| format!(" ({})", model.name)).unwrap_or_default();
        let what = match kind {
            "foundation-model" => format!("the model {id}{name}"),
            "inference-profile" => format!("the profile {id}{name} of {}", of_account(account)),
            "application-inference-profile" => format!("the company's own profile {id} of {}", of_account(account)),
            _ => format!("{resource} of {}", of_account(account)),
        };
        places.entry(what).or_default().push(match *region {
            "" => "no region (global inference)".to_owned(),
            "*" => "any region".to_owned(),
            region => region.to_owned(),
        });
    }
    let all: Vec<String> = places
        .into_iter()
        .map(|(what, regions)| match regions.as_slice() {
            [] => what,
            regions => format!("{what} in {}", enumeration(regions)),
        })
        .collect();
    all.join("; ")
}

fn of_account(account: &str) -> String {
    if account == "*" { "any account".to_owned() } else { format!("account {account}") }
}

fn condition(condition: &Condition) -> String {
    let values = alternatives(&condition.values);
    let is = if condition.negated { "is not" } else { "is" };
    let key = condition.key.to_ascii_lowercase();
    let text = match (key.as_str(), condition.operator) {
        (_, Operator::Null) => {
            let absent = condition.values.iter().any(|value| value == "true");
            format!("{} is {}", condition.key, if absent { "absent" } else { "present" })
        }
        ("aws:sourceip", Operator::IpAddress) => format!("the caller's address {is} in {values}"),
        ("aws:sourcevpce", Operator::StringEquals) => format!("the VPC endpoint {is} {values}"),
        ("aws:sourcevpc", Operator::StringEquals) => format!("the VPC {is} {values}"),
        ("aws:requestedregion", Operator::StringEquals) => format!("the region {is} {values}"),
        ("aws:securetransport", Operator::Bool) => {
            let encrypted = condition.values.iter().any(|value| value == "true");
            format!("the connection is {}", if encrypted { "encrypted" } else { "plain HTTP" })
        }
        ("aws:viaawsservice", Operator::Bool) => {
            let via = condition.values.iter().any(|value| value == "true");
            format!("{} for the caller", if via { "an AWS service calls" } else { "no AWS service calls" })
        }
        ("bedrock:inferenceprofilearn", Operator::ArnLike | Operator::StringEquals | Operator::StringLike) => {
            let through: Vec<String> = condition
                .values
                .iter()
                .map(|arn| {
                    let id = arn.rsplit('/').next().unwrap_or(arn);
                    arn.split(':').nth(3).map_or_else(|| id.to_owned(), |region| format!("{id} in {region}"))
                })
                .collect();
            format!(
                "the call {} through {}",
                if condition.negated { "does not come" } else { "comes" },
                alternatives(&through)
            )
        }
        (_, Operator::DateLessThan | Operator::DateLessThanEquals) => format!("it is before {values}"),
        (_, Operator::DateGreaterThan | Operator::DateGreaterThanEquals) => format!("it is after {values}"),
        (key, operator) => {
            let name = match key.rsplit_once(':') {
                Some((_, "aud")) => "the token's audience".to_owned(),
                Some((_, "sub")) => "the token's subject".to_owned(),
                _ => condition.key.clone(),
            };
            format!("{name} {} {values}", comparison(operator, condition.negated))
        }
    };
    let text = match condition.quantifier {
        Some(Quantifier::Any) => format!("for any value, {text}"),
        Some(Quantifier::All) => format!("for every value, {text}"),
        None => text,
    };
    // What the key says of a request without it is the difference between a fence and a hole.
    match (condition.if_exists, condition.negated) {
        (true, _) if key != "aws:viaawsservice" => format!("{text} (or that is not known)"),
        (false, true) if condition.operator != Operator::Null => format!("{text} (or there is none)"),
        _ => text,
    }
}

fn comparison(operator: Operator, negated: bool) -> &'static str {
    match (operator, negated) {
        (Operator::StringLike | Operator::ArnLike, false) => "is like",
        (Operator::StringLike | Operator::ArnLike, true) => "is not like",
        (Operator::NumericLessThan, _) => "is less than",
        (Operator::NumericLessThanEquals, _) => "is at most",
        (Operator::NumericGreaterThan, _) => "is more than",
        (Operator::NumericGreaterThanEquals, _) => "is at least",
        (_, true) => "is not",
        (_, false) => "is",
    }
}

fn enumeration(words: &[String]) -> String {
    joined(words, "and")
}

fn alternatives(words: &[String]) -> String {
    joined(words, "or")
}

fn joined(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., end] => format!("{} {last} {end}", all.join(", ")),
    }
}

fn findings(allows: &[&Statement]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut say = |statement: &Statement, text: &str| {
        let sid = statement.sid.as_deref().unwrap_or_default();
        findings.push(format!("{sid} {text}"));
    };
    for statement in allows {
        let (mine, resources) = (&statement.actions, statement.resources.as_ref());
        let calls = CALL.iter().any(|action| statement.allows_action(action));
        if statement.conditions.is_empty() && matches!(statement.principals, Some(Principals::Everybody)) {
            say(statement, "lets everybody in the world in");
        }
        if matches!(mine, Targets::NotIn(_)) || matches!(resources, Some(Targets::NotIn(_))) {
            say(statement, "allows all but something: whatever AWS adds is allowed too");
        } else if matches!(mine, Targets::In(list) if list.iter().any(|action| action == "*" || action == "bedrock:*"))
        {
            say(statement, "allows every operation, also those that change settings of the account");
        }
        if calls && matches!(resources, Some(Targets::In(list)) if list.iter().any(|arn| is_open(arn))) {
            say(statement, "allows models that it does not name: also other, more expensive ones");
        }
        let through = statement
            .conditions
            .iter()
            .any(|condition| condition.key.eq_ignore_ascii_case("bedrock:InferenceProfileArn"));
        let names_models =
            matches!(resources, Some(Targets::In(list)) if list.iter().any(|arn| arn.contains("::foundation-model/")));
        if calls && names_models && !through {
            say(statement, "allows the model itself: it can be called without the profile, in each of these regions");
        }
        if statement.allows_action("sts:AssumeRoleWithWebIdentity") && statement.principals.is_some() {
            let compares = |end: &str| statement.conditions.iter().find(|condition| condition.key.ends_with(end));
            if compares(":aud").is_none() {
                say(statement, "does not look at the token's audience: tokens for other clients are good too");
            }
            if compares(":sub").is_none_or(|subject| subject.values.iter().any(|value| value == "*")) {
                say(statement, "does not look at the token's subject: whoever gets a token of this provider is in");
            }
        }
    }
    findings.extend(gaps(allows));
    findings
}

/// What a caller of Claude would run into.
fn gaps(allows: &[&Statement]) -> Vec<String> {
    let calling = |kind: &str| {
        allows.iter().any(|statement| {
            CALL.iter().any(|action| statement.allows_action(action))
                && match &statement.resources {
                    Some(Targets::In(list)) => list.iter().any(|arn| arn == "*" || arn.contains(kind)),
                    Some(Targets::NotIn(_)) => true,
                    None => false,
                }
        })
    };
    let (profiles, models) = (calling("inference-profile/"), calling("foundation-model/"));
    let may = |action: &str| allows.iter().any(|statement| statement.allows_action(action));
    let mut gaps = Vec::new();
    if profiles && !models {
        gaps.push("No model is allowed behind the profiles: every call through them is denied".to_owned());
    }
    if models && !profiles {
        gaps.push("No inference profile is allowed: models that need one cannot be called".to_owned());
    }
    if may(CALL[0]) != may(CALL[1]) {
        gaps.push(
            "Only one of InvokeModel and InvokeModelWithResponseStream is allowed: Claude Code needs both".to_owned(),
        );
    }
    gaps
}

/// An ARN that stands for models nobody named.
fn is_open(arn: &str) -> bool {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or(arn);
    let id = resource.split_once('/').map_or(resource, |(_, id)| id);
    arn == "*" || id.contains('*')
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::policy::{Call, Level, Permissions, Restrictions};

    fn explained(statements: &Value) -> Explanation {
        let policy = Policy::from_json(&json!({"Version": "2012-10-17", "Statement": statements})).unwrap();
        explain(&policy, Catalogue::bundled())
    }

    #[test]
    fn our_own_policies_are_told_in_words_and_have_no_findings() {
        let profile = Catalogue::bundled().profile("eu.anthropic.claude-sonnet-4-6").unwrap();
        let permissions = Permissions {
            account: "123456789012",
            calls: vec![Call { profile, source: "eu-west-1" }],
            level: Level::Restrictive,
            restrictions: Restrictions { source_ips: vec!["198.51.100.0/24".to_owned()], ..Restrictions::default() },
            principal_tag: Some(("Team".to_owned(), "data".to_owned())),
        };
        let document = permissions.documents().unwrap().remove(0);
        let told = explain(&Policy::from_json(&document).unwrap(), Catalogue::bundled());
        assert_eq!(told.findings, [] as [String; 0]);
        assert_eq!(
            told.sentences[0],
            "CallProfiles: Allows calling models and calling models with streamed answers on the profile \
             eu.anthropic.claude-sonnet-4-6 (Claude Sonnet 4.6) of account 123456789012 in eu-west-1, only if \
             aws:PrincipalTag/Team is data."
        );
        assert!(
            told.sentences[1].contains("the call comes through eu.anthropic.claude-sonnet-4-6 in eu-west-1"),
            "{told:#?}"
        );
        assert_eq!(
            told.sentences[2],
            "OverTlsOnly: Denies everything of bedrock on anything if the connection is plain HTTP."
        );
        assert!(told.sentences[4].contains("no AWS service calls for the caller"), "{told:#?}");
        assert!(
            told.sentences[4].contains("the caller's address is not in 198.51.100.0/24 (or there is none)"),
            "{told:#?}"
        );
    }

    #[test]
    fn what_is_striking_is_found() {
        let model = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-6";
        let profile = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6";
        for (statement, finding) in [
            (json!({"Effect": "Allow", "Action": "*", "Resource": "*"}), "every operation"),
            (json!({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}), "all but something"),
            (
                json!({"Effect": "Allow", "Action": CALL, "Resource": "arn:aws:bedrock:*::foundation-model/anthropic.*"}),
                "does not name",
            ),
            (json!({"Effect": "Allow", "Action": CALL, "Resource": [model, profile]}), "without the profile"),
            (json!({"Effect": "Allow", "Action": CALL, "Resource": profile}), "every call through them is denied"),
            (json!({"Effect": "Allow", "Action": CALL, "Resource": model}), "No inference profile"),
            (json!({"Effect": "Allow", "Action": CALL[0], "Resource": [model, profile]}), "needs both"),
            (json!({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}), "everybody in the world"),
            (
                json!({"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::1:oidc-provider/x"}, "Action": "sts:AssumeRoleWithWebIdentity",
                       "Condition": {"StringEquals": {"x:aud": "c"}}}),
                "token's subject",
            ),
        ] {
            let told = explained(&json!([statement]));
            assert!(told.findings.iter().any(|found| found.contains(finding)), "{finding}: {told:#?}");
        }
        let told = explained(&json!([{"Effect": "Deny", "NotAction": "bedrock:*", "Resource": "*"}]));
        assert_eq!(told.sentences[0], "Statement 1: Denies all operations but everything of bedrock on anything.");
        assert_eq!(
            explained(&json!([{"Effect": "Deny", "Action": "*", "Resource": "*"}])).sentences[1],
            "It allows nothing by itself."
        );
    }
}
