//! What is asked of a customer, as YAML.

mod check;
mod fields;
mod problem;
#[cfg(test)]
mod tests;
mod yaml;

pub use problem::Problem;

use crate::compliance::Compliance;
use crate::id::CustomerId;
use crate::method::MethodKind;
use crate::model::ChosenModel;
use crate::record::{Contact, Tokens};

/// An empty form with comments.
pub const EMPTY: &str = include_str!("empty.yaml");

/// A form without a mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Its own, or the one that the organisation's name makes.
    pub id: CustomerId,
    /// The organisation.
    pub organisation: String,
    /// Whom to write to.
    pub contact: Contact,
    /// The customer's AWS account, 12 digits.
    pub account: String,
    /// Where its calls go.
    pub region: String,
    /// Where they go if that region is down.
    pub fallback_region: Option<String>,
    /// What is called.
    pub model: ChosenModel,
    /// How we come into the account.
    pub method: FormMethod,
    /// Expected in a month.
    pub tokens: Tokens,
    /// What the customer is bound by.
    pub compliance: Vec<Compliance>,
}

/// The method, as a form has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormMethod {
    /// A role; without an external id one is made.
    CrossAccountRole {
        /// In the customer's account.
        role_arn: String,
        /// One that the customer was told before.
        external_id: Option<String>,
    },
    /// Access keys of an IAM user; the secret one is asked for.
    IamUserKeys {
        /// `AKIA...`
        access_key_id: String,
    },
    /// A Bedrock API key; it is asked for.
    BedrockApiKey,
}

impl Form {
    /// Reads a form. The error is every mistake there is, by line.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        check::form(text)
    }
}

impl FormMethod {
    /// Which one.
    pub fn kind(&self) -> MethodKind {
        match self {
            Self::CrossAccountRole { .. } => MethodKind::CrossAccountRole,
            Self::IamUserKeys { .. } => MethodKind::IamUserKeys,
            Self::BedrockApiKey => MethodKind::BedrockApiKey,
        }
    }
}
