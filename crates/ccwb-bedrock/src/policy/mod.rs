//! IAM policies for Claude on Bedrock, made for what is asked and nothing more.
//!
//! A [`Selection`] says which models from which regions; resolved against the catalogue it becomes [`Call`]s, one for each
//! inference profile and source region. [`Permissions`] makes identity policies of them, [`ServiceControl`] one for an
//! organisation, [`Trust`] says who may take a role. [`render`](render()) writes them for IAM, CloudFormation or Terraform,
//! and [`explain`](explain()) says in words what any policy does. The ARNs are those of
//! [`InferenceProfile::arns`](crate::InferenceProfile::arns), which the auth stack takes too.

mod explain;
mod permissions;
mod render;
mod selection;
mod service_control;
mod teams;
mod trust;

pub use explain::{Explanation, explain};
pub use permissions::{Level, Permissions, Restrictions};
pub use render::{Format, Printed, Purpose, render};
pub use selection::{Call, Selection};
pub use service_control::ServiceControl;
pub use teams::{Matrix, Team};
pub use trust::{GitHub, Trust};

use serde_json::{Value, json};
use thiserror::Error;

/// A managed policy holds so many characters, white space not counted. Source: IAM User Guide, "IAM and AWS STS quotas".
pub const MAX_MANAGED: usize = 6_144;

/// A service control policy holds so many. Source: AWS Organizations User Guide, "Quotas for AWS Organizations".
pub const MAX_SERVICE_CONTROL: usize = 5_120;

/// Both ways to call a model; the Converse operations are authorised as these.
const CALL: [&str; 2] = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];

/// What cannot be made a policy of, and what would do instead.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{problem}")]
pub struct CannotBeMade {
    /// What is wrong.
    pub problem: String,
    /// What to ask for instead.
    pub hint: String,
}

fn cannot(problem: impl Into<String>, hint: impl Into<String>) -> CannotBeMade {
    CannotBeMade { problem: problem.into(), hint: hint.into() }
}

fn document(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// Characters as IAM counts them: our texts have no white space of their own in them.
fn size(document: &Value) -> usize {
    document.to_string().len()
}
