//! `ccwb doctor --bedrock` against scripted answers of AWS: each refusal by the cause that it has.

use ccwb_bedrock::refusal::{Cause, PolicyKind};
use ccwb_sandbox::{Fault, Federation};
use ccwb_tests::{Office, Output};
use serde_json::{Value, json};

use crate::line;
use crate::site::Site;

const SONNET: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const CALL: &str = "bedrock:Converse";
const STS: &str = "sts:GetCallerIdentity";

impl Site {
    fn refuses(&self, endpoint: &str, status: u16, code: &str, message: &str) {
        self.answers(endpoint, refusal(status, code, message));
    }

    fn doctor(&self, arguments: &str) -> Output {
        line(&self.home, &format!("doctor --bedrock --json {arguments}"))
    }

    /// A call from `us-east-1` that AWS refuses like this: its row.
    fn call(&self, status: u16, code: &str, message: &str) -> Value {
        self.refuses(CALL, status, code, message);
        let output = self.doctor("--region us-east-1 --model sonnet-4-5 --api");
        let row = failed(&output);
        assert_eq!(row["check"], "call sonnet-4-5", "{output}");
        row
    }
}

/// In AWS's two forms: JSON for Bedrock, XML for STS.
fn refusal(status: u16, code: &str, message: &str) -> Fault {
    let body = json!({"__type": code, "message": message});
    Fault { status: Some(status), body: Some(body), ..Fault::default() }
}

fn sts_refusal(status: u16, code: &str, message: &str) -> Fault {
    let body = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    );
    let content_type = Some("text/xml".to_owned());
    Fault { status: Some(status), body: Some(Value::String(body)), content_type, ..Fault::default() }
}

/// The one failed row. It says which, why and what to do, and it is safe to paste.
#[track_caller]
fn failed(output: &Output) -> Value {
    let report = output.json();
    let rows = report["checks"].as_array().expect("a list");
    let failed: Vec<&Value> = rows.iter().filter(|row| row["outcome"] == "failed").collect();
    let [row] = failed.as_slice() else { panic!("not one failure: {output}") };
    assert_eq!((output.code, &report["failed"]), (Some(1), &json!(1)), "{output}");
    for part in ["detail", "hint"] {
        assert!(row[part].as_str().is_some_and(|text| text.len() > 20), "{row:#}");
    }
    for private in ["123456789012", "alice"] {
        assert!(!output.stdout.contains(private), "{private}: {output}");
    }
    (*row).clone()
}

/// The first of several failed rows.
#[track_caller]
fn first(output: &Output) -> Value {
    let report = output.json();
    let failed = report["checks"].as_array().into_iter().flatten().find(|row| row["outcome"] == "failed").cloned();
    failed.unwrap_or_else(|| panic!("no failure: {output}"))
}

#[track_caller]
fn assert_cause(row: &Value, cause: Cause) {
    assert_eq!(row["code"], cause.code(), "{row:#}");
    assert!(row["detail"].as_str().is_some_and(|detail| detail.starts_with(&cause.which())), "{row:#}");
}

#[track_caller]
fn assert_hints(row: &Value, part: &str) {
    assert!(row["hint"].as_str().is_some_and(|hint| hint.contains(part)), "no {part}: {row:#}");
}

#[test]
fn credentials_that_may_call_pass_and_a_call_is_made_only_if_asked_for() {
    let site = Site::new();
    let free = site.doctor("--region us-east-1 --model sonnet-4-5,haiku-4-5").success();
    assert_eq!(site.sandbox.control().count(CALL), 0, "{free}");
    assert!(free.stdout.contains("--api makes one"), "{free}");
    let paid = site.doctor("--region us-east-1 --model sonnet-4-5,haiku-4-5 --api").success();
    assert_eq!(site.sandbox.control().count(CALL), 2, "{paid}");
    assert!(paid.stdout.contains(&format!("{SONNET} answered")), "{paid}");
    assert!(!paid.stdout.contains("123456789012"), "{paid}");
}

