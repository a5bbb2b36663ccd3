//! What is kept of a customer: everything but secrets.

use serde::{Deserialize, Serialize};

use crate::compliance::Compliance;
use crate::error::CustomerError;
use crate::form::{Form, FormMethod};
use crate::id::CustomerId;
use crate::method::Method;
use crate::model::ChosenModel;
use crate::random;

/// A customer. The file is written by this program alone, from a form without a mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// The folder's name; a record in another folder is refused.
    pub id: CustomerId,
    /// The organisation.
    pub organisation: String,
    /// Whom to write to.
    pub contact: Contact,
    /// The customer's AWS account.
    pub account: String,
    /// Where its calls go.
    pub region: String,
    /// Where they go if that region is down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback_region: Option<String>,
    /// What is called.
    pub model: ChosenModel,
    /// How we come into the account.
    pub method: Method,
    /// Expected in a month.
    pub tokens: Tokens,
    /// What the customer is bound by.
    pub compliance: Vec<Compliance>,
    /// Where the key of the vault rests; `None` if the method has no secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyPlace>,
    /// When it was added, in Unix seconds.
    pub added: i64,
}

/// Whom to write to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// A person or a team.
    pub name: String,
    /// The address.
    pub email: String,
}

/// Tokens of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    /// In prompts.
    pub input: u64,
    /// In answers.
    pub output: u64,
}

/// Where the key of a customer's vault rests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "place", rename_all = "kebab-case", deny_unknown_fields)]
pub enum KeyPlace {
    /// In the keyring of the operating system.
    Keyring {},
    /// Beside the vault, wrapped by a key of AWS KMS.
    Kms {
        /// The KMS key.
        arn: String,
    },
}

impl Customer {
    /// The record of a form. An external id is made where the method needs one and the form has none.
    pub fn of_form(form: Form, key: Option<KeyPlace>, now: i64) -> Result<Self, CustomerError> {
        let method = match form.method {
            FormMethod::CrossAccountRole { role_arn, external_id } => {
                let external_id = external_id.map_or_else(random::external_id, Ok)?;
                Method::CrossAccountRole { role_arn, external_id }
            }
            FormMethod::IamUserKeys { .. } => Method::IamUserKeys {},
            FormMethod::BedrockApiKey => Method::BedrockApiKey {},
        };
        Ok(Self {
            id: form.id,
            organisation: form.organisation,
            contact: form.contact,
            account: form.account,
            region: form.region,
            fallback_region: form.fallback_region,
            model: form.model,
            method,
            tokens: form.tokens,
            compliance: form.compliance,
            key,
            added: now,
        })
    }
}
