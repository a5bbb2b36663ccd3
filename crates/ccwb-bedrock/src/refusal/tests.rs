//! AWS's own sentences, and the cause that each must lead to.

use std::collections::HashSet;

use super::*;

const PROFILE: &str = "eu.anthropic.claude-sonnet-4-6";
const ROLE: &str = "arn:aws:sts::123456789012:assumed-role/acme-Bedrock/alice";

fn asked<'a>(region: &'a str, model: &'a str) -> Asked<'a> {
    Asked { region, model: Some(model), principal: Some(ROLE), ..Asked::default() }
}

fn found(status: u16, code: &str, message: &str, asked: &Asked<'_>) -> Diagnosis {
    diagnose(&Trouble::refused("bedrock:Converse", status, code, message), asked)
}

fn denied(tail: &str) -> String {
    format!(
        "User: {ROLE} is not authorized to perform: bedrock:InvokeModel on resource: \
         arn:aws:bedrock:eu-north-1::foundation-model/anthropic.claude-sonnet-4-6 {tail}"
    )
}

const MARKETPLACE: &str = "Model access is denied due to IAM user or service role is not authorized to perform the required AWS \
                       Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to \
                       this model. Refer to the Amazon Bedrock documentation for further details. Your AWS Marketplace \
                       subscription for this model cannot be completed at this time. If you recently fixed this issue, try \
                       again after 5 minutes.";
const PAYMENT: &str = "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided.. Your \
                   AWS Marketplace subscription for this model cannot be completed at this time.";

/// Status, code, sentence, and what it must lead to.
const SENTENCES: &[(u16, &str, &str, Cause)] = &[
    (
        403,
        "AccessDeniedException",
        "You don't have access to the model with the specified model ID.",
        Cause::ModelAccess,
    ),
    (
        403,
        "AccessDeniedException",
        "You don’t have access to the model with the specified model ID.",
        Cause::ModelAccess,
    ),
    (
        404,
        "ResourceNotFoundException",
        "Model use case details have not been submitted for this account. Fill out the Anthropic use case details form before \
             using the model. If you have already filled out the form, try again in 15 minutes.",
        Cause::UseCaseForm,
    ),
    (
        400,
        "ValidationException",
        "You have not filled out the required use-case form for this model. Complete the form at \
             https://eu-west-1.console.aws.amazon.com/bedrock/ before requesting access.",
        Cause::UseCaseForm,
    ),
    (403, "AccessDeniedException", MARKETPLACE, Cause::MarketplacePermission),
    (403, "AccessDeniedException", PAYMENT, Cause::PaymentMethod),
    (
        403,
        "AccessDeniedException",
        "Model access is denied due to your AWS Marketplace subscription being under way. Try again in 15 minutes.",
        Cause::MarketplaceSubscription,
    ),
    (400, "ValidationException", "Operation not allowed", Cause::AccountRestricted),
    (
        400,
        "ValidationException",
        "Access to Anthropic models is not allowed from unsupported countries, regions, or territories. Please refer to \
             https://www.anthropic.com/supported-countries for more information on the countries and regions Anthropic currently \
             supports.",
        Cause::CountryUnsupported,
    ),
    (
        400,
        "ValidationException",
        "Invocation of model ID anthropic.claude-sonnet-4-20250514-v1:0 with on-demand throughput isn’t supported. Retry your \
             request with the ID or ARN of an inference profile that contains this model.",
        Cause::ProfileNeeded,
    ),
    (
        404,
        "ResourceNotFoundException",
        "This model version has reached the end of its life. Please refer to the AWS documentation for more details.",
        Cause::ModelEnded,
    ),
    (
        404,
        "ResourceNotFoundException",
        "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in the last \
             30 days. Please upgrade to an active model on Amazon Bedrock",
        Cause::ModelLegacy,
    ),
    (429, "ThrottlingException", "Too many requests, please wait before trying again.", Cause::RequestsPerMinute),
    (429, "ThrottlingException", "Too many tokens, please wait before trying again.", Cause::TokensPerMinute),
    (429, "ThrottlingException", "Too many tokens per day, please wait before trying again.", Cause::TokensPerDay),
    (400, "ThrottlingException", "Rate exceeded", Cause::RequestsPerMinute),
    (400, "ServiceQuotaExceededException", "Your request exceeds the service quota for your account.", Cause::Quota),
    (429, "ModelNotReadyException", "The model is not ready yet.", Cause::ModelNotReady),
    (503, "ServiceUnavailableException", "Bedrock is unable to process your request.", Cause::ServiceUnavailable),
    (529, "OverloadedError", "", Cause::ServiceUnavailable),
    (
        408,
        "ModelTimeoutException",
        "Model has timed out in processing the request. Try your request again.",
        Cause::ModelTimeout,
    ),
    (424, "ModelErrorException", "The system encountered an unexpected error during processing.", Cause::ServiceFailed),
    (500, "InternalServerException", "The system encountered an unexpected error.", Cause::ServiceFailed),
    (403, "ExpiredTokenException", "The security token included in the request is expired", Cause::CredentialsExpired),
    (403, "ExpiredToken", "The security token included in the request is expired", Cause::CredentialsExpired),
    (
        403,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
        Cause::CredentialsInvalid,
    ),
    (403, "InvalidClientTokenId", "The security token included in the request is invalid.", Cause::CredentialsInvalid),
    (
        403,
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and \
             signing method. Consult the service documentation for details.",
        Cause::SignatureWrong,
    ),
    (
        403,
        "InvalidSignatureException",
        "Signature expired: 20261126T100000Z is now earlier than 20261126T115500Z (20261126T120000Z - 5 min.)",
        Cause::ClockWrong,
    ),
    (
        403,
        "SignatureDoesNotMatch",
        "Signature not yet current: 20261126T130000Z is still later than 20261126T120500Z (20261126T120000Z + 5 min.)",
        Cause::ClockWrong,
    ),
    (
        403,
        "AccessDeniedException",
        "Authentication failed: Please make sure your API Key is valid.",
        Cause::ApiKeyInvalid,
    ),
    (403, "AccessDeniedException", "Bearer Token has expired", Cause::ApiKeyInvalid),
    (
        403,
        "RegionDisabledException",
        "STS is not activated in this region for account:123456789012.",
        Cause::RegionDisabled,
    ),
    (403, "AccessDeniedException", "", Cause::AccessDenied),
    (418, "TeapotException", "I am a teapot", Cause::Unknown),
];

