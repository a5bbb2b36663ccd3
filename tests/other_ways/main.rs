//! The ways to credentials without OpenID Connect.

mod keys;
mod support;
mod web_identity;
mod workflow;
mod workload;
