//! The ways to credentials without OpenID Connect.

mod ambient;
mod identity_center;
mod identity_center_clients;
mod keys;
mod support;
mod web_identity;
mod workflow;
mod workload;