#[test]
fn each_sentence_of_aws_has_its_cause() {
    for (status, code, message, cause) in SENTENCES {
        let found = found(*status, code, message, &asked("eu-west-1", PROFILE));
        assert_eq!(found.cause, *cause, "{code}: {message}");
    }
}

#[test]
fn each_kind_of_policy_is_told_from_the_others_and_a_missing_statement_from_a_deny() {
    for kind in PolicyKind::ALL {
        let name = kind.name();
        let article = if name.starts_with('i') { "an" } else { "a" };
        let missing = denied(&format!("because no {name} allows the bedrock:InvokeModel action"));
        let denies = denied(&format!("with an explicit deny in {article} {name}"));
        for (message, cause) in [(missing, Cause::NotAllowed(kind)), (denies, Cause::Denied(kind))] {
            let found = found(403, "AccessDeniedException", &message, &asked("eu-west-1", PROFILE));
            assert_eq!(found.cause, cause, "{message}");
            assert!(
                found.why.contains("bedrock:InvokeModel") && found.why.contains("serve it in eu-north-1"),
                "{}",
                found.why
            );
        }
    }
}

#[test]
fn a_denial_is_taken_apart() {
    let arn = "arn:aws:organizations::999999999999:policy/o-a1b2/service_control_policy/p-c3d4";
    let message = denied(&format!("with an explicit deny in a service control policy: {arn}"));
    let denial = Denial::read(&message).unwrap();
    assert_eq!((denial.principal, denial.action), (Some(ROLE), "bedrock:InvokeModel"));
    assert_eq!(denial.model_region(), Some("eu-north-1"));
    assert_eq!((denial.policy, denial.policy_arn), (Some((PolicyKind::ServiceControl, true)), Some(arn)));
    let found = found(403, "AccessDeniedException", &message, &asked("eu-west-1", PROFILE));
    assert!(found.why.contains(arn) && found.fix.contains("describe-policy --policy-id p-c3d4"), "{found:?}");
    assert!(
        found.fix.contains("ccwb policy simulate POLICY.json --call sonnet-4-6 --region eu-west-1"),
        "{}",
        found.fix
    );
    for other in ["", "Access denied", "is not authorized to perform", "User: x is not authorized to perform the thing"]
    {
        assert_eq!(Denial::read(other), None, "{other}");
    }
    let bare = Denial::read("User: x is not authorized to perform: sts:AssumeRole").unwrap();
    assert_eq!((bare.action, bare.resource, bare.policy), ("sts:AssumeRole", None, None));
}

#[test]
fn global_inference_asks_for_the_model_without_a_region() {
    let message = "User: x is not authorized to perform: bedrock:InvokeModel on resource: \
                   arn:aws:bedrock:::foundation-model/anthropic.claude-opus-4-6-v1 with an explicit deny in a service control policy";
    let found =
        found(403, "AccessDeniedException", message, &asked("us-east-1", "global.anthropic.claude-opus-4-6-v1"));
    assert!(found.why.contains("without a region"), "{}", found.why);
}

