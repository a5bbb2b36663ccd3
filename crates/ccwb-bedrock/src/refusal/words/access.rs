//! What a policy refuses.

use std::fmt::Write as _;

use super::{Words, caller, short, words};
use crate::refusal::{Asked, Cause, Denial, End, PolicyKind, Trouble};

pub(super) fn of(cause: Cause, trouble: &Trouble, asked: &Asked<'_>) -> Words {
    let denial = match &trouble.end {
        End::Refused { message, .. } => Denial::read(message),
        _ => None,
    };
    let why = why(cause, trouble, denial.as_ref(), asked);
    let fix = match cause {
        Cause::NotAllowed(kind) => missing(kind, trouble, asked),
        Cause::Denied(kind) => denied(kind, denial.as_ref(), asked),
        _ => format!(
            "print what the call needs with {}, and try the policies that {} has with {}; what they allow, the organisation \
             (SCP), a permissions boundary or a VPC endpoint may still refuse",
            print(asked),
            caller(asked),
            simulate(asked)
        ),
    };
    words(why, fix)
}

fn why(cause: Cause, trouble: &Trouble, denial: Option<&Denial<'_>>, asked: &Asked<'_>) -> String {
    let action = denial.map_or(trouble.operation.as_str(), |denial| denial.action);
    let on = denial.and_then(|denial| denial.resource).map(|resource| format!(" on {resource}")).unwrap_or_default();
    let mut why = match cause {
        Cause::NotAllowed(PolicyKind::Identity) => {
            format!("nothing that is attached to {} allows {action}{on}", caller(asked))
        }
        Cause::NotAllowed(kind) => format!("{action}{on} is outside of what the {} leaves over", kind.name()),
        Cause::Denied(kind) => format!("a statement with Effect Deny in {} refuses {action}{on}", kind.with_article()),
        _ => format!("{} may not do {action}{on}", caller(asked)),
    };
    if let Some(policy) = denial.and_then(|denial| denial.policy_arn) {
        let _ = write!(why, ", in {policy}");
    }
    match denial.and_then(Denial::model_region) {
        Some("") => why.push_str(
            ". This is the model without a region: global inference asks for it too (aws:RequestedRegion is unspecified)",
        ),
        Some(region) if region != asked.region => {
            let _ = write!(
                why,
                ". The call came from {}: its inference profile may serve it in {region}, so that must be allowed too",
                asked.region
            );
        }
        _ => {}
    }
    why
}

fn missing(kind: PolicyKind, trouble: &Trouble, asked: &Asked<'_>) -> String {
    match kind {
        PolicyKind::Identity if trouble.operation.contains("Converse") || trouble.operation.contains("Invoke") => {
            format!(
                "{} prints the policy that allows it, in every region of its profile: attach it to {}; if ccwb deploy made the role: \
             allow model and region in the profile (ccwb init), then ccwb deploy",
                print(asked),
                caller(asked)
            )
        }
        PolicyKind::Identity => format!(
            "ccwb policy print --level standard --region {} prints a policy that allows looking, too: attach it to {}. Calls may \
             pass without: --api tries one",
            asked.region,
            caller(asked)
        ),
        PolicyKind::ServiceControl => format!(
            "the organisation's SCPs must allow it on every level, from the root to the account: {} shows them; try one with {} \
             --scp SCP.json",
            LIST_SCPS,
            simulate(asked)
        ),
        PolicyKind::Boundary => format!(
            "widen the boundary: aws iam get-role --role-name ROLE --query Role.PermissionsBoundary names it; {} prints what it \
             must allow; try it with {} --boundary BOUNDARY.json",
            print(asked),
            simulate(asked)
        ),
        PolicyKind::Session => format!(
            "the session was begun with a policy that leaves this out: mend the policy of whoever calls AssumeRole (the broker, the \
             permission set) by what {} prints",
            print(asked)
        ),
        PolicyKind::Endpoint => format!(
            "add the call to the endpoint's policy: VPC console, Endpoints, com.amazonaws.{}.bedrock-runtime, Policy; {} prints the \
             statements, which take a Principal there",
            asked.region,
            print(asked)
        ),
        PolicyKind::ResourceControl | PolicyKind::Resource => resource(kind),
    }
}

fn denied(kind: PolicyKind, denial: Option<&Denial<'_>>, asked: &Asked<'_>) -> String {
    let find = "no Allow anywhere outweighs a Deny: ";
    match kind {
        PolicyKind::Identity => format!(
            "{find}ccwb policy explain POLICY.json tells what a policy denies, {} which statement decides (--context for source IP, \
             VPC endpoint, time); aws iam list-attached-role-policies and list-role-policies list those of {}",
            simulate(asked),
            caller(asked)
        ),
        PolicyKind::ServiceControl => format!(
            "{find}only who runs the organisation can let it through: {} shows it; find the statement with {} --scp SCP.json, \
             and choose models or regions that it leaves: ccwb models check --region {}",
            denial.and_then(|denial| denial.policy_arn).map_or_else(|| LIST_SCPS.to_owned(), described),
            simulate(asked),
            asked.region
        ),
        PolicyKind::Boundary => format!(
            "{find}take the statement out of the boundary, which aws iam get-role --role-name ROLE --query Role.PermissionsBoundary \
             names; find it with {} --boundary BOUNDARY.json",
            simulate(asked)
        ),
        PolicyKind::Session => {
            format!(
                "{find}mend the policy that is handed over when the session begins; ccwb policy explain POLICY.json reads it"
            )
        }
        PolicyKind::Endpoint => format!(
            "{find}mend the endpoint's policy: VPC console, Endpoints, com.amazonaws.{}.bedrock-runtime, Policy; ccwb policy \
             explain POLICY.json reads it",
            asked.region
        ),
        PolicyKind::ResourceControl | PolicyKind::Resource => format!("{find}{}", resource(kind)),
    }
}

fn resource(kind: PolicyKind) -> String {
    match kind {
        PolicyKind::ResourceControl => "the organisation's resource control policies decide: aws organizations \
             list-policies-for-target --target-id ACCOUNT --filter RESOURCE_CONTROL_POLICY shows them; ccwb policy explain \
             POLICY.json reads one"
            .to_owned(),
        _ => "let the policy of what is called (a shared inference profile, an imported model) name the caller, in the account that \
              owns it; ccwb policy explain POLICY.json reads it"
            .to_owned(),
    }
}

fn print(asked: &Asked<'_>) -> String {
    let whose = if asked.principal.is_some() { " --account ACCOUNT" } else { "" };
    format!("ccwb policy print --model {} --region {}{whose}", short(asked), asked.region)
}

fn simulate(asked: &Asked<'_>) -> String {
    format!("ccwb policy simulate POLICY.json --call {} --region {} --account ACCOUNT", short(asked), asked.region)
}

const LIST_SCPS: &str =
    "aws organizations list-policies-for-target --target-id ACCOUNT --filter SERVICE_CONTROL_POLICY";

/// `arn:aws:organizations::123456789012:policy/o-example/service_control_policy/p-example`.
fn described(arn: &str) -> String {
    format!("aws organizations describe-policy --policy-id {}", arn.rsplit('/').next().unwrap_or(arn))
}
