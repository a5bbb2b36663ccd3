use std::collections::BTreeMap;

use crate::{ChoiceError, Stack};

/// CloudFormation's limit for the value of one parameter, in bytes.
pub(crate) const MAX_PARAMETER_BYTES: usize = 4096;

/// Names and values of a stack's parameters, as CloudFormation takes them: every value a text, lists with commas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Sets one, replacing an earlier value.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// The value of one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn set_list<T: AsRef<str>>(&mut self, name: &str, values: &[T]) {
        self.set(name, values.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(","));
    }

    pub(crate) fn set_flag(&mut self, name: &str, value: bool) {
        self.set(name, value.to_string());
    }

    /// Gives the parameters back if the stack's template takes exactly these.
    pub(crate) fn checked_for(self, stack: Stack) -> Result<Self, ChoiceError> {
        stack.template().check(&self).map(|()| self)
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Parameters {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(parameters: I) -> Self {
        Self(parameters.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}
