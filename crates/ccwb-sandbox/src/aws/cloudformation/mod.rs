//! AWS CloudFormation, query protocol, version 2010-05-15. <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/>
//!
//! It works templates out as `ccwb-deploy` does and makes what the rest of the sandbox knows: roles that can be assumed, the
//! identity pool, OIDC providers, buckets. Everything else it makes in name only. Time is counted in requests: each look at a
//! stack carries its operation on by some steps, so that a test sees every state and waits for none.

mod api;
mod change_set;
pub(crate) mod desired;
mod effects;
pub(crate) mod stack;
mod work;

pub(crate) use api::{VERSION, handle};
