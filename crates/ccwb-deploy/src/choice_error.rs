use thiserror::Error;

/// A choice that cannot be deployed: which one, and why.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{choice}: {problem}")]
pub struct ChoiceError {
    /// The choice, or the template's parameter.
    pub choice: String,
    /// A clause that follows it.
    pub problem: String,
}

impl ChoiceError {
    pub(crate) fn new(choice: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { choice: choice.into(), problem: problem.into() }
    }
}