#[test]
fn each_kind_of_policy_is_named_whether_it_lacks_a_statement_or_denies() {
    for kind in PolicyKind::ALL {
        let name = kind.name();
        let article = if kind == PolicyKind::Identity { "an" } else { "a" };
        for (reason, cause) in [
            (format!("because no {name} allows the bedrock:InvokeModel action"), Cause::NotAllowed(kind)),
            (format!("with an explicit deny in {article} {name}"), Cause::Denied(kind)),
        ] {
            let row = Site::new().call(
                403,
                "AccessDeniedException",
                &format!(
                    "User: arn:aws:sts::123456789012:assumed-role/acme-Bedrock/alice is not authorized to perform: \
                     bedrock:InvokeModel on resource: arn:aws:bedrock:us-west-2::foundation-model/\
                     anthropic.claude-sonnet-4-5-20250929-v1:0 {reason}"
                ),
            );
            assert_cause(&row, cause);
            assert!(row["detail"].as_str().is_some_and(|detail| detail.contains("serve it in us-west-2")), "{row:#}");
            assert_hints(&row, if kind == PolicyKind::Identity { "ccwb policy " } else { "olicy" });
        }
    }
}

#[test]
fn access_that_is_denied_without_a_reason_is_told_as_that() {
    assert_cause(&Site::new().call(403, "AccessDeniedException", "Access denied"), Cause::AccessDenied);
}

