//! AWS's sentence on a denied request, taken apart.

use super::PolicyKind;

/// `User: WHO is not authorized to perform: ACTION on resource: RESOURCE because no KIND allows the ACTION action`, or
/// `... with an explicit deny in a KIND: POLICY`.
///
/// Source: IAM User Guide, "Troubleshoot access denied error messages".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial<'a> {
    /// The caller's ARN.
    pub principal: Option<&'a str>,
    /// Such as `bedrock:InvokeModel`.
    pub action: &'a str,
    /// The resource's ARN, if AWS names it.
    pub resource: Option<&'a str>,
    /// The kind of policy that decides, if AWS names it, and whether it denies explicitly.
    pub policy: Option<(PolicyKind, bool)>,
    /// The ARN of the deciding policy, which AWS adds since 2026 where caller and policy are of one organisation.
    pub policy_arn: Option<&'a str>,
}

impl<'a> Denial<'a> {
    /// Reads the sentence; `None` if it is none of that form.
    pub fn read(message: &'a str) -> Option<Self> {
        let (before, after) = message.split_once("is not authorized to perform")?;
        let mut words = after.trim_start_matches(':').split_whitespace();
        let action = words.next().filter(|word| word.contains(':'))?.trim_end_matches([',', '.']);
        let following = |label: &str| {
            let (_, rest) = after.split_once(label)?;
            rest.split_whitespace().next().map(|word| word.trim_end_matches([',', '.']))
        };
        let explicit = after.split_once("with an explicit deny in a");
        let reason = explicit.or_else(|| after.split_once("because no ")).map(|(_, reason)| reason);
        let kind = reason.and_then(|reason| PolicyKind::ALL.into_iter().find(|kind| begins(reason, *kind)));
        Some(Self {
            principal: before.split_once("User:").map(|(_, who)| who.trim()).filter(|who| !who.is_empty()),
            action,
            resource: following("on resource:"),
            policy: kind.map(|kind| (kind, explicit.is_some())),
            policy_arn: reason.and_then(|reason| {
                reason.split_whitespace().find(|word| word.starts_with("arn:")).map(|arn| arn.trim_end_matches('.'))
            }),
        })
    }

    /// The region of a foundation model that was denied; empty where global inference asks without one.
    pub fn model_region(&self) -> Option<&'a str> {
        let arn = self.resource.filter(|arn| arn.contains(":foundation-model/"))?;
        arn.split(':').nth(3)
    }
}

/// `n identity-based policy`, ` service control policy`, and in VPC's case with or without capitals.
fn begins(reason: &str, kind: PolicyKind) -> bool {
    let reason = reason.trim_start_matches('n').trim_start();
    let head = reason.get(..kind.name().len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(kind.name()))
}
