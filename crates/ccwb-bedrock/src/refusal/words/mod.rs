//! Causes in words: why it is that one, and what to do.

mod access;
mod account;
mod credentials;
mod load;
mod model;
mod network;

use super::{Asked, Cause, NamedModel, Trouble};

pub(super) struct Words {
    pub(super) why: String,
    pub(super) fix: String,
}

fn words(why: impl Into<String>, fix: impl Into<String>) -> Words {
    Words { why: why.into(), fix: fix.into() }
}

pub(super) fn of(cause: Cause, trouble: &Trouble, asked: &Asked<'_>) -> Words {
    match cause {
        Cause::CredentialsMissing
        | Cause::CredentialsFailed
        | Cause::CredentialsExpired
        | Cause::CredentialsInvalid
        | Cause::ApiKeyInvalid
        | Cause::SignatureWrong
        | Cause::ClockWrong
        | Cause::AccountWrong
        | Cause::PartitionWrong => credentials::of(cause, trouble, asked),
        Cause::NotAllowed(_) | Cause::Denied(_) | Cause::AccessDenied => access::of(cause, trouble, asked),
        Cause::ModelAccess
        | Cause::UseCaseForm
        | Cause::MarketplacePermission
        | Cause::MarketplaceSubscription
        | Cause::PaymentMethod
        | Cause::AccountRestricted
        | Cause::CountryUnsupported => account::of(cause, asked),
        Cause::RegionDisabled
        | Cause::RegionWithoutBedrock
        | Cause::ModelNotInRegion
        | Cause::ModelUnknown
        | Cause::ModelEnded
        | Cause::ModelLegacy
        | Cause::ProfileNeeded
        | Cause::ProfileElsewhere => model::of(cause, asked),
        Cause::RequestsPerMinute
        | Cause::TokensPerMinute
        | Cause::TokensPerDay
        | Cause::Quota
        | Cause::ModelNotReady
        | Cause::ServiceUnavailable
        | Cause::ModelTimeout
        | Cause::ServiceFailed => load::of(cause, asked),
        Cause::NameUnknown
        | Cause::Proxy
        | Cause::CertificateUntrusted
        | Cause::Portal
        | Cause::Unreachable
        | Cause::Unknown => network::of(cause),
    }
}

/// The model as a command takes it.
fn short<'a>(asked: &Asked<'a>) -> &'a str {
    asked.model.map_or("MODEL", |model| NamedModel::of(model).short())
}

/// Who calls, without the session, which may be somebody's name.
fn caller(asked: &Asked<'_>) -> String {
    let name = asked.principal.and_then(|arn| arn.rsplit(':').next()).unwrap_or_default();
    match name.split('/').collect::<Vec<_>>().as_slice() {
        ["assumed-role", role, ..] => format!("the role {role}"),
        ["user", ..] => "the user".to_owned(),
        _ => "the caller".to_owned(),
    }
}