/// Status, code and sentence of a call, its cause, and what the fix names.
type Case = (u16, &'static str, &'static str, Cause, &'static str);

fn each(cases: &[Case]) {
    for (status, code, message, cause, hint) in cases {
        let row = Site::new().call(*status, code, message);
        assert_cause(&row, *cause);
        assert_hints(&row, hint);
    }
}

#[test]
fn what_the_account_lacks_is_told_from_what_a_policy_lacks() {
    each(&[
        (
            403,
            "AccessDeniedException",
            "You don't have access to the model with the specified model ID.",
            Cause::ModelAccess,
            "ccwb models check sonnet-4-5 --region us-east-1 --live",
        ),
        (
            404,
            "ResourceNotFoundException",
            "Model use case details have not been submitted for this account. Fill out the Anthropic use case details form before \
             using the model. If you have already filled out the form, try again in 15 minutes.",
            Cause::UseCaseForm,
            "Model catalog",
        ),
        (
            403,
            "AccessDeniedException",
            "Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace \
             actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to this model.",
            Cause::MarketplacePermission,
            "aws-marketplace:Subscribe",
        ),
        (
            403,
            "AccessDeniedException",
            "Your AWS Marketplace subscription for this model cannot be completed at this time.",
            Cause::MarketplaceSubscription,
            "wait 15 minutes",
        ),
        (
            403,
            "AccessDeniedException",
            "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided.",
            Cause::PaymentMethod,
            "Payment preferences",
        ),
        (400, "ValidationException", "Operation not allowed", Cause::AccountRestricted, "AWS Support"),
        (
            400,
            "ValidationException",
            "Access to Anthropic models is not allowed from unsupported countries, regions, or territories.",
            Cause::CountryUnsupported,
            "supported-countries",
        ),
    ]);
}

#[test]
fn what_happened_to_a_model_is_told_with_what_to_call_instead() {
    let row = Site::new().call(400, "ValidationException", "The provided model identifier is invalid.");
    assert_cause(&row, Cause::ModelNotInRegion);
    assert_hints(&row, "global.anthropic.claude-sonnet-4-5-20250929-v1:0");
    each(&[
        (
            404,
            "ResourceNotFoundException",
            "This model version has reached the end of its life. Please refer to the AWS documentation for more details.",
            Cause::ModelEnded,
            "us.anthropic.claude-sonnet-5",
        ),
        (
            404,
            "ResourceNotFoundException",
            "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in the last \
             30 days. Please upgrade to an active model on Amazon Bedrock",
            Cause::ModelLegacy,
            "us.anthropic.claude-sonnet-5",
        ),
        (
            400,
            "ValidationException",
            "Invocation of model ID anthropic.claude-sonnet-4-5-20250929-v1:0 with on-demand throughput isn\u{2019}t supported. \
             Retry your request with the ID or ARN of an inference profile that contains this model.",
            Cause::ProfileNeeded,
            SONNET,
        ),
    ]);
}

/// What the lists say, without a call: nothing is paid for.
#[test]
fn a_model_that_is_named_wrongly_is_found_without_a_call() {
    for (region, model, cause, hint) in [
        ("us-east-1", "anthropic.claude-sonnet-4-5-20250929-v1:0", Cause::ProfileNeeded, SONNET),
        ("eu-west-1", SONNET, Cause::ProfileElsewhere, "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("us-east-1", "us.anthropic.claude-sonnet-99", Cause::ModelUnknown, "ccwb models list --region us-east-1"),
        ("eu-west-1", "opus-4-1", Cause::ModelNotInRegion, "us-west-2"),
    ] {
        let site = Site::new();
        let row = failed(&site.doctor(&format!("--region {region} --model {model}")));
        assert_cause(&row, cause);
        assert_hints(&row, hint);
        assert_eq!(site.sandbox.control().count(CALL), 0);
    }
}

#[test]
fn load_is_told_from_quotas_and_each_quota_by_its_name() {
    each(&[
        (
            429,
            "ThrottlingException",
            "Too many requests, please wait before trying again.",
            Cause::RequestsPerMinute,
            "Cross-region model inference requests per minute for Anthropic Claude Sonnet 4.5",
        ),
        (
            429,
            "ThrottlingException",
            "Too many tokens, please wait before trying again.",
            Cause::TokensPerMinute,
            "Cross-region model inference tokens per minute",
        ),
        (
            429,
            "ThrottlingException",
            "Too many tokens per day, please wait before trying again.",
            Cause::TokensPerDay,
            "max tokens per day",
        ),
        (
            400,
            "ServiceQuotaExceededException",
            "Your request exceeds the service quota for your account.",
            Cause::Quota,
            "Service Quotas console",
        ),
        (429, "ModelNotReadyException", "The model is not ready.", Cause::ModelNotReady, "try again"),
        (503, "ServiceUnavailableException", "Service unavailable", Cause::ServiceUnavailable, "quotas of its own"),
        (408, "ModelTimeoutException", "Model has timed out in processing the request.", Cause::ModelTimeout, "stream"),
        (424, "ModelErrorException", "The model failed.", Cause::ServiceFailed, "health.aws.amazon.com"),
        (500, "InternalServerException", "Internal server error", Cause::ServiceFailed, "health.aws.amazon.com"),
        (418, "TeapotException", "I am a teapot", Cause::Unknown, "bedrock-troubleshooting.md"),
    ]);
}

#[test]
fn what_an_account_may_not_use_yet_is_found_without_a_call() {
    let site = Site::new();
    let body = json!({
        "modelId": "m", "agreementAvailability": {"status": "NOT_AVAILABLE"}, "authorizationStatus": "NOT_AUTHORIZED",
        "entitlementAvailability": "NOT_AVAILABLE", "regionAvailability": "NOT_AVAILABLE",
    });
    let fault = Fault { status: Some(200), body: Some(body), ..Fault::default() };
    site.answers("bedrock:GetFoundationModelAvailability", fault);
    let output = site.doctor("--region us-east-1 --model haiku-4-5");
    let report = output.json();
    let rows = report["checks"].as_array().expect("a list");
    let codes: Vec<&str> = rows.iter().filter_map(|row| row["code"].as_str()).collect();
    let causes = [Cause::ModelNotInRegion, Cause::ModelAccess, Cause::UseCaseForm, Cause::MarketplaceSubscription]
        .map(Cause::code);
    assert_eq!((codes, output.code), (causes.iter().map(String::as_str).collect(), Some(4)), "{output}");
}

#[test]
fn who_may_call_and_not_list_is_not_told_that_something_is_wrong() {
    let site = Site::new();
    let list = "bedrock:ListFoundationModels";
    let denied = "User: x is not authorized to perform: bedrock:ListFoundationModels because no identity-based policy allows \
                  the bedrock:ListFoundationModels action";
    site.refuses(list, 403, "AccessDeniedException", denied);
    let output = site.doctor("--region us-east-1 --model sonnet-4-5 --api").success();
    assert!(output.stdout.contains("ccwb policy print --level standard"), "{output}");
    site.sandbox.control().clear_faults();
    let denies = "User: x is not authorized to perform: bedrock:ListFoundationModels with an explicit deny in a service control \
                  policy: arn:aws:organizations::999999999999:policy/o-a1b2/service_control_policy/p-c3d4";
    site.refuses(list, 403, "AccessDeniedException", denies);
    let row = failed(&site.doctor("--region us-east-1 --model sonnet-4-5"));
    assert_cause(&row, Cause::Denied(PolicyKind::ServiceControl));
    assert_hints(&row, "describe-policy --policy-id p-c3d4");
}

#[test]
fn credentials_are_missing_failing_expired_or_wrong_for_reasons_of_their_own() {
    let mut site = Site::new();
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        site.home.remove_env(name);
    }
    let row = failed(&site.doctor("--region us-east-1"));
    assert_cause(&row, Cause::CredentialsMissing);
    assert_hints(&row, "AWS_PROFILE");
    // The installed profile is found without being named, and so is its region.
    site.home.write_script("fails", "#!/bin/sh\necho 'error[sign-in-needed]: only a person can help' >&2\nexit 4\n");
    let program = site.home.path().join("fails");
    site.home.write_aws_profile_running("ClaudeCode", &program.display().to_string());
    let row = failed(&site.doctor(""));
    assert_cause(&row, Cause::CredentialsFailed);
    assert!(row["detail"].as_str().is_some_and(|detail| detail.contains("sign-in-needed")), "{row:#}");
    assert_hints(&row, "credential-process status");

    let token = "The security token included in the request is";
    for (code, message, cause, hint) in [
        ("ExpiredToken", format!("{token} expired"), Cause::CredentialsExpired, "credential-process login"),
        ("ExpiredTokenException", format!("{token} expired"), Cause::CredentialsExpired, "credential-process login"),
        ("InvalidClientTokenId", format!("{token} invalid."), Cause::CredentialsInvalid, "unset AWS_ACCESS_KEY_ID"),
        ("UnrecognizedClientException", format!("{token} invalid."), Cause::CredentialsInvalid, "unset"),
        (
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided.".to_owned(),
            Cause::SignatureWrong,
            "secret key",
        ),
        (
            "SignatureDoesNotMatch",
            "Signature expired: 20261126T100000Z is now earlier than 20261126T115500Z (20261126T120000Z - 5 min.)"
                .to_owned(),
            Cause::ClockWrong,
            "set the clock",
        ),
        (
            "RegionDisabledException",
            "STS is not activated in this region for account:123456789012.".to_owned(),
            Cause::RegionDisabled,
            "aws account enable-region --region-name us-east-1",
        ),
    ] {
        let site = Site::new();
        site.answers(STS, sts_refusal(403, code, &message));
        let output = site.doctor("--region us-east-1");
        let row = failed(&output);
        assert_cause(&row, cause);
        assert_hints(&row, hint);
        assert!(output.stdout.contains("nothing can be called"), "{output}");
        assert_eq!(site.sandbox.control().count("bedrock:ListFoundationModels"), 0);
    }
}

#[test]
fn credentials_that_are_known_elsewhere_are_told_from_wrong_ones() {
    let invalid = sts_refusal(403, "InvalidClientTokenId", "The security token included in the request is invalid.");
    for (region, cause, hint) in [
        ("ap-southeast-3", Cause::RegionDisabled, "aws account enable-region --region-name ap-southeast-3"),
        ("us-gov-west-1", Cause::PartitionWrong, "--aws-profile"),
    ] {
        let site = Site::new();
        site.answers(STS, Fault { times: Some(1), ..invalid.clone() });
        let row = failed(&site.doctor(&format!("--region {region}")));
        assert_cause(&row, cause);
        assert_hints(&row, hint);
    }
    // STS takes them, and Bedrock does not.
    let row =
        Site::new().call(403, "UnrecognizedClientException", "The security token included in the request is invalid.");
    assert_cause(&row, Cause::RegionDisabled);
}

#[test]
fn credentials_of_another_account_are_told_before_anything_else_is_asked() {
    let site = Site::new();
    let output = site.doctor("--region us-east-1 --account 999999999999");
    let row = failed(&output);
    assert_cause(&row, Cause::AccountWrong);
    assert!(!output.stdout.contains("999999999999"), "{output}");
    assert_eq!(site.sandbox.control().count("bedrock:ListFoundationModels"), 0);
}

#[test]
fn a_bedrock_api_key_is_told_to_be_wrong() {
    let mut site = Site::new();
    site.home.set_env("AWS_BEARER_TOKEN_BEDROCK", "bedrock-api-key-of-nobody");
    site.refuses(
        "bedrock",
        403,
        "AccessDeniedException",
        "Authentication failed: Please make sure your API Key is valid.",
    );
    let output = site.doctor("--region us-east-1 --model sonnet-4-5");
    assert_cause(&failed(&output), Cause::ApiKeyInvalid);
    assert!(!output.stdout.contains("bedrock-api-key-of-nobody"), "{output}");
}

#[test]
fn a_network_that_does_not_lead_to_aws_is_told_by_how_it_fails() {
    let mut site = Site::new();
    site.sandbox.shut_down();
    assert_cause(&first(&site.doctor("--region us-east-1")), Cause::Unreachable);
    site.home.set_env("AWS_ENDPOINT_URL", "http://aws.invalid");
    assert_cause(&first(&site.doctor("--region us-east-1")), Cause::NameUnknown);
}

/// Real names of AWS, and a gateway with an authority of its own before them.
#[test]
fn a_proxy_that_looks_into_tls_is_told_by_its_certificate_and_one_that_refuses_by_its_refusal() {
    let mut office = Office::new(Federation::Direct);
    let environment = office.sandbox.administrator_environment();
    office.home.set_envs(environment.into_iter().filter(|(name, _)| !name.starts_with("AWS_ENDPOINT")));
    office.home.set_env("AWS_EC2_METADATA_DISABLED", "true").set_env("HTTPS_PROXY", office.gateway.proxy());
    let doctor =
        |office: &Office| line(&office.home, "doctor --bedrock --json --region us-east-1 --model sonnet-4-5 --api");
    assert_cause(&first(&doctor(&office)), Cause::CertificateUntrusted);
    office.home.set_env("AWS_CA_BUNDLE", office.ca_bundle());
    doctor(&office).success();
    office.gateway.demand("ada:lovelace");
    let row = first(&doctor(&office));
    assert_cause(&row, Cause::Proxy);
    assert_hints(&row, "HTTPS_PROXY");
}

#[test]
fn a_name_that_only_the_region_lacks_is_a_region_without_bedrock() {
    let mut site = Site::new();
    site.home.set_env("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://bedrock-runtime.us-east-1.invalid");
    let row = failed(&site.doctor("--region us-east-1 --model sonnet-4-5 --api"));
    assert_cause(&row, Cause::RegionWithoutBedrock);
    let output = site.doctor("--region mars-1");
    assert_eq!(output.json()["checks"][0]["code"], "region-unsupported", "{output}");
}

#[test]
fn a_page_in_the_place_of_aws_s_answer_is_a_portal() {
    let site = Site::new();
    let page = Value::String("<html><title>Hotel</title></html>".to_owned());
    site.answers("bedrock", Fault { status: Some(200), body: Some(page), ..Fault::default() });
    let row = failed(&site.doctor("--region us-east-1 --model sonnet-4-5"));
    assert_cause(&row, Cause::Portal);
}

#[test]
fn the_guide_has_every_cause_by_its_code() {
    let guide = include_str!("../../docs/guides/bedrock-troubleshooting.md");
    for cause in Cause::all() {
        let row = guide.lines().find(|line| line.contains(&format!("`{}`", cause.code())));
        assert!(row.is_some_and(|row| row.starts_with('|') && row.matches('|').count() >= 4), "{}", cause.code());
    }
    assert!(include_str!("../../docs/guides/troubleshooting.md").contains("bedrock-troubleshooting.md"));
}
