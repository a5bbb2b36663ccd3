//! A call of AWS that did not pass, as a failure to show and as something to find the cause of.

use std::error::Error;
use std::fmt::Write as _;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_bedrock::config::http::HttpResponse;
use aws_sdk_bedrock::error::{ProvideErrorMetadata, SdkError};
use ccwb_bedrock::refusal::{End, Network, Trouble};
use ccwb_http::{HttpError, HttpErrorKind};

use crate::failure::{Failure, exit};

/// What AWS said, and whether it could be asked at all.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub(crate) trouble: Box<Trouble>,
    failure: Box<Failure>,
}

impl Refused {
    pub(crate) fn of<E>(call: &str, error: &SdkError<E, HttpResponse>, hint: &str) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        Self { trouble: Box::new(trouble(call, error)), failure: Box::new(failure(call, error, hint)) }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        *refused.failure
    }
}

/// The failure to show.
pub(crate) fn failure<E>(call: &str, error: &SdkError<E, HttpResponse>, hint: &str) -> Failure
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    if let Some(service) = error.as_service_error() {
        let (code, said) = (service.code().unwrap_or("refused"), service.message().unwrap_or("it did not say why"));
        return Failure::new("aws-refused", exit::AWS, format!("{call}: {code}: {said}"), hint);
    }
    let credentials = std::iter::successors(Some(error as &(dyn Error + 'static)), |error| (**error).source())
        .find_map(|cause| cause.downcast_ref::<CredentialsError>());
    if let Some(CredentialsError::CredentialsNotLoaded(_)) = credentials {
        let message = format!("{call}: there are no AWS credentials to ask with");
        return Failure::new(
            "credentials-missing",
            exit::AWS,
            message,
            "set AWS_PROFILE, or name one with --aws-profile",
        );
    }
    let message = format!("{call}: {}", chain(error));
    match error {
        SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => {
            Failure::new("network", exit::NETWORK, message, "check the network and the proxy")
        }
        SdkError::TimeoutError(_) => Failure::new("network", exit::NETWORK, message, "check the network and the proxy"),
        _ => Failure::new("aws-unexpected", exit::AWS, message, hint),
    }
}

fn trouble<E>(call: &str, error: &SdkError<E, HttpResponse>) -> Trouble
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    if let Some(service) = error.as_service_error() {
        let code = service.code().map_or_else(|| format!("HTTP {status}"), str::to_owned);
        return Trouble::refused(call, status, &code, service.message().unwrap_or("it did not say why"));
    }
    let find = || std::iter::successors(Some(error as &(dyn Error + 'static)), |error| (**error).source());
    let end = if let Some(problem) = find().find_map(|cause| cause.downcast_ref::<CredentialsError>()) {
        match problem {
            CredentialsError::CredentialsNotLoaded(_) => End::NoCredentials,
            _ => End::CredentialsFailed(innermost(problem)),
        }
    } else if status != 0 {
        // Something answered, and not in AWS's form.
        End::Network { kind: Network::Portal, said: format!("HTTP {status}: {}", chain(error)) }
    } else {
        let http = find().find_map(|cause| cause.downcast_ref::<HttpError>());
        let said = http.map_or_else(|| chain(error), ToString::to_string);
        End::Network { kind: network(http.and_then(HttpError::kind)), said }
    };
    Trouble { operation: call.to_owned(), end }
}

fn network(kind: Option<HttpErrorKind>) -> Network {
    match kind {
        Some(HttpErrorKind::Dns) => Network::Name,
        Some(HttpErrorKind::Tls) => Network::Certificate,
        Some(HttpErrorKind::ProxyAuthentication | HttpErrorKind::ProxyRefused) => Network::Proxy,
        Some(HttpErrorKind::Portal) => Network::Portal,
        _ => Network::Unreachable,
    }
}

/// What an error says, and what its causes say.
fn chain(error: &(dyn Error + 'static)) -> String {
    let (mut said, mut cause) = (error.to_string(), error.source());
    while let Some(error) = cause {
        let _ = write!(said, ": {error}");
        cause = error.source();
    }
    said
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    let last = std::iter::successors(Some(error), |error| (**error).source()).last();
    last.map_or_else(String::new, |error| error.to_string().split_whitespace().collect::<Vec<_>>().join(" "))
}
