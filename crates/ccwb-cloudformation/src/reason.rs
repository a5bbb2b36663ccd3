//! What AWS's words mean, and what helps.
//!
//! CloudFormation passes on what each service said, as text. The texts below are those in the services' documentation and
//! in public reports; each row is one that somebody ran into.

use std::fmt;

/// A known reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    kind: Kind,
    detail: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    AccessDenied,
    OrganizationDenies,
    BoundaryDenies,
    AlreadyExists,
    Limit,
    InvalidPrincipal,
    PolicyTooLong,
    Throttled,
    ExpiredCredentials,
    UnknownCredentials,
    ClockWrong,
    Capability,
    Protected,
    BucketNotEmpty,
    PrivateDnsTaken,
    NotFound,
    InProgress,
}

use Kind::{
    AccessDenied, AlreadyExists, BoundaryDenies, BucketNotEmpty, Capability, ClockWrong, ExpiredCredentials,
    InProgress, InvalidPrincipal, Limit, NotFound, OrganizationDenies, PolicyTooLong, PrivateDnsTaken, Protected,
    Throttled, UnknownCredentials,
};

/// Codes of errors.
const CODES: &[(&str, Kind)] = &[
    ("AccessDenied", AccessDenied),
    ("AccessDeniedException", AccessDenied),
    ("UnauthorizedOperation", AccessDenied),
    ("AlreadyExistsException", AlreadyExists),
    ("LimitExceededException", Limit),
    ("Throttling", Throttled),
    ("ThrottlingException", Throttled),
    ("TooManyRequestsException", Throttled),
    ("RequestLimitExceeded", Throttled),
    ("ExpiredToken", ExpiredCredentials),
    ("ExpiredTokenException", ExpiredCredentials),
    ("TokenRefreshRequired", ExpiredCredentials),
    ("InvalidClientTokenId", UnknownCredentials),
    ("UnrecognizedClientException", UnknownCredentials),
    ("InvalidAccessKeyId", UnknownCredentials),
    ("AuthFailure", UnknownCredentials),
    ("SignatureDoesNotMatch", UnknownCredentials),
    ("RequestExpired", ClockWrong),
    ("RequestTimeTooSkewed", ClockWrong),
    ("InsufficientCapabilitiesException", Capability),
    ("InsufficientCapabilities", Capability),
    ("OperationInProgressException", InProgress),
];

/// Pieces of texts, in lower case; the first row of which a piece is found counts.
const TEXTS: &[(&[&str], Kind)] = &[
    (&["signature expired", "signature not yet current"], ClockWrong),
    (&["expiredtoken", "security token included in the request is expired", "token has expired"], ExpiredCredentials),
    (&["security token included in the request is invalid"], UnknownCredentials),
    (&["explicit deny in a service control policy", "explicit deny in a resource control policy"], OrganizationDenies),
    (&["no permissions boundary allows", "deny in a permissions boundary"], BoundaryDenies),
    (
        &["is not authorized to perform", "accessdenied", "access denied", "not authorized", "unauthorizedoperation"],
        AccessDenied,
    ),
    (&["invalid principal in policy", "malformedpolicydocument", "malformed policy"], InvalidPrincipal),
    (&["cannot exceed quota for policysize", "maximum policy size"], PolicyTooLong),
    (&["private-dns-enabled cannot be set", "conflicting dns domain"], PrivateDnsTaken),
    (&["already exists", "alreadyexists", "entityalreadyexists"], AlreadyExists),
    (&["limitexceeded", "limit exceeded", "cannot exceed quota", "servicelimitexceeded", "maximum number of"], Limit),
    (&["rate exceeded", "throttl", "toomanyrequests", "too many requests"], Throttled),
    (&["requires capabilities"], Capability),
    (&["terminationprotection is enabled", "termination protection"], Protected),
    (&["bucket you tried to delete is not empty", "bucketnotempty"], BucketNotEmpty),
    (&["does not exist", "notfound", "not found"], NotFound),
];

impl Reason {
    /// From the code of an error.
    pub(crate) fn of_code(code: &str) -> Option<Self> {
        let kind = CODES.iter().find(|(known, _)| *known == code)?.1;
        Some(Self { kind, detail: None })
    }

    /// From what AWS said.
    pub fn of_text(text: &str) -> Option<Self> {
        let lower = text.to_lowercase();
        let kind = TEXTS.iter().find(|(pieces, _)| pieces.iter().any(|piece| lower.contains(piece)))?.1;
        let detail = match kind {
            AccessDenied | OrganizationDenies | BoundaryDenies => denied(text),
            _ => None,
        };
        Some(Self { kind, detail })
    }

    /// Whether the text may say more.
    pub(crate) fn is_general(&self) -> bool {
        matches!(self.kind, AccessDenied | UnknownCredentials)
    }

    pub(crate) fn is_passing(&self) -> bool {
        self.kind == Throttled
    }