#[test]
fn what_there_is_no_such_model_means_depends_on_the_catalogue() {
    let invalid = "The provided model identifier is invalid.";
    for (region, model, cause, fix) in [
        (
            "eu-west-1",
            "us.anthropic.claude-sonnet-4-6",
            Cause::ProfileElsewhere,
            "from eu-west-1 call eu.anthropic.claude-sonnet-4-6",
        ),
        ("us-east-1", "eu.anthropic.claude-sonnet-4-6", Cause::ProfileElsewhere, "us.anthropic.claude-sonnet-4-6"),
        ("eu-west-1", "anthropic.claude-sonnet-4-6", Cause::ProfileNeeded, "eu.anthropic.claude-sonnet-4-6"),
        ("eu-west-1", PROFILE, Cause::ModelNotInRegion, "global.anthropic.claude-sonnet-4-6"),
        ("eu-west-1", "anthropic.claude-opus-4-1-20250805-v1:0", Cause::ModelNotInRegion, "us-west-2"),
        ("eu-west-1", "eu.anthropic.claude-sonnet-4-6-v1:0", Cause::ModelUnknown, "ccwb models list"),
        ("ap-southeast-2", "au.anthropic.claude-opus-4-8", Cause::ModelUnknown, "from ap-southeast-2 call"),
        ("us-east-1", "claude-sonnet", Cause::ModelUnknown, "ccwb models list --region us-east-1"),
        (
            "eu-west-1",
            "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6",
            Cause::ProfileElsewhere,
            "eu.anthropic",
        ),
    ] {
        let found = found(400, "ValidationException", invalid, &asked(region, model));
        assert_eq!(found.cause, cause, "{model} from {region}");
        assert!(found.fix.contains(fix), "{model} from {region}: {}", found.fix);
    }
}

#[test]
fn a_model_that_ends_names_its_day_and_one_that_stays() {
    let message = "This model version has reached the end of its life.";
    let found = found(
        404,
        "ResourceNotFoundException",
        message,
        &asked("us-east-1", "us.anthropic.claude-3-7-sonnet-20250219-v1:0"),
    );
    assert!(found.why.contains("2026-04-28"), "{}", found.why);
    assert!(found.fix.contains("us.anthropic.claude-sonnet-5"), "{}", found.fix);
}

#[test]
fn credentials_that_another_region_takes_do_not_hold_in_a_region_that_is_not_enabled() {
    let invalid = "The security token included in the request is invalid.";
    let known = Asked { is_known_elsewhere: true, ..asked("me-south-1", PROFILE) };
    let found = found(403, "UnrecognizedClientException", invalid, &known);
    assert_eq!(found.cause, Cause::RegionDisabled);
    assert!(found.fix.contains("aws account enable-region --region-name me-south-1"), "{}", found.fix);
}

#[test]
fn a_name_without_an_address_is_the_region_s_fault_only_if_others_have_one() {
    let end = End::Network { kind: Network::Name, said: "the name could not be resolved".to_owned() };
    let trouble = Trouble { operation: "bedrock:Converse".to_owned(), end };
    let asked = asked("eu-west-9", PROFILE);
    assert_eq!(diagnose(&trouble, &asked).cause, Cause::NameUnknown);
    let found = diagnose(&trouble, &Asked { is_known_elsewhere: true, ..asked });
    assert_eq!(found.cause, Cause::RegionWithoutBedrock);
    assert!(found.why.contains("bedrock-runtime.eu-west-9.amazonaws.com"), "{}", found.why);
}

#[test]
fn an_identity_must_fit_partition_and_account() {
    let asked = Asked { region: "us-gov-west-1", account: Some("123456789012"), ..Asked::default() };
    assert_eq!(misfit(ROLE, "123456789012", &asked).map(|found| found.cause), Some(Cause::PartitionWrong));
    let here = Asked { region: "us-east-1", ..asked };
    assert_eq!(misfit(ROLE, "123456789012", &here), None);
    assert_eq!(misfit(ROLE, "123456789012", &Asked { account: None, ..here }), None);
    let other = misfit(ROLE, "123456789012", &Asked { account: Some("999999999999"), ..here }).unwrap();
    assert_eq!(other.cause, Cause::AccountWrong);
    assert!(other.why.contains("123456789012, and 999999999999 is meant"), "{}", other.why);
    assert_eq!(home_regions("me-south-1")[0], "us-east-1");
    assert_eq!(home_regions("us-gov-west-1")[0], "us-east-1");
    assert_eq!(home_regions("us-gov-east-1")[0], "us-gov-west-1");
}

#[test]
fn every_cause_has_a_name_of_its_own_a_reason_and_a_next_step() {
    let mut codes = HashSet::new();
    let trouble = Trouble::refused("bedrock:Converse", 403, "", "");
    for cause in Cause::all() {
        assert!(codes.insert(cause.code()), "{cause:?}");
        let found = describe(cause, &trouble, &asked("eu-west-1", PROFILE));
        for text in [&found.which, &found.why, &found.fix] {
            assert!(text.len() > 10 && !text.contains("  ") && !text.contains('\n'), "{cause:?}: {text}");
        }
        assert!(!format!("{found:?}").contains("alice"), "{found:?}");
    }
    assert_eq!(codes.len(), 53);
}
