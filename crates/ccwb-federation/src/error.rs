//! What AWS can answer instead of credentials.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use ccwb_http::{HttpError, printable_without};

/// No credentials.
#[derive(Debug, thiserror::Error)]
pub enum FederationError {
    /// AWS was not reached.
    #[error("AWS could not be reached ({operation}): {detail}")]
    Network {
        /// The API operation.
        operation: &'static str,
        /// Why, in words.
        detail: String,
        /// The failed request; `None` where the SDK's own time was over.
        source: Option<HttpError>,
    },
    /// AWS refused.
    #[error("AWS refused: {0}")]
    Refused(AwsRefusal),
    /// AWS answered something that is not an answer.
    #[error("AWS's answer cannot be used ({operation}): {problem}")]
    BadAnswer {
        /// The API operation.
        operation: &'static str,
        /// What is wrong; never the body.
        problem: String,
    },
}

/// An error of an AWS service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsRefusal {
    /// The API operation.
    pub operation: &'static str,
    /// AWS's error code.
    pub code: String,
    /// AWS's message.
    pub message: String,
}

impl std::fmt::Display for AwsRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} answered {}: {}", self.operation, self.code, self.message)
    }
}

impl FederationError {
    /// The refusal's code, if it is one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(refusal) => Some(&refusal.code),
            _ => None,
        }
    }

    /// Sorts an SDK error. Bodies are never repeated; AWS's messages are, without what was `sent`.
    pub(crate) fn from_sdk<E>(operation: &'static str, error: &SdkError<E, HttpResponse>, sent: &[&str]) -> Self
    where
        E: ProvideErrorMetadata,
    {
        match error {
            SdkError::ServiceError(context) => match context.err().code() {
                Some(code) => Self::Refused(AwsRefusal {
                    operation,
                    code: printable_without(code, sent),
                    message: printable_without(context.err().message().unwrap_or("no message"), sent),
                }),
                None => {
                    let problem = format!("status {} without an error code", context.raw().status());
                    Self::BadAnswer { operation, problem }
                }
            },
            SdkError::ResponseError(context) => Self::BadAnswer {
                operation,
                problem: format!("status {} with a body that is not this service's", context.raw().status()),
            },
            SdkError::DispatchFailure(failure) => {
                let source = failure.as_connector_error().and_then(std::error::Error::source);
                let source = source.and_then(|source| source.downcast_ref::<HttpError>()).cloned();
                let detail =
                    source.as_ref().map_or_else(|| "the request could not be sent".to_owned(), ToString::to_string);
                Self::Network { operation, detail, source }
            }
            SdkError::TimeoutError(_) => {
                Self::Network { operation, detail: "no answer in time".to_owned(), source: None }
            }
            _ => Self::BadAnswer { operation, problem: "the request could not be made".to_owned() },
        }
    }
}