    /// A stable name, the code of the failure that a person sees.
    pub fn code(&self) -> &'static str {
        match self.kind {
            AccessDenied => "aws-access-denied",
            OrganizationDenies => "aws-organization-denies",
            BoundaryDenies => "aws-boundary-denies",
            AlreadyExists => "aws-already-exists",
            Limit => "aws-limit",
            InvalidPrincipal => "aws-invalid-principal",
            PolicyTooLong => "aws-policy-size",
            Throttled => "aws-throttled",
            ExpiredCredentials => "aws-credentials-expired",
            UnknownCredentials => "aws-credentials-unknown",
            ClockWrong => "clock",
            Capability => "aws-capability",
            Protected => "aws-termination-protection",
            BucketNotEmpty => "aws-bucket-not-empty",
            PrivateDnsTaken => "aws-private-dns",
            NotFound => "aws-not-found",
            InProgress => "aws-in-progress",
        }
    }

    /// What to do.
    pub fn advice(&self) -> String {
        let action = self.detail.as_deref();
        match (self.kind, action) {
            (AccessDenied, Some(who_and_what)) => format!("have {who_and_what} allowed, then run the same command again"),
            (AccessDenied, None) => "use credentials that may do this (--aws-profile), then run the same command again".into(),
            (OrganizationDenies, _) => {
                "a service control policy of your AWS Organization denies it: ask whoever manages the organization".into()
            }
            (BoundaryDenies, _) => {
                "the permissions boundary of your role does not allow it; if new roles need a boundary too, set \
                 permissions_boundary_arn in the profile"
                    .into()
            }
            (AlreadyExists, _) => {
                "something of that name is there already: delete or rename it if it is not needed, or give this profile \
                 another identity_pool_name"
                    .into()
            }
            (Limit, _) => "a quota of the account is used up: delete what is not needed, or raise it in Service Quotas".into(),
            (InvalidPrincipal, _) => {
                "a policy names somebody who does not exist, or is not valid: check the profile's ARNs and conditions".into()
            }
            (PolicyTooLong, _) => "choose fewer models or regions: a policy has a limited size".into(),
            (Throttled, _) => "AWS is busy with other requests of this account: run the same command again in a minute".into(),
            (ExpiredCredentials, _) => {
                "renew your AWS credentials (aws sso login, or new keys), then run the same command again".into()
            }
            (UnknownCredentials, _) => {
                "AWS does not know these credentials: choose others with --aws-profile, or renew them".into()
            }
            (ClockWrong, _) => "set this computer's clock, then run the same command again".into(),
            (Capability, _) => "allow the template to make IAM resources".into(),
            (Protected, _) => "add --remove-protection if the stack is really to be deleted".into(),
            (BucketNotEmpty, _) => "run ccwb destroy, which empties it first; if it did, something still writes into the bucket".into(),
            (PrivateDnsTaken, _) => {
                "the VPC has an endpoint with private DNS for this service already: use that one, and switch \
                 vpc_endpoint_enabled off"
                    .into()
            }
            (NotFound, _) => "check that what the profile names exists in this account and region".into(),
            (InProgress, _) => "somebody else is changing this stack: run the same command again to follow it".into(),
        }
    }
}

/// AWS's `User: ARN is not authorized to perform: ACTION on resource: ARN` as "ACTION for ARN".
fn denied(text: &str) -> Option<String> {
    let (before, after) = text.split_once("is not authorized to perform: ")?;
    let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || ":*_-".contains(c))).unwrap_or(after.len());
    let action = after[..end].trim_end_matches(':');
    let who = before.rsplit("User: ").next().map(str::trim).filter(|who| who.starts_with("arn:"));
    Some(match who {
        Some(who) => format!("{action} for {who}"),
        None => action.to_owned(),
    })
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.advice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_says_is_known_by_what_it_means() {
        for (text, code) in [
            (
                "Resource handler returned message: \"User: arn:aws:sts::1:assumed-role/Dev/me is not authorized to perform: \
                 iam:CreateRole on resource: arn:aws:iam::1:role/x because no identity-based policy allows the iam:CreateRole \
                 action (Service: Iam, Status Code: 403)\"",
                "aws-access-denied",
            ),
            (
                "User: arn:aws:iam::1:user/me is not authorized to perform: iam:CreateRole with an explicit deny in a service \
                 control policy",
                "aws-organization-denies",
            ),
            (
                "is not authorized to perform: iam:CreateRole because no permissions boundary allows the iam:CreateRole action",
                "aws-boundary-denies",
            ),
            (
                "Provider with url https://x already exists. (Service: Iam, HandlerErrorCode: AlreadyExists)",
                "aws-already-exists",
            ),
            ("Cannot exceed quota for RolesPerAccount: 1000", "aws-limit"),
            ("Cannot exceed quota for PolicySize: 6144", "aws-policy-size"),
            ("Invalid principal in policy: \"AWS\":\"arn:aws:iam::1:role/gone\"", "aws-invalid-principal"),
            ("Rate exceeded (Service: AWSLambda; Status Code: 429)", "aws-throttled"),
            ("The security token included in the request is expired", "aws-credentials-expired"),
            ("Requires capabilities : [CAPABILITY_IAM]", "aws-capability"),
            ("Stack [x] cannot be deleted while TerminationProtection is enabled", "aws-termination-protection"),
            ("The bucket you tried to delete is not empty", "aws-bucket-not-empty"),
            (
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain for x",
                "aws-private-dns",
            ),
            ("The vpc ID 'vpc-1' does not exist", "aws-not-found"),
        ] {
            assert_eq!(Reason::of_text(text).map(|reason| reason.code()), Some(code), "{text}");
        }
        assert_eq!(Reason::of_text("Internal Failure"), None);
    }

    #[test]
    fn who_may_not_do_what_is_said_in_the_advice() {
        let text = "API: iam:CreateRole User: arn:aws:iam::1:user/me is not authorized to perform: iam:CreateRole on resource: *";
        let advice = Reason::of_text(text).unwrap().advice();
        assert!(advice.contains("iam:CreateRole for arn:aws:iam::1:user/me"), "{advice}");
        let text = "not authorized to perform: x"; // No ARN, no action that can be cut out.
        assert!(Reason::of_text(text).unwrap().advice().contains("--aws-profile"));
    }
}
