//! Why there is nothing to tell: for people who ask with `--test`, `--status` or `--verbose`.

use std::fmt;

/// What is missing, and what to do.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) what: String,
    pub(crate) fix: &'static str,
}

/// What brings a new header file.
pub(crate) const SIGN_IN: &str = "run credential-process login";

impl Problem {
    pub(crate) fn new(what: impl Into<String>, fix: &'static str) -> Self {
        Self { what: what.into(), fix }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.what, self.fix)
    }
}
