//! From AWS's code and sentence to the cause.

use super::{Asked, Cause, Denial, End, Network, Trouble, model};

/// How AWS's code begins (empty: any), what its sentence holds in lower case, and the cause. The first row that fits counts.
///
/// Sources: Amazon Bedrock User Guide, "Troubleshooting Amazon Bedrock API error codes" and "Request access to models"; API
/// references of Amazon Bedrock Runtime and AWS STS, "Errors"; IAM User Guide, "Troubleshoot access denied error messages";
/// sentences that no page has are from public reports: anthropics/claude-code 1466 and 2656, obot-platform/obot 6747,
/// aws-samples/sample-host-openclaw-on-amazon-bedrock-agentcore 41, gsd-build/gsd-2 5425.
const ROWS: &[(&str, &str, Cause)] = &[
    // What says more than its code.
    ("", "invalid_payment_instrument", Cause::PaymentMethod),
    ("", "payment instrument", Cause::PaymentMethod),
    ("", "aws marketplace actions", Cause::MarketplacePermission),
    ("", "perform: aws-marketplace:", Cause::MarketplacePermission),
    ("", "marketplace subscription", Cause::MarketplaceSubscription),
    ("", "marketplace agreement", Cause::MarketplaceSubscription),
    ("", "use case details", Cause::UseCaseForm),
    ("", "use-case form", Cause::UseCaseForm),
    ("", "use case form", Cause::UseCaseForm),
    ("", "marked by provider as legacy", Cause::ModelLegacy),
    ("", "end of its life", Cause::ModelEnded),
    ("", "on-demand throughput", Cause::ProfileNeeded),
    ("", "have access to the model", Cause::ModelAccess),
    ("", "unsupported countries", Cause::CountryUnsupported),
    ("ValidationException", "operation not allowed", Cause::AccountRestricted),
    // Load.
    ("", "too many tokens per day", Cause::TokensPerDay),
    ("", "too many tokens", Cause::TokensPerMinute),
    ("ServiceQuotaExceeded", "", Cause::Quota),
    ("Throttl", "", Cause::RequestsPerMinute),
    ("TooManyRequests", "", Cause::RequestsPerMinute),
    ("ModelNotReady", "", Cause::ModelNotReady),
    ("ModelTimeout", "", Cause::ModelTimeout),
    ("ServiceUnavailable", "", Cause::ServiceUnavailable),
    ("", "overloaded", Cause::ServiceUnavailable),
    ("ModelError", "", Cause::ServiceFailed),
    ("ModelStreamError", "", Cause::ServiceFailed),
    ("Internal", "", Cause::ServiceFailed),
    // Credentials.
    ("", "signature expired", Cause::ClockWrong),
    ("", "signature not yet current", Cause::ClockWrong),
    ("RequestTimeTooSkewed", "", Cause::ClockWrong),
    ("", "api key", Cause::ApiKeyInvalid),
    ("", "bearer token", Cause::ApiKeyInvalid),
    ("ExpiredToken", "", Cause::CredentialsExpired),
    ("RequestExpired", "", Cause::CredentialsExpired),
    ("InvalidSignature", "", Cause::SignatureWrong),
    ("SignatureDoesNotMatch", "", Cause::SignatureWrong),
    ("IncompleteSignature", "", Cause::SignatureWrong),
    ("UnrecognizedClient", "", Cause::CredentialsInvalid),
    ("InvalidClientTokenId", "", Cause::CredentialsInvalid),
    ("InvalidAccessKeyId", "", Cause::CredentialsInvalid),
    ("MissingAuthenticationToken", "", Cause::CredentialsInvalid),
    // Regions.
    ("RegionDisabled", "", Cause::RegionDisabled),
    ("OptInRequired", "", Cause::RegionDisabled),
    ("", "region is disabled", Cause::RegionDisabled),
];

/// AWS's ways to say that there is no such model here.
const NO_SUCH_MODEL: &[(&str, &str)] = &[
    ("ValidationException", "model identifier is invalid"),
    ("ValidationException", "could not resolve"),
    ("ValidationException", "model isn't supported"),
    ("ValidationException", "modelid"),
    ("ValidationException", "inference profile"),
    ("ResourceNotFound", ""),
];

pub(super) fn cause(trouble: &Trouble, asked: &Asked<'_>) -> Cause {
    match &trouble.end {
        End::NoCredentials => Cause::CredentialsMissing,
        End::CredentialsFailed(_) => Cause::CredentialsFailed,
        // The computer resolves other names of AWS, so the name is what is wrong.
        End::Network { kind: Network::Name, .. } if asked.is_known_elsewhere => Cause::RegionWithoutBedrock,
        End::Network { kind: Network::Name, .. } => Cause::NameUnknown,
        End::Network { kind: Network::Proxy, .. } => Cause::Proxy,
        End::Network { kind: Network::Certificate, .. } => Cause::CertificateUntrusted,
        End::Network { kind: Network::Portal, .. } => Cause::Portal,
        End::Network { kind: Network::Unreachable, .. } => Cause::Unreachable,
        End::Refused { status, code, message } => of_refusal(*status, code, message, asked),
    }
}

fn of_refusal(status: u16, code: &str, message: &str, asked: &Asked<'_>) -> Cause {
    // AWS writes apostrophes in two ways.
    let said = message.to_lowercase().replace('\u{2019}', "'");
    let fits = |begins: &str, holds: &str| code.starts_with(begins) && said.contains(holds);
    if let Some((.., cause)) = ROWS.iter().find(|(begins, holds, _)| fits(begins, holds)) {
        return match cause {
            // AWS took them elsewhere, and does not know them here: they do not hold in a region that is not enabled.
            Cause::CredentialsInvalid if asked.is_known_elsewhere => Cause::RegionDisabled,
            other => *other,
        };
    }
    if let Some(denial) = Denial::read(message) {
        return match denial.policy {
            Some((kind, true)) => Cause::Denied(kind),
            Some((kind, false)) => Cause::NotAllowed(kind),
            None => Cause::AccessDenied,
        };
    }
    if NO_SUCH_MODEL.iter().any(|(begins, holds)| fits(begins, holds)) {
        return model::cause(asked);
    }
    match status {
        _ if code.starts_with("AccessDenied") => Cause::AccessDenied,
        429 => Cause::RequestsPerMinute,
        503 | 529 => Cause::ServiceUnavailable,
        500.. => Cause::ServiceFailed,
        _ => Cause::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_reached() {
        for (i, (begins, holds, _)) in ROWS.iter().enumerate() {
            let hides = |(other, found, _): &(&str, &str, Cause)| begins.starts_with(other) && holds.contains(found);
            assert!(!ROWS[..i].iter().any(hides), "{begins} {holds}");
        }
    }
}
