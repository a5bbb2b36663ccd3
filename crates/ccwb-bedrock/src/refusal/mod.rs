//! Why a call of Bedrock did not pass: which of the known causes it is, why, and what to do about it.
//!
//! AWS answers with a code and a sentence, and one code stands for many causes: `AccessDeniedException` for a policy that is
//! missing, for one of the organisation that denies, for a form that nobody submitted. [`diagnose`] reads both together with
//! what was [`Asked`].
//!
//! ```
//! use ccwb_bedrock::refusal::{Asked, Cause, Trouble, diagnose};
//!
//! let trouble = Trouble::refused("bedrock:Converse", 400, "ValidationException", "Invocation of model ID \
//!     anthropic.claude-sonnet-4-6 with on-demand throughput isn't supported. Retry your request with the ID or ARN of an \
//!     inference profile that contains this model.");
//! let asked = Asked { region: "eu-west-1", model: Some("anthropic.claude-sonnet-4-6"), ..Asked::default() };
//! let found = diagnose(&trouble, &asked);
//! assert_eq!(found.cause, Cause::ProfileNeeded);
//! assert!(found.fix.contains("eu.anthropic.claude-sonnet-4-6"));
//! ```

mod cause;
mod classify;
mod denial;
mod identity;
mod model;
mod words;

pub use cause::{Cause, PolicyKind};
pub use denial::Denial;
pub use identity::{home_regions, misfit};
pub use model::{NamedModel, cause as cause_of_absence};

/// A call that did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The operation as policies write it, such as `bedrock:Converse`.
    pub operation: String,
    /// How far it came.
    pub end: End,
}

/// How far a call came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// AWS answered, and refused.
    Refused {
        /// The HTTP status.
        status: u16,
        /// AWS's code, such as `AccessDeniedException`.
        code: String,
        /// AWS's sentence.
        message: String,
    },
    /// No answer of AWS.
    Network {
        /// What stood in the way.
        kind: Network,
        /// What the network said.
        said: String,
    },
    /// It was not even asked: no credentials were found.
    NoCredentials,
    /// It was not even asked: what gives credentials failed, and said this.
    CredentialsFailed(String),
}

/// What stands between a caller and AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// The name has no address.
    Name,
    /// The proxy refused, or wants a password.
    Proxy,
    /// The certificate is of somebody whom this computer does not trust.
    Certificate,
    /// Somebody on the way answered in AWS's place.
    Portal,
    /// No connection, or no answer in time.
    Unreachable,
}

impl Trouble {
    /// A refusal.
    pub fn refused(operation: &str, status: u16, code: &str, message: &str) -> Self {
        let end = End::Refused { status, code: code.to_owned(), message: message.to_owned() };
        Self { operation: operation.to_owned(), end }
    }

    /// What was said, as far as a [`Diagnosis`] does not say it anyway: the words to search for.
    pub fn quote(&self) -> Option<String> {
        match &self.end {
            End::Refused { code, message, .. } if code.is_empty() && message.is_empty() => None,
            End::Refused { code, message, .. }
                if Denial::read(message).is_some_and(|denial| denial.policy.is_some()) =>
            {
                Some(code.clone())
            }
            End::Refused { .. } | End::Network { .. } => Some(self.said()),
            End::NoCredentials | End::CredentialsFailed(_) => None,
        }
    }

    /// What was said.
    pub(crate) fn said(&self) -> String {
        match &self.end {
            End::Refused { code, message, .. } => format!("{}: {code}: {message}", self.operation),
            End::Network { said, .. } => format!("{}: {said}", self.operation),
            End::NoCredentials => format!("{}: no credentials", self.operation),
            End::CredentialsFailed(said) => said.clone(),
        }
    }
}

/// What is known of a call besides its answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// The region that was called.
    pub region: &'a str,
    /// The model as the call named it: an ID, an inference profile, an ARN.
    pub model: Option<&'a str>,
    /// The caller's ARN, once STS told it.
    pub principal: Option<&'a str>,
    /// The account that the caller should belong to.
    pub account: Option<&'a str>,
    /// The AWS profile that credentials come from.
    pub aws_profile: Option<&'a str>,
    /// Whether AWS took the same credentials elsewhere.
    pub is_known_elsewhere: bool,
}

/// A cause in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// For programs.
    pub cause: Cause,
    /// Which of the causes it is.
    pub which: String,
    /// Why it is that one.
    pub why: String,
    /// What to do.
    pub fix: String,
}

/// Which cause it is, why, and what to do.
pub fn diagnose(trouble: &Trouble, asked: &Asked<'_>) -> Diagnosis {
    describe(classify::cause(trouble, asked), trouble, asked)
}

/// The same where the cause is known already, such as from what AWS says of a model's availability.
pub fn describe(cause: Cause, trouble: &Trouble, asked: &Asked<'_>) -> Diagnosis {
    let words::Words { why, fix } = words::of(cause, trouble, asked);
    Diagnosis { cause, which: cause.which(), why, fix }
}

#[cfg(test)]
mod tests;
