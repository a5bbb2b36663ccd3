//! What can go wrong between us and AWS.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::{Reason, StackEvent, Status};

/// A call or an operation that did not succeed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CloudError {
    /// There are no credentials, or what gives them failed.
    #[error("no AWS credentials: {0}")]
    NoCredentials(String),
    /// AWS refused a call.
    #[error("AWS refused {operation} ({code}): {message}", operation = .0.operation, code = .0.code, message = .0.message)]
    Refused(Refusal),
    /// AWS could not be reached, or did not answer in time.
    #[error("AWS could not be reached for {operation}: {problem}")]
    Unreachable {
        /// The call.
        operation: &'static str,
        /// What the network said.
        problem: String,
    },
    /// AWS worked on a stack and did not succeed.
    #[error("{0}")]
    Failed(Box<StackFailure>),
    /// An answer that makes no sense.
    #[error("AWS answered in an unexpected way: {0}")]
    Unexpected(String),
}

/// A call that AWS refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The call, as IAM names its action.
    pub operation: &'static str,
    /// AWS's code.
    pub code: String,
    /// AWS's words.
    pub message: String,
}

/// An operation on a stack that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stack {stack} is {status}{cause}", cause = .cause.as_ref().map_or(String::new(), describe))]
pub struct StackFailure {
    /// The stack's name.
    pub stack: String,
    /// The state that it is in now.
    pub status: Status,
    /// The first failure that is no consequence of another.
    pub cause: Option<StackEvent>,
    /// Further ones of the same kind.
    pub others: Vec<StackEvent>,
}

fn describe(cause: &StackEvent) -> String {
    let reason = cause.reason.as_deref().unwrap_or("AWS gave no reason");
    match cause.is_of_stack {
        true => format!(": {reason}"),
        false => format!(": {} ({}): {reason}", cause.resource, cause.kind),
    }
}

impl CloudError {
    /// From any call of an SDK.
    #[expect(clippy::needless_pass_by_value, reason = "it stands where map_err has the error itself")]
    pub(crate) fn sdk<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        if let SdkError::ServiceError(context) = &error {
            let metadata = context.err().meta();
            let status = context.raw().status().as_u16();
            let code = metadata.code().map_or_else(|| format!("HTTP {status}"), str::to_owned);
            let message = metadata.message().unwrap_or("it gave no reason");
            return Self::refused(operation, &code, message);
        }
        let causes = || std::iter::successors(Some(&error as &(dyn Error + 'static)), |error| (**error).source());
        if let Some(problem) = causes().find_map(|cause| cause.downcast_ref::<CredentialsError>()) {
            return Self::NoCredentials(chain(problem));
        }
        let problem = chain(&error);
        match error {
            SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => Self::Unreachable { operation, problem },
            _ => Self::Unexpected(format!("{operation}: {problem}")),
        }
    }

    pub(crate) fn refused(operation: &'static str, code: &str, message: &str) -> Self {
        Self::Refused(Refusal { operation, code: code.to_owned(), message: message.to_owned() })
    }

    /// `ValidationError`: "Stack with id x does not exist". The same code also stands for a template that cannot be read.
    pub(crate) fn is_missing_stack(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.code == "ValidationError"
            && refusal.message.contains("does not exist") && refusal.message.starts_with("Stack"))
    }

    /// Whether asking again may help.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused(refusal) => Reason::of_code(&refusal.code).is_some_and(|reason| reason.is_passing()),
            _ => false,
        }
    }

    /// What AWS's words mean, if that is known.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Refused(refusal) => Reason::of_code(&refusal.code)
                .filter(|reason| !reason.is_general())
                .or_else(|| Reason::of_text(&refusal.message))
                .or_else(|| Reason::of_code(&refusal.code)),
            Self::Failed(failure) => failure.cause.as_ref()?.reason.as_deref().and_then(Reason::of_text),
            _ => None,
        }
    }
}

/// An error and its causes, each said once.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    for cause in std::iter::successors(Some(error), |error| (**error).source()) {
        let text = cause.to_string();
        if !texts.iter().any(|said| said.contains(&text)) {
            texts.push(text);
        }
    }
    texts.join(": ")
}
