//! What AWS knows: telemetry in Athena and CloudWatch, the bill in Cost Explorer.
//!
//! Six operations of three services that all speak JSON. Why by hand and not with their SDKs: docs/decisions/0071.

mod athena;
mod billing;
mod client;
mod metrics;

pub use athena::Athena;
pub use billing::{BillQuestion, bill};
pub use client::{AwsError, Client, Service};
pub use metrics::{Marginal, Metrics, from_metrics};
